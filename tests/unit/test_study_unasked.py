"""What no file of the extract tells of is not told as none."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from pipeline.cohort.assembly import study_results
from pipeline.cohort.published import COLUMNS, key_of
from pipeline.cohort.unasked import REASON, needed
from pipeline.contract.study import PATIENT_TABLES

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)

DAY = dt.date(2026, 6, 30)
TABLES = studycohort.drawn(120)
NAMES = ("study_event", "study_treatment", "study_response", "study_malignancy")


@pytest.fixture(scope="module")
def whole():
    return {key_of(one): one for one in study_results(TABLES, "ltfu", DAY).estimates.to_pylist()}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_that_an_empty_table_would_change_is_not_told(whole, name):
    assert TABLES[name].num_rows
    found = study_results(TABLES | {name: TABLES[name].slice(0, 0)}, "ltfu", DAY, unasked=[name])
    rows = found.estimates.to_pylist()
    resting = [one for one in rows if name in needed(one)]
    assert resting
    assert all(not one["is_told"] and one["reason"] == REASON for one in resting)
    assert all(one["n_events"] is None and one["estimate"] is None for one in resting)
    others = [one for one in rows if name not in needed(one) and one["estimand"] != "form_lag"]
    assert {one["estimand"] for one in others} >= {"person_years", "clark_c", "overall_survival"}
    assert others == [whole[key_of(one, COLUMNS)] for one in others]
    assert not any(name in needed(one) for one in found.curves.to_pylist())


def test_nothing_is_left_out_where_every_table_is_filled(whole):
    assert not any(one["reason"] == REASON for one in whole.values())
    assert {table.name for table in PATIENT_TABLES} >= {*NAMES}
