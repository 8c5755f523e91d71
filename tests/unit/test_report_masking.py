"""What the page says of masking: which question is which, how far a pair moves, and what the screen gets wrong."""

import re

import pytest

from pipeline.report.masking import masking_section, removed_title
from pipeline.report.page import html_page
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, facts

CELLS = {"a": 5, "b": 5, "c": 300, "d": 9700, "a_after": 5, "b_after": 5, "c_after": 20, "d_after": 9600}
ROW = {
    "product": PRODUCT,
    "endpoint": "icans",
    "scope": "narrow",
    "comparator": "all",
    "kind": "product",
    "removed": "other_car_t",
    "rule": "other_car_t",
    "n_removed": 380,
    **CELLS,
    "ic": 0.4,
    "ic025": -0.9,
    "ic975": 1.3,
    "ic_after": 2.1,
    "ic025_after": 0.7,
    "ic975_after": 3.0,
    "ror": 1.0,
    "ror_low": 1.0,
    "ror_high": 1.0,
    "ror_after": 1.0,
    "ror_low_after": 1.0,
    "ror_high_after": 1.0,
    "ic_shift": 1.7,
    "masking_ratio": 14.0,
    "masking_ratio_recounted": 15.0,
    "ic_screen": 2.2,
    "screen_error": 0.1,
    "is_unmasked": True,
    "is_lost": False,
    "comparator_version": "0123456789ab",
}
TERM = ROW | {"kind": "term", "removed": "crs", "n_removed": 0, "ic_after": 0.4, "ic025_after": -0.9, "ic_shift": 0.0}
TERM |= {"is_unmasked": False, "screen_error": 0.0, "ic_screen": 0.4}
REPORTS = ROW | {"kind": "event", "removed": "crs", "ic_after": -0.6, "ic025_after": -2.0, "ic_shift": -1.0}
REPORTS |= {"is_unmasked": False, "ic_screen": None, "screen_error": None, "masking_ratio": None}
OF_TERM = {name: value for name, value in ROW.items() if name not in {"endpoint", "scope"}}
OF_TERM |= {"term": "Heart rate increased", "rule": "dominating_term", "kind": "event", "removed": "Pyrexia"}
SCREEN = {"product": PRODUCT, "event_kind": "pt", "comparator": "all", "kind": "event", "n_removals": 812}
SCREEN |= {
    "n_unanswered": 3,
    "n_unmasked": 5,
    "n_lost": 2,
    "median_error": 0.01,
    "error_95": 0.44,
    "largest_error": 1.75,
}


@pytest.fixture(scope="module")
def page():
    return html_page(facts(masking_shift=[ROW, TERM, REPORTS]))


def section(*rows):
    return masking_section(facts(masking_shift=list(rows)), product(PRODUCT), "p")


def test_the_section_says_which_question_is_which_and_as_of_when(page):
    said = " ".join(re.sub(r"<[^>]+>", " ", page.split("<h3>Masking</h3>")[1].split("<h3>")[0]).split())
    assert "Dropping the reports of cytokine release syndrome drops the neurotoxicity reported with it" in said
    assert "as of 2024Q1" in said
    assert "3 removals counted again" in said
    assert "its largest error here is 0.10 in IC, and it has no answer for 1 of them" in said


def test_the_three_standing_questions_stand_beside_each_other():
    (question,) = section(ROW, TERM, REPORTS).questions
    assert question.endpoint.id == "icans"
    assert [row and row["ic_after"] for row in question.cells] == [2.1, -0.6, 0.4]
    assert question.ic == 0.4


def test_a_picture_shows_the_removal_that_moves_each_endpoint_furthest():
    nearer = ROW | {"removed": "axicabtagene ciloleucel", "ic_shift": 0.2}
    (figure,) = section(ROW, nearer).figures
    assert figure.title == "Without a product's reports: Tisagenlecleucel (Kymriah)"
    assert "without every other CAR-T" in " ".join(re.sub(r"<[^>]+>", " ", figure.svg).split())
    assert "Axicabtagene" not in figure.svg


@pytest.mark.parametrize("changed", [{"a": 2}, {"ic_shift": 0.0}, {"comparator": "non_car_t"}, {"kind": "term"}])
def test_thin_pairs_and_pairs_that_do_not_move_are_not_drawn(changed):
    assert section(ROW | changed).figures == []


def test_a_crossing_is_a_diamond_and_a_screen_without_an_answer_says_so():
    crossing = section(ROW).figures[0].svg
    assert crossing.count('fill="var(--flag)"') == 1
    assert "+0.10" in crossing
    plain = section(REPORTS).figures[0].svg
    assert 'fill="var(--flag)"' not in plain
    assert "no answer" in plain


def test_every_crossing_is_listed_whatever_the_comparator():
    lost = ROW | {"comparator": "non_car_t", "is_unmasked": False, "is_lost": True, "ic_shift": -3.0}
    assert [(item.row["comparator"], item.removed) for item in section(ROW, lost, TERM).crossings] == [
        ("non_car_t", "every other CAR-T"),
        ("all", "every other CAR-T"),
    ]


@pytest.mark.parametrize(
    ("kind", "removed", "said"),
    [
        ("product", "axicabtagene ciloleucel", "Axicabtagene ciloleucel"),
        ("product", "IFOSFAMIDE", "IFOSFAMIDE"),
        ("event", "crs", "Cytokine release syndrome"),
        ("product", "crs", "crs"),
    ],
)
def test_what_is_removed_is_said_in_words(kind, removed, said):
    assert removed_title(ROW | {"kind": kind, "removed": removed}) == said


def test_a_drug_key_with_a_word_of_incidence_is_the_words_of_others():
    row = ROW | {"removed": "LOW RISK HEPARIN", "rule": "dominating_drug"}
    assert "LOW RISK HEPARIN" in html_page(facts(masking_shift=[row]))


def test_preferred_terms_that_cross_are_listed_with_the_error_of_each_and_of_all():
    page = html_page(facts(masking_shift=[ROW], masking_term=[OF_TERM], masking_screen=[SCREEN]))
    said = " ".join(re.sub(r"<[^>]+>", " ", page.split("<h3>Masking</h3>")[1].split("<h3>")[0]).split())
    assert "1 removals bring IC025 of a preferred term across 0" in said
    assert "Heart rate increased all event Pyrexia 380 5 5 0.40 (−0.90) 2.10 (0.70) 2.20 0.10" in said
    assert "Preferred terms all an event&#39;s reports 812 3 7 0.01 0.44 1.75" in said


def test_of_many_terms_those_that_move_furthest_are_shown_and_all_are_counted():
    rows = [OF_TERM | {"term": f"Term {n}"} for n in range(50)]
    found = masking_section(facts(masking_term=rows, masking_screen=[SCREEN]), product(PRODUCT), "p")
    assert (len(found.terms), found.n_terms) == (40, 50)
    assert (found.terms[0].event, found.terms[0].removed) == ("Term 0", "Pyrexia")


def test_a_product_without_removals_says_so():
    assert "nothing could be hidden" in html_page(facts())
