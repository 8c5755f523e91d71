"""Those lost to follow-up, events known to the month, and subgroups: a few patients, worked out by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.accrual import completeness_rows
from pipeline.cohort.assembly import study_results
from pipeline.cohort.events import events_by_endpoint
from pipeline.cohort.firstevents import first_events
from pipeline.cohort.intervalcensored import interval_censored_rows
from pipeline.cohort.malignancies import malignancies_of
from pipeline.cohort.missingdata import is_lost, missing_rows
from pipeline.cohort.missingratio import fewest_above
from pipeline.cohort.patients import followed_patients, infused_patients
from pipeline.cohort.reference import Reference
from pipeline.cohort.subgroups import subgroup_rows
from pipeline.cohort.suppression import public_results
from pipeline.study.poisson import standardised_ratio

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2021, 1, 1)
DUE = (DLP - START).days  # 2006 days were due of everybody
REFERENCE = Reference(
    ("breast",), np.array([0.0, 131.0]), np.array([2020.0, 2027.0]), np.full((1, 2, 1, 7), 0.01), "seer", "drawn"
)


def day(number):
    return START + dt.timedelta(days=number)


def people(prefix, n, last, **more):
    end = day(last).isoformat()
    return [patient(f"{prefix}{at:03}", infused=START.isoformat(), contact=end, **more) for at in range(n)]


def tumours(prefix, n, number):
    said = {"diagnosis_date": day(number), "pt": "Breast cancer", "site": "breast", "origin": "solid"}
    return [{"subject_id": f"{prefix}{at:03}", "decision": "second_primary"} | said for at in range(n)]


# Of 50 patients 10 have a malignancy on day 100, 20 are lost on day 200, 5 of the 20 who are left have one on day 300.
COHORT = {
    "subject": [
        *people("a", 10, 1990, has_prior_transplant=True, n_prior_lines=2),
        *people("b", 20, 200, has_prior_transplant=False, n_prior_lines=4),
        *people("c", 20, 1990, n_prior_lines=7),
    ],
    "malignancy": [*tumours("a", 10, 100), *tumours("c", 5, 300)],
    "infusion": [
        {"subject_id": f"a{at:03}", "infusion_date": START, "is_index": True, "dose_cells": 1.5e8} for at in range(10)
    ],
    "treatment": [
        {"subject_id": "a000", "kind": "lymphodepletion", "treatment": "Fludarabine", "start_date": day(-5)},
        {"subject_id": "a000", "kind": "lymphodepletion", "treatment": "CYCLOPHOSPHAMIDE", "start_date": day(-5)},
        {"subject_id": "b000", "kind": "lymphodepletion", "treatment": "Bendamustine", "start_date": day(3)},
        {"subject_id": "b001", "kind": "bridging", "treatment": "Rituximab", "start_date": day(-20)},
    ],
    "event": [
        event("a000", "Cytokine release syndrome", day(3).isoformat(), ["crs"], 1, "crs_astct_2019"),
        event("a000", "Cytokine release syndrome", day(5).isoformat(), ["crs"], 3, "crs_astct_2019"),
        event("a001", "Cytokine release syndrome", day(40).isoformat(), ["crs"], 4, "crs_astct_2019"),
    ],
}


@pytest.fixture(scope="module")
def results():
    return study_results(tables(**COHORT), "demo", DLP, REFERENCE)


@pytest.fixture(scope="module")
def rows(results):
    return results.estimates.to_pylist()


def missing(cohort):
    """The rows of those lost alone."""
    held = tables(**cohort)
    followed = followed_patients(held, DLP)
    by_endpoint = events_by_endpoint(held, followed)
    return missing_rows(first_events(followed, followed, malignancies_of(held, followed), by_endpoint))


def the(rows, estimand, **where):
    found = [one for one in rows if one["estimand"] == estimand and all(one[k] == v for k, v in where.items())]
    assert len(found) == 1, [(one["population"], one["event"], one["measure"]) for one in found]
    return found[0]


@pytest.mark.parametrize(
    ("estimand", "estimate", "events"),
    [("lost_without_event", 0.3, 15), ("loss_weighted", 0.4, 15), ("lost_with_event", 0.7, 35)],
)
def test_by_a_year_the_share_lies_between_none_and_all_of_those_lost(rows, estimand, estimate, events):
    # 10/50, then 5 of 50 more, or 5 of the 20 left of 4/5, or 20 of 50 more on the day of their loss.
    found = the(rows, estimand, event="second_malignancy", at_years=1.0)
    assert (found["n_patients"], found["n_events"]) == (50, events)
    assert found["estimate"] == pytest.approx(estimate)
    assert (found["low"] is None) is (estimand == "loss_weighted")


def test_the_plain_share_takes_a_quarter_of_those_lost_to_have_it(rows):
    found = the(rows, "implied_share", event="second_malignancy", at_years=1.0)
    assert (found["n_patients"], found["estimate"]) == (20, pytest.approx(0.25))


def test_with_nothing_that_tells_patients_apart_every_weight_is_one(rows):
    for measure in ("smallest weight", "largest weight"):
        assert the(rows, "loss_weight", event="second_malignancy", measure=measure)["estimate"] == 1.0


def test_too_few_losses_are_not_modelled():
    few = missing(COHORT | {"subject": COHORT["subject"][:29], "malignancy": COHORT["malignancy"][:10]})
    found = the(few, "loss_weighted", event="relapse", at_years=1.0)
    assert not found["is_told"]
    assert "needed" in found["reason"]
    assert the(few, "loss_weight", event="relapse", measure="largest weight")["reason"].startswith("Of the 20 losses")


def test_where_men_are_lost_more_often_and_have_it_more_often_the_weighted_share_is_higher():
    men = {"sex_code": "M"}
    cohort = {
        "subject": [
            *(people("a", 20, 1990, **men) + people("b", 20, 200, **men)),
            *(people("c", 36, 1990) + people("d", 6, 150)),
        ],
        "malignancy": [*tumours("a", 10, 300), *tumours("c", 4, 300)],
    }
    found = missing(cohort)
    asked = {"event": "second_malignancy", "at_years": 1.0}
    assert (
        0.28 < the(found, "loss_weighted", **asked)["estimate"] < 0.31
    )  # half of the men, a ninth of the women: 0.30; plain 0.25
    least, most = (
        the(found, "loss_weight", event="second_malignancy", measure=f"{name} weight")
        for name in ("smallest", "largest")
    )
    assert least["estimate"] < 1 < most["estimate"]


LEFT = {
    "unheard of for long": ({"last": 200}, True),
    "heard of lately": ({"last": DUE - 90}, False),
    "withdrawn lately": ({"last": DUE - 90, "withdrawal_date": day(DUE - 80).isoformat()}, True),
    "found again": ({"last": DUE - 90, "lost_date": day(300).isoformat()}, False),
    "withdrawn, no day": ({"last": DUE - 90, "undated": ["withdrawal"]}, True),
    "all of the track": ({"last": 101, "reporting_track": "hundred_days"}, False),
    "dead": ({"last": 200, "death": day(200).isoformat()}, False),
}


@pytest.mark.parametrize("name", LEFT)
def test_who_is_lost(name):
    said, expected = LEFT[name]
    end = day(said.pop("last")).isoformat()
    held = tables(subject=[patient("a", infused=START.isoformat(), contact=end, **said)])
    assert is_lost(infused_patients(held, DLP)).tolist() == [expected]


def test_those_lost_owe_their_time_and_as_many_malignancies_as_would_raise_the_ratio_above_one(rows):
    years, seen = (
        20 * (DUE - 200) / 365.25,
        the(rows, "standardised_ratio", event="all_sites", window=None, method="garwood, seer"),
    )
    owed = the(rows, "lost_person_years")
    assert owed["estimate"] == pytest.approx(years)
    assert owed["expected"] == pytest.approx(years / 100)
    ratio = the(rows, "ratio_lost_without_event")
    assert (ratio["n_events"], ratio["expected"]) == (15, pytest.approx(seen["expected"] + years / 100))
    assert ratio["estimate"] == pytest.approx(15 / ratio["expected"])
    assert the(rows, "ratio_tipping_events")["reason"].startswith(
        "The lower bound lies above 1"
    )  # 15 of some 2.3 expected


def test_the_fewest_events_that_raise_the_lower_bound_above_one():
    for observed, expected in ((0, 0.5), (3, 4.0), (40, 60.0)):
        needed = fewest_above(observed, expected)
        lows = [standardised_ratio([observed + n], [expected]).low[0] for n in (needed - 1, needed)]
        assert lows[0] <= 1 < lows[1]


def test_an_interval_against_the_margin_and_what_of_those_lost_would_tip_it():
    # Of 300 patients 3 have a T-cell malignancy on day 100: the lower bound lies above one in a thousand; nobody of 30 lost.
    said = [one | {"origin": "t_cell"} for one in tumours("a", 3, 100)]
    cohort = {"subject": people("a", 270, 1990) + people("b", 30, 50), "malignancy": said}
    found = missing(cohort)
    asked = {"event": "second_malignancy_t_cell", "at_years": 1.0}
    assert "above the margin whatever" in the(found, "tipping_share", **asked)["reason"]
    assert the(found, "implied_share", **asked)["estimate"] == pytest.approx(3 / 270)


def test_where_half_are_lost_fewer_events_among_them_than_implied_take_the_conclusion_away():
    # 3 of the 500 left have it, 0.6 %, whose lower bound lies above one in a thousand; of all 1,000 it is 0.3 %, and does not.
    said = [one | {"origin": "t_cell"} for one in tumours("a", 3, 100)]
    cohort = {"subject": people("a", 500, 1990) + people("b", 500, 50), "malignancy": said}
    found = missing(cohort)
    asked = {"event": "second_malignancy_t_cell", "at_years": 1.0}
    implied, tipping = (the(found, f"{name}_share", **asked)["estimate"] for name in ("implied", "tipping"))
    assert implied == pytest.approx(0.003 / 0.5)
    assert 0 < tipping < implied
    assert the(found, "tipping_multiple", **asked)["estimate"] == pytest.approx(tipping / implied)
    assert "margin 0.001" in the(found, "tipping_share", **asked)["unit"]


@pytest.mark.parametrize(
    ("population", "patients", "events"),
    [
        ("prior_transplant=yes", 10, 10),
        ("prior_transplant=no", 20, 0),
        ("prior_transplant=unknown", 20, 5),
        ("prior_lines=2–<3", 10, 10),
        ("prior_lines=4–<6", 20, 0),
        ("prior_lines=≥6", 20, 5),
        ("dose=100–<200", 10, 10),
        ("dose=unknown", 40, 5),
        ("bridging=yes", 1, 0),
        ("lymphodepletion=cyclophosphamide, fludarabine", 1, 1),
        ("lymphodepletion=no", 49, 14),
        ("crs_grade=3", 1, 1),
        ("crs_grade=none", 49, 14),
    ],
)
def test_patients_are_in_the_subgroup_they_were_in_at_infusion(rows, population, patients, events):
    found = the(rows, "subgroup_incidence", population=population, event="second_malignancy")
    assert (found["n_patients"], found["n_events"]) == (patients, events)
    assert (found["window"] == "from_day_30") is population.startswith("crs_grade")


def test_subgroups_are_drawn_towards_each_other_and_patients_not_known_are_none(rows):
    asked = [f"prior_lines={band}" for band in ("2–<3", "4–<6", "≥6")]
    raw, drawn = (
        [the(rows, f"subgroup_{name}", population=one, event="second_malignancy") for one in asked]
        for name in ("incidence", "shrunken")
    )
    ratios = [one["n_events"] / one["expected"] for one in raw]
    assert ratios[1] == 0 < drawn[1]["low"]
    assert drawn[2]["estimate"] < drawn[0]["estimate"] < ratios[0]
    assert drawn[2]["low"] < ratios[2] < drawn[2]["high"]
    assert sum(one["expected"] for one in raw) == pytest.approx(15)
    assert the(rows, "subgroup_scatter", population="prior_lines", event="second_malignancy")["estimate"] > 0
    two = the(rows, "subgroup_scatter", population="prior_transplant", event="second_malignancy")
    assert two["reason"].startswith("Two subgroups")
    unknown = the(rows, "subgroup_shrunken", population="prior_transplant=unknown", event="second_malignancy")
    assert unknown["reason"].startswith("Patients of whom it is not known")
    alone = the(rows, "subgroup_shrunken", population="specification=yes", event="second_malignancy")
    assert alone["reason"].startswith("Fewer than 2")
    assert the(rows, "subgroup_incidence", population="specification=yes", event="death")["n_patients"] == 50


def test_a_subgroup_followed_for_a_shorter_time_is_held_against_all_at_the_same_time_since_infusion():
    # A fifth of either group is dead on day 10; one was followed for years after, the other for 100 days.
    def group(prefix, began, last, **more):
        dead, alive = ((dt.date.fromisoformat(began) + dt.timedelta(days=n)).isoformat() for n in (10, last))
        some = [patient(f"{prefix}{at:03}", began, dead, dead, **more) for at in range(4)]
        return some + [patient(f"{prefix}{at:03}", began, alive, **more) for at in range(4, 20)]

    held = tables(
        subject=group("a", "2021-01-01", 1990, has_prior_transplant=True)
        + group("b", "2026-03-01", 100, has_prior_transplant=False)
    )
    followed = followed_patients(held, DLP)
    found = subgroup_rows(held, followed, [], events_by_endpoint(held, followed)["crs"])
    for level in ("yes", "no"):
        one = the(found, "subgroup_incidence", population=f"prior_transplant={level}", event="death")
        assert (one["n_events"], one["expected"]) == (4, pytest.approx(4))
        drawn = the(found, "subgroup_shrunken", population=f"prior_transplant={level}", event="death")
        assert drawn["low"] < 0.9 < drawn["estimate"] < 1 < drawn["high"]
    assert the(found, "subgroup_incidence", population="year=2026", event="death")["estimate"] > 50
    assert the(found, "subgroup_incidence", population="year=2021", event="death")["estimate"] < 6


def test_an_event_known_to_the_month_is_told_of_its_endpoint_and_who_is_counted_as_free_of_it():
    def known_to_a_month(name, first, last):
        told = event(name, "Sepsis", None, ["infection"])
        return told | {"start_earliest": day(first), "start_latest": day(last)}

    held = tables(
        subject=people("a", 3, 1990),
        event=[
            known_to_a_month("a000", 31, 58),
            known_to_a_month("a001", 31, 58),
            event("a001", "Sepsis", day(90).isoformat(), ["infection"]),
            known_to_a_month("a002", -60, -31),
        ],
    )
    found = interval_censored_rows(held, followed_patients(held, DLP))
    told = the(found, "interval_censored_events", event="infection")
    assert (told["n_events"], told["n_patients"], told["is_flagged"]) == (2, 1, True)
    assert the(found, "interval_censored_events", event="crs")["is_flagged"] is False


def test_clarks_c_by_time_says_where_in_the_follow_up_time_was_missed():
    # Seen until day 200 of all that was due, and dead on day 50: 110 of the 275 days from 91 to 365 were had of the first alone.
    end = day(50).isoformat()
    held = tables(subject=[*people("a", 1, 200), patient("b", infused=START.isoformat(), contact=end, death=end)])
    found = completeness_rows(infused_patients(held, DLP))
    assert the(found, "clark_c_by_time", window="day_0_28")["estimate"] == 1
    later = the(found, "clark_c_by_time", window="day_91_365")
    assert (later["n_patients"], later["estimate"]) == (1, pytest.approx(110 / 275))
    assert the(found, "clark_c_by_time", window="year_11_15")["reason"].startswith("Nothing was due")


def test_no_public_copy_tells_of_those_lost_or_of_subgroups(results):
    shown = public_results(results.estimates, results.curves).estimates.to_pylist()
    assert not {one["analysis"] for one in shown} & {"missing_data", "subgroups"}
    assert not {one["estimand"] for one in shown} & {"interval_censored_events", "clark_c_by_time"}
