"""What docs/registry_simulation.md says of the estimators is what the committed record holds."""

import json
from pathlib import Path

import pytest

from benchmarks import coverage_exact, coverage_models
from benchmarks.coverage_command import LEAST_COHORTS
from benchmarks.coverage_summary import EXACT, FAILED, LEAST_EVENTS, NOMINAL, REPORTED
from benchmarks.coverage_tables import as_tables, shown_in_docs

ROOT = Path(__file__).resolve().parents[2]
KEPT = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
RECORD, MODELS = KEPT["coverage"], KEPT["coverage_models"]
SHARES = KEPT["coverage_exact"]


def test_the_page_shows_the_committed_record():
    assert shown_in_docs("coverage") == as_tables(RECORD)


def test_the_record_rests_on_enough_cohorts():
    assert RECORD["cohorts"] >= LEAST_COHORTS


@pytest.mark.parametrize("claim", RECORD["claims"])
def test_every_claim_holds(claim):
    assert RECORD["claims"][claim] is True


def test_every_kind_of_estimator_is_in_the_record_and_judged_where_it_is_claimed():
    judged = {(row["estimator"], row["interval"]) for row in RECORD["rows"] if row["verdict"] != REPORTED}
    assert judged == {
        ("Events per person-year", "garwood"),
        ("Events per person-year", "mid-p"),
        ("Observed over expected", "garwood"),
        ("Observed over expected", "mid-p"),
        ("Ratio of two", "exact"),
        ("Kaplan–Meier", "log-log"),
        ("Aalen–Johansen", "aalen, log-log"),
        ("Aalen–Johansen", "greenwood, log-log"),
        ("Aalen–Johansen", "jackknife, log-log"),
        ("Restricted mean", "Greenwood"),
    }


@pytest.mark.parametrize(
    "row", [row for row in RECORD["rows"] if row["verdict"] != REPORTED], ids=lambda row: row["quantity"]
)
def test_a_row_that_is_judged_covers_as_claimed(row):
    assert row["verdict"] != FAILED
    assert row["coverage"]["high"] >= NOMINAL
    if row["kind"] != EXACT:
        assert row["expected_events"] >= LEAST_EVENTS
        assert row["coverage"]["low"] <= NOMINAL


def test_poisson_intervals_of_clustered_infections_are_shown_to_be_too_short():
    rows = [row for row in RECORD["rows"] if row["quantity"].startswith("all events")]
    assert rows
    assert all(row["verdict"] == REPORTED for row in rows)
    assert any(row["coverage"]["high"] < NOMINAL for row in rows)


def test_deaths_without_relapse_by_one_minus_kaplan_meier_are_twice_the_truth():
    (row,) = [
        row
        for row in RECORD["rows"]
        if row["estimator"].startswith("1 - ") and row["quantity"] == "death without relapse, 5 y" and row["n"] == 1000
    ]
    assert row["bias"]["low"] > row["truth"]


def test_the_page_shows_the_record_of_tests_models_and_mean_counts():
    assert shown_in_docs("coverage_models") == coverage_models.as_tables(MODELS)
    assert MODELS["cohorts"] >= LEAST_COHORTS
    assert all(MODELS["claims"].values())


def test_every_test_model_and_mean_count_is_judged_somewhere():
    judged = {row["test"] for row in MODELS["tests"] if row["verdict"] != REPORTED}
    judged |= {row["estimator"] for row in MODELS["rows"] if row["verdict"] != REPORTED}
    assert judged == {"Log-rank", "Gray", "Cox", "Fine–Gray", "Ghosh–Lin", "Nelson–Aalen"}


@pytest.mark.parametrize(
    "row", [row for row in MODELS["rows"] if row["verdict"] != REPORTED], ids=lambda row: row["quantity"]
)
def test_an_interval_of_a_model_that_is_judged_covers_as_claimed(row):
    assert row["coverage"]["low"] <= NOMINAL <= row["coverage"]["high"]
    assert row["rests_on"] >= LEAST_EVENTS


@pytest.mark.parametrize(
    "row", [row for row in MODELS["tests"] if row["verdict"] != REPORTED], ids=lambda row: row["quantity"]
)
def test_a_test_that_is_judged_rejects_as_claimed(row):
    assert row["rejected"]["low"] <= 1 - NOMINAL <= row["rejected"]["high"]


def test_where_twenty_events_in_all_are_too_few_there_are_sixty_patients():
    failed = [row for row in [*MODELS["tests"], *MODELS["rows"]] if row["by_all_events"] == FAILED]
    assert {row["n"] for row in failed} == {60}


def test_the_page_shows_the_record_of_shares_medians_and_excesses():
    assert shown_in_docs("coverage_exact") == coverage_exact.as_tables(SHARES)
    assert SHARES["cohorts"] >= LEAST_COHORTS
    assert SHARES["claims"] == coverage_exact.claims(SHARES["rows"], SHARES["summed"])
    assert all(SHARES["claims"].values())


def test_of_shares_medians_and_excesses_only_asymptotic_ones_and_those_few_cohorts_tell_are_not_judged():
    unjudged = [row for row in SHARES["rows"] if row["verdict"] == REPORTED]
    assert unjudged
    for row in unjudged:
        too_few = row["kind"] != EXACT and row["expected_events"] < LEAST_EVENTS
        assert too_few or row["told"] < coverage_exact.LEAST_TOLD, row


def test_the_row_at_the_edge_of_the_first_benchmark_is_not_too_short_in_other_cohorts():
    (row,) = [
        row
        for row in SHARES["rows"]
        if (row["interval"], row["quantity"], row["n"]) == ("aalen, log-log", "relapse, 5 y", 1000)
    ]
    assert row["cohorts"] > RECORD["cohorts"]
    assert row["coverage"]["low"] <= NOMINAL <= row["coverage"]["high"]
