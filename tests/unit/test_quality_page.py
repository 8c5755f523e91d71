"""The validation page: self-contained, readable, broken rules first, the same bytes for the same rows."""

import re
from html.parser import HTMLParser

from pipeline.quality.page import gate_page

HELD = {
    "run_id": "r",
    "table": "case_drug",
    "rule": "orphan",
    "severity": "warning",
    "passed": True,
    "raised": False,
    "n_checked": 1000,
    "n_violating": 0,
    "share": 0.0,
    "threshold": "no row",
    "note": "Why.",
    "found": "none of 1,000 rows",
}


def row(quarter, **changed):
    return HELD | {"quarter": quarter} | changed


def broken(quarter, n, **changed):
    return row(quarter, passed=False, n_violating=n, share=n / 1000, found=f"orphans ({n})", **changed)


RESULTS = [
    row("2023Q1"),
    broken("2023Q2", 5),
    row("2023Q1", rule="columns", severity="critical"),
    row("2023Q2", rule="columns", severity="critical", passed=False, n_violating=1, share=0.001),
    row("2023Q1", rule="sex_codes", severity="info"),
    row(
        "2023Q2",
        rule="sex_codes",
        severity="info",
        passed=False,
        raised=True,
        n_checked=None,
        n_violating=None,
        share=None,
    ),
    broken("2023Q1", 7, rule="date_order", severity="info"),
    row("2023Q2", rule="date_order", severity="info"),
    row("2023Q2", rule="held_always", severity="critical"),
]


class Outline(HTMLParser):
    """Elements in order and the text of each table row."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.rows, self.attributes = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data):
        if self.rows:
            self.rows[-1] += data

    def all(self, tag):
        return [attributes for each, attributes in self.attributes if each == tag]


def test_broken_rules_come_first_and_the_strictest_before_the_others():
    rows = " ".join(Outline(gate_page(RESULTS)).rows)
    names = ["columns", "sex codes", "orphan", "date order", "held always"]
    assert sorted(names, key=rows.index) == names


def test_a_rule_that_could_not_be_evaluated_is_shown_as_critical():
    page = gate_page(RESULTS)
    assert "critical (not evaluated)" in page
    assert "2023Q2 did not pass the gate: of 5 rules 3 are broken (2 critical, 1 warning)." in page


def test_the_trend_tells_the_share_of_each_quarter_in_words():
    told = [each["aria-label"] for each in Outline(gate_page(RESULTS)).all("svg")]
    assert "2023Q1 0 %; 2023Q2 0.5 %" in told
    assert "2023Q1 not known; 2023Q2 0 %" in told


def test_the_highest_bar_has_the_full_height_and_the_colour_of_its_severity():
    page = gate_page([broken("2023Q1", 5), broken("2023Q2", 10), row("2023Q3")])
    bars = [(each["class"], int(each["height"])) for each in Outline(page).all("rect")]
    assert bars == [("warning", 13), ("warning", 26)]


def test_every_table_has_a_caption_and_every_heading_cell_a_scope():
    outline = Outline(gate_page(RESULTS))
    assert outline.tags.count("caption") == outline.tags.count("table") == 3
    assert {each.get("scope") for each in outline.all("th")} <= {"row", "col"}
    assert outline.all("html") == [{"lang": "en"}]


def test_the_page_opens_without_a_network_and_in_light_and_dark():
    page = gate_page(RESULTS)
    assert not re.search(r"https?://|<script|<link|@import|url\(|src=", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_text_from_files_cannot_become_markup():
    page = gate_page([broken("2023Q1", 1) | {"found": "<script>'ZZ'</script>"}], title="A <b>")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "A &lt;b&gt;" in page


def test_the_last_run_of_a_quarter_counts():
    page = gate_page([broken("2023Q1", 5), row("2023Q1", run_id="later")])
    assert "2023Q1 passed the gate: all 1 rules hold." in page


def test_the_same_rows_give_the_same_page():
    assert gate_page(RESULTS) == gate_page([dict(each) for each in RESULTS])


def test_no_results_give_a_page_that_says_so():
    assert "No quarter has been through the gate yet." in gate_page([])
