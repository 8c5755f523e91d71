"""Who is in a denominator and who is not: the lost, the premedicated, the not yet due, the ungraded, the undated."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.accrual import completeness_rows
from pipeline.cohort.adjudication import adjudication_rows
from pipeline.cohort.assembly import study_results
from pipeline.cohort.benefit import crs_rows, graded_share_rows
from pipeline.cohort.events import events_by_endpoint
from pipeline.cohort.malignancies import first_of, malignancies_of
from pipeline.cohort.occurrence import occurrence_rows
from pipeline.cohort.patients import followed_patients, infused_patients
from pipeline.cohort.reference import Reference
from pipeline.cohort.standardised import standardised_rows
from pipeline.cohort.undated import undated_rows

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)
START = dt.date(2020, 1, 1)


def day(number):
    return START + dt.timedelta(days=number)


def only(rows, **wanted):
    """The one row that says all this."""
    found = [one for one in rows if all(one.get(name) == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def early_rows(held):
    """Shares of grade 3 and treatment of cytokine release."""
    people = followed_patients(held, DLP)
    events = events_by_endpoint(held, people)
    return [*graded_share_rows(people, events), *crs_rows(held, people, events)]


def occurred(subjects, events):
    """How often cytokine release syndrome happened."""
    held = tables(subject=subjects, event=events)
    people = followed_patients(held, DLP)
    return occurrence_rows(people, {"crs": events_by_endpoint(held, people)["crs"]})


def malignancy(site, number=300, name="a", decision="second_primary", origin="b_cell"):
    told = {"subject_id": name, "pt": "Cancer", "site": site, "decision": decision, "origin": origin}
    return told | {"diagnosis_date": None if number is None else day(number)}


def level(sites=("b_cell_lymphoma", "breast"), each=0.001):
    ages, years = np.array([0.0, 131.0]), np.arange(2020.0, 2032.0)
    return Reference(sites, ages, years, np.full((len(sites), 2, 1, 11), each), "seer", "made up")


# A second primary lymphoma in a patient treated for lymphoma: adjudicated, so it counts wherever no reference is needed.
INDEX_SITE = """
site             decision       number  counted in_curve in_ratio index_site left_out undated
breast           second_primary 300     1       1        1        0          0        0
b_cell_lymphoma  second_primary 300     1       1        0        1          1        0
b_cell_lymphoma  relapse        300     0       0        0        0          0        0
b_cell_lymphoma  pending        300     0       0        0        0          0        0
breast           second_primary -       0       0        0        0          1        1
breast           pending        -       0       0        0        0          0        1
skin_non_melanoma second_primary 300    0       0        0        0          0        0
"""


@pytest.mark.parametrize("line", INDEX_SITE.strip().splitlines()[1:])
def test_the_site_of_the_disease_treated_is_left_out_of_the_ratio_alone(line):
    site, decision, number, *expected = line.split()
    held = tables(
        subject=[patient("a", contact="2025-12-31")],
        malignancy=[malignancy(site, None if number == "-" else int(number), decision=decision)],
    )
    people = followed_patients(held, DLP)
    found = malignancies_of(held, people)
    rows = [*adjudication_rows(found), *standardised_rows(people, found, level(), None), *undated_rows(held, people)]
    ratio = only(rows, estimand="standardised_ratio", event="all_sites", window=None, method="garwood, seer")
    at_index = only(rows, estimand="index_site", window="standardised_ratio")
    told = [
        only(rows, estimand="adjudicated", event="counted")["n_events"],
        int(np.isfinite(first_of(found, 1)).sum()),
        ratio["n_events"],
        at_index["n_events"],
        ratio["n_left_out"],
        only(rows, estimand="undated_malignancies")["n_events"],
    ]
    assert told == [int(text) for text in expected]
    assert ratio["is_flagged"] == (ratio["n_left_out"] > 0)
    assert at_index["is_flagged"] == (at_index["n_events"] > 0)


def test_a_treatment_of_no_known_day_is_counted_and_flagged():
    given = [{"subject_id": "a", "kind": "transplant", "start_date": None}]
    held = tables(subject=[patient("a", contact="2025-12-31")], treatment=given)
    found = only(undated_rows(held, followed_patients(held, DLP)), estimand="undated_treatments")
    assert (found["n_events"], found["is_flagged"], found["analysis"]) == (1, True, "completeness")


# contact since infusion of one who enrolled on day 60, and what follows of 2,312 days due after that.
NEVER_SEEN = """
contact observed lost
40      0        1
60      0        1
160     100      1
2372    2312     0
"""


@pytest.mark.parametrize("line", NEVER_SEEN.strip().splitlines()[1:])
def test_who_enrols_late_and_is_never_seen_again_owes_all_that_was_due(line):
    contact, observed, lost = (int(text) for text in line.split())
    held = tables(subject=[patient("a", contact=day(contact).isoformat(), enrolment_date=day(60).isoformat())])
    rows = completeness_rows(infused_patients(held, DLP))
    found = only(rows, estimand="clark_c", population="all")
    assert found["person_years_due"] * 365.25 == pytest.approx(2312)
    assert found["person_years"] * 365.25 == pytest.approx(observed)
    assert found["estimate"] == pytest.approx(observed / 2312)
    assert only(rows, estimand="lost_to_follow_up")["n_events"] == lost
    due = only(rows, estimand="clark_c_due", population="centre=C01")
    assert due["is_flagged"] == (due["estimate"] < 0.8)


def test_the_study_asks_completeness_of_all_who_owed_time_and_events_of_those_followed():
    late = day(60).isoformat()
    subjects = [
        patient("a", contact=day(40).isoformat(), enrolment_date=late),
        patient("b", contact=DLP.isoformat()),
        patient("c", contact=day(90).isoformat(), reporting_track="hundred_days", enrolment_date=day(101).isoformat()),
    ]
    rows = study_results(tables(subject=subjects), "demo", DLP).estimates.to_pylist()
    assert only(rows, estimand="followed")["n_patients"] == 1
    assert only(rows, estimand="clark_c", population="all")["estimate"] == pytest.approx(2373 / (2373 + 2312))
    assert only(rows, estimand="lost_to_follow_up")["n_events"] == 1
    assert only(rows, estimand="visit_made", event="year_1")["n_patients"] == 2
    assert only(rows, estimand="visit_made", event=None)["n_patients"] is None


# What is told of a patient without its day, whether she has a day of infusion, and which of the counts she is in.
WITHOUT_A_DAY = """
undated          infused counted
death            yes     undated_deaths
withdrawal       yes     undated_withdrawals
loss             yes     undated_losses
death,loss       yes     undated_deaths,undated_losses
infusion         no      undated_infusions
infusion,death   no      undated_infusions
death            no      never_infused
-                no      never_infused
-                yes     -
"""


@pytest.mark.parametrize("line", WITHOUT_A_DAY.strip().splitlines()[1:])
def test_what_is_told_of_a_patient_without_its_day_is_counted_and_flagged(line):
    undated, infused, counted = line.split()
    told = patient("a", undated=None if undated == "-" else undated.split(","))
    told |= {"infusion_date": told["infusion_date"] if infused == "yes" else None}
    rows = study_results(tables(subject=[patient("b"), told]), "demo", DLP).estimates.to_pylist()
    names = ("undated_deaths", "undated_infusions", "undated_withdrawals", "undated_losses", "never_infused")
    found = {name: only(rows, estimand=name) for name in names}
    assert {name for name, row in found.items() if row["n_patients"]} == set(counted.split(",")) - {"-"}
    assert all(row["is_flagged"] == (row["n_patients"] > 0) for name, row in found.items() if name != "never_infused")
    assert only(rows, estimand="registered")["n_patients"] == 2
    assert only(rows, estimand="infused")["n_patients"] == (2 if infused == "yes" else 1)


# doses of tocilizumab, cytokine release from day 3: whether it was treated.
DOSES = """
doses  treated
0      0
2      0
0,4    1
3      1
30     1
31     0
0,31   0
-1,5   1
"""


@pytest.mark.parametrize("line", DOSES.strip().splitlines()[1:])
def test_a_dose_before_the_syndrome_hides_none_of_those_that_treated_it(line):
    doses, treated = line.split()
    given = [{"subject_id": "a", "kind": "tocilizumab", "start_date": day(int(n))} for n in doses.split(",")]
    held = tables(
        subject=[patient("a", contact="2021-01-01")],
        treatment=given,
        event=[event("a", "Cytokine release syndrome", day(3).isoformat(), ["crs"], 2, "crs_astct_2019")],
    )
    assert only(early_rows(held), estimand="treated_for_crs", event="tocilizumab")["n_events"] == int(treated)


# day of infusion before the data lock, grade and day of the event: patients with grade 3, patients asked, ungraded.
CLOSED = """
before grade on severe asked ungraded
30     3     5  1      1     0
29     3     5  0      0     0
29     -     5  0      0     0
40     -     5  0      0     1
40     3     31 0      1     0
40     3     30 1      1     0
40     -     31 0      1     0
"""


@pytest.mark.parametrize("line", CLOSED.strip().splitlines()[1:])
def test_a_share_by_day_30_asks_only_whose_30_days_are_over_and_says_how_many_have_no_grade(line):
    before, grade, on, *expected = line.split()
    infused = DLP - dt.timedelta(days=int(before))
    began = infused + dt.timedelta(days=int(on))
    subjects = [patient("a", infused=infused.isoformat(), contact=DLP.isoformat())]
    said = {"grade": None, "scale": None} if grade == "-" else {"grade": int(grade), "scale": "crs_astct_2019"}
    events = [event("a", "Cytokine release syndrome", began.isoformat(), ["crs"], **said)] if began <= DLP else []
    found = only(early_rows(tables(subject=subjects, event=events)), estimand="crs_share_grade_3")
    counts = [found.get("n_events", 0), found.get("n_patients", 0), found["n_left_out"]]
    assert counts == [int(text) for text in expected]
    assert found["is_flagged"] == (counts[2] > 0)


@pytest.fixture(scope="module")
def scales():
    told = [("a", 3, "crs_penn"), ("b", 4, "crs_astct_2019"), ("c", 3, "crs_penn"), ("d", 2, "crs_penn")]
    told += [("e", None, None), ("f", 3, None), ("a", 4, "crs_penn")]
    return occurred(
        [patient(name, contact="2021-01-01", indication="fl" if name in "ab" else "lbcl") for name in "abcdefg"],
        [
            event(name, "Cytokine release syndrome", day(3 + at).isoformat(), ["crs"], grade, scale)
            for at, (name, grade, scale) in enumerate(told)
        ],
    )


ON_SCALE = """
population     scale          events patients left_out
all            crs_penn       2      7        2
all            crs_astct_2019 1      7        2
indication=fl  crs_penn       1      2        0
indication=fl  crs_astct_2019 1      2        0
indication=lbcl crs_penn      1      5        2
indication=lbcl crs_astct_2019 0     5        2
"""


@pytest.mark.parametrize("line", ON_SCALE.strip().splitlines()[1:])
def test_grades_of_several_scales_are_counted_on_each_alone_as_at_least_so_many(scales, line):
    population, scale, *expected = line.split()
    found = only(scales, estimand="severe_on_scale", event="crs", population=population, scale=scale)
    assert [found[name] for name in ("n_events", "n_patients", "n_left_out")] == [int(text) for text in expected]
    assert found["estimate"] == pytest.approx(int(expected[0]) / int(expected[1]))
    assert (found["measure"], found["unit"]) == ("share, at least", f"share on {scale}, at least")
    assert found.get("high") is None
    refused = [one for one in scales if (one["estimand"], one["population"]) == ("first_event_grade_3", "all")]
    assert refused
    assert not any(one["is_told"] for one in refused)


def test_on_one_scale_nothing_is_counted_scale_by_scale():
    one = event("a", "Cytokine release syndrome", day(3).isoformat(), ["crs"], 3, "crs_penn")
    assert not any(
        row["estimand"] == "severe_on_scale" for row in occurred([patient("a", contact="2021-01-01")], [one])
    )


# age as the registry gives it, and at which age the reference begins to expect: share of the first year that it expects of.
COMPLETED = """
age    resolution        from_age share
40     completed_years   41       0.5
40     completed_years   40       1
40     fraction          41       0
40     -                 41       0
40.25  fraction          41       0.25
40.5   completed_months  41       0.5416667
40.5   completed_weeks   41       0.5095825
40.5   completed_days    41       0.5013689
39     completed_years   41       0
"""


@pytest.mark.parametrize("line", COMPLETED.strip().splitlines()[1:])
def test_an_age_in_completed_units_stands_for_half_a_unit_more(line):
    resolution = line.split()[1]
    age, from_age, share = (float(text) for text in line.split() if text != resolution)
    told = {"age_years": age, "age_resolution": None if resolution == "-" else resolution}
    held = tables(subject=[patient("a", contact=day(365).isoformat(), **told)])
    people = followed_patients(held, DLP)
    table = np.zeros((1, 2, 2, 11))
    table[..., 1, :] = 0.001
    against = Reference(
        ("breast",), np.array([0.0, from_age, 131.0]), np.arange(2020.0, 2032.0), table, "seer", "made up"
    )
    rows = standardised_rows(people, malignancies_of(held, people), against, None)
    found = next(one for one in rows if one["event"] == "all_sites" and one.get("window") is None)
    assert found["expected"] == pytest.approx(0.001 * share * 366 / 365.25, abs=0.001 * 2 / 365.25)
