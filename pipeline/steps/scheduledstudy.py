"""What a run of the follow-up study needs when a scheduler starts it: which extract, as of when, and where its files go."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.steps.result import Progress, StepReport, silent

if TYPE_CHECKING:
    from pipeline.lake.delta import Lake

NAMES = ("folder", "cutoff", "study", "mapping", "rates", "survivor_rates")
Held = dict[str, str | None]
"""What one task hands to the next: study_id and as_of, and the paths of the references, null for none."""


class Extract(NamedTuple):
    """One extract of a registry: its folder, its cut-off as 2026-06-30, and what else was chosen; None for the default."""

    folder: str
    cutoff: str
    study: str | None = None
    mapping: str | None = None
    rates: str | None = None
    survivor_rates: str | None = None


def extract_of_run(params: Mapping[str, object], announced: Iterable[Mapping[str, object]] = ()) -> Extract:
    """What the run is about: its parameters, else what the newest event of the asset says of the extract.

    The two are never mixed: a run that names a folder is about that one alone. UsageError when neither names a folder
    and a cut-off.
    """
    said = params if params.get("folder") else next(iter(reversed([*announced])), {})
    found = {name: str(said[name]) for name in NAMES if said.get(name)}
    missing = [name for name in ("folder", "cutoff") if name not in found]
    if missing:
        raise UsageError(
            f"The run names no {' and no '.join(missing)}: give the parameters folder and cutoff, as "
            '{"folder": "/data/extract", "cutoff": "2026-06-30"}, or the same as the extra of the asset event.'
        )
    return Extract(**found)


def announcements(events: "Mapping[Any, Iterable[Any]] | None") -> list[Mapping[str, object]]:
    """The extras of the asset events that set off the run, in their order; none for a run by hand."""
    return [event.extra or {} for group in (events or {}).values() for event in group]


def load(settings: Settings, extract: Extract, progress: Progress = silent) -> tuple[StepReport, Held]:
    """The extract into the lake; what the next task needs to know of it. UsageError for a cut-off that is no day."""
    from pipeline.steps.registry import ingest_registry  # noqa: PLC0415 -- a DAG file imports this module and stays light

    try:
        cutoff = dt.date.fromisoformat(extract.cutoff)
    except ValueError:
        raise UsageError(f"{extract.cutoff!r} is no day: give the cut-off as 2026-06-30.") from None
    done = ingest_registry(
        settings, Path(extract.folder), cutoff, study_id=extract.study, mapping=extract.mapping, progress=progress
    )
    held: Held = {"study_id": study_behind(settings, done), "as_of": done.as_of}
    return done, held | {"rates": extract.rates, "survivor_rates": extract.survivor_rates}


def study_behind(settings: Settings, done: StepReport) -> str:
    """The study that an ingest has made current, also one that changed nothing."""
    files = _lake(settings).files("study_subject")
    return next(file.partition["study_id"] for file in files if file.run_id == done.run_id)


def estimate(settings: Settings, held: Held, progress: Progress = silent) -> StepReport:
    """Every estimate of the study as of its cut-off."""
    from pipeline.steps.study import run_study  # noqa: PLC0415 -- as above

    rates, survivor_rates = (Path(path) if (path := held[name]) else None for name in ("rates", "survivor_rates"))
    return run_study(
        settings,
        held["as_of"],
        study_id=held["study_id"],
        rates=rates,
        survivor_rates=survivor_rates,
        progress=progress,
    )


def write_study_reports(
    settings: Settings, held: Held, *, public: bool, progress: Progress = silent
) -> list[StepReport]:
    """The regulator's copy, and with public the public one too, each in a folder of its own."""
    from pipeline.steps.studyreport import write_study_report  # noqa: PLC0415 -- as above

    study, as_of = str(held["study_id"]), str(held["as_of"])
    copies = {"whole": False} | ({"public": True} if public else {})
    return [
        write_study_report(
            settings,
            as_of,
            study_id=study,
            public=is_public,
            out=study_report_folder(settings, study, as_of) / name,
            progress=progress,
        )
        for name, is_public in copies.items()
    ]


def study_report_folder(settings: Settings, study_id: str, as_of: str) -> Path:
    """Where a scheduled run leaves the reports of a study and cut-off: beside the tables of the lake."""
    return _lake(settings).root / "report" / "study" / study_id / as_of


def _lake(settings: Settings) -> "Lake":
    from pipeline.lake.delta import Lake  # noqa: PLC0415 -- as above

    return Lake(settings.lake)
