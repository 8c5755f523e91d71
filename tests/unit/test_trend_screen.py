"""What a person sees of a trend on the terminal: told and refused, in words, with what must be said beside a number."""

import pytest

from pipeline.screen import trend_summary
from pipeline.steps.result import StepReport

PRODUCT = "tisagenlecleucel"
LAG = {
    "product": PRODUCT,
    "n_cases": 40,
    "n_used": 31,
    "median_days": 12.0,
    "p90_days": 200.0,
    "longest_days": 900.0,
} | {"reason": None}
CONTRAST = {"product": PRODUCT, "endpoint": None, "measure": "cases", "event_quarter": "2023Q4"} | {
    f"{name}_{end}": value
    for name in ("level", "slope")
    for end, value in (("ratio", 1.5), ("low", 1.1), ("high", 2.25))
}
REFUSALS = [
    {"product": PRODUCT, "reason": "Cases before: 2; at least 5 are needed.", "n": 3},
    {"product": PRODUCT, "reason": "Cases before: 4; at least 5 are needed.", "n": 4},
    {"product": PRODUCT, "reason": "Quarters after: 1; at least 4 are needed.", "n": 9},
]


def crossing(endpoint, quarter, *, held_first=False):
    row = {"product": PRODUCT, "endpoint": endpoint, "receipt_quarter": quarter, "a": 7, "ic025": 0.123}
    return row | {"is_first_quarter_held": held_first}


@pytest.fixture
def shown(capsys):
    def show(contrasts=(), n_asked=17, n_refused=16, **details):
        report = StepReport("trend", "run", "2024Q1", counts={"n_asked": n_asked, "n_refused": n_refused})
        report.details = {"reporting_lag": [LAG], "first_crossing": [], "contrasts": list(contrasts)} | details
        trend_summary(report)
        return capsys.readouterr().out

    return show


def test_where_nothing_could_be_asked_the_screen_says_why(shown):
    said = " ".join(shown(n_asked=0, n_refused=0, refusals=[]).split())
    assert "No contrast asked: no event of the calendar lies in the quarters held" in said
    assert "--out tells why" not in said


def test_a_contrast_told_stands_with_its_bounds_and_the_refused_ones_with_their_reasons(shown):
    said = shown([CONTRAST], refusals=REFUSALS)
    assert "1.50 (1.10 to 2.25)" in said
    assert "all cases" in said
    assert (
        "17 contrasts asked, broad terms included, 16 of them refused: 9 × Quarters after: at least 4 are needed."
        in said
    )
    assert "7 × Cases before: at least 5 are needed." in said


def test_where_none_is_told_there_is_no_empty_table_but_why(shown):
    said = shown(n_asked=16, refusals=REFUSALS)
    assert "none answered: 9 × Quarters after" in said
    assert "Quarters after an event" not in said


def test_a_crossing_says_by_when_and_how_its_cases_were_judged(shown):
    rows = [crossing("crs", "2022Q3", held_first=True), crossing("spm_tcell", "2023Q4")]
    said = shown(first_crossing=rows)
    assert "by 2022Q3" in said
    assert "by 2023Q4" not in said
    assert "spm_tcell (unadjudicated)" in " ".join(said.split())


def test_columns_are_named_in_words(shown):
    said = shown([CONTRAST], first_crossing=[crossing("crs", "2023Q1")])
    assert "_days" not in said
    assert "receipt_quarter" not in said
    assert "half within days" in said
