"""The states of a signal and the transitions between them, as states.yaml lists them."""

from dataclasses import dataclass
from functools import cache

from pipeline.errors import UsageError
from pipeline.governance.datafiles import data_file

FIRST = "detected"


@dataclass(frozen=True, slots=True)
class State:
    """One state.

    next: states that may follow. n_signatures: different people who sign the decision that leads here. is_confirmed: which
    evidence counts on its own must be judged first. reopens_to: where a closed signal goes when it is opened again, None
    for an open state. clock: the due date that runs from here, None for a closed one.
    """

    id: str
    title: str
    next: tuple[str, ...]
    n_signatures: int
    is_closed: bool
    is_confirmed: bool
    reopens_to: str | None
    clock: str | None


@cache
def states() -> dict[str, State]:
    """Every state by its id, in the order of a review."""
    return {entry["id"]: _state(entry) for entry in data_file("states.yaml")["states"]}


def state(state_id: str) -> State:
    """The state of this id; UsageError names those there are."""
    if state_id not in states():
        raise UsageError(f"there is no state {state_id!r} of a signal; states: {', '.join(states())}")
    return states()[state_id]


def allowed(state_id: str) -> tuple[str, ...]:
    """States that may follow; for a closed one, the one it is reopened to."""
    found = state(state_id)
    return found.next if found.reopens_to is None else (found.reopens_to,)


def refuse_transition(subject: str, old: str, new: str) -> None:
    """UsageError where the state may not follow; it says which may. subject: how the signal is named in the message."""
    state(new)
    if new not in allowed(old):
        how = " by reopening it with a rule and a reason" if state(old).is_closed else ""
        raise UsageError(f"{subject} is {old}: it cannot become {new}; it can become {', '.join(allowed(old))}{how}.")


@cache
def reopening_rules() -> dict[str, str]:
    """Why a closed signal may be opened again: rule by rule, in words."""
    return {rule["id"]: rule["title"] for rule in data_file("states.yaml")["reopening_rules"]}


def approving_role() -> str:
    """The role that one of those who sign must hold."""
    return str(data_file("states.yaml")["approving_role"])


def _state(entry: dict[str, object]) -> State:
    following = entry.get("next", [])
    return State(
        id=str(entry["id"]),
        title=str(entry["title"]),
        next=tuple(map(str, following)) if isinstance(following, list) else (),
        n_signatures=int(str(entry.get("signatures", 0))),
        is_closed=bool(entry.get("is_closed", False)),
        is_confirmed=bool(entry.get("is_confirmed", False)),
        reopens_to=str(entry["reopens_to"]) if "reopens_to" in entry else None,
        clock=str(entry["clock"]) if "clock" in entry else None,
    )
