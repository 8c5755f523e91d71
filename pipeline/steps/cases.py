"""Which reports are one case as of a data-lock point."""

from pathlib import Path

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import overfull_blocks
from pipeline.cases.relinking import resolve_again
from pipeline.cases.resolution import RESOLVED, Written, resolve, waterfall_rows
from pipeline.config import Settings, code_version
from pipeline.contract.quarter import quarter_number
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.snapshot import (
    CORE,
    content_hash,
    data_lock_point,
    editions_as_of,
    files_as_of,
    labels_as_of,
    mount_core,
    mount_mart,
    quarter_ranges,
    quarters_not_held,
    quarters_without_original,
)
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.linking import (
    Earlier,
    Start,
    keep_keys,
    key_lacking,
    lacking_keys,
    share_changed,
    show_earlier,
)
from pipeline.steps.owncohort import mark_own_cohort
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import is_current, record_run

# Where more of the reports than this changed, working everything out anew is as fast.
MOST_CHANGED = 0.25
FIRST = "anew: no earlier data-lock point has cases"


def resolve_cases(settings: Settings, as_of: str | None = None, progress: Progress = silent) -> StepReport:
    """case_current and waterfall as of a quarter; left alone where data and code are unchanged."""
    watch = Stopwatch()
    lake = open_lake(settings)
    dlp = data_lock_point(lake, as_of)
    report = StepReport("resolve", resolution_id(lake, dlp), dlp, _quarters(lake, dlp), [lake.uri("case_current")])
    report.warnings.extend(caveats_of(settings, lake, dlp))
    with lake.staging(f"resolve-{dlp}") as folder, Warehouse(settings) as warehouse:
        if is_resolved(lake, dlp, report.run_id):
            report.warnings.append(f"Cases as of {dlp} are unchanged: nothing was done.")
            mount_mart(lake, warehouse, dlp, "waterfall")
        else:
            run = Run("resolve", report.run_id, code_version())
            progress(f"{dlp} resolving cases")
            start = _show_start(settings, lake, warehouse, dlp)
            _tell_start(report, start, progress)
            for table, path, n_rows in _resolve(lake, warehouse, dlp, start, folder):
                lake.commit(table.name, {"as_of": dlp}, path, run, n_rows)
            mount_mart(lake, warehouse, dlp, "waterfall", "overfull_block")
            report.warnings += overfull_blocks(warehouse)
        report.counts["waterfall"] = [
            {"step": step, "unit": unit, "n": n, "meaning": meaning}
            for step, unit, n, meaning in waterfall_rows(warehouse)
        ]
    record_run(settings, report, {"as_of": dlp})
    report.warnings += mark_own_cohort(settings, lake, dlp, report.run_id)
    report.seconds = watch.seconds()
    return report


def caveats_of(settings: Settings, lake: Lake, dlp: str) -> list[str]:
    """What must be said of the data: quarters lacking, only later issues held, issues pinned, duplicates counted."""
    told = []
    if lacking := quarters_not_held(lake, dlp):
        told.append(f"The lake does not hold {lacking}: counts as of {dlp} lack what those quarters published.")
    if later := quarter_ranges([quarter_number(quarter) for quarter in quarters_without_original(lake, dlp)]):
        told.append(
            f"Original not held: {later}; what FDA first published was overwritten before it was fetched, "
            f"so counts as of {dlp} rest on a later issue."
        )
    undated = [quarter for quarter, edition in editions_as_of(lake, dlp).items() if not edition.published]
    if undated:
        told.append(
            f"Archives without a publisher's date: {quarter_ranges([quarter_number(quarter) for quarter in undated])}; "
            "when they came out is not known, so they count as of every quarter."
        )
    if pins := {quarter: sha256 for quarter, sha256 in lake.pins.items() if quarter <= dlp}:
        pinned = ", ".join(f"{quarter} = {sha256}" for quarter, sha256 in sorted(pins.items()))
        told.append(f"Data versions pinned: {pinned}; other counts as of {dlp} may differ.")
    if settings.with_duplicates:
        told.append(f"Duplicates are counted: the default counts as of {dlp} leave them out.")
    return told


def resolution_id(lake: Lake, dlp: str) -> str:
    """Hash of the data published by then and of the code: equal ids mean equal cases."""
    return run_id("resolve", [content_hash(files_as_of(lake, name, dlp)) for name in CORE], {"as_of": dlp})


def is_resolved(lake: Lake, dlp: str, wanted: str) -> bool:
    """Whether the lake's cases as of then come from exactly this data and code."""
    return is_current(lake, (table.name for table in RESOLVED), dlp, wanted)


def starting_point(lake: Lake, dlp: str) -> Start:
    """The newest earlier data-lock point whose cases are today's, while not too much was published since."""
    points = [point for point in reversed(lake.partitions("case_current", "as_of")) if point < dlp]
    for point in points:
        earlier = Earlier(point, labels_as_of(lake, point))
        changed = share_changed(lake, dlp, earlier)
        if changed > MOST_CHANGED:
            return Start(None, f"anew: {changed:.0%} of the report versions changed since {point}")
        if is_resolved(lake, point, resolution_id(lake, point)):
            return Start(earlier, f"from {point}")
    if points:
        return Start(None, f"anew: no cases of {', '.join(points)} come from today's data and code")
    return Start(None, FIRST)


def _show_start(settings: Settings, lake: Lake, warehouse: Warehouse, dlp: str) -> Start:
    """Show the data as of then, and what to go on from where there is something."""
    mount_core(lake, warehouse, dlp)
    register_vocabulary(warehouse)
    start, now = starting_point(lake, dlp), labels_as_of(lake, dlp)
    if start.earlier is None:
        return start
    key_lacking(settings, lake, start.earlier.labels, now)
    if lacking_keys(lake, start.earlier.labels, now):
        return Start(None, "anew: another process is writing the keys of the versions")
    show_earlier(lake, warehouse, dlp, start.earlier)
    return start


def _tell_start(report: StepReport, start: Start, progress: Progress) -> None:
    report.details["start"] = start.told
    progress(f"{report.as_of} resolving cases {start.told}")
    if start.told != FIRST:
        report.warnings.append(f"Cases as of {report.as_of} were worked out {start.told}.")


def _resolve(lake: Lake, warehouse: Warehouse, dlp: str, start: Start, folder: Path) -> Written:
    """The cases as of then, from those of an earlier data-lock point or from the beginning."""
    if start.earlier is not None:
        return resolve_again(warehouse, start.earlier.as_of, dlp, folder)
    lacking = lacking_keys(lake, labels_as_of(lake, dlp))
    return resolve(warehouse, dlp, folder, lambda made: keep_keys(lake, made, lacking))


def _quarters(lake: Lake, dlp: str) -> list[str]:
    """The archive behind each quarter, so that a record says what was read."""
    return [f"{quarter} {edition.label}" for quarter, edition in editions_as_of(lake, dlp).items()]
