"""Courses towards an event, each drawn as a line of patients; the numbers are worked out by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.assembly import study_results
from pipeline.cohort.courses import DEATH, EVENT, TREATED, course
from pipeline.cohort.patients import infused_patients
from pipeline.study.followed import CENSORED

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables = studycohort.patient, studycohort.tables
DLP = dt.date(2026, 6, 30)
COPIES = 12
START = dt.date(2020, 1, 1)


def day(years):
    return START + dt.timedelta(days=round(365.25 * years))


# Six patients, each twelve times; the one who dies after five and a half years had a transplant after two and a half.
TOY = (("relapse", 1), ("death", 2), ("seen", 3), ("relapse", 4), ("death", 5.5), ("seen", 5.8))


@pytest.fixture(scope="module")
def toy():
    subjects, responses, treatments = [], [], []
    for copy in range(COPIES):
        for what, years in TOY:
            name = f"{what}-{years}-{copy:02d}"
            end = day(years if what != "relapse" else 6).isoformat()
            subjects.append(patient(name, contact=end, death=end if what == "death" else None))
            responses.append({"subject_id": name, "response": "complete_remission", "assessment_date": day(0.1)})
            if what == "relapse":
                responses.append({"subject_id": name, "response": "relapse", "assessment_date": day(years)})
            if (what, years) == ("death", 5.5):
                treatments.append({"subject_id": name, "kind": "transplant", "start_date": day(2.5)})
    held = tables(subject=subjects, response=responses, treatment=treatments)
    return study_results(held, "demo", DLP)


def value(results, estimand, at, event="relapse", method=None, **wanted):
    asked = {"estimand": estimand, "at_years": at, "event": event, "population": "all"} | wanted
    rows = [
        one
        for one in results.estimates.to_pylist()
        if all(one[key] == told for key, told in asked.items()) and (method is None or method in one["method"])
    ]
    assert len(rows) == 1, (asked, len(rows))
    return rows[0]


# Relapse: 1 of 6 after a year. After four years 4/6 are free of all events and 1 of the 3 still there relapses. Censored at the
# transplant 1 of 2 does; transplant competing, 1/2 are free before it and 1 of 2 does. Deaths censored: 1 - 5/6 x 2/3.
SHARES = """
estimand                years part of
transplant_ignored      1     1    6
transplant_ignored      3     1    6
transplant_ignored      5     7    18
one_minus_kaplan_meier  5     4    9
transplant_censors      5     1    2
transplant_competes     5     5    12
"""


@pytest.mark.parametrize("line", SHARES.strip().splitlines()[1:])
def test_three_ways_to_take_a_transplant_give_three_numbers_and_none_is_one_less_kaplan_and_meiers(toy, line):
    estimand, years, part, of = line.split()
    wanted = {"method": "aalen variance"} if estimand == "transplant_ignored" else {}
    found = value(toy, estimand, float(years), **wanted)
    assert found["estimate"] == pytest.approx(int(part) / int(of))
    assert found["low"] < found["estimate"] < found["high"]


def test_nothing_is_told_where_fewer_than_ten_remain(toy):
    assert value(toy, "transplant_ignored", 5.0, method="aalen variance")["n_at_risk"] == 2 * COPIES
    later = value(toy, "transplant_ignored", 10.0, method="aalen variance")
    assert later["reason"] == "Of the 10 patients needed at risk until then, 0 remain."


def test_competing_events_are_named(toy):
    assert value(toy, "transplant_competes", 1.0)["competing"] == "death, transplant, gene_therapy"
    assert value(toy, "transplant_ignored", 1.0, method="jackknife")["competing"] == "death"
    assert (
        value(toy, "transplant_competes", 1.0, "non_relapse_mortality")["competing"]
        == "relapse, transplant, gene_therapy"
    )


def test_death_without_relapse_and_relapse_add_up_to_those_with_either(toy):
    relapse, death = (
        value(toy, "transplant_ignored", 3.0, event, method="aalen variance")["estimate"]
        for event in ("relapse", "non_relapse_mortality")
    )
    free = value(toy, "relapse_free_survival", 2.0, "relapse_or_death")["estimate"]
    assert relapse + death == pytest.approx(1 - free)


def test_relapse_free_survival_is_counted_from_remission(toy):
    row = value(toy, "relapse_free_survival", 1.0, "relapse_or_death")
    assert row["estimate"] == pytest.approx(5 / 6)  # a relapse one year after infusion is nine tenths after remission
    assert row["n_events"] == COPIES


def test_a_landmark_leaves_out_who_had_the_event_before(toy):
    early = value(toy, "landmark", 2.0, window="from_day_365")
    assert early["n_patients"] == COPIES * 5
    assert early["estimate"] == 0.0
    assert early["high"] == pytest.approx(1 - 0.025 ** (1 / early["n_at_risk"]))


def test_curves_hold_the_same_numbers_as_the_rows(toy):
    steps = [
        one
        for one in toy.curves.to_pylist()
        if (one["estimand"], one["event"], one["population"]) == ("transplant_ignored", "relapse", "all")
    ]
    assert [round(one["at_years"]) for one in steps] == [1, 4]
    assert [one["estimate"] for one in steps] == pytest.approx([1 / 6, 7 / 18])
    assert [one["n_at_risk"] for one in steps] == [72, 36]


COURSES = """
enrolled exit dead event treated | entry stop cause           why
0        100  no   -     -       | -1    100  CENSORED        seen until day 100
0        100  yes  -     -       | -1    100  DEATH           died
0        100  yes  100   -       | -1    100  EVENT           the event goes before death
0        100  yes  50    -       | -1    50   EVENT           had it
0        100  yes  -     100     | -1    100  DEATH           death goes before treatment
0        100  no   -     100     | -1    100  TREATED         treatment goes before censoring
0        100  no   60    50      | -1    50   TREATED         treated before the event
0        100  no   50    60      | -1    50   EVENT           and after it
0        100  no   150   -       | -1    100  CENSORED        an event after the last contact is not counted
30       100  no   -     -       | 30    100  CENSORED        enrolled late
30       100  no   20    -       | -     -    -               had it before being at risk
30       100  no   -     30      | -     -    -               treated before being at risk
0        0    no   -     -       | -1    0    CENSORED        seen on the day of infusion alone
"""


@pytest.mark.parametrize("line", COURSES.strip().splitlines()[1:])
def test_a_course_ends_with_what_came_first(line):
    given, expected = line.split("|")
    enrolled, last, dead, event, treated = given.split()
    entry, stop, cause, _ = expected.split(None, 3)
    end = (START + dt.timedelta(days=int(last))).isoformat()
    first = (START + dt.timedelta(days=int(enrolled))).isoformat()
    one = patient("a", contact=end, death=end if dead == "yes" else None, enrolment_date=first)
    people = infused_patients(tables(subject=[one]), DLP)
    days = [np.array([np.inf if text == "-" else float(text)]) for text in (event, treated)]
    found = course(people, days[0], treated=days[1], treated_as=TREATED)
    if entry == "-":
        assert not found.kept.any()
        return
    causes = {"CENSORED": CENSORED, "EVENT": EVENT, "DEATH": DEATH, "TREATED": TREATED}
    seen = [float(side[0]) for side in found.persons]
    assert seen == pytest.approx([int(entry) / 365.25, int(stop) / 365.25, causes[cause]])
