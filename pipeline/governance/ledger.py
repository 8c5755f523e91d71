"""The look ledger: every look at the data that a plan asks for, written once, its spent alpha never given back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from sqlalchemy import Connection, insert, select

from pipeline.config import code_version
from pipeline.contract.quarter import end_of_quarter, quarter_number
from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.actors import refuse_unless
from pipeline.governance.audit import Change, written
from pipeline.governance.canonical import canonical, content_hash, restored
from pipeline.governance.plan import ROUNDING, Plan, plans, version_today
from pipeline.governance.plan import plan as registered
from pipeline.governance.schema import LOOK
from pipeline.governance.store import Row, Writing, fetched
from pipeline.governance.words import said

DONE, SKIPPED = "done", "skipped"
CROSSED, CONTINUE, ENDED = "crossed", "continue", "ended"
DECISIONS = (CROSSED, CONTINUE, ENDED)
MEASURES = ("expected", "statistic", "critical_value", "alpha_spent")
# What makes two looks the same look at the same data.
DATA = ("dlp", "snapshot", "counts", "observed", "expected")


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look of a plan.

    number: place in the plan's schedule, from 1. dlp: its data-lock point. snapshot: what was read, by which the look can
    be made again: Delta versions by table, hashes by file. counts: what the design was given, cumulative. observed,
    expected: cases, cumulative. statistic, critical_value: on the design's own scale, None where it has none yet.
    alpha_spent: of the plan's alpha, up to this look. decision: crossed, continue, ended, or skipped. The last four
    fields are the ledger's own: what is given there is replaced.
    """

    plan_id: str
    number: int
    dlp: str
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    observed: int | None = None
    expected: float | None = None
    statistic: float | None = None
    critical_value: float | None = None
    alpha_spent: float = 0.0
    decision: str = CONTINUE
    note: str = ""
    run_id: str | None = None
    code_version: str = ""
    status: str = DONE
    is_late: bool = False
    recorded_at: str = ""
    recorded_by: str = ""

    @property
    def id(self) -> str:
        """The look's name everywhere: plan and number."""
        return f"{self.plan_id}:{self.number}"


@dataclass(frozen=True, slots=True)
class DueLook:
    """A look that a plan asks for and the ledger does not hold yet."""

    plan: Plan
    number: int
    dlp: str


def record_look(writing: Writing, plan: Plan, row: LookRow) -> LookRow:
    """Write a look once; the row as the ledger holds it.

    The same look at the same data finds its row, whatever the code computed meanwhile, and changes nothing.
    DecisionConflict: other data under a number that is written; a plan that is amended or has ended; alpha that falls; an
    endpoint that is defined otherwise than when the plan was registered.
    UsageError: not the next look of the schedule, or a decision that is none.
    """
    refuse_unless(writing, "record_look")
    _refuse_unfit(plan, row)
    held = looks_of(writing.connection, plan.id)
    earlier = next((look for look in held if look.number == row.number), None)
    if earlier is not None:
        _refuse_other_data(earlier, row)
        return earlier
    _refuse_out_of_turn(plan, held, row)
    if (why := other_definition(plan)) is not None:
        raise DecisionConflict(why)
    return _kept(writing, plan, row)


def skip_look(writing: Writing, plan: Plan, number: int, reason: str) -> LookRow:
    """Write that a planned look was not made, and why; no alpha is spent on it. Errors as in record_look.

    A look already written as skipped stays as it is; one that was made cannot be skipped.
    """
    refuse_unless(writing, "record_look")
    reason = said(reason, f"the reason to skip look {number} of plan {plan.id}")
    held = looks_of(writing.connection, plan.id)
    earlier = next((look for look in held if look.number == number), None)
    if earlier is not None and earlier.status == SKIPPED:
        return earlier
    spent = held[-1].alpha_spent if held else 0.0
    planned = plan.looks[number - 1] if 1 <= number <= len(plan.looks) else ""
    row = LookRow(
        plan.id, number, planned, alpha_spent=spent, decision=SKIPPED, note=reason, status=SKIPPED,
        code_version=code_version(),
    )  # fmt: skip
    _refuse_unplanned(plan, row)
    if earlier is not None:
        raise DecisionConflict(f"Look {earlier.id} was made on {earlier.recorded_at[:10]}: it cannot be skipped.")
    _refuse_out_of_turn(plan, held, row)
    return _kept(writing, plan, row)


def looks_of(connection: Connection, plan_id: str) -> list[LookRow]:
    """A plan's looks, made and skipped, by number; none where it has none."""
    query = select(LOOK).where(LOOK.c.plan_id == plan_id).order_by(LOOK.c.number)
    return [_look(row) for row in fetched(connection, query)]


def looks_by_id(connection: Connection) -> dict[str, LookRow]:
    """Every look of every plan, made and skipped, by plan:number."""
    return {row.id: row for known in plans(connection) for row in looks_of(connection, known.id)}


def look(connection: Connection, look_id: str) -> LookRow:
    """One look by plan:number; NothingThere where the ledger has none."""
    rows = fetched(connection, select(LOOK).where(LOOK.c.id == look_id))
    if not rows:
        raise NothingThere(f"The ledger has no look {look_id!r}: 'cartwatch plan show PLAN' shows a plan's looks.")
    return _look(rows[0])


def due_looks(connection: Connection, dlp: str, world: str) -> list[DueLook]:
    """Looks that open plans of one world ask for up to this data-lock point and that are not written yet.

    In the order in which they must be made: by plan, then by number. A plan that crossed or ended has none.
    """
    due: list[DueLook] = []
    for plan in plans(connection):
        held = looks_of(connection, plan.id)
        if plan.world != world or plan.amended_by is not None or (held and is_over(held[-1])):
            continue
        ahead = enumerate(plan.looks[len(held) :], len(held) + 1)
        due.extend(DueLook(plan, number, point) for number, point in ahead if point <= dlp)
    return due


def is_over(look: LookRow) -> bool:
    """Whether no look may follow: the plan crossed its boundary or reached its end."""
    return look.decision in {CROSSED, ENDED}


def due_day(plan: Plan, dlp: str) -> dt.date:
    """The last day on which a look is in time: the data-lock point's last day and the days that the plan gives."""
    return last_day(dlp) + dt.timedelta(days=plan.due_days["look"])


def last_day(dlp: str) -> dt.date:
    """The last day of a data-lock point: a quarter of reports, or the cut-off of a study."""
    return end_of_quarter(quarter_number(dlp)) if "Q" in dlp else dt.date.fromisoformat(dlp)


def _kept(writing: Writing, plan: Plan, row: LookRow) -> LookRow:
    values = {
        **asdict(row),
        "id": row.id,
        "snapshot": canonical(row.snapshot),
        "counts": canonical(row.counts),
        "is_late": int(writing.day > due_day(plan, row.dlp)),
        "data_hash": data_hash(row),
        "recorded_at": writing.at,
        "recorded_by": writing.actor,
    }
    reason = row.note if row.status == SKIPPED else None
    written(writing, insert(LOOK).values(values), Change("look", row.id, row.status, None, values, reason))
    return look(writing.connection, row.id)


def data_hash(row: LookRow) -> str:
    """SHA-256 of what a look rests on: its data-lock point, the data read and the counts."""
    return content_hash({name: value for name, value in asdict(row).items() if name in DATA})


def _look(row: Row) -> LookRow:
    told = {name: value for name, value in row.items() if name not in {"id", "data_hash"}}
    plain = {"snapshot": restored(row["snapshot"]), "counts": restored(row["counts"]), "is_late": bool(row["is_late"])}
    return LookRow(**{**told, **plain})


def _refuse_unfit(plan: Plan, row: LookRow) -> None:
    if row.plan_id != plan.id:
        raise UsageError(f"Look {row.id} is not of plan {plan.id}: record it under its own plan.")
    if row.decision not in DECISIONS:
        raise UsageError(f"{row.decision!r} is no decision of a look: give one of {', '.join(DECISIONS)}.")
    odd = [name for name in MEASURES if not isfinite(getattr(row, name) or 0.0)]
    if odd:
        raise UsageError(f"Look {row.id} has the {odd[0]} {getattr(row, odd[0])}: give a finite number, or none.")
    if not row.snapshot:
        raise UsageError(f"Look {row.id} does not say what data it read: give its snapshot.")
    _refuse_unplanned(plan, row)


def _refuse_unplanned(plan: Plan, row: LookRow) -> None:
    if not 1 <= row.number <= len(plan.looks):
        raise UsageError(f"Plan {plan.id} has {len(plan.looks)} looks: there is no look {row.number}.")
    if plan.looks[row.number - 1] != row.dlp:
        raise UsageError(f"Look {row.id} is planned for {plan.looks[row.number - 1]}, not for {row.dlp}.")


def _refuse_other_data(earlier: LookRow, row: LookRow) -> None:
    if earlier.status == SKIPPED:
        raise DecisionConflict(
            f"Look {row.id} was skipped on {earlier.recorded_at[:10]}: {earlier.note}; it cannot be made any more."
        )
    if data_hash(earlier) != data_hash(row):
        raise DecisionConflict(
            f"Look {row.id} was made on {earlier.recorded_at[:10]} on other data (observed {earlier.observed}, now "
            f"{row.observed}; snapshot {content_hash(earlier.snapshot)[:12]}, now {content_hash(row.snapshot)[:12]}): "
            "nothing was written; a look is made once, new data belong to the next one."
        )


def _refuse_out_of_turn(plan: Plan, held: list[LookRow], row: LookRow) -> None:
    if plan.amended_by is not None:
        raise DecisionConflict(f"Plan {plan.id} is amended by {plan.amended_by}: look by that plan.")
    if held and is_over(held[-1]):
        raise DecisionConflict(f"Plan {plan.id} ended with look {held[-1].number} ({held[-1].decision}): amend it.")
    if row.number != len(held) + 1:
        raise UsageError(
            f"The next look of plan {plan.id} is {len(held) + 1}, not {row.number}: make or skip it first."
        )
    spent = held[-1].alpha_spent if held else 0.0
    if not spent - ROUNDING <= row.alpha_spent <= plan.alpha + ROUNDING:
        raise DecisionConflict(
            f"Look {row.id} says that {row.alpha_spent:.6g} of alpha is spent: spent alpha never falls below the "
            f"{spent:.6g} of the look before, nor passes the plan's {plan.alpha:g}."
        )


def other_definition(plan: Plan) -> str | None:
    """Why a plan cannot look: counts of one definition must not go on in the boundary of another; None where they do not."""
    today = version_today(plan.endpoint)
    if today == plan.endpoint_version:
        return None
    return (
        f"Plan {plan.id} counts {plan.endpoint} as version {plan.endpoint_version} defines it, and the vocabulary has "
        f"{today} now: amend the plan, or look with the vocabulary of then."
    )


def plan_of(connection: Connection, look_id: str) -> Plan:
    """The plan of a look; NothingThere where the ledger has no such look."""
    return registered(connection, look(connection, look_id).plan_id)
