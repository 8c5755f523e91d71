"""Masking as arithmetic: what a removal does to the measures, and what the closed form says of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.disproportionality import expected_count, information_component, proportional_reporting_ratio
from pipeline.signals.interval import TwoByTwo, two_by_two
from pipeline.signals.masking import KINDS, masking, screened_cells

COUNTS = st.lists(st.integers(0, 500), min_size=4, max_size=4)
SHARES = st.lists(st.floats(0, 1), min_size=4, max_size=4)


def table(*cells):
    return two_by_two(*(np.atleast_1d(np.asarray(cell, dtype=float)) for cell in cells))


@given(COUNTS, st.sampled_from(KINDS))
def test_removing_nothing_changes_nothing(cells, kind):
    found = masking(table(*cells), table(*cells), [kind])
    assert found.ic == found.ic_after
    assert found.shift[0] == 0.0
    assert found.error[0] == 0.0
    assert not found.appears[0]
    assert not found.vanishes[0]
    assert found.ratio[0] == 1.0 or np.isnan(found.ratio[0])
    np.testing.assert_array_equal(found.ratio, found.ratio_after)


@given(COUNTS, SHARES)
def test_the_closed_form_is_the_recount_where_nothing_is_co_reported(cells, shares):
    a, b, c, d = cells
    left = (a, b, c - int(c * shares[2]), d - int(d * shares[3]))
    found = masking(table(*cells), table(*left), ["product"])
    assert found.error[0] == 0.0
    np.testing.assert_array_equal(found.ratio, found.ratio_after)
    without = (a, b - int(b * shares[1]), c, d - int(d * shares[3]))
    found = masking(table(*cells), table(*without), ["event"])
    assert found.error[0] == 0.0
    np.testing.assert_array_equal(found.ratio, found.ratio_after)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(2, 500), st.integers(2, 500), SHARES)
def test_the_masking_ratio_is_the_quotient_of_the_shares_that_stay(a, b, c, d, shares):
    x, y = int((c - 1) * shares[0]), int((d - 1) * shares[1])
    found = masking(table(a, b, c, d), table(a, b, c - x, d - y), ["product"])
    assert found.ratio[0] == pytest.approx((1 - (x + y) / (c + d)) / (1 - x / c), rel=1e-9)
    y = int((b - 1) * shares[2])
    found = masking(table(a, b, c, d), table(a, b - y, c, d - y), ["event"]) if y < d else found
    if y < d:
        assert found.ratio[0] == pytest.approx((1 - y / (c + d)) / (1 - y / (a + b)), rel=1e-9)


@given(COUNTS, SHARES, st.sampled_from(("product", "event")))
def test_shift_and_ratio_are_those_of_the_measures_themselves(cells, shares, kind):
    left = [int(cell * share) for cell, share in zip(cells, shares, strict=True)]
    before, after = table(*cells), table(*left)
    found = masking(before, after, [kind])
    ics = [information_component(side.a, expected_count(*side)).estimate for side in (before, after)]
    np.testing.assert_array_equal(found.shift, ics[1] - ics[0])
    prrs = [proportional_reporting_ratio(*side).estimate[0] for side in (before, after)]
    if all(np.isfinite(prrs)) and min(prrs) > 0:
        assert found.ratio_after[0] == pytest.approx(prrs[1] / prrs[0], rel=1e-12)
    else:
        assert np.isnan(found.ratio_after[0])


def test_a_hand_made_case():
    """A product with 60 of 80 cases of the event and 100 of 1,000 others hides a pair with 4 of 50."""
    found = masking(table(4, 46, 80, 920), table(4, 46, 20, 880), ["product"])
    assert found.ratio[0] == pytest.approx((1 - 0.1) / (1 - 0.75))
    assert found.ic.estimate[0] == pytest.approx(np.log2(4.5 / (50 * 84 / 1050 + 0.5)))
    assert found.ic_after.estimate[0] == pytest.approx(np.log2(4.5 / (50 * 24 / 950 + 0.5)))
    assert found.appears[0] == (found.ic_after.low[0] > 0)


def test_the_screen_has_no_answer_where_it_takes_more_than_there_is():
    cells = screened_cells(table(5, 5, 1, 20), table(0, 5, 1, 20), np.array(["product"]))
    assert all(np.isnan(cell[0]) for cell in cells)
    found = masking(table(5, 5, 1, 20), table(0, 5, 1, 20), ["product"])
    assert np.isnan([found.screen[0], found.error[0], found.ratio[0]]).all()
    assert np.isfinite(found.ic_after.estimate[0])


def test_crossing_zero_is_told_in_both_directions():
    found = masking(
        table([3, 30], [7, 20], [400, 40], [600, 960]), table([3, 2], [7, 20], [10, 40], [590, 900]), ["product"] * 2
    )
    assert found.appears.tolist() == [True, False]
    assert found.vanishes.tolist() == [False, True]


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        ((1, 1, 1, 1), (2, 1, 1, 1), "product", r"after\.a\[0\] is 2"),
        ((1, 1, 1, 1), (1, 1, 1, 2), "event", r"after\.d\[0\] is 2"),
        ((3, 1, 1, 1), (2, 1, 1, 1), "term", r"after\.a\[0\] is 2.*keeps every report"),
        ((1, 1, 1, 1), (1, 1, 1, 1), "drug", r"kind\[0\] is drug: use one of product, event, term"),
        ((1, -1, 1, 1), (1, 1, 1, 1), "product", r"b\[0\] is -1"),
        ((1, np.nan, 1, 1), (1, 1, 1, 1), "product", r"b\[0\] is nan"),
    ],
)
def test_impossible_input_is_refused(before, after, kind, said):
    cells = [TwoByTwo(*(np.array([float(cell)]) for cell in side)) for side in (before, after)]
    with pytest.raises(ValueError, match=said):
        masking(*cells, [kind])


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        masking(table(1, 1, 1, 1), table([1, 1], [1, 1], [1, 1], [1, 1]), ["product"])


def test_no_pairs_give_no_rows():
    nothing = two_by_two(*(np.array([]) for _ in "abcd"))
    assert masking(nothing, nothing, np.array([], dtype=np.str_)).shift.shape == (0,)
