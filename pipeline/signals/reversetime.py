"""The distribution of times that are seen only up to a limit of their own, without assuming its form.

Looked at backwards from any late day, a right-truncated time enters late: a case followed for T days can be seen at
any u ≤ T. So the product-limit estimator works in reverse time. Of the cases that could have been seen at u and whose
time is not above u (t ≤ u ≤ T), the share with t = u estimates P(t = u | t ≤ u), and the product of one minus these
shares over all u above t estimates P(t' ≤ t | t' ≤ longest follow-up). Nothing says how many times are longer than the
longest follow-up: the distribution is conditional on it.

Few cases are followed long, so that one late event among them may halve everything before it. The bounds say so: the
variance of the logarithm of the product is the sum of d / (R (R - d)) over the factors, d of R cases having their event,
as each factor is one minus a binomial share; the interval is taken on the scale of ln(-ln share), so that it stays
between 0 and 1.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import NORMAL_QUANTILE, Array

ROUNDING = 1e-12
"""Shares that differ by less are one."""

LEAST_CASES = 10
"""Cases below which no distribution is given."""


class ReverseTime(NamedTuple):
    """Distinct times in rising order, the estimated share of times up to each, and the cases the estimate rests on there.

    time, share, low, high, n_at_risk: shape (m,); the last share is 1. low, high: pointwise 95 % bounds of the share.
    longest_follow_up: the share is of times up to it.
    """

    time: Array
    share: Array
    low: Array
    high: Array
    n_at_risk: Array
    longest_follow_up: float

    def quantile(self, share: float) -> tuple[float, float, float]:
        """Least time seen by which at least that share has come, 0 < share ≤ 1, and its 95 % bounds.

        The bounds hold the times at which the interval of the share holds that share.
        """
        first, low, high = (
            float(self.time[np.argmax(column >= share - ROUNDING)]) for column in (self.share, self.high, self.low)
        )
        return first, low, high

    def least_at_risk(self, share: float) -> int:
        """Fewest cases on which one of the factors rests that place the quantile of that share: those from it on."""
        return int(np.min(self.n_at_risk[self.time >= self.quantile(share)[0]]))


class ReverseTimeRefused(NamedTuple):
    """No distribution is given: why, in one sentence; the number of times."""

    reason: str
    n: int


def reverse_time(
    days: npt.ArrayLike, follow_up: npt.ArrayLike, *, least_cases: int = LEAST_CASES
) -> ReverseTime | ReverseTimeRefused:
    """Share of the times up to each time, conditional on the longest follow-up, or why it cannot be told.

    days: at least 0; follow_up: finite, at least the days; shape (n,) each, n ≥ 1. Where all follow-up reaches the
    longest time this is the plain share of times. Refused below least_cases, and where, above the least time, every
    case that could have been seen at a time ends exactly there: the estimate would say that no time is shorter,
    whatever the others show.
    Raises ValueError with the column's name and the first offending value.
    """
    time, limit = np.asarray(days, dtype=np.float64), np.asarray(follow_up, dtype=np.float64)
    if time.ndim != 1 or not time.size or limit.shape != time.shape:
        raise ValueError(f"days and follow_up are columns of one length, not of shapes {time.shape}, {limit.shape}")
    for name, values, fits in (("days", time, time >= 0), ("follow_up", limit, (limit >= time) & np.isfinite(limit))):
        if not fits.all():
            raise ValueError(
                f"{name} must be finite and at least {'0' if name == 'days' else 'the days'}, but holds {values[np.argmin(fits)]}"
            )
    if time.size < least_cases:
        return ReverseTimeRefused(
            f"Only {time.size} case{'' if time.size == 1 else 's'} with usable days: {least_cases} are needed.",
            time.size,
        )
    at, n_there = np.unique(time, return_counts=True)
    n_at_risk = np.searchsorted(np.sort(time), at, side="right") - np.searchsorted(np.sort(limit), at, side="left")
    stuck = np.flatnonzero(n_there[1:] == n_at_risk[1:]) + 1
    if stuck.size:
        return ReverseTimeRefused(
            f"Every case that could have been seen on day {at[stuck[-1]]:g} has its event on that day: "
            "nothing can be told of the days before.",
            time.size,
        )
    above, risk = n_there[1:], n_at_risk[1:].astype(np.float64)
    share = np.append(np.cumprod((1.0 - above / risk)[::-1])[::-1], 1.0)
    variance = np.append(np.cumsum((above / (risk * (risk - above)))[::-1])[::-1], 0.0)
    low, high = _bounds(share, variance)
    return ReverseTime(at, share, low, high, n_at_risk.astype(np.float64), float(np.max(limit)))


def _bounds(share: Array, variance: Array) -> tuple[Array, Array]:
    """Pointwise bounds of a share from the variance of its logarithm; a share of 1 has none but itself."""
    inside = share < 1.0
    ends = [np.ones_like(share), np.ones_like(share)]
    logarithm = -np.log(share[inside])
    reach = NORMAL_QUANTILE * np.sqrt(variance[inside]) / logarithm
    for column, direction in zip(ends, (1.0, -1.0), strict=True):
        column[inside] = np.exp(-logarithm * np.exp(direction * reach))
    return ends[0], ends[1]
