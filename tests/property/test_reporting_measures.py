"""What holds for every 2×2 table: order, symmetry, repetition, monotony, bounds in order."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.disproportionality import (
    chi_square,
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from pipeline.signals.ebgm import ebgm
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import score

checked = settings(deadline=None, max_examples=150)

PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=math.nan, starts=(), cells=math.nan)

cell = st.one_of(st.integers(0, 5), st.integers(0, 3000), st.integers(0, 20_000_000))
filled = st.one_of(st.integers(1, 5), st.integers(1, 3000), st.integers(1, 20_000_000))
table = st.tuples(cell, cell, cell, cell)
full_table = st.tuples(filled, filled, filled, filled)
tables = st.lists(table, min_size=1, max_size=30)


def columns(rows):
    return [np.array(column) for column in zip(*rows, strict=True)]


def one(interval):
    return [float(column[0]) for column in interval]


def flat(scores):
    """Every number of every measure, as rows of one array."""
    parts = (scores.prr, scores.ror, scores.chi2, scores.ic, scores.ebgm)
    return np.array([scores.expected, *(np.asarray(column, float) for part in parts for column in part)])


@checked
@given(table)
def test_drug_and_event_may_be_exchanged_in_odds_ratio_information_component_and_chi_square(cells):
    a, b, c, d = columns([cells])
    straight, turned = one(reporting_odds_ratio(a, b, c, d)), one(reporting_odds_ratio(a, c, b, d))
    np.testing.assert_allclose(straight, turned, rtol=1e-14)
    np.testing.assert_allclose(one(chi_square(a, b, c, d)), one(chi_square(a, c, b, d)), rtol=1e-12)
    expected = expected_count(a, b, c, d)
    np.testing.assert_array_equal(expected, expected_count(a, c, b, d))
    assert np.isfinite(one(information_component(a, expected))).all()


@checked
@given(table)
def test_exchanging_the_two_groups_inverts_both_ratios(cells):
    a, b, c, d = columns([cells])
    for measure in (proportional_reporting_ratio, reporting_odds_ratio):
        estimate, low, high, infinite = one(measure(a, b, c, d))
        turned = one(measure(c, d, a, b))
        if estimate > 0:
            np.testing.assert_allclose(turned[:3], [1 / estimate, 1 / high, 1 / low], rtol=1e-9)
        elif infinite:
            np.testing.assert_allclose([turned[0], turned[2]], [0, 1 / low], rtol=1e-9)
        elif estimate == 0:
            assert turned[3]


@checked
@given(table)
def test_estimate_lies_between_its_bounds(cells):
    scores = score(*columns([cells]), PRIOR)
    for interval in (scores.prr, scores.ror, scores.ic, scores.ebgm):
        estimate, low, high, infinite = one(interval)
        if infinite:
            assert low > 0
        elif not math.isnan(estimate):
            assert low <= estimate <= high


@checked
@given(table)
def test_each_table_is_told_in_exactly_one_way(cells):
    a, b, c, d = cells
    empty = 0 in (a + b, c + d, a + c, b + d)
    for measure in (proportional_reporting_ratio, reporting_odds_ratio):
        estimate, _, high, infinite = one(measure(*columns([cells])))
        assert math.isnan(estimate) == (empty or bool(infinite))
        assert not (empty and infinite)
        assert math.isnan(high) == math.isnan(estimate)


@checked
@given(tables, st.randoms(use_true_random=False))
def test_order_repetition_and_split_of_the_pairs_do_not_matter(rows, random):
    order = [random.randrange(len(rows)) for _ in range(2 * len(rows))]
    whole = flat(score(*columns(rows), PRIOR))
    mixed = flat(score(*columns([rows[at] for at in order]), PRIOR))
    alone = np.hstack([flat(score(*columns([row]), PRIOR)) for row in rows])
    np.testing.assert_allclose(mixed, whole[:, order], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(alone, whole, rtol=1e-10, atol=1e-12)


@checked
@given(full_table, st.integers(2, 50))
def test_a_larger_sample_keeps_the_ratio_and_narrows_it(cells, times):
    few, many = columns([cells]), columns([tuple(times * cell for cell in cells)])
    for measure in (proportional_reporting_ratio, reporting_odds_ratio):
        before, after = one(measure(*few)), one(measure(*many))
        np.testing.assert_allclose(after[0], before[0], rtol=1e-12)
        assert before[1] <= after[1] * (1 + 1e-12)
        assert after[2] <= before[2] * (1 + 1e-12)
    np.testing.assert_allclose(chi_square(*many).plain, times * chi_square(*few).plain, rtol=1e-9)


@checked
@given(full_table)
def test_one_more_case_of_the_pair_raises_every_measure(cells):
    a, b, c, d = cells
    before, after = score(*columns([cells]), PRIOR), score(*columns([(a + 1, b, c, d)]), PRIOR)
    assert after.prr.estimate[0] > before.prr.estimate[0]
    assert after.ror.estimate[0] > before.ror.estimate[0]


@checked
@given(st.integers(0, 2000), st.floats(1e-6, 1e4))
def test_observing_more_or_expecting_less_raises_information_component_and_ebgm(n, expected):
    for measure in (information_component, lambda o, e: ebgm(o, e, PRIOR)):
        observed, expectation = [n, n + 1, n], [expected, expected, expected / 1.5]
        for column in measure(observed, expectation)[:3]:
            assert column[1] > column[0]
            assert column[2] > column[0]


@checked
@given(st.integers(0, 2000), st.floats(1e-6, 1e4))
def test_shrinkage_pulls_towards_independence_and_never_past_it(n, expected):
    ratio = n / expected
    estimate = information_component([n], [expected]).estimate[0]
    if ratio > 0:
        assert abs(estimate) <= abs(math.log2(ratio)) + 1e-12
        assert estimate * math.log2(ratio) >= -1e-12
