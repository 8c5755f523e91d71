"""Every drug × event cell, the empty ones included, as groups of cells that share observed and expected count.

A quarter of FAERS has 72 million cells, of which 1.5 million hold a case. The empty ones differ only in their
margins, so they are counted as products of margins and never written out.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import Array, checked_columns
from pipeline.signals.repeats import Positions, distinct_rows, distinct_values

BIN_WIDTH = math.log(10.0) / 200.0
"""Width of a bin of ln(expected), 200 bins a decade: expected counts in a group differ by 1.2 % at most."""

SHORT = 1 << 22
"""Groups that are counted in place even where most of them have no cell."""


AT_ONCE = 1 << 22
"""Pairs that are merged at a time."""


class Grid(NamedTuple):
    """Groups of cells, shape (groups,): observed count, expected count, and `weight`, the number of cells."""

    observed: Array
    expected: Array
    weight: Array


class _Part(NamedTuple):
    """Groups of some of the cells, shape (groups,): bin of ln(expected), observed count, cells, their expected counts together."""

    bin: Array
    observed: Array
    number: Array
    mass: Array


class _Margin(NamedTuple):
    """Distinct totals of the drugs (or events), ascending, and how many drugs (or events) have each."""

    total: Array
    holders: Array


def grid(
    drug_totals: npt.ArrayLike,
    event_totals: npt.ArrayLike,
    n_cases: float,
    *,
    observed: npt.ArrayLike,
    drug_total: npt.ArrayLike,
    event_total: npt.ArrayLike,
    bin_width: float = BIN_WIDTH,
) -> Grid:
    """Group all cells of the cross of drugs and events.

    drug_totals, event_totals: cases of each drug (a + b) and of each event (a + c), one entry per drug or event; a
    total of 0 adds no cell. observed, drug_total, event_total: a, a + b and a + c of each cell that holds a
    case, shape (pairs,). n_cases: all cases, N. The weights add up to drugs × events.
    Raises ValueError where a pair's margins belong to no drug or event, or where more pairs share them than cells.
    """
    drugs, events = _margin("drug_totals", drug_totals), _margin("event_totals", event_totals)
    a, row, column = checked_columns(observed=observed, drug_total=drug_total, event_total=event_total)
    filled = _row_of(row, drugs, "drug_total") * events.total.size + _row_of(column, events, "event_total")
    cross = np.outer(drugs.holders, events.holders).ravel()
    empty = np.asarray(cross - np.bincount(filled, minlength=cross.size), dtype=np.float64)
    if np.any(empty < 0):
        raise ValueError("More pairs than drug × event cells share the same margins: give each pair once.")
    unseen = Grid(np.zeros(empty.size), np.outer(drugs.total, events.total).ravel() / n_cases, empty)
    return _merged([_part(unseen, bin_width), *_parts(a, row * column / n_cases, bin_width)])


def binned(cells: Grid, bin_width: float) -> Grid:
    """Merge groups of one observed count whose expected counts share a bin of width `bin_width` in ln(expected).

    The merged group has the mean expected count, so that the error in any smooth function is of second order. A width
    of 0 merges equal expected counts only. Groups without cells are left out.
    """
    return _merged([_part(cells, bin_width)])


def _parts(observed: Array, expected: Array, bin_width: float) -> Iterator[_Part]:
    """Single cells, merged some millions at a time, so that what is made on the way stays small."""
    for begin in range(0, observed.size, AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        yield _part(Grid(observed[part], expected[part], np.ones(observed[part].size)), bin_width)


def _part(cells: Grid, bin_width: float) -> _Part:
    observed, expected, weight = (column[cells.weight > 0] for column in cells)
    bins = np.floor(np.log(expected) / bin_width) if bin_width else expected
    (of_group, merged), position = _groups(bins, observed, counted=bool(bin_width))
    number, mass = (
        np.bincount(position, weights=values, minlength=merged.size).astype(np.float64)
        for values in (weight, weight * expected)
    )
    held = number > 0
    return _Part(of_group[held], merged[held], number[held], mass[held])


def _merged(parts: Sequence[_Part]) -> Grid:
    """The groups of all parts, those of one count and bin taken together."""
    bins, observed, number, mass = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    (_, merged), position = distinct_rows(bins, observed)
    weight, expected = (
        np.bincount(position, weights=values, minlength=merged.size).astype(np.float64) for values in (number, mass)
    )
    return Grid(merged, expected / weight, weight)


def _groups(bins: Array, observed: Array, *, counted: bool) -> tuple[tuple[Array, Array], Positions]:
    """Bin and observed count of each group, by count and then by bin, and the group of each cell.

    Counted bins are whole numbers: where their cross with the distinct counts is no longer than the cells, it is the
    groups, those without a cell included; otherwise the combinations that occur are.
    """
    if counted and bins.size:
        counts, place = distinct_values(observed)
        lowest = bins.min()
        n_bins = int(bins.max() - lowest) + 1
        if counts.size * n_bins <= max(bins.size, SHORT):
            every = np.tile(lowest + np.arange(n_bins), counts.size)
            return (every, np.repeat(counts, n_bins)), place * n_bins + (bins - lowest).astype(np.intp)
    (of_group, merged), position = distinct_rows(bins, observed)
    return (of_group, merged), position


def _margin(name: str, totals: npt.ArrayLike) -> _Margin:
    """Group the drugs or the events by their total."""
    (values,) = checked_columns(**{name: totals})
    return _Margin(*(column.astype(np.float64) for column in np.unique(values[values > 0], return_counts=True)))


def _row_of(totals: Array, margin: _Margin, name: str) -> Positions:
    """Where each pair's total stands among the distinct totals."""
    position = np.searchsorted(margin.total, totals)
    stranger = margin.total[np.minimum(position, margin.total.size - 1)] != totals if margin.total.size else totals >= 0
    if np.any(stranger):
        at = int(np.flatnonzero(stranger)[0])
        raise ValueError(f"{name}[{at}] is {totals[at]:g}, which no drug or event has: give margins of the same cases.")
    return position
