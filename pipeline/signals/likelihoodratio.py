"""Likelihood-ratio test of a drug's events, with the p of the strongest of them.

How strongly does each count speak against its expected count, and how strong would the strongest be by chance? Counts are
Poisson, or zero-inflated Poisson where some pairs cannot occur. The alternative is one-sided: λ ≥ 1. Source: Chakraborty and
others 2022, doi:10.1002/sim.9575.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.signals.disproportionality import checked_pairs
from pipeline.signals.interval import Array, checked_columns
from pipeline.signals.repeats import Positions

SEED = 20_261_122
"""Seed of the generator behind every simulated maximum; stated wherever a simulated p is shown."""

DRAWS = 999

FEW = 100
"""Cells up to which every count of a simulated table is drawn."""

ENOUGH = 20.0
"""Strong cells that a simulated table holds on average at least: then it holds none once in 500 million tables."""


class LikelihoodRatios(NamedTuple):
    """Log likelihood ratio of each pair of a drug, shape (n,), and its simulated p by the maximum over all of them.

    p: every pair can occur. inflated_p: a share of the pairs, zero_share, cannot; all NaN where that share is not known.
    """

    statistic: Array
    p: Array
    inflated_p: Array
    zero_share: float


class Maxima(NamedTuple):
    """Largest log likelihood ratio of each simulated table, shape (draws,): where every pair can occur, or some cannot."""

    poisson: Array
    inflated: Array


def log_likelihood_ratio(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Array:
    """Log likelihood ratio of λ = n/E to λ = 1: n ln(n/E) - (n - E) where n > E, else 0; shape (n,).

    The same under zero inflation: a pair with a case can occur, so its inflation cancels, and λ = 1 is the best that an
    empty cell allows. Nothing expected and nothing observed: 0.
    """
    return _ratio(*checked_pairs(observed, expected))


def zero_inflation(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Share of a drug's pairs that cannot occur, by maximum likelihood beside λ = max(1, n/E) of each pair.

    observed, expected: the pairs of one drug, empty ones included, shape (n,). 0 where no more cells are empty than
    Poisson counts would leave. NaN where the drug has no case: then every share fits.
    """
    n, e = checked_pairs(observed, expected)
    if not np.any(n > 0):
        return float("nan")
    (expected_there, times), filled = np.unique(e[n == 0], return_counts=True), float(np.sum(n > 0))
    empty = np.exp(-expected_there)

    def slope(share: float) -> float:
        return float(np.sum(times * (1.0 - empty) / (share + (1.0 - share) * empty))) * (1.0 - share) - filled

    return float(optimize.brentq(slope, 0.0, 1.0, xtol=1e-15, rtol=1e-14)) if slope(0.0) > 0 else 0.0


def structural_zeros(observed: npt.ArrayLike, expected: npt.ArrayLike, share: float) -> Array:
    """For each pair, how likely its zero is one that had to be, given the share of such pairs; 0 beside a case; (n,)."""
    n, e = checked_pairs(observed, expected)
    if not 0.0 <= share < 1.0:
        raise ValueError(f"share is {share}: a share of pairs that cannot occur lies in [0, 1).")
    with np.errstate(invalid="ignore"):
        return np.where(n > 0, 0.0, share / (share + (1.0 - share) * np.exp(-e)))


def simulated_maxima(
    expected: npt.ArrayLike,
    *,
    zeros: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int | tuple[int, ...] = SEED,
) -> Maxima:
    """Largest log likelihood ratio of all pairs in each of `draws` tables without any association.

    expected: expected counts of a drug's pairs, or of all pairs of several drugs, shape (n,). In each table every pair
    is Poisson around its expected count; of the same tables, `inflated` empties each pair as often as `zeros` says,
    as `structural_zeros` gives them; without them both maxima are one. Among more than 100 cells only those strong
    enough to be the largest are drawn, from the upper tail of their distribution: both maxima are distributed as
    before, in a fraction of the time. The generator is PCG64 with that seed: the same arguments give the same maxima.
    To join drugs, take the maximum of theirs, drawn with different seeds.
    """
    e, z = checked_columns(expected=expected, zeros=np.zeros(np.shape(expected)) if zeros is None else zeros)
    if np.any(z > 1):
        raise ValueError(f"zeros[{int(np.argmax(z > 1))}] is {z[z > 1][0]}: a share cannot be above 1.")
    e, z = e[e > 0], z[e > 0]
    generator = np.random.Generator(np.random.PCG64(seed))
    if e.size <= FEW:
        ratio = _ratio(generator.poisson(e, size=(draws, e.size)).astype(np.float64), e)
        can_occur = generator.random((draws, e.size)) >= z
        return Maxima(*(np.max(ratio, axis=1, initial=0.0, where=kept) for kept in (np.True_, can_occur)))
    draw, cell, count = _strong_cells(generator, e, z, draws)
    ratio, can_occur = _ratio(count, e[cell]), generator.random(cell.size) >= z[cell]
    return Maxima(_largest(draw, ratio, draws), _largest(draw[can_occur], ratio[can_occur], draws))


def simulated_p(statistic: npt.ArrayLike, maxima: npt.ArrayLike) -> Array:
    """(1 + tables whose maximum is at least the statistic) / (1 + tables), shape of the statistic.

    It answers for the whole list of pairs behind the maxima: one such p below 5 % occurs in at most 5 % of lists
    without any association. The least possible is 1 / (1 + tables).
    """
    sample = np.sort(np.asarray(maxima, dtype=np.float64))
    reached = sample.size - np.searchsorted(sample, np.asarray(statistic, dtype=np.float64), side="left")
    return np.asarray((1.0 + reached) / (1.0 + sample.size))


def likelihood_ratios(observed: npt.ArrayLike, expected: npt.ArrayLike) -> LikelihoodRatios:
    """Statistic of the pairs of one drug, with its simulated p under the Poisson model and under the zero-inflated one.

    observed, expected: the drug's pairs, empty ones included, shape (n,). Both p rest on the same tables. Where no pair
    has a case, the share of pairs that cannot occur is not known, and there is no zero-inflated p. Where that share is
    0 the two are the same number.
    """
    statistic, share = log_likelihood_ratio(observed, expected), zero_inflation(observed, expected)
    zeros = structural_zeros(observed, expected, share) if share > 0 else None
    maxima = simulated_maxima(expected, zeros=zeros)
    inflated = np.full(statistic.shape, np.nan) if np.isnan(share) else simulated_p(statistic, maxima.inflated)
    return LikelihoodRatios(statistic, simulated_p(statistic, maxima.poisson), inflated, share)


def _ratio(n: Array, e: Array) -> Array:
    """The statistic, unchecked."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > e, n * np.log(n / e) - (n - e), 0.0)


def _largest(draw: Positions, ratio: Array, draws: int) -> Array:
    """Largest statistic of each table, 0 where it has none."""
    maxima = np.zeros(draws)
    np.maximum.at(maxima, draw, ratio)
    return maxima


def _strong_cells(
    generator: np.random.Generator, expected: Array, zeros: Array, draws: int
) -> tuple[Positions, Positions, Array]:
    """Table, cell and count of every cell whose statistic reaches a threshold, in tables where every pair can occur.

    Whether a cell does is a trial of its own, of success s; trials come as points of a Poisson process of intensity
    -ln(1 - s), where two points in one cell are one success. Emptied as often as `zeros` says, strong cells enough stay.
    """
    least, intensity = _threshold(expected, zeros)
    reach = np.cumsum(intensity)
    draw = np.repeat(np.arange(draws), generator.poisson(reach[-1], size=draws))
    cell = np.searchsorted(reach, generator.random(draw.size) * reach[-1], side="right")
    place = np.sort(draw * expected.size + np.minimum(cell, expected.size - 1))
    draw, cell = np.divmod(place[np.diff(place, prepend=-1) > 0], expected.size)
    return draw, cell, _beyond(generator, expected[cell], least[cell])


def _threshold(expected: Array, zeros: Array) -> tuple[Array, Array]:
    """Count from which each cell is strong, and the intensity at which it is: as high as leaves strong cells enough.

    Enough of them must be cells that can occur. By Chernoff's bound a statistic of t has a tail of at most e**-t: the
    search begins where that may suffice.
    """
    level = max(0.0, np.log(expected.size / ENOUGH) - 1.0)
    while True:
        least = _least_count(expected, level)
        strong = special.gammainc(least, expected)
        if level == 0.0 or np.sum(-np.log1p(-strong * (1.0 - zeros))) >= ENOUGH:
            return least, -np.log1p(-strong)
        level = max(0.0, level - 1.0)


def _least_count(expected: Array, level: float) -> Array:
    """Smallest count above the expected whose statistic is at least the level, shape (n,)."""
    least = np.floor(expected) + 1.0
    if level > 0:
        ratio = np.exp(1.0 + special.lambertw((level / expected - 1.0) / np.e).real)
        least = np.maximum(least, np.ceil(expected * ratio) - 1.0)
        least += _ratio(least, expected) < level
        least += _ratio(least, expected) < level
    return least


def _beyond(generator: np.random.Generator, expected: Array, least: Array) -> Array:
    """Poisson counts that are at least so large, by inversion of the tail."""
    count, tail = least.copy(), special.gammainc(least, expected)
    wanted = generator.random(count.size) * tail
    weight = np.exp(least * np.log(expected) - expected - special.gammaln(least + 1.0))
    on = np.arange(count.size)
    while on.size:
        tail[on] -= weight[on]
        on = on[wanted[on] < tail[on]]
        count[on] += 1.0
        weight[on] *= expected[on] / count[on]
    return count
