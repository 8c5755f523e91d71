"""How far a fit lies from the days: by hand, and against scipy where nothing is cut."""

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.fitdistance import largest_distance
from pipeline.signals.onset import fit_weibull

GENERATOR = np.random.Generator(np.random.PCG64(20241))
DAYS = 50 * GENERATOR.weibull(1.2, 60)


def test_without_limits_it_is_the_distance_of_kolmogorov_and_smirnov():
    fit = fit_weibull(DAYS)
    expected = stats.kstest(DAYS, stats.weibull_min(fit.shape, scale=fit.scale).cdf).statistic
    assert largest_distance(fit, DAYS) == pytest.approx(expected, rel=1e-12)
    assert largest_distance(fit, DAYS, np.full(60, 1e6)) == pytest.approx(expected, rel=1e-12)


def test_with_limits_the_fit_is_asked_what_it_says_is_seen():
    """The same by a loop over the cases: one whose limit has passed is seen for certain."""
    fit, limit = fit_weibull(DAYS), DAYS + np.linspace(5, 300, 60)
    share = stats.weibull_min(fit.shape, scale=fit.scale).cdf
    said = [np.mean([1.0 if end <= day else share(day) / share(end) for end in limit]) for day in np.sort(DAYS)]
    steps = np.arange(61) / 60
    expected = max(np.max(np.abs(said - steps[1:])), np.max(np.abs(said - steps[:-1])))
    assert largest_distance(fit, DAYS, limit) == pytest.approx(expected, rel=1e-12)


def test_whole_days_are_compared_at_the_end_of_the_day():
    fit = fit_weibull(DAYS)
    by_hand = [abs(-np.expm1(-(((day + 0.5) / fit.scale) ** fit.shape)) - seen) for day, seen in ((0, 0.5), (3, 1.0))]
    by_hand.append(abs(-np.expm1(-((2.5 / fit.scale) ** fit.shape)) - 0.5))
    assert largest_distance(fit, [0, 3], half_unit=0.5) == pytest.approx(max(by_hand), rel=1e-12)


def test_early_and_late_events_at_once_are_far_from_any_weibull():
    mixed = np.append(1 + DAYS / 50, 500 + DAYS)
    assert largest_distance(fit_weibull(DAYS), DAYS) < 0.1
    assert largest_distance(fit_weibull(mixed), mixed) > 0.15


@pytest.mark.parametrize(
    ("days", "follow_up", "said"),
    [
        ([-1.0], None, "days must be at least 0, but holds -1.0"),
        ([np.nan], None, "days must be at least 0, but holds nan"),
        ([5.0, 6.0], [5.0, 2.0], "follow_up must be at least the days, but holds 2.0"),
        ([], None, "columns of one length"),
    ],
)
def test_unusable_columns_are_named(days, follow_up, said):
    with pytest.raises(ValueError, match=said):
        largest_distance(fit_weibull(DAYS), days, follow_up)
