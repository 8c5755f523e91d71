"""The benchmark of tests, models and mean counts: what is planted, what is asked of it, and what is held."""

import numpy as np
import pytest

from benchmarks.coverage_draws import cohort_of
from benchmarks.coverage_models import as_tables, claims, rows_of_intervals, rows_of_tests, truth
from benchmarks.coverage_models_draws import PLANTED, Answer, Told, group_tests, hazard_ratios, mean_counts
from benchmarks.coverage_summary import FAILED, HELD, REPORTED


def test_every_test_model_and_mean_count_answers_for_a_small_cohort():
    cohort, other = cohort_of(1, n=200), cohort_of(2, "b_all", 200)
    tested = list(group_tests(cohort, (200,)))
    assert {one.what[0] for one in tested} == {"Log-rank", "Gray"}
    assert all(0 <= one.p <= 1 for one in tested)
    said = [*hazard_ratios(cohort, other, (200,)), *mean_counts(cohort, (200,))]
    assert {one.what[0] for one in said} == {"Cox", "Fine–Gray", "Ghosh–Lin", "Nelson–Aalen"}
    assert all(one.low < one.estimate < one.high for one in said)
    rows = rows_of_intervals(said)
    assert len(rows) == len(said)
    assert all(row["truth"] > 0 for row in rows)


def test_what_is_planted_is_the_truth():
    assert truth("Cox", "planted, women to men", 0) == PLANTED["women to men"]
    assert truth("Fine–Gray", "planted, 10 years of age", 0) == PLANTED["10 years of age"]
    assert truth("Cox", "kidney injury, lbcl to b_all", 0) == pytest.approx(1.6 / 2.8)
    living, dying = truth("Nelson–Aalen", "infections, nobody dying", 1), truth("Ghosh–Lin", "infections, dying", 1)
    assert living == pytest.approx((29 * 4.35 + 62 * 2.45 + 274.25 * 0.90) / 365.25)
    assert 0.5 * living < dying < living


def test_a_large_cohort_comes_near_to_what_is_planted():
    cohort = cohort_of(7, n=4000)
    said = [*hazard_ratios(cohort, cohort_of(8, "b_all", 4000), (4000,)), *mean_counts(cohort, (4000,))]
    for row in rows_of_intervals(said):
        assert row["median"] == pytest.approx(row["truth"], rel=0.25), row["quantity"]


def test_a_test_that_rejects_too_often_fails_from_twenty_events_in_each_group_on():
    def row_of(rejected, least):
        p = np.repeat([0.01, 0.5], [rejected, 1000 - rejected])
        (row,) = rows_of_tests(Answer(("Gray", "relapse", 60), 2 * least, least, each) for each in p)
        return row

    assert row_of(50, 30.0)["verdict"] == HELD
    assert row_of(90, 30.0)["verdict"] == FAILED
    assert row_of(90, 19.0)["verdict"] == REPORTED
    assert row_of(90, 19.0)["by_all_events"] == FAILED
    assert row_of(50, 30.0)["rejected"]["value"] == 0.05
    assert (
        claims([row_of(90, 30.0)], [])["tests reject 5 % where nothing differs, from 20 events in each group on"]
        is False
    )


def test_nothing_to_compare_neither_rejects_nor_keeps_quiet():
    (row,) = rows_of_tests([Answer(("Gray", "relapse", 60), 60.0, 30.0, p) for p in (np.nan, 0.5, 0.01, np.nan)])
    assert row["untold"] == 2
    assert row["rejected"]["value"] == 0.25


def test_a_model_without_a_fit_covers_nothing():
    said = [
        Told(("Cox", "Wald", "planted, women to men", 60, 0), 25.0, 12.5, *sides)
        for sides in ((0.7, 0.5, 0.9), (np.nan,) * 3)
    ]
    (row,) = rows_of_intervals(said)
    assert row["coverage"]["value"] == 0.5
    assert row["median"] == 0.7
    assert row["bias"] is None


def test_the_tables_name_what_was_planted():
    tested = rows_of_tests([Answer(("Gray", "relapse", 60), 60.0, 30.0, 0.5)] * 2)
    rows = rows_of_intervals([Told(("Cox", "Wald", "planted, women to men", 60, 0), 25.0, 12.5, 0.7, 0.5, 0.9)] * 2)
    record = {"cohorts": 2, "indication": "lbcl", "seed": 1, "monte_carlo_confidence": 0.9997, "planted": PLANTED}
    page = as_tables(record | {"tests": tested, "rows": rows, "claims": claims(tested, rows)})
    assert "0.7 for women to men" in page
    assert "| Gray | relapse | 60 | 60 | 30 | 0.0 %" in page
