"""How a cumulative count grows between two looks: one step per law, each taking the distribution so far to the next.

A distribution is an array whose entry n is the chance of n events so far, among the series that are still quiet; it need
not sum to 1. A step returns it one increment later, long enough that less than 1e-15 of it is left out.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]
Step = Callable[[Array], Array]

START: Array = np.ones(1)
"""No event yet, for certain."""

DEVIATIONS, BEYOND = 10.0, 30.0
"""A Poisson count does not pass its mean by 10 standard deviations and 30 more: less than 1e-15 is left."""

LEFT_OUT = 1e-17


def poisson_step(mean: float) -> Step:
    """Independent Poisson events, `mean` of them expected; 0 leaves the distribution as it is."""
    checked_mean(mean)
    return _added(poisson_chances(mean))


def poisson_chances(mean: float) -> Array:
    """Chances of 0, 1, 2 … Poisson events; none expected is none for certain."""
    if mean == 0.0:
        return START
    n = np.arange(math.ceil(mean + DEVIATIONS * math.sqrt(mean) + BEYOND), dtype=np.float64)
    return np.asarray(np.exp(special.xlogy(n, mean) - mean - special.gammaln(n + 1.0)))


def overdispersed_step(mean: float, dispersion: float) -> Step:
    """Negative-binomial events with variance = dispersion · mean, independent between looks; dispersion 1 is Poisson."""
    return _added(overdispersed_chances(checked_mean(mean), checked_dispersion(dispersion)))


def overdispersed_chances(mean: float, dispersion: float) -> Array:
    """Chances of 0, 1, 2 … negative-binomial events; where next to none is expected, they are Poisson ones."""
    if dispersion == 1.0 or mean < LEFT_OUT:
        return poisson_chances(mean)
    return negative_binomial(np.asarray(mean / (dispersion - 1.0)), 1.0 - 1.0 / dispersion)


def negative_binomial(size: Array, share: float) -> Array:
    """Chances of 0, 1, 2 … events, shape of size + (n,): Γ(size + n) / (Γ(size) n!) · (1 - share)^size · share^n."""
    n, r = np.arange(_reach(float(np.max(size)), share), dtype=np.float64), np.asarray(size)[..., None]
    log = special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1.0)
    return np.asarray(np.exp(log + r * math.log1p(-share) + n * math.log(share)))


def _reach(size: float, share: float) -> int:
    """A count that a negative-binomial one reaches with a chance below 1e-17, and so one more than the largest needed."""
    low, high = 0, 8
    while special.betainc(high, size, share) > LEFT_OUT:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if special.betainc(middle, size, share) <= LEFT_OUT else (middle, high)
    return high


def binomial_step(events: int, share: float) -> Step:
    """`events` further events, each the product's with chance `share` in (0, 1), independently; 0 events change nothing."""
    return _added(binomial_chances(checked_events(events), checked_share(share)))


def binomial_chances(events: int, share: float) -> Array:
    """Chances of 0, 1, 2 … of the events, up to all of them or to a number that less than 1e-15 is beyond."""
    mean = events * share
    reach = math.ceil(mean + DEVIATIONS * math.sqrt(mean * (1.0 - share)) + BEYOND)
    k = np.arange(min(events, reach) + 1, dtype=np.float64)
    log = special.gammaln(events + 1.0) - special.gammaln(k + 1.0) - special.gammaln(events - k + 1.0)
    return np.asarray(np.exp(log + special.xlogy(k, share) + special.xlog1py(events - k, -share)))


def overdispersed_binomial_step(events: int, share: float, dispersion: float) -> Step:
    """The product's part of `events` further events, see `overdispersed_binomial_chances`; dispersion 1 is binomial."""
    return _added(overdispersed_binomial_chances(events, share, dispersion))


def overdispersed_binomial_chances(events: int, share: float, dispersion: float) -> Array:
    """Chances of 0, 1, 2 … of the events being the product's when its count and the comparator's are negative binomial.

    Given their sum, two such counts of one dispersion φ are beta-binomial with a = share · events / (φ - 1) and
    b = (1 - share) · events / (φ - 1): of many events the variance is φ times the binomial one, of a single event it is
    the binomial one. Dispersion 1 is binomial. Numbers that less than 1e-17 is beyond are left out.
    """
    checked_dispersion(dispersion)
    checked_share(share)
    if dispersion == 1.0 or checked_events(events) == 0:
        return binomial_chances(checked_events(events), share)
    k = np.arange(events + 1, dtype=np.float64)
    a, b = (part * events / (dispersion - 1.0) for part in (share, 1.0 - share))
    log = -math.log(events + 1.0) - special.betaln(events - k + 1.0, k + 1.0)
    chances = np.exp(log + special.betaln(k + a, events - k + b) - special.betaln(a, b))
    beyond = np.cumsum(chances[::-1])[::-1]
    return np.asarray(chances[: np.count_nonzero(beyond > LEFT_OUT)])


def shifted_share(share: float, ratio: float) -> float:
    """Share of the product's events when they come `ratio` times as often as `share` supposes."""
    return ratio * share / (1.0 - share + ratio * share)


def checked_mean(mean: float) -> float:
    """A mean that is finite and at least 0; ValueError otherwise."""
    if not 0.0 <= mean < math.inf:
        raise ValueError(f"mean is {mean}: expected events are finite and at least 0.")
    return mean


def checked_share(share: float) -> float:
    """A share strictly between 0 and 1; ValueError otherwise."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"share is {share}: the product's share of the events lies between 0 and 1.")
    return share


def checked_events(events: int) -> int:
    """A number of events that is at least 0; ValueError otherwise."""
    if events < 0:
        raise ValueError(f"events is {events}: a number of events cannot be below 0.")
    return events


def checked_dispersion(dispersion: float) -> float:
    """A dispersion that is finite and at least 1; ValueError otherwise."""
    if not 1.0 <= dispersion < math.inf:
        raise ValueError(f"dispersion is {dispersion}: variance over mean is finite and at least 1 here.")
    return dispersion


def _added(chances: Array) -> Step:
    """The step that adds an independent increment with these chances; a single one is of no event, and adds nothing."""

    def step(quiet: Array) -> Array:
        return np.convolve(quiet, chances) if quiet.size else quiet

    return step
