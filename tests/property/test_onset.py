"""What must hold of every set of days: units, order and a limit far away change nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.onset import Weibull, fit_weibull
from pipeline.signals.reversetime import ReverseTime, reverse_time

FITTED = ("shape", "shape_low", "shape_high", "scale", "scale_low", "scale_high")


@st.composite
def cases(draw, least=12, most=30):
    """Whole days with a follow-up of their own, as FAERS has them."""
    n = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.Generator(np.random.PCG64(seed))
    days = np.ceil(draw(st.floats(2, 60)) * generator.weibull(draw(st.floats(0.6, 2.0)), n))
    return days, days + np.ceil(generator.uniform(0, draw(st.floats(5, 3000)), n))


def assert_same_fit(one, other, factor=1.0):
    assert isinstance(one, Weibull) == isinstance(other, Weibull)
    if isinstance(one, Weibull):
        for name in FITTED:
            stretch = factor if name.startswith("scale") else 1.0
            assert getattr(other, name) == pytest.approx(stretch * getattr(one, name), rel=1e-5), name


@settings(max_examples=25, deadline=None)
@given(cases(), st.floats(0.01, 365.25))
def test_another_unit_stretches_the_scale_alone(drawn, factor):
    days, follow_up = drawn
    assert_same_fit(fit_weibull(days, follow_up), fit_weibull(factor * days, factor * follow_up), factor)


@settings(max_examples=15, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_cases_never_matters(drawn, shuffle):
    days, follow_up = drawn
    order = list(range(days.size))
    shuffle.shuffle(order)
    assert_same_fit(fit_weibull(days, follow_up), fit_weibull(days[order], follow_up[order]))
    one, other = reverse_time(days, follow_up), reverse_time(days[order], follow_up[order])
    if isinstance(one, ReverseTime):
        np.testing.assert_array_equal(one.share, other.share)
    else:
        assert one == other


@settings(max_examples=15, deadline=None)
@given(cases())
def test_a_limit_far_away_gives_the_naive_fit(drawn):
    days, _ = drawn
    naive = fit_weibull(days)
    assert_same_fit(naive, fit_weibull(days, np.full(days.size, 1e9)))
    assert_same_fit(naive, fit_weibull(days, np.full(days.size, np.inf)))


@settings(max_examples=15, deadline=None)
@given(cases())
def test_an_interval_holds_its_estimate_and_truncation_never_shortens_the_scale(drawn):
    days, follow_up = drawn
    naive, fit = fit_weibull(days), fit_weibull(days, follow_up)
    if isinstance(fit, Weibull):
        assert fit.shape_low < fit.shape < fit.shape_high
        assert fit.scale_low < fit.scale < fit.scale_high
        assert fit.scale >= naive.scale * (1 - 1e-9)


@given(cases(least=1))
def test_without_a_limit_reverse_time_is_the_plain_share(drawn):
    days, _ = drawn
    found = reverse_time(days, np.full(days.size, np.max(days)), least_cases=1)
    at, n = np.unique(days, return_counts=True)
    np.testing.assert_array_equal(found.time, at)
    np.testing.assert_allclose(found.share, np.cumsum(n) / days.size, rtol=1e-12)


def self_consistent_share(days, follow_up):
    """The share that maximises the likelihood, by repeating: what each case lacks beyond its limit is what the rest has."""
    at = np.unique(days)
    mass = np.full(at.size, 1.0 / at.size)
    for _ in range(20_000):
        seen = at[None, :] <= follow_up[:, None]
        unseen = (~seen) * mass / (seen @ mass)[:, None]
        whole = (days[:, None] == at) + unseen
        new = whole.sum(axis=0) / whole.sum()
        if np.max(np.abs(new - mass)) < 1e-13:
            break
        mass = new
    return np.cumsum(mass)


@settings(max_examples=15, deadline=None)
@given(cases(least=4, most=10))
def test_reverse_time_is_the_distribution_of_greatest_likelihood(drawn):
    days, follow_up = drawn
    found = reverse_time(days, follow_up, least_cases=1)
    if isinstance(found, ReverseTime):
        np.testing.assert_allclose(found.share, self_consistent_share(days, follow_up), atol=1e-4)
        assert (found.low <= found.share + 1e-12).all()
        assert (found.share <= found.high + 1e-12).all()
