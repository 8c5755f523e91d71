"""What people find out about a signal: owner, dates, strength, causality, evidence and actions, each with its reason."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipeline.errors import DecisionConflict, UsageError
from pipeline.governance.actors import actor as known_actor
from pipeline.governance.actors import refuse_unless
from pipeline.governance.datafiles import data_file
from pipeline.governance.evidence import Evidence
from pipeline.governance.labels import listedness
from pipeline.governance.signals import Signal, changed, looked_at
from pipeline.governance.states import state
from pipeline.governance.store import Row, Writing
from pipeline.governance.words import said


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is found; None and empty: left as it is.

    causality: a category of the WHO-UMC system. bradford_hill: viewpoint to answer. due_on: another date for the step
    that is due. received_on: day of receipt, by which listedness is judged again. judged: reference of evidence to whether
    it is independent. action: what is to be done, by action_due_on; action_done: number of one that is done.
    """

    owner: str | None = None
    strength: str | None = None
    public_health_impact: str | None = None
    causality: str | None = None
    bradford_hill: Mapping[str, str] | None = None
    due_on: dt.date | None = None
    received_on: dt.date | None = None
    evidence: tuple[Evidence, ...] = ()
    judged: Mapping[str, bool] | None = None
    action: str | None = None
    action_due_on: dt.date | None = None
    action_done: int | None = None


def assess(writing: Writing, signal_id: int, found: Assessment, reason: str, *, seen: int | None = None) -> Signal:
    """Keep what was found; the signal as it is then.

    reason: why, in words, for the audit trail; it also says why evidence judged here is or is not independent.
    UsageError: a word that the field does not have, or nothing found. DecisionConflict: the signal is closed, waits for
    signatures, or was changed by somebody else.
    """
    refuse_unless(writing, "review_signal")
    held = looked_at(writing, signal_id, seen)
    reason = said(reason, f"the reason for the assessment of signal {signal_id}")
    _refuse_frozen(held, only_actions=found == Assessment(action_done=found.action_done))
    new = held
    for step in STEPS:
        new = step(writing, new, found, reason)
    if new == held:
        raise UsageError(f"Nothing is said about signal {signal_id} that it does not hold already: give a field.")
    return changed(writing, held, new, "assess", reason)


def open_actions(content: Mapping[str, Any]) -> list[Row]:
    """Actions of a signal that are not done, by number."""
    return [action for action in content["actions"] if action["done_on"] is None]


def _refuse_frozen(held: Signal, *, only_actions: bool) -> None:
    """What is signed or decided upon stays as it was; actions can be done after a decision."""
    if held.pending is not None:
        raise DecisionConflict(
            f"Signal {held.id} waits for signatures under {held.pending['to']}, and what is signed must not change: "
            "withdraw the decision first."
        )
    if state(held.state).is_closed and not only_actions:
        raise DecisionConflict(f"Signal {held.id} is closed as {held.state}: reopen it first.")


def _words(writing: Writing, held: Signal, found: Assessment, reason: str) -> Signal:
    """Fields that have one of a few words."""
    del writing, reason
    rules = data_file("review.yaml")
    allowed = {
        "strength": rules["strength"],
        "public_health_impact": rules["public_health_impact"],
        "causality": rules["causality"]["categories"],
    }
    given = {name: getattr(found, name) for name in allowed if getattr(found, name) is not None}
    for name, value in given.items():
        _refuse_other(name, value, allowed[name])
    return _with(held, **given)


def _viewpoints(writing: Writing, held: Signal, found: Assessment, reason: str) -> Signal:
    del writing, reason
    rules = data_file("review.yaml")["bradford_hill"]
    for viewpoint, answer in (found.bradford_hill or {}).items():
        _refuse_other("viewpoint of Bradford Hill", viewpoint, rules["viewpoints"])
        _refuse_other(f"answer to {viewpoint}", answer, rules["answers"])
    return _with(held, bradford_hill={**held.content["bradford_hill"], **(found.bradford_hill or {})})


def _people_and_dates(writing: Writing, held: Signal, found: Assessment, reason: str) -> Signal:
    del reason
    new = held
    if found.owner is not None:
        new = _with(new, owner=known_actor(writing.connection, found.owner).id)
    if found.due_on is not None:
        if found.due_on < writing.day:
            raise UsageError(f"Signal {held.id} cannot be due on {found.due_on}: today is {writing.day}.")
        new = _with(new, due_on=found.due_on.isoformat())
    if found.received_on is not None:
        if found.received_on > writing.day:
            raise UsageError(f"Nothing can have been received on {found.received_on}: today is {writing.day}.")
        judged = listedness(held.content["product"], held.content["endpoint"], found.received_on)
        new = _with(new, received_on=found.received_on.isoformat(), listedness=asdict(judged))
    return new


def _evidence(writing: Writing, held: Signal, found: Assessment, reason: str) -> Signal:
    """Items added, then items judged; an item held already is not added again."""
    known = {(item["kind"], item["reference"]) for item in held.evidence}
    added = [item.kept(writing) for item in found.evidence if (item.kind, item.reference.strip()) not in known]
    items = [*held.evidence, *added]
    for reference, is_independent in (found.judged or {}).items():
        if reference not in {item["reference"] for item in items}:
            held_ones = ", ".join(item["reference"] for item in items) or "none"
            raise UsageError(f"Signal {held.id} has no evidence {reference!r}: it has {held_ones}.")
        items = [_judged(item, reference, is_independent, reason) for item in items]
    return replace(held, evidence=tuple(items))


def _judged(item: Mapping[str, Any], reference: str, is_independent: bool, reason: str) -> Mapping[str, Any]:
    if item["reference"] != reference:
        return item
    return {**item, "is_independent": is_independent, "reason": reason}


def _actions(writing: Writing, held: Signal, found: Assessment, reason: str) -> Signal:
    del reason
    actions = [dict(action) for action in held.content["actions"]]
    if found.action is not None:
        due_on = None if found.action_due_on is None else found.action_due_on.isoformat()
        new = {"number": len(actions) + 1, "text": said(found.action, "the action"), "owner": held.content["owner"]}
        actions.append({**new, "due_on": due_on, "done_on": None})
    if found.action_done is not None:
        for action in actions:
            if action["number"] == found.action_done and action["done_on"] is None:
                action["done_on"] = writing.day.isoformat()
                break
        else:
            raise UsageError(f"Signal {held.id} has no open action {found.action_done}: see 'cartwatch signal show'.")
    return _with(held, actions=actions)


def _with(held: Signal, **fields: Any) -> Signal:
    return replace(held, content={**held.content, **fields})


def _refuse_other(what: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise UsageError(f"{value!r} is no {what.replace('_', ' ')}: give one of {', '.join(allowed)}.")


STEPS: tuple[Callable[[Writing, Signal, Assessment, str], Signal], ...] = (
    _words,
    _viewpoints,
    _people_and_dates,
    _evidence,
    _actions,
)
