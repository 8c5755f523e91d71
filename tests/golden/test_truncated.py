"""The two truncated likelihoods of the prior against an independent maximum, and the scores of openEBGM."""

import csv
import gzip

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.ebgm import ebgm
from pipeline.signals.grid import Grid, binned
from pipeline.signals.likelihood import ALL_CELLS, cell_groups
from pipeline.signals.prior import Prior, PriorRefused, fit_prior, working_parameters
from pipeline.signals.truncated import COMPONENT_TRUNCATED, MIXTURE_TRUNCATED

NAMED = {"component": COMPONENT_TRUNCATED, "mixture": MIXTURE_TRUNCATED, "all_cells": ALL_CELLS}


def read_rows(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reported(shared):
    """The cells that hold a case, as the reference groups them: 200 bins a decade of the expected count."""
    rows = read_rows(shared / "oracle" / "disprop_caers.csv.gz")
    observed, expected = (np.array([float(row[name]) for row in rows]) for name in ("n11", "expected"))
    return binned(Grid(observed, expected, np.ones(observed.size)), np.log(10) / 200)


@pytest.fixture(scope="module")
def fits(reported):
    return {name: fit_prior(*reported, likelihood=NAMED[name]) for name in ("component", "mixture")}


@pytest.fixture(scope="module")
def reference(shared):
    return {row["likelihood"]: row for row in read_rows(shared / "oracle" / "gps_mle_independent_caers.csv")}


@pytest.mark.parametrize("name", ["component", "mixture"])
def test_fit_reaches_the_independent_maximum_from_every_start(fits, reference, reported, name):
    fit, theirs = fits[name], reference[name]
    assert isinstance(fit, Prior)
    assert (fit.likelihood, reported.observed.size) == (f"{name}_truncated", int(theirs["points"]))
    assert fit.cells == float(theirs["cells"])
    assert abs(fit.log_likelihood + float(theirs["negLL"])) < 1e-3
    assert max(fit.starts) - min(fit.starts) < 1e-3
    # Ours calls the component of smaller shape the first.
    turned = ("alpha2", "beta2", "alpha1", "beta1")
    np.testing.assert_allclose(fit[:4], [float(theirs[part]) for part in turned], rtol=1e-5)
    assert fit.p == pytest.approx(1 - float(theirs["P"]), rel=1e-5)


@pytest.mark.parametrize("name", ["component", "mixture"])
def test_scores_under_the_fit_agree_with_the_reference(fits, shared, name):
    rows = read_rows(shared / "oracle" / "gps_scores_by_likelihood_caers.csv.gz")
    found = ebgm([int(row["n11"]) for row in rows], [float(row["E"]) for row in rows], fits[name])
    for ours, column in zip(found[:3], ("EBGM", "EB05", "EB95"), strict=True):
        np.testing.assert_allclose(ours, [float(row[f"{column}_{name}"]) for row in rows], rtol=1e-5)


def test_open_ebgm_agrees_with_our_fit_under_its_likelihood(fits, shared):
    rows = read_rows(shared / "oracle" / "gps_openEBGM_caers_full.csv.gz")
    found = ebgm([int(row["N"]) for row in rows], [float(row["E"]) for row in rows], fits["component"])
    np.testing.assert_allclose(found.estimate, [float(row["EBGM"]) for row in rows], rtol=1e-5)
    for ours, column in ((found.low, "EB05"), (found.high, "EB95")):  # printed to six digits
        np.testing.assert_allclose(ours, [float(row[column]) for row in rows], rtol=2e-4)


def by_scipy(name, parameters, cells):
    """Log-likelihood written down again with SciPy's negative binomial."""
    shape1, rate1, shape2, rate2, share = parameters
    one, two = (stats.nbinom(a, b / (b + cells.expected)) for a, b in ((shape1, rate1), (shape2, rate2)))
    n = cells.observed
    if name == "component":
        density = share * one.pmf(n) / one.sf(0) + (1 - share) * two.pmf(n) / two.sf(0)
    else:
        density = (share * one.pmf(n) + (1 - share) * two.pmf(n)) / (share * one.sf(0) + (1 - share) * two.sf(0))
    return float(np.sum(cells.weight * np.log(density)))


CELLS = cell_groups([1, 1, 2, 5, 9], [0.02, 1.5, 0.7, 3.0, 1.1], [40, 12, 9, 4, 1])
PLACE = (0.7, 0.4, 2.5, 2.0, 0.3)


@pytest.mark.parametrize("name", ["component", "mixture"])
def test_the_likelihood_is_that_of_scipy_and_its_gradient_is_its_slope(name):
    working = working_parameters(PLACE)
    loss, gradient = NAMED[name].loss_and_gradient(working, CELLS)
    assert -loss == pytest.approx(by_scipy(name, PLACE, CELLS), rel=1e-12)
    for at in range(5):
        step = np.zeros(5)
        step[at] = 1e-5
        ahead, behind = (NAMED[name].loss_and_gradient(working + sign * step, CELLS)[0] for sign in (1, -1))
        assert gradient[at] == pytest.approx((ahead - behind) / 2e-5, rel=1e-6, abs=1e-8)


def test_independence_is_the_truncated_poisson():
    by_hand = CELLS.weight @ (stats.poisson.logpmf(CELLS.observed, CELLS.expected) - np.log(-np.expm1(-CELLS.expected)))
    assert COMPONENT_TRUNCATED.independence(CELLS) == pytest.approx(by_hand, rel=1e-12)


def test_an_empty_cell_is_refused_by_name():
    with pytest.raises(ValueError, match=r"observed\[1\] is 0: a truncated likelihood knows no empty cells"):
        fit_prior([1, 0], [1.0, 2.0], [3, 4], likelihood=MIXTURE_TRUNCATED)


def test_reported_cells_without_dependence_are_refused_with_the_reason():
    counts = np.arange(1.0, 12.0)
    weight = 1e4 * stats.poisson.pmf(counts, 1.5)
    fit = fit_prior(counts, np.full(11, 1.5), weight, likelihood=COMPONENT_TRUNCATED)
    assert isinstance(fit, PriorRefused)
    assert fit.likelihood == "component_truncated"
    assert fit.reason.startswith("The counts show no dependence of events on drugs")


def test_the_three_likelihoods_give_three_different_scores(fits):
    scores = {name: float(ebgm([1], [0.036], fit).estimate[0]) for name, fit in fits.items()}
    assert scores["component"] > 1.3 * scores["mixture"]
