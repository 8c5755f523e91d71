"""Poisson MaxSPRT: events counted against an expected number, looked at without end up to a length set before.

Time runs in events expected under the null. The statistic is the log likelihood ratio of the observed excess; the
critical value is flat. Source: Kulldorff, Davis, Kolczak et al. 2011, doi:10.1080/07474946.2011.539924; minimum events and
late start: Kulldorff, Silva 2017, REVSTAT 15(3). Critical values agree with the R package Sequential.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.sequential.arrivals import START, Array, overdispersed_step, poisson_step
from pipeline.sequential.boundary import UNREACHABLE, followed
from pipeline.sequential.criticalvalue import CriticalValue, smallest_value

FEW = 1e-3
"""Expected events below which each further event adds so much that the least count is found by counting up."""
TIE = 1e-12
"""Relative step within which two statistics are the same."""


class Performance(NamedTuple):
    """What a continuous design does when events come `ratio` times as often as expected.

    power: chance of a signal. time, events: expected events under the null, and observed events, at the signal, averaged
    over series that signal; NaN where none does. length: time until a signal or the end, averaged over all series.
    """

    ratio: float
    power: float
    time: float
    events: float
    length: float


class Plan(NamedTuple):
    """length: most expected events; minimum: events before which nothing signals; start: expected events before which nobody looks."""

    length: float
    minimum: int = 1
    start: float = 0.0


def log_likelihood_ratio(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Array:
    """The statistic n ln(n/μ) - (n - μ) where n > μ, else 0; expected > 0 wherever something was observed."""
    n, mean = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if np.any((mean < 0) | (n < 0) | ((mean == 0) & (n > 0))):
        raise ValueError("Counts are at least 0, and events need an expected number above 0 beside them.")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(n > mean, n * np.log(n / mean) - (n - mean), 0.0)


def least_count(expected: float, critical_value: float, minimum: int = 1) -> int:
    """Smallest count above the expected one whose statistic reaches the critical value, and at least the minimum."""
    if expected <= 0.0:
        return minimum
    count = max(minimum, math.floor(expected) + 1)
    if expected > FEW:
        ratio = math.exp(1.0 + float(special.lambertw((critical_value / expected - 1.0) / math.e).real))
        count = max(count, math.floor(expected * ratio) - 1)
    while count * math.log(count / expected) - (count - expected) < critical_value * (1.0 - TIE):
        count += 1
    return count


def latest_expected(count: npt.ArrayLike, critical_value: float) -> Array:
    """Most expected events beside which so many observed ones still signal, shape of count: the inverse of the statistic."""
    n = np.asarray(count, dtype=np.float64)
    return np.asarray(-n * special.lambertw(-np.exp(-1.0 - critical_value / n)).real)


def stages(critical_value: float, plan: Plan) -> tuple[Array, list[int]]:
    """Times at which the boundary rises, and the count that crosses up to each: the continuous design as a staircase.

    Between two times the count of the later one signals at once when it is reached. The last time is the length.
    """
    _checked(plan)
    reach = plan.length + math.sqrt(2.0 * critical_value * plan.length) + critical_value + plan.minimum + 2.0
    counts = np.arange(plan.minimum, math.ceil(reach) + 1)
    latest = latest_expected(counts, critical_value)
    inside = (latest > plan.start) & (latest < plan.length)
    first, last = (int(counts[np.searchsorted(latest, time)]) for time in (plan.start, plan.length))
    before = ([plan.start], [first]) if plan.start > 0 else ([], [])
    times = np.concatenate([before[0], latest[inside], [plan.length]])
    return times, [*before[1], *counts[inside].tolist(), last]


def spent_alpha(critical_value: float, plan: Plan, ratio: float = 1.0) -> float:
    """Chance that a continuous design ever signals, events coming `ratio` times as often as expected; exact."""
    times, least = stages(critical_value, plan)
    return followed([poisson_step(ratio * gap) for gap in np.diff(times, prepend=0.0)], least).ever


def critical_value(plan: Plan, alpha: float) -> CriticalValue:
    """Smallest flat critical value of the continuous design that spends at most alpha.

    Raises ValueError where no boundary spends alpha, because even crossing at the minimum of events spends less.
    """
    return smallest_value(lambda value: spent_alpha(value, plan), alpha, f"a length of {plan.length:g} expected events")


def grouped_least(looks: Sequence[float], critical_value: float, plan: Plan) -> list[int]:
    """Least count that signals at each look; beyond reach before the start."""
    return [
        least_count(mean, critical_value, plan.minimum) if mean >= plan.start and mean > 0 else UNREACHABLE
        for mean in looks
    ]


def crossing_chances(
    looks: Sequence[float], least: Sequence[int], ratio: float = 1.0, dispersion: float = 1.0
) -> Array:
    """Chance of crossing first at each look, shape (looks,): exact, for any boundary and unequal increments.

    looks: cumulative expected events, never falling. least: count that crosses at each. ratio: how many times as often
    events come. dispersion: variance over mean of each increment, increments independent.
    """
    gaps = np.diff(np.asarray(looks, dtype=np.float64), prepend=0.0)
    if np.any(gaps < 0):
        raise ValueError(f"looks {list(looks)} fall: cumulative expected events cannot.")
    return followed([overdispersed_step(ratio * gap, dispersion) for gap in gaps], least).first


def grouped_critical_value(looks: Sequence[float], plan: Plan, alpha: float) -> CriticalValue:
    """Smallest flat critical value for these looks only that spends at most alpha; it is a statistic that can occur.

    looks: cumulative expected events. A grouped design spends alpha in steps: `alpha` says what it really spends.
    """

    def spent(value: float) -> float:
        return float(np.sum(crossing_chances(looks, grouped_least(looks, value, plan))))

    found = smallest_value(spent, alpha, f"{len(looks)} looks up to {looks[-1]:g} expected events")
    least = grouped_least(looks, found.value, plan)
    reached = [float(log_likelihood_ratio(n, mean)) for n, mean in zip(least, looks, strict=True) if n < UNREACHABLE]
    return CriticalValue(min(reached), found.alpha)


def performance(critical_value: float, plan: Plan, ratio: float) -> Performance:
    """Power, expected time and events to signal, and expected length of the continuous design; exact."""
    times, least = stages(critical_value, plan)
    quiet, since, power, time, events = START, 0.0, 0.0, 0.0, 0.0
    for until, limit in zip(times, least, strict=True):
        after = poisson_step(ratio * (until - since))(quiet)
        beyond = float(np.sum(after[limit:]))
        power += beyond
        if until == plan.start:
            time += until * beyond
            events += float(after[limit:] @ np.arange(limit, after.size))
        else:
            time += _arrival(quiet, limit, since, until, ratio)
            events += limit * beyond
        quiet, since = after[:limit], float(until)
    length = time + plan.length * (1.0 - power)
    told = (time / power, events / power) if power > 0 else (math.nan, math.nan)
    return Performance(ratio, power, *told, length)


def length_for_power(plan: Plan, alpha: float, ratio: float, power: float) -> float:
    """Smallest length in expected events at which the continuous design finds `ratio` with that power; `plan.length` is not used."""
    if not ratio > 1.0 or not alpha < power < 1.0:
        raise ValueError(
            f"ratio {ratio:g}, power {power:g}: a ratio above 1 is found with a power between alpha and 1."
        )

    def lacking(length: float) -> float:
        longer = plan._replace(length=length)
        try:
            value = critical_value(longer, alpha).value
        except ValueError:
            return -power
        return spent_alpha(value, longer, ratio) - power

    high = max(1.0, 2.0 * plan.start)
    while lacking(high) < 0:
        high *= 2.0
    return float(optimize.brentq(lacking, max(plan.start, high * 1e-3), high, xtol=1e-6 * high))


def _arrival(quiet: Array, limit: int, since: float, until: float, ratio: float) -> float:
    """Sum of crossing times between two times, over the series that reach the limit there: arrivals are gamma."""
    wait = limit - np.arange(quiet.size, dtype=np.float64)
    gap = ratio * (until - since)
    return float(quiet @ (since * special.gammainc(wait, gap) + wait / ratio * special.gammainc(wait + 1.0, gap)))


def _checked(plan: Plan) -> None:
    """ValueError where a plan cannot be."""
    if not 0.0 < plan.length < math.inf:
        raise ValueError(f"length is {plan.length}: give the expected events at which surveillance ends, above 0.")
    if plan.minimum < 1:
        raise ValueError(f"minimum is {plan.minimum}: at least one event is needed for a signal.")
    if not 0.0 <= plan.start <= plan.length:
        raise ValueError(f"start is {plan.start}: it lies between 0 and the length of {plan.length:g}.")
