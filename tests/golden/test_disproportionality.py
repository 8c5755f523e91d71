"""PRR, ROR, χ² and IC against the field's own packages and against published tables."""

import csv
import gzip

import numpy as np
import pytest

from pipeline.signals.disproportionality import (
    chi_square,
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)

# Retyped from R 4.2.2 (PhViD 1.0.8, pvda 0.0.4, stats::chisq.test); the first table is Evans, Waller, Davis 2001.
TEXTBOOK = """
    a      b       c         d       E                    prr               prr_lo            prr_hi            ror               ror_lo            ror_hi            ic                 ic025              ic975              chi2                chi2_yates
   41     14     754    591958      0.0737642277657157   585.994502049674  494.328141480241  694.6591294685    2299.19268662372  1248.15831461081  4235.26963554485  6.17650950241801   5.70092978958446   6.58401280871871   22739.5022564145    22187.2746591322
   25   1000     500     50000     10.4439592430859        2.46341463414634  1.65642851102222  3.66355180398423   2.5             1.66490729433673  3.75396277093608  1.22036248454624   0.599386961921374  1.73015254637926   20.9120112667139    19.5000306453045
  122   1320     381     31341     21.8708840911832        7.0441753033298   5.78496527557137  8.57747684563943   7.60280362681938  6.15536192026393  9.39061321442158  2.45308757168053   2.18560796813616   2.69759105506896  486.629237702047    481.781354756454
    3      7      12      4000      0.0372948781700646   100.3              33.3036334380073  302.071845065382  142.857142857143   32.9647439376183  619.09060491797   2.70356893150345   0.653125575661531  3.89736448533266  236.827172269068    163.636243150591
25000 475000  300000  16200000   9558.82352941176          2.75              2.71559028985141  2.78484572148541   2.84210526315789  2.80477785657983  2.87992944179888  1.38697651464684   1.36903683104317   1.40480383351871 26200.1866199767    26198.4898734577
"""

# Retyped from the same: PRR, ROR do not exist or have one bound; IC and χ² stand.
ZERO_CELLS = """
 a   b   c     d   ic                  ic025                ic975              chi2                fisher_lo         fisher_hi
 5  10   0  1000   3.26058139116819    1.73311576378225    4.25532890789513  334.983498349835    76.5232390591743  inf
 5   0  20  1000   3.14455828128389    1.61709265389794    4.13930579801082  200.980392156863    41.6486919449735  inf
 0  10  20  1000  -0.473370809595171 -10.465258625402      1.855432971741      0.199961172587847  0                24.0085280823029
"""


def columns_of(text):
    """A table of numbers as a dictionary of columns."""
    header, *rows = (line.split() for line in text.strip().splitlines())
    return dict(zip(header, np.array(rows, dtype=np.float64).T, strict=True))


def read_columns(path, **renamed):
    """Columns of a CSV file under our names; what is not a number is NaN."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = list(csv.DictReader(file))
    return {ours: np.array([float(row[theirs] or "nan") for row in rows]) for ours, theirs in renamed.items()}


def cells_of(table):
    return table["a"], table["b"], table["c"], table["d"]


def assert_ratio_agrees(interval, estimate, low, high):
    """Equal to 1e-12 where the reference is a positive number; elsewhere told as infinite, zero or undefined."""
    regular = np.isfinite(estimate) & (estimate > 0)
    for ours, theirs in zip(interval[:3], (estimate, low, high), strict=True):
        np.testing.assert_allclose(ours[regular], theirs[regular], rtol=1e-12)
    np.testing.assert_array_equal(interval.infinite, np.isposinf(estimate))
    assert np.isnan(interval.estimate[interval.infinite]).all()
    assert (interval.low[interval.infinite] > 0).all()
    assert (interval.estimate[estimate == 0] == 0).all()


def assert_measures_agree(table):
    observed_expected = table["a"], expected_count(*cells_of(table))
    np.testing.assert_allclose(observed_expected[1], table["E"], rtol=1e-12)
    assert_ratio_agrees(proportional_reporting_ratio(*cells_of(table)), table["prr"], table["prr_lo"], table["prr_hi"])
    assert_ratio_agrees(reporting_odds_ratio(*cells_of(table)), table["ror"], table["ror_lo"], table["ror_hi"])
    for ours, theirs in zip(information_component(*observed_expected)[:3], ("ic", "ic025", "ic975"), strict=True):
        np.testing.assert_allclose(ours, table[theirs], rtol=1e-12, atol=1e-12)


def assert_chi_square_agrees(table):
    """Equal to 1e-12; the reference is empty where R's 32-bit product of the four margins overflowed."""
    given = np.isfinite(table["chi2"])
    for ours, theirs in zip(chi_square(*cells_of(table)), (table["chi2"], table["chi2_yates"]), strict=True):
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours[given], theirs[given], rtol=1e-12, atol=1e-12)


def test_textbook_tables_agree_to_the_twelfth_digit():
    table = columns_of(TEXTBOOK)
    assert_measures_agree(table)
    assert_chi_square_agrees(table)


def test_published_chi_square_of_rifabutin_and_uveitis_is_the_uncorrected_one():
    plain, yates = chi_square([41], [14], [754], [591958])
    assert round(float(plain[0]), -1) == 22_740
    assert round(float(yates[0])) == 22_187


def test_information_component_of_eleven_observed_and_two_expected():
    interval = information_component([11], [2])
    assert [round(float(column[0]), 4) for column in interval[:3]] == [2.2016, 1.2251, 2.9289]


def test_zero_cells_leave_information_component_and_chi_square_standing():
    table = columns_of(ZERO_CELLS)
    interval = information_component(table["a"], expected_count(*cells_of(table)))
    for ours, theirs in zip(interval[:3], ("ic", "ic025", "ic975"), strict=True):
        np.testing.assert_allclose(ours, table[theirs], rtol=1e-12)
    np.testing.assert_allclose(chi_square(*cells_of(table)).plain, table["chi2"], rtol=1e-12)


def test_zero_cells_get_the_bound_of_fisher_as_r_prints_it():
    table = columns_of(ZERO_CELLS)
    interval = reporting_odds_ratio(*cells_of(table))
    np.testing.assert_array_equal(interval.infinite, [True, True, False])
    # R searches the reciprocal and stops within 1.2e-4 of it; ours is exact (tests/unit/test_exact.py).
    np.testing.assert_allclose(1 / interval.low[:2], 1 / table["fisher_lo"][:2], atol=1.3e-4)
    np.testing.assert_allclose(1 / interval.high[2], 1 / table["fisher_hi"][2], atol=1.3e-4)
    assert np.isnan(interval.high[:2]).all()
    assert interval.low[2] == 0


REFERENCE_NAMES = {name: name for name in ("prr", "prr_lo", "prr_hi", "ror", "ror_lo", "ror_hi", "ic", "chi2")}
R_NAMES = REFERENCE_NAMES | {"ic025": "ic025", "ic975": "ic975", "chi2_yates": "chi2_yates"}
MARGINS = {"a": "n11", "n_drug": "n_drug", "n_event": "n_event", "n_total": "n_total", "E": "expected"}


@pytest.mark.parametrize("file", ["disprop_statin46.csv", "disprop_statin49.csv", "disprop_caers.csv.gz"])
def test_every_pair_of_the_reference_data_agrees(shared, file):
    table = read_columns(shared / "oracle" / file, **R_NAMES, **MARGINS)
    table["b"], table["c"] = table["n_drug"] - table["a"], table["n_event"] - table["a"]
    table["d"] = table["n_total"] - table["a"] - table["b"] - table["c"]
    assert_measures_agree(table)
    assert_chi_square_agrees(table)


def test_reference_textbook_file_agrees(shared):
    cells = {name: name for name in ("a", "b", "c", "d", "E")}
    table = read_columns(shared / "oracle" / "textbook_2x2.csv", **cells, **R_NAMES)
    assert_measures_agree(table)
    assert_chi_square_agrees(table)


def test_uppsala_package_agrees_on_its_tiny_data(shared):
    names = {"a": "obs", "E": "exp_rrr", "ic": "ic", "ic025": "ic2.5", "ic975": "ic97.5", "b": "b", "c": "c", "d": "d"}
    ratios = {ours: f"{ours[:3]}{tail}" for ours, tail in (("prr", ""), ("prr_lo", "2.5"), ("prr_hi", "97.5"))}
    odds = {ours: f"{ours[:3]}{tail}" for ours, tail in (("ror", ""), ("ror_lo", "2.5"), ("ror_hi", "97.5"))}
    assert_measures_agree(read_columns(shared / "oracle" / "pvda_da_tiny.csv", **names, **ratios, **odds))
