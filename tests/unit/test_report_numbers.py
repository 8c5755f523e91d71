"""How counts, ratios and intervals are written."""

import pytest

from pipeline.report.numbers import cases, count, heat, ratio, ratio_measure, shrunken_measure, signed
from tests.reportfacts import endpoint_row

EBGM = ("ebgm", "eb05", "eb95")


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (1234567, "1\u202f234\u202f567"), (-325, "−325"), (None, "–")],
)
def test_counts_have_thin_separators_and_a_true_minus(value, written):
    assert count(value) == written


@pytest.mark.parametrize(("value", "written"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_a_count_says_its_unit(value, written):
    assert cases(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (0.424, "0.42"), (7.314, "7.31"), (42.64, "42.6"), (1234.4, "1\u202f234"), (9.999, "10.0")],
)
def test_ratios_have_about_three_digits(value, written):
    assert ratio(value) == written


def test_a_negative_information_component_has_a_true_minus():
    assert signed(-0.431) == "−0.43"


def test_an_infinite_ratio_tells_its_lower_bound():
    row = endpoint_row(prr=None, prr_low=76.54, prr_high=None, is_prr_infinite=True)
    assert ratio_measure(row, "prr")[:2] == ("∞", "lower bound 76.5")


def test_no_case_tells_the_upper_bound_instead_of_an_empty_nought():
    row = endpoint_row(a=0, ror=0.0, ror_low=0.0, ror_high=3.214)
    assert ratio_measure(row, "ror")[:2] == ("0", "upper bound 3.21")


def test_a_measure_that_was_not_computed_is_a_dash_and_no_number():
    assert shrunken_measure(endpoint_row(ebgm=None, eb05=None, eb95=None), EBGM).estimate == "–"
    assert ratio_measure(endpoint_row(a=0, prr=None, prr_low=None, prr_high=None), "prr").estimate == "–"


def test_an_estimate_stands_beside_its_interval():
    assert ratio_measure(endpoint_row(), "ror")[:2] == ("98.0", "24.0 to 399")
    assert shrunken_measure(endpoint_row(ic=-0.4, ic025=-1.0, ic975=0.2), ("ic", "ic025", "ic975"))[:2] == (
        "−0.40",
        "−1.00 to 0.20",
    )


@pytest.mark.parametrize(
    ("eb05", "expected"),
    [(None, ""), (0.99, ""), (1.0, "h1"), (1.99, "h1"), (2.0, "h2"), (4.0, "h3"), (8.0, "h4"), (900.0, "h4")],
)
def test_heat_follows_the_lower_bound(eb05, expected):
    assert heat(eb05) == expected
