"""From FDA's site into a folder, and from the lake's own such folder into the landing area."""

import datetime as dt
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import LayoutChanged, NothingThere
from pipeline.intake.archive import parsed_quarter, quarters_in
from pipeline.intake.fetch import fetch_archive, receipt_of
from pipeline.intake.publication import archive_names, quarters_between, refuse_impossible
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent


def fetch_range(
    settings: Settings,
    first: str,
    last: str,
    into: Path,
    *,
    base_url: str | None = None,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Download every quarter from first to last; all are checked to have ended before the first is asked for."""
    watch = Stopwatch()
    quarters = quarters_between(first, last)
    day = today or _today()
    for quarter in quarters:
        refuse_impossible(quarter, day)
    parts = [
        fetch_quarter(settings, quarter, into, base_url=base_url, today=day, progress=progress) for quarter in quarters
    ]
    report = StepReport("fetch", run_id("fetch", [part.run_id for part in parts], {}), quarters[-1])
    report.inputs = [url for part in parts for url in part.inputs]
    report.outputs = [path for part in parts for path in part.outputs]
    report.warnings = [line for part in parts for line in part.warnings]
    archives = [archive for part in parts for archive in part.details["archives"]]  # type: ignore[attr-defined]
    report.counts = _counts(archives)
    report.details["archives"] = archives
    report.seconds = watch.seconds()
    return report


def fetch_quarter(
    settings: Settings,
    quarter: str,
    into: Path,
    *,
    base_url: str | None = None,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Download one quarter's archive with its receipt; unchanged ones are left alone.

    UsageError: a quarter that has not ended, which no retry helps. SourceOutage: not published yet, or no answer.
    """
    watch = Stopwatch()
    name = parsed_quarter(quarter)
    refuse_impossible(name, today or _today())
    base = base_url or settings.faers_base_url
    got = fetch_archive(base, name, into, settings.archive_limits.max_total_bytes, progress)
    report = StepReport("fetch", run_id("fetch", got.receipt.sha256, {"quarter": name}), name, [got.receipt.url])
    report.outputs = [str(got.path)]
    archive = {"quarter": name, "size": got.receipt.size, "sha256": got.receipt.sha256, "is_new": got.is_new}
    report.counts = _counts([archive])
    report.details["archives"] = [archive]
    report.warnings = [got.warning] if got.warning else []
    report.seconds = watch.seconds()
    return report


def fetch_into_lake(
    settings: Settings, quarter: str, *, today: dt.date | None = None, progress: Progress = silent
) -> StepReport:
    """Download one quarter into the lake's own folder of fetched archives."""
    return fetch_quarter(settings, quarter, fetched_folder(settings), today=today, progress=progress)


def land_fetched(settings: Settings, quarter: str) -> StepReport:
    """Keep the fetched archive of one quarter under its hash.

    NothingThere: not fetched, or changed since. LayoutChanged: the archive holds another quarter.
    """
    from pipeline.steps.ingest import land_quarter  # noqa: PLC0415 -- fetching alone needs no engine

    watch = Stopwatch()
    archive = fetched_folder(settings) / archive_names(parsed_quarter(quarter))[0]
    if receipt_of(archive) is None:
        raise NothingThere(f"{archive} has no receipt of its own: run the fetch of {quarter} again.")
    found = quarters_in([archive], settings.archive_limits)
    if [item.quarter for item in found] != [quarter]:
        raise LayoutChanged(
            f"{archive} holds {', '.join(item.quarter for item in found)}, not {quarter}: look at FDA's site."
        )
    sha256 = land_quarter(settings, found[0])
    report = StepReport("land", run_id("land", sha256, {"quarter": quarter}), quarter, [str(archive)])
    report.counts = {"files": len(found[0].members)}
    report.details["sha256"] = sha256
    report.seconds = watch.seconds()
    return report


def fetched_folder(settings: Settings) -> Path:
    """Where scheduled downloads go: beside the tables of the lake."""
    from pipeline.lake.delta import Lake  # noqa: PLC0415 -- fetching alone needs no engine

    return Lake(settings.lake).root / "fetched"


def _counts(archives: list[dict[str, object]]) -> dict[str, object]:
    n_new = sum(bool(archive["is_new"]) for archive in archives)
    return {"archives": len(archives), "downloaded": n_new, "unchanged": len(archives) - n_new}


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
