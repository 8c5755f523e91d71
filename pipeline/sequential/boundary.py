"""A boundary, look by look: how often a series crosses it, and the least counts that keep what is spent within a limit.

Every chance is exact: the distribution of the count among the series that have not crossed is carried from look to look.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.sequential.arrivals import START, Array, Step

UNREACHABLE = 2**62
"""Least count at a look where nothing may cross."""


class Crossing(NamedTuple):
    """What becomes of the series.

    first: chance that one crosses first at each look, shape (looks,). events: mean count of those that cross then, times
    that chance. quiet: chances of the counts of those that never do.
    """

    first: Array
    events: Array
    quiet: Array

    @property
    def ever(self) -> float:
        """Chance of ever crossing."""
        return float(np.sum(self.first))


class Boundary(NamedTuple):
    """least: smallest count that crosses at each look; spent: chance of having crossed by then; both (looks,)."""

    least: list[int]
    spent: list[float]


def followed(steps: Sequence[Step], least: Sequence[int], quiet: Array = START) -> Crossing:
    """Carry the count through the looks; at each one, counts of at least `least` have crossed and are taken out."""
    first, events = [], []
    for step, limit in zip(steps, least, strict=True):
        after = step(quiet)
        beyond, quiet = after[limit:], after[:limit]
        first.append(float(np.sum(beyond)))
        events.append(float(beyond @ np.arange(quiet.size, after.size)))
    return Crossing(np.asarray(first), np.asarray(events), quiet)


class Course:
    """The counts of the series that are still quiet, while looks are taken one by one.

    quiet: chances of each count among them. spent: chance of having crossed.
    """

    def __init__(self) -> None:
        self.quiet, self.spent = START, 0.0

    def take(self, step: Step, wish: int, allowed: float) -> int:
        """Hold one look: the smallest count of at least `wish` that leaves what is spent within `allowed`.

        Where nothing is left to spend, beyond reach; where the step adds nothing, the boundary stays as it was.
        """
        after = step(self.quiet)
        beyond = np.append(np.cumsum(after[::-1])[::-1], 0.0)
        within = self.spent + beyond <= allowed
        count = int(np.argmax(within)) if within[-1] else after.size
        count = max(wish, UNREACHABLE if count == after.size > self.quiet.size else count)
        self.spent += float(beyond[count]) if count < after.size else 0.0
        self.quiet = after[:count]
        return count

    def ahead(self, steps: Sequence[Step], least: Sequence[int]) -> float:
        """Chance of having crossed after further looks with this boundary; nothing is taken."""
        return self.spent + followed(steps, least, self.quiet).ever


def kept_within(steps: Sequence[Step], wanted: Sequence[int], allowed: Sequence[float]) -> Boundary:
    """The smallest counts that are at least `wanted` and by each look spend no more than is `allowed` by then.

    allowed: cumulative chance under the null, shape (looks,). What one look leaves unspent the next may spend.
    """
    course, least, spent = Course(), [], []
    for step, wish, limit in zip(steps, wanted, allowed, strict=True):
        least.append(course.take(step, wish, limit))
        spent.append(course.spent)
    return Boundary(least, spent)
