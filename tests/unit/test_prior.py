"""The prior's fit: its slopes are right, it finds a planted prior, and it refuses what has no maximum."""

import numpy as np
import pytest

from pipeline.signals.grid import grid
from pipeline.signals.likelihood import cell_groups, curvature, independence, loss_and_gradient
from pipeline.signals.prior import STARTS, Prior, PriorRefused, fit_prior, working_parameters

PLANTED = (0.3, 0.15, 4.0, 5.0, 0.2)


def cells(ratio, seed=11, drugs=300, events=200, n_cases=40_000):
    """Groups of a cross whose counts are Poisson around `ratio(rng, shape)` times what independence expects."""
    rng = np.random.default_rng(seed)
    rows, columns = (np.ceil(np.exp(rng.normal(4, 1.5, size))) for size in (drugs, events))
    expected = np.outer(rows, columns) / n_cases
    counts = rng.poisson(expected * ratio(rng, expected.shape))
    drug, event = np.nonzero(counts)
    return grid(
        rows,
        columns,
        n_cases,
        observed=counts[drug, event],
        drug_total=rows[drug],
        event_total=columns[event],
    )


def planted(rng, shape):
    alpha1, beta1, alpha2, beta2, p = PLANTED
    first, second = rng.gamma(alpha1, 1 / beta1, shape), rng.gamma(alpha2, 1 / beta2, shape)
    return np.where(rng.random(shape) < p, first, second)


def independent(_rng, shape):
    return np.ones(shape)


@pytest.fixture(scope="module")
def dependent_cells():
    return cells(planted)


def test_gradient_is_the_slope_of_the_likelihood(dependent_cells):
    groups, at, step = cell_groups(*dependent_cells), working_parameters(STARTS[0]), 1e-6
    gradient = loss_and_gradient(at, groups)[1]
    for direction, slope in zip(np.eye(5), gradient, strict=True):
        ahead, behind = (loss_and_gradient(at + sign * step * direction, groups)[0] for sign in (1, -1))
        assert (ahead - behind) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-3)


def test_curvature_is_the_slope_of_the_gradient(dependent_cells):
    groups, at = cell_groups(*dependent_cells), working_parameters(STARTS[0])
    turn = np.array([1e-5, -2e-5, 3e-5, -1e-5, 2e-5])
    change = loss_and_gradient(at + turn, groups)[1] - loss_and_gradient(at - turn, groups)[1]
    np.testing.assert_allclose(curvature(at, groups) @ (2 * turn), change, rtol=1e-4, atol=1e-4)


def test_independence_is_the_limit_of_two_points_at_one(dependent_cells):
    groups = cell_groups(*dependent_cells)
    nearly = -loss_and_gradient(working_parameters((1e7, 1e7, 1e7, 1e7, 0.5)), groups)[0]
    assert nearly == pytest.approx(independence(groups), rel=1e-3)


def test_a_planted_prior_is_found_again(dependent_cells):
    prior = fit_prior(*dependent_cells)
    assert isinstance(prior, Prior)
    groups, found = cell_groups(*dependent_cells), working_parameters(prior[:5])
    standard_error = np.sqrt(np.diag(np.linalg.inv(curvature(found, groups))))
    assert standard_error.max() < 0.2
    assert np.all(np.abs(found - working_parameters(PLANTED)) < 3 * standard_error)
    assert prior.log_likelihood >= -loss_and_gradient(working_parameters(PLANTED), groups)[0]
    assert prior.cells == 300 * 200
    assert len(prior.starts) == len(STARTS)


def test_the_same_cells_give_the_same_prior_in_any_order_and_split(dependent_cells):
    plain = fit_prior(*dependent_cells)
    turned = fit_prior(*(column[::-1] for column in dependent_cells))
    n, expected, weight = dependent_cells
    halves = fit_prior(np.append(n, n), np.append(expected, expected), np.append(weight / 2, weight / 2))
    for other in (turned, halves):
        np.testing.assert_allclose(other[:6], plain[:6], rtol=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_counts_without_dependence_are_refused(seed):
    refused = fit_prior(*cells(independent, seed=seed, drugs=120, events=80))
    assert isinstance(refused, PriorRefused)
    assert "no dependence of events on drugs" in refused.reason
    assert refused.cells == 120 * 80
    assert len(refused.starts) == len(STARTS)


def test_a_fit_at_the_edge_of_the_range_is_refused():
    # λ is 0 or 3 and nothing between: the second component shrinks to a point.
    refused = fit_prior(*cells(lambda rng, shape: 3.0 * (rng.random(shape) < 0.3)))
    assert isinstance(refused, PriorRefused)
    assert "rises to the edge of the parameters' range" in refused.reason
    assert "ln α" in refused.reason


def test_one_gamma_distribution_does_not_determine_two():
    refused = fit_prior(*cells(lambda rng, shape: rng.gamma(2.0, 0.5, shape)))
    assert isinstance(refused, PriorRefused)


def test_one_start_alone_is_refused(dependent_cells):
    refused = fit_prior(*dependent_cells, starts=STARTS[:1])
    assert isinstance(refused, PriorRefused)
    assert refused.reason == "Only 1 of 1 starts reach the best maximum; 3 have to agree."


def test_cells_without_any_case_are_refused():
    refused = fit_prior([0, 0], [0.5, 2.0], [100, 3])
    assert refused == PriorRefused("No cell holds a case: there is nothing to fit a prior to.", (), 103.0)
    assert isinstance(fit_prior([], [], []), PriorRefused)


def test_a_missing_expectation_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"expected\[1\] is nan"):
        fit_prior([1, 0], [0.5, np.nan], [1, 1])
