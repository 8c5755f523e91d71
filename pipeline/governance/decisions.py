"""How a signal moves from state to state: allowed transitions only, and two people under what closes or confirms."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select

from pipeline.errors import DecisionConflict, UsageError
from pipeline.governance.actors import actor as known_actor
from pipeline.governance.actors import permissions, refuse_unless
from pipeline.governance.audit import Change, written
from pipeline.governance.datafiles import data_file
from pipeline.governance.evidence import refuse_unjudged
from pipeline.governance.schema import SIGNATURE
from pipeline.governance.signals import Signal, changed, looked_at
from pipeline.governance.states import approving_role, refuse_transition, reopening_rules, state
from pipeline.governance.store import Row, Writing, fetched
from pipeline.governance.words import said


def move(
    writing: Writing,
    signal_id: int,
    to: str,
    rationale: str,
    *,
    rule: str | None = None,
    seen: int | None = None,
) -> Signal:
    """Bring a signal into another state, or ask for the signatures that this state needs.

    rationale: why, in words; a statistic is no rationale and no actor. rule: by which a closed signal is reopened, one of
    states.yaml's. seen: the version decided upon, any where None. UsageError: a transition that is not allowed, and which
    are; no rationale; a rule that is none. DecisionConflict: another decision waits for signatures, or somebody else was
    first.
    """
    refuse_unless(writing, "review_signal")
    held = looked_at(writing, signal_id, seen)
    subject = f"Signal {signal_id}"
    rationale = said(rationale, f"the rationale for moving signal {signal_id}")
    _refuse_waiting(held)
    refuse_transition(subject, held.state, to)
    if state(held.state).is_closed:
        return _reopened(writing, held, to, rationale, rule)
    if state(to).n_signatures == 0:
        return changed(writing, held, _arrived(writing, held, to, rationale), "move", rationale)
    if state(to).is_confirmed:
        refuse_unjudged(subject, held.evidence)
    asked = {"to": to, "rationale": rationale, "asked_by": writing.actor, "asked_at": writing.at}
    waiting = replace(held, pending={**asked, "evidence_hash": held.evidence_hash}, n_decisions=held.n_decisions + 1)
    return changed(writing, held, waiting, "propose", rationale)


def withdraw(writing: Writing, signal_id: int, reason: str, *, seen: int | None = None) -> Signal:
    """Take back a decision that waits for signatures; those given stay on record. UsageError where none waits."""
    refuse_unless(writing, "review_signal")
    held = looked_at(writing, signal_id, seen)
    _pending(held)
    reason = said(reason, f"the reason to withdraw the decision on signal {signal_id}")
    return changed(writing, held, replace(held, pending=None), "withdraw", reason)


def sign(writing: Writing, signal_id: int, meaning: str, *, seen: int | None = None) -> Signal:
    """Sign the decision that waits; with the last signature needed the signal moves.

    meaning: what the signature says, one of review.yaml's. Different people sign, one of them in the approving role.
    DecisionConflict: the same person again, or somebody else was first. UsageError: nothing waits, an unknown meaning, or
    the last signature without anybody who approves.
    """
    refuse_unless(writing, "sign")
    held = looked_at(writing, signal_id, seen)
    pending = _pending(held)
    meanings = data_file("review.yaml")["signature_meanings"]["meanings"]
    if meaning not in meanings:
        raise UsageError(f"{meaning!r} is no meaning of a signature: give one of {', '.join(meanings)}.")
    given = signatures(writing.connection, signal_id, held.n_decisions)
    role = _signing_role(writing)
    is_last = _is_last(writing, held, given, role)
    row = {
        "signal_id": signal_id,
        "decision": held.n_decisions,
        "actor": writing.actor,
        "name": known_actor(writing.connection, writing.actor).name,
        "role": role,
        "meaning": meaning,
        "decision_hash": held.decision_hash,
        "signed_at": writing.at,
    }
    subject = f"{signal_id}:{held.n_decisions}:{writing.actor}"
    written(writing, insert(SIGNATURE).values(row), Change("signature", subject, "sign", None, row, meaning))
    if not is_last:
        return held
    decided = replace(_arrived(writing, held, pending["to"], pending["rationale"]), pending=None)
    return changed(writing, held, decided, "decide", pending["rationale"])


def signatures(connection: Connection, signal_id: int, decision: int | None = None) -> list[Row]:
    """Signatures under a signal's decisions, or under one of them, in the order in which they were given."""
    query = select(SIGNATURE).where(SIGNATURE.c.signal_id == signal_id)
    if decision is not None:
        query = query.where(SIGNATURE.c.decision == decision)
    ordered = query.order_by(SIGNATURE.c.decision, SIGNATURE.c.signed_at, SIGNATURE.c.actor)
    return fetched(connection, ordered)


def _arrived(writing: Writing, held: Signal, to: str, rationale: str) -> Signal:
    """The signal in its new state, with the date by which the next step is due; none for a closed one."""
    old, new = state(held.state), state(to)
    due_on = held.content["due_on"]
    if new.is_closed:
        due_on = None
    elif old.is_closed or old.clock != new.clock:
        due_on = (writing.day + dt.timedelta(days=held.content["due_days"][str(new.clock)])).isoformat()
    closed_on = writing.day.isoformat() if new.is_closed else None
    content = {**held.content, "due_on": due_on, "closed_on": closed_on, "rationale": rationale}
    return replace(held, state=to, content=content)


def _reopened(writing: Writing, held: Signal, to: str, rationale: str, rule: str | None) -> Signal:
    rules = reopening_rules()
    if rule not in rules:
        raise UsageError(f"Signal {held.id} is closed: to reopen it give a rule, one of {', '.join(rules)}.")
    return changed(writing, held, _arrived(writing, held, to, rationale), "reopen", f"{rules[rule]}: {rationale}")


def _refuse_waiting(held: Signal) -> None:
    if held.pending is not None:
        raise DecisionConflict(
            f"Signal {held.id} waits for signatures under {held.pending['to']}, asked for by {held.pending['asked_by']}: "
            "sign that, or withdraw it first."
        )


def _pending(held: Signal) -> dict[str, Any]:
    if held.pending is None:
        raise UsageError(f"Signal {held.id} is {held.state} and no decision waits for signatures: move it first.")
    return dict(held.pending)


def _is_last(writing: Writing, held: Signal, given: list[Row], role: str) -> bool:
    """Whether this signature completes the decision."""
    if any(one["actor"] == writing.actor for one in given):
        raise DecisionConflict(
            f"{writing.actor} has signed this decision on signal {held.id} already: another person must sign."
        )
    is_last = len(given) + 1 >= state(_pending(held)["to"]).n_signatures
    if is_last and approving_role() not in {role, *(one["role"] for one in given)}:
        raise UsageError(
            f"Nobody who approves has signed the decision on signal {held.id}: the last signature must be one of "
            f"an actor with the role {approving_role()}."
        )
    return is_last


def _signing_role(writing: Writing) -> str:
    """The role in which the actor signs: the approving one where it is held."""
    able = [role for role in writing.roles if "sign" in permissions()[role]]
    return approving_role() if approving_role() in able else able[0]
