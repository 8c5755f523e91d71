"""CUSUM and EWMA charts of reported counts: reporting alerts, which say that more is reported than was, not why.

Both charts are kept on a grid, and rounded to it after each look, as part of their definition: so the chain of their
places is finite and every chance is exact, for counts that are Poisson or negative binomial around the expected ones.
Sources: Lucas 1985, doi:10.1080/00401706.1985.10488030 (CUSUM of counts); Borror, Champ, Rigdon 1998,
doi:10.1080/00224065.1998.11979871 (EWMA of counts); average run length by the chain of Brook, Evans 1972,
doi:10.1093/biomet/59.3.539.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.sequential.arrivals import (
    Array,
    checked_dispersion,
    checked_mean,
    overdispersed_chances,
)

Places = npt.NDArray[np.int64]
HIGHEST_PLACE = 2**14
MOST_REPORTS = 2**22


class Chart(Protocol):
    """A chart that moves from place to place of a grid."""

    @property
    def grid(self) -> int:
        """Places that make one unit of the statistic."""

    def moved(self, place: Places, count: Places, expected: float) -> Places:
        """Place after a look with this count beside so many expected; shapes broadcast."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """S = max(0, S + n - r), r = (ρ - 1) μ / ln ρ rounded to the grid: the log likelihood ratio of ρ to 1, over ln ρ.

    ratio: ρ, how many times as often as expected is to be found soonest. A count that fell enters as n below 0.
    """

    ratio: float
    grid: int = 16

    def moved(self, place: Places, count: Places, expected: float) -> Places:
        """Place after a look with this count beside so many expected; shapes broadcast."""
        reference = round(self.grid * (self.ratio - 1.0) * expected / math.log(self.ratio))
        return np.asarray(np.maximum(place + self.grid * count - reference, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Ewma:
    """Z = max(0, (1 - w) Z + w (n - μ) / √μ), rounded to the grid; nothing expected leaves Z as it is."""

    weight: float
    grid: int = 200

    def moved(self, place: Places, count: Places, expected: float) -> Places:
        """Place after a look with this count beside so many expected; shapes broadcast."""
        if expected <= 0.0:
            return place + 0 * count
        step = self.weight * self.grid * (count - expected) / math.sqrt(expected)
        return np.maximum(np.rint((1.0 - self.weight) * place + step), 0.0).astype(np.int64)


class Reported(NamedTuple):
    """Reported counts of one look: expected under the null, and how many times as often they come; variance over mean."""

    expected: float
    ratio: float = 1.0
    dispersion: float = 1.0


def reported_chances(look: Reported) -> Array:
    """Chances of 0, 1, 2 … reports at a look."""
    return overdispersed_chances(checked_mean(look.ratio * look.expected), checked_dispersion(look.dispersion))


def alert_chances(chart: Chart, limit: int, looks: Sequence[Reported]) -> Array:
    """Chance of the first alert at each look, shape (looks,): the chart starts at 0 and alerts from place `limit` on."""
    quiet, first = np.ones(1), []
    for look in looks:
        after = spread(chart, quiet, look)
        quiet = after[:limit]
        first.append(float(np.sum(after[limit:])))
    return np.asarray(first)


def spread(chart: Chart, quiet: Array, look: Reported) -> Array:
    """Chances of every place after a look, from those before it."""
    chances = reported_chances(look)
    to = chart.moved(np.arange(quiet.size)[:, None], np.arange(chances.size), look.expected)
    return np.bincount(to.ravel(), (quiet[:, None] * chances).ravel()).astype(np.float64)


def least_alert(chart: Chart, place: int, limit: int, expected: float) -> int | None:
    """Fewest reports at a look that bring the chart from a place to the limit; None where no number does."""
    most = 64
    while most < MOST_REPORTS:
        reaches = chart.moved(np.asarray(place), np.arange(most), expected) >= limit
        if reaches[-1]:
            return int(np.argmax(reaches))
        most *= 4
    return None


def alert_limit(chart: Chart, looks: Sequence[Reported], alpha: float) -> int:
    """Lowest place from which to alert so that an alert within these looks under the null has a chance of at most alpha.

    Raises ValueError where no place of the grid does.
    """
    low, high = 0, 8
    while float(np.sum(alert_chances(chart, high, looks))) > alpha:
        low, high = high, 2 * high
        if high > HIGHEST_PLACE:
            raise ValueError(
                f"No limit keeps alerts within {len(looks)} looks to alpha {alpha:g}: ask for a greater alpha."
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if float(np.sum(alert_chances(chart, middle, looks))) <= alpha else (middle, high)
    return high


def average_run_length(chart: Chart, limit: int, look: Reported) -> float:
    """Mean number of looks until the alert, when every look is like this one; infinite where it never comes."""
    chances = reported_chances(look)
    place, count = np.arange(limit)[:, None], np.arange(chances.size)
    to = np.minimum(chart.moved(place, count, look.expected), limit)
    moves = np.zeros((limit, limit + 1))
    np.add.at(moves, (np.broadcast_to(place, to.shape), to), np.broadcast_to(chances, to.shape))
    if not np.any(moves[:, limit] > 0):
        return math.inf
    return float(np.linalg.solve(np.eye(limit) - moves[:, :limit], np.ones(limit))[0])
