"""Which cases and which patients have a designated event: every row of the world is in the tables."""

import datetime as dt

import pytest

from pipeline.cases.designated import designated_cases, designated_endpoints
from pipeline.cohort.designated import designated_patients
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse
from tests.spec.tables import rows_of, typed
from tests.studycohort import patient, tables

TISA, AXI = "tisagenlecleucel", "axicabtagene ciloleucel"
CASES = """
case_id | report_id | received   | product                 | event           | scope  | dead | why
1       | 11        | 2024-03-01 | tisagenlecleucel        | spm_tcell       | narrow | no   | a case
2       | 12        | 2023-11-05 | tisagenlecleucel        | spm_tcell       | narrow | yes  | an earlier one, fatal
3       | 13        | -          | tisagenlecleucel        | cerebral_oedema | narrow | no   | no day of receipt known
4       | 14        | 2024-01-01 | tisagenlecleucel        | cerebral_oedema | broad  | no   | terms that may mean it: not counted
5       | 15        | 2024-01-02 | tisagenlecleucel        | fever           | narrow | yes  | no designated event
6       | 16        | 2024-01-03 | axicabtagene ciloleucel | spm_tcell       | narrow | no   | another product
7       | 17        | 2024-01-04 | any_car_t               | spm_tcell       | narrow | no   | a group opens nothing
"""


@pytest.fixture(scope="module")
def cases():
    drawn = rows_of(CASES)
    with Warehouse(Settings(threads=1)) as warehouse:
        members = [f"{row['product']} | endpoint | {row['event']} | {row['scope']} | {row['case_id']}" for row in drawn]
        text = "\n".join(["product | event_kind | event | scope | case_id", *members])
        warehouse.register("product_event_case", typed("product_event_case", text))
        current = [f"{row['case_id']} | {row['report_id']} | {row['received'] or '-'} | no" for row in drawn]
        text = "\n".join(["case_id | report_id | initial_receipt_date | is_report_number_shared", *current])
        warehouse.register("case_current", typed("case_current", text, quarter="2024Q1"))
        outcomes = [
            f"{row['report_id']} | {code}"
            for row in drawn
            for code in ("HO", "DE")
            if code == "HO" or row["dead"] == "yes"
        ]
        text = "\n".join(["report_id | outcome_code", *outcomes])
        warehouse.register("case_outcome", typed("case_outcome", text, quarter="2024Q1"))
        yield designated_cases(warehouse)


def test_the_vocabulary_says_which_events_are_designated():
    assert designated_endpoints() == ("cerebral_oedema", "spm_tcell")


def test_cases_are_counted_by_the_terms_that_mean_the_event(cases):
    assert cases[TISA, "spm_tcell"] == ((1, 2), 1, dt.date(2023, 11, 5))
    assert cases[TISA, "cerebral_oedema"] == ((3,), 0, None)
    assert cases[AXI, "spm_tcell"] == ((6,), 0, dt.date(2024, 1, 3))
    assert cases[AXI, "cerebral_oedema"] == ((), 0, None)


def test_a_group_of_products_opens_nothing(cases):
    assert not {product for product, _ in cases} & {"any_car_t", "unspecified_car_t"}


MALIGNANCIES = """
who | origin  | decision       | transgene  | found      | counts as                | why
p1  | t_cell  | second_primary | not_tested | 2021-05-01 | adjudicated              | adjudicated
p1  | t_cell  | second_primary | positive   | 2021-06-01 | adjudicated car_positive | the same patient again: one patient
p2  | t_cell  | pending        | positive   | 2021-05-01 | car_positive             | suspected: the transgene was found
p3  | unknown | -              | low        | -          | car_positive             | nobody has decided, no day and no lineage known
p4  | t_cell  | pending        | not_tested | 2021-05-01 | -                        | nothing speaks for it yet
p5  | b_cell  | second_primary | positive   | 2021-05-01 | -                        | of another lineage
p6  | t_cell  | relapse        | positive   | 2021-05-01 | -                        | a relapse, as adjudicated
p7  | t_cell  | not_malignant  | positive   | 2021-05-01 | -                        | none, as adjudicated
p8  | t_cell  | second_primary | positive   | 2020-01-01 | -                        | found on the day of infusion
p9  | t_cell  | second_primary | positive   | 2021-05-01 | -                        | of a patient of another product
q1  | t_cell  | second_primary | positive   | 2021-05-01 | -                        | of a patient never infused
"""


def test_patients_are_counted_once_adjudicated_or_suspected_car_positive():
    drawn = rows_of(MALIGNANCIES)
    subjects = [
        patient(who, contact="2024-01-01", product=AXI if who == "p9" else TISA)
        for who in sorted({row["who"] for row in drawn})
        if who != "q1"
    ]
    subjects.append(patient("q1") | {"infusion_date": None})
    held = tables(
        subject=subjects,
        malignancy=[
            {
                "subject_id": row["who"],
                "origin": row["origin"],
                "decision": row["decision"],
                "transgene_result": row["transgene"],
                "diagnosis_date": dt.date.fromisoformat(row["found"]) if row["found"] else None,
            }
            for row in drawn
        ],
    )
    found = designated_patients(held)
    told = [row for row in drawn if row["counts as"]]
    wanted = {
        "n_patients": len({row["who"] for row in told}),
        "n_adjudicated": len({row["who"] for row in told if "adjudicated" in row["counts as"]}),
        "n_car_positive": len({row["who"] for row in told if "car_positive" in row["counts as"]}),
    }
    assert found[TISA, "spm_tcell"] == wanted == {"n_patients": 3, "n_adjudicated": 1, "n_car_positive": 3}
    assert found[AXI, "spm_tcell"]["n_patients"] == 1


def test_other_events_count_from_the_day_of_infusion_and_where_no_day_is_known():
    def event(who, day, fatal):
        start = dt.date.fromisoformat(day) if day else None
        return {
            "subject_id": who,
            "pt": "Brain oedema",
            "endpoints": ["cerebral_oedema"],
            "start_date": start,
            "is_fatal": fatal,
        }

    held = tables(
        subject=[patient(who, contact="2024-01-01") for who in ("p1", "p2", "p3")],
        event=[event("p1", "2020-01-01", True), event("p2", None, None), event("p3", "2019-12-31", True)],
    )
    assert designated_patients(held)[TISA, "cerebral_oedema"] == {"n_patients": 2, "n_fatal": 1}


def test_a_study_without_anybody_has_no_event():
    found = designated_patients(tables())
    assert found
    assert not any(n for counts in found.values() for n in counts.values())
