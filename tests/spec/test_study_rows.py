"""Accrual, visits, benefit, adjudication and samples of a few patients, worked out by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from pipeline.cohort.assembly import study_results

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2021, 1, 1)


def day(number):
    return START + dt.timedelta(days=number)


def subject(name, last, *, is_dead=False, **more):
    end = day(last).isoformat()
    return patient(name, infused=START.isoformat(), contact=end, death=end if is_dead else None, **more)


# a: followed to the end; b: died on day 200; c: last seen on day 120; d: enrolled on day 45; e: never infused; f: no track.
SUBJECTS = [
    subject("a", 2000),
    subject("b", 200, is_dead=True, death_cause="infection"),
    subject("c", 120, is_in_specification=False),
    subject("d", 700, enrolment_date=day(45).isoformat()),
    patient("e") | {"infusion_date": None, "last_contact_date": None},
    subject("f", 700, reporting_track="standard"),
]
VISITS = [("a", 100), ("a", 170), ("a", 400), ("b", 95), ("c", 120), ("d", 110), ("d", 366), ("f", 99), ("a", 2000)]
TREATMENTS = [
    ("a", "tocilizumab", 4),
    ("b", "tocilizumab", 40),
    ("b", "corticosteroid", 6),
    ("b", "intensive_care", 7),
    ("c", "tocilizumab", 1),
]
RESPONSES = [
    ("a", "complete_remission", 28),
    ("b", "no_response", 28),
    ("b", "complete_remission", 91),
    ("d", "complete_remission", 30),
]
CRS = [("a", 3), ("b", 5), ("c", 2)]
SAMPLES = [
    ("a", "vector_persistence", 1900, 2.5, True),
    ("a", "vector_persistence", 100, 0.5, True),
    ("c", "vector_persistence", 90, 0.2, True),
    ("a", "replication_competent_lentivirus", 90, None, False),
    ("d", "replication_competent_lentivirus", 500, None, True),
]


def malignancy(name, number, **said):
    return {"subject_id": name, "diagnosis_date": day(number), "pt": "Cancer"} | said


MALIGNANCIES = [
    malignancy(
        "a", 300, site="t_cell_lymphoma", origin="t_cell", decision="second_primary", transgene_result="negative"
    ),
    malignancy("a", 900, site="breast", origin="solid", decision="second_primary", is_sample_sent=False),
    malignancy("b", 150, site="b_cell_lymphoma", origin="b_cell", decision="relapse"),
    malignancy("d", 400, site="lung", origin="solid", transgene_result="pending", is_sample_sent=True),
]


@pytest.fixture(scope="module")
def results():
    held = tables(
        subject=SUBJECTS,
        visit=[{"subject_id": name, "visit_date": day(n), "reported_date": day(n + 10)} for name, n in VISITS],
        treatment=[{"subject_id": name, "kind": kind, "start_date": day(n)} for name, kind, n in TREATMENTS],
        response=[{"subject_id": name, "response": found, "assessment_date": day(n)} for name, found, n in RESPONSES],
        event=[
            event(name, "Cytokine release syndrome", day(n).isoformat(), ["crs"], 3, "crs_astct_2019")
            for name, n in CRS
        ],
        malignancy=MALIGNANCIES,
        sample=[
            {"subject_id": name, "kind": kind, "sample_date": day(n), "result_percent": share, "is_positive": found}
            for name, kind, n, share, found in SAMPLES
        ],
    )
    return study_results(held, "demo", DLP).estimates.to_pylist()


# estimand, what else tells it apart, events of patients, estimate
ROWS = """
estimand               where                                events patients estimate
registered             -                                    -      6        6
infused                -                                    -      5        5
followed               -                                    -      5        5
never_infused          -                                    -      1        1
enrolled_late          -                                    -      1        1
missing_by_design      -                                    -      1        1
out_of_specification   -                                    1      5        0.2
reached                at_years=5                           1      5        0.2
lost_to_follow_up      -                                    3      4        0.75
form_lag               event=study_visit                    9      -        10
visit_made             event=day_100                        5      5        1
visit_made             event=month_6                        1      4        0.25
visit_made             event=year_1                         2      4        0.5
visit_made             event=year_2                         0      4        0
complete_remission     window=day_28,population=all         1      4        0.25
complete_remission     window=month_3,population=all        2      4        0.5
treated_for_crs        event=tocilizumab                    1      3        0.3333333
treated_for_crs        event=corticosteroid                 1      3        0.3333333
intensive_care         population=all                       1      4        0.25
crs_share_grade_3      -                                    3      3        1
adjudicated            event=reported                       4      -        4
adjudicated            event=counted                        2      -        2
adjudicated            event=decision=second_primary        2      -        2
adjudicated            event=decision=relapse               1      -        1
adjudicated            event=decision=pending               1      -        1
adjudicated            event=origin=t_cell                  1      -        1
adjudicated            event=transgene=not_tested           1      -        1
cause_of_death         event=infection                      1      -        1
cause_of_death         event=-                              1      -        1
vector_above_threshold -                                    1      2        0.5
vector_persistence_due -                                    1      4        0.25
lentivirus_tested      -                                    1      3        0.3333333
lentivirus_positive    -                                    1      2        0.5
"""


@pytest.mark.parametrize("line", ROWS.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()[:2]))
def test_a_row_counts_whom_its_estimand_names(results, line):
    estimand, where, events, patients, expected = line.split()
    asked = {} if where == "-" else dict(part.split("=", 1) for part in where.split(","))
    asked = {name: None if value == "-" else value for name, value in asked.items()}
    found = [
        one
        for one in results
        if one["estimand"] == estimand
        and all(one[name] == (float(value) if name == "at_years" else value) for name, value in asked.items())
    ]
    assert len(found) == 1, [one["population"] for one in found]
    counts = [found[0][name] for name in ("n_events", "n_patients")]
    assert counts == [None if text == "-" else int(text) for text in (events, patients)]
    assert found[0]["estimate"] == pytest.approx(float(expected), abs=1e-6)


def test_the_chase_list_names_whose_tissue_has_no_result_and_what_is_lacking(results):
    found = {(one["population"], one["event"]): one["reason"] for one in results if one["estimand"] == "chase_list"}
    assert found == {
        ("subject=a", "breast"): "Origin solid, decision second_primary: no tissue was sent.",
        ("subject=d", "lung"): "Origin solid, decision pending: the result is awaited.",
    }


def test_interim_reports_are_flagged_once_they_are_due(results):
    found = {one["window"]: one["is_flagged"] for one in results if one["estimand"] == "interim_report"}
    assert found == {"2022-08-30": True, "2027-08-30": False, "2032-08-30": False}


def test_every_row_says_what_it_is(results):
    for one in results:
        for name in ("analysis", "estimand", "estimand_text", "population", "measure", "unit", "method"):
            assert one[name], (name, one)
        assert (one["low"] is None) or one["low"] <= (one["estimate"] if one["estimate"] is not None else one["low"])
        assert (one["high"] is None) or one["high"] >= (one["estimate"] if one["estimate"] is not None else one["high"])
