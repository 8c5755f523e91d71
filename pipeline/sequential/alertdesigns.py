"""Reporting alerts as a design: a CUSUM or EWMA chart over a set number of looks, its limit set so that alpha is kept.

A chart of reports whose mean is known, or of a product's part of the events of it and its comparator. The second is exact
given how many events of both there were at each look, as the binomial MaxSPRT is, and so needs no mean.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential.arrivals import START, Array
from pipeline.sequential.boundary import UNREACHABLE, Boundary
from pipeline.sequential.cusum import (
    Chart,
    Compared,
    Reported,
    alert_chances,
    alert_limit,
    average_run_length,
    least_alert,
    spread,
)
from pipeline.sequential.judgement import Counts, Decision, Dispersed, Held, Operating, World, held, reported
from pipeline.sequential.looking import checked_ratio, over_looks
from pipeline.sequential.reportdesigns import compared_of, shares_of

LOOKS = "looks"
MOST_EXPECTED, MOST_BOTH, MOST_PLANNED = 10_000.0, 1_000_000, 1_000.0
"""Of one look at most: reports expected of the product, events of product and comparator; of the product, of a planned one."""
WHY_EXPECTED = (
    "a chart by expected_per_look needs the reports expected, cumulative since the start, of a mean that is known; one taken "
    "from the comparator's reports would make it alert several times as often. Give the plan events_per_look and a share, "
    "which count the comparator's events themselves."
)
ALERT = "A reporting alert: more is reported than was, which does not say why."
Law = Reported | Compared


class Entry(NamedTuple):
    """What one look brings to the chart: its law; how many events enter; the observed count at which none would."""

    law: Law
    entering: int
    base: int


class Charted(NamedTuple):
    """The chart after each look: place; limit then; least: observed count that would have alerted; spent: alpha by then."""

    place: list[int]
    limit: list[int]
    least: list[int]
    spent: list[float]


class Planned(NamedTuple):
    """A chart as planned.

    laws: of each look. limit: place of its grid from which it alerts. ahead: alpha that the looks after each one spend.
    """

    chart: Chart
    alpha: float
    laws: tuple[Law, ...]
    limit: int
    ahead: tuple[float, ...]


def planned_chart(chart: Chart, alpha: float, laws: Sequence[Law]) -> Planned:
    """The chart with the lowest limit that keeps alpha over these looks; ValueError where none does."""
    limit = alert_limit(chart, laws, alpha)
    first = alert_chances(chart, limit, laws)
    ahead = np.append(np.cumsum(first[::-1])[::-1][1:], 0.0)
    return Planned(chart, alpha, tuple(laws), limit, tuple(ahead.tolist()))


@dataclass(frozen=True, slots=True)
class Alerts(ABC):
    """A chart over its planned looks. Where looks hold other numbers than planned, the limit is raised.

    The limit leaves to the looks ahead what they would spend as planned, and never falls below the planned one, nor so far
    that a look without a further event of the product would alert. It hangs on nothing that was counted of the product.
    """

    id: str
    planned: Planned
    world: ClassVar[World] = "spontaneous"

    @abstractmethod
    def seen(self, looks: Sequence[Counts]) -> Held:
        """The looks; the information at each is its number."""

    @abstractmethod
    def entries(self, looks: Sequence[Counts]) -> list[Entry]:
        """What each look brings to the chart. UsageError for a look that lacks it or holds what cannot be."""

    @abstractmethod
    def least_count(self, base: int, needed: int) -> int:
        """The observed count of which `needed` events enter a chart into which none enter at `base`."""

    def decide(self, looks: Sequence[Counts]) -> Decision:
        """See `judgement.Design`."""
        seen, grid = self.seen(looks), self.planned.chart.grid
        charted = self._charted(self.entries(looks))
        found = reported(
            seen, charted.least, charted.spent, self.planned.alpha, charted.place[-1] / grid, charted.limit[-1] / grid
        )
        return replace(found, note=f"{found.note} {ALERT}".strip()) if found.is_crossed else found

    def boundary(self, looks: Sequence[Counts]) -> Boundary:
        """See `judgement.Design`."""
        self.seen(looks)
        charted = self._charted(self.entries(looks))
        return Boundary(charted.least, charted.spent)

    def limits(self, looks: Sequence[Counts]) -> list[int]:
        """Place from which each look alerts, on the chart's grid; by what the looks hold, not by what is the product's."""
        self.seen(looks)
        return self._charted(self.entries(looks)).limit

    def operating(self, relative_risks: Sequence[float]) -> list[Operating]:
        """See `judgement.Design`; at looks as planned, with the average run length where all of them are alike."""
        return [self._operating(checked_ratio(ratio)) for ratio in relative_risks]

    def dispersed(self, dispersions: Sequence[float]) -> list[Dispersed]:
        """See `judgement.Design`."""
        return [
            Dispersed(phi, float(np.sum(self._first([law._replace(dispersion=phi) for law in self.planned.laws]))))
            for phi in dispersions
        ]

    def _operating(self, ratio: float) -> Operating:
        laws = [law._replace(ratio=ratio) for law in self.planned.laws]
        found = over_looks(ratio, self._first(laws), range(1, len(laws) + 1), LOOKS)
        if len(set(laws)) > 1:
            return found
        run = average_run_length(self.planned.chart, self.planned.limit, laws[0])
        return replace(found, average_run_length=None if run == math.inf else run)

    def _first(self, laws: Sequence[Law]) -> Array:
        return alert_chances(self.planned.chart, self.planned.limit, laws)

    def _charted(self, entries: Sequence[Entry]) -> Charted:
        chart, length = self.planned.chart, len(self.planned.laws)
        charted = Charted([], [], [], [])
        quiet, place, total = START, 0, 0.0
        for number, (law, entering, base) in enumerate(entries, 1):
            after = spread(chart, quiet, law)
            limit = self._limit(number, after, total, int(chart.moved(np.asarray(quiet.size - 1), np.asarray(0), law)))
            needed = least_alert(chart, place, limit, law) if number <= length else None
            place = int(chart.moved(np.asarray(place), np.asarray(entering), law))
            if number <= length:
                total += float(np.sum(after[limit:]))
                quiet = after[:limit]
            charted.place.append(place)
            charted.limit.append(limit)
            charted.least.append(UNREACHABLE if needed is None else self.least_count(base, needed))
            charted.spent.append(total)
        return charted

    def _limit(self, number: int, after: Array, spent: float, without: int) -> int:
        """Of a look: the planned limit, or the lowest above it that keeps to alpha and alerts nobody without an event.

        without: highest place after the look of a series that was quiet and had no event at it.
        """
        ahead = self.planned.ahead[number - 1] if number <= len(self.planned.ahead) else 0.0
        beyond = spent + np.append(np.cumsum(after[::-1])[::-1], 0.0)
        allowed = np.flatnonzero(beyond <= self.planned.alpha - ahead)
        return max(self.planned.limit, without + 1, int(allowed[0]) if allowed.size else after.size)


@dataclass(frozen=True, slots=True)
class KnownAlerts(Alerts):
    """A chart of reports whose mean is known: looks give expected. A count that fell enters as a negative one."""

    def seen(self, looks: Sequence[Counts]) -> Held:
        """See `Alerts`."""
        return numbered(looks, len(self.planned.laws))

    def entries(self, looks: Sequence[Counts]) -> list[Entry]:
        """See `Alerts`; expected reports that fell enter as none."""
        total = [expected_of(look) for look in looks]
        gaps = np.diff(np.maximum.accumulate(total), prepend=0.0).tolist()
        if bad := [gap for gap in gaps if gap > MOST_EXPECTED]:
            raise UsageError(
                f"A look has {bad[0]:g} expected reports more than the one before: at most {MOST_EXPECTED:g}."
            )
        counts = [look.observed for look in looks]
        dispersion = self.planned.laws[0].dispersion
        return [
            Entry(Reported(gap, 1.0, dispersion), count - before, before)
            for gap, count, before in zip(gaps, counts, [0, *counts[:-1]], strict=True)
        ]

    def least_count(self, base: int, needed: int) -> int:
        """See `Alerts`."""
        return base + needed


@dataclass(frozen=True, slots=True)
class ComparedAlerts(Alerts):
    """A chart of the product's part of the events of both: looks give compared, and share where it is not the plan's.

    Of each side only what goes beyond the most it ever held enters, so no case counts twice that was withdrawn and came
    again. Where the comparator holds fewer than it did, nothing can be compared, and the look brings nothing to the chart.
    """

    share: float

    def seen(self, looks: Sequence[Counts]) -> Held:
        """See `Alerts`."""
        return replace(numbered(looks, len(self.planned.laws)), notes=fallen(looks))

    def entries(self, looks: Sequence[Counts]) -> list[Entry]:
        """See `Alerts`."""
        entries, most, other_most = list[Entry](), 0, 0
        dispersion = self.planned.laws[0].dispersion
        for look, share in zip(looks, shares_of(looks, self.share), strict=True):
            other = compared_of(look)
            count = max(look.observed - most, 0) if other >= other_most else 0
            events = count + max(other - other_most, 0)
            if events > MOST_BOTH or events * share > MOST_EXPECTED:
                raise UsageError(
                    f"A look has {events:,} events of product and comparator more than the ones before, {events * share:,.0f} "
                    f"of them expected to be the product's: at most {MOST_BOTH:,} and {MOST_EXPECTED:,.0f} are worked out."
                )
            entries.append(Entry(Compared(events, share, 1.0, dispersion), count, most))
            most, other_most = max(most, look.observed), max(other_most, other)
        return entries

    def least_count(self, base: int, needed: int) -> int:
        """See `Alerts`; where none needs to enter, any count is one, for a count that fell enters as none."""
        return base + needed if needed else 0


def numbered(looks: Sequence[Counts], length: int) -> Held:
    """Looks whose information is their number."""
    number = iter(range(1, len(looks) + 1))
    return held(looks, lambda _: float(next(number)), float(length), LOOKS)


def expected_of(look: Counts) -> float:
    """The reports expected of a look; UsageError where it gives none."""
    if look.expected is None:
        raise UsageError(f"A look with {look.observed} observed events has no expected reports: {WHY_EXPECTED}")
    if not 0.0 <= look.expected < math.inf:
        raise UsageError(f"A look has {look.expected} expected reports: give a finite number of at least 0.")
    return look.expected


def fallen(looks: Sequence[Counts]) -> list[str]:
    """Notes on what the last look holds fewer of than a look before it did."""
    last, before = looks[-1], looks[:-1]
    most = max((look.observed for look in before), default=0)
    other_most = max((look.compared or 0 for look in before), default=0)
    notes = []
    if last.observed < most:
        notes.append(
            f"The count is {last.observed}, and was {most}: only what goes beyond the most there was enters the chart, and "
            "alpha spent stays spent."
        )
    if (last.compared or 0) < other_most:
        notes.append(
            f"The comparator's count is {last.compared}, and was {other_most}: nothing can be compared at this look, and it "
            "brings nothing to the chart."
        )
    return notes
