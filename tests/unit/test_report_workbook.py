"""Rows of a sheet written column by column are those that xlsxwriter writes cell by cell; cells are written once a value."""

import datetime as dt
import re
import zipfile

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CartwatchError, UsageError
from pipeline.report import workbook
from pipeline.report.cells import cell_texts, joined
from pipeline.report.workbook import MOST_UNITS, refuse_what_no_sheet_holds, sheet_rows, write_sheets

NOTES = [("Unit", "cases")]
HOSTILE = (
    *("=1+1", "", " ", " led and followed ", "line\nbreak", "tab\t", "_x0041_", "_X0041_", "A&B <c> \"d'"),
    *("\x00\x01\x1f", "\r\n", "\u202f", "\ufffe\uffff", "\U0001f9ec", "x" * (MOST_UNITS + 5)),
    "\U0001f9ec" * MOST_UNITS,
)
TABLE = pa.table(
    {
        "text": pa.array([*HOSTILE, None], pa.string()),
        "n": pa.array([*range(-3, len(HOSTILE) - 3), None], pa.int64()),
        "share": pa.array(
            [0.1 + 0.2, -0.0, 0.0, 1e300, 5e-324, 1.0, 100.0, *[None] * (len(HOSTILE) - 6)], pa.float64()
        ),
        "is_told": pa.array([True, False, None, *[True] * (len(HOSTILE) - 2)], pa.bool_()),
        "day": pa.array(
            [dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(2024, 2, 29), *[None] * (len(HOSTILE) - 2)], pa.date32()
        ),
        "nothing": pa.nulls(len(HOSTILE) + 1),
    }
)


def cell_by_cell(table, path):
    """The same table by the library's own calls, one for each cell."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("t")
    for column, name in enumerate(table.column_names):
        sheet.write_string(0, column, name, head)
    for line, row in enumerate(table.to_pylist(), 1):
        for column, value in enumerate(row.values()):
            if isinstance(value, bool):
                sheet.write_boolean(line, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, column, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(line, column, value, day)
            elif value is not None:
                sheet.write_string(line, column, value)
    book.close()
    return below_the_head(path, 1)


def below_the_head(path, place):
    """The XML of a sheet's rows from the second on."""
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(f"xl/worksheets/sheet{place}.xml").decode()
    return re.search(r'(<row r="2">.*)</sheetData>', sheet, re.DOTALL)[1]


def test_the_rows_are_those_the_library_writes_cell_by_cell(tmp_path):
    write_sheets(tmp_path / "ours.xlsx", "t", NOTES, {"t": TABLE})
    ours = below_the_head(tmp_path / "ours.xlsx", 2).replace(' s="2"', ' s="1"')
    theirs = cell_by_cell(TABLE, tmp_path / "theirs.xlsx").replace(' s="2"', ' s="1"')
    assert ours.replace("</row>", "</row>\n").splitlines() == theirs.replace("</row>", "</row>\n").splitlines()


def test_every_value_comes_back_as_it_was_and_a_day_as_a_day(tmp_path):
    told = TABLE.slice(0, 3)
    write_sheets(tmp_path / "r.xlsx", "t", NOTES, {"other": TABLE, "t": told})
    found = openpyxl.load_workbook(tmp_path / "r.xlsx")["t"]
    assert found.dimensions == "A1:F4"
    assert [cell.value for cell in found["B"]][1:] == [-3, -2, -1]
    assert [cell.value for cell in found["D"]][1:] == [True, False, None]
    assert found["E4"].is_date
    assert found["E4"].value.date() == dt.date(2024, 2, 29)
    assert (found["A2"].value, found["A2"].data_type) == ("=1+1", "s")


def test_text_that_looks_like_markup_of_a_cell_stays_text(tmp_path):
    """xlsxwriter itself takes such text for markup of its own and writes it as it is."""
    text = "<r><t>bold</t></r>"
    write_sheets(tmp_path / "r.xlsx", "t", NOTES, {"t": pa.table({"drug": [text]})})
    assert openpyxl.load_workbook(tmp_path / "r.xlsx")["t"]["A2"].value == text


def test_a_table_without_rows_or_columns_is_a_sheet_all_the_same(tmp_path):
    write_sheets(tmp_path / "r.xlsx", "t", NOTES, {"none": pa.table({}), "head": TABLE.slice(0, 0)})
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["head"][1]] == TABLE.column_names
    assert book["head"].max_row == 1
    assert book["none"].dimensions == "A1:A1"


def test_how_many_rows_are_made_at_a_time_changes_nothing(monkeypatch):
    whole = [line for lines in sheet_rows(TABLE, 2) for line in lines]
    monkeypatch.setattr(workbook, "AT_ONCE", 4)
    assert [line for lines in sheet_rows(TABLE, 2) for line in lines] == whole
    assert len(whole) == TABLE.num_rows


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused_and_leaves_no_workbook(tmp_path, value):
    with pytest.raises(CartwatchError, match=r"finite numbers, and t\.share has others"):
        write_sheets(tmp_path / "r.xlsx", "t", NOTES, {"t": pa.table({"share": [1.0, value]})})
    assert not (tmp_path / "r.xlsx").exists()


def test_a_table_longer_than_a_sheet_is_refused_before_anything_is_written(tmp_path):
    long = pa.table({"n": pa.nulls(1_048_576)})
    with pytest.raises(UsageError, match=r"1,048,575 rows, and signal has more"):
        write_sheets(tmp_path / "r.xlsx", "t", NOTES, {"signal": long})
    assert not (tmp_path / "r.xlsx").exists()
    refuse_what_no_sheet_holds({"signal": long.slice(1)})


@given(st.lists(st.none() | st.floats(allow_nan=True)), st.integers(1, 3))
def test_each_cell_is_the_text_of_its_value_whatever_the_chunks(values, n_chunks):
    size = -(-len(values) // n_chunks) or 1
    parts = [pa.array(values[start : start + size], pa.float64()) for start in range(0, len(values), size)]
    column = pa.chunked_array(parts, pa.float64())
    assert cell_texts(column, repr).to_pylist() == [None if value is None else repr(value) for value in values]


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.integers(-5, 5), st.none() | st.booleans())))
def test_cells_of_a_row_stand_behind_each_other(rows):
    table = pa.table(dict(zip("abc", map(list, zip(*rows, strict=True)), strict=True)) if rows else {})
    lines = joined([cell_texts(column, str) for column in table.columns], "|")
    assert lines == ["|".join("" if value is None else str(value) for value in row) for row in rows]
