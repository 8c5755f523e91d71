"""All 2×2 tables with the margins of a given one: how often each would occur, relative to the one given.

With the margins fixed, one table leads to the next by moving a case: a and d grow by one while b and c shrink, or the
other way. The relative weights are products of small ratios, so nothing is lost to the size of the margins.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from pipeline.signals.interval import Array, TwoByTwo
from pipeline.signals.repeats import Positions

SPREADS, LEAST = 12.0, 24
"""Tables looked at on either side: 12 standard deviations and 24 more, for a count whose variance is below its mean."""

ELEMENTS = 65_536
"""Numbers in one block: few enough to stay in a processor's cache."""


class Moments(NamedTuple):
    """Sums over the tables on one side, each relative to the given one, shape (n,): weight, times distance, times its square."""

    weight: Array
    distance: Array
    square: Array


def moments(log_weights: Array, log_odds_ratio: Array) -> Moments:
    """Sums over one side; log_odds_ratio: for each table, its sign turned for the tables below; shape (n,)."""
    distance = np.arange(1.0, log_weights.shape[1] + 1.0)
    weight = np.exp(log_weights + log_odds_ratio[:, None] * distance)
    return Moments(
        weight.sum(axis=1), np.einsum("ij,j->i", weight, distance), np.einsum("ij,j->i", weight, distance * distance)
    )


def in_blocks(table: TwoByTwo, work: Callable[[TwoByTwo, int], tuple[Array, ...]], n_results: int) -> list[Array]:
    """What `work` makes of each table; it is given tables of like spread together, and how many neighbours to look at.

    Time grows with the square root of a table's smallest cell, memory does not grow with the number of tables.
    """
    results = [np.empty(table.a.shape) for _ in range(n_results)]
    for rows, n_tables in _blocks(table):
        some = TwoByTwo(*(cell[rows] for cell in table))
        for result, found in zip(results, work(some, n_tables), strict=True):
            result[rows] = found
    return results


def _blocks(table: TwoByTwo) -> Iterator[tuple[Positions, int]]:
    """Rows of like width, and the number of tables to look at on either side."""
    smallest = np.minimum(np.minimum(table.a, table.b), np.minimum(table.c, table.d))
    furthest = np.maximum(np.minimum(table.b, table.c), np.minimum(table.a, table.d))
    width = np.minimum(np.ceil(SPREADS * np.sqrt(smallest + 1.0)) + LEAST, np.maximum(furthest, 1.0)).astype(np.int64)
    order = np.argsort(width, kind="stable")
    begin = 0
    while begin < order.size:
        narrow = max(1, ELEMENTS // int(width[order[begin]]))
        end = min(order.size, begin + narrow)
        while end > begin + 1 and int(width[order[end - 1]]) * (end - begin) > 2 * ELEMENTS:
            end = begin + (end - begin) // 2
        yield order[begin:end], int(width[order[end - 1]])
        begin = end


def above(table: TwoByTwo, n_tables: int) -> Array:
    """Log weights of the next tables with more cases in a, at an odds ratio of 1, shape (n, at most n_tables).

    Column j is j + 1 cases away; where no such table exists, -inf.
    """
    furthest = int(np.max(np.minimum(table.b, table.c), initial=1.0))
    step = np.arange(float(max(1, min(n_tables, furthest))))
    a, b, c, d = (cell[:, None] for cell in table)
    factor = np.maximum(b - step, 0.0) * np.maximum(c - step, 0.0) / ((a + 1.0 + step) * (d + 1.0 + step))
    with np.errstate(divide="ignore"):
        return np.asarray(np.cumsum(np.log(factor), axis=1))


def turned(table: TwoByTwo) -> TwoByTwo:
    """The table with its columns exchanged: what lies below it lies above that one."""
    return TwoByTwo(table.b, table.a, table.d, table.c)
