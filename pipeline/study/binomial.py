"""Exact intervals for a share of persons, and Fisher's exact test of two shares."""

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.study.poisson import CONFIDENCE, Bounds

TIED = 1e-7
"""Tables this close in weight count as equally likely: rounding must not decide."""


def share(events: npt.ArrayLike, persons: npt.ArrayLike, confidence: float = CONFIDENCE) -> Bounds:
    """Share of the persons with the event, bounds of Clopper and Pearson, shape (n,).

    Exact, from beta quantiles; never covers less than asked. 0 where nobody had it and 1 where all had it are bounds.
    ValueError for events that are no count of the persons, or for no person. Checked against R's binom.test.
    """
    k, n = np.broadcast_arrays(*(np.atleast_1d(np.asarray(side, dtype=np.float64)) for side in (events, persons)))
    if np.any(~((k >= 0) & (k <= n) & (n > 0) & (k == np.floor(k)) & (n == np.floor(n)))):
        raise ValueError("events and persons are whole numbers, at least one person and at most as many events.")
    tail = (1.0 - confidence) / 2.0
    low = np.where(k > 0, special.betaincinv(np.maximum(k, 1.0), n - k + 1.0, tail), 0.0)
    high = np.where(k < n, special.betaincinv(k + 1.0, np.maximum(n - k, 1.0), 1.0 - tail), 1.0)
    return Bounds(k / n, low, high)


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Two-sided p value of the table [[a, b], [c, d]]: weight of all tables that are at most as likely as it."""
    row, column, total = a + b, a + c, a + b + c + d
    lowest, highest = max(0, row + column - total), min(row, column)
    each = np.arange(lowest, highest + 1.0)
    log = _choices(column, each) + _choices(total - column, row - each) - _choices(total, np.array([float(row)]))
    weight = np.exp(log)
    return float(min(1.0, weight[weight <= weight[a - lowest] * (1.0 + TIED)].sum()))


def _choices(n: int, k: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logarithm of the number of ways to take k of n."""
    return np.asarray(special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0))
