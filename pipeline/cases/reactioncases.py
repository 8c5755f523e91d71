"""Which message speaks for a case on a day: the newest of its versions, unless it takes the case back."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.intake.e2bcase import Message, Rejection
from pipeline.intake.e2bvalues import instant

BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
NULLIFIED, TIED, UNREADABLE, CURRENT = "nullified", "tied", "unreadable", "current"
STATES = (CURRENT, NULLIFIED, TIED, UNREADABLE)


@dataclass(frozen=True, slots=True)
class CurrentCase:
    """A case by its newest message; versions: all its messages up to the data-lock point, oldest first, it among them."""

    message: Message
    versions: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class CaseTruth:
    """Current cases in the order of their identification, and how the messages and cases add up.

    messages: used, superseded, repeated, after_data_lock_point, of_cases_left_out. cases: by their state, see STATES.
    """

    current: tuple[CurrentCase, ...]
    messages: dict[str, int]
    cases: dict[str, int]


def case_truth(messages: Iterable[Message], rejected: Iterable[Rejection], as_of: dt.date) -> CaseTruth:
    """The cases as of a day.

    A message is of the case that its worldwide unique identification names. Those whose most recent information is later
    than the day are not seen. The newest is the one with the latest day of most recent information, among those the one
    created last (by the clock of UTC), among those the one with the highest version number. An amendment has the day of
    what it amends and is created later, so it takes its place. Two of that rank that differ: the case is tied and left
    out, and so are two of one day of which only one says when it was created. A rejected message that may be newer than the newest one read: the case is unreadable and left out, no older
    message steps in. A nullification as the newest message: the case is nullified and left out.
    """
    counted = dict.fromkeys(("used", "superseded", "repeated", "after_data_lock_point", "of_cases_left_out"), 0)
    seen: dict[str, dict[str, Message]] = defaultdict(dict)
    for one in messages:
        if _day(one) > as_of:
            counted["after_data_lock_point"] += 1
        elif seen[one.case_id].setdefault(one.digest, one) is not one:
            counted["repeated"] += 1
    spoilt = _spoilt(rejected, as_of)
    states: Counter[str] = Counter()
    current: list[CurrentCase] = []
    for case_id in sorted(set(seen) | set(spoilt)):
        versions = sorted(seen.get(case_id, {}).values(), key=_rank)
        state = _state(versions, spoilt.get(case_id))
        states[state] += 1
        if state != CURRENT:
            counted["of_cases_left_out"] += len(versions)
            continue
        counted["used"] += 1
        counted["superseded"] += len(versions) - 1
        current.append(CurrentCase(versions[-1], tuple(versions)))
    return CaseTruth(tuple(current), counted, {state: states[state] for state in STATES})


def _day(message: Message) -> dt.date:
    return message.most_recent.day or dt.date.max


def _rank(message: Message) -> tuple[dt.date, dt.datetime, int]:
    return _day(message), instant(message.created) or BEFORE_ALL, message.version


def _spoilt(rejected: Iterable[Rejection], as_of: dt.date) -> dict[str, dt.date]:
    """Cases with a rejected message, and the latest day that the newest of them may be of, up to as_of."""
    found: dict[str, dt.date] = {}
    for one in rejected:
        if one.case_id is None or (one.most_recent.earliest or as_of) > as_of:
            continue
        found[one.case_id] = max(found.get(one.case_id, dt.date.min), one.most_recent.day or as_of)
    return found


def _state(versions: Sequence[Message], spoilt: dt.date | None) -> str:
    if not versions or (spoilt is not None and spoilt >= _day(versions[-1])):
        return UNREADABLE
    newest = [one for one in versions if _day(one) == _day(versions[-1])]
    is_stamped = {instant(one.created) is not None for one in newest}
    if len(is_stamped) > 1 or sum(_rank(one) == _rank(versions[-1]) for one in newest) > 1:
        return TIED
    return NULLIFIED if versions[-1].standing == "nullification" else CURRENT
