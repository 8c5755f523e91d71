"""From the publisher's archives to typed, validated tables, one quarter at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.cases.counts import register_vocabulary, show_drug_products
from pipeline.config import Settings, code_version
from pipeline.contract.ledger import GATE_RESULT, QUARANTINE
from pipeline.contract.raw import RAW_TABLES
from pipeline.errors import GateFailed, NothingThere
from pipeline.intake.archive import QuarterInput, check_bytes, quarters_in
from pipeline.intake.faers import Account, Staged, check_layout, stage_core, stage_raw
from pipeline.intake.landing import land, landed, sha256_of
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import CORE
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.gate import GateOutcome, check_quarter
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run

RAW = tuple(table.name for table in RAW_TABLES)
QUARTERS_FOR_MEDIAN = 8


def ingest(settings: Settings, paths: Sequence[Path], progress: Progress = silent) -> StepReport:
    """Land, stage, type and validate every quarter the paths hold; unchanged quarters are left alone.

    Layouts and checksums of all quarters are checked before the first is written, so that a damaged archive
    stops the run while nothing is written. A quarter that the gate refuses does not keep the others out: GateFailed
    is raised at the end, with the report of the whole run.
    """
    watch = Stopwatch()
    lake = Lake(settings.lake)
    quarters = quarters_in(paths, settings.archive_limits)
    for quarter in quarters:
        check_layout(quarter)
    hashes = {quarter.quarter: sha256_of(quarter) for quarter in quarters}
    pending = [quarter for quarter in quarters if not _is_current(lake, quarter.quarter, hashes[quarter.quarter])]
    for quarter in pending:
        progress(f"{quarter.quarter} checking the archive")
        check_bytes(quarter)
    report = StepReport("ingest", run_id("ingest", hashes, {}), inputs=[str(path) for path in paths])
    failures: list[str] = []
    for quarter in quarters:
        if quarter in pending:
            failures += _ingest_quarter(settings, quarter, report, progress)
        else:
            report.warnings.append(f"{quarter.quarter} is unchanged: nothing was done.")
    report.as_of = quarters[-1].quarter
    report.counts |= {"quarters": [quarter.quarter for quarter in quarters], "unchanged": len(quarters) - len(pending)}
    report.seconds = watch.seconds()
    if failures:
        raise GateFailed("\n".join(failures), report)
    return report


def _ingest_quarter(settings: Settings, quarter: QuarterInput, report: StepReport, progress: Progress) -> list[str]:
    """Land, stage and validate one quarter; what the gate refuses is told, and the next quarter has its turn."""
    land(quarter, Lake(settings.lake).root)
    _merge(report, stage_quarter(settings, quarter.quarter, progress))
    try:
        _merge(report, validate_quarter(settings, quarter.quarter, progress))
    except GateFailed as failure:
        if isinstance(failure.report, StepReport):
            _merge(report, failure.report)
        return [str(failure)]
    return []


def land_quarter(settings: Settings, quarter: QuarterInput) -> str:
    """Keep the publisher's bytes once they have been unpacked without a fault; returns their SHA-256."""
    check_bytes(quarter)
    return land(quarter, Lake(settings.lake).root)[1]


def stage_quarter(settings: Settings, quarter: str, progress: Progress = silent) -> StepReport:
    """Landed bytes to the raw tables of one quarter, which always commit, whatever the gate will say."""
    watch = Stopwatch()
    lake = Lake(settings.lake)
    given, sha256 = landed(lake.root, quarter, settings.archive_limits)
    check_layout(given)
    run = _run_of(quarter, sha256)
    with lake.staging(quarter) as folder:
        staged, accounts = stage_raw(given, sha256, run.run_id, folder, progress)
        _commit(lake, staged, {"quarter": quarter}, run)
    report = StepReport("stage", run.run_id, quarter, [str(given.origin)], [lake.uri(name) for name in RAW])
    report.counts = {"files": [{"quarter": quarter} | asdict(account) for account in accounts], **_totals(accounts)}
    report.seconds = watch.seconds()
    return report


def validate_quarter(settings: Settings, quarter: str, progress: Progress = silent) -> StepReport:
    """Type one quarter's raw tables, put them through the gate and make them current.

    GateFailed, with the table of broken rules, leaves the previous typed tables current.
    """
    watch = Stopwatch()
    lake = Lake(settings.lake)
    sha256 = _staged_sha256(lake, settings, quarter)
    run = _run_of(quarter, sha256)
    with lake.staging(quarter) as folder, Warehouse(settings) as warehouse:
        _show_raw(lake, warehouse, quarter)
        staged = list(stage_core(quarter, folder, warehouse, progress))
        progress(f"{quarter} validating")
        outcome = _gate(lake, warehouse, quarter, run.run_id)
        _commit_gate(lake, outcome, quarter, run, folder)
        report = _gate_report("validate", quarter, outcome, run, watch)
        if outcome.failed:
            raise GateFailed(_gate_message(quarter, outcome), report)
        _commit(lake, staged, {"quarter": quarter}, run)
    report.outputs = [lake.uri(name) for name in CORE]
    report.counts = {"rows": {item.table.name: item.n_rows for item in staged}, **report.counts}
    record_run(settings, report, {"quarter": quarter, "archive_sha256": sha256})
    return report


def revalidate(
    settings: Settings, quarter: str | None = None, table: str | None = None, progress: Progress = silent
) -> StepReport:
    """Run the gate again on what the lake holds, for one quarter or all; changes no data."""
    watch = Stopwatch()
    lake = Lake(settings.lake)
    quarters = lake.partitions("source_file")
    if quarters and quarter is not None and quarter not in quarters:
        raise NothingThere(
            f"The lake {lake.root} does not hold {quarter}: run 'cartwatch ingest faers' with its archive."
        )
    if not quarters:
        raise NothingThere(f"The lake {lake.root} holds no quarter: run 'cartwatch ingest faers' first.")
    held_runs = {name: [file.run_id for file in lake.files(name)] for name in ("source_file", "report_version")}
    report = StepReport("validate", run_id("validate", held_runs, {"quarter": quarter, "table": table}), quarter)
    failures = []
    for held in [quarter] if quarter else quarters:
        progress(f"{held} validating")
        outcome = _gate_of_held(lake, settings, held, report.run_id, table, progress)
        _merge(report, _gate_report("validate", held, outcome, _run_of(held, "", report.run_id), watch))
        if outcome.failed:
            failures.append(_gate_message(held, outcome))
    report.seconds = watch.seconds()
    if failures:
        raise GateFailed("\n".join(failures), report)
    return report


def _run_of(quarter: str, sha256: str, given: str | None = None) -> Run:
    return Run("ingest", given or run_id("ingest", sha256, {"quarter": quarter}), code_version(), sha256)


def _is_current(lake: Lake, quarter: str, sha256: str) -> bool:
    """Whether the quarter's tables, raw and typed, all come from these bytes and this code."""
    wanted = _run_of(quarter, sha256).run_id
    tables = ("source_file", *RAW, *CORE)
    return all([file.run_id for file in lake.files(name, {"quarter": quarter})] == [wanted] for name in tables)


def _commit(lake: Lake, staged: Sequence[Staged], partition: Mapping[str, str], run: Run) -> None:
    for item in staged:
        lake.commit(item.table.name, partition, item.path, run, item.n_rows)


def _staged_sha256(lake: Lake, settings: Settings, quarter: str) -> str:
    with Warehouse(settings) as warehouse:
        warehouse.mount(lake, "source_file", partition={"quarter": quarter})
        found = warehouse.rows("SELECT DISTINCT archive_sha256 FROM source_file")
    if not found:
        raise NothingThere(f"{quarter} has not been staged: run 'cartwatch ingest faers' with its archive.")
    return str(found[0][0])


def _show_raw(lake: Lake, warehouse: Warehouse, quarter: str) -> None:
    warehouse.mount(lake, *RAW, "rejected", "source_file", partition={"quarter": quarter})
    register_vocabulary(warehouse)


def _gate(lake: Lake, warehouse: Warehouse, quarter: str, run: str, table: str | None = None) -> GateOutcome:
    show_drug_products(warehouse)
    return check_quarter(warehouse, quarter, run, _earlier_counts(lake, quarter), table)


def _gate_of_held(
    lake: Lake, settings: Settings, quarter: str, run: str, table: str | None, progress: Progress
) -> GateOutcome:
    with lake.staging(quarter) as folder, Warehouse(settings) as warehouse:
        _show_raw(lake, warehouse, quarter)
        if _runs_of(lake, "report_version", quarter) == _runs_of(lake, "raw_demo", quarter):
            warehouse.mount(lake, *CORE, partition={"quarter": quarter})
        else:
            list(stage_core(quarter, folder, warehouse, progress))
        outcome = _gate(lake, warehouse, quarter, run, table)
        if table is None:
            _commit_gate(lake, outcome, quarter, _run_of(quarter, "", run), folder)
    return outcome


def _runs_of(lake: Lake, name: str, quarter: str) -> list[str]:
    """Whose run holds the quarter: typed tables of another run than the raw ones are typed again before the gate."""
    return [file.run_id for file in lake.files(name, {"quarter": quarter})]


def _earlier_counts(lake: Lake, quarter: str) -> dict[str, list[int]]:
    """Rows of each raw table in the quarters before this one, oldest first."""
    return {
        name: [file.n_rows for file in lake.files(name) if file.partition["quarter"] < quarter][-QUARTERS_FOR_MEDIAN:]
        for name in RAW
    }


def _commit_gate(lake: Lake, outcome: GateOutcome, quarter: str, run: Run, folder: Path) -> None:
    """Keep what the gate found; the quarantine stays that of the typed tables, so a refused quarter leaves it alone."""
    kept = [(GATE_RESULT, outcome.results, {"quarter": quarter, "run_id": run.run_id})]
    if not outcome.failed:
        kept.append((QUARANTINE, outcome.quarantine, {"quarter": quarter}))
    for table, rows, partition in kept:
        path = folder / f"{table.name}.parquet"
        lake.commit(table.name, partition, path, run, write_rows(table, rows, path))


def _gate_message(quarter: str, outcome: GateOutcome) -> str:
    return (
        f"{quarter} broke critical rules; the raw tables are kept, the previous typed tables stay current; "
        f"look at the rows named and at FDA's notice for the quarter.\n{outcome.table_of_broken_rules()}"
    )


def _gate_report(step: str, quarter: str, outcome: GateOutcome, run: Run, watch: Stopwatch) -> StepReport:
    report = StepReport(step, run.run_id, quarter)
    report.gate = [dict(row) for row in outcome.results.to_pylist()]
    touched = outcome.quarantine.filter(outcome.quarantine["is_car_t"]).to_pylist()
    report.counts = {"quarantined_rows": outcome.quarantine.num_rows, "quarantined_car_t_rows": len(touched)}
    report.warnings = [f"{quarter} CAR-T case {row['case_id']}: {row['rule']}: {row['reason']}" for row in touched]
    report.warnings += [
        f"{quarter} {row['severity']}: {row['table']} {row['rule']}: {row['found']}"
        for row in report.gate
        if not row["passed"] and row["severity"] == "warning"
    ]
    report.seconds = watch.seconds()
    return report


def _totals(accounts: Sequence[Account]) -> dict[str, int]:
    return {
        "read": sum(account.n_read for account in accounts),
        "kept": sum(account.n_kept for account in accounts),
        "rejected": sum(account.n_rejected for account in accounts),
    }


def _merge(report: StepReport, part: StepReport) -> None:
    """Add one quarter's part to the report of the whole run."""
    for name, value in part.counts.items():
        have = report.counts.get(name)
        if isinstance(value, dict):
            earlier = have if isinstance(have, dict) else {}
            report.counts[name] = {key: earlier.get(key, 0) + n for key, n in value.items()}
        elif isinstance(value, list):
            report.counts[name] = [*(have if isinstance(have, list) else []), *value]
        else:
            report.counts[name] = (have if isinstance(have, int) else 0) + int(str(value))
    report.outputs = sorted({*report.outputs, *part.outputs})
    report.gate.extend(part.gate)
    report.warnings.extend(part.warnings)
