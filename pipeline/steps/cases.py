"""Which reports are one case as of a data-lock point."""

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import overfull_blocks
from pipeline.cases.resolution import resolve, waterfall_rows
from pipeline.config import Settings, code_version
from pipeline.contract.quarter import quarter_number
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.snapshot import (
    CORE,
    content_hash,
    data_lock_point,
    editions_as_of,
    files_as_of,
    mount_core,
    mount_mart,
    quarter_ranges,
    quarters_not_held,
    quarters_without_original,
)
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run


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
            progress(f"{dlp} resolving cases")
            mount_core(lake, warehouse, dlp)
            register_vocabulary(warehouse)
            run = Run("resolve", report.run_id, code_version())
            for table, path, n_rows in resolve(warehouse, dlp, folder):
                lake.commit(table.name, {"as_of": dlp}, path, run, n_rows)
            report.warnings += overfull_blocks(warehouse)
            mount_mart(lake, warehouse, dlp, "waterfall")
        report.counts["waterfall"] = [
            {"step": step, "unit": unit, "n": n, "meaning": meaning}
            for step, unit, n, meaning in waterfall_rows(warehouse)
        ]
    record_run(settings, report, {"as_of": dlp})
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
    return all(
        [file.run_id for file in lake.files(name, {"as_of": dlp})] == [wanted]
        for name in ("case_current", "duplicate_pair", "waterfall")
    )


def _quarters(lake: Lake, dlp: str) -> list[str]:
    """The archive behind each quarter, so that a record says what was read."""
    return [f"{quarter} {edition.label}" for quarter, edition in editions_as_of(lake, dlp).items()]
