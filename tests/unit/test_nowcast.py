"""Cases still to come: what the triangle tells, what it refuses, and whether the bounds hold what comes."""

import numpy as np
import pytest

from pipeline.signals.nowcast import Nowcast, nowcast, pearson_dispersion, seen_cells, share_by_delay


def triangle(n_origins=12, size=40.0, shares=(0.5, 0.3, 0.1, 0.06, 0.04)):
    """Every quarter alike, so that the pattern of delays is exact."""
    return np.where(seen_cells(n_origins, len(shares)), np.round(size * np.array(shares)), 0.0)


def test_quarters_that_all_arrive_alike_are_foretold_exactly():
    found = nowcast(triangle(size=100))
    assert isinstance(found, Nowcast)
    np.testing.assert_allclose(found.expected, 100)
    np.testing.assert_array_equal(found.known[-3:], [90, 80, 50])
    np.testing.assert_allclose(found.share_known[-1], 0.5)
    assert found.delays == 4


def test_complete_quarters_have_no_bracket_and_the_newest_the_widest():
    found = nowcast(triangle(size=100))
    np.testing.assert_array_equal(found.low[:8], found.high[:8])
    assert found.high[-1] - found.low[-1] == np.max(found.high - found.low) > 0


def test_a_quarter_without_any_case_yet_is_not_certainly_empty():
    cases = triangle(size=100)
    cases[-1] = 0
    found = nowcast(cases)
    assert (found.expected[-1], found.low[-1]) == (0.0, 0.0)
    assert found.high[-1] > 0


def test_the_same_seed_gives_the_same_bounds():
    assert all(np.array_equal(a, b) for a, b in zip(nowcast(triangle()), nowcast(triangle()), strict=True))


def test_cases_that_all_come_at_once_leave_nothing_to_foretell():
    found = nowcast(triangle(shares=(1.0, 0.0, 0.0)))
    np.testing.assert_array_equal(found.known, found.expected)
    np.testing.assert_array_equal(found.low, found.high)
    assert np.isnan(found.dispersion)


@pytest.mark.parametrize(("size", "n_origins"), [(60, 12), (5, 20), (1, 20)])
def test_poisson_counts_spread_by_about_one_however_thin(size, n_origins):
    chance = np.random.Generator(np.random.PCG64(17))
    shares = np.array([0.5, 0.3, 0.12, 0.05, 0.02, 0.01])
    seen = seen_cells(n_origins, len(shares))
    counts = chance.poisson(size * shares, (400, *seen.shape))
    assert np.nanmean([pearson_dispersion(np.where(seen, drawn, 0)) for drawn in counts]) == pytest.approx(1, abs=0.07)


def only_row(cells):
    """Twelve quarters of which one alone has cases."""
    cases = np.zeros((12, 5))
    cases[2, : len(cells)] = cells
    return cases


def test_quarters_and_delays_without_a_case_take_no_degree_of_freedom():
    cases = only_row([20, 20])
    assert np.isnan(pearson_dispersion(cases))
    cases[4, :2] = 30, 10
    assert pearson_dispersion(cases) == pytest.approx(2 * (5**2 / 25 + 5**2 / 15))  # 25 and 15 fitted, one degree left


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        (only_row([20, 20]), "The cases stand in too few cells of the triangle to tell how they spread."),
        (triangle(7), "Quarters in a row: 7; at least 8 are needed."),
        (triangle(8, size=3), "Cases in the triangle: 23; at least 30 are needed."),
        (np.eye(12, 4, k=-11) * 50, "No case in the quarters that would tell how many come later."),
    ],
)
def test_a_thin_triangle_is_refused_with_its_reason(cases, reason):
    assert nowcast(cases).reason == reason


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [((0, 0), -1, "whole number"), ((0, 1), 0.5, "whole number"), ((11, 1), 1, r"\[11, 1\] is 1: it cannot have been")],
)
def test_a_triangle_that_cannot_be_is_an_error(cell, value, said):
    cases = triangle()
    cases[cell] = value
    with pytest.raises(ValueError, match=said):
        nowcast(cases)


def test_the_chain_ladder_is_the_maximum_of_the_poisson_likelihood():
    from scipy import optimize

    chance = np.random.Generator(np.random.PCG64(3))
    seen = seen_cells(6, 4)
    cases = np.where(seen, chance.poisson(20 * np.array([0.5, 0.3, 0.1, 0.1]), size=(6, 4)), 0).astype(float)

    def lacking(logs):
        shares = np.append(1.0, np.exp(logs[6:]))
        means = np.exp(logs[:6])[:, None] * shares / shares.sum()
        return np.sum(means[seen]) - np.sum(cases[seen] * np.log(means[seen]))

    best = optimize.minimize(lacking, np.zeros(9), method="BFGS", options={"gtol": 1e-9})
    shares = np.append(1.0, np.exp(best.x[6:]))
    np.testing.assert_allclose(share_by_delay(cases), np.cumsum(shares) / shares.sum(), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "dispersion", "n_origins"), [(10, 1.0, 12), (100, 1.0, 8), (60, 2.0, 20)])
def test_the_bounds_hold_what_comes_about_as_often_as_they_promise(size, dispersion, n_origins):
    chance = np.random.Generator(np.random.PCG64(11))
    shares = np.array([0.45, 0.3, 0.12, 0.05, 0.03, 0.02, 0.015, 0.01, 0.005])
    held = []
    for _ in range(120):
        mean = size * chance.uniform(0.6, 1.4, n_origins)[:, None] * shares
        spread = mean if dispersion == 1 else chance.gamma(mean / (dispersion - 1), dispersion - 1)
        full = chance.poisson(spread).astype(float)
        found = nowcast(np.where(seen_cells(*full.shape), full, 0.0), draws=300)
        come = full[:, : found.delays + 1].sum(axis=1)
        held.append((found.low[-2:] <= come[-2:]) & (come[-2:] <= found.high[-2:]))
    assert 0.88 < np.mean(held) <= 1.0
