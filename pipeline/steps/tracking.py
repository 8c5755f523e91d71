"""The signal tracking report of one interval, written for people."""

import datetime as dt
from pathlib import Path

from pipeline.config import Settings, code_version
from pipeline.governance.datafiles import data_file
from pipeline.governance.planstanding import PLAN_COLUMNS
from pipeline.governance.states import states
from pipeline.governance.store import open_store
from pipeline.governance.tracking import ACTION_COLUMNS, SIGNAL_COLUMNS, TIMELINESS_COLUMNS, Tracking, tracking
from pipeline.report.signaltracking import ACTIONS, LISTING, PLANS, POWER, TIMELINESS, TrackingFacts, write_tracking
from pipeline.steps.governing import reported
from pipeline.steps.planpower import POWER_COLUMNS, power_rows
from pipeline.steps.result import StepReport, Stopwatch, run_id


def write_signal_tracking(settings: Settings, start: dt.date, end: dt.date, out: Path) -> StepReport:
    """Write the signals new, ongoing and closed from one day to another as HTML, XLSX and CSV.

    Both days are included, UTC. Rests on the audit trail up to the last day alone: the same interval gives the same
    files again. UsageError for an interval that runs backwards.
    """
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        told = tracking(connection, start, end)
    facts = tracking_facts(told)
    paths = write_tracking(facts, out)
    report = reported("signal tracking", store, {"from": str(start), "to": str(end)}, watch)
    report.run_id = _run_id(told)
    report.as_of = end.isoformat()
    report.outputs = [str(path) for path in paths]
    report.counts |= {name: list(rows) for name, rows in facts.tables.items()}
    if store.clock().date() <= end:
        report.warnings.append(f"The interval ends on {end}, which is not over (UTC): its report can still change.")
    return report


def tracking_facts(told: Tracking) -> TrackingFacts:
    """The report's content, from the rows alone."""
    tables = {
        LISTING: told.signals,
        TIMELINESS: told.timeliness,
        ACTIONS: told.actions,
        PLANS: [one.row() for one in told.plans],
        POWER: [row for one in told.plans for row in power_rows(one.content)],
    }
    notes = [
        ("Interval", f"{told.start} to {told.end}, both days included, UTC"),
        ("Data-lock point", f"{told.end}: nothing recorded later is told"),
        ("Audit trail", f"{told.n_events} records, last hash {told.head_hash[:16]}"),
        ("Code version", code_version()),
        ("Run id", _run_id(told)),
        (
            "Columns",
            "Those of the tabular summary of safety signals of ICH E2C(R2), with owner, timeliness and evidence beside",
        ),
    ]
    columns = {
        LISTING: SIGNAL_COLUMNS,
        TIMELINESS: TIMELINESS_COLUMNS,
        ACTIONS: ACTION_COLUMNS,
        PLANS: PLAN_COLUMNS,
        POWER: POWER_COLUMNS,
    }
    return TrackingFacts(told.start, told.end, tables, columns, _titles(), notes)


def _run_id(told: Tracking) -> str:
    return run_id("signal tracking", told.head_hash, {"from": str(told.start), "to": str(told.end)})


def _titles() -> dict[str, str]:
    """Words for the codes that the page shows."""
    sources = {source["id"]: source["title"] for source in data_file("review.yaml")["sources"]}
    answers = {"listed": "listed", "not_listed": "not listed", "unknown": "not known"}
    return {one.id: one.title for one in states().values()} | sources | answers
