"""Sequential designs against the R package Sequential 4.5.1, row by row, and against examples printed in its manual."""

import csv
import itertools

import numpy as np
import pytest

from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential import conditionalmaxsprt as conditional
from pipeline.sequential import poissonmaxsprt as poisson
from pipeline.sequential.uncertainbaseline import Baseline

# The reference stops its search once alpha is met to 1e-8; its values are the better the steeper alpha falls there.
SEARCH_ERROR, CLAIMED_ALPHA = 1e-6, 1.1e-8


@pytest.fixture(scope="module")
def rows(shared):
    with (shared / "oracle" / "sequential_critical_values.csv").open() as file:
        return list(csv.DictReader(file))


def of(rows, function, *, continuous=True):
    chosen = [row for row in rows if row["fun"] == function and (row["Groups"] == "continuous") == continuous]
    assert chosen, f"the reference has no row of {function}"
    return chosen


def plan_of(row):
    return poisson.Plan(float(row["SampleSize"]), int(float(row["M"])), float(row["D"]))


def test_continuous_poisson_values_agree(rows):
    for row in of(rows, "CV.Poisson"):
        if row["value"]:
            found = poisson.critical_value(plan_of(row), float(row["alpha"]))
            assert found.value == pytest.approx(float(row["value"]), rel=SEARCH_ERROR), row
            assert found.alpha == pytest.approx(float(row["alpha"]), abs=1e-13)


def test_continuous_poisson_values_spend_what_the_reference_claims(rows):
    for row in of(rows, "CV.Poisson"):
        if row["value"] and row["D"] == "0.0":
            spent = poisson.spent_alpha(float(row["value"]), plan_of(row))
            assert spent == pytest.approx(float(row["alpha"]), abs=CLAIMED_ALPHA), row


def test_a_row_without_a_value_is_refused_with_the_reason(rows):
    (row,) = [row for row in of(rows, "CV.Poisson") if not row["value"]]
    with pytest.raises(ValueError, match=r"length of 1 expected events even the lowest boundary spends only 0\.01899"):
        poisson.critical_value(plan_of(row), float(row["alpha"]))


def test_grouped_poisson_designs_spend_the_same_alpha(rows):
    for row in of(rows, "CV.Poisson", continuous=False):
        looks = list(itertools.accumulate(float(size) for size in row["Groups"].split(";")))
        plan, alpha = plan_of(row), float(row["alpha"])
        theirs = poisson.grouped_least(looks, float(row["value"]), plan)
        found = poisson.grouped_critical_value(looks, plan, alpha)
        assert poisson.grouped_least(looks, found.value, plan) == theirs
        assert found.alpha == pytest.approx(np.sum(poisson.crossing_chances(looks, theirs)), abs=1e-14)
        assert found.alpha <= alpha


def test_binomial_values_spend_the_alpha_of_the_reference(rows):
    for row in of(rows, "CV.Binomial"):
        share = binomial.matched_share(float(row["z_or_historical_cases_cc"]))
        plan = binomial.Plan(int(row["SampleSize"]), share, int(float(row["M"])))
        found = binomial.critical_value(plan, float(row["alpha"]))
        assert found.alpha == pytest.approx(float(row["actual_alpha"]), abs=1e-13), row
        looks = list(range(1, plan.length + 1))
        # Theirs, in five digits, lies above the last statistic that does not signal; ours is the first that does.
        theirs = binomial.flat_boundary(float(row["value"]), looks, plan)
        assert found.value >= float(row["value"]) - 1e-5
        assert np.sum(binomial.crossing_chances(looks, theirs, share)) == pytest.approx(found.alpha, abs=1e-13)


def conditional_plan(events, baseline, closing, minimum=1):
    return conditional.Plan(Baseline(baseline, closing), events, minimum=minimum)


def by_step(value, plan):
    return -np.diff(conditional.still_quiet(*conditional.stages(value, plan), plan.baseline), prepend=1.0)


def test_conditional_values_agree_when_the_last_step_is_judged_as_the_reference_judges_it(rows):
    """Its exact approach closes the baseline between two events, but in the last step at an event."""
    for row in of(rows, "CV.CondPoisson(Cases)"):
        events, baseline = int(row["SampleSize"]), float(row["z_or_historical_cases_cc"])
        value, actual = float(row["value"]), float(row["actual_alpha"])
        between, at_event = (
            by_step(value, conditional_plan(events, baseline, closing)) for closing in ("between_events", "at_event")
        )
        assert float(np.sum(between[:-1]) + at_event[-1]) == pytest.approx(actual, abs=1e-12)
        assert actual < np.sum(between) < actual + 2e-4


def test_conditional_values_as_published_agree(rows):
    for row in of(rows, "CV.CondPoisson(Cases)"):
        events, baseline = int(row["SampleSize"]), float(row["z_or_historical_cases_cc"])
        plan = conditional_plan(events, baseline, "between_events")
        found = conditional.critical_value_as_published(plan, float(row["alpha"]))
        assert found.value == pytest.approx(float(row["value"]), abs=SEARCH_ERROR)
        assert conditional.spent_alpha(found.value, plan) > 0.05


def test_conditional_values_of_one_closing_lie_just_above_the_reference(rows):
    for row in of(rows, "CV.CondPoisson(Cases)"):
        plan = conditional_plan(int(row["SampleSize"]), float(row["z_or_historical_cases_cc"]), "between_events")
        assert 0 < conditional.critical_value(plan, 0.05).value - float(row["value"]) < 0.005


def test_the_example_of_the_conditional_manual_agrees_likewise():
    """CV.CondPoisson(Inference="exact", StopType="Cases", K=20, cc=20, M=2, alpha=0.05) prints 3.149115."""
    between, at_event = (
        by_step(3.149115, conditional_plan(20, 20, closing, 2)) for closing in ("between_events", "at_event")
    )
    assert float(np.sum(between[:-1]) + at_event[-1]) == pytest.approx(0.05, abs=2e-8)


def test_the_example_of_the_poisson_manual_agrees():
    """Performance.Poisson(SampleSize=10, cv=CV.Poisson(SampleSize=10, alpha=0.05), RR=2)."""
    plan = poisson.Plan(10.0)
    found = poisson.performance(poisson.critical_value(plan, 0.05).value, plan, 2.0)
    assert (found.power, found.time, found.length) == pytest.approx((0.6850634, 4.130985, 5.979353), abs=6e-7)


def test_the_example_of_the_binomial_manual_agrees():
    """Performance.Binomial(N=30, M=1, cv=2, z=1, RR=2)."""
    found = binomial.performance(2.0, binomial.Plan(30, 0.5), 2.0)
    assert (found.power, found.time, found.length) == pytest.approx((0.658732, 10.7893, 17.3453), abs=5e-5)


CHECKED = [(5.0, 3.297183), (10.0, 3.467952), (20.0, 3.628123), (50.0, 3.819903)]


@pytest.mark.parametrize(("length", "value"), CHECKED)
def test_values_of_kulldorffs_table_come_out(length, value):
    assert poisson.critical_value(poisson.Plan(length), 0.05).value == pytest.approx(value, abs=5e-7)


def test_the_statistic_of_seven_beside_two_comes_out():
    assert float(poisson.log_likelihood_ratio(7, 2.0)) == pytest.approx(3.7693, abs=5e-5)
