"""Stratified measures and shrinkage on tables small enough to follow by hand, and what they refuse."""

import numpy as np
import pytest
from scipy import integrate, stats

from pipeline.signals.mantelhaenszel import breslow_day, information, mantel_haenszel, stratified_tables
from pipeline.signals.shrinkage import PRIOR_SCALE, paule_mandel, shrunken_odds_ratios


def cells_of(*tables):
    return np.array(tables, dtype=float).T[:, np.newaxis, :]


def test_simpson_s_paradox_is_undone():
    cells = cells_of((81, 6, 234, 36), (192, 71, 55, 25))
    crude = (81 + 192) * (36 + 25) / ((6 + 71) * (234 + 55))
    common = mantel_haenszel(*cells).ratio
    assert crude < 1 < common.estimate[0]
    assert common.estimate[0] == pytest.approx(
        (81 * 36 / 357 + 192 * 25 / 343) / (6 * 234 / 357 + 71 * 55 / 343), rel=1e-12
    )


def test_the_common_ratio_fits_its_own_margins():
    cells = cells_of((10, 20, 30, 400), (5, 50, 2, 300), (7, 3, 40, 10))
    found = breslow_day(*cells, np.array([1.0]))
    a, b, c, d = cells[:, 0]
    expected = (a + b) * (a + c) / (a + b + c + d)
    variance = (
        expected * (b + d) * (c + d) / (a + b + c + d) ** 2
    )  # at a ratio of 1 the fitted cells are the expected ones
    distance = a - expected
    assert found.plain[0] == pytest.approx((distance**2 / variance).sum(), rel=1e-10)
    tarone = (distance**2 / variance).sum() - distance.sum() ** 2 / variance.sum()
    assert found.tarone[0] == pytest.approx(tarone, rel=1e-10)
    assert found.p_tarone[0] == pytest.approx(stats.chi2.sf(tarone, 2), rel=1e-9)
    assert found.df[0] == 2


@pytest.mark.parametrize(
    ("tables", "with_cases", "informative"),
    [
        (((1, 2, 3, 4), (0, 0, 3, 4), (0, 0, 0, 0)), 2, 1),
        (((0, 5, 0, 9),), 1, 0),
        (((1, 0, 2, 0), (0, 1, 3, 9)), 2, 1),
    ],
)
def test_strata_without_information_are_counted(tables, with_cases, informative):
    found = information(*cells_of(*tables))
    assert (found.with_cases[0], found.informative[0]) == (with_cases, informative)


def test_without_an_informative_stratum_there_is_no_ratio():
    found = mantel_haenszel(*cells_of((0, 5, 0, 9), (0, 0, 3, 4)))
    assert np.isnan([*found.ratio[:3], found.chi2]).all()
    assert not found.ratio.infinite[0]


@pytest.mark.parametrize(("table", "estimate", "infinite"), [((3, 1, 0, 9), np.nan, True), ((0, 4, 5, 9), 0.0, False)])
def test_a_ratio_that_is_infinite_or_nought_has_no_bounds(table, estimate, infinite):
    found = mantel_haenszel(*cells_of(table, table)).ratio
    np.testing.assert_equal(found.estimate[0], estimate)
    assert found.infinite[0] == infinite
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert np.isnan(breslow_day(*cells_of(table, table), found.estimate).p_tarone).all()


def test_shapes_and_counts_are_checked():
    with pytest.raises(ValueError, match="one shape"):
        stratified_tables(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"c\[1\] is -1"):
        stratified_tables([[1, 1]], [[1, 1]], [[1, -1]], [[1, 1]])
    with pytest.raises(ValueError, match="one ratio for each"):
        breslow_day(*cells_of((1, 2, 3, 4)), np.ones(2))
    with pytest.raises(ValueError, match=r"variances\[0, 1\] is 0"):
        paule_mandel([[1.0, 2.0]], [[1.0, 0.0]])


def test_two_subgroups_are_not_shrunken():
    found = shrunken_odds_ratios(*cells_of((5, 10, 20, 300), (7, 10, 20, 300), (0, 0, 20, 300)))
    assert found.informative.tolist() == [[True, True, False]]
    assert np.isnan([found.estimate, found.low, found.high]).all()
    assert np.isnan(found.scatter.tau2).all()


def test_a_half_is_added_only_where_a_cell_is_empty():
    found = shrunken_odds_ratios(*cells_of((5, 10, 20, 300), (0, 10, 20, 300), (6, 9, 20, 300)))
    assert found.raw[0, 0] == pytest.approx(np.log(5 * 300 / (10 * 20)))
    assert found.raw[0, 1] == pytest.approx(np.log(0.5 * 300.5 / (10.5 * 20.5)))
    assert found.variance[0, 1] == pytest.approx(1 / 0.5 + 1 / 10.5 + 1 / 20.5 + 1 / 300.5)


def test_the_average_over_tau_is_that_of_a_slow_integral():
    cells = cells_of((30, 100, 200, 9000), (3, 10, 20, 3000), (0, 12, 25, 900), (60, 500, 100, 9000))
    found = shrunken_odds_ratios(*cells)
    y, v = found.raw[0], found.variance[0]

    def at(tau):
        whole = v + tau**2
        precision = (1 / whole).sum()
        mean = (y / whole).sum() / precision
        density = np.exp(
            -(((y - mean) ** 2 / whole) + np.log(whole)).sum() / 2 - np.log(precision) / 2 - tau**2 / 2 / PRIOR_SCALE**2
        )
        kept = tau**2 / whole
        return density, mean + kept * (y - mean), kept * v + (1 - kept) ** 2 / precision

    def integral(what):
        return integrate.quad(what, 0, 4, epsabs=1e-13, epsrel=1e-11, limit=400)[0]

    mass = integral(lambda tau: at(tau)[0])
    for place in range(4):
        mean = integral(lambda tau, i=place: at(tau)[0] * at(tau)[1][i]) / mass
        square = integral(lambda tau, i=place: at(tau)[0] * (at(tau)[2][i] + at(tau)[1][i] ** 2)) / mass
        assert found.estimate[0, place] == pytest.approx(mean, abs=1e-6)
        reach = stats.norm.ppf(0.975) * np.sqrt(square - mean**2)
        assert found.high[0, place] - found.estimate[0, place] == pytest.approx(reach, abs=1e-5)


def simulated(k, tau, n=1500):
    """True log odds ratios and the shrunken ones of n endpoints with k subgroups of very different size."""
    random = np.random.Generator(np.random.PCG64(20261122))
    truth = np.log(2.0) + tau * random.standard_normal((n, k))
    exposed = random.choice([20, 60, 200, 800], size=(n, k))
    odds = 0.02 / 0.98 * np.exp(truth)
    a, c = random.binomial(exposed, odds / (1 + odds)), random.binomial(50_000, 0.02, size=(n, k))
    return truth, shrunken_odds_ratios(a, exposed - a, c, 50_000 - c)


@pytest.mark.parametrize(("k", "tau"), [(3, 0.0), (3, 0.7), (5, 0.3), (8, 0.0), (8, 0.7)])
def test_intervals_hold_the_truth_and_estimates_come_closer_to_it(k, tau):
    truth, found = simulated(k, tau)
    told = np.isfinite(found.estimate)
    held = ((found.low <= truth) & (truth <= found.high))[told].mean()
    assert held > 0.9
    assert ((found.estimate - truth)[told] ** 2).mean() < 0.9 * ((found.raw - truth)[told] ** 2).mean()


def test_the_heterogeneity_test_keeps_its_level():
    _, found = simulated(5, 0.0)
    p = found.scatter.p[np.isfinite(found.scatter.p)]
    assert p.size > 1000
    assert (p < 0.05).mean() < 0.06


def test_many_rows_are_each_shrunken_by_themselves():
    rows = [((5, 10, 20, 300), (7, 10, 20, 300), (9, 1, 20, 30)), ((1, 10, 20, 300), (0, 0, 20, 300), (9, 1, 20, 30))]
    together = np.array(rows, dtype=float).transpose(2, 0, 1)
    both = shrunken_odds_ratios(*together)
    np.testing.assert_array_equal(both.estimate[0], shrunken_odds_ratios(*cells_of(*rows[0])).estimate[0])
    assert np.isnan(both.estimate[1]).all()
