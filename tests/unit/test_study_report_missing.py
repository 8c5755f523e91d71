"""The sections of those lost and of subgroups: which lines they have, in which order, and what a public copy says instead."""

import importlib.util
from pathlib import Path

import pytest

from pipeline.report.studymissing import missing
from pipeline.report.studysubgroups import subgroups

SPEC = importlib.util.spec_from_file_location("studyrows", Path(__file__).resolve().parents[1] / "studyreportrows.py")
studyrows = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studyrows)
estimate, facts = studyrows.estimate, studyrows.facts

EVENT = {"event": "second_malignancy"}


def at_year(estimand, value, year=1.0, analysis="missing_data", **more):
    return estimate(analysis, estimand, value, at_years=year, **EVENT, **({"low": None, "high": None} | more))


def of_lost(estimand, value, **more):
    return at_year(estimand, value, n_patients=20, measure="share of those lost", **more)


ROWS = [
    at_year("lost_without_event", 0.3, low=0.2, high=0.4),
    at_year("transplant_ignored", 0.4, analysis="time_to_event"),
    at_year("transplant_ignored", 0.9, analysis="time_to_event", method="aalen_johansen, jackknife variance, log-log"),
    at_year("loss_weighted", 0.45),
    at_year("lost_with_event", 0.7),
    of_lost("implied_share", 0.25),
    of_lost("tipping_share", None, reason="The interval holds the margin: there is no conclusion to change."),
    at_year("lost_without_event", None, year=3.0, reason="Of the 10 patients needed at risk until then, 4 remain."),
    estimate("missing_data", "loss_weight", 0.8, **EVENT, measure="smallest weight", n_left_out=20, unit="patient"),
    estimate(
        "missing_data",
        "loss_weight",
        31.0,
        **EVENT,
        measure="largest weight",
        n_left_out=20,
        is_flagged=True,
        unit="patient",
    ),
    estimate("completeness", "interval_censored_events", 3.0, event="infection", n_events=3, n_patients=1),
    estimate("completeness", "interval_censored_events", 0.0, event="crs", n_events=0, n_patients=0),
]


def texts(row):
    return [cell.text for cell in row]


def test_each_event_has_a_line_for_each_year_that_is_told_with_all_that_it_might_be():
    (part,) = missing(facts(ROWS)).parts
    shares, tipping = part.tables
    assert [texts(row) for row in shares.rows] == [
        ["Second malignancy (adjudicated)", *[""] * 6],
        ["By year 1", "20", "30.0 %", "40.0 %", "45.0 %", "70.0 %", "25.0 %"],
    ]
    assert shares.rows[1][2].interval == "20.0 % to 40.0 %"
    assert any("4 remain" in reason for reason in shares.reasons)
    assert texts(tipping.rows[0])[2:4] == ["20", "not told"]


def test_weights_that_are_too_large_and_events_known_to_a_month_are_marked():
    (part,) = missing(facts(ROWS)).parts
    weights, intervals = part.folded
    assert texts(weights.rows[0])[1:] == ["20", "0.80", "31.0"]
    assert weights.flagged == {0}
    assert [texts(row) for row in intervals.rows] == [["Infections", "3", "1"]]
    assert intervals.flagged == {0}


def in_group(level, value, kind="prior_lines", **more):
    said = {"population": f"{kind}={level}", "event": "death", "n_patients": 10, "n_events": 2, "person_years": 20.0}
    return estimate("subgroups", "subgroup_incidence", value, unit="per 100 person-years", **(said | more))


def test_subgroups_stand_in_their_order_unknown_last_with_how_far_they_differ():
    levels = ["10–<12", "unknown", "2–<3", "<2"]
    rows = [in_group(level, 10.0) for level in levels]
    rows.append(in_group("2–<3", 9.0) | {"estimand": "subgroup_shrunken"})
    apart = {"population": "prior_lines", "event": "death", "low": 0.05, "high": 0.9}
    rows.append(estimate("subgroups", "subgroup_scatter", 0.3, **apart))
    (part,) = subgroups(facts(rows)).parts
    (table,) = part.folded
    assert [row[0].text for row in table.rows] == ["Lines of therapy before", "<2", "2–<3", "10–<12", "Unknown"]
    assert table.rows[0][0].below == "truly differ by some 30.0 % of their mean (5.0 % to 90.0 %)"
    assert texts(table.rows[2])[1:] == ["10", "2", "20.0", "10.0", "9.00"]
    assert table.rows[1][5].text == "–"


@pytest.mark.parametrize("section", [missing, subgroups])
def test_a_public_copy_says_where_it_is_told(section):
    (part,) = section(facts(ROWS, is_public=True)).parts
    assert "regulator's copy only" in part.said[0]
    assert not part.tables
    assert not part.folded
    assert not section(facts([])).parts
