"""How many cases have both of two things: drugs and events counted against each other as a product of sparse matrices.

Each side is a matrix of cases by things, of ones; the product of one turned round with the other counts the cases of every
pair that occurs, and nothing is stored of those that do not.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64] | npt.NDArray[np.int32]

WORKERS = 2
MOST_THINGS = np.iinfo(np.int32).max
WIDEST_TABLE = 1 << 28
"""Case numbers that are looked up in a table of 4 bytes each, at most 1 GiB; a wider span is searched."""
AT_ONCE = 1 << 18
"""Rows that are looked at before the next ones are."""
LOOSEST, LOOSEST_ASCENDING = 50, 4
"""Numbers in the span for each one looked up: where there are more, searching is faster than making the table."""


class Membership(NamedTuple):
    """Which case has which thing: the case's own number and the thing's, both from 0 on, shape (n,) each."""

    case: Numbers
    thing: Numbers


class Cases(NamedTuple):
    """Cases to count, ascending, and the number of each one's group, from 0 on; shape (cases,) each."""

    case: Ints
    group: Ints


class CrossCount(NamedTuple):
    """Pairs that any case has, by column, row and group: n_cases of the group have both; shape (n,) each.

    rows, columns: cases of each group with each thing, shape (groups, largest number of a thing + 1).
    """

    row: Ints
    column: Ints
    group: Ints
    n_cases: Ints
    rows: Ints
    columns: Ints


def cross_count(rows: Membership, columns: Membership, cases: Cases) -> CrossCount:
    """Cases of each group that have both a thing of `rows` and one of `columns`.

    What other cases than `cases` have is left out. At most two threads count side by side, whatever the settings give.
    Raises ValueError where cases are not ascending, for a number below 0 or too large to be counted so, and where a case
    has a thing twice.
    """
    if np.any(cases.case[1:] <= cases.case[:-1]):
        at = int(np.flatnonzero(cases.case[1:] <= cases.case[:-1])[0]) + 1
        raise ValueError(
            f"cases.case[{at}] is {cases.case[at]}, no more than the one before: give each once, ascending."
        )
    n_groups = int(cases.group.max(initial=-1)) + 1
    own, others = (_matrix(member, cases, name) for member, name in ((rows, "rows"), (columns, "columns")))
    parted = _by_group(own, cases.group, n_groups)
    counted = _product(others.T.tocsr(), parted)
    row, group = np.divmod(counted.indices.astype(np.int64), max(n_groups, 1))
    return CrossCount(
        row=row,
        column=np.repeat(np.arange(counted.shape[0], dtype=np.int64), np.diff(counted.indptr)),
        group=group,
        n_cases=counted.data.astype(np.int64),
        rows=_margins(parted, n_groups),
        columns=_margins(_by_group(others, cases.group, n_groups), n_groups),
    )


def once(member: Membership, known: Ints) -> Membership:
    """Each of the known cases, which ascend, by its place among them, once with each thing it has, by case and thing.

    Rows of `member` may repeat.
    """
    matrix = _summed(member, known, "rows")
    return Membership(np.repeat(np.arange(known.size, dtype=np.int32), np.diff(matrix.indptr)), matrix.indices)


def counted_by_group(member: Membership, cases: Cases) -> Ints:
    """Cases of each group with each thing, shape (groups, largest number of a thing + 1); no case has a thing twice."""
    place = _places(member.case, cases.case)
    known = place >= 0
    group, thing = (
        (cases.group[place], member.thing) if known.all() else (cases.group[place[known]], member.thing[known])
    )
    shape = (int(cases.group.max(initial=-1)) + 1, int(member.thing.max(initial=0)) + 1)
    return np.bincount(group * shape[1] + thing, minlength=shape[0] * shape[1]).reshape(shape)


def within(counted: CrossCount, groups: npt.NDArray[np.bool_]) -> CrossCount:
    """The same counts in some groups taken together: `groups` tells of each group whether it is one; one group is left."""
    kept = groups[counted.group]
    row, column, count = counted.row[kept], counted.column[kept], counted.n_cases[kept]
    first = firsts(column, row)
    return CrossCount(
        row[first],
        column[first],
        np.zeros(first.size, np.int64),
        np.add.reduceat(count, first) if first.size else count,
        counted.rows[groups].sum(axis=0, keepdims=True),
        counted.columns[groups].sum(axis=0, keepdims=True),
    )


def _matrix(member: Membership, cases: Cases, name: str) -> sparse.csr_array:
    """Cases to count by things, a one where the case has the thing; ValueError where a row repeats."""
    matrix = _summed(member, cases.case, name)
    if matrix.data.max(initial=1) > 1:
        at = int(np.flatnonzero(matrix.data > 1)[0])
        case = cases.case[np.searchsorted(matrix.indptr, at, side="right") - 1]
        raise ValueError(f"{name} has case {case} twice for thing {matrix.indices[at]}: give it once.")
    return matrix


def _summed(member: Membership, known: Ints, name: str) -> sparse.csr_array:
    """Known cases by things: how many rows say that the case has the thing."""
    for label, values in zip(member._fields, member, strict=True):
        if values.size and values.min() < 0:
            at = int(np.flatnonzero(values < 0)[0])
            raise ValueError(f"{name}.{label}[{at}] is {values[at]}: it must be at least 0.")
    most = int(member.thing.max(initial=0))
    if most >= MOST_THINGS:
        raise ValueError(f"{name}.thing holds {most}: number things densely, from 0 on.")
    place, thing = _places(member.case, known), member.thing.astype(np.int32, copy=False)
    held = place >= 0
    if not held.all():
        place, thing = place[held], thing[held]
    ones, shape = np.ones(place.size, np.int32), (known.size, most + 1)
    if _stand_in_order(place, thing):
        begin = np.zeros(known.size + 1, np.int32)
        np.cumsum(np.bincount(place, minlength=known.size), out=begin[1:])
        return sparse.csr_array((ones, thing, begin), shape=shape)
    matrix = sparse.csr_array((ones, (place, thing)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def _stand_in_order(place: Numbers, thing: Numbers) -> bool:
    """Whether rows stand by case and thing, none twice, as `once` leaves them; others are told by the first rows as a rule."""
    for begin in range(0, place.size - 1, AT_ONCE):
        case, its = place[begin : begin + AT_ONCE + 1], thing[begin : begin + AT_ONCE + 1]
        rises = its[1:] > its[:-1]
        rises &= case[1:] == case[:-1]
        rises |= case[1:] > case[:-1]
        if not rises.all():
            return False
    return True


def _places(case: Numbers, known: Ints) -> npt.NDArray[np.int32]:
    """Where each case stands among the known ones, which ascend; -1 where it does not."""
    if not known.size:
        return np.full(case.size, -1, np.int32)
    least, span = int(known[0]), int(known[-1] - known[0]) + 1
    if span == known.size and case.size and case.min() >= least and case.max() < least + span:
        return np.asarray(case - least if least else case, dtype=np.int32)
    ascends = bool(np.all(case[1:] >= case[:-1]))
    if span > min(WIDEST_TABLE, (LOOSEST_ASCENDING if ascends else LOOSEST) * case.size):
        at = np.searchsorted(known, case)
        return np.where(np.append(known, -1)[at] == case, at, -1).astype(np.int32)
    table = np.full(span + 1, -1, np.int32)
    table[known - least] = np.arange(known.size, dtype=np.int32)
    if case.size and case.min() >= least and case.max() < least + span:
        return np.asarray(table[case - least], dtype=np.int32)
    inside = (case >= least) & (case < least + span)
    return np.asarray(table[np.where(inside, case - least, span)], dtype=np.int32)


def _by_group(matrix: sparse.csr_array, group: Ints, n_groups: int) -> sparse.csr_array:
    """The same ones, a column for each thing and group: thing × groups + group."""
    shape = (matrix.shape[0], matrix.shape[1] * max(n_groups, 1))
    number = np.int32 if shape[1] < MOST_THINGS else np.int64
    columns = matrix.indices * number(n_groups)
    columns += np.repeat(group.astype(number), np.diff(matrix.indptr))
    return sparse.csr_array((matrix.data, columns, matrix.indptr), shape=shape)


def _product(left: sparse.csr_array, right: sparse.csr_array) -> sparse.csr_array:
    """The product of both, its columns in order; parts with about equal work side by side, for SciPy leaves the interpreter's lock."""
    work = np.append(0, np.cumsum(np.diff(left.indptr)))
    edges = np.searchsorted(work, np.linspace(0, work[-1], WORKERS + 1)[1:-1])
    parts = pairwise([0, *edges.tolist(), left.shape[0]])

    def part(begin: int, end: int) -> sparse.csr_array:
        counted = left[begin:end] @ right
        counted.sort_indices()
        return counted

    with ThreadPoolExecutor(WORKERS) as beside:
        return sparse.vstack(list(beside.map(lambda at: part(*at), parts)), format="csr")


def _margins(parted: sparse.csr_array, n_groups: int) -> Ints:
    """Cases of each group with each thing."""
    counted = np.bincount(parted.indices, minlength=parted.shape[1]).reshape(-1, max(n_groups, 1))
    return np.ascontiguousarray(counted.T[:n_groups], dtype=np.int64)


def firsts(*columns: npt.NDArray[np.integer]) -> Ints:
    """Where a combination of ordered columns begins."""
    new = np.ones(columns[0].size, dtype=np.bool_)
    new[1:] = False
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)
