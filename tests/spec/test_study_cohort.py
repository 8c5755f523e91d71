"""Who is at risk when, and what is counted, told by patients one line each."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.cohort.accrual import completeness_rows
from pipeline.cohort.assembly import study_results
from pipeline.cohort.malignancies import malignancies_of
from pipeline.cohort.patients import infused_patients
from pipeline.cohort.reference import Reference
from pipeline.cohort.standardised import standardised_rows
from pipeline.errors import InputRefused

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
patient, tables, event = studycohort.patient, studycohort.tables, studycohort.event
DLP = dt.date(2026, 6, 30)

# infused 2020-01-01; the data lock is day 2372.
FOLLOWED = """
enrolled    contact     death       withdrawn   lost        track         entry exit dead potential  why
2020-01-01  2020-04-10  -           -           -           fifteen_years -1    100  no   2372       seen until day 100
2020-01-01  2020-04-10  2020-04-10  -           -           fifteen_years -1    100  yes  2372       died that day
2020-02-01  2020-04-10  -           -           -           fifteen_years 31    100  no   2372       at risk from the day after enrolment
2019-12-01  2020-04-10  -           -           -           fifteen_years -1    100  no   2372       enrolled before infusion
-           2020-04-10  -           -           -           fifteen_years -1    100  no   2372       enrolment not known
2020-01-01  2020-04-10  -           2020-03-01  -           fifteen_years -1    60   no   2372       withdrawn
2020-01-01  2020-06-01  2020-06-01  2020-03-01  -           fifteen_years -1    60   no   2372       a death after withdrawal is not counted
2020-01-01  2020-06-01  2020-06-01  -           2020-03-01  fifteen_years -1    60   no   2372       nor one learned of after loss
2020-01-01  2020-04-10  -           -           2020-03-01  fifteen_years -1    100  no   2372       lost and found again
2020-01-01  2020-09-01  -           -           -           hundred_days  -1    100  no   100        the centre reports a hundred days
2020-01-01  2020-09-01  2020-09-01  -           -           hundred_days  -1    100  no   100        and no death after them
2020-01-01  2020-09-01  -           -           -           none          -1    -1   no   -1         nothing is reported
"""


def lines(text):
    head, *body = [line.split(None, 10) for line in text.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in body]


@pytest.mark.parametrize("line", lines(FOLLOWED), ids=lambda line: line["why"])
def test_a_patient_is_at_risk_from_entry_to_exit(line):
    told = {key: None if value == "-" else value for key, value in line.items()}
    one = patient(
        "a",
        contact=told["contact"],
        death=told["death"],
        enrolment_date=told["enrolled"],
        withdrawal_date=told["withdrawn"],
        lost_date=told["lost"],
        reporting_track=told["track"],
    )
    found = infused_patients(tables(subject=[one]), DLP)
    expected = [float(line["entry"]), float(line["exit"]), line["dead"] == "yes", float(line["potential"])]
    assert [found.entry[0], found.exit[0], bool(found.is_dead[0]), found.potential[0]] == expected


CONTRADICTIONS = {
    "death before infusion": {"death_date": "2019-12-31", "last_contact_date": None},
    "last contact before infusion": {"last_contact_date": "2019-12-31"},
    "withdrawal before infusion": {"withdrawal_date": "2019-12-31"},
    "last contact after death": {"death_date": "2020-02-01", "last_contact_date": "2020-03-01"},
    "enrolment after death": {"death_date": "2020-02-01", "last_contact_date": None, "enrolment_date": "2020-03-01"},
    "last_contact_date after the cut-off": {"last_contact_date": "2026-07-01"},
}


@pytest.mark.parametrize("rule", CONTRADICTIONS)
def test_dates_that_contradict_each_other_are_refused_without_a_name(rule):
    with pytest.raises(InputRefused, match=rf"1 patients with {rule}: correct") as refused:
        infused_patients(tables(subject=[patient("the-pseudonym", **CONTRADICTIONS[rule])]), DLP)
    assert "pseudonym" not in str(refused.value)


def found_row(results, **wanted):
    rows = [row for row in results.estimates.to_pylist() if all(row[key] == value for key, value in wanted.items())]
    assert len(rows) == 1, (wanted, len(rows))
    return rows[0]


@pytest.fixture(scope="module")
def few():
    """Four patients: one event on day 10, one two on day 10 and one on day 40, one a second infusion, one nothing."""
    return study_results(
        tables(
            subject=[patient(name, contact="2020-12-31") for name in "abcd"],
            infusion=[
                {"subject_id": "c", "infusion_date": dt.date(2020, 1, 1), "is_index": True},
                {"subject_id": "c", "infusion_date": dt.date(2020, 1, 21), "is_index": False},
            ],
            event=[
                event("a", "Sepsis", "2020-01-11", ["infection"], 3, "ctcae_v5"),
                event("b", "Sepsis", "2020-01-11", ["infection"], 2, "ctcae_v5"),
                event("b", "Pneumonia", "2020-01-11", ["infection"], 1, "ctcae_v5"),
                event("b", "Pneumonia", "2020-02-10", ["infection"], 4, "ctcae_v5"),
                event("c", "Sepsis", "2020-02-10", ["infection"], 1, "ctcae_v5"),
                event("d", "Sepsis", None, ["infection"]),
                event("a", "Cytokine release syndrome", "2020-01-03", ["crs"], 3, "crs_penn"),
                event("b", "Cytokine release syndrome", "2020-01-03", ["crs"], 2, "crs_astct_2019"),
            ],
        ),
        "demo",
        DLP,
    )


# 29 days in the window; 11 days at risk until an event on day 10; 21 until a further infusion on day 20.
PERSON_TIME = """
estimand             window     events days
first_event          day_0_28   2      72
all_events           day_0_28   2      108
first_event          day_29_90  0      62
all_events           day_29_90  1      186
first_event          -          2      409
all_events           -          3      1119
first_event_grade_3  day_0_28   1      90
first_event_grade_3  day_29_90  1      74
"""


@pytest.mark.parametrize("line", PERSON_TIME.strip().splitlines()[1:])
def test_events_and_days_at_risk_are_counted_by_window(few, line):
    estimand, window, events, days = line.split()
    asked = {
        "estimand": estimand,
        "window": None if window == "-" else window,
        "event": "infection",
        "population": "all",
    }
    row = found_row(few, method="garwood", **asked)
    assert row["n_events"] == int(events)
    assert row["person_years"] * 365.25 == pytest.approx(int(days))
    assert row["estimate"] == pytest.approx(int(events) / (int(days) / 365.25) * 100)


def test_grades_on_two_scales_are_not_pooled_and_both_are_named(few):
    rows = [
        row for row in few.estimates.to_pylist() if row["estimand"] == "first_event_grade_3" and row["event"] == "crs"
    ]
    every = [row for row in rows if row["population"] == "all"]
    assert every
    for row in every:
        assert not row["is_told"]
        assert "crs_astct_2019, crs_penn" in row["reason"]


def test_an_event_not_known_to_the_day_is_in_no_count_and_said(few):
    assert found_row(few, estimand="undated_events")["estimate"] == 1
    assert found_row(few, estimand="undated_events")["is_flagged"]


def test_no_event_gives_an_upper_bound(few):
    row = found_row(few, estimand="first_event", event="tls", window=None, population="all", method="garwood")
    assert (row["estimate"], row["low"]) == (0.0, 0.0)
    assert row["high"] == pytest.approx(3.688879454 / row["person_years"] * 100)
    assert found_row(few, estimand="no_event", event="tls")["high"] == pytest.approx(1 - 0.025 ** (1 / 4))


def test_curves_of_four_patients_are_not_drawn(few):
    assert few.curves.num_rows == 0
    row = found_row(few, estimand="overall_survival", population="all", at_years=1.0)
    assert row["reason"] == "Of the 10 patients needed at risk until then, 0 remain."


# One year of contacts that stop: C counts the loss, and up to the last visit due the perfect patient has all.
def test_yearly_contact_lowers_completeness_but_not_up_to_the_last_visit_due():
    people = infused_patients(tables(subject=[patient("a", infused="2024-06-01", contact="2025-06-01")]), DLP)
    rows = {(row["estimand"], row["population"]): row for row in completeness_rows(people)}
    assert rows["clark_c", "all"]["estimate"] == pytest.approx(366 / 760)
    assert rows["clark_c_due", "all"]["estimate"] == 1.0
    assert not rows["clark_c_due", "all"]["is_flagged"]


def test_a_centre_that_loses_its_patients_is_flagged_by_the_visits_due():
    people = infused_patients(tables(subject=[patient("a", infused="2022-03-01", contact="2022-06-09")]), DLP)
    row = next(
        row
        for row in completeness_rows(people)
        if row["estimand"] == "clark_c_due" and row["population"] == "centre=C01"
    )
    assert row["estimate"] == pytest.approx(101 / 1462)  # of the visits until year 4
    assert row["is_flagged"]


def reference(rule="seer", level=0.001, sites=("breast", "lung", "non_melanoma_skin", "b_cell_lymphoma")):
    """The same number of cases per person-year everywhere from 2020 to 2030."""
    ages, years = np.array([0.0, 131.0]), np.arange(2020.0, 2032.0)
    return Reference(sites, ages, years, np.full((len(sites), 2, 1, 11), level), rule, "made up")


def malignancy(name, day, site="breast", decision="second_primary", **more):
    told = {"subject_id": name, "pt": "Cancer", "diagnosis_date": dt.date.fromisoformat(day), "site": site}
    return told | {"decision": decision, "origin": "solid", "transgene_result": "not_tested"} | more


COUNTED = {
    "an adjudicated second primary": ([malignancy("a", "2022-01-01")], 1),
    "one awaiting adjudication": ([malignancy("a", "2022-01-01", decision="pending")], 0),
    "a relapse reported as a cancer": ([malignancy("a", "2022-01-01", decision="relapse")], 0),
    "skin other than melanoma": ([malignancy("a", "2022-01-01", "non_melanoma_skin")], 0),
    "the disease treated": ([malignancy("a", "2022-01-01", "b_cell_lymphoma")], 0),
    "two of one patient": ([malignancy("a", "2022-01-01"), malignancy("a", "2023-01-01", "lung")], 2),
    "one after the last contact": ([malignancy("a", "2026-02-01")], 0),
    "one on the day of infusion": ([malignancy("a", "2020-01-01")], 0),
}


@pytest.mark.parametrize("what", COUNTED)
def test_a_second_malignancy_counts_only_as_adjudicated(what):
    given, expected = COUNTED[what]
    row = ratio(given, reference())
    assert row["n_events"] == expected
    years = (dt.date(2026, 1, 1) - dt.date(2020, 1, 1)).days + 1
    assert row["expected"] == pytest.approx(0.002 * years / 365.25)  # breast and lung


def ratio(given, against, window=None, site="all_sites"):
    held = tables(subject=[patient("a", contact="2026-01-01")], malignancy=given)
    people = infused_patients(held, DLP)
    rows = standardised_rows(people, malignancies_of(held, people), against, None)
    wanted = ("standardised_ratio", window, site, f"garwood, {against.rule}")
    return next(row for row in rows if (row["estimand"], row.get("window"), row["event"], row["method"]) == wanted)


def test_person_time_stops_at_the_first_second_malignancy_under_the_rule_of_first_primaries():
    given = [malignancy("a", "2022-01-01"), malignancy("a", "2023-01-01", "lung")]
    first, seer = ratio(given, reference("first_primary")), ratio(given, reference("seer"))
    assert (first["n_events"], seer["n_events"]) == (1, 2)
    assert first["person_years"] == pytest.approx(((dt.date(2022, 1, 1) - dt.date(2020, 1, 1)).days + 1) / 365.25)
    assert seer["person_years"] > 6


def test_the_first_six_months_can_be_left_out():
    given = [malignancy("a", "2020-05-01"), malignancy("a", "2021-05-01", "lung")]
    assert ratio(given, reference())["n_events"] == 2
    later = ratio(given, reference(), "after_excluded_months")
    assert later["n_events"] == 1
    assert later["person_years"] == pytest.approx(ratio(given, reference())["person_years"] - 183 / 365.25)


def test_references_under_two_rules_are_refused_and_both_named():
    held = tables(subject=[patient("a", contact="2026-01-01")])
    people = infused_patients(held, DLP)
    with pytest.raises(InputRefused, match=r"by first_primary, the survivors' .* by seer"):
        standardised_rows(people, malignancies_of(held, people), reference("first_primary"), reference("seer"))


def test_what_the_reference_does_not_hold_is_left_out_of_both_sides_and_said():
    short = reference()
    early = Reference(short.sites, short.ages, np.array([2020.0, 2021.0]), short.level[..., :1], "seer", "made up")
    given = [malignancy("a", "2025-12-31"), malignancy("a", "2020-06-01", "lung")]
    held = tables(subject=[patient("a", contact="2026-01-01")], malignancy=given)
    people = infused_patients(held, DLP)
    row = ratio(given, early)
    assert row["n_events"] == 2  # the last year stands for five more
    beyond = [malignancy("a", "2026-01-01"), malignancy("a", "2020-06-01", "lung")]
    held = tables(subject=[patient("a", contact="2026-01-01")], malignancy=beyond)
    rows = standardised_rows(people, malignancies_of(held, people), early, None)
    left = next(row for row in rows if row["estimand"] == "uncovered")
    assert (left["n_events"], left["is_flagged"]) == (1, True)
    assert left["estimate"] == pytest.approx(1 / 365.25)


def late(**rows):
    """One patient enrolled two months after infusion, and one enrolled by then."""
    subjects = [
        patient(name, contact="2020-12-31", enrolment_date=day)
        for name, day in (("a", "2020-03-01"), ("b", "2020-01-01"))
    ]
    return tables(subject=subjects, **rows)


def test_who_had_the_event_before_a_late_enrolment_has_no_first_one_later():
    days = ("2020-01-11", "2020-05-10")
    held = late(event=[event(name, "Sepsis", day, ["infection"], 1, "ctcae_v5") for name in "ab" for day in days])
    found = study_results(held, "demo", DLP)
    asked = {"event": "infection", "window": None, "population": "all", "method": "garwood"}
    first, every = (found_row(found, estimand=name, **asked) for name in ("first_event", "all_events"))
    assert (first["n_events"], first["n_patients"]) == (1, 1)
    assert first["person_years"] * 365.25 == pytest.approx(11)
    assert every["n_events"] == 3
    assert every["person_years"] * 365.25 == pytest.approx(366 + 305)
    assert found_row(found, estimand="events_outside")["estimate"] == 1


def test_a_second_malignancy_before_a_late_enrolment_is_counted_on_neither_side():
    held = late(malignancy=[malignancy("a", "2020-02-01"), malignancy("a", "2020-10-01", "lung")])
    people = infused_patients(held, DLP)
    for rule, expected in (("first_primary", (0, 366)), ("seer", (1, 366 + 305))):
        rows = standardised_rows(people, malignancies_of(held, people), reference(rule), None)
        row = next(one for one in rows if one["event"] == "all_sites" and one["window"] is None)
        assert (row["n_events"], round(row["person_years"] * 365.25)) == expected


def test_who_had_further_cells_before_a_late_enrolment_is_never_at_risk_of_an_event():
    again = [{"subject_id": "a", "kind": "gene_therapy", "start_date": dt.date(2020, 2, 1)}]
    held = late(treatment=again, event=[event("a", "Sepsis", "2020-05-10", ["infection"], 1, "ctcae_v5")])
    found = study_results(held, "demo", DLP)
    row = found_row(found, estimand="all_events", event="infection", window=None, population="all", method="garwood")
    assert (row["n_events"], row["n_patients"], round(row["person_years"] * 365.25)) == (0, 1, 366)
    counts = {one["n_patients"] for one in found.estimates.to_pylist() if one["estimand"] == "mean_count"}
    assert counts == {1}
