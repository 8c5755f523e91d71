"""EBGM and its quantiles on hostile priors: far-off components, shapes near 0, thousands of cases."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from pipeline.signals.ebgm import ebgm, posterior
from pipeline.signals.prior import Prior

PRIORS = [
    (0.2041, 0.05816, 1.415, 1.838, 0.0969),
    (0.19, 0.22, 2.3, 1.7, 0.46),
    (0.002, 0.02, 210.0, 230.0, 0.43),
    (2.7, 0.076, 103.0, 114.0, 0.0056),
    (1e-4, 1e-4, 1e4, 1e4, 0.5),
    (1.0, 1e4, 1.0, 1e-4, 1e-6),
    (50.0, 5000.0, 60.0, 1.0, 0.3),
]
PAIRS = [(n, e) for n in (0, 1, 2, 3, 10, 400, 30_000) for e in (1e-6, 1e-3, 0.2, 1, 7, 300, 40_000)]


def prior_of(parameters):
    return Prior(*parameters, log_likelihood=math.nan, starts=(), cells=math.nan)


def below(parameters, n, expected, ratio):
    """Posterior probability below `ratio`, by SciPy's distributions."""
    alpha1, beta1, alpha2, beta2, p = parameters
    one, two = (
        stats.nbinom.logpmf(n, a, b / (b + expected)) + math.log(q)
        for a, b, q in ((alpha1, beta1, p), (alpha2, beta2, 1 - p))
    )
    share = np.exp(one - np.logaddexp(one, two))
    first = stats.gamma.cdf(ratio, alpha1 + n, scale=1 / (beta1 + expected))
    second = stats.gamma.cdf(ratio, alpha2 + n, scale=1 / (beta2 + expected))
    return share * first + (1 - share) * second


@pytest.mark.parametrize("parameters", PRIORS, ids=str)
def test_five_and_ninety_five_percent_of_the_posterior_lie_below_the_bounds(parameters):
    n, expected = (np.array(column, dtype=float) for column in zip(*PAIRS, strict=True))
    found = ebgm(n, expected, prior_of(parameters))
    told_from_zero = found.low > 1e-300
    np.testing.assert_allclose(below(parameters, n, expected, found.low)[told_from_zero], 0.05, rtol=1e-6)
    np.testing.assert_allclose(below(parameters, n, expected, found.high), 0.95, rtol=1e-6)


def test_ebgm_is_the_geometric_mean_of_the_posterior():
    parameters, n, expected = PRIORS[0], 4, 0.7
    pair = posterior(np.array([4.0]), np.array([0.7]), prior_of(parameters))

    def weighed(log_ratio):
        parts = [
            float(share) * stats.gamma.pdf(math.exp(log_ratio), part.shape[0], scale=1 / part.rate[0])
            for share, part in ((pair.share[0], pair.first), (1 - pair.share[0], pair.second))
        ]
        return log_ratio * sum(parts) * math.exp(log_ratio)

    mean_log = integrate.quad(weighed, -20, 10)[0]
    assert ebgm([n], [expected], prior_of(parameters)).estimate[0] == pytest.approx(math.exp(mean_log), rel=1e-7)


def test_pairs_do_not_influence_each_other():
    n, expected = (np.array(column, dtype=float) for column in zip(*PAIRS, strict=True))
    together = ebgm(n, expected, prior_of(PRIORS[3]))
    for at in range(0, n.size, 5):
        alone = ebgm(n[at : at + 1], expected[at : at + 1], prior_of(PRIORS[3]))
        np.testing.assert_allclose([column[0] for column in alone], [column[at] for column in together], rtol=1e-10)


def test_without_any_information_the_answer_is_the_prior():
    found = ebgm([0], [0], prior_of(PRIORS[1]))
    assert below(PRIORS[1], 0, 0.0, found.low[0]) == pytest.approx(0.05, rel=1e-8)


def test_nothing_to_score_gives_nothing():
    assert all(column.shape == (0,) for column in ebgm([], [], prior_of(PRIORS[0])))


def test_cases_where_none_can_be_expected_are_refused():
    with pytest.raises(ValueError, match=r"expected\[0\] is 0 beside 2 observed"):
        ebgm([2], [0], prior_of(PRIORS[0]))
    with pytest.raises(ValueError, match=r"expected\[0\] is nan"):
        ebgm([2], [np.nan], prior_of(PRIORS[0]))
