"""A workbook of tables: one sheet for each, its rows written column by column as the XML that a sheet is made of.

A sheet is read by what ECMA-376 part 1, chapter 18.3 says of cells: a number or a day is <v>, a truth has t="b", a text
stands in its cell with t="inlineStr" and so is never a formula. All but the rows is written by xlsxwriter.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.errors import CartwatchError, UsageError
from pipeline.report.cells import cell_texts

if TYPE_CHECKING:
    import pyarrow as pa

# No clock: the same tables give the same workbook.
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 -- a workbook's date has no zone
WIDEST, NARROWEST = 60, 8
README = "README"
# What a sheet can hold; the first row is the head.
MOST_ROWS, MOST_UNITS = 1_048_576 - 1, 32_767
CUT = f"Text of more than {MOST_UNITS:,} characters is cut there, as no cell holds more; the CSV files have it whole."
# Rows written at a time, so that a long sheet takes little more memory than a short one.
AT_ONCE = 10_000
# Day 1 of a workbook is 1 January 1900, and day 60 a 29 February 1900 that never was.
DAY_0, BEFORE_LEAP_DAY = dt.date(1899, 12, 31), 59
# A character that XML cannot hold is written _xHHHH_, and a text that looks so has its underscore written that way.
LOOKS_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
NOT_XML = re.compile("([\x00-\x08\x0b-\x1f\ufffe\uffff])")


class _Sheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet whose rows below the head come from a table."""

    table_below: "pa.Table | None" = None
    date_style = 0

    def _write_rows(self) -> None:
        super()._write_rows()
        if self.table_below is not None:
            for lines in sheet_rows(self.table_below, self.date_style):
                self.fh.write("".join(lines))


def write_sheets(path: Path, title: str, notes: Sequence[tuple[str, str]], tables: "Mapping[str, pa.Table]") -> None:
    """Write a workbook of a README sheet of names and notes and one sheet for each table; text is never a formula.

    The same tables give the same bytes. Text longer than a cell can hold is cut, as CUT says. UsageError for a table
    longer than a sheet, CartwatchError for a number that is not finite, before the workbook stands at path.
    """
    refuse_what_no_sheet_holds(tables)
    book = Workbook(path)
    book.set_properties({"title": title, "created": CREATED})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_readme(book.add_worksheet(README), notes, formats)
    for name, table in tables.items():
        _write_sheet(book.add_worksheet(name, _Sheet), table, formats)
    book.close()


def refuse_what_no_sheet_holds(tables: "Mapping[str, pa.Table]") -> None:
    """Raise UsageError for tables of more rows than a sheet has, CartwatchError for a number that is not finite."""
    if long := sorted(name for name, table in tables.items() if table.num_rows > MOST_ROWS):
        raise UsageError(
            f"A sheet holds {MOST_ROWS:,} rows, and {', '.join(long)} has more: "
            "ask for one product, or for the CSV files alone."
        )
    odd = [
        f"{name}.{column}" for name, table in tables.items() for column in table.column_names if _is_odd(table[column])
    ]
    if odd:
        raise CartwatchError(
            f"A sheet holds finite numbers, and {', '.join(odd)} has others: leave the value empty and say beside it why."
        )


def _is_odd(column: "pa.ChunkedArray") -> bool:
    """Whether a column holds a number that is not finite."""
    import pyarrow as pa  # noqa: PLC0415 -- as everywhere in this room
    import pyarrow.compute as pc  # noqa: PLC0415 -- as above

    return pa.types.is_floating(column.type) and pc.all(pc.is_finite(column)).as_py() is False


def sheet_rows(table: "pa.Table", date_style: int) -> Iterator[list[str]]:
    """The rows of a table as the rows of a sheet from the second on, some thousands at a time.

    date_style: number of the format that shows a day.
    """
    letters = [xl_col_to_name(place) for place in range(table.num_columns)]
    bodies = [cell_texts(column, lambda value: _body(value, date_style)) for column in table.columns]
    for start in range(0, table.num_rows, AT_ONCE):
        yield _rows([body.slice(start, AT_ONCE) for body in bodies], letters, start + 2)


def _rows(bodies: "Sequence[pa.DictionaryArray]", letters: Sequence[str], first: int) -> list[str]:
    """Rows of a sheet, the first of them with that number; a cell where nothing is known is left out."""
    import pyarrow as pa  # noqa: PLC0415 -- as everywhere in this room
    import pyarrow.compute as pc  # noqa: PLC0415 -- as above

    numbers = pa.array(range(first, first + len(bodies[0]))).cast(pa.string())
    cells = [
        pc.binary_join_element_wise(f'<c r="{letter}', numbers, body.dictionary_decode(), "")
        for letter, body in zip(letters, bodies, strict=True)
    ]
    heads, tail = pc.binary_join_element_wise('<row r="', numbers, '">', ""), pa.scalar("</row>")
    rows = pc.binary_join_element_wise(heads, *cells, tail, "", null_handling="replace", null_replacement="")
    made: list[str] = rows.to_pylist()
    return made


def _body(value: Any, date_style: int) -> str:
    """What follows the place of a cell."""
    if isinstance(value, bool):
        return f'" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'"><v>{value:.16G}</v></c>'
    if isinstance(value, dt.date):
        return f'" s="{date_style}"><v>{_day(value)}</v></c>'
    text = _shown(str(value))
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'" t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _day(value: dt.date) -> int:
    days = (dt.date(value.year, value.month, value.day) - DAY_0).days
    return days + 1 if days > BEFORE_LEAP_DAY else days


def _shown(text: str) -> str:
    """A text as XML that shows it, cut where a cell ends: its length counts UTF-16 units."""
    if len(text) > MOST_UNITS // 2:
        text = text.encode("utf-16-le")[: 2 * MOST_UNITS].decode("utf-16-le", "ignore")
    text = NOT_XML.sub(lambda found: f"_x{ord(found[1]):04X}_", LOOKS_ESCAPED.sub(r"_x005F\1", text))
    return escape(text)


def _write_readme(sheet: Any, notes: Sequence[tuple[str, str]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for place, (name, text) in enumerate(notes):
        sheet.write_string(place, 0, name, formats["head"] if place == 0 else None)
        sheet.write_string(place, 1, text, formats["wrap"])


def _write_sheet(sheet: _Sheet, table: "pa.Table", formats: dict[str, Any]) -> None:
    for column, name in enumerate(table.column_names):
        sheet.set_column(column, column, _width(name, table[column].slice(0, 200).to_pylist()))
        sheet.write_string(0, column, name, formats["head"])
    sheet.table_below, sheet.date_style = table, formats["date"]._get_xf_index()  # noqa: SLF001 -- no public name for it
    sheet._check_dimensions(table.num_rows, table.num_columns - 1)  # noqa: SLF001 -- as above: how far the rows go
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, table.num_rows), table.num_columns - 1)


def _width(name: str, values: list[Any]) -> int:
    longest = max(
        (len(str(value)) for value in values if value is not None and not isinstance(value, float)), default=0
    )
    return min(WIDEST, max(NARROWEST, len(name), longest) + 2)
