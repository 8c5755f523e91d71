"""Who has a lasting condition on a day, worked out by hand: ends that are known, told to go on, in part, or not at all."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from pipeline.cohort.assembly import study_results
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import followed_patients
from pipeline.cohort.prevalence import landmarks
from pipeline.cohort.spells import spells_of, told_events
from pipeline.cohort.unasked import withheld
from pipeline.study.prevalence import held_on
from pipeline.vocabulary.endpoints import endpoints

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2020, 1, 1)
LOW_IMMUNOGLOBULIN = "Hypogammaglobulinaemia"


def day(number):
    return START + dt.timedelta(days=number)


def lasting(name, start, end=None, *, going_on=None, pt=LOW_IMMUNOGLOBULIN, **limits):
    """An event by days since infusion; limits: first and last day of a beginning or an end that is not known."""
    made = event(name, pt, day(start).isoformat() if start is not None else None, ["b_cell_aplasia"])
    dated = {"end_date": end, "ongoing_date": going_on} | limits
    return made | {column: day(number) for column, number in dated.items() if number is not None}


# What is told of one patient's events, and on which of the days the patient certainly has it (*) or may have it (?).
SPELLS = """
told                                                                        |  9 10 11 19 20 21 40
start=10 end=20                                                             |  . * * * . . .
start=10                                                                    |  . * ? ? ? ? ?
start=10 going_on=20                                                        |  . * * * * ? ?
start=10 end=20 going_on=19                                                 |  . * * * . . .
start=10 end=20 going_on=20                                                 |  . * * * . . .
start=10 end=19 going_on=20                                                 |  . * ? ? ? ? ?
start=10 end=9                                                              |  . * ? ? ? ? ?
start=10 end=10                                                             |  . . . . . . .
start=10 end_earliest=11 end_latest=20                                      |  . * ? ? . . .
start=10 end_earliest=20                                                    |  . * * * ? ? ?
start=None start_earliest=10 start_latest=19 end=21                         |  . ? ? * * . .
start=None start_earliest=10 start_latest=19                                |  . ? ? ? ? ? ?
start=None start_earliest=10 start_latest=19 going_on=20                    |  . ? ? * * ? ?
start=None start_earliest=10 start_latest=19 end=9                          |  . ? ? ? ? ? ?
start=None                                                                  |  ? ? ? ? ? ? ?
start=None end=20                                                           |  ? ? ? ? . . .
start=-30 end=11                                                            |  * * . . . . .
start=10 going_on=11; start=10 end=20                                       |  . * * * . . .
start=10; start=10 end=20                                                   |  . * * * . . .
start=10; start=10 end=20 pt=B-cell                                         |  . * * * ? ? ?
start=10 end=11; start=19 end=21                                            |  . * . * * . .
"""
LINES = [line.split("|") for line in SPELLS.strip().splitlines()]
DAYS = [int(text) for text in LINES[0][1].split()]


def read(text):
    known = {"None": None, "B-cell": "B-cell aplasia"}
    pairs = (part.split("=") for part in text.split())
    return {key: known[value] if value in known else int(value) for key, value in pairs}


@pytest.mark.parametrize("line", LINES[1:], ids=[line[0].strip() for line in LINES[1:]])
def test_a_patient_has_it_certainly_perhaps_or_not(line):
    told = [read(part) for part in line[0].split(";")]
    held = tables(subject=[patient("a", contact="2025-12-31")], event=[lasting("a", **one) for one in told])
    people = followed_patients(held, DLP)
    events, of = told_events(held, people)
    spells = spells_of(events.only(of["b_cell_aplasia"]))
    found = [held_on(spells, at, 1) for at in DAYS]
    said = ["*" if one.certainly[0] else "?" if one.possibly[0] else "." for one in found]
    assert said == line[1].split()


def subjects():
    """Fourteen patients with the standard's days: ten followed for five years, the others for less, late or without events."""
    long = [patient(f"p{at}", contact=day(1900).isoformat()) for at in range(10)]
    others = {
        "dead": {"death": day(100).isoformat()},
        "lost": {"contact": day(60).isoformat()},
        "late": {"contact": day(1900).isoformat(), "enrolment_date": day(50).isoformat()},
        "track": {"contact": day(1900).isoformat(), "reporting_track": "standard"},
    }
    return [
        patient(name, infused=START.isoformat(), **(more | {"indication": "fl"})) for name, more in others.items()
    ] + [one | {"infusion_date": START, "enrolment_date": one.get("enrolment_date", START)} for one in long]


EVENTS = [
    lasting("p0", 5, 400),
    lasting("p1", 20, going_on=1900),
    lasting("p2", 30, 90),
    lasting("p3", 90),
    lasting("dead", 20, going_on=100),
    lasting("lost", 10, going_on=60),
    lasting("late", 10, going_on=1900),
    lasting("track", 10, going_on=1900),
]
# Followed then, who has it at least, at most. Day 28: without the one not yet enrolled. Day 100: the dead of that day counts.
COUNTS = """
day_28   12 4 4
day_100  12 4 5
day_180  11 3 4
year_1   11 3 4
year_2   11 2 3
year_5   11 2 3
year_10  0  - -
"""


@pytest.fixture(scope="module")
def rows():
    held = tables(subject=subjects(), event=EVENTS)
    return study_results(held, "demo", DLP).estimates.to_pylist()


def of(rows, at_years, population="all"):
    found = [
        row
        for row in rows
        if row["analysis"] == "prevalence"
        and (row["event"], row["population"]) == ("b_cell_aplasia", population)
        and row["at_years"] == pytest.approx(at_years)
    ]
    assert [row["estimand"] for row in found] == ["prevalence_least", "prevalence_most"]
    return found


@pytest.mark.parametrize("line", COUNTS.strip().splitlines())
def test_of_those_followed_on_the_day_who_has_it(rows, line):
    name, n, least, most = line.split()
    unit, _, number = name.partition("_")
    low, high = of(rows, int(number) / (365.25 if unit == "day" else 1))
    assert low["n_patients"] == high["n_patients"] == int(n)
    if least == "-":
        assert "10 patients needed" in low["reason"]
        return
    assert [low["n_events"], high["n_events"]] == [int(least), int(most)]
    assert low["estimate"] == pytest.approx(int(least) / int(n))
    assert {low["method"], high["method"]} == {"clopper-pearson"}


def test_the_interval_is_exact(rows):
    """R: binom.test(4, 12)$conf.int is 0.0992461 to 0.6511245."""
    low, _ = of(rows, 28 / 365.25)
    assert [low["low"], low["high"]] == pytest.approx([0.09924609, 0.6511245], abs=1e-6)


def test_too_few_followed_are_not_told(rows):
    low, high = of(rows, 1.0, "indication=fl")
    assert low["n_patients"] == 1
    assert not low["is_told"]
    assert not high["is_told"]


def test_a_prevalence_alone_is_in_no_count_of_beginnings_and_in_no_curve(rows):
    others = {row["analysis"] for row in rows if row["event"] == "b_cell_aplasia"}
    assert others == {"prevalence", "onset"}
    assert {row["analysis"] for row in rows if row["event"] == "cytopenia"} >= {"incidence", "prevalence"}


def test_without_a_file_of_events_nobody_is_said_to_be_free_of_it(rows):
    asked = [row for row in rows if row["analysis"] in ("prevalence", "onset")]
    assert {row["analysis"] for row in asked if row["is_told"]} == {"prevalence", "onset"}
    assert not any(row["is_told"] for row in withheld(asked, ["study_event"]))


def test_what_the_vocabulary_calls_a_prevalence_is_told_by_nothing_else():
    noted = {known.id for known in endpoints() if "prevalence" in (known.note or "")}
    assert noted == set(parameters().listed("only_prevalent"))
    assert noted <= set(parameters().listed("prevalent"))


def test_landmarks_are_the_days_of_the_windows_ends():
    assert [int(at) for at, _ in landmarks()] == [28, 100, 180, 365, 730, 1095, 1826, 3652, 5478]
