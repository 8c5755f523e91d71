"""Segmented regression at an event: known numbers, what it recovers, what it refuses."""

import numpy as np
import pytest

from pipeline.signals.interruption import MOST_CORRELATED, interrupted_series

CASES = np.array([3, 5, 4, 6, 8, 7, 9, 8, 15, 19, 16, 14, 13, 12, 12, 9, 11], dtype=float)
TOTALS = np.array([40, 44, 50, 52, 60, 61, 66, 70, 75, 80, 82, 85, 88, 90, 95, 97, 99], dtype=float)


def test_two_exact_lines_give_their_step_and_their_slopes():
    time = np.arange(17) - 9.0
    mean = np.exp(5 + 0.1 * time + np.where(time >= 0, np.log(2.0) - 0.3 * time, 0.0))
    found = interrupted_series(mean[None], 8)
    assert found.level == pytest.approx(2.0, rel=1e-9)
    assert found.slope == pytest.approx(np.exp(-0.3), rel=1e-9)
    assert found.foretold == pytest.approx(np.exp(5 - 0.1), rel=1e-9)
    assert found.dispersion == 1.0


def test_a_growing_product_is_no_stimulated_reporting():
    totals = np.round(100 * 1.3 ** np.arange(17))
    totals[9:] *= 3
    counts = np.round(0.2 * totals)[None]
    assert interrupted_series(counts, 8).level > 2.5
    assert interrupted_series(counts, 8, totals).level == pytest.approx(1.0, abs=0.05)


def test_no_more_than_eight_quarters_on_a_side_count():
    before = np.concatenate([np.full(20, 999.0), CASES])
    assert interrupted_series(before[None], 28).level == interrupted_series(CASES[None], 8).level


def test_the_quarter_of_the_event_stands_on_neither_side():
    changed = CASES.copy()
    changed[8] = 500
    assert interrupted_series(changed[None], 8).level == interrupted_series(CASES[None], 8).level


def wavy(correlation, n=3_000, mean=40.0):
    """Counts of means that go up and down together, neighbours with that correlation; the spread is about three."""
    chance = np.random.Generator(np.random.PCG64(1))
    wave = np.empty((n, 17))
    wave[:, 0] = chance.standard_normal(n)
    for t in range(1, 17):
        fresh = np.sqrt(1 - correlation**2) * chance.standard_normal(n)
        wave[:, t] = correlation * wave[:, t - 1] + fresh
    log_sd = np.sqrt(np.log(1 + 2 / mean))
    return chance.poisson(mean * np.exp(log_sd * wave - log_sd**2 / 2)).astype(float)


@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.05), (0.3, 0.075), (0.6, 0.105)])
def test_quarters_that_go_together_are_seldom_taken_for_a_change(correlation, most):
    found = interrupted_series(wavy(correlation), 8)
    assert 0.02 < np.nanmean(found.level_p < 0.05) < most
    assert 0.02 < np.nanmean(found.slope_p < 0.05) < most


def test_the_bounds_are_wider_by_the_correlation_allowed_for():
    found = interrupted_series(wavy(0.6, n=200), 8)
    assert np.min(found.correlation) == 0.0
    assert np.max(found.correlation) == MOST_CORRELATED
    assert (found.correlation[found.autocorrelation > 0] > found.autocorrelation[found.autocorrelation > 0]).all()
    alternating = np.array([[9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9]], dtype=float)
    assert interrupted_series(alternating, 8).correlation == 0.0


def test_a_spread_beyond_the_model_widens_the_bounds():
    spread = np.array([2, 12, 1, 15, 3, 11, 2, 14, 9, 30, 6, 33, 5, 28, 8, 31, 7], dtype=float)
    found = interrupted_series(np.stack([CASES, spread]), 8)
    assert found.dispersion[0] == 1.0 < found.dispersion[1]


REFUSED = {
    "Quarters before: 3; at least 4 are needed.": (np.ones(12) * 9, 3, None),
    "Quarters after: 2; at least 4 are needed.": (np.ones(12) * 9, 9, None),
    "Cases before: 0; at least 5 are needed.": (np.concatenate([np.zeros(9), np.ones(8)]), 8, None),
    "Cases after: 4; at least 5 are needed.": (np.concatenate([np.ones(13), np.zeros(4)]), 8, None),
    "No finite fit: a side has its cases in too few quarters.": (
        np.array([0, 0, 0, 0, 0, 0, 0, 30, 0, 20, 0, 0, 0, 0, 0, 0, 0], dtype=float),
        8,
        None,
    ),
}


@pytest.mark.parametrize(("reason", "asked"), list(REFUSED.items()))
def test_what_cannot_be_told_is_refused_with_its_reason(reason, asked):
    counts, at, totals = asked
    found = interrupted_series(counts[None], at, totals)
    assert found.reason == (reason,)
    assert np.isnan(found.level).all()
    assert np.isnan(found.slope_p).all()


def test_a_share_near_one_is_refused():
    found = interrupted_series(TOTALS[None], 8, TOTALS)
    assert "a share near one" in found.reason[0]


def test_quarters_without_any_case_of_the_product_tell_nothing_of_a_share():
    totals, counts = TOTALS.copy(), CASES.copy()
    totals[10:15] = counts[10:15] = 0
    assert interrupted_series(counts[None], 8, totals).reason == ("Quarters after: 3; at least 4 are needed.",)


def test_quarters_without_neighbours_tell_of_no_correlation():
    totals, counts = TOTALS.copy(), CASES.copy()
    totals[[1, 3, 5, 7, 10, 12, 14, 16]] = counts[[1, 3, 5, 7, 10, 12, 14, 16]] = 0
    found = interrupted_series(counts[None], 8, totals)
    assert found.reason == ("",)
    assert found.correlation == 0.0


def test_each_series_is_judged_for_itself():
    both = interrupted_series(np.stack([np.zeros(17), CASES]), 8)
    alone = interrupted_series(CASES[None], 8)
    assert np.isnan(both.level[0])
    assert both.level[1] == alone.level[0]
    assert both.reason == ("Cases before: 0; at least 5 are needed.", "")


@pytest.mark.parametrize(
    ("counts", "at", "totals", "said"),
    [
        (np.ones(5), 2, None, "shape"),
        (np.ones((1, 5)), 5, None, "at is 5"),
        (-np.ones((1, 5)), 2, None, r"counts\[0, 0\] is -1"),
        (np.ones((1, 5)), 2, np.ones(4), "totals has shape"),
        (np.ones((1, 5)), 2, np.array([1, 1, 0, 1, 1]), r"counts\[0, 2\] is 1: it is more"),
    ],
)
def test_input_that_makes_no_sense_is_an_error(counts, at, totals, said):
    with pytest.raises(ValueError, match=said):
        interrupted_series(counts, at, totals)


def test_where_nothing_changes_a_change_is_found_as_seldom_as_the_bounds_promise():
    chance = np.random.Generator(np.random.PCG64(1))
    spread = chance.negative_binomial(20 * 1.02 ** np.arange(17), 0.5, size=(3_000, 17)).astype(float)
    found = interrupted_series(spread, 8)
    assert 0.02 < np.mean(found.level_p < 0.05) < 0.065
    assert 0.02 < np.mean(found.slope_p < 0.05) < 0.065
