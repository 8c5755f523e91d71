"""How many questions were asked, as the page says it."""

import pytest

from pipeline.report.page import html_page
from pipeline.report.questions import questions_asked, share
from pipeline.report.wording import refuse_in_text
from tests.reportfacts import PRODUCT, all_endpoints, facts

ROW = {"comparator": "all", "event_kind": "endpoint", "scope": "narrow", "n_asked": 20, "n_marked": 3, "n_false": 0.25}
ROWS = [
    ROW | {"product": PRODUCT, "has_prior": True},
    ROW | {"product": "idecabtagene vicleucel", "has_prior": True, "n_false": 0.4},
    ROW | {"product": "any_car_t", "has_prior": True, "n_marked": 7},
]


def test_products_are_added_up_and_a_group_stands_alone():
    asked = questions_asked(facts(question=ROWS))
    one, group = asked[PRODUCT, "all", "endpoint", "narrow"], asked["any_car_t", "all", "endpoint", "narrow"]
    assert (one.n_asked, one.n_marked, one.n_false) == (20, 6, 0.65)
    assert (group.n_asked, group.n_marked) == (20, 7)
    assert one is asked["idecabtagene vicleucel", "all", "endpoint", "narrow"]


def test_the_sentence_says_asked_marked_and_false_with_unit_and_data_lock_point():
    sentence = questions_asked(facts(question=ROWS))[PRODUCT, "all", "endpoint", "narrow"].sentence
    assert sentence == (
        "Asked together, as of 2024Q1: 20 pairs of product and endpoint (narrow terms), over all products. The rule marks 6; "
        "of these 0.65 would be expected to be false, not reported more than expected, if the prior is right."
    )
    refuse_in_text(sentence)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n_marked": 0, "n_false": 0.0}, "The rule marks none of them."),
        ({"has_prior": False}, "The rule marks 3; without a prior no share of false can be told."),
        ({"n_false": 0.001}, "of these fewer than 0.01 would be expected to be false"),
    ],
)
def test_what_cannot_be_told_is_said(changed, said):
    asked = questions_asked(facts(question=[ROWS[0] | changed]))
    assert said in asked[PRODUCT, "all", "endpoint", "narrow"].sentence


def test_the_page_prints_the_sentence_above_the_table_and_the_q_in_it():
    page = html_page(facts(question=ROWS, endpoint_signal=all_endpoints(bh_q=0.0321, fisher_mid_p=0.00456)))
    sentence, table = (
        page.index("20 pairs of product and endpoint"),
        page.index("Compared with: All other reports <small>Narrow"),
    )
    assert sentence < table
    assert '<td class="n" title="mid-p 0.0046">0.032</td>' in page


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (0.0, "< 0.0001"),
        (9e-5, "< 0.0001"),
        (0.00123, "0.0012"),
        (0.0312, "0.031"),
        (0.1, "0.10"),
        (1.0, "1.00"),
    ],
)
def test_a_share_has_two_digits_however_small(value, written):
    assert share(value) == written
