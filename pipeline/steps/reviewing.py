"""The review of signals: open one, see them, move, assess and sign."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pipeline.config import Settings
from pipeline.governance.assessment import Assessment, assess, open_actions
from pipeline.governance.audit import events
from pipeline.governance.canonical import restored
from pipeline.governance.decisions import move, sign, signatures, withdraw
from pipeline.governance.signals import Opening, Signal, open_signal, signal, signals
from pipeline.governance.states import allowed, state, states
from pipeline.governance.store import Row, Writing, open_store
from pipeline.governance.tracking import is_overdue
from pipeline.steps.governing import reported
from pipeline.steps.ownevidence import own_cohort_items, refuse_independent, with_own_cohort_told
from pipeline.steps.result import StepReport, Stopwatch


def open_by_hand(settings: Settings, opening: Opening) -> StepReport:
    """Open a signal from a single event, literature, a regulator's letter or the cohort.

    A case of the own cohort is kept as evidence that is not independent.
    """
    opening = replace(opening, evidence=with_own_cohort_told(settings, opening.evidence))
    report = _written(settings, "signal open", lambda writing: open_signal(writing, opening))
    with open_store(settings).reading() as connection:
        alike = [one for one in signals(connection, is_open=True) if _is_alike(one, opening)]
    report.warnings += [
        f"Signal {one.id} of the same product and endpoint is {one.state}: see whether this is the same."
        for one in alike[:-1]
    ]
    return report


def move_signal(
    settings: Settings, signal_id: int, to: str, rationale: str, *, rule: str | None = None, seen: int | None = None
) -> StepReport:
    """Bring a signal into another state, or ask for the signatures this takes.

    UsageError where it is to be confirmed, and a case of the own cohort is judged to be independent evidence.
    """
    if to in states() and state(to).is_confirmed:
        _refuse_own_cohort(settings, _held(settings, signal_id))
    return _written(
        settings, "signal move", lambda writing: move(writing, signal_id, to, rationale, rule=rule, seen=seen)
    )


def withdraw_decision(settings: Settings, signal_id: int, reason: str, *, seen: int | None = None) -> StepReport:
    """Take back the decision that waits for signatures."""
    return _written(settings, "signal move", lambda writing: withdraw(writing, signal_id, reason, seen=seen))


def assess_signal(
    settings: Settings, signal_id: int, found: Assessment, reason: str, *, seen: int | None = None
) -> StepReport:
    """Keep what was found out about a signal; a case of the own cohort is never kept as independent evidence."""
    found = replace(found, evidence=with_own_cohort_told(settings, found.evidence))
    if found.judged:
        items = [*_held(settings, signal_id).evidence, *(asdict(item) for item in found.evidence)]
        refuse_independent(own_cohort_items(settings, items), found.judged)
    return _written(settings, "signal assess", lambda writing: assess(writing, signal_id, found, reason, seen=seen))


def sign_decision(settings: Settings, signal_id: int, meaning: str, *, seen: int | None = None) -> StepReport:
    """Sign the decision that waits; UsageError as move_signal, for a case may have been marked since."""
    held = _held(settings, signal_id)
    if held.pending is not None and state(held.pending["to"]).is_confirmed:
        _refuse_own_cohort(settings, held)
    return _written(settings, "signal sign", lambda writing: sign(writing, signal_id, meaning, seen=seen))


def list_signals(settings: Settings, *, is_open: bool | None = None) -> StepReport:
    """Signals with where they stand: all, or only open or closed ones."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        rows = [_standing(one, store.clock().date()) for one in signals(connection, is_open=is_open)]
    report = reported("signal list", store, {"is_open": is_open}, watch)
    report.counts["signals"] = rows
    return report


def show_signal(settings: Settings, signal_id: int) -> StepReport:
    """One signal with its evidence, signatures and every record of it."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        shown = signal(connection, signal_id)
        signed = signatures(connection, signal_id)
        trail = [event for event in events(connection, subject_kind="signal") if event["subject_id"] == str(signal_id)]
    report = reported("signal show", store, {"signal": signal_id}, watch)
    report.counts |= _whole(shown)
    report.counts["signatures"] = signed
    report.counts["history"] = [_step(event) for event in trail]
    return report


def _held(settings: Settings, signal_id: int) -> Signal:
    """The signal as it is before it is changed."""
    with open_store(settings).reading() as connection:
        return signal(connection, signal_id)


def _refuse_own_cohort(settings: Settings, held: Signal) -> None:
    """UsageError where a case of the own cohort stands as independent evidence of the signal."""
    judged = {item["reference"]: bool(item["is_independent"]) for item in held.evidence}
    refuse_independent(own_cohort_items(settings, held.evidence), judged)


def _written(settings: Settings, step: str, act: Callable[[Writing], Signal]) -> StepReport:
    watch, store = Stopwatch(), open_store(settings)
    with store.writing(settings.actor) as writing:
        kept = act(writing)
    report = reported(step, store, {"signal": kept.id}, watch)
    report.counts |= _whole(kept)
    with store.reading() as connection:
        report.counts["signatures"] = signatures(connection, kept.id, kept.n_decisions) if kept.pending else []
    return report


def _is_alike(known: Signal, opening: Opening) -> bool:
    return (known.content["product"], known.content["endpoint"]) == (opening.product, opening.endpoint)


def _standing(shown: Signal, today: dt.date) -> Row:
    told = ("title", "product", "endpoint", "scope", "source", "owner", "detected_on", "due_on", "closed_on")
    return {
        "signal_id": shown.id,
        "version": shown.version,
        "state": shown.state,
        "waits_for_signatures_under": None if shown.pending is None else shown.pending["to"],
        **{name: shown.content[name] for name in told},
        "is_overdue": is_overdue(shown.content["due_on"], today),
        "n_evidence": len(shown.evidence),
        "n_open_actions": len(open_actions(shown.content)),
    }


def _whole(shown: Signal) -> Mapping[str, Any]:
    fields = asdict(shown)
    return {
        "signal": fields | {"evidence": list(fields["evidence"]), "evidence_hash": shown.evidence_hash},
        "may_become": list(allowed(shown.state)),
        "n_signatures_needed": 0 if shown.pending is None else state(shown.pending["to"]).n_signatures,
    }


def _step(event: Row) -> Row:
    after = restored(event["after"])
    told = {name: event[name] for name in ("number", "at", "actor", "action", "reason")}
    return {**told, "state": after["state"], "version": after["version"]}
