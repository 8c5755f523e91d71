"""The day of the first event, of patients of whom it is known, and why others are left out: worked out by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.onset import onset_rows
from pipeline.cohort.patients import followed_patients
from pipeline.cohort.spells import told_events

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2020, 1, 1)


def day(number):
    return START + dt.timedelta(days=number)


def crs(name, number, earliest=None, latest=None):
    made = event(name, "Cytokine release syndrome", day(number).isoformat() if number is not None else None, ["crs"])
    limits = {"start_earliest": earliest, "start_latest": latest}
    return made | {column: day(at) for column, at in limits.items() if at is not None}


# Events of one patient each, by day (- without any date, a..b known in part), and what becomes of the patient.
PATIENTS = """
events      left_out
3           -
5 2         -
0           -
9           -
4 20..40    -
4 4..40     -
7 5..40     partial
1..31       partial
6 -         undated
-           undated
-3          before_infusion
-40..-10    before_infusion
-3 8        -
4 -40..-10  -
late:8      before_enrolment
late:80     -
700         after_follow_up
"""


def events_of(name, text):
    for part in text.removeprefix("late:").split():
        if part == "-":
            yield crs(name, None)
        elif ".." in part:
            yield crs(name, None, *map(int, part.split("..")))
        else:
            yield crs(name, int(part))


def told(subjects, events):
    """Rows of cytokine release syndrome, all patients."""
    held = tables(subject=subjects, event=events)
    people = followed_patients(held, DLP)
    found, of = told_events(held, people)
    return onset_rows(people, found, {"crs": of["crs"]}, [("all", np.ones(len(people), dtype=bool))])


@pytest.fixture(scope="module")
def rows():
    subjects, events = [patient("nothing", contact=day(600).isoformat())], []
    for at, line in enumerate(PATIENTS.strip().splitlines()[1:]):
        text = line.rsplit(None, 1)[0].strip()
        more = {"enrolment_date": day(50).isoformat()} if text.startswith("late") else {}
        subjects.append(patient(f"p{at:02}", contact=day(600).isoformat(), **more))
        events.extend(events_of(f"p{at:02}", text))
    return told(subjects, events)


def value(rows, estimand):
    (row,) = [row for row in rows if row["estimand"] == estimand]
    return row["estimate"]


def test_each_reason_is_counted(rows):
    reasons = [line.split()[-1] for line in PATIENTS.strip().splitlines()[1:]]
    for name in ("undated", "partial", "before_infusion", "before_enrolment", "after_follow_up"):
        assert value(rows, f"onset_{name}") == reasons.count(name), name


def test_quartiles_and_range_of_the_days_known(rows):
    """Days used, in order: 0 2 3 4 4 4 8 9 80."""
    names = ("first", "quartile_1", "median", "quartile_3", "last")
    assert [value(rows, f"onset_{name}") for name in names] == [0, 3, 4, 8, 80]
    assert {row["n_events"] for row in rows if row.get("measure") == "day"} == {9}
    assert {row["unit"] for row in rows if row.get("measure") == "day"} == {"day since infusion"}


def test_nobody_with_a_first_event_known_to_the_day_has_no_number():
    (median,) = [row for row in told([patient("a", contact="2021-01-01")], []) if row["estimand"] == "onset_median"]
    assert (median["is_told"], median["n_events"]) == (False, 0)
