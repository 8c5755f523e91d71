"""Which current cases are of a followed cohort: by the numbers its safety reports were sent under."""

from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import rows_of, typed
from worlds import World

from pipeline.cases.owncohort import number_keys, write_own_cohort
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse, model

SETTINGS = Settings(threads=1)
KEYS = partial(number_keys, SETTINGS)
# Numbers as duplicates compare them: without case, blanks and punctuation, but two groups of digits stay two.
COMPARED = """
registry           | published          | match
US-ACME-2023012345 | US-ACME-2023012345 | yes
us acme 2023012345 | US-ACME-2023012345 | yes
US/ACME.2023012345 | US-ACME2023012345  | yes
US-ACME-2023012345 | US-ACME-202301234  | no
US-ACME-2023012345 | US-ACMO-2023012345 | no
2011-1234          | 2011/1234          | yes
2011-1234          | 20111-234          | no
2011-1234          | 20111234           | no
ACME-123           | ACME-123           | no
"""


class Marked:
    """What the numbers of safety reports mark among the cases drawn: case → study and what matched."""

    def __init__(self, folder, cases, reports, as_of="2024Q1"):
        held = rows_of(cases)
        with Warehouse(SETTINGS) as warehouse:
            warehouse.register("case_current", typed("case_current", cases, **self.alike(), as_of=as_of))
            warehouse.register("report_version", typed("report_version", cases, **self.alike()))
            defaults = {"study_id": "ltfu", "as_of": "2024-03-31", "subject_id": "a", "safety_report_number": 1}
            warehouse.register("study_safety_report", typed("study_safety_report", reports, **defaults))
            path = folder / "own_cohort_case.parquet"
            marks, n_rows = write_own_cohort(warehouse, as_of, path, KEYS)
        rows = pq.ParquetFile(path).read().to_pylist()
        assert len(rows) == n_rows <= len(held) * max(1, len(marks))
        assert rows == sorted(rows, key=lambda row: (row["study_id"], row["case_id"]))
        self.content, self.rows = path.read_bytes(), rows
        self.cases = {row["case_id"]: row["matched_by"] for row in rows}
        self.marks = {mark.study_id: mark for mark in marks}

    @staticmethod
    def alike():
        return {"quarter": "2024Q1", "report_id": 1, "version_number": 1, "is_readable": True, "line": 2}


CASES = """
case_id  | kept_case_id | manufacturer_number
21000001 | -            | US-ACME-2023012345
21000002 | -            | US-ACME-2023099999
21000003 | -            | -
21000004 | -            | US-BETA-1
"""


@pytest.mark.parametrize("row", rows_of(COMPARED), ids=lambda row: f"{row['registry']} {row['published']}")
def test_a_number_matches_as_among_duplicates(tmp_path, row):
    cases = f"case_id | manufacturer_number\n21000001 | {row['published']}"
    found = Marked(tmp_path, cases, f"safety_report_id\n{row['registry']}").cases
    assert found == ({21000001: "manufacturer_number"} if row["match"] == "yes" else {})


def test_a_case_number_marks_its_case_and_no_part_of_a_longer_number_does(tmp_path):
    reports = "safety_report_id\n21000003\nUS-ACME-21000002"
    assert Marked(tmp_path, CASES, reports).cases == {21000003: "case_number"}


def test_the_manufacturers_number_goes_before_the_case_number(tmp_path):
    cases = "case_id | manufacturer_number\n21000001 | 21000001"
    assert Marked(tmp_path, cases, "safety_report_id\n21000001").cases == {21000001: "manufacturer_number"}


def test_all_duplicates_of_a_marked_case_are_marked_whichever_of_them_is_named(tmp_path):
    cases = """
        case_id  | kept_case_id | manufacturer_number
        21000001 | -            | US-ACME-2023012345
        21000002 | 21000001     | US-BETA-2023000002
        21000003 | 21000001     | US-BETA-2023000003
        21000004 | -            | US-BETA-2023000004"""
    found = Marked(tmp_path, cases, "safety_report_id\nUS-BETA-2023000003")
    assert found.cases == {21000001: "duplicate", 21000002: "duplicate", 21000003: "manufacturer_number"}
    assert (found.marks["ltfu"].n_cases, found.marks["ltfu"].n_counted) == (3, 1)


def test_one_number_under_several_cases_marks_them_all_and_is_told(tmp_path):
    cases = """
        case_id  | manufacturer_number
        21000001 | US-ACME-2023012345
        21000002 | US-ACME-2023012345"""
    found = Marked(tmp_path, cases, "safety_report_id\nUS-ACME-2023012345")
    assert set(found.cases) == {21000001, 21000002}
    assert found.marks["ltfu"].n_several == 1
    assert "1 name cases that are no duplicates of each other: all of them are marked." in found.marks["ltfu"].sentence


def test_one_number_for_two_patients_and_two_events_is_one_number(tmp_path):
    reports = """
        subject_id | safety_report_number | safety_report_id
        a          | 1                    | US-ACME-2023012345
        a          | 2                    | US-ACME-2023012345
        b          | 1                    | US-ACME-2023012345"""
    found = Marked(tmp_path, CASES, reports)
    assert found.cases == {21000001: "manufacturer_number"}
    assert found.marks["ltfu"].n_numbers == 1


def test_what_is_marked_says_nothing_of_a_patient(tmp_path):
    found = Marked(tmp_path, CASES, "subject_id | pt | safety_report_id\na | Sepsis | US-ACME-2023012345")
    assert found.rows == [
        {
            "study_id": "ltfu",
            "case_id": 21000001,
            "study_as_of": "2024-03-31",
            "matched_by": "manufacturer_number",
        }
    ]


def test_each_study_marks_its_own(tmp_path):
    reports = """
        study_id | safety_report_id
        ltfu     | US-ACME-2023012345
        other    | US-ACME-2023012345
        other    | US-ACME-2023099999
        other    | AB-12"""
    found = Marked(tmp_path, CASES, reports)
    assert [(row["study_id"], row["case_id"]) for row in found.rows] == [
        ("ltfu", 21000001),
        ("other", 21000001),
        ("other", 21000002),
    ]
    assert found.marks["other"][2:] == (3, 2, 0, 1, 2, 2)
    assert found.marks["other"].sentence == (
        "Own cohort: the extract of other as of 2024-03-31 names 3 safety reports, and 2 of them name a current case; 2 cases "
        "are marked, 2 of them counted. 1 have too few digits to name any."
    )


def test_a_number_that_names_no_case_marks_none(tmp_path):
    found = Marked(tmp_path, CASES, "safety_report_id\nUS-ACME-2099000000")
    assert found.rows == []
    assert (found.marks["ltfu"].n_numbers, found.marks["ltfu"].n_found) == (1, 0)


def test_only_the_latest_version_of_a_case_counts(tmp_path):
    cases = """
        case_id  | version_number | manufacturer_number
        21000001 | 2              | US-ACME-2023012345"""
    found = Marked(tmp_path, cases, "safety_report_id\nUS-ACME-2023012345")
    assert set(found.cases) == {21000001}
    with Warehouse(SETTINGS) as warehouse:
        alike = Marked.alike()
        warehouse.register("case_current", typed("case_current", "case_id\n21000001", **alike, as_of="2024Q1"))
        warehouse.register("report_version", typed("report_version", cases, **alike))
        warehouse.register(
            "study_safety_report",
            typed("study_safety_report", "study_id | as_of | safety_report_id\nltfu | 2024-03-31 | US-ACME-2023012345"),
        )
        assert write_own_cohort(warehouse, "2024Q1", tmp_path / "first.parquet", KEYS)[1] == 0


def test_neither_order_nor_repetition_changes_a_byte(tmp_path):
    numbers = ["US-ACME-2023012345", "21000003", "US-ACME-2023099999"]
    head, *lines = CASES.strip().splitlines()
    first = Marked(tmp_path, CASES, "\n".join(["safety_report_id", *numbers]))
    turned = Marked(
        tmp_path, "\n".join([head, *reversed(lines)]), "\n".join(["safety_report_id", *reversed(numbers), *numbers])
    )
    assert first.content == turned.content
    assert len(first.rows) == 3


def test_keys_are_those_of_the_rules_for_duplicates():
    numbers = ["2011-1234", "us-acme 2023 012345", "N/A", "A-B-1234"]
    assert KEYS(numbers).to_pylist() == [
        {"number_text": "2011-1234", "key": "2011-1234"},
        {"number_text": "us-acme 2023 012345", "key": "USACME2023-012345"},
        {"number_text": "N/A", "key": None},
        {"number_text": "A-B-1234", "key": "AB1234"},
    ]
    assert KEYS([]).num_rows == 0


def test_the_report_tells_the_marks_of_each_product_and_of_endpoints_with_such_a_case(tmp_path):
    world = World(
        tmp_path,
        report_version="""
            case_id | report_id | literature_reference
            1       | 1         | -
            2       | 2         | An article
            3       | 3         | -
            4       | 4         | -""",
        case_drug="""
            case_id | report_id | drug_name
            1       | 1         | KYMRIAH
            2       | 2         | KYMRIAH
            3       | 3         | KYMRIAH
            4       | 4         | ASPIRIN""",
        case_reaction="""
            case_id | report_id | pt
            1       | 1         | Cytokine release syndrome
            2       | 2         | Cytokine release syndrome
            3       | 3         | Tumour lysis syndrome
            4       | 4         | Cytokine release syndrome""",
        case_reporter="""
            case_id | report_id | source_code
            1       | 1         | SDY""",
    )
    marks = """
        study_id | case_id | study_as_of | matched_by
        ltfu     | 1       | 2024-03-31  | case_number
        other    | 1       | 2024-03-31  | case_number
        ltfu     | 4       | 2024-03-31  | case_number"""
    world.warehouse.register("own_cohort_case", typed("own_cohort_case", marks))
    world.warehouse.register("asked_product", pa.table({"product": ["tisagenlecleucel"]}))
    rows = world.warehouse.arrow(model("report/marked_case")).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("tisagenlecleucel", None, 3, 1, 1, 1, 2),
        ("tisagenlecleucel", "crs", 2, 1, 1, 1, 1),
    ]
