"""The verb that brings a registry extract into the lake."""

import datetime as dt
from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.options import JSON
from pipeline.verbs.telling import tell, told_when_refused, watched


@click.command("registry")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--cutoff", metavar="DATE", required=True, help="Data cut-off of the extract, as 2026-06-30; later is left out."
)
@click.option("--study", "study_id", metavar="ID", help="Id of the study; default: what the extract says.")
@click.option(
    "--mapping",
    metavar="NAME",
    help="sdtm, adam, cibmtr or the path of a mapping file; default: the one that the names of the files fit.",
)
@JSON
@click.pass_obj
def ingest_registry(
    settings: Settings, folder: Path, cutoff: str, study_id: str | None, mapping: str | None, *, as_json: bool
) -> None:
    """Bring a registry extract into the lake: every record is kept or rejected with its reason.

    DIR holds one file for each domain, data set or form, as CSV, Parquet, SAS transport (version 5) or Dataset-JSON.
    Patients' ids are hashed with the key in CARTWATCH_PSEUDONYM_KEY; names, birth dates and free text are not kept.

    \b
    Examples:
      cartwatch ingest registry extract --cutoff 2026-06-30
      cartwatch ingest registry extract --cutoff 2026-06-30 --study b2401 --mapping own.yaml
    """
    from pipeline.steps.registry import ingest_registry as run
    from pipeline.verbs.registryscreen import ingested_registry

    with told_when_refused(as_json, ingested_registry), watched(as_json) as progress:
        report = run(settings, folder, _day(cutoff), study_id=study_id, mapping=mapping, progress=progress)
    tell(report, as_json, ingested_registry)


def _day(text: str) -> dt.date:
    """A day as 2026-06-30; UsageError for a text that is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day: write the cut-off as 2026-06-30.") from None
