"""How many cases have both of two things: drugs and events counted against each other by sorting whole numbers.

A drug and an event that occur together are one number. The numbers of all of them, one for each case, are written case
by case, sorted, and runs of equal ones are counted: memory is met in order, as a hash table's places are not.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

WORKERS = 2
BLOCK = 1 << 22
"""Numbers sorted at a time: bounds the memory to 32 MiB an array, and more than that sorts no faster."""

MOST_BITS = 62


class Membership(NamedTuple):
    """Which case has which thing: the case's own number and the thing's, both from 0 on, shape (n,) each."""

    case: Ints
    thing: Ints


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


class _Listed(NamedTuple):
    """Things case by case: place of the case of each, the thing, and where each case's things begin."""

    place: Ints
    thing: Ints
    begins: Ints


def cross_count(rows: Membership, columns: Membership, cases: Cases) -> CrossCount:
    """Cases of each group that have both a thing of `rows` and one of `columns`.

    What other cases than `cases` have is left out. At most two threads count side by side, whatever the settings give.
    Raises ValueError where cases are not ascending, for a number
    below 0 or too large to be counted so, and where a case has a thing twice.
    """
    if np.any(cases.case[1:] <= cases.case[:-1]):
        at = int(np.flatnonzero(cases.case[1:] <= cases.case[:-1])[0]) + 1
        raise ValueError(
            f"cases.case[{at}] is {cases.case[at]}, no more than the one before: give each once, ascending."
        )
    by_case, others = (_listed(member, cases, name) for member, name in ((rows, "rows"), (columns, "columns")))
    for_row, for_group = _bits(by_case.thing), _bits(cases.group)
    if for_row + for_group + _bits(others.thing) > MOST_BITS:
        raise ValueError(f"rows.thing holds {by_case.thing.max()}: number things densely, from 0 on.")
    many = (others.begins[1:] - others.begins[:-1])[by_case.place]
    own = by_case.thing << for_group | cases.group[by_case.place]

    def counted(part: slice) -> tuple[Ints, Ints]:
        n, begins = many[part], others.begins[by_case.place[part]]
        at = np.arange(int(n.sum())) + np.repeat(begins - (np.cumsum(n) - n), n)
        return _runs(np.sort(others.thing[at] << for_row + for_group | np.repeat(own[part], n)))

    with ThreadPoolExecutor(WORKERS) as beside:  # NumPy leaves the interpreter's lock
        key, count = _merged(list(beside.map(counted, _blocks(many))))
    return CrossCount(
        row=key >> for_group & (1 << for_row) - 1,
        column=key >> for_row + for_group,
        group=key & (1 << for_group) - 1,
        n_cases=count,
        rows=_by_group(by_case, cases.group),
        columns=_by_group(others, cases.group),
    )


def within(counted: CrossCount, groups: npt.NDArray[np.bool_]) -> CrossCount:
    """The same counts in some groups taken together: `groups` tells of each group whether it is one; one group is left."""
    kept = groups[counted.group]
    row, column, count = counted.row[kept], counted.column[kept], counted.n_cases[kept]
    first = _firsts(column, row)
    return CrossCount(
        row[first],
        column[first],
        np.zeros(first.size, np.int64),
        np.add.reduceat(count, first) if first.size else count,
        counted.rows[groups].sum(axis=0, keepdims=True),
        counted.columns[groups].sum(axis=0, keepdims=True),
    )


def _listed(member: Membership, cases: Cases, name: str) -> _Listed:
    """Things of the cases to count, case by case, each case by its place."""
    case, thing = _sorted(member, name)
    first = _firsts(case)
    place = np.searchsorted(cases.case, case[first])
    known = np.append(cases.case, -1)[place] == case[first]
    many = np.diff(np.append(first, case.size))
    counts = np.zeros(cases.case.size, np.int64)
    counts[place[known]] = many[known]
    kept = thing if known.all() else thing[np.repeat(known, many)]
    return _Listed(np.repeat(np.arange(counts.size), counts), kept, np.append(0, np.cumsum(counts)))


def _sorted(member: Membership, name: str) -> tuple[Ints, Ints]:
    """Cases and things by the case, then the thing."""
    for label, values in zip(member._fields, member, strict=True):
        if values.size and values.min() < 0:
            at = int(np.flatnonzero(values < 0)[0])
            raise ValueError(f"{name}.{label}[{at}] is {values[at]}: it must be at least 0.")
    width = _bits(member.thing)
    if _bits(member.case) + width > MOST_BITS:
        raise ValueError(f"{name}.thing holds {member.thing.max()}: number things densely, from 0 on.")
    key = np.sort(member.case << width | member.thing)
    if np.any(key[1:] == key[:-1]):
        at = int(np.flatnonzero(key[1:] == key[:-1])[0])
        raise ValueError(
            f"{name} has case {key[at] >> width} twice for thing {key[at] & (1 << width) - 1}: give it once."
        )
    return key >> width, key & (1 << width) - 1


def _blocks(many: Ints) -> list[slice]:
    """Parts of the rows with about BLOCK numbers each."""
    done = np.cumsum(many)
    ends = np.searchsorted(done, np.arange(BLOCK, int(done[-1]) if done.size else 0, BLOCK))
    edges = np.unique(np.concatenate([[0], ends, [many.size]])).tolist()
    return [slice(begin, end) for begin, end in pairwise(edges)]


def _merged(parts: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Counts of all blocks added up, by number; a stable sort merges what is sorted in parts."""
    nothing = np.zeros(0, np.int64)
    key, count = (np.concatenate([nothing, *column]) for column in (list(zip(*parts, strict=True)) or [(), ()]))
    if len(parts) > 1:
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = _firsts(key)
        key, count = key[first], np.add.reduceat(count[order], first) if first.size else count
    return key, count


def _by_group(listed: _Listed, group: Ints) -> Ints:
    """Cases of each group with each thing."""
    n_groups, size = int(group.max(initial=-1)) + 1, int(listed.thing.max(initial=0)) + 1
    return np.bincount(group[listed.place] * size + listed.thing, minlength=n_groups * size).reshape(n_groups, size)


def _runs(ordered: Ints) -> tuple[Ints, Ints]:
    """Distinct values of an ordered array and how often each stands in it."""
    first = _firsts(ordered)
    return ordered[first], np.diff(np.append(first, ordered.size))


def _firsts(*columns: Ints) -> Ints:
    """Where a combination of ordered columns begins."""
    new = np.ones(columns[0].size, dtype=np.bool_)
    if new.size:
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(new)


def _bits(values: Ints) -> int:
    """Binary digits that hold every number."""
    return int(values.max(initial=0)).bit_length()
