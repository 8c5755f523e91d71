"""Safety signals: what opens one, what it holds, and the one way in which it is changed. No statistic closes one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.actors import actor as known_actor
from pipeline.governance.actors import refuse_unless
from pipeline.governance.audit import Change, written
from pipeline.governance.canonical import canonical, content_hash, restored
from pipeline.governance.datafiles import data_file
from pipeline.governance.evidence import LONGEST_REFERENCE, Evidence, look_evidence
from pipeline.governance.labels import listedness
from pipeline.governance.ledger import CROSSED, LookRow
from pipeline.governance.plan import Plan
from pipeline.governance.schema import SIGNAL
from pipeline.governance.states import FIRST, state
from pipeline.governance.store import Row, Writing, fetched
from pipeline.governance.words import said
from pipeline.vocabulary.endpoints import endpoint, endpoints
from pipeline.vocabulary.products import product

LONGEST_TITLE = 200
LOOK_SOURCE, DESIGNATED = "sequential_look", "designated_event"


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a signal.

    source: one of review.yaml's sources. reason: why it is evaluated, with the key data. reference: the document, case or
    estimate it rests on; needed for every source but a look. detected_on: day of detection, today where None.
    received_on: day on which the report or document was received, by which listedness is judged; detected_on where None.
    evidence: what speaks for it from the start.
    """

    title: str
    source: str
    world: str
    product: str
    endpoint: str
    reason: str
    owner: str
    scope: str | None = None
    reference: str | None = None
    detected_on: dt.date | None = None
    received_on: dt.date | None = None
    due_days: Mapping[str, int] | None = None
    evidence: tuple[Evidence, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal as it is now.

    version: raised by every change. content: its fields, JSON. evidence: what it rests on, oldest first. pending: the
    decision that waits for signatures, None where none does. n_decisions: decisions asked for so far.
    """

    id: int
    version: int
    state: str
    origin: str | None
    content: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    pending: Mapping[str, Any] | None
    n_decisions: int

    @property
    def evidence_hash(self) -> str:
        """SHA-256 of everything it rests on."""
        return content_hash(list(self.evidence))

    @property
    def decision_hash(self) -> str:
        """SHA-256 of what a signature signs: the decision, the fields and the evidence as they are now."""
        return content_hash([self.pending, dict(self.content), list(self.evidence)])

    def row(self) -> Row:
        """As it is kept."""
        packed = {name: canonical(value) for name, value in (("content", self.content), ("evidence", self.evidence))}
        return {**asdict(self), **packed, "pending": None if self.pending is None else canonical(self.pending)}


def open_signal(writing: Writing, opening: Opening) -> Signal:
    """A new signal, detected.

    UsageError: an unknown source, product, endpoint or owner; a source without its reference; a designated event of an
    endpoint that is none; a day of detection in the future. DecisionConflict: the same origin opened one already.
    """
    refuse_unless(writing, "open_signal")
    source = _source(opening)
    detected = opening.detected_on or writing.day
    for day, what in ((detected, "detected"), (opening.received_on or detected, "received")):
        if day > writing.day:
            raise UsageError(f"The signal cannot have been {what} on {day}: today is {writing.day}.")
    _refuse_unfit(writing, opening, source)
    content = _content(opening, source, detected)
    evidence = tuple(item.kept(writing) for item in opening.evidence)
    new = Signal(_next_id(writing.connection), 1, FIRST, opening.origin, content, evidence, None, 0)
    row = new.row()
    written(writing, insert(SIGNAL).values(row), Change("signal", str(new.id), "open", None, row, content["reason"]))
    return signal(writing.connection, new.id)


def _content(opening: Opening, source: Row, detected: dt.date) -> Row:
    """The fields of a new signal; those of the assessment are empty."""
    received = opening.received_on or detected
    due = opening.due_days or {name: entry["value"] for name, entry in data_file("review.yaml")["due_days"].items()}
    return {
        **{name: getattr(opening, name) for name in ("source", "world", "owner", "scope")},
        **{name: getattr(opening, name).strip() for name in ("title", "reason")},
        "product": product(opening.product).id,
        "endpoint": endpoint(opening.endpoint).id,
        "reference": opening.reference,
        "method": source["method"],
        "detected_on": detected.isoformat(),
        "received_on": received.isoformat(),
        "listedness": asdict(listedness(opening.product, opening.endpoint, received)),
        "due_days": dict(due),
        "due_on": (detected + dt.timedelta(days=due[str(state(FIRST).clock)])).isoformat(),
        **dict.fromkeys(("strength", "public_health_impact", "causality", "closed_on", "rationale")),
        "bradford_hill": {},
        "actions": [],
    }


def open_from_look(writing: Writing, plan: Plan, look: LookRow, n_own_cohort: int | None = None) -> tuple[Signal, bool]:
    """The signal that a crossing opens, and whether anything changed; UsageError where the look crossed nothing.

    The same look again finds its signal. Where a signal of the same product, endpoint and scope is open already, the look
    becomes evidence of that one, unless its decision waits for signatures: a statistic opens and adds, and never closes or
    reopens. A new signal names the earlier ones. n_own_cohort: as look_evidence.
    """
    refuse_unless(writing, "open_signal")
    if look.decision != CROSSED:
        raise UsageError(f"Look {look.id} crossed nothing ({look.decision}): it opens no signal.")
    item = look_evidence(plan, look, n_own_cohort)
    alike = [known for known in signals(writing.connection) if _is_same_question(known, plan)]
    for known in alike:
        if any((held["kind"], held["reference"]) == ("look", look.id) for held in known.evidence):
            return known, False
    for known in alike:
        if known.pending is None and not state(known.state).is_closed:
            added = replace(known, evidence=(*known.evidence, item.kept(writing)))
            return changed(writing, known, added, "evidence", f"look {look.id} crossed its boundary"), True
    return open_signal(writing, _opening_of(plan, look, item, alike)), True


def open_once(writing: Writing, opening: Opening) -> tuple[Signal, bool]:
    """As open_signal for what a machine finds again and again: the signal of this origin, and whether it is new.

    UsageError where the opening says no origin, by which it is known again.
    """
    if opening.origin is None:
        raise UsageError(f"The opening of {opening.title!r} has no origin: say by what it is known again.")
    held = fetched(writing.connection, select(SIGNAL).where(SIGNAL.c.origin == opening.origin))
    return (signal_of_row(held[0]), False) if held else (open_signal(writing, opening), True)


def signal(connection: Connection, signal_id: int) -> Signal:
    """The signal of this id; NothingThere where there is none."""
    rows = fetched(connection, select(SIGNAL).where(SIGNAL.c.id == signal_id))
    if not rows:
        raise NothingThere(f"There is no signal {signal_id}: 'cartwatch signal list' shows those there are.")
    return signal_of_row(rows[0])


def signals(connection: Connection, *, is_open: bool | None = None) -> list[Signal]:
    """Every signal, or only the open ones, or only the closed ones, by id."""
    found = [signal_of_row(row) for row in fetched(connection, select(SIGNAL).order_by(SIGNAL.c.id))]
    return [one for one in found if is_open is None or state(one.state).is_closed is not is_open]


def signal_of_row(row: Mapping[str, Any]) -> Signal:
    """A signal from its row, as it is kept in the store and in the audit trail."""
    told = {name: restored(row[name]) for name in ("content", "pending")}
    return Signal(**{**row, **told, "evidence": tuple(restored(row["evidence"]))})


def changed(writing: Writing, old: Signal, new: Signal, action: str, reason: str | None) -> Signal:
    """Keep a signal as it has become; DecisionConflict where somebody else changed it since `old` was read."""
    after = replace(new, version=old.version + 1).row()
    statement = update(SIGNAL).where(SIGNAL.c.id == old.id, SIGNAL.c.version == old.version).values(after)
    written(writing, statement, Change("signal", str(old.id), action, old.row(), after, reason))
    return signal_of_row(after)


def looked_at(writing: Writing, signal_id: int, seen: int | None) -> Signal:
    """The signal to be changed; DecisionConflict where it is no longer the version that was seen, None meaning any."""
    held = signal(writing.connection, signal_id)
    if seen is not None and held.version != seen:
        raise DecisionConflict(
            f"Signal {signal_id} is of version {held.version} and {held.state}, you saw version {seen}: nothing was "
            f"written; look at it again with 'cartwatch signal show {signal_id}', then decide."
        )
    return held


def _source(opening: Opening) -> Row:
    sources: list[Row] = data_file("review.yaml")["sources"]
    for known in sources:
        if known["id"] == opening.source:
            return known
    raise UsageError(f"{opening.source!r} opens no signal: give one of {', '.join(one['id'] for one in sources)}.")


def _refuse_unfit(writing: Writing, opening: Opening, source: Row) -> None:
    said(opening.title, "the signal's title", LONGEST_TITLE)
    said(opening.reason, "the signal's reason")
    if source.get("needs_reference") or opening.reference is not None:
        said(opening.reference, f"the reference that a signal from {source['id']} needs", LONGEST_REFERENCE)
    if source["id"] == LOOK_SOURCE and opening.origin is None:
        raise UsageError("A look opens its signal by itself when it crosses: give another source.")
    known_actor(writing.connection, opening.owner)
    if source["id"] == DESIGNATED and not endpoint(opening.endpoint).is_designated:
        known = ", ".join(one.id for one in endpoints() if one.is_designated)
        raise UsageError(f"{opening.endpoint} is no designated event: designated are {known}; give another source.")


def _opening_of(plan: Plan, look: LookRow, item: Evidence, earlier: list[Signal]) -> Opening:
    beyond = f"statistic {look.statistic}, critical value {look.critical_value}"
    return Opening(
        title=f"{endpoint(plan.endpoint).title} with {product(plan.product).title}",
        source=LOOK_SOURCE if plan.world == "spontaneous" else "cohort",
        world=plan.world,
        product=plan.product,
        endpoint=plan.endpoint,
        reason=f"Look {look.number} of plan {plan.id} as of {look.dlp}: {look.observed} cases observed; {beyond}."
        + "".join(f" Signal {known.id} of the same question is {known.state}." for known in earlier),
        owner=plan.owner,
        scope=plan.scope,
        reference=look.id,
        due_days=plan.due_days,
        evidence=(item,),
        origin=f"look:{look.id}",
    )


def _is_same_question(known: Signal, plan: Plan) -> bool:
    asked = (plan.product, plan.endpoint, plan.scope)
    content = known.content
    return (content["product"], content["endpoint"], content["scope"] or plan.scope) == asked


def _next_id(connection: Connection) -> int:
    return int(fetched(connection, select(func.coalesce(func.max(SIGNAL.c.id), 0).label("last")))[0]["last"]) + 1
