"""Estimators of the follow-up study against R's cmprsk, epitools and base, and against what was published."""

import csv

import numpy as np
import pytest

from pipeline.study.binomial import fisher, share
from pipeline.study.excess import excess_rate
from pipeline.study.followed import followed
from pipeline.study.poisson import incidence_rate, standardised_ratio
from pipeline.study.regression import fine_gray
from pipeline.study.standardised import directly_standardised

CAUSES = {"censor": 0, "pcm": 1, "death": 2}
# Births by mother's age and birth order, and children with Down's syndrome: Fleiss 1981, p. 249, as Fay and Feuer retell it.
POPULATION = [
    [230061, 329449, 114920, 39487, 14208, 3052],
    [72202, 326701, 208667, 83228, 28466, 5375],
    [15050, 175702, 207081, 117300, 45026, 8660],
    [2293, 68800, 132424, 98301, 46075, 9834],
    [327, 30666, 123419, 149919, 104088, 34392],
]
AFFECTED = [107, 141, 60, 40, 39, 25]


@pytest.fixture(scope="module")
def oracle(shared):
    def rows(folder, name):
        with (shared / folder / f"{name}.csv").open() as file:
            return list(csv.DictReader(file))

    return rows


def test_fine_and_gray_equals_crr(oracle):
    rows = oracle("oracle", "data_mgus2")
    persons = followed([float(row["etime"]) for row in rows], [CAUSES[row["event"]] for row in rows])
    found = fine_gray(persons, [[float(row["age"]), float(row["sex"] == "M")] for row in rows])
    known = oracle("oracle", "surv_finegray_mgus2")
    np.testing.assert_allclose(found.coefficient, [float(row["coef"]) for row in known], rtol=1e-6)
    np.testing.assert_allclose(found.standard_error, [float(row["se"]) for row in known], rtol=1e-6)
    assert found.log_likelihood == pytest.approx(float(known[0]["loglik"]), rel=1e-8)


def test_shares_equal_clopper_and_pearson(oracle):
    for row in oracle("oracle", "binomial_ci"):
        found = share(int(row["x"]), int(row["n"]))
        np.testing.assert_allclose([found.low[0], found.high[0]], [float(row["cp_lo"]), float(row["cp_hi"])], rtol=1e-8)


def test_the_excess_has_the_bounds_of_the_ratio(oracle):
    for row in oracle("oracle", "sir_exact"):
        observed, expected = [int(row["O"])], [float(row["E"])]
        ratio, excess = standardised_ratio(observed, expected), excess_rate(observed, expected, [1000.0], 10.0)
        assert ratio.high[0] == pytest.approx(float(row["hi_exact"]), rel=1e-8)
        for side, other in zip(ratio, excess, strict=True):
            assert other[0] == pytest.approx((side[0] - 1) * expected[0] / 100.0)


def test_direct_standardisation_equals_fay_and_feuer(oracle):
    (known,) = oracle("oracle", "ageadjust_direct_fayfeuer")
    found = directly_standardised(AFFECTED, POPULATION[0], np.mean(POPULATION, axis=0))
    expected = [float(known[name]) for name in ("crude.rate", "adj.rate", "lci", "uci")]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def published(oracle):
    return {row["id"]: row for row in oracle("design", "check_numbers")}


def as_printed(found, row):
    """Equal to as many digits as were printed."""
    for side, name in zip(found, ("value", "lo", "hi"), strict=True):
        digits = len(row[name].partition(".")[2])
        assert side == pytest.approx(float(row[name]), abs=0.5 * 10.0**-digits + 1e-9)


@pytest.mark.parametrize("check", ["P06", "P07", "P08", "S01", "S03", "S05", "S06", "S07"])
def test_published_shares_have_the_bounds_computed_for_them(oracle, check):
    row = published(oracle)[check]
    found = share(int(row["n"]), int(row["N"]))
    as_printed([100 * side[0] for side in found], row)


@pytest.mark.parametrize(("check", "per"), [("S08", 1e5), ("S09", 1e5), ("I01", 100.0)])
def test_published_densities_have_the_bounds_computed_for_them(oracle, check, per):
    row = published(oracle)[check]
    found = incidence_rate([int(row["n"])], [float(row["N"])], per)
    as_printed([side[0] for side in found], row)


def test_the_published_comparisons_of_leukoencephalopathy_are_fishers(oracle):
    assert fisher(7, 4, 2331, 1695) == pytest.approx(0.770, abs=5e-4)  # by product, Goldman 2023, PMC9979708, table 1
    assert "0.770" in published(oracle)["F04"]["unit"]
    assert fisher(7, 2, 906, 3831 - 906) < 0.001  # fatal or not


def test_a_lady_tastes_tea():
    assert fisher(3, 1, 1, 3) == pytest.approx(34 / 70)  # Fisher 1935
