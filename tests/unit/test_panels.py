"""Quantiles read off polynomials, against those solved for every pair."""

import math

import numpy as np
import pytest

from pipeline.signals import ebgm as scores
from pipeline.signals.ebgm import ebgm
from pipeline.signals.prior import Prior

# The first is that of the CAERS extract; the second has parts so far apart that the 5 % point jumps from one to the other.
PRIORS = [(0.187, 0.217, 2.344, 1.675, 0.458), (0.75, 0.19, 76.8, 82.1, 0.017), (3.26, 0.4, 2.02, 1.91, 0.065)]


def pairs(size=60_000, seed=5):
    """Counts as they are in reports: most are 1 to 3, expected counts spread over six decades."""
    rng = np.random.default_rng(seed)
    expected = np.exp(rng.normal(-2.0, 2.5, size))
    return rng.poisson(expected * rng.gamma(0.8, 2.0, size)).astype(np.float64), expected


@pytest.mark.parametrize("parameters", PRIORS)
def test_quantiles_of_many_pairs_are_those_of_each(parameters, monkeypatch):
    observed, expected = pairs()
    prior = Prior(*parameters, log_likelihood=math.nan, starts=(), cells=math.nan)
    alone = ebgm(observed, expected, prior)
    monkeypatch.setattr(scores, "MANY", 1)
    together = ebgm(observed, expected, prior)
    np.testing.assert_array_equal(together.estimate, alone.estimate)
    for ours, theirs in ((together.low, alone.low), (together.high, alone.high)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-300)


def test_most_pairs_are_read_off(monkeypatch):
    from pipeline.signals import panels

    solved = []
    observed, expected = pairs()
    prior = Prior(*PRIORS[0], log_likelihood=math.nan, starts=(), cells=math.nan)

    def solve(n, e):
        solved.append(n.size)
        return scores._solved(n, e, prior)

    panels.two_quantiles(observed, expected, solve)
    assert sum(solved) < observed.size / 3


def test_expected_counts_of_nothing_are_solved_one_by_one(monkeypatch):
    monkeypatch.setattr(scores, "MANY", 1)
    prior = Prior(*PRIORS[0], log_likelihood=math.nan, starts=(), cells=math.nan)
    found = ebgm([0, 3], [0, 1.5], prior)
    assert np.isfinite(found.low).all()
