"""Binomial MaxSPRT: of the events of a product and its comparator, how many are the product's; looked at again and again.

Time runs in events of both together. Under the null each event is the product's with a known chance, its `share`, which
may differ from look to look: with a matching ratio of z comparators to one of the product it is 1 / (1 + z). Given the
number of events nothing else is unknown, so every chance is exact. Critical values agree with the R package Sequential,
whose value lies between the last statistic that does not signal and the first that does; ours is the first that does.
Source: Kulldorff, Davis, Kolczak et al. 2011, doi:10.1080/07474946.2011.539924.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.sequential.arrivals import (
    Array,
    Step,
    binomial_step,
    checked_share,
    overdispersed_binomial_step,
    shifted_share,
)
from pipeline.sequential.boundary import UNREACHABLE, followed
from pipeline.sequential.criticalvalue import CriticalValue, smallest_value
from pipeline.sequential.poissonmaxsprt import TIE, Performance

MOST_LOG_RATIO = 700.0


class Group(NamedTuple):
    """Events between two looks: how many of both products, and the product's share of them under the null."""

    events: int
    share: float


class Plan(NamedTuple):
    """length: events of both at which surveillance ends; share: the product's under the null; minimum: of the product's, before a signal."""

    length: int
    share: float
    minimum: int = 1


def matched_share(ratio: float) -> float:
    """Share of the product's events under the null, with `ratio` comparators to each of the product: 1 / (1 + ratio)."""
    if not 0.0 < ratio < math.inf:
        raise ValueError(f"matching ratio is {ratio}: comparators to each of the product, finite and above 0.")
    return 1.0 / (1.0 + ratio)


def log_likelihood_ratio(product: npt.ArrayLike, events: npt.ArrayLike, share: float) -> Array:
    """The statistic k ln(k / np) + (n - k) ln((n - k) / n(1 - p)) where k / n > p, else 0: k of n events are the product's."""
    checked_share(share)
    k, n = np.asarray(product, dtype=np.float64), np.asarray(events, dtype=np.float64)
    if np.any((k < 0) | (k > n)):
        raise ValueError("The product's events are at least 0 and at most all events.")
    other = n - k
    with np.errstate(divide="ignore", invalid="ignore"):
        value = special.xlogy(k, k / (n * share)) + special.xlogy(other, other / (n * (1.0 - share)))
        return np.where(k > n * share, value, 0.0)


def grouped_log_likelihood_ratio(product: int, groups: Sequence[Group]) -> float:
    """The statistic when the share changed between looks: the product's events follow one odds ratio over all groups.

    Its maximum depends on the product's events only by their sum. With a constant share it is `log_likelihood_ratio`.
    """
    held = _merged(groups)
    total, usual = sum(held.values()), sum(events * share for share, events in held.items())
    if not 0 <= product <= total:
        raise ValueError(f"{product} of {total} events: the product's are at least 0 and at most all of them.")
    if product <= usual:
        return 0.0
    if product == total:
        return -sum(events * math.log(share) for share, events in held.items())
    if len(held) == 1:
        return _plain(product, total, usual)
    events, shares = (np.asarray(column, dtype=np.float64) for column in (list(held.values()), list(held)))
    odds = special.logit(shares)
    found = optimize.brentq(
        lambda x: float(events @ special.expit(odds + x)) - product, 0.0, MOST_LOG_RATIO, xtol=1e-14
    )
    return float(product * found - events @ np.log1p(shares * math.expm1(found)))


def least_count(groups: Sequence[Group], critical_value: float, minimum: int = 1) -> int:
    """Fewest events of the product that reach the critical value; beyond reach where not even all events do."""
    total = sum(group.events for group in groups)
    if total < minimum or grouped_log_likelihood_ratio(total, groups) < critical_value * (1.0 - TIE):
        return UNREACHABLE
    low, high = minimum, total
    while low < high:
        middle = (low + high) // 2
        if grouped_log_likelihood_ratio(middle, groups) >= critical_value * (1.0 - TIE):
            high = middle
        else:
            low = middle + 1
    return low


def flat_boundary(critical_value: float, looks: Sequence[int], plan: Plan) -> list[int]:
    """Fewest events of the product that signal at each look; looks: events of both so far, share as planned."""
    return _first_reaching(critical_value, _statistics(looks, plan))


def steps(groups: Sequence[Group], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
    """How the product's events grow from look to look, when they come `ratio` times as often as the shares suppose."""
    moved = [Group(group.events, shifted_share(group.share, ratio)) for group in groups]
    if dispersion == 1.0:
        return [binomial_step(*group) for group in moved]
    return [overdispersed_binomial_step(*group, dispersion) for group in moved]


def crossing_chances(
    looks: Sequence[int], least: Sequence[int], share: float, ratio: float = 1.0, dispersion: float = 1.0
) -> Array:
    """Chance of crossing first at each look, shape (looks,): exact, for any boundary and unequal groups.

    looks: events of both so far, never falling. dispersion: see `arrivals.overdispersed_binomial_step`.
    """
    return followed(_growth(looks, share, ratio, dispersion), least).first


def critical_value(plan: Plan, alpha: float, looks: Sequence[int] | None = None) -> CriticalValue:
    """Smallest statistic that may signal, with what the design really spends.

    looks: events of both at each look of a grouped design; None looks after every event. Spent alpha rises in steps, so
    it stays below alpha. Raises ValueError where no boundary spends alpha.
    """
    _checked(plan)
    at = list(range(1, plan.length + 1)) if looks is None else list(looks)

    table = _statistics(at, plan)
    growth = _growth(at, plan.share)

    def spent(value: float) -> float:
        return followed(growth, _first_reaching(value, table)).ever

    found = smallest_value(spent, alpha, f"{len(at)} looks up to {at[-1]} events")
    return CriticalValue(float(np.min(table[table >= found.value * (1.0 - TIE)])), found.alpha)


def performance(critical_value: float, plan: Plan, ratio: float) -> Performance:
    """Power, events of both and of the product at the signal, and length in events of both, looking after every event.

    The signal comes with an event of the product, so its own count is the boundary's.
    """
    _checked(plan)
    at = np.arange(1, plan.length + 1)
    least = flat_boundary(critical_value, at.tolist(), plan)
    first = crossing_chances(at.tolist(), least, plan.share, ratio)
    power, time = float(np.sum(first)), float(first @ at)
    told = (time / power, float(first @ np.minimum(least, at)) / power) if power > 0 else (math.nan, math.nan)
    return Performance(ratio, power, *told, time + plan.length * (1.0 - power))


def length_for_power(plan: Plan, alpha: float, ratio: float, power: float) -> int:
    """Fewest events of both at which the design, looking after every event, finds `ratio` with that power.

    Power rises with the length in a sawtooth: a length just above may fall short again. `plan.length` is not used.
    Raises ValueError where a ratio of at most 1 is to be found.
    """
    if not ratio > 1.0 or not alpha < power < 1.0:
        raise ValueError(
            f"ratio {ratio:g}, power {power:g}: a ratio above 1 is found with a power between alpha and 1."
        )
    length = plan.minimum
    while _power(plan._replace(length=length), alpha, ratio) < power:
        length += max(1, length // 8)
    low = max(plan.minimum, length - max(1, length // 8) - 1)
    return next(n for n in range(low, length + 1) if _power(plan._replace(length=n), alpha, ratio) >= power)


def _growth(looks: Sequence[int], share: float, ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
    """How the product's events grow along the looks; each size of group is worked out once."""
    gaps = np.diff(np.asarray(looks, dtype=np.int64), prepend=0).tolist()
    by_size = {gap: steps([Group(gap, share)], ratio, dispersion)[0] for gap in set(gaps)}
    return [by_size[gap] for gap in gaps]


def _power(plan: Plan, alpha: float, ratio: float) -> float:
    """Power at a length; 0 where no boundary spends alpha."""
    try:
        value = critical_value(plan, alpha).value
    except ValueError:
        return 0.0
    return performance(value, plan, ratio).power


def _plain(product: int, total: int, usual: float) -> float:
    """`log_likelihood_ratio` of some but not all events, more than the `usual` number under the null."""
    other = total - product
    return product * math.log(product / usual) + other * math.log(other / (total - usual))


def _statistics(looks: Sequence[int], plan: Plan) -> Array:
    """Statistic of each count of the product at each look, shape (looks, counts); minus infinity where it cannot signal."""
    k, n = np.arange(max(looks) + 1), np.asarray(looks)[:, None]
    value = log_likelihood_ratio(np.minimum(k, n), n, plan.share)
    return np.where((k <= n) & (k >= plan.minimum), value, -np.inf)


def _first_reaching(critical_value: float, table: Array) -> list[int]:
    """The first count at each look whose statistic reaches the value; beyond reach where none does."""
    reaches = table >= critical_value * (1.0 - TIE)
    first = np.where(reaches.any(axis=1), reaches.argmax(axis=1), UNREACHABLE)
    return [int(count) for count in first]


def _merged(groups: Sequence[Group]) -> dict[float, int]:
    """Events by share, so that groups of one share count as one."""
    held: dict[float, int] = {}
    for events, share in groups:
        held[checked_share(share)] = held.get(share, 0) + events
    return held


def _checked(plan: Plan) -> None:
    """ValueError where a plan cannot be."""
    checked_share(plan.share)
    if not 1 <= plan.minimum <= plan.length:
        raise ValueError(f"minimum is {plan.minimum}: it lies between 1 and the length of {plan.length} events.")
