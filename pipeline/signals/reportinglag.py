"""How long a case takes from its event to FDA: days, seen only where the report has come.

A case whose report is still on its way is not in the data, so short lags are seen too often, the more so the newer the
events. The lags are therefore read backwards from the data-lock point (`reversetime`): the answer is the distribution
among the cases that arrive within the longest lag that enough cases have been followed for, and of no others.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.reversetime import ReverseTimeRefused, reverse_time

LEAST_CASES = 30
LEAST_FOLLOWED = 20
"""Cases that must have been followed for the longest lag told of: beyond it, a single case would move every quantile."""

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


class ReportingLag(NamedTuple):
    """Days by which each of SHARES of the cases has arrived, of those that arrive within `longest` days; n cases used.

    quantiles: days with their 95 % bounds (`reversetime`), for each share. n_longer: cases with a longer lag, which the
    shares leave out.
    """

    quantiles: tuple[tuple[float, float, float], ...]
    longest: float
    n: int
    n_longer: int


class ReportingLagRefused(NamedTuple):
    """Why no distribution is given, in one sentence; the number of cases with a usable lag."""

    reason: str
    n: int


def reporting_lag(days: npt.ArrayLike, follow_up: npt.ArrayLike) -> ReportingLag | ReportingLagRefused:
    """Quantiles of the days from event to first receipt, corrected for the reports that have not come yet.

    days: whole days from event to receipt, at least 0; follow_up: days from event to the data-lock point, at least the
    lag; shape (n,) each. Refused below LEAST_CASES cases, or where the estimate has no footing (`reverse_time`).
    Raises ValueError for a negative, missing or infinite lag and for a follow-up shorter than the lag.
    """
    lag, limit = np.asarray(days, dtype=np.float64), np.asarray(follow_up, dtype=np.float64)
    if lag.size < LEAST_CASES:
        return ReportingLagRefused(f"Cases with a usable lag: {lag.size}; at least {LEAST_CASES} are needed.", lag.size)
    longest = float(np.sort(limit)[-LEAST_FOLLOWED])
    told = reverse_time(lag, limit)
    within = lag <= longest
    if longest < np.max(limit):
        told = reverse_time(lag[within], np.minimum(limit[within], longest))
    if isinstance(told, ReverseTimeRefused):
        return ReportingLagRefused(told.reason, lag.size)
    quantiles = tuple(told.quantile(share) for share in SHARES)
    return ReportingLag(quantiles, longest, int(np.sum(within)), int(np.sum(~within)))
