"""Figures of the coverage benchmark: what is counted as covering, what is judged, and the truths it is held against."""

import numpy as np
import pytest

from benchmarks.coverage_draws import (
    WINDOWS,
    Both,
    Counted,
    Said,
    Window,
    at,
    cohort_of,
    completeness,
    counts,
    curves,
    ended,
    first_events,
    left_at,
    ratios,
    within,
)
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    EXACT,
    FAILED,
    HELD,
    REPORTED,
    bias_of,
    curve_truth,
    pace,
    ratio_truth,
    row,
    rows_of_counts,
    rows_of_ratios,
    share,
    verdict,
)
from pipeline.study.bounds import Curve


def test_an_interval_that_does_not_exist_does_not_cover():
    estimate, low, high = (
        np.array([1.0, 1.0, 1.0, 1.0]),
        np.array([0.5, np.nan, 1.2, 0.5]),
        np.array([2.0, np.nan, 2.0, 1.0]),
    )
    found = row(("x", "y", "z", 10, ASYMPTOTIC), np.full(4, 30.0), (estimate, low, high), 1.0)
    assert found["coverage"]["value"] == 0.5
    assert found["no_interval"] == 0.25


def test_the_monte_carlo_interval_of_a_share_is_exact():
    assert share(0, 0) is None
    assert share(0, 10)["low"] == 0.0
    assert share(10, 10)["high"] == 1.0
    assert share(950, 1000)["low"] < 0.95 < share(950, 1000)["high"]


@pytest.mark.parametrize(
    ("kind", "events", "low", "high", "wanted"),
    [
        (EXACT, 0.5, 0.97, 1.0, HELD),
        (EXACT, 0.5, 0.90, 0.94, FAILED),
        (EXACT, 50.0, 0.94, 0.96, HELD),
        (ASYMPTOTIC, 19.9, 0.80, 0.85, REPORTED),
        (ASYMPTOTIC, 20.0, 0.80, 0.94, FAILED),
        (ASYMPTOTIC, 20.0, 0.96, 0.99, FAILED),
        (ASYMPTOTIC, 20.0, 0.94, 0.96, HELD),
        (REPORTED, 50.0, 0.10, 0.20, REPORTED),
    ],
)
def test_a_claim_is_judged_as_it_is_stated(kind, events, low, high, wanted):
    assert verdict(kind, events, {"value": (low + high) / 2, "low": low, "high": high}) == wanted


def test_a_bias_is_told_only_where_every_estimate_is_finite():
    assert bias_of(np.array([1.0, np.inf]), 1.0) == {"bias": None}
    found = bias_of(np.array([0.9, 1.0, 1.1]), 0.5)["bias"]
    assert found["value"] == 0.5
    assert found["low"] < 0.5 < found["high"]


def test_truths_are_the_planted_ones():
    assert pace("aki, days 0 to 30", "lbcl") == pytest.approx(1.6)
    assert ratio_truth("women ÷ men, aki, days 0 to 30") == 1.0
    assert ratio_truth("lbcl ÷ b_all, aki, days 0 to 30") == pytest.approx(1.6 / 2.8)
    together = sum(curve_truth(name, 5) for name in ("relapse", "death without relapse", "relapse-free survival"))
    assert together == pytest.approx(1.0)
    assert 0 < curve_truth("overall survival", 5) < curve_truth("overall survival", 1) < 1
    assert curve_truth("overall survival", 5) * 5 < curve_truth("years alive", 5) < 5


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.toxicity)
def test_a_window_has_one_pace_throughout(window):
    from pipeline.demo.cohorthazards import DAYS_PER_YEAR
    from pipeline.demo.cohortsettings import cohort_settings

    settings = cohort_settings()
    toxicity = next(each for each in settings.toxicities if each.id == window.toxicity)
    hazard = toxicity.hazards[settings.indications.index("lbcl")]
    days = np.linspace(window.first, window.below - 1e-6, 50)
    np.testing.assert_allclose(
        hazard.at(days) * DAYS_PER_YEAR,
        pace(f"{window.toxicity}, days {window.first:.0f} to {window.below:.0f}", "lbcl"),
    )


def test_time_at_risk_in_a_window_ends_with_the_event_the_end_or_the_window():
    window = Window("x", 10, 20)
    had, days = within(window, np.array([5.0, 12.0, np.inf, np.inf, 19.0]), np.array([50.0, 50.0, 50.0, 14.0, 15.0]))
    assert had.tolist() == [False, True, False, False, False]
    assert days.tolist() == [0.0, 2.0, 10.0, 4.0, 5.0]


def test_a_curve_is_read_at_its_last_step():
    curve = Curve(*(np.array(side) for side in ([10.0, 400.0], [0.9, 0.5], [0.1, 0.1], [0.8, 0.4], [1.0, 0.6])))
    assert at(curve, 1, before=1.0) == (10.0, 0.9, 0.8, 1.0)
    assert at(curve, 5, before=1.0) == (400.0, 0.5, 0.4, 0.6)
    time, estimate, low, high = at(curve, 0.001, before=1.0)
    assert (time, estimate) == (0.0, 1.0)
    assert np.isnan([low, high]).all()


def test_follow_up_ends_with_what_comes_first():
    found = ended(np.array([5.0, 5.0, 5.0]), np.array([7.0, 2.0, 3.0]), np.array([9.0, 9.0, 1.0]))
    assert found.exit.tolist() == [5.0, 2.0, 1.0]
    assert found.cause.tolist() == [0, 1, 2]


def test_counts_and_ratios_become_rows_by_method_and_quantity():
    counted = [Counted(("first events", "aki, days 0 to 30", 60), events, 4.0) for events in (5.0, 6.0, 7.0)]
    rows = rows_of_counts(counted)
    assert [each["interval"] for each in rows] == ["garwood", "mid-p"]
    assert {each["expected_events"] for each in rows} == {6.0}
    both = [Both(("women ÷ men, x", 60), (3, 4), (5.0, 6.0)), Both(("women ÷ men, x", 60), (0, 0), (5.0, 6.0))]
    (ratio,) = rows_of_ratios(both)
    assert ratio["cohorts"] == 1


def test_every_estimator_answers_for_a_small_cohort():
    cohort = cohort_of(1, n=300)
    end = left_at(cohort)
    said = list(curves(cohort, end, 250))
    assert {one.what[0] for one in said} == {"Kaplan–Meier", "Aalen–Johansen", "1 - Kaplan–Meier", "Restricted mean"}
    assert all(isinstance(one, Said) and one.estimate >= 0 for one in said)
    assert all(one.per > 0 for one in counts(cohort, end, (250,)) if one.what[1] != "breast")
    assert all(len(one.events) == 2 for one in ratios(cohort, cohort_of(2, "b_all", 300), (250,)))
    c, followed_share = completeness(cohort, end)
    assert 0 < c <= followed_share <= 1
    assert np.isinf(first_events(cohort, "tls")).any()
