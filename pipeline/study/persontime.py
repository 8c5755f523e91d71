"""Person-time and events by part of the follow-up, by age and by calendar year: counts of whole days, exact."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.study.followed import Array, Counts

BLOCK = 8_192
"""Persons split at once: more would leave the processor's cache, and time would grow faster than they do."""


def days_within(entry: Array, stop: Array, first: npt.ArrayLike, last: npt.ArrayLike) -> Array:
    """Days at risk of each person in each part of the follow-up, shape (n, parts).

    A person is at risk on the days after `entry` up to and with `stop`, a part holds its first and its last day. Adding
    up parts that touch gives the days of all of them together: none is lost or counted twice.
    """
    began = np.maximum(np.asarray(entry)[:, None] + 1.0, np.atleast_1d(first)[None, :])
    ended = np.minimum(np.asarray(stop)[:, None], np.atleast_1d(last)[None, :])
    return np.asarray(np.maximum(ended - began + 1.0, 0.0), dtype=np.float64)


def events_within(place: Counts, day: Array, n: int, first: npt.ArrayLike, last: npt.ArrayLike) -> Counts:
    """Events of each of n persons in each part of the follow-up, shape (n, parts); parts that overlap count an event each."""
    starts, ends = np.atleast_1d(first), np.atleast_1d(last)
    found = np.zeros((n, starts.size), dtype=np.int64)
    for part, (start, end) in enumerate(zip(starts, ends, strict=True)):
        inside = (day >= start) & (day <= end)
        found[:, part] = np.bincount(place[inside], minlength=n)
    return found


class LexisPart(NamedTuple):
    """Pieces of follow-up, each inside one cell of every scale, shape (pieces,).

    person: whose it is. cells: shape (pieces, scales), between which cuts of each scale it lies: 0 is before the first.
    days: how long it is.
    """

    person: Counts
    cells: Counts
    days: Array


def lexis(entry: Array, stop: Array, origins: Array, cuts: list[npt.NDArray[np.float64]]) -> LexisPart:
    """Split the follow-up of every person where any scale passes one of its cuts.

    entry, stop: at risk on the days after entry up to and with stop. origins: shape (n, scales), the value that each scale,
    in days, has on day 0. cuts: the values, in days and ascending, at which a new cell of that scale begins; a day belongs
    to the cell that its beginning is in. The work is linear in the number of persons.
    """
    blocks = [slice(start, start + BLOCK) for start in range(0, max(entry.size, 1), BLOCK)]
    parts = [_split(entry[block], stop[block], origins[block], cuts) for block in blocks]
    person = np.concatenate([part.person + block.start for part, block in zip(parts, blocks, strict=True)])
    return LexisPart(person, *(np.concatenate([part[side] for part in parts]) for side in (1, 2)))


def _split(entry: Array, stop: Array, origins: Array, cuts: list[npt.NDArray[np.float64]]) -> LexisPart:
    """The split of some persons at once."""
    begin, end = entry + 1.0, stop + 1.0  # half open: from the beginning of the first day to the end of the last
    at = [np.ceil(cut[None, :] - origins[:, [scale]]) for scale, cut in enumerate(cuts)]
    edges = np.sort(np.clip(np.hstack([begin[:, None], *at, end[:, None]]), begin[:, None], end[:, None]), axis=1)
    length = np.diff(edges, axis=1)
    person, piece = np.nonzero(length > 0)
    start = edges[:, :-1][person, piece]
    cells = [(start[:, None] >= days[person]).sum(axis=1) for days in at]
    return LexisPart(person, np.stack(cells, axis=1), length[person, piece])
