"""The section of the page that says what changed since the quarter before."""

import re
from dataclasses import replace

import pytest

from pipeline.errors import CartwatchError
from pipeline.report.changes import Changes, changed_products, changed_steps, refuse_disagreement
from pipeline.report.page import html_page
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, endpoint_row, facts

MOVES = [
    {"product": PRODUCT, "endpoint": "crs", "reason": "withdrawn", "is_entry": False, "n_cases": 1, "case_ids": [7]},
    {"product": PRODUCT, "endpoint": "crs", "reason": "new", "is_entry": True, "n_cases": 2, "case_ids": [101, 102]},
    {"product": PRODUCT, "endpoint": "aki", "reason": "revised_drug", "is_entry": False, "n_cases": 1, "case_ids": [9]},
]
COUNTS = [
    {"product": PRODUCT, "endpoint": "crs", "n_from": 4, "n_to": 5},
    {"product": PRODUCT, "endpoint": "aki", "n_from": 1, "n_to": 0},
    {"product": PRODUCT, "endpoint": "fever", "n_from": 3, "n_to": 3},
]
CHANGES = Changes("2023Q4", {"counted": 900}, COUNTS, MOVES)


def section(changes):
    page = html_page(replace(facts(), changes=changes))
    return page.split('aria-labelledby="changes"')[1].split("</section>")[0]


def test_each_change_says_its_reason_and_its_cases():
    shown = section(CHANGES)
    assert "What changed since 2023Q4" in shown
    assert re.search(r"<summary>\+2 new</summary>.*?101, 102</details>", shown)
    assert re.search(r"<summary>−1 withdrawn</summary>.*? 7</details>", shown)
    assert "−1 revised: drug" in shown


def test_the_waterfall_is_shown_then_and_now():
    [step] = changed_steps(CHANGES, [{"step": "counted", "unit": "case", "n": 1000}])
    assert (step.then, step.now) == (900, 1000)
    assert re.search(
        r"Counted</th><td class=\"n\">900</td><td class=\"n\">1\D000</td><td class=\"n\">100<", section(CHANGES)
    )


def test_reasons_stand_in_their_order_and_endpoints_in_that_of_the_vocabulary():
    [changed] = changed_products(CHANGES, [product(PRODUCT)])
    assert [cell.endpoint.id for cell in changed.cells] == ["crs", "aki"]
    assert [move.reason for move in changed.cells[0].moves] == ["new", "withdrawn"]


def test_an_endpoint_that_nobody_entered_or_left_is_not_shown():
    assert all(cell.endpoint.id != "fever" for cell in changed_products(CHANGES, [product(PRODUCT)])[0].cells)


def test_a_product_whose_last_case_is_gone_is_still_told():
    [changed] = changed_products(CHANGES, [])
    assert changed.product.id == PRODUCT


def test_a_quarter_without_changes_says_so():
    assert "No case entered or left an endpoint of a product." in section(replace(CHANGES, moves=[]))


def test_without_a_quarter_before_there_is_no_section():
    assert 'id="changes"' not in html_page(facts())
    assert "#changes" not in html_page(facts())


def test_a_count_that_the_measures_do_not_share_is_a_bug():
    refuse_disagreement(CHANGES, [endpoint_row("crs", a=5), endpoint_row("aki", a=0), endpoint_row("hypotension", a=0)])
    refuse_disagreement(
        CHANGES, [endpoint_row("crs", a=None, is_assessable=False), endpoint_row("crs", scope="broad", a=9)]
    )
    with pytest.raises(CartwatchError, match="have 6 cases in the measures and 5 in what changed"):
        refuse_disagreement(CHANGES, [endpoint_row("crs", a=6)])
