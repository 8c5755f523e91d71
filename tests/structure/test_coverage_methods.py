"""Every method that a study names was simulated, or is listed as one without an interval: a new one must say which."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.coverage_methods import (
    SIMULATED,
    WITHOUT_INTERVAL,
    Simulated,
    as_table,
    plain,
    rows_behind,
)
from benchmarks.coverage_summary import FAILED, REPORTED
from benchmarks.coverage_tables import shown_in_docs
from pipeline.cohort.assembly import study_results
from pipeline.cohort.reference import Reference

ROOT = Path(__file__).resolve().parents[2]
RECORDS = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
SPEC = importlib.util.spec_from_file_location("studycohort", ROOT / "tests" / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
PLACE = "benchmarks/coverage_methods.py"


@pytest.fixture(scope="module")
def told():
    """Every row of a study with a reference, and the methods they name."""
    level = np.full((3, 2, 1, 30), 0.002)
    sites = ("breast", "colorectum", "lung")
    against = Reference(sites, np.array([0.0, 131.0]), np.arange(2010.0, 2041.0), level, "seer", "made up")
    return study_results(studycohort.drawn(150, seed=3), "demo", studycohort.DLP, against).estimates.to_pylist()


def test_every_method_that_a_study_names_was_simulated_or_has_no_interval(told):
    named = {plain(row["method"]) for row in told}
    listed = {*SIMULATED, *WITHOUT_INTERVAL}
    assert not named - listed, f"{PLACE} says of these neither where they were simulated nor why not: {named - listed}"
    assert not listed - named, f"{PLACE} lists what no study names: {listed - named}"
    assert not SIMULATED.keys() & WITHOUT_INTERVAL.keys()


def test_a_method_listed_without_an_interval_has_none(told):
    bounded = {plain(row["method"]) for row in told if row["low"] is not None or row["high"] is not None}
    assert not bounded & WITHOUT_INTERVAL.keys()
    assert len(bounded) > len(SIMULATED) / 2


@pytest.mark.parametrize("simulated", sorted(set().union(*SIMULATED.values())), ids=" ".join)
def test_what_stands_behind_a_method_is_in_the_record_and_nothing_failed(simulated):
    rows = rows_behind(simulated, RECORDS)
    assert rows
    assert all(row["coverage"] and row["verdict"] != FAILED for row in rows)


@pytest.mark.parametrize("method", SIMULATED)
def test_a_claim_is_made_of_every_method(method):
    rows = [row for simulated in SIMULATED[method] for row in rows_behind(simulated, RECORDS)]
    assert any(row["verdict"] != REPORTED for row in rows)


def test_a_method_without_a_row_is_found():
    assert rows_behind(Simulated("coverage", "Events per person-year", "none such"), RECORDS) == []
    assert plain("garwood, seer") == "garwood"
    assert plain("direct, fay-feuer") == "direct, fay-feuer"


def test_the_page_shows_the_methods_with_the_committed_figures():
    assert shown_in_docs("coverage_methods") == as_table(RECORDS), "run python -m benchmarks.coverage_methods"
