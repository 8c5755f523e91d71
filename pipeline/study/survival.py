"""Kaplan–Meier: the share still free of the event, with quantiles and the restricted mean."""

from typing import NamedTuple

import numpy as np

from pipeline.study.bounds import CONFIDENCE, Curve, Scale, bounded
from pipeline.study.followed import Array, RiskTable

TIED = 1e-9
"""A share this close to the one asked for is taken as equal to it: products of fractions miss it by rounding."""


class Quantile(NamedTuple):
    """The time by which a share of the persons has had the event, with bounds; NaN where the curve does not get there."""

    estimate: float
    low: float
    high: float


class RestrictedMean(NamedTuple):
    """Mean time free of the event up to a horizon, with its standard error, in the unit of the times."""

    estimate: float
    standard_error: float


def kaplan_meier(table: RiskTable, scale: Scale = "log-log", confidence: float = CONFIDENCE) -> Curve:
    """Share free of any of the table's events just after each time, shape (t,).

    The product of 1 - d/n; Greenwood's variance. With late entry a risk set that empties and fills again makes the curve
    0 for good, as the product says. Checked against R's survfit.
    """
    share, spread = _product(table)
    error = share * np.sqrt(np.where(share > 0, spread, 0.0))
    curve = bounded(table.time, share, error, scale, confidence)
    nobody = share == 0
    return curve._replace(low=np.where(nobody, np.nan, curve.low), high=np.where(nobody, np.nan, curve.high))


def cumulative_hazard(table: RiskTable) -> tuple[Array, Array]:
    """Nelson–Aalen's sum of d/n and its standard error, root of the sum of d/n², each of shape (t,)."""
    n, d = table.n_risk.astype(np.float64), table.n_event.astype(np.float64)
    return np.cumsum(d / n), np.sqrt(np.cumsum(d / n**2))


def quantile(curve: Curve, share_with_event: float) -> Quantile:
    """First time at which at most 1 - share_with_event are free of it; halfway to the next step where exactly so many are.

    The bounds are read off the curve's own bounds in the same way, as Brookmeyer and Crowley invert them.
    """
    wanted = 1.0 - share_with_event
    return Quantile(*(_crossing(curve.time, side, wanted) for side in (curve.estimate, curve.low, curve.high)))


def restricted_mean(table: RiskTable, horizon: float) -> RestrictedMean:
    """Area under the Kaplan–Meier curve up to the horizon.

    Its variance is the sum of d/(n(n-d)) times the squared area that lies after each event time.
    """
    share, _ = _product(table)
    before = table.time < horizon
    time, d, n = table.time[before], table.n_event[before].astype(np.float64), table.n_risk[before].astype(np.float64)
    steps = np.diff(np.concatenate([[0.0], time, [horizon]]))
    areas = steps * np.concatenate([[1.0], share[before]])
    after = np.cumsum(areas[::-1])[::-1][1:]
    some = n > d
    weight = np.divide(d, n * (n - d), out=np.zeros_like(d), where=some)
    return RestrictedMean(float(areas.sum()), float(np.sqrt(np.sum(after**2 * weight))))


def _product(table: RiskTable) -> tuple[Array, Array]:
    """The share free of the event after each time, and Greenwood's sum; infinite where nobody is left free."""
    n, d = table.n_risk.astype(np.float64), table.n_event.astype(np.float64)
    with np.errstate(divide="ignore"):
        share = np.asarray(np.cumprod(1.0 - d / n), dtype=np.float64)
        return share, np.cumsum(np.where(d > 0, d / (n * (n - d)), 0.0))


def _crossing(time: Array, side: Array, wanted: float) -> float:
    below = np.flatnonzero(side <= wanted + TIED)  # a bound that does not exist is not below anything
    if not below.size:
        return float("nan")
    first = int(below[0])
    if side[first] < wanted - TIED:
        return float(time[first])
    lower = np.flatnonzero(side < wanted - TIED)
    return float((time[first] + time[lower[0]]) / 2.0) if lower.size else float(time[first])
