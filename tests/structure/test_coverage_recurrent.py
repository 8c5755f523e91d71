"""What docs/registry_simulation.md says of events that come back is what the committed record holds."""

import json
from pathlib import Path

import pytest

from benchmarks import coverage_recurrent
from benchmarks.coverage_command import LEAST_COHORTS
from benchmarks.coverage_recurrent import CLUSTERED, INDEPENDENT, ROBUST
from benchmarks.coverage_summary import LEAST_EVENTS, NOMINAL, REPORTED
from benchmarks.coverage_tables import shown_in_docs
from pipeline.cohort.parameters import parameters

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))["coverage_recurrent"]
JUDGED = [row for row in RECORD["rows"] if row["verdict"] != REPORTED]


def test_the_page_shows_the_record_and_it_rests_on_enough_cohorts_and_the_rule_in_force():
    assert shown_in_docs("coverage_recurrent") == coverage_recurrent.as_tables(RECORD)
    assert RECORD["cohorts"] >= LEAST_COHORTS
    assert RECORD["least_patients"] == parameters()["least_patients_robust"]
    assert all(RECORD["claims"].values())


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: f"{row['interval']}, {row['quantity']}, {row['n']}")
def test_a_row_that_is_judged_covers_no_less_than_asked(row):
    assert row["coverage"]["high"] >= NOMINAL
    if row["interval"] == ROBUST:
        assert row["expected_events"] >= LEAST_EVENTS
        assert row["no_interval"] < 0.05


@pytest.mark.parametrize("name", [CLUSTERED, INDEPENDENT])
def test_the_robust_interval_is_judged_in_each_world(name):
    assert len([row for row in JUDGED if row["interval"] == ROBUST and f", {name}, " in row["quantity"]]) >= 8


def test_exact_intervals_are_too_short_where_events_cluster_and_hold_where_they_do_not():
    exact = [row for row in RECORD["rows"] if row["interval"] == "garwood"]
    short = [row for row in exact if f", {CLUSTERED}, " in row["quantity"]]
    assert max(row["coverage"]["value"] for row in short if row["expected_events"] >= LEAST_EVENTS) < NOMINAL
    assert min(row["coverage"]["high"] for row in exact if f", {INDEPENDENT}, " in row["quantity"]) >= NOMINAL
