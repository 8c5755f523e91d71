"""Subgroups' incidence drawn towards each other, instead of a test for each.

Events are Poisson, and the true incidences of k disjoint subgroups are draws from one gamma distribution with an unknown mean
and an unknown coefficient of variation τ. Each subgroup moves towards the others by as much as its own count is uncertain
beside how they truly differ: one with many events keeps what it says, one with none borrows from the others. Neither the mean
nor τ is put in as if it were known: the result is averaged over both, each value weighted by how well it explains all counts.
Counts are taken as they are; a normal distribution of logarithms would give intervals too short where events are few.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.study.followed import Array

CONFIDENCE = 0.95
LEAST_SUBGROUPS = 2
PRIOR_SCALE = 1.0
"""Scale of the half-normal weight that τ has before any data: at τ = 1 the true incidences scatter by as much as their mean."""

SCATTERS, MEANS = 20, 25
LARGEST_ROOT, LEAST_SCATTER = 1.9, 1e-3
"""Square root of the largest τ averaged over, nodes being even in √τ; and the least one, under which nothing differs."""
REACH = 5.0
NEGLIGIBLE = 1e-5
FAR, CLOSE, MOST_STEPS = 60.0, 1e-5, 100


class Together(NamedTuple):
    """Median of each subgroup's incidence after all counts were seen, with its bounds, shape (k,); scatter: the same of τ."""

    estimate: Array
    low: Array
    high: Array
    scatter: tuple[float, float, float]


class _Mixture(NamedTuple):
    """Gamma distributions of the true incidence before a subgroup's own count, with weights that add up to 1; shape (m,)."""

    shape: Array
    rate: Array
    weight: Array
    scatter: Array


def drawn_together(events: npt.ArrayLike, years: npt.ArrayLike, confidence: float = CONFIDENCE) -> Together:
    """The incidence of k disjoint subgroups, events per unit of person-time, drawn towards each other.

    events, years: shape (k,). The mean has a flat prior in its logarithm, τ a half-normal one. ValueError with fewer than two
    subgroups, without any event, or where a subgroup has no time. How often the bounds hold is simulated in
    benchmarks.coverage_subgroups.
    """
    seen, time = np.asarray(events, dtype=np.float64), np.asarray(years, dtype=np.float64)
    if seen.shape != time.shape or seen.ndim != 1 or seen.size < LEAST_SUBGROUPS:
        raise ValueError(f"Fewer than {LEAST_SUBGROUPS} subgroups were followed: there is nothing to draw together.")
    if not seen.sum() > 0:
        raise ValueError("Nobody had the event: there is nothing to draw together.")
    if np.any(~(time > 0)) or np.any(seen < 0):
        raise ValueError("Every subgroup has events of at least 0 and person-time above 0.")
    mixture = _mixture(seen, time)
    tail = (1.0 - confidence) / 2.0
    low, middle, high = _quantiles(mixture, seen, time, np.array([tail, 0.5, 1.0 - tail]))
    scatter = _scatter_quantiles(mixture, np.array([0.5, tail, 1.0 - tail]))
    return Together(middle, low, high, scatter)


def _mixture(seen: Array, time: Array) -> _Mixture:
    """Means and scatters, each pair weighted by its prior and by the negative binomial likelihood of all counts."""
    roots, lengths = np.polynomial.legendre.leggauss(SCATTERS)
    root = (roots + 1.0) * LARGEST_ROOT / 2.0
    scatter = np.maximum(root**2, LEAST_SCATTER)
    prior = np.log(lengths * root) - scatter**2 / (2.0 * PRIOR_SCALE**2)  # dτ = 2 √τ d√τ
    centre, width = _placed(seen, time, scatter)
    mean = np.exp(centre[:, None] + width[:, None] * np.linspace(-REACH, REACH, MEANS))
    shape = np.broadcast_to((scatter**-2.0)[:, None], mean.shape)
    log_weight = _log_likelihood(seen, time, shape, mean) + (prior + np.log(width))[:, None]
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    kept = weight > NEGLIGIBLE
    scatters = np.broadcast_to(scatter[:, None], mean.shape)[kept]
    return _Mixture(shape[kept], (shape / mean)[kept], weight[kept] / weight[kept].sum(), scatters)


def _placed(seen: Array, time: Array, scatter: Array) -> tuple[Array, Array]:
    """Where the logarithm of the mean lies for each τ and how wide, roughly: only where it is looked for hangs on this."""
    value = np.log((seen + 0.5) / (time + 0.5 * time.sum() / seen.sum()))
    precision = 1.0 / (1.0 / (seen + 0.5) + np.log1p(scatter[:, None] ** 2))
    total = precision.sum(axis=1)
    return (precision @ value) / total, 1.0 / np.sqrt(total)


def _log_likelihood(seen: Array, time: Array, shape: Array, mean: Array) -> Array:
    """Logarithm of the negative binomial probability of all counts, what hangs on neither mean nor scatter left out."""
    total = np.zeros(mean.shape)
    for count, years in zip(seen, time, strict=True):
        expected = mean * years
        total += special.gammaln(shape + count) - special.gammaln(shape)
        total += count * np.log(expected / (shape + expected)) - shape * np.log1p(expected / shape)
    return total


def _scatter_quantiles(mixture: _Mixture, shares: Array) -> tuple[float, float, float]:
    """The values of τ under which it lies with those three probabilities, between the nodes by straight lines."""
    nodes, place = np.unique(mixture.scatter, return_inverse=True)
    weight = np.bincount(place, mixture.weight)
    one, two, three = np.interp(shares, np.cumsum(weight) - weight / 2.0, nodes)
    return float(one), float(two), float(three)


def _quantiles(mixture: _Mixture, seen: Array, time: Array, shares: Array) -> Array:
    """The incidences under which each subgroup's true one lies with those probabilities, shape (shares, k).

    Newton's steps on the logarithm, halving instead where one would leave the bracket.
    """
    shape, rate = mixture.shape[:, None] + seen, mixture.rate[:, None] + time
    logs, spread = special.digamma(shape) - np.log(rate), special.polygamma(1, shape)
    centre = mixture.weight @ logs
    width = np.sqrt(mixture.weight @ (spread + (logs - centre) ** 2))
    found = centre + special.ndtri(shares)[:, None] * width
    low, high = np.full(found.shape, centre - FAR), np.full(found.shape, centre + FAR)
    for _ in range(MOST_STEPS):
        scaled = np.exp(found)[:, None, :] * rate
        under = np.einsum("m,smk->sk", mixture.weight, special.gammainc(shape, scaled)) - shares[:, None]
        density = np.exp(special.xlogy(shape, scaled) - scaled - special.gammaln(shape))
        low, high = np.where(under < 0, found, low), np.where(under < 0, high, found)
        slope = np.einsum("m,smk->sk", mixture.weight, density)
        with np.errstate(over="ignore"):  # far out the density is next to nothing, and the step is halved instead
            newer = found - np.divide(under, slope, out=np.full(found.shape, np.inf), where=slope > 0)
        newer = np.where((low < newer) & (newer < high), newer, (low + high) / 2.0)
        moved, found = float(np.max(np.abs(newer - found))), newer
        if moved < CLOSE:
            return np.asarray(np.exp(found))
    raise ArithmeticError(f"Quantiles of {seen.size} subgroups did not settle in {MOST_STEPS} steps.")
