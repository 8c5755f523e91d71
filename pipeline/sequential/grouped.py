"""A grouped design whose looks were not held as planned: its flat value is found again, and alpha is kept all the same."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.sequential.arrivals import Step
from pipeline.sequential.boundary import UNREACHABLE, Boundary, Course
from pipeline.sequential.criticalvalue import HIGHEST, LOWEST

SAME = 1e-9
"""Relative difference within which a look was held as planned."""
FINE = 1e-6
"""Relative width to which the value is found: it only orders counts, and what they spend is kept to alpha besides."""


class Grouped(NamedTuple):
    """A grouped design.

    planned: information at the planned looks. value: flat critical value for them. least: count that crosses at an
    information under a value. steps: how the count grows along a list of informations.
    """

    planned: Sequence[float]
    alpha: float
    value: float
    least: Callable[[float, float], int]
    steps: Callable[[Sequence[float]], list[Step]]


def regrouped(design: Grouped, information: Sequence[float], steps: Sequence[Step]) -> tuple[Boundary, float]:
    """Boundary of the looks held, and the flat value in force at the last of them.

    While looks are held as planned the planned value holds. From the first that is not, the value is the smallest that
    keeps to alpha over the present look and the planned ones still ahead, given the boundaries already used: what these
    looks are is settled by exposure, never by the count. A look after the end cannot cross.
    """
    course, least, spent, value = Course(), [], [], design.value
    for at, now in enumerate(information):
        if at and information[at - 1] >= design.planned[-1]:
            least.append(course.take(steps[at], UNREACHABLE, design.alpha))
        else:
            if not _is_planned(design.planned, information[: at + 1]):
                value = _value(design, course, steps[at], now)
            least.append(course.take(steps[at], design.least(now, value), design.alpha))
        spent.append(course.spent)
    return Boundary(least, spent), value


def _is_planned(planned: Sequence[float], held: Sequence[float]) -> bool:
    """Whether the looks so far were held as planned."""
    return len(held) <= len(planned) and all(
        abs(now - then) <= SAME * then for now, then in zip(held, planned, strict=False)
    )


def _value(design: Grouped, course: Course, step: Step, now: float) -> float:
    """Smallest flat value that keeps to alpha over this look and those ahead; by halving, because alpha falls in jumps."""
    half_gap = design.planned[-1] / len(design.planned) / 2.0
    ahead = [point for point in design.planned if point > now + half_gap]
    if not ahead and now < design.planned[-1]:
        ahead = [design.planned[-1]]
    points = [now, *ahead]
    steps = [step, *design.steps(points)[1:]]

    def keeps(value: float) -> bool:
        return course.ahead(steps, [design.least(point, value) for point in points]) <= design.alpha

    low, high = LOWEST, max(design.value, 1.0)
    while not keeps(high) and high < HIGHEST:
        low, high = high, 2.0 * high
    while high - low > FINE * high:
        middle = (low + high) / 2.0
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high
