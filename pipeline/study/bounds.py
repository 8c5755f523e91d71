"""Pointwise bounds of a curve of shares, on the scale that keeps them between 0 and 1."""

from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from pipeline.study.followed import Array

Scale = Literal["log-log", "log", "plain"]
CONFIDENCE = 0.95


class Curve(NamedTuple):
    """A share at each time, its standard error and its pointwise bounds, each of shape (t,)."""

    time: Array
    estimate: Array
    standard_error: Array
    low: Array
    high: Array


def bounded(time: Array, estimate: Array, error: Array, scale: Scale, confidence: float = CONFIDENCE) -> Curve:
    """The curve with bounds of that coverage; on a transformed scale an estimate of 0 or 1 has no bounds: NaN.

    log-log: symmetric in ln(-ln p), which never leaves 0 to 1; log: symmetric in ln p, the upper bound cut at 1; plain:
    symmetric in p, cut at 0 and 1.
    """
    reach = float(special.ndtri((1.0 + confidence) / 2.0)) * error
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if scale == "plain":
            low, high = np.maximum(estimate - reach, 0.0), np.minimum(estimate + reach, 1.0)
        elif scale == "log":
            low, high = estimate * np.exp(-reach / estimate), np.minimum(estimate * np.exp(reach / estimate), 1.0)
        else:
            stretch = reach / np.abs(estimate * np.log(estimate))
            low, high = estimate ** np.exp(stretch), estimate ** np.exp(-stretch)
            low, high = np.minimum(low, high), np.maximum(low, high)
    told = (scale == "plain") | ((estimate > 0.0) & (estimate < 1.0))
    return Curve(time, estimate, error, np.where(told, low, np.nan), np.where(told, high, np.nan))
