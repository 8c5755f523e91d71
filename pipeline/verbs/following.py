"""Verbs of the follow-up study: patients who are followed, not reports."""

import datetime as dt
from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.options import JSON
from pipeline.verbs.telling import tell, watched

STUDY = click.option("--study", "study_id", metavar="ID", help="Which study; default: the only one in the lake.")
CUTOFF = click.option(
    "--as-of", metavar="DATE", help="Data cut-off of the study, as 2026-06-30; default: the newest that is held."
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def study() -> None:
    """Estimate and report the follow-up of treated patients: person-time, competing events, second malignancies."""


@study.command("run")
@STUDY
@CUTOFF
@click.option("--rates", type=FILE, help="CSV of second malignancies expected in the population; see docs/study.md.")
@click.option("--survivor-rates", type=FILE, help="The same of survivors of B-cell malignancy.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for estimates and curves.")
@click.option("--public", is_flag=True, help="What --out gets has counts under 5 suppressed; the lake keeps all.")
@JSON
@click.pass_obj
def run(
    settings: Settings,
    study_id: str | None,
    as_of: str | None,
    rates: Path | None,
    survivor_rates: Path | None,
    out: Path | None,
    *,
    public: bool,
    as_json: bool,
) -> None:
    """Completeness, events per person-time, time to event and second malignancies, as of a cut-off.

    \b
    Examples:
      cartwatch study run --out results
      cartwatch study run --as-of 2026-06-30 --public --out public
    """
    from pipeline.steps.study import run_study

    with watched(as_json) as progress:
        report = run_study(
            settings,
            cut_off_of(as_of),
            study_id=study_id,
            rates=rates,
            survivor_rates=survivor_rates,
            out=out,
            public=public,
            progress=progress,
        )
    tell(report, as_json, "outputs")


@study.command("report")
@STUDY
@CUTOFF
@click.option("--public", is_flag=True, help="Counts under 5 hidden, no patient listed; default: the regulator's copy.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["html", "csv", "xlsx"]),
    help="Repeat for more; default: all three.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
@JSON
@click.pass_obj
def report(
    settings: Settings,
    study_id: str | None,
    as_of: str | None,
    formats: tuple[str, ...],
    out: Path,
    *,
    public: bool,
    as_json: bool,
) -> None:
    """The interim report of the study as of a cut-off, from the estimates of 'study run'.

    \b
    Examples:
      cartwatch study report --out results
      cartwatch study report --as-of 2026-06-30 --public --format html --out public
    """
    from pipeline.steps.export import FORMATS
    from pipeline.steps.studyreport import write_study_report

    with watched(as_json) as progress:
        done = write_study_report(
            settings,
            cut_off_of(as_of),
            study_id=study_id,
            public=public,
            formats=formats or FORMATS,
            out=out,
            progress=progress,
        )
    tell(done, as_json, "outputs")


def cut_off_of(text: str | None) -> str | None:
    """A day as 2026-06-30, or None where none was given; UsageError for a text that is none."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is no day: give --as-of as 2026-06-30.") from None
