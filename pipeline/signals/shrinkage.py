"""Subgroups' reporting odds ratios drawn towards each other, instead of a test for each subgroup.

The log odds ratios of k disjoint subgroups are taken as draws from one normal distribution (the normal–normal model of
random effects). Given how far they truly scatter, τ, each subgroup moves towards the common mean by as much as its own
variance is large beside τ²: one with many cases keeps what it says, one with three cases borrows from the others. With
so few subgroups τ is poorly known: putting an estimate in its place gives intervals that hold the truth 76 to 85 times
in a hundred, not 95. What a subgroup gets is therefore averaged over τ, each value weighted by how well it explains the
subgroups. Paule and Mandel's moment estimate of τ² stands beside it, to say how much they differ.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.interval import NORMAL_QUANTILE, Array, Flags, TwoByTwo
from pipeline.signals.mantelhaenszel import stratified_tables

LEAST_SUBGROUPS = 3
"""Informative subgroups below which no scatter is estimated: two points fix a mean and leave one number for τ²."""

CONTINUITY = 0.5
"""Added to all four cells of a subgroup that has an empty cell, so that its log odds ratio exists."""

PRIOR_SCALE = 1.0
"""Scale of the half-normal weight that τ has before any data: a τ of 1 lets subgroups differ by e⁴, some fifty-fold."""

NODES = 32
LARGEST_ROOT = 2.0
"""Square root of the largest τ averaged over: nodes are even in √τ, so that they lie close where τ is small."""

CLOSE = 1e-12
MOST_STEPS = 200


class Scatter(NamedTuple):
    """How the subgroups of each row differ, shape (n,); NaN where fewer than three subgroups are informative.

    tau2: Paule and Mandel's variance between subgroups; mean, mean_variance: the common mean of the log odds ratios at it.
    q: Cochran's heterogeneity χ² with `df` degrees of freedom; p: its p value.
    """

    mean: Array
    mean_variance: Array
    tau2: Array
    q: Array
    df: Array
    p: Array


class Shrunken(NamedTuple):
    """Natural logarithm of each subgroup's odds ratio after shrinkage, with its 95 % interval, shape (n, k).

    NaN for a subgroup that is not informative and in a row that is refused. raw, variance: what was shrunken;
    informative: which subgroups took part; scatter: how they differ.
    """

    estimate: Array
    low: Array
    high: Array
    raw: Array
    variance: Array
    informative: Flags
    scatter: Scatter


def shrunken_odds_ratios(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Shrunken:
    """Shrink the log odds ratios of k disjoint subgroups, each row by itself; cells of shape (n, k).

    A subgroup is informative where none of its margins is empty. Where one of its cells is 0, ½ is added to its four cells,
    for the estimate and for Woolf's variance alike; other subgroups are left as they are. Estimate and interval are the
    posterior mean and 1.96 posterior standard deviations around it: flat prior for the common mean, half-normal prior
    for τ, both integrated out. With fewer than three informative subgroups a row is refused: NaN throughout. Raises
    ValueError for cells that are no counts.
    """
    table = stratified_tables(a, b, c, d)
    informative = ~table.has_empty_margin
    raw, variance = _log_odds_ratio(table, informative)
    asked = informative.sum(axis=1) >= LEAST_SUBGROUPS
    kept = informative & asked[:, np.newaxis]
    values, spread = np.where(kept, raw, np.nan)[asked], np.where(kept, variance, np.nan)[asked]
    estimate, deviation = _averaged(values, spread)
    reach = NORMAL_QUANTILE * deviation
    shrunken, low, high = (_spread_over(column, asked) for column in (estimate, estimate - reach, estimate + reach))
    return Shrunken(shrunken, low, high, raw, variance, informative, _scatter(values, spread, asked))


def paule_mandel(values: npt.ArrayLike, variances: npt.ArrayLike) -> Array:
    """Variance between subgroups at which their weighted scatter is just what chance leaves, shape (n,).

    values, variances: estimates and their variances, shape (n, k), NaN where a subgroup takes no part. Weighted by
    1 / (variance + τ²), the squared distances from the weighted mean add up to k - 1 at the answer; 0 where they are less even at
    τ² = 0. Found by Newton's steps from 0: the sum falls and is convex in τ², so they rise to it and never pass it.
    Raises ValueError where a variance is not above 0.
    """
    values, variances = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if np.any(variances <= 0):
        row, column = (int(at[0]) for at in np.nonzero(variances <= 0))
        raise ValueError(f"variances[{row}, {column}] is {variances[row, column]}: every variance must be above 0.")
    answer = np.zeros(values.shape[0])
    wanted = np.isfinite(values).sum(axis=1) - 1.0
    running = np.flatnonzero(wanted > 0)
    for _ in range(MOST_STEPS):
        tau2 = answer[running]
        weight, distance = _weighted(values[running], variances[running], tau2)
        surplus = np.nansum(weight * distance**2, axis=1) - wanted[running]
        step = surplus / np.maximum(np.nansum((weight * distance) ** 2, axis=1), np.finfo(np.float64).tiny)
        on = step > CLOSE * (tau2 + np.nanmin(variances[running], axis=1, initial=np.inf))
        answer[running[on]] += step[on]
        running = running[on]
        if not running.size:
            return answer
    raise ArithmeticError(f"{running.size} variances between subgroups did not settle in {MOST_STEPS} steps.")


def _weighted(values: Array, variances: Array, tau2: Array) -> tuple[Array, Array]:
    """Weight of each subgroup at τ², and its distance from the weighted mean."""
    weight = 1.0 / (variances + tau2[:, np.newaxis])
    mean = np.nansum(weight * values, axis=1) / np.nansum(np.where(np.isfinite(values), weight, np.nan), axis=1)
    return weight, values - mean[:, np.newaxis]


def _log_odds_ratio(table: TwoByTwo, informative: Flags) -> tuple[Array, Array]:
    """Log odds ratio and Woolf's variance; NaN where a subgroup is not informative."""
    empty = np.minimum.reduce(table) == 0
    a, b, c, d = (np.where(informative, cell + CONTINUITY * empty, np.nan) for cell in table)
    return np.log(a) + np.log(d) - np.log(b) - np.log(c), 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d


def _averaged(values: Array, variances: Array) -> tuple[Array, Array]:
    """Posterior mean and standard deviation of each subgroup's log odds ratio, averaged over τ; shape (n, k)."""
    roots, lengths = np.polynomial.legendre.leggauss(NODES)
    root = (roots + 1.0) * LARGEST_ROOT / 2.0
    prior = np.log(lengths * root) - root**4 / (2.0 * PRIOR_SCALE**2)  # dτ = 2 √τ d√τ
    held = np.isfinite(values)
    filled = np.where(held, values, 0.0), np.where(held, variances, np.inf)  # no weight, and no part in any product
    log_weight = np.array([_log_likelihood(*filled, tau2) for tau2 in root**4]) + prior[:, np.newaxis]
    weight = np.exp(log_weight - log_weight.max(axis=0, initial=-np.inf))
    weight /= weight.sum(axis=0)
    mean, square = np.zeros(values.shape), np.zeros(values.shape)
    for share, tau2 in zip(weight[:, :, np.newaxis], root**4, strict=True):
        centre, variance = _given(*filled, tau2)
        mean += share * centre
        square += share * (variance + centre**2)
    empty = np.where(held, 0.0, np.nan)
    return mean + empty, np.sqrt(np.maximum(square - mean**2, 0.0)) + empty


def _common(values: Array, variances: Array, tau2: float) -> tuple[Array, Array, Array]:
    """Weights at one τ², their sum and the weighted mean; a variance without end has no weight."""
    weight = 1.0 / (variances + tau2)
    precision = weight.sum(axis=1, keepdims=True)
    return weight, precision, (weight * values).sum(axis=1, keepdims=True) / precision


def _log_likelihood(values: Array, variances: Array, tau2: float) -> Array:
    """Log likelihood of each row at one τ², the common mean integrated out, shape (n,)."""
    weight, precision, mean = _common(values, variances, tau2)
    misfit = weight * (values - mean) ** 2 - np.log(np.where(weight > 0, weight, 1.0))
    return np.asarray(-(misfit.sum(axis=1) + np.log(precision[:, 0])) / 2.0)


def _given(values: Array, variances: Array, tau2: float) -> tuple[Array, Array]:
    """Mean and variance of each subgroup at one τ²; of one without weight, those of the common mean and of a new draw."""
    weight, precision, mean = _common(values, variances, tau2)
    kept = tau2 * weight
    return mean + kept * (values - mean), tau2 * (1.0 - kept) + (1.0 - kept) ** 2 / precision


def _scatter(values: Array, variances: Array, asked: Flags) -> Scatter:
    """τ², the mean and Cochran's χ² of the rows that are asked, shape (n,); NaN in the others."""
    tau2 = paule_mandel(values, variances)
    precision = np.nansum(1.0 / (variances + tau2[:, np.newaxis]), axis=1)
    mean = np.nansum(values / (variances + tau2[:, np.newaxis]), axis=1) / precision
    weight, distance = _weighted(values, variances, np.zeros(tau2.shape))
    q, df = np.nansum(weight * distance**2, axis=1), np.isfinite(values).sum(axis=1) - 1.0
    found = (mean, 1.0 / precision, tau2, q, df, special.chdtrc(df, q))
    return Scatter(*(_spread_over(column, asked) for column in found))


def _spread_over(column: Array, asked: Flags) -> Array:
    """The rows asked in their places among all, NaN elsewhere."""
    whole = np.full((asked.size, *column.shape[1:]), np.nan)
    whole[asked] = column
    return whole
