"""CSV files and the workbook: fixed bytes, no formula, nothing lost."""

import csv
import zipfile

import openpyxl
import pytest

from pipeline.report.exports import SHEETS, readme_lines, write_csv_files, write_workbook
from pipeline.report.facts import QUERIES
from tests.reportfacts import DESIGNATED, endpoint_row, facts

FORMULAS = ("=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1")


@pytest.fixture
def hostile():
    return facts(designated_case=[DESIGNATED | {"drugs_as_reported": text} for text in FORMULAS])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_is_one_csv_file_for_each_table(tmp_path):
    write_csv_files(facts(), tmp_path)
    assert sorted(path.stem for path in tmp_path.glob("*.csv")) == sorted(SHEETS)
    assert "apostrophe" in (tmp_path / "README.txt").read_text(encoding="utf-8").lower()


def test_csv_keeps_every_digit_and_tells_nothing_from_empty(tmp_path):
    write_csv_files(facts(endpoint_signal=[endpoint_row(ic=0.1 + 0.2, note="", ebgm=None)]), tmp_path)
    line = (tmp_path / "endpoint_signal.csv").read_bytes().split(b"\n")[1]
    assert b",0.30000000000000004," in line
    assert b',"","0123456789ab",0,' in line
    row = rows_of(tmp_path / "endpoint_signal.csv")[0]
    assert (row["ebgm"], row["a"], row["is_signal"]) == ("", "5", "true")


def test_csv_text_with_quotes_and_line_breaks_comes_back_whole(tmp_path):
    text = 'KYMRIAH "A", B\nC'
    write_csv_files(facts(designated_case=[DESIGNATED | {"drugs_as_reported": text}]), tmp_path)
    assert rows_of(tmp_path / "designated_case.csv")[0]["drugs_as_reported"] == text


def test_csv_text_that_a_spreadsheet_would_run_gets_an_apostrophe(hostile, tmp_path):
    write_csv_files(hostile, tmp_path)
    found = [row["drugs_as_reported"] for row in rows_of(tmp_path / "designated_case.csv")]
    assert found == [f"'{text}" for text in FORMULAS]


def test_a_negative_number_is_no_formula(tmp_path):
    write_csv_files(facts(endpoint_signal=[endpoint_row(ic025=-1.5)]), tmp_path)
    assert rows_of(tmp_path / "endpoint_signal.csv")[0]["ic025"] == "-1.5"


def test_workbook_text_is_never_a_formula(hostile, tmp_path):
    write_workbook(hostile, tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["designated_case"]
    column = [cell.value for cell in sheet[1]].index("drugs_as_reported") + 1
    cells = [sheet.cell(line, column) for line in range(2, 2 + len(FORMULAS))]
    assert [cell.value for cell in cells] == list(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_workbook_has_the_same_bytes_each_time_and_no_clock(tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(facts(), tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_workbook_holds_numbers_dates_and_truths_as_such(tmp_path):
    write_workbook(facts(), tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["designated_case"]
    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert row["case_id"].data_type == "n"
    assert row["initial_receipt_date"].is_date
    assert row["is_complete"].value is True


def test_the_first_sheet_says_what_the_numbers_are_not():
    lines = readme_lines(facts())
    assert ("Data-lock point", "2024Q1") in lines
    assert sum(name == "What these numbers are not" for name, _ in lines) >= 5
    assert {name.removeprefix("Table ") for name, _ in lines if name.startswith("Table ")} == set(SHEETS)


@pytest.mark.parametrize("name", QUERIES)
def test_a_sheet_name_fits_a_workbook(name):
    assert len(name) <= 31
