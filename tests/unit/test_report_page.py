"""The page made of facts written by hand: what it shows, what it never says, who can read it."""

import itertools
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import pytest

from pipeline.errors import CartwatchError
from pipeline.report.page import html_page
from pipeline.report.wording import LIMITS
from tests.reportfacts import DESIGNATED, PRODUCT, RULE, all_endpoints, comparison_row, facts, prior_row, term_row

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
VOID = {"br", "meta", "link", "img"}


class Outline(HTMLParser):
    """Every element with its attributes and its own text, in order."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append({"tag": tag, "text": "", "within": [e["tag"] for e in self.open], **dict(attrs)})
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop()["tag"] == tag, f"{tag} closes nothing"

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, *tags):
        return [element for element in self.elements if element["tag"] in tags]


@pytest.fixture(scope="module")
def page():
    return html_page(facts())


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def table_of(page, caption):
    """The table whose caption begins so."""
    found = re.search(rf'<table[^>]*>\s*<caption><span class="cap">{re.escape(caption)}.*?</table>', page, re.DOTALL)
    assert found, caption
    return found[0]


def test_the_same_facts_give_the_same_bytes(page):
    assert html_page(facts()) == page


def test_the_head_names_what_the_numbers_stand_on(outline):
    head = " ".join(outline.all("header")[0]["text"].split())
    for said in (
        "as of 2024Q1",
        "Tisagenlecleucel (Kymriah)",
        "0123456789abcdef",
        "0.1.0+test",
        "10 cases",
        "1 quarter",
    ):
        assert said in head
    assert all(sentence in head for sentence in LIMITS)


def test_every_archive_shows_its_whole_hash(page):
    assert "ab" * 32 in table_of(page, "Archives of the FDA")


def test_the_page_asks_for_nothing_outside_itself(page):
    assert not re.search(r"(https?:)?//[a-z0-9]", page, re.IGNORECASE)
    assert not re.search(r"\bsrc=|@import|url\((?!#)", page)
    assert "<script" not in page


def test_hostile_text_is_shown_and_never_run():
    rows = [DESIGNATED | {"drugs_as_reported": HOSTILE, "terms": f"Brain oedema; {HOSTILE}"}]
    reason = [{"quarter": "2024Q1", "file": HOSTILE, "table": "raw_drug", "reason": HOSTILE, "n_lines": 1}]
    page = html_page(facts(designated_case=rows, term_signal=[term_row(HOSTILE)], rejected_reason=reason))
    assert not Outline(page).all("script", "img")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_every_table_has_a_caption_and_headed_rows_and_columns(outline):
    tables, captions = outline.all("table"), outline.all("caption")
    assert len(tables) == len(captions) > 10
    assert all(caption["text"].strip() for caption in captions)
    assert all(cell.get("scope") in {"col", "row", "colgroup"} for cell in outline.all("th"))
    assert all("scope" in cell for cell in outline.all("th"))


def test_headings_never_skip_a_level(outline):
    levels = [int(element["tag"][1]) for element in outline.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_landmarks_and_the_skip_link_lead_somewhere(outline):
    ids = [element["id"] for element in outline.elements if "id" in element]
    assert len(ids) == len(set(ids))
    assert outline.all("a")[0]["href"] == "#main"
    assert {link["href"][1:] for link in outline.all("a")} <= set(ids)
    assert {ref for e in outline.elements for ref in e.get("aria-labelledby", "").split()} <= set(ids)
    assert len(outline.all("main")) == len(outline.all("nav")) == 1
    assert outline.all("html")[0]["lang"] == "en-GB"


def test_every_chart_is_named_and_described(outline):
    charts = [element for element in outline.all("svg") if element.get("aria-hidden") != "true"]
    assert len(charts) == 3
    assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
    assert len([title for title in outline.all("title") if "svg" in title["within"]]) == len(charts)
    assert len(outline.all("desc")) == len(charts)


def test_what_scrolls_can_be_reached_by_keyboard(outline):
    boxes = [element for element in outline.elements if element.get("class") == "scroll"]
    assert len(boxes) == len(outline.all("table"))
    assert all(box["tabindex"] == "0" and box["role"] == "region" and box["aria-label"] for box in boxes)


def test_a_signal_is_told_in_words_and_not_by_colour_alone(page):
    table = table_of(page, "Compared with: All other reports")
    assert (
        '<td class="h3"><span class="sig"><span aria-hidden="true">●</span><span class="unseen">signal</span></span>'
        in table
    )
    assert escape(RULE, quote=False) in page


def test_an_endpoint_the_source_cannot_hold_is_not_assessable_and_never_nought():
    nothing = dict.fromkeys(
        ("a", "b", "c", "d", "expected", "ebgm", "eb05", "eb95", "ic", "ic025", "ic975", "prr", "ror")
    )
    page = html_page(facts(endpoint_signal=all_endpoints(**nothing, is_assessable=False, is_signal=None)))
    table = table_of(page, "Compared with: All other reports")
    assert table.count("not assessable") == len(re.findall(r'<th scope="row">', table)) > 10
    assert not re.search(r"<b>|a 0", table)


def test_where_no_prior_fits_the_map_shows_the_information_component_and_says_why():
    refused = [prior_row("all", reason="P runs to 0."), prior_row("non_car_t")]
    empty = all_endpoints(ebgm=None, eb05=None, eb95=None, is_signal=False)
    page = html_page(facts(endpoint_signal=empty, fitted_prior=refused))
    table = table_of(page, "Compared with: All other reports")
    assert "EBGM could not be fitted: P runs to 0." in " ".join(table.split())
    assert '<td class="h2"><b>3.08</b>' in table
    assert "refused:" in table_of(page, "One prior for each comparator")


def test_infinite_ratios_tell_their_lower_bound():
    infinite = all_endpoints(c=0, ror=None, ror_low=76.5, ror_high=None, is_ror_infinite=True)
    page = html_page(facts(endpoint_signal=infinite))
    assert '<span class="est">∞</span><span class="ci">lower bound 76.5</span>' in page


def test_a_term_with_rate_in_its_name_is_no_offence(page):
    assert "Glomerular filtration rate decreased" in page


def test_a_page_that_would_speak_of_a_rate_is_refused():
    step = {"step_number": 1, "step": "current", "unit": "case", "n": 1000, "meaning": "The rate of cases."}
    with pytest.raises(CartwatchError, match="rate"):
        html_page(facts(waterfall_step=[step]))


def test_a_pair_without_a_case_has_no_heat():
    table = table_of(html_page(facts(endpoint_signal=all_endpoints(a=0, eb05=5.0))), "Compared with: All other reports")
    assert not re.search(r'class="h\d"', table)


def test_a_term_names_the_endpoints_that_hold_it(page):
    table = table_of(page, "Most reported terms")
    row = next(row for row in table.split("<tr>") if "Glomerular" in row)
    assert "Acute kidney injury" in row


def test_the_line_listing_shows_codes_in_words_and_marks_the_terms_of_the_event(page):
    table = table_of(page, "1 case")
    for said in (
        "101",
        "physician",
        "death, hospitalisation",
        "KYMRIAH [PS]",
        "<b>Brain oedema</b>; Pyrexia",
        "2024-02-03",
    ):
        assert said in table


def test_an_endpoint_of_which_the_source_lacks_most_terms_says_so():
    terms = ["ACUTE KIDNEY INJURY", "RENAL FAILURE", "ANURIA"]
    rows = [{"endpoint": "aki", "scope": "narrow", "term": pt, "is_present": pt == "ANURIA"} for pt in terms]
    page = html_page(facts(endpoint_definition=rows))
    assert "Acute kidney injury<small>1 of 3 terms occur</small>" in page
    assert '<span class="absent">Renal failure</span>' in page


def test_a_designated_event_the_source_cannot_hold_is_not_assessable_and_never_no_case():
    def told(*held):
        row = {"endpoint": "cerebral_oedema", "term": "BRAIN OEDEMA"}
        rows = [row | {"scope": scope, "is_present": scope in held} for scope in ("narrow", "broad")]
        page = html_page(facts(designated_case=[], endpoint_definition=rows))
        return [
            page.count(said) for said in ("<p>No current case.</p>", ">Not assessable", ">Narrow terms not assessable")
        ]

    assert told("narrow", "broad") == [2, 0, 0]
    assert told("broad") == [2, 0, 1]
    assert told() == [1, 1, 0]


def test_a_lake_without_any_car_t_gives_a_page_that_says_so():
    nobody = [
        {"product": PRODUCT, "n_cases": 0, "n_incomplete": 0, "first_receipt_date": None, "last_receipt_date": None}
    ]
    page = html_page(facts(product_case=nobody, designated_case=[]))
    assert "No current case names a product of this report" in page
    assert not Outline(page).all("svg")


def test_broken_rules_stand_under_their_quarter_critical_first():
    rule = {"quarter": "2024Q1", "table": "case_drug", "raised": False, "n_checked": 9, "n_violating": 2, "share": 0.2}
    rules = [
        rule | {"rule": name, "severity": severity, "passed": passed, "threshold": "none", "found": name, "note": "why"}
        for name, severity, passed in (
            ("missing_code", "info", False),
            ("orphan", "warning", False),
            ("era", "warning", True),
        )
    ]
    page = html_page(facts(gate_rule=rules))
    assert "1 of 2" in table_of(page, "Quarters held")
    table = table_of(page, "2024Q1: rules that do not hold")
    assert table.index("orphan") < table.index("missing code")
    assert ">era<" not in table


def test_quarters_that_the_lake_lacks_are_said(page):
    with_gaps = html_page(replace(facts(), caveats=("The lake does not hold 2023Q2 to 2023Q3.",)))
    assert "The lake does not hold 2023Q2 to 2023Q3." in with_gaps
    assert "The lake does not hold" not in page


def test_the_first_tables_compare_with_four_comparators_and_with_no_single_age(page):
    overview = page[page.index('<h2 id="overview">') : page.index('<h2 id="product-')]
    told = re.findall(r'<caption><span class="cap">Compared with: (.*?)\n', overview)
    assert told == [
        "All other reports",
        "Reports without any CAR-T, since the product&#39;s approval",
        "Same disease, without any CAR-T",
        "Other CAR-Ts against the same antigen",
    ]


def test_every_comparator_stands_side_by_side_at_all_ages_in_adults_and_in_children(page):
    table = table_of(page, "Every comparator side by side")
    assert re.findall(r'colspan="3" class="group">(.*?)<', table) == [
        "All others",
        "No CAR-T",
        "Same disease",
        "Same disease, no IMiD",
        "Other CAR-Ts",
    ]
    assert [
        table.count(f">{ages}<small>10</small><small>v 990</small>") for ages in ("All ages", "Adults", "Children")
    ] == [5] * 3
    assert "<b>98.0</b><small>(24.0)</small><small>a 5</small>" in table


def test_a_comparator_the_product_cannot_be_compared_with_has_no_column():
    without = [row for row in all_endpoints() if not row["comparator"].startswith("car_t")]
    sizes = [comparison_row(known) for known in ("all", "haem_onc", "haem_onc_children")]
    page = html_page(facts(endpoint_signal=without, comparison=sizes))
    assert "Compared with: Other CAR-Ts" not in page
    assert re.findall(r'colspan="(\d)" class="group">(.*?)<', table_of(page, "Every comparator side by side")) == [
        ("1", "All others"),
        ("2", "Same disease"),
    ]


def test_what_a_comparator_leaves_out_is_told_with_its_reason():
    sizes = [
        comparison_row("haem_onc", n_no_indication=12, n_another_indication=1),
        comparison_row("haem_onc_adults", n_no_indication=12, n_unknown_age=3, n_comparator_unknown_age=1234),
        comparison_row("car_t", n_two_car_ts=2, n_comparator_two_car_ts=1),
    ]
    page = html_page(facts(comparison=sizes))
    assert (
        "<dt>Same disease</dt><dd>Left out: 12 cases of the product without an indication of a suspect drug; 1 case of the "
        "product with another indication; from one age alone, as of unknown age: 3 of the product and 1\u202f234 of those "
        "compared with.</dd>" in page
    )
    assert (
        "<dt>Other CAR-Ts</dt><dd>Left out: 2 cases of the product naming two different CAR-Ts; 1 case of those compared "
        "with naming two different CAR-Ts.</dd>" in page
    )


def test_a_side_without_a_case_is_told_and_has_no_ratio():
    page = html_page(facts(comparison=[comparison_row("all"), comparison_row("all_children", n_comparator=0)]))
    table = table_of(page, "Every comparator side by side")
    assert table.count(">no case</td>") == len(re.findall(r'<th scope="row">', table))


def test_every_comparator_shows_its_version(page):
    from pipeline.vocabulary.comparators import comparators

    assert all(against.version in page for against in comparators())
