"""How the days from infusion to event are spread: a Weibull distribution with intervals, or the reason why there is none.

The distribution is fitted by maximum likelihood, with or without a limit to what could be seen of each case (see
`rightruncated`). Days are taken as exact: days known only to an interval are out of scope. Right truncation makes the
likelihood nearly flat where follow-up is short: many scales then explain the days equally well, as only their beginning
has been seen. Such a fit is refused, because its interval has no end, or one beyond anything that could have been seen.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.signals.interval import TAIL, Array
from pipeline.signals.rightruncated import OnsetTimes, Point, endless_scale, log_likelihood, onset_times

LEAST_EVENTS = 10
"""Cases below which no fit is tried. A floor, not a promise: with so few, the simulated intervals hold what they promise
only where follow-up is long (docs/onset.md)."""

LEAST_DISTINCT = 3
"""Distinct times below which the shape runs away."""

DROP = float(special.chdtri(1, 2 * TAIL)) / 2
"""Log-likelihood below the maximum at which a 95 % profile interval ends: half of a chi-square quantile, 1.9207."""

SHAPES = (0.02, 50.0)
"""Range of the shape."""
LARGEST_LOG_SCALE = 12.0
"""Range of ln scale, either side of the mean of the ln days."""

AGREEING_STARTS = 3
SAME_PARAMETERS = SAME_LIKELIHOOD = 1e-3
LEFT_TO_CLIMB = 1e-7
"""Log-likelihood that one more Newton step may promise at most."""

STEPS_OUT, NEWTON_STEPS, LONGEST_STEP, CERTAIN_STEP, SMALLEST_STEP = 40, 100, 1.0, 1e-4, 1e-9
"""Limits of the ascent. A step shorter than CERTAIN_STEP is taken as it is: there, rounding would hide what it gains."""


class Weibull(NamedTuple):
    """A fitted Weibull distribution of n times: F(t) = 1 - exp(-(t / scale)^shape), scale in the unit of the times.

    low, high: ends of the 95 % profile-likelihood intervals. standard_errors: of ln shape and ln scale, from the
    curvature at the maximum. starts: log-likelihood reached from each start.
    """

    shape: float
    shape_low: float
    shape_high: float
    scale: float
    scale_low: float
    scale_high: float
    standard_errors: tuple[float, float]
    log_likelihood: float
    starts: tuple[float, ...]
    n: int

    def quantile(self, share: npt.ArrayLike) -> Array:
        """Time by which that share of the events has come; share between 0 and 1, any shape."""
        return np.asarray(self.scale * (-np.log1p(-np.asarray(share, dtype=np.float64))) ** (1.0 / self.shape))


class WeibullRefused(NamedTuple):
    """No distribution is given: why, in one sentence; the log-likelihood each start reached; the number of times."""

    reason: str
    starts: tuple[float, ...]
    n: int


class _Summit(NamedTuple):
    """Where a start ended, in working parameters."""

    working: Array
    at: Point


def fit_weibull(days: npt.ArrayLike, follow_up: npt.ArrayLike | None = None) -> Weibull | WeibullRefused:
    """Shape and scale of the days to event with 95 % profile-likelihood intervals, or why none are given.

    days: above 0, shape (n,); follow_up: how long each case could have been seen, at least its days, infinite where
    nothing cuts it; None is the naive fit, as if nothing cut any. The order of the cases never matters but for rounding.

    A fit is given only where at least ten cases on three different days are there, at least three of five starts reach
    the same maximum, it is level, curved downwards and inside the range, and the likelihood falls off by 1.92 on
    either side of shape and scale; in particular when the scale grows without bound. Where every case is cut, the
    scale's interval must end within the longest follow-up: what lies beyond nobody could have seen. Raises ValueError
    as `onset_times` does, where there is no case too.
    """
    times = onset_times(days, follow_up)
    objection = _thin_objection(times)
    if objection:
        return WeibullRefused(objection, (), times.log_time.size)
    summits = [_climbed(times, start) for start in _starts(times)]
    reached = tuple(summit.at.value - times.log_time.size * times.centre for summit in summits)
    best = max(summits, key=lambda summit: summit.at.value)
    objection = _flat_objection(times, best) or _edge_objection(times, best) or _summit_objection(best, summits)
    if objection:
        return WeibullRefused(objection, reached, times.log_time.size)
    ends = [_profile_end(times, best, place, direction) for place in (0, 1) for direction in (-1.0, 1.0)]
    if np.isnan(ends).any():
        reason = "The likelihood does not fall off within the range of shape and scale: an interval would have no end."
        return WeibullRefused(reason, reached, times.log_time.size)
    objection = _unseen_objection(times, ends[3])
    return (
        WeibullRefused(objection, reached, times.log_time.size) if objection else _weibull(times, best, ends, reached)
    )


def _weibull(times: OnsetTimes, best: _Summit, ends: list[float], reached: tuple[float, ...]) -> Weibull:
    errors = np.sqrt(np.diag(np.linalg.inv(-best.at.curvature)))
    shape_low, shape_high = (float(value) for value in np.exp(ends[:2]))
    scale_low, scale_high = (float(value) for value in np.exp(np.array(ends[2:]) + times.centre))
    return Weibull(
        shape=float(np.exp(best.working[0])),
        shape_low=shape_low,
        shape_high=shape_high,
        scale=float(np.exp(best.working[1] + times.centre)),
        scale_low=scale_low,
        scale_high=scale_high,
        standard_errors=(float(errors[0]), float(errors[1])),
        log_likelihood=best.at.value - times.log_time.size * times.centre,
        starts=reached,
        n=times.log_time.size,
    )


def _starts(times: OnsetTimes) -> Iterator[Array]:
    """Points from which the maximum is climbed: the moments' fit, flatter and steeper ones, and longer scales."""
    shape = np.log(np.pi / np.sqrt(6.0) / np.std(times.log_time))
    scale = np.euler_gamma * np.exp(-shape)
    for steeper, longer in ((0.0, 0.0), (0.4, 0.0), (-0.4, 0.5), (0.0, 1.0), (-0.2, 2.0)):
        yield np.array([shape + steeper, scale + longer * np.exp(-shape)])


def _climbed(times: OnsetTimes, start: Array) -> _Summit:
    """Newton's ascent from one start; where the likelihood is not curved downwards, along its slope."""
    working, at = start, log_likelihood(start, times)
    for _ in range(NEWTON_STEPS):
        bends, axes = np.linalg.eigh(-at.curvature)
        step = axes @ ((axes.T @ at.slope) / np.maximum(np.abs(bends), 1e-6 * np.max(np.abs(bends))))
        step /= max(1.0, float(np.max(np.abs(step))) / LONGEST_STEP)
        working, at, moved = _uphill(times, working, at, step)
        if moved < SMALLEST_STEP or not _is_inside(working):
            break
    return _Summit(working, at)


def _uphill(times: OnsetTimes, working: Array, at: Point, step: Array) -> tuple[Array, Point, float]:
    """The step, halved until the likelihood does not fall; the length of what was left of it."""
    length = float(np.max(np.abs(step)))
    there = log_likelihood(working + step, times)
    while there.value < at.value and length > CERTAIN_STEP:
        step, length = step / 2, length / 2
        there = log_likelihood(working + step, times)
    return working + step, there, length


def _thin_objection(times: OnsetTimes) -> str | None:
    """Objection where there are too few cases or too few different days."""
    n, distinct = times.log_time.size, np.unique(times.log_time).size
    if n < LEAST_EVENTS:
        return f"Only {n} case{'' if n == 1 else 's'} with usable days: {LEAST_EVENTS} are needed."
    if distinct < LEAST_DISTINCT:
        return f"Only {distinct} different day{'' if distinct == 1 else 's'}: {LEAST_DISTINCT} are needed for a shape."
    return None


def _flat_objection(times: OnsetTimes, best: _Summit) -> str | None:
    """Objection where a scale without bound explains the days about as well: follow-up is too short to tell."""
    fall = best.at.value - endless_scale(times)
    if fall >= DROP:
        return None
    return (
        f"The likelihood falls by {max(fall, 0.0):.2f} only when the scale grows without bound ({DROP:.2f} are needed): "
        "follow-up is too short, or cases are too few, to tell how late events come; "
        f"any scale above {_least_scale(times, best):.3g} explains them."
    )


def _unseen_objection(times: OnsetTimes, highest: float) -> str | None:
    """Objection where the scale's interval reaches beyond the longest follow-up: it would rest on the form alone."""
    if times.log_limit.size < times.log_time.size or highest <= float(np.max(times.log_limit)):
        return None
    scale, longest = (float(np.exp(value + times.centre)) for value in (highest, np.max(times.log_limit)))
    return (
        f"The interval of the scale ends at {scale:.3g}, beyond the longest follow-up of {longest:.3g}: "
        "follow-up is too short, or cases are too few, to tell how late events come."
    )


def _least_scale(times: OnsetTimes, best: _Summit) -> float:
    """Lower end of the 95 % profile interval of a scale that has no upper end; nought where even that is not told."""
    target = max(best.at.value, endless_scale(times)) - DROP

    def above(value: float) -> float:
        return log_likelihood(_ridge(times, best.working, 1, value), times).value - target

    outer = np.arange(LARGEST_LOG_SCALE, -LARGEST_LOG_SCALE, -1.0)
    below = next((value for value in outer if above(value) < 0), None)
    if below is None or below == outer[0]:
        return 0.0
    return float(np.exp(optimize.brentq(above, below, below + 1.0, xtol=1e-8) + times.centre))


def _is_inside(working: Array) -> bool:
    return bool(SHAPES[0] < np.exp(working[0]) < SHAPES[1] and abs(working[1]) < LARGEST_LOG_SCALE)


def _edge_objection(times: OnsetTimes, best: _Summit) -> str | None:
    if _is_inside(best.working):
        return None
    shape, scale = float(np.exp(best.working[0])), float(np.exp(best.working[1] + times.centre))
    return f"The likelihood rises to the edge of the range (shape {shape:.3g}, scale {scale:.3g}): it has no maximum inside."


def _summit_objection(best: _Summit, summits: list[_Summit]) -> str | None:
    """Objection where the best point is a ridge, a slope, or a summit that too few starts reach."""
    bends, axes = np.linalg.eigh(-best.at.curvature)
    if bends[0] <= 0:
        return (
            f"The likelihood is flat in one direction (curvature {bends[0]:.2g}): shape and scale are not determined."
        )
    left = float(np.sum((axes.T @ best.at.slope) ** 2 / bends)) / 2
    if left > LEFT_TO_CLIMB:
        return f"The best start stopped {left:.2g} below the maximum in log-likelihood, more than {LEFT_TO_CLIMB:g}."
    agreeing = sum(_same(summit, best) for summit in summits)
    if agreeing < AGREEING_STARTS:
        return f"Only {agreeing} of {len(summits)} starts reach the best maximum: {AGREEING_STARTS} have to agree."
    return None


def _same(one: _Summit, other: _Summit) -> bool:
    apart = float(np.max(np.abs(one.working - other.working)))
    return abs(one.at.value - other.at.value) <= SAME_LIKELIHOOD and apart <= SAME_PARAMETERS


def _profile_end(times: OnsetTimes, best: _Summit, place: int, direction: float) -> float:
    """Where the profile of one parameter has fallen by DROP; NaN where it does not within the range.

    place: 0 for ln shape, 1 for ln scale. There the likelihood is DROP below its maximum and level in the other
    parameter: two equations, solved by Newton's steps from where a parabola would have its end, or else by walking out.
    """
    target = best.at.value - DROP
    spread = np.linalg.inv(-best.at.curvature)
    working = best.working + direction * spread[place] * np.sqrt(2 * DROP / spread[place, place])
    for _ in range(NEWTON_STEPS):
        at = log_likelihood(working, times)
        lacking = np.array([at.value - target, at.slope[1 - place]])
        rows = np.array([at.slope, at.curvature[1 - place]])
        if abs(float(np.linalg.det(rows))) == 0 or at.curvature[1 - place, 1 - place] >= 0:
            break
        step = np.linalg.solve(rows, -lacking)
        if float(np.max(np.abs(step))) > LONGEST_STEP or direction * (working + step - best.working)[place] <= 0:
            break
        working = working + step
        if float(np.max(np.abs(step))) < SMALLEST_STEP:
            return float(working[place])
    return _walked_end(times, best, place, direction * np.sqrt(2 * DROP * spread[place, place]))


def _walked_end(times: OnsetTimes, best: _Summit, place: int, step: float) -> float:
    """The same by walking along the profile until it is below, then narrowing down."""
    target, inside = best.at.value - DROP, best.working
    for _ in range(STEPS_OUT):
        outside = _ridge(times, inside, place, inside[place] + step)
        if log_likelihood(outside, times).value < target:
            break
        inside, step = outside, 1.5 * step
    else:
        return float("nan")

    def above(value: float) -> float:
        return log_likelihood(_ridge(times, inside, place, value), times).value - target

    return float(optimize.brentq(above, inside[place], outside[place], xtol=1e-8))


def _ridge(times: OnsetTimes, start: Array, place: int, value: float) -> Array:
    """The best point with one parameter held at a value."""
    working = np.where(np.arange(2) == place, value, start)
    free = np.where(np.arange(2) == place, 0.0, 1.0)
    at = log_likelihood(working, times)
    for _ in range(NEWTON_STEPS):
        slope, bend = at.slope[1 - place], -at.curvature[1 - place, 1 - place]
        step = slope / bend if bend > 0 else np.sign(slope) * LONGEST_STEP
        working, at, moved = _uphill(times, working, at, free * np.clip(step, -LONGEST_STEP, LONGEST_STEP))
        if moved < SMALLEST_STEP:
            break
    return np.asarray(working)
