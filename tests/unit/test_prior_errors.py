"""Standard errors of the prior: against the curvature on the parameters' own scale, the truth, and what they refuse."""

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.prior import Prior, PriorRefused, fit_prior
from pipeline.signals.priorerrors import standard_errors

TRUE = (0.5, 0.4, 3.0, 3.0, 0.3)


def sample(seed, n_cells=20_000):
    """Cells drawn from a known prior, as groups of equal observed and expected count."""
    generator = np.random.Generator(np.random.PCG64(seed))
    expected = generator.choice([0.5, 2.0, 8.0], n_cells)
    first = generator.random(n_cells) < TRUE[4]
    ratio = np.where(
        first, generator.gamma(TRUE[0], 1 / TRUE[1], n_cells), generator.gamma(TRUE[2], 1 / TRUE[3], n_cells)
    )
    cells = np.stack([generator.poisson(ratio * expected), expected])
    groups, weight = np.unique(cells, axis=1, return_counts=True)
    return groups[0], groups[1], weight


def log_likelihood(parameters, n, expected, weight):
    shape1, rate1, shape2, rate2, share = parameters
    one = stats.nbinom.pmf(n, shape1, rate1 / (rate1 + expected))
    two = stats.nbinom.pmf(n, shape2, rate2 / (rate2 + expected))
    return float(np.sum(weight * np.log(share * one + (1 - share) * two)))


def curvature_by_differences(parameters, cells):
    """Second derivatives in the parameters themselves, from SciPy's negative binomial."""
    steps = np.diag(1e-3 * np.array(parameters))

    def at(shift):
        return log_likelihood(np.array(parameters) + shift, *cells)

    return np.array(
        [[(at(i + j) - at(i - j) - at(j - i) + at(-i - j)) / (4 * i.sum() * j.sum()) for j in steps] for i in steps]
    )


@pytest.fixture(scope="module")
def repeated():
    return [fit_prior(*sample(seed)) for seed in range(8)]


def test_the_errors_are_those_of_the_curvature_on_the_parameters_own_scale(repeated):
    fit = repeated[0]
    covariance = np.linalg.inv(-curvature_by_differences(fit[:5], sample(0)))
    np.testing.assert_allclose(fit.errors, np.sqrt(np.diag(covariance)), rtol=2e-3)


def test_the_truth_lies_within_three_errors_nearly_always(repeated):
    assert all(isinstance(fit, Prior) for fit in repeated)
    near = [abs(fit[at] - TRUE[at]) < 3 * fit.errors[at] for fit in repeated for at in range(5)]
    assert sum(near) >= len(near) - 2


def test_a_refused_prior_names_its_likelihood_and_has_no_errors():
    fit = fit_prior([0], [1.0], [5])
    assert isinstance(fit, PriorRefused)
    assert fit.likelihood == "all_cells"
    assert not hasattr(fit, "errors")


def test_the_delta_method_stretches_each_error_to_its_own_scale():
    errors = standard_errors((2.0, 3.0, 4.0, 5.0, 0.25), np.diag([1.0, 4.0, 9.0, 16.0, 25.0]))
    np.testing.assert_allclose(errors, [2.0, 1.5, 4 / 3, 1.25, 0.1875 / 5])


def test_a_saddle_has_no_errors():
    with pytest.raises(ValueError, match="this is no maximum"):
        standard_errors((1.0, 1.0, 1.0, 1.0, 0.5), np.diag([1.0, 1.0, 1.0, 1.0, -1.0]))
