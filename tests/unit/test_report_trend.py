"""What the report says of a trend: cases still to come, the first quarter above 0, contrasts told and refused."""

import datetime as dt

import pytest

from pipeline.report.page import html_page
from pipeline.report.trendtables import trend_tables
from pipeline.vocabulary.choices import calendar
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, facts

QUARTERS = ("2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1")
EVENT = next(event for event in calendar() if event.date == dt.date(2023, 11, 28))


def score(quarter, endpoint="crs", a=9, *, held=True, first=False):
    numbers = {"ic": 1.0, "ic025": 0.5, "ic975": 1.4, "expected": 3.0, "a": a, "b": 9, "c": 9, "d": 90}
    return {
        "product": PRODUCT, "endpoint": endpoint, "scope": "narrow", "comparator": "all", "receipt_quarter": quarter,
        "n_cases": 3, "is_every_quarter_held": held, "is_first_quarter_held": held and quarter == "2023Q1",
        "is_first_ic_positive": first,
    } | numbers  # fmt: skip


def foretold(quarter, clock="event", endpoint=None, known=8, expected=10.0, reason=None):
    numbers = {"n_known": known, "n_at_once": known, "n_expected": expected, "n_expected_low": 8.0}
    told = {"n_expected_high": expected + 5 if expected > known else expected, "share_known": 0.8, "n_delays": 4}
    head = {"product": PRODUCT, "series": "all cases", "endpoint": endpoint, "clock": clock, "origin_quarter": quarter}
    return head | numbers | told | {"dispersion": 1.0, "reason": reason}


def contrast(measure="cases", endpoint=None, reason=None):
    ratios = {
        f"{name}_{end}": None if reason else 1.5
        for name in ("level", "slope")
        for end in ("ratio", "low", "high", "p", "q")
    }
    counts = dict.fromkeys(("n_quarters_before", "n_quarters_after", "n_before", "n_after", "n_event_quarter"), 8)
    return {
        "product": PRODUCT, "series": "all cases", "endpoint": endpoint, "measure": measure, "event_day": EVENT.date,
        "event_title": EVENT.title, "event_quarter": "2023Q4", "foretold": 2.0, "dispersion": 1.0,
        "autocorrelation": 0.0, "correlation": 0.25, "n_other_events": 1, "reason": reason,
    } | ratios | counts  # fmt: skip


LAG = {"product": PRODUCT, "n_cases": 12, "n_used": 4, "n_without_receipt_day": 1, "n_without_event_day": 2} | {
    "n_possibly_padded": 3, "n_before_event": 1, "n_outside_holdings": 1, "n_longer": 0, "reason": "Too few.",
}  # fmt: skip


def told(**changed):
    rows = {
        "trend_quarter": [score(quarter, first=quarter == "2023Q3") for quarter in QUARTERS],
        "trend_nowcast": [
            *(foretold(quarter, expected=8.0) for quarter in QUARTERS[:-1]),
            foretold("2024Q1"),
            foretold(None, endpoint="crs", reason="Cases in the triangle: 3; at least 30 are needed."),
            *(foretold(quarter, "receipt", expected=8.0) for quarter in QUARTERS),
        ],
        "trend_contrast": [contrast(), contrast("share of cases", "crs", "Cases before: 2; at least 5 are needed.")],
        "trend_lag": [LAG],
    }
    return facts(
        product_quarter=[{"product": PRODUCT, "receipt_quarter": q, "n_cases": 3} for q in QUARTERS], **rows | changed
    )


@pytest.fixture(scope="module")
def found():
    return trend_tables(told(), product(PRODUCT), "p")


def test_the_newest_quarter_of_events_is_told_and_a_thin_series_refused(found):
    assert [(row["title"], row["origin_quarter"], row["n_expected"]) for row in found.newest] == [
        ("All cases", "2024Q1", 10.0)
    ]
    assert found.refused_nowcasts == [
        ("Cytokine release syndrome", "Cases in the triangle: 3; at least 30 are needed.")
    ]


def test_a_clock_on_which_nothing_is_to_come_is_not_drawn(found):
    assert [figure.title.split(":")[0] for figure in found.coming] == ["Cases by quarter of the event"]
    assert (found.n_received, found.n_late) == (40, 0)


def crossed(found):
    """Title, cases and first quarter of each endpoint listed."""
    return [(row["title"], row["a"], row["first"]) for row in found.crossings if row["a"]]


def test_the_first_quarter_above_zero_is_named(found):
    assert crossed(found) == [("Cytokine release syndrome", 9, "2023Q3")]
    assert found.component.svg.count(">2023Q3</text>") == 1


def test_every_endpoint_that_crossed_is_listed_however_few_its_cases_and_every_designated_one():
    many = ("crs", "icans", "fever", "infection", "hypotension", "death")
    rows = [score("2024Q1", name, a=50 + place) for place, name in enumerate(many)]
    rows += [score("2023Q4", "cerebral_oedema", a=3, first=True), score("2023Q4", "cytopenia", a=2)]
    listed = trend_tables(told(trend_quarter=rows), product(PRODUCT), "p").crossings
    ids = {item.title: item for item in endpoints()}
    names = {ids[row["title"]].id for row in listed}
    assert names == {*many, "cerebral_oedema", *(item.id for item in endpoints() if item.is_designated)}
    assert {row["a"] for row in listed if row["is_designated"] and row["ic"] is None} == {0}


def test_a_crossing_in_the_first_quarter_held_came_by_then():
    rows = [score(quarter, first=quarter == "2023Q1") for quarter in QUARTERS]
    assert trend_tables(told(trend_quarter=rows), product(PRODUCT), "p").crossings[0]["is_by_then"]
    assert "by 2023Q1, the first quarter held" in html_page(told(trend_quarter=rows))


def test_each_panel_of_the_score_has_its_own_scale():
    rows = [score(quarter, name) | {"ic975": top} for quarter in QUARTERS for name, top in (("crs", 1.4), ("fever", 9))]
    svg = trend_tables(told(trend_quarter=rows), product(PRODUCT), "p").component.svg
    assert (svg.count(">8</text>"), svg.count(">0.5</text>")) == (1, 1)
    assert svg.count('stroke-dasharray="2,2"') == len(("crs", "fever")), "one line at 0 across each panel"


def test_quarters_before_the_unbroken_holdings_are_not_drawn():
    rows = [score(quarter, held=quarter >= "2023Q4") for quarter in QUARTERS]
    assert trend_tables(told(trend_quarter=rows), product(PRODUCT), "p").drawn_since == "2023Q4"
    none_held = [score(quarter, held=False) for quarter in QUARTERS]
    assert trend_tables(told(trend_quarter=none_held), product(PRODUCT), "p").component is None


def test_contrasts_refused_are_counted_with_their_reason(found):
    [asked] = found.asked
    assert (asked.n_asked, asked.n_told) == (2, 1)
    assert asked.refusals == [("Cases before: at least 5 are needed.", 1)]
    assert [(row["title"], row["number"]) for row in found.contrasts] == [("All cases", asked.number)]


def test_the_page_says_what_is_refused_what_was_not_asked_and_as_of_when():
    page = html_page(told())
    for words in (
        "Days from event to FDA's first receipt: refused. Too few.",
        "1 × Cases before: at least 5 are needed.",
        "2 questions were asked, 1 answered",
        "none came out in a later quarter",
        "cases with an event in 2024Q1, as of 2024Q1",
        "Refused: 1 series too thin to foretell",
        "not as it was known then",
        "lack follow-ups still to come",
        "1.00, 0.25",
    ):
        assert words in page.replace("&#39;", "'"), words
    assert "Not asked" in page


def test_a_product_without_any_of_it_has_no_such_section():
    empty = {name: [] for name in ("trend_quarter", "trend_nowcast", "trend_contrast", "trend_lag")}
    page = html_page(told(**empty))
    assert "Cumulative information component" not in page
    assert "contrasts asked and refused" not in page
