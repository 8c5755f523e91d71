"""CUSUM and EWMA charts of reported counts: reporting alerts, which say that more is reported than was, not why.

Both charts are kept on a grid, and rounded to it after each look, as part of their definition: so the chain of their
places is finite and every chance is exact. A look's reports are Poisson or negative binomial around a mean that is known,
or a part of the events of a product and its comparator, binomial or beta-binomial given how many events there were.
Sources: Lucas 1985, doi:10.1080/00401706.1985.10488030 (CUSUM of counts); Borror, Champ, Rigdon 1998,
doi:10.1080/00224065.1998.11979871 (EWMA of counts); average run length by the chain of Brook, Evans 1972,
doi:10.1093/biomet/59.3.539.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.sequential.arrivals import (
    START,
    Array,
    checked_dispersion,
    checked_events,
    checked_mean,
    checked_share,
    overdispersed_binomial_chances,
    overdispersed_chances,
    shifted_share,
)

Places = npt.NDArray[np.int64]
HIGHEST_PLACE, MOST_MOVES = 2**14, 2**12
MOST_REPORTS = 2**22


class Look(Protocol):
    """What a look holds of the product's reports."""

    @property
    def usual(self) -> float:
        """Reports expected under the null."""

    @property
    def deviation(self) -> float:
        """Their standard deviation under the null, without dispersion."""

    @property
    def most(self) -> int:
        """Reports that there can be at most."""

    def reference(self, ratio: float) -> float:
        """Reports at which `ratio` is as likely as 1: the log likelihood ratio of both, with these reports, is 0."""

    def chances(self) -> Array:
        """Chances of 0, 1, 2 … reports."""


class Reported(NamedTuple):
    """A look whose mean is known: reports expected under the null, how many times as often they come, variance over mean."""

    expected: float
    ratio: float = 1.0
    dispersion: float = 1.0

    @property
    def usual(self) -> float:
        """See `Look`."""
        return checked_mean(self.expected)

    @property
    def deviation(self) -> float:
        """See `Look`."""
        return math.sqrt(self.usual)

    @property
    def most(self) -> int:
        """See `Look`; no number is too great, and none is looked for beyond this one."""
        return MOST_REPORTS

    def reference(self, ratio: float) -> float:
        """(ρ - 1) μ / ln ρ."""
        return (ratio - 1.0) * self.usual / math.log(ratio)

    def chances(self) -> Array:
        """See `Look`."""
        return overdispersed_chances(checked_mean(self.ratio * self.expected), checked_dispersion(self.dispersion))


class Compared(NamedTuple):
    """A look that holds so many events of product and comparator, `share` of them the product's under the null.

    ratio: how many times as often as that the product's come. dispersion: of both, see `overdispersed_binomial_chances`.
    """

    events: int
    share: float
    ratio: float = 1.0
    dispersion: float = 1.0

    @property
    def usual(self) -> float:
        """See `Look`."""
        return checked_events(self.events) * checked_share(self.share)

    @property
    def deviation(self) -> float:
        """See `Look`."""
        return math.sqrt(self.usual * (1.0 - self.share))

    @property
    def most(self) -> int:
        """See `Look`."""
        return self.events

    def reference(self, ratio: float) -> float:
        """Of n events n ln(1 + (ρ - 1) p) / ln ρ, which is n ln((1 - p) / (1 - p₁)) / ln ρ: the odds of p₁ are ρ times those of p."""
        return self.events * math.log1p((ratio - 1.0) * checked_share(self.share)) / math.log(ratio)

    def chances(self) -> Array:
        """See `Look`."""
        return overdispersed_binomial_chances(self.events, shifted_share(self.share, self.ratio), self.dispersion)


class Chart(Protocol):
    """A chart that moves from place to place of a grid."""

    @property
    def grid(self) -> int:
        """Places that make one unit of the statistic."""

    def moved(self, place: Places, count: Places, look: Look) -> Places:
        """Place after a look with this count, never lower the higher place or count; shapes broadcast."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """S = max(0, S + n - r), r the look's reference for ρ, rounded to the grid: the log likelihood ratio of ρ to 1, over ln ρ.

    ratio: ρ, how many times as often as usual is to be found soonest. A count that fell enters as n below 0.
    """

    ratio: float
    grid: int = 16

    def moved(self, place: Places, count: Places, look: Look) -> Places:
        """See `Chart`."""
        reference = round(self.grid * look.reference(self.ratio))
        return np.asarray(np.maximum(place + self.grid * count - reference, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Ewma:
    """Z = max(0, (1 - w) Z + w (n - μ) / σ), μ and σ the look's, rounded to the grid; a look without events leaves Z as it is."""

    weight: float
    grid: int = 200

    def moved(self, place: Places, count: Places, look: Look) -> Places:
        """See `Chart`."""
        if look.deviation <= 0.0:
            return place + 0 * count
        step = self.weight * self.grid * (count - look.usual) / look.deviation
        return np.maximum(np.rint((1.0 - self.weight) * place + step), 0.0).astype(np.int64)


def alert_chances(chart: Chart, limit: int, looks: Sequence[Look]) -> Array:
    """Chance of the first alert at each look, shape (looks,): the chart starts at 0 and alerts from place `limit` on.

    Looks that are alike move the chart alike: how is worked out once, where there are few enough places.
    """
    held: dict[Look, Array] = {}
    quiet, first = START, []
    for look in looks:
        if limit > MOST_MOVES:
            after = spread(chart, quiet, look)
        else:
            moves = held[look] if look in held else held.setdefault(look, moves_of(chart, limit, look))
            after = quiet @ moves[: quiet.size]
        quiet = after[:limit]
        first.append(float(np.sum(after[limit:])))
    return np.asarray(first)


def moves_of(chart: Chart, limit: int, look: Look) -> Array:
    """Chances of every move at a look: from a place below the limit, to one or, in the last column, beyond, (limit, limit + 1)."""
    chances = look.chances()
    to = np.minimum(chart.moved(np.arange(limit)[:, None], np.arange(chances.size), look), limit)
    cell = np.arange(limit)[:, None] * (limit + 1) + to
    weight = np.broadcast_to(chances, to.shape)
    whole = np.bincount(cell.ravel(), weight.ravel(), limit * (limit + 1)).astype(np.float64)
    return whole.reshape(limit, limit + 1)


def spread(chart: Chart, quiet: Array, look: Look) -> Array:
    """Chances of every place after a look, from those before it."""
    chances = look.chances()
    to = chart.moved(np.arange(quiet.size)[:, None], np.arange(chances.size), look)
    return np.bincount(to.ravel(), (quiet[:, None] * chances).ravel()).astype(np.float64)


def least_alert(chart: Chart, place: int, limit: int, look: Look) -> int | None:
    """Fewest reports at a look that bring the chart from a place to the limit; None where no number does."""
    counts = range(look.most + 1)
    at = np.asarray(place)
    found = bisect_left(counts, limit, key=lambda count: int(chart.moved(at, np.asarray(count), look)))
    return found if found < len(counts) else None


def alert_limit(chart: Chart, looks: Sequence[Look], alpha: float) -> int:
    """Lowest place from which to alert so that an alert within these looks under the null has a chance of at most alpha.

    Raises ValueError where no place of the grid does, or where only one does that the chart never comes to.
    """

    def spent(limit: int) -> float:
        return float(np.sum(alert_chances(chart, limit, looks)))

    low, high = 0, 8
    while spent(high) > alpha:
        low, high = high, 2 * high
        if high > HIGHEST_PLACE:
            raise ValueError(
                f"No limit keeps alerts within {len(looks)} looks to alpha {alpha:g}: ask for a greater alpha."
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if spent(middle) <= alpha else (middle, high)
    if not _is_reached(chart, high, looks):
        raise ValueError(
            f"No limit spends alpha {alpha:g} or less: within {len(looks)} looks nothing is rare enough to alert. Ask for "
            "more looks, more events at each, or a greater alpha."
        )
    return high


def _is_reached(chart: Chart, limit: int, looks: Sequence[Look]) -> bool:
    """Whether there is a course of events that alerts: the one with all there can be at every look."""
    place = 0
    for look in looks:
        place = int(chart.moved(np.asarray(place), np.asarray(look.most), look))
        if place >= limit:
            return True
    return False


def average_run_length(chart: Chart, limit: int, look: Look) -> float:
    """Mean number of looks until the alert, when every look is like this one; infinite where it never comes."""
    moves = moves_of(chart, limit, look)
    if not np.any(moves[:, limit] > 0):
        return math.inf
    return float(np.linalg.solve(np.eye(limit) - moves[:, :limit], np.ones(limit))[0])
