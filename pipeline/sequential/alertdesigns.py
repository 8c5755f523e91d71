"""Reporting alerts as a design: a CUSUM or EWMA chart over a set number of looks, its limit set so that alpha is kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential.arrivals import Array
from pipeline.sequential.boundary import UNREACHABLE, Boundary
from pipeline.sequential.cusum import Chart, Reported, alert_chances, average_run_length, least_alert, spread
from pipeline.sequential.judgement import Counts, Decision, Dispersed, Held, Operating, World, held, reported
from pipeline.sequential.looking import checked_ratio, over_looks

LOOKS = "looks"
MOST_EXPECTED = 10_000.0
"""Reports expected at one look that a chart may hold at most."""
WHY_EXPECTED = "give the reports expected, or the comparator's events and the share, cumulative since the start."
ALERT = "A reporting alert: more is reported than was, which does not say why."


class Charted(NamedTuple):
    """The chart after each look: place; limit then; least: observed count that would have alerted; spent: alpha by then."""

    place: list[int]
    limit: list[int]
    least: list[int]
    spent: list[float]


@dataclass(frozen=True, slots=True)
class Alerts:
    """A chart over `length` looks. limit: place of its grid from which it alerts; expected: reports planned for each look.

    Where looks expect other numbers of reports than planned, the limit is raised as far as alpha asks for it. A count
    that fell enters the chart as a negative increment; expected reports that fell enter as none.
    """

    id: str
    chart: Chart
    alpha: float
    length: int
    expected: float
    dispersion: float
    limit: int
    world: ClassVar[World] = "spontaneous"

    def decide(self, looks: Sequence[Counts]) -> Decision:
        """See `judgement.Design`; a look gives expected, or compared and share."""
        seen = self._seen(looks)
        charted = self._charted(seen, self._expected(looks))
        found = reported(
            seen, charted.least, charted.spent, self.alpha, charted.place[-1] / self.chart.grid,
            charted.limit[-1] / self.chart.grid,
        )  # fmt: skip
        return replace(found, note=f"{found.note} {ALERT}".strip()) if found.is_crossed else found

    def boundary(self, looks: Sequence[Counts]) -> Boundary:
        """See `judgement.Design`."""
        charted = self._charted(self._seen(looks), self._expected(looks))
        return Boundary(charted.least, charted.spent)

    def operating(self, relative_risks: Sequence[float]) -> list[Operating]:
        """See `judgement.Design`; at the planned number of expected reports, with the average run length."""
        return [self._operating(checked_ratio(ratio)) for ratio in relative_risks]

    def dispersed(self, dispersions: Sequence[float]) -> list[Dispersed]:
        """See `judgement.Design`."""
        return [Dispersed(phi, float(np.sum(self._first(1.0, phi)))) for phi in dispersions]

    def _operating(self, ratio: float) -> Operating:
        found = over_looks(ratio, self._first(ratio, self.dispersion), range(1, self.length + 1), LOOKS)
        run = average_run_length(self.chart, self.limit, Reported(self.expected, ratio, self.dispersion))
        return replace(found, average_run_length=None if run == math.inf else run)

    def _first(self, ratio: float, dispersion: float) -> Array:
        return alert_chances(self.chart, self.limit, [Reported(self.expected, ratio, dispersion)] * self.length)

    def _seen(self, looks: Sequence[Counts]) -> Held:
        """The looks; the information at each is its number."""
        number = iter(range(1, len(looks) + 1))
        return held(looks, lambda _: float(next(number)), float(self.length), LOOKS)

    def _charted(self, seen: Held, expected: Sequence[float]) -> Charted:
        charted = Charted([], [], [], [])
        quiet, place, before, total = np.ones(1), 0, 0, 0.0
        for number, (count, mean) in enumerate(zip(seen.observed, expected, strict=True), 1):
            after = spread(self.chart, quiet, Reported(mean, 1.0, self.dispersion))
            limit = self._kept(after, total)
            needed = least_alert(self.chart, place, limit, mean) if number <= self.length else None
            place = int(self.chart.moved(np.asarray(place), np.asarray(count - before), mean))
            if number <= self.length:
                total += float(np.sum(after[limit:]))
                quiet = after[:limit]
            charted.place.append(place)
            charted.limit.append(limit)
            charted.least.append(UNREACHABLE if needed is None else before + needed)
            charted.spent.append(total)
            before = count
        return charted

    def _kept(self, after: Array, spent: float) -> int:
        """The planned limit, or the lowest above it that keeps to alpha."""
        beyond = spent + np.append(np.cumsum(after[::-1])[::-1], 0.0)
        allowed = np.flatnonzero(beyond <= self.alpha)
        return max(self.limit, int(allowed[0]) if allowed.size else after.size)

    def _expected(self, looks: Sequence[Counts]) -> list[float]:
        """Reports expected since the look before, of each look."""
        gaps = self._gaps(looks)
        if bad := [gap for gap in gaps if gap > MOST_EXPECTED]:
            raise UsageError(
                f"A look has {bad[0]:g} expected reports more than the one before: at most {MOST_EXPECTED:g}."
            )
        return gaps

    def _gaps(self, looks: Sequence[Counts]) -> list[float]:
        """The same, unchecked."""
        if all(look.expected is not None for look in looks):
            total = [look.expected or 0.0 for look in looks]
            if bad := [mean for mean in total if not 0.0 <= mean < math.inf]:
                raise UsageError(f"A look has {bad[0]} expected reports: give a finite number of at least 0.")
            return [float(gap) for gap in np.diff(np.maximum.accumulate(total), prepend=0.0)]
        if any(look.compared is None or look.share is None or not 0.0 < look.share < 1.0 for look in looks):
            raise UsageError(f"A look of {self.id} has neither expected reports nor a comparator: {WHY_EXPECTED}")
        gaps = np.diff(np.maximum.accumulate([look.compared or 0 for look in looks]), prepend=0)
        odds = [(look.share or 0.0) / (1.0 - (look.share or 0.0)) for look in looks]
        return [float(gap * odd) for gap, odd in zip(gaps, odds, strict=True)]
