"""What a look counts, in reports and in the study."""

import datetime as dt

import pytest

from pipeline.cases.watched import Cells, Pair, report_counts, watched_pair
from pipeline.cohort.watched import cohort_counts, watched
from pipeline.config import Settings
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.study import PATIENT_TABLES
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.warehouse import Warehouse
from pipeline.sequential.unadjusted import ever_crossing
from pipeline.steps.unadjusted import beside

import pyarrow as pa  # isort: skip

ASKED = ("tisagenlecleucel", "crs", "narrow", "non_car_t")
CUT_OFF = dt.date(2022, 1, 1)


@pytest.mark.parametrize(
    ("before", "share"),
    [
        ([], 20 / 200),
        ([{"a": 1, "b": 9, "c": 2, "d": 88}], 10 / 100),
        ([{"a": 5, "b": 25, "c": 2, "d": 88}], 20 / 200),  # cases of the product were withdrawn
        ([{"a": 1, "b": 9, "c": 20, "d": 180}], 20 / 200),  # those of the comparator
        (
            [{"a": 1, "b": 14, "c": 2, "d": 98}, {"a": 1, "b": 9, "c": 2, "d": 88}],
            5 / 85,
        ),  # grown beyond the most there was
    ],
)
def test_the_share_is_of_the_cases_since_the_look_before_unless_a_side_shrank(before, share):
    found = report_counts(Cells(5, 15, 10, 170), before)
    assert (found.observed, found.compared) == (5, 10)
    assert found.share == pytest.approx(share)


def test_nothing_to_look_at_is_said():
    with pytest.raises(NothingThere, match="nothing to look at yet"):
        report_counts(Cells(0, 0, 0, 0), [])


def signal_rows(rows):
    """The table of signals with one question, assessable or not, and its unadjusted component."""
    columns = dict(zip(("product", "event", "scope", "comparator"), ASKED, strict=True)) | {"event_kind": "endpoint"}
    held = [columns | dict.fromkeys("abcd", 1) | row for row in rows]
    schema = [
        *((name, pa.string()) for name in columns),
        *((name, pa.int64()) for name in "abcd"),
        *((name, pa.bool_()) for name in ("is_assessable", "is_ic_positive")),
        *((name, pa.float64()) for name in ("ic025", "expected")),
    ]
    return pa.Table.from_pylist(held, pa.schema(schema))


@pytest.mark.parametrize(
    ("rows", "words"),
    [([], "is not compared with non_car_t"), ([{"is_assessable": False}], "No report held has a term of crs")],
)
def test_a_pair_that_was_not_counted_is_refused(tmp_path, rows, words):
    with Warehouse(Settings(temp_directory=str(tmp_path))) as warehouse:
        warehouse.register("signal", signal_rows(rows))
        with pytest.raises(NothingThere, match=words):
            watched_pair(warehouse, *ASKED)


def test_one_row_says_what_a_look_counts_and_what_stands_beside_it(tmp_path):
    row = {"a": 3, "is_assessable": True, "is_ic_positive": False, "ic025": -0.4, "expected": 0.5}
    with Warehouse(Settings(temp_directory=str(tmp_path))) as warehouse:
        warehouse.register("signal", signal_rows([row]))
        found = watched_pair(warehouse, *ASKED)
    assert found == Pair(Cells(3, 1, 1, 1), -0.4, False, 0.5)
    assert beside(found, 2)["ic025_ever_positive_by_chance"] == pytest.approx(ever_crossing([0.25, 0.25])[-1])
    assert beside(found._replace(expected=None), 2)["ic025_ever_positive_by_chance"] is None


def tables(subjects, events=(), malignancies=()):
    """The study's tables with these rows; every patient is infused on 1 January 2020 with tisagenlecleucel."""
    found = {table.name: pa.Table.from_pylist([], arrow_schema(table)) for table in PATIENT_TABLES}
    day = dt.date(2020, 1, 1)
    base = {"study_id": "s", "as_of": "2022-01-01", "product": "tisagenlecleucel", "infusion_date": day,
            "enrolment_date": day, "reporting_track": "fifteen_years", "indication": "b_all"}  # fmt: skip
    held = {
        "study_subject": [base | row for row in subjects],
        "study_event": [{"study_id": "s", "as_of": "2022-01-01", "event_number": 1} | row for row in events],
        "study_malignancy": [
            {"study_id": "s", "as_of": "2022-01-01", "malignancy_number": 1} | row for row in malignancies
        ],
    }
    for name, rows in held.items():
        found[name] = pa.Table.from_pylist(rows, found[name].schema)
    return found


def patient(name, last, **more):
    return {"subject_id": name, "last_contact_date": dt.date(2020, 1, 1) + dt.timedelta(days=last)} | more


def crs(name, day):
    start = dt.date(2020, 1, 1) + dt.timedelta(days=day)
    return {"subject_id": name, "pt": "Cytokine release syndrome", "endpoints": ["crs"], "start_date": start}


def test_person_time_ends_at_the_event_or_the_last_contact_and_other_products_are_left_aside():
    held = tables(
        [patient("a", 99), patient("b", 199), patient("c", 99, product="axicabtagene ciloleucel")],
        [crs("a", 9), crs("c", 9)],
    )
    found = watched(held, CUT_OFF, "tisagenlecleucel", "crs")
    assert found.observed == 1
    assert found.person_years * 365.25 == pytest.approx(10 + 200)


def test_expected_events_come_of_the_plan_s_own_baseline():
    held = tables([patient("a", 99), patient("b", 199)], [crs("a", 60)])
    rate = cohort_counts(held, CUT_OFF, "tisagenlecleucel", "crs", {"per_100_person_years": 10.0, "citation": "x"})
    assert rate.expected == pytest.approx(0.1 * (61 + 200) / 365.25)
    within = cohort_counts(
        held, CUT_OFF, "tisagenlecleucel", "crs", {"cumulative_incidence": 0.5, "by_days": 30, "citation": "x"}
    )
    assert (within.observed, within.expected) == (0, 1.0)  # half of two patients, whatever the days events come on
    uncertain = cohort_counts(
        held, CUT_OFF, "tisagenlecleucel", "crs", {"baseline_events": 7, "baseline_person_years": 50.0, "citation": "x"}
    )
    assert (uncertain.baseline_events, uncertain.baseline_time, uncertain.expected) == (7, 50.0, None)


def test_only_adjudicated_second_cancers_count():
    on = dt.date(2020, 3, 1)
    rows = [
        {
            "subject_id": "a",
            "diagnosis_date": on,
            "decision": "second_primary",
            "origin": "t_cell",
            "site": "t_cell_lymphoma",
        },
        {"subject_id": "b", "diagnosis_date": on, "decision": "pending", "origin": "t_cell", "site": "t_cell_lymphoma"},
    ]
    held = tables([patient("a", 99), patient("b", 99)], malignancies=rows)
    assert watched(held, CUT_OFF, "tisagenlecleucel", "spm_tcell").observed == 1
    assert watched(held, CUT_OFF, "tisagenlecleucel", "spm_myeloid").observed == 0


def test_an_endpoint_the_study_does_not_tell_is_refused():
    with pytest.raises(UsageError, match="The study does not tell nonsense: it tells crs"):
        watched(tables([patient("a", 99)]), CUT_OFF, "tisagenlecleucel", "nonsense")


def test_only_whole_windows_are_held_against_a_share_by_a_day():
    held = tables(
        [patient("a", 5), patient("b", 199), patient("c", 725, infusion_date=CUT_OFF - dt.timedelta(days=20))],
        [crs("a", 3), crs("b", 31)],
    )
    expected = {"cumulative_incidence": 0.25, "by_days": 30, "citation": "x"}
    found = cohort_counts(held, CUT_OFF, "tisagenlecleucel", "crs", expected)
    assert (found.observed, found.expected) == (1, 0.5)  # c's thirty days are not over
