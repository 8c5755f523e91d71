"""Rows of reports find the counted cases that a join by quarter, report and, where a number is shared, case finds."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases.members import PLACES, make_steps
from pipeline.cases.reportplaces import Reports, find_rows, members_of, places_of, reports_of
from pipeline.config import Settings
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse

QUARTERS = ("2012Q4", "2013Q1", "2026Q3")
# Numbers that meet again in other quarters; the widest that a typed table can hold, and one that no report should have.
REPORTS = st.sampled_from((-1, 0, 7, 8, 10_000_000_001, 2**53, 2**53 + 1, 2**63 - 1))
ROWS = st.lists(st.tuples(st.sampled_from(QUARTERS), st.none() | REPORTS, st.integers(1, 4), st.integers(1, 3)))
CASES = st.dictionaries(st.integers(1, 4), st.tuples(st.sampled_from(QUARTERS), REPORTS))
JOINED = """
SELECT DISTINCT c.case_id, r.thing
FROM read AS r
JOIN counted_case AS c ON c.quarter = r.quarter AND c.report_id = r.report_id
  AND (NOT c.is_report_number_shared OR c.case_id = r.case_id)
ORDER BY ALL"""


@pytest.fixture(scope="module")
def warehouse():
    with Warehouse(Settings(memory_limit="1GiB", threads=2)) as opened:
        yield opened


@settings(deadline=None)
@given(cases=CASES, rows=ROWS)
def test_members_are_those_of_the_join(warehouse, cases, rows):
    of_report = list(cases.values())
    shown = [
        {"case_id": number, "quarter": quarter, "report_id": report, "is_report_number_shared": shared}
        for number, (quarter, report) in sorted(cases.items())
        for shared in [of_report.count((quarter, report)) > 1]
    ]
    kinds = {"case_id": pa.int64(), "quarter": pa.string(), "report_id": pa.int64(), "thing": pa.int64()}
    counted = pa.schema([*list(kinds.items())[:3], ("is_report_number_shared", pa.bool_())])
    warehouse.register("counted_case", pa.Table.from_pylist(shown, counted))
    read = [dict(zip(("quarter", "report_id", "case_id", "thing"), row, strict=True)) for row in rows]
    warehouse.register("read", pa.Table.from_pylist(read, pa.schema(list(kinds.items()))))
    numbers = np.array(sorted(cases), dtype=np.int64)
    told = warehouse.arrow(f"{PLACES} ORDER BY case_id")
    found = members_of(find_rows(warehouse, "SELECT * FROM read", "thing"), reports_of(told), numbers)
    ours = sorted({(int(numbers[place]), int(thing)) for place, thing in zip(*found, strict=True)})
    assert ours == warehouse.rows(JOINED)


@given(
    known=st.sets(st.tuples(st.integers(20121, 20124), st.integers(-3, 9))),
    asked=st.lists(st.tuples(st.integers(20121, 20125), st.integers(-3, 9))),
)
def test_a_report_is_looked_up_in_its_own_quarter_in_whatever_order_rows_stand(known, asked):
    ordered = sorted(known)
    places = np.arange(len(ordered), dtype=np.int32)
    quarter, report = np.array(ordered, dtype=np.int64).reshape(-1, 2).T
    rows = np.array(asked, dtype=np.int64).reshape(-1, 2)
    found = places_of(Reports(quarter.astype(np.int16), report, places), rows[:, 0].astype(np.int16), rows[:, 1])
    place = {pair: at for at, pair in enumerate(ordered)}
    assert found.tolist() == [place.get(pair, -1) for pair in asked]


def test_two_cases_that_own_one_report_are_a_bug_that_is_told():
    counted = {"quarter_number": [20241, 20241], "report_id": [7, 7], "is_report_number_shared": [False, False]}
    with pytest.raises(CartwatchError, match="Two counted cases have report 7 of 20241"):
        reports_of(pa.table(counted))


def test_cases_counted_out_of_order_are_put_in_order():
    rows = {"case_id": [3, 1, 2], "quarter": ["2013Q1"] * 3, "report_id": [30, 10, 20]}
    rest = {
        name: pa.nulls(3, pa.int64())
        for name in ("version_number", "initial_receipt_date", "is_complete", "incomplete_reason", "age_years")
    }
    rest |= {name: pa.nulls(3, pa.string()) for name in ("sex_code", "event_country_code", "reporter_type_code")}
    shared = {"is_report_number_shared": [False] * 3, "kept_case_id": pa.nulls(3, pa.int64())}
    with Warehouse(Settings(memory_limit="1GiB", threads=2)) as warehouse:
        warehouse.register("case_current", pa.table(rows | rest | shared))
        make_steps(warehouse, ["counted_case"], {"with_duplicates": False})
        kept = warehouse.registered("counted_number")
    assert kept.select(["case_id", "report_id"]).to_pydict() == {"case_id": [1, 2, 3], "report_id": [10, 20, 30]}
