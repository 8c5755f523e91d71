"""Each query in sql/check returns exactly the rows that break its rule."""

import re
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Settings, carried
from pipeline.lake.warehouse import Warehouse, model
from pipeline.quality.rules import gate_rules

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))
from tables import rows_of, typed

CHECKS = sorted(path.stem for path in (carried("sql") / "check").glob("*.sql"))
RETURNED = ["table", "report_id", "case_id", "line", "reason"]
PRODUCTS = pa.schema([(name, pa.string()) for name in ("drug_name", "active_ingredient", "product")])

# check, given tables, and the rows that break it
CASES = [
    (
        "orphan",
        {
            "report_version": """
                report_id | case_id | line
                11        | 1       | 2
                21        | 2       | 3
                22        | 2       | 4
                22        | 3       | 5
                31        | -       | 6""",
            "case_drug": """
                report_id | case_id | line
                11        | 1       | 2
                99        | 9       | 3
                -         | -       | 4
                21        | 7       | 5
                22        | 3       | 6
                31        | 3       | 7
                11        | -       | 8""",
            "case_therapy": """
                report_id | case_id | line
                98        | -       | 2""",
        },
        """
        table        | report_id | line | reason
        case_drug    | 99        | 3    | DEMO has no such report
        case_drug    | -         | 4    | the report number is not a number
        case_drug    | 21        | 5    | DEMO gives the report another case number
        case_therapy | 98        | 2    | DEMO has no such report""",
    ),
    (
        "repeated_report",
        {
            "report_version": """
                report_id | line
                11        | 2
                12        | 3
                11        | 4
                -         | 5
                -         | 6"""
        },
        """
        table          | report_id | line | reason
        report_version | 11        | 2    | DEMO has the report 2 times
        report_version | 11        | 4    | DEMO has the report 2 times""",
    ),
    (
        "repeated_drug_seq",
        {
            "case_drug": """
                report_id | drug_seq | line
                11        | 1        | 2
                11        | 2        | 3
                11        | 2        | 4
                12        | 2        | 5
                13        | -        | 6
                13        | -        | 7"""
        },
        """
        table     | report_id | line | reason
        case_drug | 11        | 3    | drug number used 2 times in the report
        case_drug | 11        | 4    | drug number used 2 times in the report""",
    ),
    (
        "missing_drug_entry",
        {
            "case_drug": """
                report_id | drug_seq | line
                11        | 1        | 2""",
            "case_therapy": """
                report_id | drug_seq | line
                11        | 1        | 2
                11        | 2        | 3""",
            "case_indication": """
                report_id | drug_seq | line
                12        | 1        | 4""",
        },
        """
        table           | report_id | line | reason
        case_indication | 12        | 4    | DRUG has no such drug entry
        case_therapy    | 11        | 3    | DRUG has no such drug entry""",
    ),
    (
        "childless_report",
        {
            "report_version": """
                report_id | line | is_readable
                11        | 2    | yes
                12        | 3    | yes
                13        | 4    | yes
                14        | 5    | no""",
            "case_drug": """
                report_id | line
                11        | 2
                12        | 3""",
            "case_reaction": """
                report_id | line
                11        | 2""",
        },
        """
        table          | report_id | line | reason
        report_version | 12        | 3    | no reaction
        report_version | 13        | 4    | no drug and no reaction""",
    ),
    (
        "empty_pt",
        {
            "case_reaction": """
                report_id | pt     | line
                11        | NAUSEA | 2
                11        | -      | 3"""
        },
        """
        table         | report_id | line | reason
        case_reaction | 11        | 3    | the preferred term is empty""",
    ),
    (
        "missing_code",
        {
            "case_drug": """
                report_id | role_code | line
                11        | PS        | 2
                11        | -         | 3""",
            "case_outcome": """
                report_id | outcome_code | line
                11        | DE           | 2
                11        | -            | 4""",
        },
        """
        table        | report_id | line | reason
        case_drug    | 11        | 3    | the role is empty
        case_outcome | 11        | 4    | the outcome is empty""",
    ),
    (
        "missing_case_number",
        {
            "report_version": """
                report_id | case_id | line
                11        | 1       | 2
                12        | -       | 3"""
        },
        """
        table          | report_id | line | reason
        report_version | 12        | 3    | no case number""",
    ),
    (
        "missing_report_number",
        {
            "report_version": """
                report_id | case_id | line
                11        | 1       | 2
                -         | 1       | 3"""
        },
        """
        table          | report_id | line | reason
        report_version | -         | 3    | no report number""",
    ),
    (
        "primaryid_mismatch",
        {
            "raw_demo": """
                source | primaryid  | caseid   | caseversion | line
                faers  | 1002130537 | 10021305 | 37          | 2
                faers  | 1002130537 | 10021305 | 7           | 3
                faers  | 21         | 2        | -           | 4
                faers  | 31         | -        | 1           | 5
                aers   | 4265290    | 4074132  | -           | 6"""
        },
        """
        table    | report_id  | line | reason
        raw_demo | 1002130537 | 3    | primaryid 1002130537 is not case 10021305 and version 7
        raw_demo | 21         | 4    | primaryid 21 is not case 2 and version nothing""",
    ),
    (
        "deleted_case",
        {
            "report_version": """
                report_id | case_id | line
                11        | 1       | 2
                21        | 2       | 3
                31        | -       | 4""",
            "raw_deleted": """
                caseid | line
                1      | 2
                3      | 3
                x      | 4""",
        },
        """
        table          | report_id | line | reason
        report_version | 11        | 2    | the case is on the deleted list of its own quarter""",
    ),
    (
        "rejected_line",
        {
            "rejected": """
                table    | report_id | line | reason
                raw_drug | 11        | 7    | 25 fields where 20 are expected
                raw_drug | -         | 8    | blank line"""
        },
        """
        table    | report_id | line | reason
        raw_drug | 11        | 7    | 25 fields where 20 are expected""",
    ),
    (
        "unaccounted_record",
        {
            "source_file": """
                table       | file | n_read
                raw_demo    | a    | 3
                raw_drug    | b    | 2
                raw_deleted | c    | 1
                raw_deleted | d    | 1""",
            "rejected": """
                table       | line
                raw_demo    | 4
                raw_deleted | 1
                raw_deleted | 1""",
            "raw_demo": """
                primaryid | line
                11        | 2
                21        | 3""",
            "raw_drug": """
                primaryid | line
                11        | 2""",
            "raw_reac": """
                primaryid | line
                11        | 2""",
        },
        """
        table    | report_id | line | reason
        raw_drug | -         | -    | 2 records read, 1 kept, 0 rejected
        raw_reac | -         | -    | 0 records read, 1 kept, 0 rejected""",
    ),
    (
        "unreadable_version",
        {
            "report_version": """
                report_id | unreadable_tables | line
                11        | raw_drug,raw_reac | 2
                21        | -                 | 3"""
        },
        """
        table          | report_id | line | reason
        report_version | 11        | 2    | a line could not be read in raw_drug,raw_reac""",
    ),
    (
        "implausible_date",
        {
            "report_version": """
                report_id | line | event_date_reason      | fda_date_reason
                11        | 2    | only the year is known | -
                21        | 3    | impossible date        | not a date
                31        | 4    | -                      | -""",
            "case_therapy": """
                report_id | line | start_date_reason
                11        | 5    | before 1920""",
        },
        """
        table          | report_id | line | reason
        case_therapy   | 11        | 5    | start date: before 1920
        report_version | 21        | 3    | event date: impossible date; receipt date: not a date""",
    ),
    (
        "receipt_after_quarter",
        {
            "report_version": """
                report_id | line | event_date_reason                   | fda_date_reason                     | fda_date_text
                11        | 2    | after the quarter that published it | -                                   | 20230105
                21        | 3    | -                                   | after the quarter that published it | 20230405"""
        },
        """
        table          | report_id | line | reason
        report_version | 21        | 3    | receipt 20230405 after the end of the quarter""",
    ),
    (
        "date_order",
        {
            "report_version": """
                report_id | line | event_date | initial_fda_date | fda_date
                11        | 2    | 2023-01-01 | 2023-01-02       | 2023-01-02
                21        | 3    | 2023-01-03 | -                | 2023-01-02
                31        | 4    | -          | 2023-01-03       | 2023-01-02""",
            "case_therapy": """
                report_id | line | start_date | end_date
                11        | 5    | 2023-01-02 | 2023-01-02
                21        | 6    | 2023-01-02 | 2023-01-01""",
        },
        """
        table          | report_id | line | reason
        case_therapy   | 21        | 6    | the therapy ends before it starts
        report_version | 21        | 3    | the event is after the receipt
        report_version | 31        | 4    | the first receipt is after the last""",
    ),
    (
        "identical_reaction",
        {
            "raw_reac": """
                primaryid | caseid | pt     | drug_rec_act | line
                11        | 1      | Nausea | -            | 2
                11        | 1      | Nausea | -            | 3
                11        | 1      | Nausea | -            | 4
                11        | 1      | NAUSEA | -            | 5
                11        | 1      | Nausea | Nausea       | 6
                21        | 2      | Nausea | -            | 7"""
        },
        """
        table    | report_id | line | reason
        raw_reac | 11        | 3    | a copy of an earlier line
        raw_reac | 11        | 4    | a copy of an earlier line""",
    ),
    (
        "kymriah_over_25",
        {
            "report_version": """
                report_id | age_years | line
                11        | 41.2      | 2
                21        | 25        | 3
                31        | 60        | 4
                41        | 60        | 5
                51        | -         | 6""",
            "case_drug": """
                report_id | drug_seq | drug_name | line
                11        | 1        | Kymriah   | 2
                21        | 1        | Kymriah   | 3
                31        | 1        | Kymriah   | 4
                41        | 1        | Yescarta  | 5
                51        | 1        | Kymriah   | 6""",
            "case_indication": """
                report_id | drug_seq | indication_pt                       | line
                11        | 1        | B PRECURSOR TYPE ACUTE LEUKAEMIA    | 2
                21        | 1        | ACUTE LYMPHOCYTIC LEUKAEMIA         | 3
                31        | 1        | DIFFUSE LARGE B-CELL LYMPHOMA       | 4
                31        | 2        | ACUTE LYMPHOCYTIC LEUKAEMIA         | 4
                41        | 1        | ACUTE LYMPHOCYTIC LEUKAEMIA         | 5
                51        | 1        | ACUTE LYMPHOCYTIC LEUKAEMIA         | 6""",
            "drug_product": """
                drug_name | active_ingredient | product
                Kymriah   | -                 | tisagenlecleucel
                Yescarta  | -                 | axicabtagene ciloleucel""",
        },
        """
        table          | report_id | line | reason
        report_version | 11        | 2    | age 41 years, indication B PRECURSOR TYPE ACUTE LEUKAEMIA""",
    ),
    (
        "unreadable_age",
        {
            "report_version": """
                report_id | age_reason   | weight_reason | line
                11        | not a number | -             | 2
                21        | no unit      | zero          | 3
                31        | -            | -             | 4"""
        },
        """
        table          | report_id | line | reason
        report_version | 11        | 2    | age not a number
        report_version | 21        | 3    | age no unit; weight zero""",
    ),
]


def _read_tables(check):
    return re.search(r"^-- Reads: (.+)$", model(f"check/{check}"), re.MULTILINE).group(1).split(", ")


@pytest.fixture
def warehouse():
    with Warehouse(Settings(threads=1)) as opened:
        yield opened


def _register(warehouse, check, given):
    for name in _read_tables(check):
        text = given.get(name, "line")
        rows = pa.Table.from_pylist(rows_of(text), PRODUCTS) if name == "drug_product" else typed(name, text)
        warehouse.register(name, rows)


@pytest.mark.parametrize(("check", "given", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_check_returns_exactly_the_rows_that_break_its_rule(warehouse, check, given, expected):
    _register(warehouse, check, given)
    found = warehouse.rows(f'SELECT "table", report_id, line, reason FROM ({model(f"check/{check}")}) ORDER BY 1, 3, 4')
    wanted = [tuple(row[name] for name in ("table", "report_id", "line", "reason")) for row in rows_of(expected)]
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in found] == wanted


def test_every_check_has_a_case():
    assert sorted(case[0] for case in CASES) == CHECKS


def test_every_check_belongs_to_a_rule_and_every_rule_has_its_check():
    named = {rule.subject for rules in gate_rules().values() for rule in rules if rule.is_query}
    assert sorted(named) == CHECKS


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_says_its_rule_and_the_tables_it_reads(warehouse, check):
    first, second = model(f"check/{check}").splitlines()[:2]
    assert re.fullmatch(r"-- [A-Z].+\.", first)
    assert second.startswith("-- Reads: ")
    read = warehouse.connection.get_table_names(model(f"check/{check}"))
    assert set(_read_tables(check)) == read


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_returns_the_keys_of_a_row_and_a_reason_and_no_row_of_empty_tables(warehouse, check):
    _register(warehouse, check, {})
    found = warehouse.arrow(model(f"check/{check}"))
    assert found.column_names == RETURNED
    assert found.num_rows == 0


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_names_only_tables_its_rules_are_about(check):
    tables = {rule.table for rules in gate_rules().values() for rule in rules if rule.subject == check}
    said = set(re.findall(r"'((?:raw|case)_\w+|report_version)'", model(f"check/{check}")))
    assert said <= tables
