"""The public copy of a whole study: what is hidden, and that nothing hidden follows from what is shown."""

import importlib.util
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.assembly import study_results
from pipeline.cohort.disclosure import derivable
from pipeline.cohort.families import equations, families
from pipeline.cohort.reference import Reference
from pipeline.cohort.rows import Section, estimate_table, row
from pipeline.cohort.suppression import public_results
from pipeline.errors import CartwatchError
from pipeline.report.studybenefit import unplaced
from tests.studyreportrows import facts

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)


@pytest.fixture(scope="module")
def whole():
    sites = ("breast", "colorectum", "lung")
    level = np.full((3, 2, 1, 30), 0.002)
    against = Reference(sites, np.array([0.0, 131.0]), np.arange(2010.0, 2041.0), level, "seer", "made up")
    return study_results(studycohort.drawn(500, seed=3), "demo", studycohort.DLP, against)


@pytest.fixture(scope="module")
def public(whole):
    return public_results(*whole)


def test_no_estimate_of_a_whole_study_stands_under_other_estimates(whole):
    assert unplaced(facts(whole.estimates.to_pylist())).parts == []


def test_no_small_count_is_shown(public):
    for one in public[0].to_pylist():
        for name in ("n_patients", "n_events"):
            assert one[name] is None or one[name] == 0 or one[name] >= 5, one
        if one["is_small"]:
            assert one["estimate"] is None
            assert one["reason"].startswith("Suppressed")


def test_no_hidden_count_follows_from_those_shown(public):
    estimates = public[0].to_pylist()
    asked = [dict(one, n_events=one["n_events"] or 0, n_patients=one["n_patients"] or 0) for one in estimates]
    n_hidden = 0
    for family in families(asked).values():
        hidden = {cell for cell, held in family.cells.items() if any(estimates[at]["is_small"] for at in held)}
        n_hidden += len(hidden)
        assert derivable(hidden, equations(family.cells)) == set(), sorted(hidden, key=str)[:3]
    assert n_hidden > 100


def test_most_of_what_is_large_stays(whole, public):
    large = [one for one in whole.estimates.to_pylist() if one["is_told"] and (one["n_events"] or 0) >= 50]
    shown = [one for one in public[0].to_pylist() if one["is_told"] and (one["n_events"] or 0) >= 50]
    assert len(shown) > len(large) / 2


def test_single_patients_are_in_no_public_copy(whole, public):
    assert any(one["estimand"] == "chase_list" for one in whole.estimates.to_pylist())
    assert not any("subject=" in one["population"] for one in public[0].to_pylist())


def test_public_curves_are_of_all_patients_and_their_numbers_at_risk_are_rounded_down(public):
    assert public[1].num_rows
    for one in public[1].to_pylist():
        assert one["population"] == "all"
        assert one["n_at_risk"] % 5 == 0


def deaths(steps):
    """Deaths at each step of a curve of survival: those at risk times what the step takes of those left."""
    left = 1.0
    for one in steps:
        yield one["at_years"], round(one["n_at_risk"] * (1 - one["estimate"] / left))
        left = one["estimate"]


def test_each_step_of_a_public_curve_of_survival_joins_five_deaths(whole, public):
    def steps(table):
        rows = [one for one in table.to_pylist() if (one["estimand"], one["population"]) == ("overall_survival", "all")]
        return sorted(rows, key=lambda one: one["at_years"])

    kept = [one["at_years"] for one in steps(public[1])]
    died = list(deaths(steps(whole.curves)))
    assert sum(n for _, n in died) > 50
    for begin, end in itertools.pairwise([0.0, *kept]):
        assert sum(n for at, n in died if begin < at <= end) >= 5


PAIRS = [
    ("transplant_ignored", "transplant_competes"),
    ("transplant_ignored", "transplant_censors"),
    ("event_free_survival", "event_free_survival_censored"),
    ("first_event", "all_events"),
    ("first_event", "first_event_grade_3"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" less ".join)
def test_no_small_count_follows_from_taking_one_estimand_from_another(whole, public, pair):
    def counts(table, estimand):
        told = [one for one in table.to_pylist() if one["estimand"] == estimand and one["n_events"] is not None]
        named = "survival" not in estimand
        return {
            (one["event"] if named else "", one["population"], one["window"], one["at_years"]): one["n_events"]
            for one in told
        }

    def near(table):
        first, second = (counts(table, name) for name in pair)
        return [key for key in first if key in second and 0 < abs(first[key] - second[key]) < 5]

    assert near(whole.estimates)
    assert near(public[0]) == []


def test_a_number_of_1000_goes_with_the_row_it_is_made_from(public):
    rows = public[0].to_pylist()
    source = {
        (one["event"], one["at_years"]): one["is_small"]
        for one in rows
        if one["estimand"] == "transplant_ignored" and one["population"] == "all" and "aalen v" in one["method"]
    }
    thousand = [one for one in rows if one["estimand"] == "per_thousand" and one["at_years"] is not None]
    assert thousand
    assert all(one["is_small"] == source[one["event"], one["at_years"]] for one in thousand)


def test_lineages_of_second_malignancies_do_not_give_away_the_one_that_is_hidden(public):
    rows = [one for one in public[0].to_pylist() if str(one["event"]).startswith("second_malignancy")]
    for at in (1.0, 2.0, 5.0):
        shown = [
            (one["event"], one["n_events"])
            for one in rows
            if one["estimand"] == "transplant_ignored" and one["population"] == "all" and one["at_years"] == at
        ]
        hidden = [name for name, n in shown if n is None]
        assert len(set(hidden)) != 1, (at, shown)


def test_few_at_risk_or_left_out_and_reasons_that_count_them_are_in_no_public_copy(public):
    for one in public[0].to_pylist():
        assert one["n_at_risk"] is None or one["n_at_risk"] % 5 == 0
        assert one["n_left_out"] is None or not 0 < one["n_left_out"] < 5
        assert not re.search(r"\d+ remain", one["reason"] or "")


def test_a_total_site_and_its_parts_are_one_family(whole):
    rows = [one for one in whole.estimates.to_pylist() if one["analysis"] == "standardised"]
    family = next(one for one in families(rows).values() if ("all", None, "breast") in one.cells)
    totals = [one for one in equations(family.cells) if one.total == ("all", None, None)]
    assert any({cell[2] for cell in one.parts} == {"breast", "colorectum", "lung"} for one in totals)


def test_a_row_needs_an_estimate_or_a_reason_and_never_both():
    said = {"measure": "share", "unit": "share", "method": "x"}
    with pytest.raises(CartwatchError, match="has an estimate and a reason against it, or neither"):
        row(Section.VISITS, "visit_made", **said)
    with pytest.raises(CartwatchError, match="or neither"):
        row(Section.VISITS, "visit_made", estimate=0.5, reason="because", **said)
    assert row(Section.VISITS, "visit_made", estimate=0.5, low=float("nan"), **said)["low"] is None


def test_two_estimates_of_one_key_are_refused():
    one = row(Section.VISITS, "visit_made", estimate=0.5, measure="share", unit="share", method="x")
    with pytest.raises(CartwatchError, match="has a key twice"):
        estimate_table("demo", "2026-06-30", [one, one])
