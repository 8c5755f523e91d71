"""What must hold of stratified measures and of shrinkage whatever the counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pipeline.signals.disproportionality import expected_count, reporting_odds_ratio
from pipeline.signals.mantelhaenszel import breslow_day, information, mantel_haenszel, stratified_expected
from pipeline.signals.shrinkage import paule_mandel, shrunken_odds_ratios

COUNTS = st.integers(0, 5000)
TABLES = st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=9)
FILLED = st.lists(st.tuples(*[st.integers(1, 5000)] * 4), min_size=3, max_size=8)
FEW = settings(max_examples=30, deadline=None)


def cells_of(tables):
    """Four arrays of shape (1, k)."""
    return np.array(tables, dtype=float).T[:, np.newaxis, :]


def everything(cells):
    common = mantel_haenszel(*cells)
    agreement = breslow_day(*cells, common.ratio.estimate)
    return np.array([*common.ratio[:3], common.chi2, *agreement, stratified_expected(*cells), *information(*cells)])


@FEW
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_strata_never_matters(tables, random):
    shuffled = random.sample(tables, len(tables))
    np.testing.assert_allclose(everything(cells_of(shuffled)), everything(cells_of(tables)), rtol=1e-7, atol=1e-7)


@FEW
@given(TABLES)
def test_an_empty_stratum_changes_nothing(tables):
    np.testing.assert_allclose(everything(cells_of([*tables, (0, 0, 0, 0)])), everything(cells_of(tables)), rtol=1e-12)


@FEW
@given(st.tuples(*[st.integers(1, 5000)] * 4))
def test_one_stratum_is_the_ratio_without_strata(table):
    cells = cells_of([table])
    common, crude = mantel_haenszel(*cells).ratio, reporting_odds_ratio(*(cell[0] for cell in cells))
    for ours, theirs in zip(common[:3], crude[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(stratified_expected(*cells), expected_count(*(cell[0] for cell in cells)), rtol=1e-12)
    assert np.isnan(breslow_day(*cells, common.estimate).plain).all()


@FEW
@given(st.tuples(*[st.integers(1, 2000)] * 4), st.integers(2, 5))
def test_strata_that_repeat_each_other_have_the_ratio_of_one_of_them(table, times):
    cells = cells_of([table] * times)
    common = mantel_haenszel(*cells).ratio
    np.testing.assert_allclose(common.estimate, table[0] * table[3] / (table[1] * table[2]), rtol=1e-9)
    np.testing.assert_allclose(breslow_day(*cells, common.estimate).plain, 0, atol=1e-6)


@FEW
@given(TABLES)
def test_exchanging_product_and_comparator_turns_the_ratio_over(tables):
    a, b, c, d = cells_of(tables)
    one, other = mantel_haenszel(a, b, c, d), mantel_haenszel(c, d, a, b)
    np.testing.assert_allclose(one.chi2, other.chi2, rtol=1e-7, atol=1e-9)
    if one.ratio.estimate[0] > 0:
        np.testing.assert_allclose(one.ratio.low * other.ratio.high, 1, rtol=1e-9)
        agreement = (
            breslow_day(*cells, found.ratio.estimate) for cells, found in (((a, b, c, d), one), ((c, d, a, b), other))
        )
        first, second = (found.plain for found in agreement)
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)


@FEW
@given(FILLED)
def test_a_shrunken_estimate_lies_between_its_own_and_the_others(tables):
    found = shrunken_odds_ratios(*cells_of(tables))
    slack = 1e-9 * (1 + np.abs(found.raw))
    assert (found.estimate >= found.raw.min() - slack).all()
    assert (found.estimate <= found.raw.max() + slack).all()
    assert (found.low < found.estimate).all()
    assert (found.high - found.low > 0).all()


@FEW
@given(FILLED, st.randoms(use_true_random=False))
def test_the_order_of_the_subgroups_never_matters(tables, random):
    order = random.sample(range(len(tables)), len(tables))
    one, other = (shrunken_odds_ratios(*cells_of(rows)) for rows in (tables, [tables[place] for place in order]))
    np.testing.assert_allclose(other.estimate[0], one.estimate[0, order], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(other.scatter.q, one.scatter.q, rtol=1e-7, atol=1e-9)


@FEW
@given(FILLED)
def test_paule_and_mandel_balance_the_scatter(tables):
    found = shrunken_odds_ratios(*cells_of(tables))
    values, variances = found.raw[0], found.variance[0]

    def surplus(tau2):
        weight = 1 / (variances + tau2)
        mean = (weight * values).sum() / weight.sum()
        return (weight * (values - mean) ** 2).sum() - (len(values) - 1)

    tau2 = paule_mandel(found.raw, found.variance)[0]
    searched = optimize.brentq(surplus, 0, 1e6) if surplus(0) > 0 else 0.0
    assert tau2 == pytest.approx(searched, rel=1e-6, abs=1e-9)
