"""The public copy of a whole study: what is hidden, and that nothing hidden follows from what is shown."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.assembly import study_results
from pipeline.cohort.disclosure import derivable
from pipeline.cohort.reference import Reference
from pipeline.cohort.rows import Section, estimate_table, row
from pipeline.cohort.suppression import equations, families, public_results
from pipeline.errors import CartwatchError

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
    for family in families(asked):
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


def test_curves_are_of_all_patients_and_step_by_five(public):
    last = {}
    for one in public[1].to_pylist():
        assert one["population"] == "all"
        key = one["analysis"], one["estimand"], one["event"], one["competing"]
        assert last.get(key, 10**6) - one["n_at_risk"] >= 5
        last[key] = one["n_at_risk"]
    assert last


def test_a_total_site_and_its_parts_are_one_family(whole):
    rows = [one for one in whole.estimates.to_pylist() if one["analysis"] == "standardised"]
    family = next(one for one in families(rows) if ("all", None, "breast") in one.cells)
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
