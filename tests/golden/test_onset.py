"""Naive Weibull fits against R's survreg, and the fits with limits against a plain maximiser of the same likelihood."""

import csv

import numpy as np
import pytest
from scipy import optimize, stats

from pipeline.signals.interval import NORMAL_QUANTILE
from pipeline.signals.onset import DROP, Weibull, fit_weibull


@pytest.fixture(scope="module")
def days(shared):
    return np.loadtxt(shared / "oracle" / "data_tto.csv", skiprows=1)


@pytest.fixture(scope="module")
def reference(shared):
    with (shared / "oracle" / "tto_weibull.csv").open() as file:
        return {name: float(value) for name, value in next(csv.DictReader(file)).items()}


def test_the_naive_fit_is_that_of_survreg(days, reference):
    fit = fit_weibull(days)
    assert fit.shape == pytest.approx(reference["weibull_shape"], rel=1e-6)
    assert fit.scale == pytest.approx(reference["weibull_scale"], rel=1e-6)
    assert fit.log_likelihood == pytest.approx(reference["loglik"], rel=1e-6)


def test_the_curvature_is_that_of_survreg(days, reference):
    """Its intervals are Wald intervals on the logarithm; ours are profiles, but rest on the same curvature."""
    fit = fit_weibull(days)
    for name, value, error in zip(("shape", "scale"), (fit.shape, fit.scale), fit.standard_errors, strict=True):
        reach = np.exp(NORMAL_QUANTILE * error)
        assert value / reach == pytest.approx(reference[f"{name}_lo"], rel=1e-6)
        assert value * reach == pytest.approx(reference[f"{name}_hi"], rel=1e-6)


def test_the_quartiles_seen_are_those_of_the_reference(days, reference):
    assert np.quantile(days, [0.25, 0.5, 0.75]).tolist() == [reference["q1"], reference["median"], reference["q3"]]


def plain_log_likelihood(shape, scale, days, limit):
    """The same likelihood, from scipy's distribution."""
    weibull = stats.weibull_min(shape, scale=scale)
    return np.sum(weibull.logpdf(days)) - np.sum(weibull.logcdf(limit))


def plain_profile(place, value, days, limit, start):
    """Best log-likelihood with shape (place 0) or scale (1) held, by a bracketing search over the other's logarithm."""

    def loss(other):
        shape, scale = (value, np.exp(other)) if place == 0 else (np.exp(other), value)
        return -plain_log_likelihood(shape, scale, days, limit)

    found = optimize.minimize_scalar(loss, bounds=(start - 4, start + 4), method="bounded", options={"xatol": 1e-9})
    return -found.fun


@pytest.mark.parametrize("longest", [300.0, 900.0])
def test_a_truncated_fit_is_the_maximum_and_its_profile_ends_are_1_92_below(days, longest):
    limit = np.maximum(days, np.linspace(20, longest, days.size))
    fit = fit_weibull(days, limit)
    assert isinstance(fit, Weibull)
    at_best = plain_log_likelihood(fit.shape, fit.scale, days, limit)
    assert fit.log_likelihood == pytest.approx(at_best, rel=1e-12)
    found = optimize.minimize(
        lambda x: -plain_log_likelihood(*np.exp(x), days, limit),
        np.log([1.0, 50.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000},
    )
    np.testing.assert_allclose([fit.shape, fit.scale], np.exp(found.x), rtol=1e-5)
    ends = [(0, fit.shape_low), (0, fit.shape_high), (1, fit.scale_low), (1, fit.scale_high)]
    for place, end in ends:
        start = np.log(fit.scale if place == 0 else fit.shape)
        assert at_best - plain_profile(place, end, days, limit, start) == pytest.approx(DROP, abs=1e-5)


def test_the_limit_of_an_endless_scale_is_approached_by_long_scales(days):
    from pipeline.signals.rightruncated import endless_scale, onset_times

    limit = days * 2
    times = onset_times(days, limit)
    best = days.size / np.sum(np.log(limit / days))
    plain = [plain_log_likelihood(best, scale, days, limit) for scale in (1e4, 1e5, 1e6)]
    apart = np.abs(np.array(plain) - (endless_scale(times) - days.size * times.centre))
    assert (apart[1:] < 0.1 * apart[:-1]).all()
    assert apart[-1] < 1e-3
