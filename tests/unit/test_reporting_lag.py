"""Days from event to receipt, read backwards from the data-lock point."""

import numpy as np
import pytest

from pipeline.signals.reportinglag import SHARES, ReportingLag, reporting_lag


def medians(n_days, per_day=6, mean=60.0):
    """Naive, corrected and true median of lags drawn with that mean while events go on until the data-lock point."""
    chance = np.random.Generator(np.random.PCG64(5))
    follow_up = np.repeat(np.arange(n_days, dtype=float), per_day)
    lag = np.floor(chance.exponential(mean, follow_up.size))
    seen = lag <= follow_up
    found = reporting_lag(lag[seen], follow_up[seen])
    true = -mean * np.log(1 - (1 - np.exp(-found.longest / mean)) / 2)
    return np.median(lag[seen]), found.quantiles[2], true


def test_lags_still_running_are_allowed_for():
    naive, (median, low, high), true = medians(n_days=150)
    assert naive < 0.9 * true
    assert median == pytest.approx(true, rel=0.1)
    assert low < true < high


def test_where_all_are_followed_long_enough_it_is_the_plain_distribution():
    lag = np.arange(100, dtype=float)
    found = reporting_lag(lag, np.full(100, 400.0))
    assert isinstance(found, ReportingLag)
    assert [quantile[0] for quantile in found.quantiles] == [share * 100 - 1 for share in SHARES]
    assert (found.longest, found.n, found.n_longer) == (400, 100, 0)


def test_a_lag_longer_than_enough_cases_were_followed_is_counted_apart():
    lag = np.append(np.arange(100, dtype=float), 3_000.0)
    found = reporting_lag(lag, np.append(np.full(100, 400.0), 3_100.0))
    assert (found.longest, found.n, found.n_longer) == (400, 100, 1)


def test_few_cases_are_refused():
    assert reporting_lag([5.0] * 29, [9.0] * 29).reason == "Cases with a usable lag: 29; at least 30 are needed."


@pytest.mark.parametrize(("lag", "follow_up"), [(-1.0, 9.0), (5.0, 4.0), (np.nan, 9.0)])
def test_a_lag_that_cannot_be_is_an_error(lag, follow_up):
    with pytest.raises(ValueError, match=r"days|follow_up"):
        reporting_lag([lag] + [1.0] * 40, [follow_up] + [9.0] * 40)
