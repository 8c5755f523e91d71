"""Bounds beside a zero cell: exact where they say exact, conservative where they say conservative."""

import itertools

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.disproportionality import proportional_reporting_ratio, reporting_odds_ratio
from pipeline.signals.exact import odds_ratio_bound

ZERO_TABLES = [
    (5, 10, 0, 1000),
    (5, 0, 20, 1000),
    (0, 10, 20, 1000),
    (7, 12, 30, 0),
    (1, 0, 0, 109),
    (0, 4, 9, 0),
    (1, 1, 0, 1),
    (300, 5000, 0, 400_000),
    (900, 0, 40_000, 380_000),
    (0, 3_000, 60_000, 300_000),
]


@pytest.mark.parametrize("cells", ZERO_TABLES, ids=str)
def test_odds_ratio_bound_is_where_the_table_seen_has_a_probability_of_two_and_a_half_percent(cells):
    interval = reporting_odds_ratio(*([cell] for cell in cells))
    a, b, c, d = cells
    bound = interval.low[0] if interval.infinite[0] else interval.high[0]
    seen = stats.nchypergeom_fisher(a + b + c + d, a + c, a + b, bound).pmf(a)
    assert seen == pytest.approx(0.025, rel=1e-8)


def test_odds_ratio_bounds_of_many_tables_equal_those_of_each_alone():
    rng = np.random.default_rng(7)
    tables = [rng.integers(low, high, 60).astype(float) for low, high in ((1, 60), (0, 900), (1, 4000))]
    alone = [odds_ratio_bound(*(column[at : at + 1] for column in tables))[0] for at in range(60)]
    np.testing.assert_array_equal(odds_ratio_bound(*tables), alone)


def test_one_case_has_the_bound_that_can_be_written_down():
    # One case with the event, ours; g(t) = 1 + rest·t/(beside + 1) = 40.
    assert odds_ratio_bound(np.array([1.0]), np.array([9.0]), np.array([1000.0]))[0] == pytest.approx(
        100 / 39, rel=1e-14
    )
    # Conditional on one case, PRR = 39 would put it in the drug's group with 97.5 %: p/(1 - p) = 0.025/0.975.
    interval = proportional_reporting_ratio([1], [9], [0], [1000])
    assert interval.low[0] == pytest.approx(0.025 / 0.975 * 1000 / 10, rel=1e-14)


GROUPS = [(4, 30), (25, 25), (10, 400)]
TRUTHS = [(0.02, 0.002), (0.3, 0.02), (0.6, 0.6), (0.9, 0.1), (0.05, 0.5)]


@pytest.mark.parametrize(("groups", "proportions"), list(itertools.product(GROUPS, TRUTHS)))
def test_prr_bound_beside_a_zero_misses_the_truth_at_most_once_in_forty(groups, proportions):
    drug, other = groups
    truth = proportions[0] / proportions[1]
    a, c = np.arange(1, drug + 1), np.arange(1, other + 1)
    none_there = proportional_reporting_ratio(a, drug - a, 0 * a, 0 * a + other)
    none_here = proportional_reporting_ratio(0 * c, 0 * c + drug, c, other - c)
    here, there = (stats.binom(n, p) for n, p in zip(groups, proportions, strict=True))
    too_high = none_there.low > truth
    too_low = none_here.high < truth
    assert there.pmf(0) * here.pmf(a)[too_high].sum() <= 0.025
    assert here.pmf(0) * there.pmf(c)[too_low].sum() <= 0.025


@pytest.mark.parametrize("odds_ratio", [2.0, 30.0, 400.0])
def test_prr_bound_is_conservative_given_the_number_of_cases_with_the_event(odds_ratio):
    drug, other, share = 12, 300, 0.004
    odds = odds_ratio * share / (1 - share)
    truth = odds / (1 + odds) / share
    for cases in range(1, drug + 1):
        low = proportional_reporting_ratio([cases], [drug - cases], [0], [other]).low[0]
        all_here = stats.nchypergeom_fisher(drug + other, cases, drug, odds_ratio).pmf(cases)
        assert low <= truth or all_here <= 0.025
