"""Likelihood of Weibull times that are seen only where they end by a limit of their own.

A case is in the data because its event had already happened: a time t is seen only where t ≤ T, T being how long that
case had been followed. Given that it is seen, its density is f(t) / F(T), where f and F are those of the Weibull
distribution with shape k and scale λ, F(t) = 1 - exp(-(t/λ)^k). With T infinite that is f(t): the naive likelihood,
which takes the absence of long times for their rarity. Everything here follows from that ratio by differentiation.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.interval import Array

LARGEST_EXPONENT, LARGEST_REACH = 600.0, 6.4
"""Exponents beyond which nothing changes: F(T) is 1 to the last digit where (T/λ)^k is above e^6.4."""


class OnsetTimes(NamedTuple):
    """Logarithms of the times, shape (n,), and of the limits that are finite, shape (m,), less `centre`.

    centre: mean logarithm of the times, so that nothing depends on their unit.
    """

    log_time: Array
    log_limit: Array
    centre: float


class Point(NamedTuple):
    """Log-likelihood at (ln k, ln λ), its slope, shape (2,), and its curvature, shape (2, 2)."""

    value: float
    slope: Array
    curvature: Array


def onset_times(days: npt.ArrayLike, follow_up: npt.ArrayLike | None = None) -> OnsetTimes:
    """Times as the likelihood takes them.

    days: from infusion to event, above 0; follow_up: the longest time that could have been seen of each case, at least
    its days, infinite where nothing cuts it, None where nothing cuts any; shape (n,) each, n ≥ 1. Raises ValueError
    with the column's name and the first offending value.
    """
    time = np.asarray(days, dtype=np.float64)
    limit = np.full(time.shape, np.inf) if follow_up is None else np.asarray(follow_up, dtype=np.float64)
    if time.ndim != 1 or not time.size or limit.shape != time.shape:
        raise ValueError(f"days and follow_up are columns of one length, not of shapes {time.shape}, {limit.shape}")
    _refuse("days", time, ~((time > 0) & np.isfinite(time)), "finite and above 0")
    _refuse("follow_up", limit, ~(limit >= time), "at least the days")
    centre = float(np.mean(np.log(time)))
    return OnsetTimes(np.log(time) - centre, np.log(limit[np.isfinite(limit)]) - centre, centre)


def log_likelihood(working: Array, times: OnsetTimes) -> Point:
    """Log-likelihood at working = (ln shape, ln scale less the centre), its slope and its curvature.

    With z = k (ln t - ln λ) and Z = k (ln T - ln λ) one case contributes ln k - ln t + z - e^z - ln(1 - exp(-e^Z)).
    """
    shape = float(np.exp(working[0]))
    z = shape * (times.log_time - working[1])
    power = np.exp(np.minimum(z, LARGEST_EXPONENT))
    fall = z * (1.0 - power)
    scale_scale, both = power.sum(), (power * (1.0 + z)).sum() - z.size
    value = z.size * working[0] + (z - times.log_time - power).sum()
    by_shape, by_scale, shape_shape = z.size + fall.sum(), scale_scale - z.size, (fall - z**2 * power).sum()
    if times.log_limit.size:
        bound = shape * (times.log_limit - working[1])
        reach = np.exp(np.clip(bound, -LARGEST_EXPONENT, LARGEST_REACH))
        # Slope of ln F(T) by Z, and the slope of that.
        rise = 1.0 / special.exprel(reach)
        bend = rise * (1.0 - reach - rise)
        turn = bend * bound + rise
        value -= np.log(-np.expm1(-reach)).sum()
        by_shape -= (rise * bound).sum()
        by_scale += rise.sum()
        shape_shape -= (turn * bound).sum()
        scale_scale += bend.sum()
        both += turn.sum()
    curvature = np.array([[shape_shape, shape * both], [shape * both, -(shape**2) * scale_scale]])
    return Point(float(value), np.array([by_shape, shape * by_scale]), curvature)


def endless_scale(times: OnsetTimes) -> float:
    """Log-likelihood that is approached when the scale grows without bound, at the shape that is best there.

    f(t) / F(T) becomes k t^(k-1) / T^k, whose best k is n / Σ ln(T/t). Minus infinity where any case has no limit, and
    plus infinity where every time equals its limit.
    """
    n = times.log_time.size
    if times.log_limit.size < n:
        return -np.inf
    room = float(times.log_limit.sum() - times.log_time.sum())
    return np.inf if room <= 0 else float(n * np.log(n / room) - n - times.log_time.sum())


def _refuse(name: str, values: Array, wrong: npt.NDArray[np.bool_], needed: str) -> None:
    if wrong.any():
        raise ValueError(f"{name} must be {needed}, but holds {values[np.argmax(wrong)]}")
