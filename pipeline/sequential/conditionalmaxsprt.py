"""Conditional MaxSPRT: events counted against a baseline that is itself a count, and so uncertain.

c events were seen in the baseline. Time runs as person-time followed over person-time of the baseline; what is known of
the count followed is in `uncertainbaseline`. Source: Li, Kulldorff 2010, doi:10.1002/sim.3780.

The exact approach of the R package Sequential takes the baseline to be closed between two events, but judges the last of
its steps as if it was closed at an event; so its value spends 0.05019 where it claims 0.05 (c = 20, ten events). Ours
takes all steps alike and is a little higher; `critical_value_as_published` gives the package's.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.sequential.arrivals import START, Array, Step
from pipeline.sequential.boundary import UNREACHABLE
from pipeline.sequential.criticalvalue import CriticalValue, smallest_value
from pipeline.sequential.poissonmaxsprt import TIE, Performance
from pipeline.sequential.uncertainbaseline import Baseline, followed_chances, followed_step

HALVINGS = 100
MOST_EVENTS = 600
LOG_LEAST = -700.0
NODES, WEIGHTS = (
    np.append(part / 2.0, end) for part, end in zip(np.polynomial.legendre.leggauss(12), (0.5, 0.0), strict=True)
)
NODES += 0.5
"""Gauss–Legendre's nodes between two times, and the later time itself, where the boundary must hold but nothing is added."""


class Plan(NamedTuple):
    """When surveillance ends and what it is compared with.

    baseline: the events before, and how their count was closed. events, time: surveillance ends at so many events, or at
    that multiple of the baseline's person-time; one of them is given. minimum: events before which nothing signals.
    """

    baseline: Baseline
    events: int | None = None
    time: float = math.inf
    minimum: int = 1


def log_likelihood_ratio(observed: npt.ArrayLike, time: npt.ArrayLike, baseline: float) -> Array:
    """The statistic c ln(c(1 + t) / (c + k)) + k ln(k(1 + t) / (t(c + k))) where k / t > c, else 0.

    observed: k events followed. time: t, person-time over the baseline's, above 0 wherever something was observed.
    """
    k, t = np.asarray(observed, dtype=np.float64), np.asarray(time, dtype=np.float64)
    if np.any((k < 0) | (t < 0) | ((t == 0) & (k > 0))) or not baseline > 0:
        raise ValueError(
            "Counts are at least 0; events need person-time, and the baseline events, above 0 beside them."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        all_events = baseline + k
        value = baseline * np.log(baseline * (1.0 + t) / all_events) + special.xlogy(
            k, k * (1.0 + t) / (t * all_events)
        )
        return np.where(k > baseline * t, value, 0.0)


def latest_time(count: npt.ArrayLike, critical_value: float, baseline: float) -> Array:
    """Most person-time in which so many events still signal, shape of count: the statistic falls with time until k/c."""
    k = np.asarray(count, dtype=np.float64)
    low, high = np.full(k.shape, -745.0), np.log(k / baseline)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        reaches = log_likelihood_ratio(k, np.exp(middle), baseline) >= critical_value
        low, high = np.where(reaches, middle, low), np.where(reaches, high, middle)
    return np.asarray(np.exp(low))


def least_count(time: float, critical_value: float, baseline: float, minimum: int = 1) -> int:
    """Fewest events that signal at a time; beyond reach at time 0."""
    if time <= 0.0:
        return UNREACHABLE
    low = high = max(minimum, math.floor(baseline * time) + 1)
    while not _reaches(high, time, critical_value, baseline):
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _reaches(middle, time, critical_value, baseline) else (middle + 1, high)
    return high


def stages(critical_value: float, plan: Plan) -> tuple[Array, list[int]]:
    """Times at which the boundary rises, and the count that crosses up to each."""
    last = plan.events
    if last is None:
        last = least_count(plan.time, critical_value, plan.baseline.events, plan.minimum)
    counts = np.arange(min(plan.minimum, last), last + 1)
    times = np.minimum(latest_time(counts, critical_value, plan.baseline.events), plan.time)
    kept = np.searchsorted(times, plan.time) + 1 if times[-1] == plan.time else times.size
    return times[:kept], counts[:kept].tolist()


def spent_alpha(critical_value: float, plan: Plan, ratio: float = 1.0) -> float:
    """Chance that the continuous design ever signals, events coming `ratio` times as often as in the baseline; exact."""
    return float(1.0 - still_quiet(*stages(critical_value, plan), plan.baseline, ratio)[-1])


def critical_value(plan: Plan, alpha: float) -> CriticalValue:
    """Smallest flat critical value of the continuous design that spends at most alpha.

    Raises ValueError where no boundary spends alpha.
    """
    _checked(plan)
    what = f"{plan.events} events" if plan.events is not None else f"{plan.time:g} times the baseline's person-time"
    return smallest_value(lambda value: spent_alpha(value, plan), alpha, f"a length of {what}")


def critical_value_as_published(plan: Plan, alpha: float) -> CriticalValue:
    """The value that the R package Sequential prints, a named alternative to `critical_value` to repeat the work of others.

    All steps are judged as `plan` closes the baseline but the last, which is judged as if it was closed at an event. alpha
    of the answer is what the package claims; what the value spends is `spent_alpha`.
    """
    _checked(plan)

    def claimed(value: float) -> float:
        times, least = stages(value, plan)
        quiet, at_event = (
            np.append(1.0, still_quiet(times, least, baseline))
            for baseline in (plan.baseline, plan.baseline._replace(closing="at_event"))
        )
        return float(1.0 - quiet[-2] + at_event[-2] - at_event[-1])

    return smallest_value(claimed, alpha, f"a baseline of {plan.baseline.events:g} events")


def still_quiet(times: Array, least: Sequence[int], baseline: Baseline, ratio: float = 1.0) -> Array:
    """Chance of not having crossed by each time, shape (times,), when the boundary is a staircase as in `stages`.

    Given the count at a time, how likely a series is still quiet does not hang on the mixture: it is followed under a
    plain Poisson process and weighed with the chances of the mixture. Raises ValueError beyond 600 events, where the
    plain process runs out of digits.
    """
    given = given_count(times, least)
    return np.asarray([_weighed(quiet, baseline, ratio * time) for quiet, time in zip(given, times, strict=True)])


def given_count(times: Array, least: Sequence[int]) -> list[Array]:
    """Chance of being quiet at each time given the count then, each of shape (least,)."""
    if least[-1] > MOST_EVENTS:
        raise ValueError(f"The boundary rises to {least[-1]} events: the design is exact up to {MOST_EVENTS}.")
    intensity = least[-1] / times[-1]
    quiet, since, told = START, 0.0, []
    for until, limit in zip(times, least, strict=True):
        quiet = np.convolve(quiet, _poisson(intensity * (until - since), limit))[:limit]
        told.append(quiet / _poisson(intensity * until, limit))
        since = until
    return told


def time_steps(looks: Sequence[float], baseline: Baseline, ratio: float = 1.0) -> list[Step]:
    """How the count grows from look to look."""
    since = [0.0, *looks[:-1]]
    return [followed_step(baseline, ratio * a, ratio * b) for a, b in zip(since, looks, strict=True)]


def performance(critical_value: float, plan: Plan, ratio: float) -> Performance:
    """Power, time and events to signal, and length of the continuous design; times over the baseline's person-time.

    Time to signal is the integral of the chance of a later signal (Gauss–Legendre between the steps of the boundary).
    length is NaN where only a number of events ends surveillance, because the time until then has no end.
    """
    _checked(plan)
    times, least = stages(critical_value, plan)
    quiet = still_quiet(times, least, plan.baseline, ratio)
    first, never = -np.diff(quiet, prepend=1.0), float(quiet[-1])
    power = 1.0 - never
    waits = np.diff(times, prepend=0.0) * _mean_quiet(times, least, plan.baseline, ratio)
    at_signal = float(np.sum(waits)) - never * float(times[-1])
    told = (at_signal / power, float(first @ np.asarray(least)) / power) if power > 0 else (math.nan, math.nan)
    length = at_signal + never * plan.time if plan.events is None else math.nan
    return Performance(ratio, power, *told, length)


def _mean_quiet(times: Array, least: Sequence[int], baseline: Baseline, ratio: float) -> Array:
    """Chance of not having crossed, averaged over the time from each step of the boundary to the next, shape (times,)."""
    finer = (np.diff(times, prepend=0.0)[:, None] * NODES + np.append(0.0, times[:-1])[:, None]).ravel()
    quiet = still_quiet(finer, np.repeat(least, NODES.size).tolist(), baseline, ratio)
    return np.asarray(quiet.reshape(times.size, NODES.size) @ WEIGHTS)


def _weighed(quiet: Array, baseline: Baseline, time: float) -> float:
    """Chance of being quiet, from the chance of it given the count."""
    chances = followed_chances(baseline, time)[: quiet.size]
    return float(chances @ quiet[: chances.size])


def _poisson(mean: float, size: int) -> Array:
    """Chances of the first `size` counts; counts without any chance keep the least one, so that they can divide."""
    n = np.arange(size, dtype=np.float64)
    return np.asarray(np.exp(np.maximum(special.xlogy(n, mean) - mean - special.gammaln(n + 1.0), LOG_LEAST)))


def _reaches(count: int, time: float, critical_value: float, baseline: float) -> bool:
    return float(log_likelihood_ratio(count, time, baseline)) >= critical_value * (1.0 - TIE)


def _checked(plan: Plan) -> None:
    """ValueError where a plan cannot be."""
    if not 0.0 < plan.baseline.events < math.inf:
        raise ValueError(f"baseline is {plan.baseline.events} events: without events no baseline says what to expect.")
    if plan.events is None and not 0.0 < plan.time < math.inf:
        raise ValueError("Neither events nor time ends the surveillance: give one of them.")
    if plan.minimum < 1 or (plan.events is not None and plan.minimum > plan.events):
        raise ValueError(
            f"minimum is {plan.minimum}: it is at least 1 and at most the events at which surveillance ends."
        )
