"""All events of a cohort in which one patient has most of them: the robust bounds beside the exact ones."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from pipeline.cohort.events import events_by_endpoint
from pipeline.cohort.occurrence import occurrence_rows
from pipeline.cohort.patients import followed_patients

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2020, 1, 1)
# Infections of each of eight patients, followed for 1,000 days and day 0.
INFECTIONS = (20, 1, 1, 1, 1, 1, 0, 0)


@pytest.fixture(scope="module")
def rows():
    return told(INFECTIONS)


def told(infections):
    """Rows of all infections of all patients, so many of each."""
    last = (START + dt.timedelta(days=999)).isoformat()
    subjects = [patient(f"p{at}", contact=last) for at in range(len(infections))]
    events = [
        event(f"p{at}", "Sepsis", (START + dt.timedelta(days=500 + nth)).isoformat(), ["infection"])
        for at, n in enumerate(infections)
        for nth in range(n)
    ]
    held = tables(subject=subjects, event=events)
    people = followed_patients(held, DLP)
    found = occurrence_rows(people, {"infection": events_by_endpoint(held, people)["infection"]})
    return [row for row in found if row["estimand"] == "all_events" and row["population"] == "all"]


def of(rows, window, method):
    (row,) = [row for row in rows if row["window"] == window and row["method"].startswith(method)]
    return row


def test_one_patients_events_widen_the_robust_bounds_and_not_the_exact_ones(rows):
    """25 events, mean 3.125; squares of the residuals 405 - 8 * 3.125^2 = 326.875; 326.875 / 625 * 6 / 5; t of 5 degrees 2.570582."""
    robust, exact = of(rows, None, "robust"), of(rows, None, "garwood")
    years = 8 * 1000 / 365.25
    rate = 100 * 25 / years
    factor = 7.6633
    assert robust["person_years"] == pytest.approx(years)
    assert robust["estimate"] == pytest.approx(rate) == exact["estimate"]
    assert robust["high"] / rate == pytest.approx(factor, rel=1e-4)
    assert rate / robust["low"] == pytest.approx(factor, rel=1e-4)
    assert exact["high"] / rate == pytest.approx(36.9049 / 25, rel=1e-4)


def test_the_robust_bounds_are_told_first(rows):
    assert [row["method"].split(",")[0].split()[0] for row in rows if row["window"] is None] == [
        "robust",
        "garwood",
        "mid-p",
    ]


def test_where_fewer_than_five_patients_had_an_event_the_first_events_are_named_instead(rows):
    row = of(rows, "day_0_28", "robust")
    assert not row["is_told"]
    assert "first events" in row["reason"]
    assert of(rows, "day_0_28", "garwood")["is_told"]
    assert "Nobody was followed" in of(rows, "year_6_10", "robust")["reason"]


def test_patients_who_all_had_as_many_show_no_spread_and_get_no_interval_of_no_width():
    rows = told((1,) * 6)
    row = of(rows, None, "robust")
    assert (row["is_told"], row.get("low"), row.get("high"), row["n_events"]) == (False, None, None, 6)
    assert "exact bounds" in row["reason"]
    assert of(rows, None, "garwood")["low"] > 0
