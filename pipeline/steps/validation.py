"""The gate as a step: what a quarter's tables must pass before they become current, and again on what the lake holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.cases.counts import register_vocabulary, show_drug_products
from pipeline.config import Settings, code_version
from pipeline.contract.ledger import GATE_RESULT, QUARANTINE
from pipeline.contract.raw import RAW_TABLES
from pipeline.errors import GateFailed, NothingThere, UsageError
from pipeline.intake.faers import stage_core
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import CORE, editions_as_of, held_editions
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.gate import GateOutcome, check_quarter
from pipeline.quality.rules import gate_rules
from pipeline.quality.studyrules import study_rules
from pipeline.steps.heldstudy import Place
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.studygate import revalidate_studies, studies_to_judge

RAW = tuple(table.name for table in RAW_TABLES)
QUARTERS_FOR_MEDIAN = 8
HELD = ("source_file", "report_version", "registry_record", "study_subject")


class Asked(NamedTuple):
    """What the gate is asked of: quarters, studies by partition, and the one table, None for all of them."""

    quarters: list[str]
    studies: list[Place]
    table: str | None


def revalidate(
    settings: Settings,
    quarter: str | None = None,
    table: str | None = None,
    *,
    study_id: str | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Run the gate again on what the lake holds, for one quarter, one study, or all of both; changes no data.

    table: only its rules. NothingThere for what is not held, UsageError for a table without rules or of the other kind,
    GateFailed, with the report, where a critical rule is broken or a study has no whole tables to ask.
    """
    watch = Stopwatch()
    lake = Lake(settings.lake)
    asked = _asked(lake, quarter, table, study_id)
    held_runs = {name: [file.run_id for file in lake.files(name)] for name in HELD}
    chosen = {"quarter": quarter, "table": table, "study_id": study_id}
    report = StepReport("validate", run_id("validate", held_runs, chosen), quarter)
    failures = [*_quarters(settings, lake, asked, report, watch, progress)]
    for part, refusal in revalidate_studies(settings, asked.studies, table, progress):
        report.absorb(part)
        failures += [refusal] if refusal else []
    report.seconds = watch.seconds()
    if failures:
        raise GateFailed("\n".join(failures), report)
    return report


def _asked(lake: Lake, quarter: str | None, table: str | None, study_id: str | None) -> Asked:
    """What is held of what was named, everything where nothing was."""
    of_quarters, of_studies = table in {None, *gate_rules()}, table in {None, *study_rules()}
    if not (of_quarters or of_studies):
        raise UsageError(
            f"The gate has no rules for {table!r}; it has rules for {', '.join([*gate_rules(), *study_rules()])}."
        )
    if (quarter and not of_quarters) or (study_id and not of_studies):
        raise UsageError(f"{table} is no table of {quarter or study_id}: give --table without it.")
    held = lake.partitions("source_file") if of_quarters and (quarter or not study_id) else []
    studies = studies_to_judge(lake, study_id) if of_studies and (study_id or not quarter) else []
    if quarter and held and quarter not in held:
        raise NothingThere(
            f"The lake {lake.root} does not hold {quarter}: run 'cartwatch ingest faers' with its archive."
        )
    if not held and (quarter or not studies):
        raise NothingThere(f"The lake {lake.root} {_lacking(of_quarters and not study_id, of_studies and not quarter)}")
    return Asked([quarter] if quarter else held, studies, table)


def _lacking(of_quarters: bool, of_studies: bool) -> str:
    """What is not there and how to bring it in."""
    ways = {"quarter": ("faers", of_quarters), "study": ("registry", of_studies)}
    asked = {what: f"'cartwatch ingest {verb}'" for what, (verb, is_asked) in ways.items() if is_asked}
    return f"holds {' and '.join(f'no {what}' for what in asked)}: run {' or '.join(asked.values())} first."


def _quarters(
    settings: Settings, lake: Lake, asked: Asked, report: StepReport, watch: Stopwatch, progress: Progress
) -> Iterator[str]:
    """Judge each quarter, add what was found to the report, and yield why a quarter does not pass."""
    for held, edition in _to_judge(lake, asked.quarters):
        progress(f"{held} validating")
        partition = {"quarter": held, "edition": edition}
        run = Run("ingest", run_id("validate", report.run_id, partition), code_version())
        outcome = _gate_of_held(lake, settings, partition, run, asked.table, progress)
        report.absorb(gate_report("validate", held, outcome, run, watch))
        if outcome.failed:
            yield gate_message(held, outcome)


def _to_judge(lake: Lake, quarters: list[str]) -> list[tuple[str, str]]:
    """Of each quarter the edition that counts today, and those staged that the gate never let through."""
    typed, staged = held_editions(lake), held_editions(lake, "source_file")
    today = editions_as_of(lake, max(typed, default=""))
    return [
        (quarter, edition.label)
        for quarter in quarters
        for edition in staged[quarter]
        if edition == today.get(quarter) or edition not in typed.get(quarter, [])
    ]


def ingest_run(quarter: str, sha256: str) -> Run:
    """Who writes a quarter's tables: the same archive and code always under the same id."""
    return Run("ingest", run_id("ingest", sha256, {"quarter": quarter}), code_version(), sha256)


def show_raw(lake: Lake, warehouse: Warehouse, partition: Mapping[str, str]) -> None:
    """Show one edition's raw tables, and the vocabulary that typing and the gate need."""
    warehouse.mount(lake, *RAW, "rejected", "source_file", partition=partition)
    register_vocabulary(warehouse)


def gate(lake: Lake, warehouse: Warehouse, quarter: str, run: str, table: str | None = None) -> GateOutcome:
    """What the rules find in the edition the warehouse shows; table: only rules of this one."""
    show_drug_products(warehouse)
    return check_quarter(warehouse, quarter, run, _earlier_counts(lake, quarter), table)


def runs_of(lake: Lake, name: str, partition: Mapping[str, str]) -> list[str]:
    """Whose run holds the edition: typed tables of another run than the raw ones are typed again before the gate."""
    return [file.run_id for file in lake.files(name, partition)]


def commit_gate(lake: Lake, outcome: GateOutcome, partition: Mapping[str, str], run: Run, folder: Path) -> None:
    """Keep what the gate found; the quarantine stays that of the typed tables, so a refused quarter leaves it alone."""
    kept = [(GATE_RESULT, outcome.results, {"quarter": partition["quarter"], "run_id": run.run_id})]
    if not outcome.failed:
        kept.append((QUARANTINE, outcome.quarantine, dict(partition)))
    for table, rows, place in kept:
        path = folder / f"{table.name}.parquet"
        lake.commit(table.name, place, path, run, write_rows(table, rows, path))


def gate_message(quarter: str, outcome: GateOutcome) -> str:
    """Why the quarter was refused, and what stays as it was."""
    return (
        f"{quarter} broke critical rules; the raw tables are kept, the previous typed tables stay current; "
        f"look at the rows named and at FDA's notice for the quarter.\n{outcome.table_of_broken_rules()}"
    )


def gate_report(step: str, quarter: str, outcome: GateOutcome, run: Run, watch: Stopwatch) -> StepReport:
    """The rules and what they found, as a step says it; CAR-T cases with a flagged row by their number."""
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


def _gate_of_held(
    lake: Lake, settings: Settings, partition: Mapping[str, str], run: Run, table: str | None, progress: Progress
) -> GateOutcome:
    quarter = partition["quarter"]
    with lake.staging(quarter) as folder, Warehouse(settings) as warehouse:
        show_raw(lake, warehouse, partition)
        if runs_of(lake, "report_version", partition) == runs_of(lake, "raw_demo", partition):
            warehouse.mount(lake, *CORE, partition=partition)
        else:
            list(stage_core(quarter, partition["edition"], folder, warehouse, progress))
        outcome = gate(lake, warehouse, quarter, run.run_id, table)
        if table is None:
            commit_gate(lake, outcome, partition, run, folder)
    return outcome


def _earlier_counts(lake: Lake, quarter: str) -> dict[str, list[int]]:
    """Rows of each raw table in the latest editions of the quarters before this one, oldest first."""
    latest = {
        held: editions[-1].label
        for held, editions in (held_editions(lake, "source_file") | held_editions(lake)).items()
        if held < quarter
    }
    return {
        name: [
            file.n_rows
            for file in lake.files(name)
            if latest.get(file.partition["quarter"]) == file.partition["edition"]
        ][-QUARTERS_FOR_MEDIAN:]
        for name in RAW
    }
