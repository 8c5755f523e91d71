"""The benchmark of shares, medians, excesses and standardised figures: what is planted, what is asked, what is held."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from benchmarks.coverage_draws import MEDIAN, cohort_of
from benchmarks.coverage_exact import as_tables, claims, with_told
from benchmarks.coverage_exact_draws import as_told, medians, said_of, shares
from benchmarks.coverage_exact_sums import exact_hold, spanned, summed
from benchmarks.coverage_exact_worlds import drawn_rows
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    EXACT,
    FAILED,
    HELD,
    REPORTED,
    curve_truth,
    holding,
    row,
    rows_of_curves,
    unbiased,
)
from pipeline.study.binomial import share

N = 60


@pytest.fixture(scope="module")
def drawn():
    return drawn_rows(60)


def followed_for_good(**changed):
    """A cohort nobody leaves, with some of its course replaced; and the end of follow-up."""
    cohort = cohort_of(1, n=N)
    never = np.full(N, np.inf)
    course = replace(cohort.course, relapse=never, death=never, lost=never, withdrawal=never)
    return replace(cohort, course=replace(course, **changed)), np.full(N, 5000.0)


def test_every_estimator_answers_for_one_cohort():
    said = list(said_of(cohort_of(3, n=1000), cohort_of(4, "fl", 1000)))
    assert {one.what[:2] for one in said} == {
        ("Share", "clopper-pearson"),
        ("Median", "brookmeyer-crowley"),
        ("Kaplan–Meier", "log-log"),
        ("Restricted mean", "Greenwood"),
        ("Aalen–Johansen", "aalen, log-log, exact without events"),
        *(("Aalen–Johansen", f"{variance}, log-log") for variance in ("aalen", "greenwood", "jackknife")),
    }
    assert all(one.low <= one.estimate <= one.high for one in said)
    assert {one.what[2].split(", ")[1] for one in said if one.what[0] == "Median"} == {"lbcl", "fl"}
    rows = rows_of_curves(said)
    assert len(rows) == len(said)
    assert {each["kind"] for each in rows if each["estimator"] == "Share"} == {EXACT}
    assert {each["kind"] for each in rows if each["estimator"] != "Share"} == {ASYMPTOTIC}


def test_half_have_died_by_the_true_median():
    years = curve_truth(f"{MEDIAN}, lbcl", 0)
    assert curve_truth("overall survival", years) == pytest.approx(0.5)
    assert curve_truth(f"{MEDIAN}, lbcl, late entry", 0) == years
    assert years < curve_truth(f"{MEDIAN}, fl", 0) < 15


def test_shares_count_a_death_after_relapse_as_a_relapse():
    relapse, death = (np.full(N, np.inf) for _ in range(2))
    relapse[:6] = 20.0
    death[:6], death[6:9] = 25.0, 27.0
    cohort, _ = followed_for_good(relapse=relapse, death=death)
    first = {one.what[2]: one for one in shares(cohort, N) if one.what[4] < 30 / 365.25}
    assert {name: one.n_events for name, one in first.items()} == {"relapse": 6.0, "death without relapse": 3.0}
    assert first["relapse"].estimate == 0.1
    assert {each["quantity"] for each in rows_of_curves(first.values())} == {
        "relapse, day 28",
        "death without relapse, day 28",
    }


def test_a_median_whose_upper_bound_lies_beyond_the_curve_has_none():
    death = np.full(N, np.inf)
    death[:31] = np.arange(31) + 100.0
    cohort, end = followed_for_good(death=death)
    found = next(iter(medians(cohort, end, N, "lbcl")))
    assert found.estimate == pytest.approx(129.5 / 365.25)
    assert 0 < found.low < found.estimate
    assert found.high == np.inf


def test_a_median_that_is_not_reached_is_not_told():
    cohort, end = followed_for_good()
    assert list(medians(cohort, end, N, "lbcl")) == []


def test_where_no_event_was_seen_the_exact_bound_stands():
    cohort, end = followed_for_good()
    first = next(iter(as_told(cohort, end, N)))
    assert (first.n_events, first.estimate, first.low) == (0.0, 0.0, 0.0)
    assert first.high == pytest.approx(share(0, N).high[0])


def test_drawn_worlds_are_held_against_what_they_were_drawn_from(drawn):
    truths = {(each["estimator"], each["quantity"]): each["truth"] for each in drawn}
    assert truths["Directly standardised", "drawn, standard own ages"] == pytest.approx(0.01286)
    assert truths["Observed less expected", "drawn, 1 times the background, per 10000 person-years"] == 0.0
    assert truths["Observed less expected", "drawn, 2 times the background, per 10000 person-years"] == 50.0
    assert truths["Share", "drawn, 0.36"] == 0.36
    assert all(each["coverage"]["value"] > 0.8 for each in drawn)
    for each in drawn:
        assert each["bias"]["low"] <= 0 <= each["bias"]["high"], each


def test_a_figure_that_few_cohorts_tell_is_not_judged(drawn):
    one = drawn[0]
    assert with_told(one, 60) == one | {"told": 1.0}
    assert with_told(one, 100) == one | {"told": 0.6, "verdict": REPORTED}


def test_coverage_summed_over_counts_is_that_of_the_definition():
    low, high = (np.array(side) for side in ([0.0, 0.2, 0.6], [0.5, 0.9, 1.0]))
    least, most = spanned(low, high, 0.0, 1.0, lambda count, p: special.bdtr(count, 2, p))
    assert least == pytest.approx(2 * 0.6 * 0.4, abs=1e-6)  # just below 0.6 only one of two covers it
    assert most == pytest.approx(1.0, abs=1e-3)  # near 0 none is seen, near 1 both


def test_exact_intervals_cover_at_least_what_was_asked_whatever_is_expected():
    rows = summed()
    assert exact_hold(rows, 0.95)
    assert not exact_hold([*rows, {"interval": "garwood", "of": "x", "least": 0.9499}], 0.95)
    least = {one["of"]: one["least"] for one in rows if one["interval"] == "mid-p"}
    assert least["0 to 5 events expected"] < 0.92
    assert 0.939 < least["20 to 100 events expected"] < 0.945


def test_a_claim_fails_with_any_of_its_rows(drawn):
    assert all(claims(drawn, []).values())
    short = row(("Share", "x", "y", 10, EXACT), np.full(400, 30.0), (np.ones(400),) * 3, 1.1)
    assert short["verdict"] == FAILED
    assert not holding([*drawn, short], EXACT)
    assert holding([*drawn, short], ASYMPTOTIC)
    assert not unbiased([short])
    found = claims([*drawn, short], [])
    assert found["exact intervals cover"] is False
    assert found["asymptotic intervals cover from 20 events on"] is True
    assert found["estimates of shares, excesses, standardised figures and curves are unbiased"] is False


def test_the_page_tells_how_many_were_drawn(drawn):
    record = {"cohorts": 60, "sizes": [60], "indication": "lbcl", "seed": 1, "drawn_seed": 2}
    page = as_tables(
        record | {"monte_carlo_confidence": 0.9997, "rows": drawn, "claims": claims(drawn, []), "summed": summed()}
    )
    assert "60 cohorts of up to 60 treated patients" in page
    assert "| Directly standardised | fay-feuer | exact |" in page
    assert HELD in page
    assert {each["verdict"] for each in drawn} <= {HELD, REPORTED}
