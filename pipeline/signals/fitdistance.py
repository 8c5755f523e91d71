"""How far a fitted Weibull distribution lies from the days it was fitted to.

A case is seen only where its time t does not exceed its limit T, so that the days seen do not follow the fitted F even
where it is true. What the fit says is seen is the mean over the cases of F(min(t, T)) / F(T): one for a case whose limit
has passed, F(t) / F(T) for the others. Without limits that is F(t).
"""

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import Array
from pipeline.signals.onset import Weibull


def largest_distance(
    fit: Weibull, days: npt.ArrayLike, follow_up: npt.ArrayLike | None = None, *, half_unit: float = 0.0
) -> float:
    """Largest difference, over all times, between the share of the days seen and the share the fit says is seen.

    days: at least 0; follow_up: that of the fit; shape (n,) each. half_unit: half of the unit to which days are known;
    what was seen is counted at the end of a unit and before its beginning, so that rounding itself is no distance.
    Between 0 and 1. Raises ValueError where a day is negative or exceeds its follow-up.
    """
    time = np.asarray(days, dtype=np.float64)
    limit = np.full(time.shape, np.inf) if follow_up is None else np.asarray(follow_up, dtype=np.float64)
    if time.ndim != 1 or not time.size or limit.shape != time.shape:
        raise ValueError(f"days and follow_up are columns of one length, not of shapes {time.shape}, {limit.shape}")
    for name, values, fits in (("days", time, time >= 0), ("follow_up", limit, limit >= time)):
        if not fits.all():
            raise ValueError(
                f"{name} must be at least {'0' if name == 'days' else 'the days'}, but holds {values[np.argmin(fits)]}"
            )
    at, n_there = np.unique(time, return_counts=True)
    seen = np.concatenate([[0.0], np.cumsum(n_there) / time.size])
    after = np.abs(_said_seen(fit, at + half_unit, limit) - seen[1:])
    before = np.abs(_said_seen(fit, np.maximum(at - half_unit, 0.0), limit) - seen[:-1])
    return float(max(np.max(after), np.max(before)))


def _said_seen(fit: Weibull, at: Array, limit: Array) -> Array:
    """Share of the cases with these limits whose time the fit puts at or below each of these times."""
    ordered = np.sort(limit)
    passed = np.searchsorted(ordered, at, side="right")
    weights = 1.0 / np.maximum(_share(fit, ordered), np.finfo(np.float64).tiny)
    left = np.append(np.cumsum(weights[::-1])[::-1], 0.0)
    return np.asarray((passed + _share(fit, at) * left[passed]) / limit.size)


def _share(fit: Weibull, at: Array) -> Array:
    """F at these times."""
    return np.asarray(-np.expm1(-((at / fit.scale) ** fit.shape)))
