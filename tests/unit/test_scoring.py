"""One call for every measure, and the one rule."""

import math

import numpy as np

from pipeline.signals.disproportionality import (
    chi_square,
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from pipeline.signals.ebgm import ebgm
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import RULE_TEXT, has_positive_ic025, is_signal, score

PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=math.nan, starts=(), cells=math.nan)
CELLS = [
    np.array(column)
    for column in zip((41, 14, 754, 591958), (5, 10, 0, 1000), (0, 0, 3, 9), (2, 0, 9, 99), strict=True)
]


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_score_is_each_measure_by_itself():
    scores, expected = score(*CELLS, PRIOR), expected_count(*CELLS)
    np.testing.assert_array_equal(scores.expected, expected)
    assert_same(scores.prr, proportional_reporting_ratio(*CELLS))
    assert_same(scores.ror, reporting_odds_ratio(*CELLS))
    assert_same(scores.chi2, chi_square(*CELLS))
    assert_same(scores.ic, information_component(CELLS[0], expected))
    assert_same(scores.ebgm, ebgm(CELLS[0], expected, PRIOR))


def test_information_component_and_ebgm_exist_where_no_ratio_does():
    scores = score([0], [0], [3], [9], PRIOR)
    assert np.isnan([scores.prr.estimate[0], scores.ror.estimate[0]]).all()
    assert np.isfinite([*(column[0] for column in scores.ic), *(column[0] for column in scores.ebgm)]).all()


def test_without_a_prior_the_ratios_stand():
    scores = score(*CELLS, None)
    assert scores.ebgm is None
    assert_same(scores.ror, reporting_odds_ratio(*CELLS))


def test_exact_bounds_can_be_left_out_of_both_ratios():
    scores = score(*CELLS, None, exact_bounds=False)
    assert np.isnan([scores.prr.low[1], scores.ror.low[1]]).all()
    assert np.isfinite([score(*CELLS, None).prr.low[1], score(*CELLS, None).ror.low[1]]).all()


def test_the_rule_asks_for_a_q_below_a_twentieth():
    np.testing.assert_array_equal(is_signal([0.049, 0.05, 1.0, 0.0, np.nan]), [True, False, False, True, False])
    assert RULE_TEXT == (
        "Benjamini–Hochberg q of the Fisher mid-p < 0.05 "
        "(chosen on simulated series, see operating characteristics 2026-11-22)"
    )


def test_the_rule_marks_fewer_the_more_is_asked():
    p = [0.001, 0.5]
    assert is_signal(benjamini_hochberg(p))[0]
    assert not is_signal(benjamini_hochberg([*p, *[0.9] * 100]))[0]


def test_a_positive_lower_bound_of_the_information_component_is_no_signal_by_itself():
    np.testing.assert_array_equal(has_positive_ic025([0.01, 0.0, -1.0, np.nan]), [True, False, False, False])
    half_as_many_again = score([30], [970], [1970], [97_030], PRIOR)
    assert has_positive_ic025(half_as_many_again.ic.low)[0]


def test_nothing_to_score_gives_nothing():
    scores = score([], [], [], [], PRIOR)
    assert is_signal([]).shape == scores.prr.estimate.shape == scores.ebgm.low.shape == (0,)
