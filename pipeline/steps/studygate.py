"""The study's gate as a step: what an extract must pass before its tables become current, and again on what the lake holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.cohort.parameters import parameters
from pipeline.config import Settings, code_version
from pipeline.contract.ledger import SEVERITIES, STUDY_GATE_RESULT, STUDY_QUARANTINE
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import NothingThere
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.studygate import StudyOutcome, biases, check_study, ranked
from pipeline.steps.heldstudy import PATIENTS, RECORDS, Place, held_studies, runs_behind, state_of
from pipeline.steps.result import Progress, StepReport, run_id
from pipeline.vocabulary.products import UNSPECIFIED, products

STEP = "validate"
NOT_ASKED = {
    "none": "the lake holds its records and no patients, since the extract was refused or its ingest broken off",
    "outdated": "its tables were written by another version of cartwatch and lack columns",
    "broken off": "an ingest was broken off while its tables were replaced, and no rule is asked of a mixture",
}


def judged_study(warehouse: Warehouse, as_of: str, table: str | None = None) -> StudyOutcome:
    """What the rules find in the study that the warehouse shows; table: only rules of this one."""
    register_rules(warehouse)
    return check_study(warehouse, as_of, table)


def register_rules(warehouse: Warehouse) -> None:
    """Show what the rules are judged by: the schedule's windows, the reporting tracks, the products that are known."""
    visits, tracks = parameters().visits, parameters().tracks
    rows: dict[str, list[dict[str, object]]] = {
        "visit_window": [
            {
                "visit": visit.id,
                "due_day": visit.day,
                "first_day": visit.day - visit.before,
                "last_day": visit.day + visit.after,
            }
            for visit in visits
        ],
        "track": [{"track": name, "last_day": track.days} for name, track in tracks.items()],
        "car_t_product": [
            {"product": known.id} for known in products() if not known.is_group or known.id == UNSPECIFIED
        ],
    }
    for name, listed in rows.items():
        warehouse.register(name, pa.Table.from_pylist(listed))


def commit_study_gate(lake: Lake, outcome: StudyOutcome, place: Mapping[str, str], run: Run, folder: Path) -> None:
    """Keep what the gate found; the quarantine stays that of the tables held, so a refused extract leaves it alone."""
    kept = [(STUDY_GATE_RESULT, outcome.results, {**place, "run_id": run.run_id})]
    if not outcome.failed:
        kept.append((STUDY_QUARANTINE, [row | {"run_id": run.run_id} for row in outcome.flagged], dict(place)))
    for table, rows, partition in kept:
        path = folder / f"{table.name}.parquet"
        n_rows = write_rows(table, pa.Table.from_pylist(rows, arrow_schema(table, stored=True)), path)
        lake.commit(table.name, partition, path, run, n_rows)


def describe_gate(report: StepReport, outcome: StudyOutcome) -> None:
    """Add to the report the rules, broken ones first, and a warning for each broken one that flags rows.

    What can bias survival is told before all that the report says already, the rest after it.
    """
    broken = outcome.broken
    report.gate = [*broken, *(row for row in outcome.results if row["passed"])]
    report.counts["broken_study_rules"] = {
        severity: sum(("critical" if row["raised"] else row["severity"]) == severity for row in broken)
        for severity in SEVERITIES
    }
    report.counts["quarantined_patient_rows"] = len(outcome.flagged)
    told = [row for row in broken if row["severity"] == "warning"]
    first, rest = ([_told(row) for row in told if biases(row) is bias] for bias in (True, False))
    report.warnings = [*first, *report.warnings, *rest]


def broken_rules(lake: Lake, place: Mapping[str, str], run: str) -> list[dict[str, Any]]:
    """Rows of study_gate_result of a run whose rules do not hold, as ranked."""
    files = lake.files(STUDY_GATE_RESULT.name, {**place, "run_id": run})
    return ranked(row for file in files for row in pq.ParquetFile(file.path).read().to_pylist())


def studies_to_judge(lake: Lake, study_id: str | None) -> list[Place]:
    """Each study and cut-off held, or those of one study; NothingThere where the lake does not hold that one."""
    held = held_studies(lake)
    chosen = [place for place in held if study_id in {None, place["study_id"]}]
    if study_id is not None and not chosen:
        known = ", ".join(dict.fromkeys(place["study_id"] for place in held)) or "none"
        raise NothingThere(
            f"The lake {lake.root} does not hold the study {study_id}; it holds {known}: run 'cartwatch ingest registry'."
        )
    return chosen


def revalidate_studies(
    settings: Settings, places: list[Place], table: str | None, progress: Progress
) -> Iterator[tuple[StepReport, str | None]]:
    """Ask the rules again of each study as the lake holds it: what they found, and why the study does not pass.

    Only what the gate says is kept, never a table of the study; with a table given not even that.
    """
    lake = Lake(settings.lake)
    for place in places:
        named, state = f"{place['study_id']} as of {place['as_of']}", state_of(lake, place)
        if state in NOT_ASKED:
            yield StepReport(STEP, ""), f"{named}: {NOT_ASKED[state]}: ingest the extract again."
            continue
        progress(f"{named} validating")
        report, outcome = StepReport(STEP, ""), _of_held(lake, settings, place, table)
        describe_gate(report, outcome)
        report.gate = [{**place, **row} for row in report.gate]
        report.warnings = [f"{named} {warning}" for warning in report.warnings]
        yield report, _refusal(named, state, outcome)


def _of_held(lake: Lake, settings: Settings, place: Place, table: str | None) -> StudyOutcome:
    runs = sorted(runs_behind(lake, place, *PATIENTS, *RECORDS))
    run = Run(STEP, run_id(STEP, runs, place), code_version())
    with lake.staging(f"registry-{place['study_id']}-{place['as_of']}") as folder, Warehouse(settings) as warehouse:
        warehouse.mount(lake, *RECORDS, *PATIENTS, partition=place)
        outcome = judged_study(warehouse, place["as_of"], table)
        if table is None:
            commit_study_gate(lake, outcome, place, run, folder)
    return outcome


def _refusal(named: str, state: str, outcome: StudyOutcome) -> str | None:
    """Why the study does not pass; None where it does."""
    said = []
    if state == "older":
        said.append(
            f"{named}: a later extract was refused; its records are held and its patients are not: ingest it again once it "
            "is corrected, or the one before."
        )
    if outcome.failed:
        said.append(
            f"{named} breaks critical rules; its tables stay as they are: ingest a corrected extract.\n"
            + "\n".join([outcome.table_of_broken_rules(), *(outcome.located if state == "current" else [])])
        )
    return "\n".join(said) or None


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['severity']}: {row['table']} {row['rule']}: {row['found']}"
