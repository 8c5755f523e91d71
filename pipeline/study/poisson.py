"""Exact intervals for counts of events over person-time, for their ratio, and for observed over expected."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.study.followed import Array

Method = Literal["garwood", "mid-p"]
CONFIDENCE = 0.95


class Bounds(NamedTuple):
    """An estimate and its bounds, each of shape (n,), in the unit of the estimate."""

    estimate: Array
    low: Array
    high: Array


class RateRatio(NamedTuple):
    """Ratio of two incidence rates with exact bounds and the two-sided p value of a ratio of 1."""

    estimate: float
    low: float
    high: float
    p: float


def count_bounds(events: npt.ArrayLike, method: Method = "garwood", confidence: float = CONFIDENCE) -> Bounds:
    """Bounds of the expected number of events where so many were seen, shape (n,).

    garwood: exact, from gamma quantiles; never covers less than asked. mid-p: counts half of what was seen on each side;
    shorter, covers about what was asked. Without an event the lower bound is 0 and the upper one stands.
    """
    seen = _counts(events)
    tail = (1.0 - confidence) / 2.0
    if method == "garwood":
        low = np.where(seen > 0, special.gammaincinv(np.maximum(seen, 1.0), tail), 0.0)
        return Bounds(seen, low, special.gammaincinv(seen + 1.0, 1.0 - tail))
    return Bounds(seen, *(_mid_p(seen, tail, is_low=side) for side in (True, False)))


def incidence_rate(
    events: npt.ArrayLike,
    person_time: npt.ArrayLike,
    per: float = 1.0,
    method: Method = "garwood",
    confidence: float = CONFIDENCE,
) -> Bounds:
    """Events per `per` units of person-time, with bounds, shape (n,); ValueError where no time was followed."""
    time = np.asarray(person_time, dtype=np.float64)
    if np.any(~(time > 0)):
        at = int(np.flatnonzero(~(time > 0))[0])
        raise ValueError(f"person_time[{at}] is {time[at]:g}: an incidence needs person-time.")
    return Bounds(*(side * per / time for side in count_bounds(events, method, confidence)))


def standardised_ratio(
    observed: npt.ArrayLike, expected: npt.ArrayLike, method: Method = "garwood", confidence: float = CONFIDENCE
) -> Bounds:
    """Observed over expected events, the expected taken as known, shape (n,)."""
    return incidence_rate(observed, expected, 1.0, method, confidence)


def rate_ratio(
    events: int, person_time: float, other_events: int, other_person_time: float, confidence: float = CONFIDENCE
) -> RateRatio:
    """Ratio of the first rate to the other; exact, given the sum of both counts, of which the first is then binomial.

    The bounds are Clopper and Pearson's, carried over. p adds up all splits that are at most as likely as the one seen.
    Infinite without events on the other side; ValueError without any event: nothing is known of the ratio.
    """
    total = events + other_events
    if not total:
        raise ValueError(
            "Neither side has an event: their ratio is unknown; give the upper bound of each rate instead."
        )
    tail = (1.0 - confidence) / 2.0
    low = float(special.betaincinv(events, other_events + 1.0, tail)) if events else 0.0
    high = float(special.betaincinv(events + 1.0, other_events, 1.0 - tail)) if other_events else 1.0
    scale = other_person_time / person_time
    estimate = events / other_events * scale if other_events else float("inf")
    lowest, highest = (share / (1.0 - share) * scale if share < 1 else float("inf") for share in (low, high))
    return RateRatio(estimate, lowest, highest, _likely(events, total, person_time / (person_time + other_person_time)))


def _likely(events: int, total: int, share: float) -> float:
    """Summed weight of all counts that are at most as likely as `events` of `total`; rounding counts as a tie."""
    each = np.arange(total + 1.0)
    log = special.xlogy(each, share) + special.xlog1py(total - each, -share)
    log += special.gammaln(total + 1.0) - special.gammaln(each + 1.0) - special.gammaln(total - each + 1.0)
    weight = np.exp(log)
    return float(min(1.0, weight[weight <= weight[events] * (1.0 + 1e-7)].sum()))


def _mid_p(seen: Array, tail: float, *, is_low: bool) -> Array:
    """Mean at which the counts beyond, and half of the count itself, hold `tail`; one root for each distinct count."""
    distinct, position = np.unique(seen, return_inverse=True)
    return np.array([_mid_p_of(count, tail, is_low=is_low) for count in distinct])[position]


def _mid_p_of(count: float, tail: float, *, is_low: bool) -> float:
    if is_low and count == 0:
        return 0.0

    def excess(mean: float) -> float:
        below = float(special.pdtr(count, mean))
        here = float(np.exp(special.xlogy(count, mean) - mean - special.gammaln(count + 1.0)))
        beyond = 1.0 - below if is_low else below - here
        return beyond + here / 2.0 - tail

    return float(optimize.brentq(excess, 1e-12, 10.0 * (count + 10.0), xtol=1e-13, rtol=1e-14))


def _counts(events: npt.ArrayLike) -> Array:
    seen = np.atleast_1d(np.asarray(events, dtype=np.float64))
    wrong = ~((seen >= 0) & (seen == np.floor(seen)) & np.isfinite(seen))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"events[{at}] is {seen[at]:g}: a count is a whole number of at least 0.")
    return seen
