"""Due looks of registered plans: counted as of their data-lock point, judged by the plan's design, written once."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from pipeline.cases.meddra import loaded_versions
from pipeline.cases.watched import Cells, report_counts, watched_pair
from pipeline.cohort.watched import cohort_counts
from pipeline.config import Settings
from pipeline.contract.mart import SIGNAL
from pipeline.contract.study import PATIENT_TABLES
from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.governance.judging import judged_look
from pipeline.governance.ledger import (
    CROSSED,
    DONE,
    DueLook,
    LookRow,
    due_looks,
    looks_of,
    other_definition,
    record_look,
    skip_look,
)
from pipeline.governance.plan import plan as registered
from pipeline.governance.signals import open_from_look
from pipeline.governance.store import SYSTEM, Store, open_store, roles_of
from pipeline.lake.delta import Lake, open_lake
from pipeline.lake.warehouse import Warehouse
from pipeline.sequential.judgement import Counts
from pipeline.steps.governing import reported
from pipeline.steps.looksnapshot import published_point, reports_snapshot, study_snapshot
from pipeline.steps.owncohort import marked_cells
from pipeline.steps.result import Progress, StepReport, Stopwatch, silent
from pipeline.steps.signals import compute_signals
from pipeline.steps.study import asked_of, study_tables
from pipeline.steps.unadjusted import beside

REPORTING_ALERT = (
    "A crossing in spontaneous reports is a reporting alert: the product's reports of the event grew against the "
    "comparator's by more than the plan's alpha lets chance do. It measures reporting and opens a review, no more."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw: counts for its design, what of the data re-creates them, the run, and what stands beside."""

    counts: Counts
    snapshot: dict[str, Any]
    run_id: str | None
    beside: dict[str, Any]


See = Callable[[DueLook, list[LookRow]], Seen]


def run_looks(
    settings: Settings,
    as_of: str | None = None,
    *,
    world: str = "spontaneous",
    study_id: str | None = None,
    only_plans: Iterable[str] = (),
    progress: Progress = silent,
) -> StepReport:
    """Make every look that is due by a data-lock point, in turn; a crossing opens its signal in the same transaction.

    as_of: a quarter of reports, or a cut-off of the study; by default the newest held. study_id: of plans that have not
    looked yet; a plan stays with its study. A look that cannot be made, for its data are not there or do not fit its plan,
    is left due and told, and keeps no other plan's looks waiting. Made again, nothing changes. Acts as settings.actor,
    else as the system.
    """
    watch, store, lake = Stopwatch(), open_store(settings), open_lake(settings)
    if world == "cohort":
        dlp, see = as_of or _newest_cut_off(lake), _cohort(settings, lake, study_id)
    else:
        dlp, see = published_point(lake, as_of), _reports(settings, lake, progress)
    actor = settings.actor or SYSTEM
    with store.reading() as connection:
        roles_of(connection, actor)  # nobody unknown begins
        chosen = [registered(connection, name).id for name in only_plans]
        due = [one for one in due_looks(connection, dlp, world) if not chosen or one.plan.id in chosen]
    made, left = _made(store, actor, due, see, progress)
    report = reported("look", store, {"world": world, "as_of": dlp, "plans": chosen}, watch)
    report.as_of = dlp
    crossed = sum(row["is_crossed"] for row in made)
    report.counts |= {"n_due": len(due), "n_made": len(made), "n_crossed": crossed, "n_plans_left_due": len(left)}
    report.details["looks"] = made
    crossed_reports = world == "spontaneous" and report.counts["n_crossed"]
    report.warnings += [*left, *([REPORTING_ALERT] if crossed_reports else [])]
    report.seconds = watch.seconds()
    return report


def skip(settings: Settings, plan_id: str, number: int, reason: str) -> StepReport:
    """Write that a planned look was not made, and why; no alpha is spent on it."""
    watch, store = Stopwatch(), open_store(settings)
    with store.writing(settings.actor) as writing:
        row = skip_look(writing, registered(writing.connection, plan_id), number, reason)
    report = reported("look skip", store, {"look": row.id}, watch)
    report.as_of = row.dlp
    report.details["looks"] = [_shown(row, None, {})]
    return report


def seen_of(
    settings: Settings, look: DueLook, held: list[LookRow], study_id: str | None, progress: Progress = silent
) -> Seen:
    """What a look sees in the lake as it is today; NothingThere where its data are not held."""
    lake = open_lake(settings)
    see = _cohort(settings, lake, study_id) if look.plan.world == "cohort" else _reports(settings, lake, progress)
    return see(look, held)


def _made(
    store: Store, actor: str, due: list[DueLook], see: See, progress: Progress
) -> tuple[list[dict[str, Any]], list[str]]:
    """Looks made, and why others were not; of a plan, the looks after one that was not made, or that ends it, wait."""
    made: list[dict[str, Any]] = []
    left: list[str] = []
    over: set[str] = set()
    for look in [one for one in due if one.plan.id not in over]:
        if look.plan.id in over:
            continue
        progress(f"look {look.number} of {look.plan.id} as of {look.dlp}")
        try:
            seen = _seen(store, look, see)
            row, signal_id = _written(store, actor, look, seen)
        except (NothingThere, UsageError, InputRefused) as missing:
            left.append(f"Look {look.number} of {look.plan.id} as of {look.dlp} is left due: {missing}")
            over.add(look.plan.id)
            continue
        made.append(_shown(row, signal_id, seen.beside))
        if row.decision != "continue":
            over.add(look.plan.id)
    return made, left


def _seen(store: Store, look: DueLook, see: See) -> Seen:
    """What a look sees; UsageError for a plan whose endpoint is defined otherwise by now, before anything is counted."""
    if (why := other_definition(look.plan)) is not None:
        raise UsageError(why)
    with store.reading() as connection:
        held = looks_of(connection, look.plan.id)
    return see(look, held)


def _written(store: Store, actor: str, look: DueLook, seen: Seen) -> tuple[LookRow, int | None]:
    """The look in the ledger, and the signal that its crossing opened or added to."""
    with store.writing(actor) as writing:
        held = looks_of(writing.connection, look.plan.id)
        row = judged_look(look.plan, held, look.dlp, seen.counts, seen.snapshot, run_id=seen.run_id)
        kept = record_look(writing, look.plan, row)
        by_itself = replace(
            writing, actor=SYSTEM, roles=(SYSTEM,)
        )  # a crossing opens its signal, whoever made the look
        own = seen.beside.get("n_own_cohort")
        signal = open_from_look(by_itself, look.plan, kept, own)[0].id if kept.decision == CROSSED else None
    return kept, signal


def _reports(settings: Settings, lake: Lake, progress: Progress) -> See:
    # A plan is about the shipped lists of terms: a MedDRA that is loaded later must not change what it counts.
    as_shipped = replace(settings, meddra="none") if loaded_versions(lake) else settings
    lake = open_lake(as_shipped)

    def see(look: DueLook, held: list[LookRow]) -> Seen:
        computed = compute_signals(as_shipped, look.dlp, progress=progress)
        plan = look.plan
        with Warehouse(settings) as warehouse:
            warehouse.show_files(SIGNAL, lake.files(SIGNAL.name, {"as_of": look.dlp}))
            pair = watched_pair(warehouse, plan.product, plan.endpoint, plan.scope, str(plan.comparator))
            asked = {"product": plan.product, "event": plan.endpoint, "scope": plan.scope}
            own = marked_cells(lake, warehouse, look.dlp, asked)
        counts = report_counts(pair.cells, [row.snapshot["cells"] for row in _before(held, look)])
        snapshot = reports_snapshot(lake, look.dlp, Cells._asdict(pair.cells))
        other = beside(pair, look.number) | ({} if own is None else {"n_own_cohort": own})
        return Seen(counts, snapshot, computed.run_id, other)

    return see


def _cohort(settings: Settings, lake: Lake, study_id: str | None) -> See:
    def see(look: DueLook, held: list[LookRow]) -> Seen:
        own = [str(row.snapshot["study"]["study_id"]) for row in _before(held, look)]
        if own and study_id not in (None, own[0]):
            raise UsageError(f"Plan {look.plan.id} looks at study {own[0]}, not {study_id}: one plan, one study.")
        asked, plan = asked_of(lake, own[0] if own else study_id, look.dlp), look.plan
        with Warehouse(settings) as warehouse:
            tables = study_tables(lake, warehouse, asked)
        day = dt.date.fromisoformat(look.dlp)
        counts = cohort_counts(tables, day, plan.product, plan.endpoint, plan.expected)
        snapshot = study_snapshot(lake, [table.name for table in PATIENT_TABLES], asked.partition)
        return Seen(counts, snapshot, None, {})

    return see


def _before(held: list[LookRow], look: DueLook) -> list[LookRow]:
    return [row for row in held if row.status == DONE and row.number < look.number]


def _newest_cut_off(lake: Lake) -> str:
    """Of all studies; NothingThere where the lake holds none."""
    points = lake.partitions("study_subject", "as_of")
    if not points:
        raise NothingThere(f"The lake {lake.root} holds no study: run 'cartwatch ingest registry' first.")
    return points[-1]


def _shown(row: LookRow, signal_id: int | None, other: dict[str, Any]) -> dict[str, Any]:
    names = ("plan_id", "number", "dlp", "observed", "expected", "statistic", "critical_value", "alpha_spent")
    told = {name: getattr(row, name) for name in (*names, "decision", "note", "status", "is_late")}
    share, compared = row.counts.get("share"), row.counts.get("compared")
    return {
        "look_id": row.id,
        **told,
        "compared": compared,
        "share": share,
        "is_crossed": row.decision == CROSSED,
        "signal_id": signal_id,
        **other,
    }
