"""Which reports are one case as of a data-lock point."""

from pipeline.cases.resolution import resolve, waterfall_rows
from pipeline.config import Settings, code_version
from pipeline.lake.delta import Lake, Run
from pipeline.lake.snapshot import CORE, content_hash, data_lock_point, mount_core, mount_mart, quarters_not_held
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run


def resolve_cases(settings: Settings, as_of: str | None = None, progress: Progress = silent) -> StepReport:
    """case_current and waterfall as of a quarter; left alone where data and code are unchanged."""
    watch = Stopwatch()
    lake = Lake(settings.lake)
    dlp = data_lock_point(lake, as_of)
    report = StepReport("resolve", resolution_id(lake, dlp), dlp, _quarters(lake, dlp), [lake.uri("case_current")])
    report.warnings.extend(gap_warnings(lake, dlp))
    with lake.staging(f"resolve-{dlp}") as folder, Warehouse(settings) as warehouse:
        if is_resolved(lake, dlp, report.run_id):
            report.warnings.append(f"Cases as of {dlp} are unchanged: nothing was done.")
            mount_mart(lake, warehouse, dlp, "waterfall")
        else:
            progress(f"{dlp} resolving cases")
            mount_core(lake, warehouse, dlp)
            run = Run("resolve", report.run_id, code_version())
            for table, path, n_rows in resolve(warehouse, dlp, folder):
                lake.commit(table.name, {"as_of": dlp}, path, run, n_rows)
            mount_mart(lake, warehouse, dlp, "waterfall")
        report.counts["waterfall"] = [
            {"step": step, "unit": unit, "n": n, "meaning": meaning}
            for step, unit, n, meaning in waterfall_rows(warehouse)
        ]
    record_run(settings, report, {"as_of": dlp})
    report.seconds = watch.seconds()
    return report


def gap_warnings(lake: Lake, dlp: str) -> list[str]:
    """What must be said when the lake lacks quarters that were published by then."""
    lacking = quarters_not_held(lake, dlp)
    if lacking is None:
        return []
    return [f"The lake does not hold {lacking}: counts as of {dlp} lack what those quarters published."]


def resolution_id(lake: Lake, dlp: str) -> str:
    """Hash of the data published by then and of the code: equal ids mean equal cases."""
    return run_id("resolve", [content_hash(lake.files(name, up_to=dlp)) for name in CORE], {"as_of": dlp})


def is_resolved(lake: Lake, dlp: str, wanted: str) -> bool:
    """Whether the lake's cases as of then come from exactly this data and code."""
    return all(
        [file.run_id for file in lake.files(name, {"as_of": dlp})] == [wanted] for name in ("case_current", "waterfall")
    )


def _quarters(lake: Lake, dlp: str) -> list[str]:
    return [quarter for quarter in lake.partitions("report_version") if quarter <= dlp]
