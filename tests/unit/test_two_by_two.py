"""Edges of the 2×2 table: empty margins, zero cells, hostile input, margins beyond 32 bits."""

import numpy as np
import pytest

from pipeline.signals.disproportionality import (
    chi_square,
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)

RATIOS = [proportional_reporting_ratio, reporting_odds_ratio]
MEASURES = [*RATIOS, chi_square]


def one(measure, *cells):
    return [float(column[0]) for column in measure(*([cell] for cell in cells))]


@pytest.mark.parametrize("cells", [(0, 0, 3, 9), (3, 9, 0, 0), (0, 3, 0, 9), (3, 0, 9, 0), (0, 0, 0, 0)], ids=str)
def test_an_empty_margin_leaves_every_ratio_undefined_and_never_infinite(cells):
    for measure in RATIOS:
        *numbers, infinite = one(measure, *cells)
        assert np.isnan(numbers).all()
        assert not infinite
    assert np.isnan(one(chi_square, *cells)).all()


def test_no_case_of_the_drug_with_the_event_gives_zero_and_an_upper_bound():
    for measure in RATIOS:
        estimate, low, high, infinite = one(measure, 0, 10, 20, 1000)
        assert (estimate, low, infinite) == (0, 0, 0)
        assert high > 1


def test_no_comparator_case_with_the_event_gives_an_infinite_flag_and_a_lower_bound():
    for measure in RATIOS:
        estimate, low, high, infinite = one(measure, 5, 10, 0, 1000)
        assert np.isnan([estimate, high]).all()
        assert infinite
        assert low > 50


def test_all_comparator_cases_with_the_event_make_the_odds_ratio_zero():
    estimate, low, high, infinite = one(reporting_odds_ratio, 7, 12, 30, 0)
    assert (estimate, low, infinite) == (0, 0, 0)
    assert 0 < high < 1
    assert one(proportional_reporting_ratio, 7, 12, 30, 0)[0] == pytest.approx(7 / 19)


def test_every_case_of_the_drug_with_the_event_leaves_the_reporting_ratio_finite():
    assert one(proportional_reporting_ratio, 5, 0, 20, 1000)[0] == pytest.approx(51)
    assert np.isnan(one(reporting_odds_ratio, 5, 0, 20, 1000)[0])


def test_bounds_beside_a_zero_can_be_left_out():
    for measure in RATIOS:
        interval = measure([0, 5], [10, 10], [20, 0], [1000, 1000], exact_bounds=False)
        np.testing.assert_array_equal(interval.infinite, [False, True])
        assert np.isnan([interval.high[0], interval.low[1]]).all()
        assert interval.low[0] == 0


def test_yates_correction_never_passes_the_null_value():
    assert one(chi_square, 0, 10, 20, 1000)[1] == 0


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint32, np.float64])
def test_margins_of_twenty_million_do_not_overflow(kind):
    margin, total = 20_000_000, 25_000_000
    a, b, c, d = (np.array([cell], dtype=kind) for cell in (16_000_000, 4_000_000, 4_000_000, 1_000_000))
    assert expected_count(a, b, c, d)[0] == margin * margin / total
    assert one(reporting_odds_ratio, 16_000_000, 4_000_000, 4_000_000, 1_000_000)[0] == 1.0
    assert chi_square(a, b, c, d).plain[0] == 0.0
    assert chi_square(a, b, c, d + kind(1)).plain[0] > 0.0


def test_empty_arrays_give_empty_answers():
    for measure in MEASURES:
        assert all(column.shape == (0,) for column in measure([], [], [], []))
    assert all(column.shape == (0,) for column in information_component([], []))
    assert expected_count([], [], [], []).shape == (0,)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_an_impossible_count_is_refused_by_name_and_place(bad):
    for measure in (*MEASURES, expected_count):
        with pytest.raises(ValueError, match=r"c\[1\] is .*: every count must be a finite number of at least 0\."):
            measure([1, 2], [3, 4], [5, bad], [7, 8])


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"different shapes \(a \(2,\), b \(1,\)"):
        chi_square([1, 2], [3], [5, 6], [7, 8])
    with pytest.raises(ValueError, match="one-dimensional"):
        chi_square(1, 3, 5, 7)


def test_a_missing_expectation_is_refused():
    with pytest.raises(ValueError, match=r"expected\[0\] is nan"):
        information_component([3], [np.nan])


def test_cases_where_none_can_be_expected_are_refused():
    with pytest.raises(ValueError, match=r"expected\[1\] is 0 beside 3 observed"):
        information_component([0, 3], [0, 0])


def test_nothing_observed_and_nothing_expected_leaves_the_information_component_at_its_prior():
    interval = information_component([0], [0])
    assert interval.estimate[0] == 0
    assert interval.low[0] < -9
    assert 2 < interval.high[0] < 3
