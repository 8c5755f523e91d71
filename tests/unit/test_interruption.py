"""Segmented regression at an event: known numbers, what it recovers, what it refuses."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.interruption import Setting, drawn, shares_found
from pipeline.signals.autocorrelation import MOST_CORRELATED, averaged, correlated, correlation_weights
from pipeline.signals.interruption import interrupted_series

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


def test_lines_that_meet_every_quarter_leave_no_correlation_to_read_from_rounding():
    flat = [interrupted_series(np.full((1, 20), cases), 10) for cases in (5.0, 5.0 + 1e-13)]
    assert np.isnan([found.autocorrelation[0] for found in flat]).all()
    assert flat[0].level_high[0] == pytest.approx(flat[1].level_high[0], rel=1e-9)


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


SETTINGS = [Setting(mean, spread, rho) for mean, spread in ((40, 3), (200, 10)) for rho in (0.0, 0.3, 0.6)]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_quarters_that_go_together_are_taken_for_a_change_as_seldom_as_promised(setting):
    assert (shares_found(setting, MOST_CORRELATED, 2_000) < 0.065).all()


def test_quarters_taken_as_independent_are_taken_for_a_change_far_too_often():
    assert (shares_found(Setting(200, 10, 0.6), 0.0, 1_000) > 0.15).all()


def test_a_change_of_four_times_is_mostly_found():
    level, _ = shares_found(Setting(40, 3, 0.0, factor=4.0), MOST_CORRELATED, 500)
    assert level > 0.6


def test_the_bounds_are_wider_the_stronger_neighbours_go_together():
    strong, none = (interrupted_series(drawn(Setting(200, 10, rho), 500, 1), 8) for rho in (0.8, 0.0))
    assert np.mean(strong.correlation) > np.mean(none.correlation) + 0.05
    alternating = np.array([[9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9, 20, 9]], dtype=float)
    assert interrupted_series(alternating, 8).correlation < 0.2


def lines():
    """The design of two lines of eight quarters."""
    time = np.append(np.arange(-9.0, -1.0), np.arange(8.0))
    after = (time >= 0).astype(float)
    return np.stack([np.ones(16), time, after, time * after], axis=1), time


def test_independent_quarters_have_the_plain_degrees_of_freedom_and_nothing_grows():
    known = correlated(*lines(), 0.0)
    assert known.mean_square == pytest.approx(12.0)
    assert known.degrees == pytest.approx(12.0)
    np.testing.assert_allclose(known.growth, 1.0)


def test_growth_and_the_mean_of_squares_are_those_of_simulated_quarters():
    design, time = lines()
    known = correlated(design, time)
    at = int(np.flatnonzero(np.isclose(known.correlation, 0.6))[0])
    root = np.linalg.cholesky(0.6 ** np.abs(time[:, None] - time))
    drawn_quarters = np.random.Generator(np.random.PCG64(5)).standard_normal((40_000, 16)) @ root.T
    solved = drawn_quarters @ np.linalg.pinv(design).T
    left = drawn_quarters - solved @ design.T
    plain = np.diag(np.linalg.inv(design.T @ design))
    np.testing.assert_allclose(solved.var(axis=0) / plain, known.growth[at], rtol=0.03)
    squares = np.sum(left**2, axis=1)
    assert squares.mean() == pytest.approx(known.mean_square[at], rel=0.02)
    assert 2 * squares.mean() ** 2 / squares.var() == pytest.approx(known.degrees[at], rel=0.04)


def test_weights_are_those_of_the_density_of_what_the_lines_leave():
    design, time = lines()
    known = correlated(design, time)
    left = np.linalg.svd(design.T)[2][4:]  # twelve combinations that no line reaches
    residuals = np.random.Generator(np.random.PCG64(6)).standard_normal((3, 16)) @ left.T @ left
    weight = correlation_weights(residuals, known)
    for row, told in zip(residuals, weight, strict=True):
        spread = [left @ rho ** np.abs(time[:, None] - time) @ left.T for rho in known.correlation]
        log_density = [
            -np.linalg.slogdet(matrix)[1] / 2 - 6 * np.log(left @ row @ np.linalg.solve(matrix, left @ row))
            for matrix in spread
        ]
        density = np.exp(np.array(log_density) - max(log_density))
        np.testing.assert_allclose(told, density / density.sum(), rtol=1e-8)


def test_an_average_of_one_distribution_is_that_of_student():
    known = averaged(np.array([1.0, 0.0]), np.array([[0.5], [2.0]]), np.array([12.0]), np.ones((2, 1)))
    np.testing.assert_allclose(known.reach, stats.t.ppf(0.975, 12) * np.array([0.5, 2.0]), rtol=1e-12)
    np.testing.assert_allclose(known.p, [2 * stats.t.sf(2.0, 12), 1.0], rtol=1e-12)


def test_the_bounds_hold_one_exactly_where_p_is_above_one_in_twenty():
    told = interrupted_series(drawn(Setting(40, 3, 0.3), 300, 2), 8)
    for low, high, p in (
        (told.level_low, told.level_high, told.level_p),
        (told.slope_low, told.slope_high, told.slope_p),
    ):
        np.testing.assert_array_equal((low <= 1) & (high >= 1), p >= 0.05)


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


def test_quarters_without_neighbours_tell_little_of_their_correlation():
    totals, counts = TOTALS.copy(), CASES.copy()
    totals[[1, 3, 5, 7, 10, 12, 14, 16]] = counts[[1, 3, 5, 7, 10, 12, 14, 16]] = 0
    told = interrupted_series(counts[None], 8, totals)
    assert told.reason == ("",)
    assert np.isnan(told.autocorrelation) or told.autocorrelation == 0.0
    assert 0.0 < told.correlation < MOST_CORRELATED


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
    independent, found = (interrupted_series(spread, 8, most_correlated=most) for most in (0.0, MOST_CORRELATED))
    for plain, averaged_p in ((independent.level_p, found.level_p), (independent.slope_p, found.slope_p)):
        assert 0.02 < np.mean(plain < 0.05) < 0.065
        assert np.mean(averaged_p < 0.05) < 0.02
