"""What goes into a look and what comes out of it: the same for every design."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential.boundary import UNREACHABLE, Boundary

PASSED = 10.0
"""Lengths that a look may hold at most."""
World = Literal["cohort", "spontaneous"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted at one look, cumulative since the start of the plan.

    observed: events of the product. expected: events expected of it under the null. compared: events of the comparator.
    share: under the null, the chance that one of the events since the look before is the product's and not the
    comparator's. time, baseline_time: person-time followed, and of the baseline in which baseline_events were seen.
    """

    observed: int
    expected: float | None = None
    compared: int | None = None
    share: float | None = None
    time: float | None = None
    baseline_events: int | None = None
    baseline_time: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a look says.

    statistic: on the design's own scale. critical_value: what it must reach; None where nothing could cross at this look.
    least_count: the observed events that would have crossed, None likewise. alpha_spent: chance under the null of having
    crossed by this look, given when looks were held; alpha_left: what later looks may spend. is_crossed: whether the
    present count crosses. is_ended: whether the plan needs no further look, because the length is reached or some look
    crossed. note: what a reader must know of this look, in sentences; empty where there is nothing.
    """

    statistic: float
    critical_value: float | None
    alpha_spent: float
    alpha_left: float
    is_crossed: bool
    is_ended: bool
    note: str
    least_count: int | None = None


@dataclass(frozen=True, slots=True)
class Operating:
    """What a design does when events come relative_risk times as often as under the null.

    power: chance of a signal within the maximum length. unit: of length_to_signal and mean_length. length_to_signal: mean
    information at the signal, over series that signal, None where none does; events_to_signal: mean observed events then,
    None where it is not known. mean_length: mean information at the signal or the end. looks_to_signal: mean number of
    the look that signals; median_looks: look by which half of all series have signalled, None where the power is below a
    half; both None where no number of looks is planned. average_run_length: of a chart, mean number of looks until it
    alerts when it is never ended; None for other designs and where it never alerts.
    """

    relative_risk: float
    power: float
    unit: str
    length_to_signal: float | None
    events_to_signal: float | None
    mean_length: float | None
    looks_to_signal: float | None = None
    median_looks: int | None = None
    average_run_length: float | None = None


@dataclass(frozen=True, slots=True)
class Dispersed:
    """Alpha that a design really spends over its planned looks when counts vary `dispersion` times as much as it supposes."""

    dispersion: float
    alpha: float


class Design(Protocol):
    """A way of looking again and again that keeps to its alpha."""

    @property
    def id(self) -> str:
        """The design's id, as the plan names it."""

    @property
    def world(self) -> World:
        """The kind of counts it takes."""

    def decide(self, looks: Sequence[Counts]) -> Decision:
        """What the last of the looks says, the first of the plan coming first; the same looks give the same answer.

        Raises UsageError where a look lacks what the design counts, or holds a count that cannot be.
        """

    def boundary(self, looks: Sequence[Counts]) -> Boundary:
        """Least observed count that crosses at each of the looks, and alpha spent by then: the line in a picture.

        A least count of `boundary.UNREACHABLE` is none. Of a chart it hangs on the counts before, of others only on when
        looks were held. Raises UsageError as `decide` does.
        """

    def operating(self, relative_risks: Sequence[float]) -> list[Operating]:
        """One row per relative risk. Raises UsageError where the plan says no looks and the design needs them."""

    def dispersed(self, dispersions: Sequence[float]) -> list[Dispersed]:
        """One row per dispersion. Raises UsageError where the design cannot say."""


@dataclass(frozen=True, slots=True)
class Held:
    """Looks as a design reads them: observed counts, and the information at each, which never falls.

    length: information at which surveillance ends. unit: of the information, for notes.
    """

    observed: list[int]
    information: list[float]
    length: float
    unit: str
    notes: list[str]


def held(
    looks: Sequence[Counts], information: Callable[[Counts], float], length: float, unit: str, most: float = math.inf
) -> Held:
    """Read the looks; an information that fell is kept at its highest, and a note says so of the last look.

    Raises UsageError where there is no look, a count that cannot be, or an information above `most` or ten lengths: that
    is a mistaken unit, and no late look.
    """
    if not looks:
        raise UsageError("There is no look to decide: give the counts of every look up to the present one.")
    for number, look in enumerate(looks, 1):
        if look.observed < 0:
            raise UsageError(f"Look {number} has {look.observed} observed events: a count cannot be below 0.")
    given = [information(look) for look in looks]
    if bad := [number for number, value in enumerate(given, 1) if not 0.0 <= value < math.inf]:
        raise UsageError(f"Look {bad[0]} has {given[bad[0] - 1]} {unit}: give a finite number of at least 0.")
    most = min(most, PASSED * length)
    if far := [number for number, value in enumerate(given, 1) if value > most]:
        raise UsageError(
            f"Look {far[0]} has {given[far[0] - 1]:,.10g} {unit}, beside a length of {length:,.10g}: more than {most:,.10g} is refused; "
            "check the unit, or whether it is counted from the start of the plan."
        )
    highest = np.maximum.accumulate(given).tolist()
    observed = [look.observed for look in looks]
    return Held(observed, highest, length, unit, _falls(observed, given, highest, unit))


def wanted(value: float | None, name: str, look: Counts, why: str) -> float:
    """The value, or a UsageError that names what the look lacks."""
    if value is None:
        raise UsageError(f"A look with {look.observed} observed events has no {name}: {why}")
    return value


def decided(
    seen: Held, boundary: Boundary, alpha: float, statistic: Callable[[int], float], critical_value: float
) -> Decision:
    """The decision on the last look, from the statistic of a count at it.

    critical_value: flat value of the design, or 0 where it has none; where the boundary asks for more, because of the
    least number of events or so that alpha is kept, the statistic of its least count is what must be reached.
    """
    least = boundary.least[-1]
    value = critical_value
    if 0 < least < UNREACHABLE and statistic(least - 1) >= critical_value:
        value = statistic(least)
    return reported(seen, boundary.least, boundary.spent, alpha, statistic(seen.observed[-1]), value)


def reported(
    seen: Held, least: Sequence[int], spent: Sequence[float], alpha: float, statistic: float, value: float
) -> Decision:
    """The decision on the last look, from its statistic and the value to reach, and the least counts of all looks."""
    crossed = [at for at, pair in enumerate(zip(seen.observed, least, strict=True), 1) if pair[0] >= pair[1]]
    can_cross = least[-1] < UNREACHABLE
    notes = [*seen.notes, *_ends(seen, crossed)]
    if not can_cross:
        notes.append("No count could cross at this look.")
    return Decision(
        statistic=statistic,
        critical_value=value if can_cross else None,
        alpha_spent=spent[-1],
        alpha_left=max(alpha - spent[-1], 0.0),
        is_crossed=seen.observed[-1] >= least[-1],
        is_ended=seen.information[-1] >= seen.length or bool(crossed),
        note=" ".join(notes),
        least_count=least[-1] if can_cross else None,
    )


def _falls(observed: list[int], given: list[float], highest: list[float], unit: str) -> list[str]:
    """Notes on what fell since the look before."""
    notes = []
    if len(observed) > 1 and observed[-1] < observed[-2]:
        notes.append(
            f"The count fell from {observed[-2]} to {observed[-1]}: the present one is judged, and alpha spent stays spent."
        )
    if given[-1] < highest[-1]:
        notes.append(f"The {unit} fell to {given[-1]:,.10g}: judged at {highest[-1]:,.10g}, the most there was.")
    return notes


def _ends(seen: Held, crossed: list[int]) -> list[str]:
    """Notes on how the surveillance stands."""
    number, notes = len(seen.observed), []
    before = [at for at in crossed if at < number]
    if before:
        notes.append(f"Look {before[0]} crossed: this look is for the record.")
    if number > 1 and seen.information[-2] >= seen.length:
        notes.append(f"Surveillance had ended before this look, at {seen.length:,.10g} {seen.unit}: it cannot cross.")
    elif seen.information[-1] >= seen.length:
        notes.append(f"The length of {seen.length:,.10g} {seen.unit} is reached: this is the last look.")
    return notes
