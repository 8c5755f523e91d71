"""Exact inference on a 2×2 table given its margins: the odds ratio by conditional maximum likelihood, and Fisher's test.

Given both margins the number of cases with drug and event follows the noncentral hypergeometric distribution, which hangs
on the odds ratio alone; at an odds ratio of 1 it is the hypergeometric one.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.disproportionality import reporting_odds_ratio
from pipeline.signals.interval import TAIL, Array, Interval, TwoByTwo, two_by_two
from pipeline.signals.repeats import distinct_rows
from pipeline.signals.tableratios import Moments, above, in_blocks, moments, turned

CLOSE = 1e-11
"""Step in the log odds ratio below which a search ends."""

MOST_STEPS = 100
LONGEST_STEP = 2.0
AS_RARE = 1e-7
"""Relative margin within which two tables count as equally rare, as in R's fisher.test."""

SMALL = 16.0
"""Below, ln x! is taken from the gamma function, above from Stirling's series."""

Miss = Callable[[Moments, Moments], tuple[Array, Array]]


class Fisher(NamedTuple):
    """Fisher's one-sided test that drug and event are independent, shape (n,) each; NaN where a margin is empty.

    upper: weight of the tables with at least a cases; mid: of those with more, and half of the table seen.
    """

    upper: Array
    mid: Array


def exact_reporting_odds_ratio(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Interval:
    """ROR by conditional maximum likelihood, with its exact 95 % bounds, shape (n,).

    Estimate: the odds ratio at which the expected a, given both margins, is the a seen; it lies nearer to 1 than
    ad / bc. Bounds: the odds ratios at which a table at least as extreme in that direction weighs 2.5 %. A zero cell:
    as `reporting_odds_ratio`. An empty margin: all NaN. Each distinct table is solved once. Sums run over the
    tables within about 12 standard deviations, at most 12·√(smallest cell + 1) + 24 on either side; what lies
    outside weighs less than 1e-15.
    """
    cells, position = distinct_rows(*two_by_two(a, b, c, d))
    table = TwoByTwo(*cells)
    estimate, low, high, infinite = reporting_odds_ratio(*table)
    full = np.flatnonzero(np.minimum(np.minimum(table.a, table.b), np.minimum(table.c, table.d)) > 0)
    found = in_blocks(TwoByTwo(*(cell[full] for cell in table)), _three_odds_ratios, 3)
    for column, values in zip((estimate, low, high), found, strict=True):
        column[full] = values
    return Interval(estimate[position], low[position], high[position], infinite[position])


def fisher_exact(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Fisher:
    """Fisher's exact test against more cases than independence would give, with its mid-p, shape (n,).

    Small weights keep their digits however small they are; one near 1 is 1 less a small one. Each distinct table is
    summed once.
    """
    cells, position = distinct_rows(*two_by_two(a, b, c, d))
    table = TwoByTwo(*cells)
    found = in_blocks(table, _one_sided, 2)
    for column in found:
        column[table.has_empty_margin] = np.nan
    return Fisher(*(np.clip(column, 0.0, 1.0)[position] for column in found))


def fisher_two_sided(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Array:
    """Weight of all tables with the same margins that are no more frequent than the one seen, shape (n,).

    Frequencies within 1e-7 of each other count as equal, as in R's `fisher.test`. An empty margin: NaN.
    """
    cells, position = distinct_rows(*two_by_two(a, b, c, d))
    table = TwoByTwo(*cells)
    (found,) = in_blocks(table, _two_sided, 1)
    found[table.has_empty_margin] = np.nan
    return np.asarray(np.clip(found, 0.0, 1.0)[position])


def _two_sided(table: TwoByTwo, n_tables: int) -> tuple[Array]:
    """Weight of the tables from the one seen outwards, and of those on the other side that are as rare."""
    is_high = _excess(table) >= 0
    outer = TwoByTwo(*(np.where(is_high, cell, other) for cell, other in zip(table, turned(table), strict=True)))
    seen = log_weight(outer)
    steps = _first_as_rare(outer, seen)
    far = turned(_moved(outer, steps))
    exists = np.minimum(far.b, far.c) >= 0
    some = TwoByTwo(*(np.where(exists, cell, 0.0) for cell in far))
    one, two = (np.exp(log_weight(end)) * (1.0 + np.exp(above(end, n_tables)).sum(axis=1)) for end in (outer, some))
    return (one + np.where(exists, two, 0.0),)


def _moved(table: TwoByTwo, steps: Array) -> TwoByTwo:
    """The table with so many cases fewer in a."""
    a, b, c, d = table
    return TwoByTwo(a - steps, b + steps, c + steps, d - steps)


def _first_as_rare(table: TwoByTwo, seen: Array) -> Array:
    """How many cases fewer in a, past the most frequent table, first make a table as rare as the one seen; by halving.

    One more than there are where none is.
    """
    low, high = np.ceil(np.maximum(_excess(table), 0.0)), np.minimum(table.a, table.d) + 1.0
    low = np.minimum(low, high)
    while np.any(low < high):
        middle = np.floor((low + high) / 2.0)
        rare = log_weight(_moved(table, np.minimum(middle, high - 1.0))) <= seen + AS_RARE
        low, high = np.where(rare | (low >= high), low, middle + 1.0), np.where(rare, middle, high)
    return high


def _three_odds_ratios(table: TwoByTwo, n_tables: int) -> tuple[Array, ...]:
    """Estimate, lower and upper bound of tables without a zero cell."""
    sides = above(table, n_tables), above(turned(table), n_tables)
    searches = zip((_mean_miss, _low_miss, _high_miss), _starts(table), strict=True)
    return tuple(np.exp(_solved(sides, start, miss)) for miss, start in searches)


def _starts(table: TwoByTwo) -> tuple[Array, Array, Array]:
    """Where to search: the log of ad / bc, and as far from it as Poisson bounds of so small a count would lie."""
    a, b, c, d = table
    plain, count = np.log(a) + np.log(d) - np.log(b) - np.log(c), 1.0 / (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d)
    down = -np.log(special.gammaincinv(count, TAIL) / count)
    up = np.log(special.gammaincinv(count + 1.0, 1.0 - TAIL) / count)
    is_growing = np.minimum(a, d) <= np.minimum(b, c)
    return plain, plain - np.where(is_growing, down, up), plain + np.where(is_growing, up, down)


def _solved(sides: tuple[Array, Array], start: Array, miss: Miss) -> Array:
    """Log odds ratio at which nothing is missed: Newton's steps inside a bracket that every evaluation narrows."""
    answer, running = start.copy(), np.arange(start.size)
    low, high = np.full(start.shape, -np.inf), np.full(start.shape, np.inf)
    for _ in range(MOST_STEPS):
        here = answer[running]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            missed, slope = miss(moments(sides[0], here), moments(sides[1], -here))
            newton = missed / slope
        low, high = np.where(missed <= 0, here, low), np.where(missed >= 0, here, high)
        step = np.clip(
            np.where(np.isfinite(newton), newton, np.sign(missed) * LONGEST_STEP), -LONGEST_STEP, LONGEST_STEP
        )
        target = here - step
        target = np.where((target >= low) & (target <= high), target, (low + high) / 2.0)
        answer[running] = target
        on = np.abs(target - here) > CLOSE
        running, low, high, sides = running[on], low[on], high[on], (sides[0][on], sides[1][on])
        if not running.size:
            return answer
    raise ArithmeticError(f"{running.size} odds ratios did not settle in {MOST_STEPS} steps: report their tables.")


def _mean_miss(more: Moments, fewer: Moments) -> tuple[Array, Array]:
    """How far the expected a lies above the a seen, as a log ratio of the two sides' distances; and its slope."""
    return np.log(more.distance / fewer.distance), more.square / more.distance + fewer.square / fewer.distance


def _low_miss(more: Moments, fewer: Moments) -> tuple[Array, Array]:
    """Logit of the weight of at least a cases, less that of 2.5 %; and its slope."""
    miss = np.log1p(more.weight) - np.log(fewer.weight) - special.logit(TAIL)
    return miss, more.distance / (1.0 + more.weight) + fewer.distance / fewer.weight


def _high_miss(more: Moments, fewer: Moments) -> tuple[Array, Array]:
    """Logit of 2.5 %, less that of the weight of at most a cases; and its slope."""
    miss, slope = _low_miss(fewer, more)
    return -miss, slope


def _one_sided(table: TwoByTwo, n_tables: int) -> tuple[Array, ...]:
    """Weight of at least a cases, and of more than a with half of a: summed on the side where little weight lies."""
    is_high = _excess(table) >= 0
    outer = TwoByTwo(*(np.where(is_high, cell, other) for cell, other in zip(table, turned(table), strict=True)))
    seen, beyond = np.exp(log_weight(table)), np.exp(above(outer, n_tables)).sum(axis=1)
    upper = np.where(is_high, seen * (1.0 + beyond), 1.0 - seen * beyond)
    middle = seen * (0.5 + beyond)
    return upper, np.where(is_high, middle, 1.0 - middle)


def log_weight(table: TwoByTwo) -> Array:
    """Log probability of the table given its margins, drug and event being independent; shape (n,).

    By Stirling's formula with its remainder, x ln x taken around the expected counts (all four cells lie equally far
    from theirs), so that no digit is lost to large margins.
    """
    a, b, c, d = table
    total, excess = a + b + c + d, _excess(table)
    margins = a + b, c + d, a + c, b + d
    rest = sum((_remainder(margin) for margin in margins), -_remainder(total)) - sum(map(_remainder, table))
    expected = (margins[0] * margins[2], margins[0] * margins[3], margins[1] * margins[2], margins[1] * margins[3])
    deviance = [
        _deviance(np.where(total > 0, product / np.where(total > 0, total, 1.0), 0.0), sign * excess)
        for product, sign in zip(expected, (1.0, -1.0, -1.0, 1.0), strict=True)
    ]
    return np.asarray(rest - sum(deviance))


def _excess(table: TwoByTwo) -> Array:
    """How far a lies above the count expected of it."""
    a, b, c, d = table
    total = a + b + c + d
    return np.asarray((a * d - b * c) / np.where(total > 0, total, 1.0))


def _deviance(expected: Array, excess: Array) -> Array:
    """Half of the deviance, x ln(x / E) - x + E where x = E + excess; E where x is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.maximum(excess / expected, -1.0)
        inside = expected * ((1.0 + share) * np.log1p(share) - share)
    return np.where(expected == 0, 0.0, np.where(share == -1.0, expected, inside))


def _remainder(count: Array) -> Array:
    """What ln x! has beyond x ln x - x: half of ln 2πx and Stirling's series; 0 for x = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / count
        square = inverse * inverse
        series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
        far = 0.5 * np.log(2.0 * np.pi * count) + series
        near = special.gammaln(count + 1.0) - count * np.log(count) + count
    return np.where(count == 0, 0.0, np.where(count < SMALL, near, far))
