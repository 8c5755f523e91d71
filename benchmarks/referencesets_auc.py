"""How well a statistic ranks known effects above known non-effects: the area under the curve, with its interval."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import NORMAL_QUANTILE, Array


class Area(NamedTuple):
    """An area under the curve; low and high bound it with 95 %, None where the controls leave no spread to judge by."""

    value: float
    low: float | None
    high: float | None
    positives: int
    negatives: int


def area_under_curve(positive: npt.ArrayLike, negative: npt.ArrayLike) -> Area:
    """Share of all couples of a positive and a negative control in which the positive one scores higher; ties count half.

    positive, negative: the statistic of each control, any real number or infinite, shape (m,) and (n,). The variance is
    that of a two-sample U-statistic, known as DeLong's: each control's own share of couples won is one observation,
    and the variances of these shares among positives over m and among negatives over n add up. The interval is normal,
    cut at 0 and 1. Raises ValueError where a kind of control is missing or a score is not a number.
    """
    wins = _couples(positive, negative)
    m, n = wins.shape
    value = float(np.mean(wins))
    if min(m, n) < 2:
        return Area(value, None, None, m, n)
    variance = float(np.var(np.mean(wins, axis=1), ddof=1) / m + np.var(np.mean(wins, axis=0), ddof=1) / n)
    if variance <= 0:
        return Area(value, None, None, m, n)
    reach = NORMAL_QUANTILE * variance**0.5
    return Area(value, max(value - reach, 0.0), min(value + reach, 1.0), m, n)


def _couples(positive: npt.ArrayLike, negative: npt.ArrayLike) -> Array:
    """1, ½ or 0 for each couple, shape (m, n)."""
    up, down = (np.asarray(scores, dtype=np.float64) for scores in (positive, negative))
    for name, scores in (("positive", up), ("negative", down)):
        if scores.ndim != 1 or not scores.size:
            raise ValueError(f"{name} has shape {scores.shape}: give at least one score, in one dimension.")
        if np.isnan(scores).any():
            raise ValueError(f"{name}[{int(np.flatnonzero(np.isnan(scores))[0])}] is not a number: leave it out.")
    return np.asarray((up[:, None] > down) + 0.5 * (up[:, None] == down), dtype=np.float64)
