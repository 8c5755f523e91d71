"""What the typed tables make of the raw text."""

import pyarrow as pa
import pytest
from tables import typed

from pipeline.config import Settings
from pipeline.intake.readings import age_readings, date_readings, weight_readings
from pipeline.lake.warehouse import Warehouse, model

RAW = {"quarter": "2024Q1", "source": "faers", "file": "f"}
NOTHING = "primaryid | caseid"
DEMO = """
primaryid | caseid | caseversion | sex | line
1001      | 100    | 1           | F   | 2
2001      | 200    | 1           | m   | 3
"""


@pytest.fixture
def warehouse():
    """The tables that typing reads, empty until a test draws them."""
    with Warehouse(Settings(threads=1)) as opened:
        opened.register("reading_date", date_readings([], "2024Q1"))
        opened.register("reading_age", age_readings([]))
        opened.register("reading_weight", weight_readings([]))
        opened.register(
            "vocabulary_country", pa.table({"name": pa.array([], pa.string()), "code": pa.array([], pa.string())})
        )
        yield opened


def versions(warehouse, rejected, drugs=NOTHING, reactions=NOTHING, demo=DEMO):
    for name, drawn in (("raw_demo", demo), ("raw_drug", drugs), ("raw_reac", reactions)):
        warehouse.register(name, typed(name, drawn, **RAW))
    warehouse.register("rejected", typed("rejected", rejected, **RAW, table="raw_demo"))
    columns = "report_id, case_id, version_number, is_readable, unreadable_tables"
    return warehouse.rows(f"SELECT {columns} FROM ({model('core/report_version')}) ORDER BY report_id")


READ = [(1001, 100, 1, True, None), (2001, 200, 1, True, None)]


def test_a_rejected_line_that_names_its_case_is_an_unreadable_version(warehouse):
    rejected = "line | reason | report_id | case_id | version_number\n4 | short | 1002 | 100 | 2"
    assert versions(warehouse, rejected) == [READ[0], (1002, 100, 2, False, "raw_demo"), READ[1]]


def test_a_version_known_only_by_its_drugs_is_unreadable_where_a_line_was_rejected(warehouse):
    rejected = "line | reason | report_id\n4 | run together | -"
    drugs = "primaryid | caseid\n1001 | 100\n1002 | 100\n20010 | 200"
    reactions = "primaryid | caseid\n1002 | 100"
    found = versions(warehouse, rejected, drugs, reactions)
    assert found == [READ[0], (1002, 100, 2, False, "raw_demo"), READ[1], (20010, 200, 10, False, "raw_demo")]


def test_an_orphan_is_no_version_where_every_line_was_read(warehouse):
    assert versions(warehouse, "line | reason\n4 | blank line", "primaryid | caseid\n1002 | 100") == READ


def test_an_orphan_whose_numbers_disagree_is_no_version(warehouse):
    assert versions(warehouse, "line | reason\n4 | short", "primaryid | caseid\n9992 | 100\n100 | 100") == READ


def test_blanks_round_a_code_are_no_part_of_it(warehouse):
    versions(warehouse, "line | reason")
    warehouse.create("report_version", "SELECT 1001 AS report_id, 100 AS case_id")
    role = pa.table({**{name: ["1"] for name in ("primaryid", "caseid", "drug_seq")}, "role_cod": [" ps "]})
    drugs = typed("raw_drug", "primaryid | caseid | drug_seq\n1001 | 100 | 1", **RAW)
    at = drugs.column_names.index("role_cod")
    warehouse.register("raw_drug", drugs.set_column(at, "role_cod", role["role_cod"]))
    assert warehouse.rows(f"SELECT role_code FROM ({model('core/case_drug')})") == [("PS",)]
    assert warehouse.rows(f"SELECT sex_code FROM ({model('core/report_version')}) ORDER BY report_id") == [
        ("F",),
        ("M",),
    ]
