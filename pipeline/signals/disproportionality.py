"""Reporting measures of a drug–event pair from its 2×2 table: PRR, ROR, χ² and the information component.

They compare proportions of reports. They say nothing of how often the event happens in treated patients.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.exact import odds_ratio_bound, proportion_ratio_bound
from pipeline.signals.interval import (
    NORMAL_QUANTILE,
    TAIL,
    Array,
    Flags,
    Interval,
    TwoByTwo,
    checked_columns,
    two_by_two,
)
from pipeline.signals.repeats import distinct_values

SHRINKAGE = 0.5
"""Norén's constant, added to observed and expected."""

LEAST_CASES, LEAST_PRR, LEAST_CHI_SQUARE = 3, 2.0, 4.0
"""Thresholds of Evans' rule."""

Bound = Callable[[TwoByTwo], Array]


class ChiSquare(NamedTuple):
    """Pearson's χ² with one degree of freedom, without and with Yates' correction; shape (n,)."""

    plain: Array
    yates: Array


def expected_count(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Array:
    """Cases expected in cell a if drug and event were independent: (a+b)(a+c)/N, shape (n,).

    0 where a margin is 0, also where the whole table is empty.
    """
    a, b, c, d = two_by_two(a, b, c, d)
    total = a + b + c + d
    return np.asarray((a + b) * (a + c) / np.where(total > 0, total, 1.0), dtype=np.float64)


def proportional_reporting_ratio(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, *, exact_bounds: bool = True
) -> Interval:
    """PRR = [a/(a+b)] / [c/(c+d)] with its 95 % interval, shape (n,).

    a, c > 0: Wald's interval on the log scale, variance 1/a - 1/(a+b) + 1/c - 1/(c+d). a = 0: estimate and low
    are 0. c = 0: the estimate is infinite. The remaining bound is then the exact binomial one, conditional on a + c
    (conservative: see `exact.proportion_ratio_bound`), or NaN without `exact_bounds`. An empty margin: all NaN.
    Source: Evans, Waller, Davis 2001, doi:10.1002/pds.677.
    """
    table = two_by_two(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        drug, other = table.a + table.b, table.c + table.d
        ratio = (table.a / drug) / (table.c / other)
        variance = table.b / (table.a * drug) + table.d / (table.c * other)
        plain = _wald_interval(ratio, variance)
    bounds = (_prr_low, _prr_high) if exact_bounds else None
    return _told_honestly(table, plain, zero=table.a == 0, infinite=table.c == 0, bounds=bounds)


def reporting_odds_ratio(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, *, exact_bounds: bool = True
) -> Interval:
    """ROR = ad / bc with its 95 % interval, shape (n,).

    No zero cell: Woolf's interval on the log scale, variance 1/a + 1/b + 1/c + 1/d. a = 0 or d = 0: estimate and low
    are 0. b = 0 or c = 0: the estimate is infinite. The remaining bound is then Fisher's exact conditional one
    (see `exact.odds_ratio_bound`), or NaN without `exact_bounds`. An empty margin: all NaN.
    """
    table = two_by_two(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (table.a * table.d) / (table.b * table.c)
        variance = 1.0 / table.a + 1.0 / table.b + 1.0 / table.c + 1.0 / table.d
        plain = _wald_interval(ratio, variance)
    zero, infinite = (table.a == 0) | (table.d == 0), (table.b == 0) | (table.c == 0)
    bounds = (_ror_low, _ror_high) if exact_bounds else None
    return _told_honestly(table, plain, zero=zero, infinite=infinite, bounds=bounds)


def chi_square(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> ChiSquare:
    """Pearson's χ² of the 2×2 table; Yates' correction never passes the null value. An empty margin: NaN.

    The χ² of 22,740 printed for rifabutin and uveitis in Evans 2001 is the plain one.
    """
    a, b, c, d = two_by_two(a, b, c, d)
    total = a + b + c + d
    distance = np.abs(a * d - b * c)
    corrected = np.maximum(distance - total / 2.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = total / (a + b) / (c + d) / (a + c) / (b + d)
        return ChiSquare(plain=distance * distance * scale, yates=corrected * corrected * scale)


def information_component(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Interval:
    """Shrunken log2 of observed over expected, with its 95 % credible interval.

    observed, expected: case counts, shape (n,). Zero observed is allowed; zero expected only where nothing was
    observed, and the answer is then the prior's. log2((O + ½) / (E + ½)); the bounds are exact gamma quantiles with
    shape O + ½ and rate E + ½. Source: Norén, Hopstadius, Bate 2013, doi:10.1177/0962280211403604.
    """
    observed, expected = checked_pairs(observed, expected)
    shape, position = distinct_values(observed + SHRINKAGE)
    levels = [np.log2(level)[position] for level in (shape, *special.gammaincinv(shape, [[TAIL], [1.0 - TAIL]]))]
    estimate, low, high = (level - np.log2(expected + SHRINKAGE) for level in levels)
    return Interval(estimate, low, high, np.zeros(estimate.shape, dtype=np.bool_))


def information_component_approximation(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Interval:
    """The IC with bounds in closed form, as a named alternative to `information_component`, shape (n,).

    Low: IC - 3.3 (O + ½)^-½ - 2 (O + ½)^-1½; high: IC + 2.4 (O + ½)^-½ - 0.5 (O + ½)^-1½. Against the exact
    quantiles both bounds are off by 0.05 at most where something was observed, and by up to 0.35 at O = 0: they are there to
    repeat the work of others, not to be printed. Zeros as in `information_component`.
    """
    observed, expected = checked_pairs(observed, expected)
    root = 1.0 / np.sqrt(observed + SHRINKAGE)
    estimate = np.log2(observed + SHRINKAGE) - np.log2(expected + SHRINKAGE)
    low, high = estimate - 3.3 * root - 2.0 * root**3, estimate + 2.4 * root - 0.5 * root**3
    return Interval(estimate, low, high, np.zeros(estimate.shape, dtype=np.bool_))


def relative_reporting_ratio(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Interval:
    """RRR = observed / expected with its exact 95 % Poisson interval, shape (n,).

    Unlike PRR and ROR its comparator holds the pair's own cases too. The bounds are Garwood's for a Poisson count,
    divided by the expected count, whose own uncertainty is not in them. Nothing observed: estimate and low are 0, the
    high bound is exact. Nothing expected: all NaN.
    """
    observed, expected = checked_pairs(observed, expected)
    count, position = distinct_values(observed)
    lows = np.where(count > 0, special.gammaincinv(np.maximum(count, 1.0), TAIL), 0.0)
    low, high = lows[position], special.gammaincinv(count + 1.0, 1.0 - TAIL)[position]
    known = np.where(expected > 0, expected, np.nan)
    return Interval(observed / known, low / known, high / known, np.zeros(observed.shape, dtype=np.bool_))


def meets_evans_rule(n: npt.ArrayLike, prr: Interval, chi2: ChiSquare) -> Flags:
    """Whether n ≥ 3, PRR ≥ 2 and χ² ≥ 4, shape (n,): a rule of others, never joined with ours.

    The χ² is the plain one, as its authors print it.
    An infinite PRR is above 2; where PRR or χ² does not exist, the rule is not met.
    """
    is_high = prr.infinite | (prr.estimate >= LEAST_PRR)
    return np.asarray((np.asarray(n, dtype=np.float64) >= LEAST_CASES) & is_high & (chi2.plain >= LEAST_CHI_SQUARE))


def checked_pairs(observed: npt.ArrayLike, expected: npt.ArrayLike) -> list[Array]:
    """Observed and expected as float64 of one shape; ValueError where a pair was observed but none is expected."""
    pairs = checked_columns(observed=observed, expected=expected)
    if np.any((pairs[1] == 0) & (pairs[0] > 0)):
        at = int(np.flatnonzero((pairs[1] == 0) & (pairs[0] > 0))[0])
        raise ValueError(f"expected[{at}] is 0 beside {pairs[0][at]:g} observed: give the margins that hold the cases.")
    return pairs


def _wald_interval(ratio: Array, variance: Array) -> tuple[Array, Array, Array]:
    """Ratio, low and high, symmetric on the log scale."""
    reach = np.exp(NORMAL_QUANTILE * np.sqrt(variance))
    return ratio, ratio / reach, ratio * reach


def _told_honestly(
    table: TwoByTwo,
    plain: tuple[Array, Array, Array],
    *,
    zero: Flags,
    infinite: Flags,
    bounds: tuple[Bound, Bound] | None,
) -> Interval:
    """Replace Wald's interval by the exact bound where a cell is zero, and by NaN where a margin is empty."""
    estimate, low, high = plain
    empty = table.has_empty_margin
    zero, infinite = zero & ~empty, infinite & ~empty
    estimate[infinite] = np.nan
    estimate[zero] = low[zero] = 0.0
    for side, rows, bound in ((low, infinite, 0), (high, zero, 1)):
        side[rows] = bounds[bound](TwoByTwo(*(cell[rows] for cell in table))) if bounds else np.nan
    high[infinite] = np.nan
    for column in (estimate, low, high):
        column[empty] = np.nan
    return Interval(estimate, low, high, infinite)


def _prr_low(table: TwoByTwo) -> Array:
    """Lower bound where no comparator case has the event (c = 0)."""
    return proportion_ratio_bound(table.a, table.a + table.b, table.d)


def _prr_high(table: TwoByTwo) -> Array:
    """Upper bound where no case of the drug has the event (a = 0)."""
    return 1.0 / proportion_ratio_bound(table.c, table.c + table.d, table.b)


def _ror_low(table: TwoByTwo) -> Array:
    """Lower bound where b = 0 or c = 0: the zero is brought to c by transposing."""
    a, b, c, d = table
    return odds_ratio_bound(a, np.maximum(b, c), d)


def _ror_high(table: TwoByTwo) -> Array:
    """Upper bound where a = 0 or d = 0: the lower bound of the table with its rows exchanged."""
    a, b, c, d = table
    return 1.0 / odds_ratio_bound(c, np.maximum(a, d), b)
