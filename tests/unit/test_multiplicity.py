"""False findings among many: q, shares of false, and what was not asked."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.signals.ebgm import posterior
from pipeline.signals.multiplicity import (
    bayesian_false_discovery_rate,
    benjamini_hochberg,
    false_share,
    questions,
)
from pipeline.signals.prior import Prior

PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=math.nan, starts=(), cells=math.nan)
p_values = st.lists(st.floats(0, 1) | st.just(math.nan), max_size=40)
checked = settings(deadline=None, max_examples=100)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.04, 0.04, 0.04]),
        ([0.5, 0.001, 0.02], [0.5, 0.003, 0.03]),
        ([0.02, math.nan, 0.04], [0.04, math.nan, 0.04]),
        ([0.9, 0.9], [0.9, 0.9]),
        ([0.0], [0.0]),
        ([], []),
        ([math.nan], [math.nan]),
    ],
)
def test_q_of_small_families(given, answer):
    np.testing.assert_allclose(benjamini_hochberg(given), answer, rtol=1e-14)


@checked
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_is_that_of_scipy(p):
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p), rtol=1e-12)


@checked
@given(p_values, st.randoms(use_true_random=False))
def test_the_order_of_a_family_changes_nothing(p, random):
    order = random.sample(range(len(p)), len(p))
    for measure in (benjamini_hochberg, bayesian_false_discovery_rate):
        np.testing.assert_allclose(measure([p[at] for at in order]), measure(p)[order], rtol=1e-12)


@checked
@given(p_values)
def test_what_was_not_asked_changes_nothing(p):
    asked = [value for value in p if not math.isnan(value)]
    for measure in (benjamini_hochberg, bayesian_false_discovery_rate):
        found = measure(p)
        np.testing.assert_array_equal(np.isnan(found), np.isnan(p))
        np.testing.assert_array_equal(found[~np.isnan(found)], measure(asked))
    assert questions(p) == len(asked)


@checked
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_running_mean_rises_along_the_list_and_stays_below_the_share(shares):
    means = bayesian_false_discovery_rate(shares)
    assert (means <= np.array(shares) + 1e-12).all()
    ranked = means[np.argsort(shares)]
    assert (np.diff(ranked) >= -1e-12).all()
    assert means[np.argmax(shares)] == pytest.approx(np.mean(shares))


def test_equal_shares_are_taken_in_together():
    np.testing.assert_allclose(bayesian_false_discovery_rate([0.1, 0.4, 0.4, 0.9]), [0.1, 0.3, 0.3, 0.45])


@pytest.mark.parametrize(("n", "expected"), [(0, 2.0), (3, 1.1), (7, 0.4), (40, 12.0), (0, 0.0)])
def test_share_of_false_is_the_weight_of_the_posterior_up_to_one(n, expected):
    one = posterior(np.array([float(n)]), np.array([expected]), PRIOR)
    by_hand = sum(
        weight * stats.gamma.cdf(1.0, part.shape, scale=1 / part.rate)
        for weight, part in ((one.share, one.first), (1 - one.share, one.second))
    )
    assert false_share([n], [expected], PRIOR)[0] == pytest.approx(by_hand[0], rel=1e-12)


def test_more_cases_leave_a_smaller_share_of_false():
    assert (np.diff(false_share(np.arange(30), np.full(30, 4.0), PRIOR)) < 0).all()


def test_a_share_among_pairs_drawn_from_the_prior_is_the_share_that_is_false():
    generator = np.random.Generator(np.random.PCG64(5))
    n_pairs, expected = 100_000, 3.0
    first = generator.random(n_pairs) < PRIOR.p
    ratio = np.where(
        first,
        generator.gamma(PRIOR.alpha1, 1 / PRIOR.beta1, n_pairs),
        generator.gamma(PRIOR.alpha2, 1 / PRIOR.beta2, n_pairs),
    )
    counts = generator.poisson(ratio * expected)
    for n in (2, 4, 7):
        alike = counts == n
        told = false_share([n], [expected], PRIOR)[0]
        assert np.mean(ratio[alike] <= 1) == pytest.approx(told, abs=4 * np.sqrt(told * (1 - told) / alike.sum()))


@pytest.mark.parametrize(
    ("p", "said"), [([0.5, 1.5], r"p\[1\] is 1.5"), ([-0.1], r"p\[0\] is -0.1"), ([[0.1]], "one-dimensional")]
)
def test_a_p_that_is_none_is_refused(p, said):
    with pytest.raises(ValueError, match=said):
        benjamini_hochberg(p)
