"""The same tables as CSV files and as a workbook, for people who count on."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.report.facts import QUERIES, ReportFacts
from pipeline.report.readus import MEANING, checklist_table
from pipeline.report.wording import LIMITS, refuse_in_message, refuse_in_names, refuse_in_text

if TYPE_CHECKING:
    import pyarrow as pa

# A spreadsheet reads a CSV cell that begins so as a formula. Drug names are whatever a reporter typed, and these
# files are opened by double click, so such text gets a leading apostrophe; the lake keeps it as published.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
APOSTROPHE = (
    "Text that begins with = + - or @ has one before it, so that no spreadsheet runs it; the lake has it as published."
)
# No clock: the same facts give the same workbook.
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 -- a workbook's date has no zone
WIDEST, NARROWEST = 60, 8
README = "README"
# What is written beside the queries' tables, and every table by its name.
SHEETS = QUERIES | {"readus": MEANING}
# Columns whose text is ours, and columns of sentences of ours that may name a preferred term.
OWN_TEXT = ("answer", "asks", "kind", "meaning", "rule", "state", "step", "unit")
MIXED_TEXT = ("note",)


def write_csv_files(facts: ReportFacts, folder: Path) -> None:
    """One CSV file for each table, and a README that says what they are.

    UTF-8, text quoted, numbers not, LF line ends, nothing between the commas where nothing is known.
    """
    for name, table in _tables(facts).items():
        lines = [table.column_names, *(row.values() for row in table.to_pylist())]
        text = "".join(",".join(map(_csv_cell, line)) + "\n" for line in lines)
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    notes = [*readme_lines(facts), ("Apostrophe", APOSTROPHE)]
    (folder / f"{README}.txt").write_text(
        "".join(f"{name}: {text}\n" for name, text in notes), encoding="utf-8", newline="\n"
    )


def write_workbook(facts: ReportFacts, path: Path) -> None:
    """One sheet for each table, and a first one that says what they are; text is never a formula."""
    import xlsxwriter  # noqa: PLC0415 -- only a workbook needs it

    tables, notes = _tables(facts), readme_lines(facts)  # refused before a file is open
    book = xlsxwriter.Workbook(path, {"constant_memory": True})  # rows go to disk as they come: a sheet may be long
    book.set_properties({"title": facts.name, "created": CREATED})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_readme(book.add_worksheet(README), notes, formats)
    for name, table in tables.items():
        _write_sheet(book.add_worksheet(name), table, formats)
    book.close()


def readme_lines(facts: ReportFacts) -> list[tuple[str, str]]:
    """What the first sheet says: where the numbers come from, what they are not, what each sheet holds."""
    lines = [
        ("Data-lock point", facts.as_of),
        ("Product", facts.product or "all"),
        ("Run id", facts.run_id),
        ("Code version", facts.code_version),
        ("Vocabulary version", facts.vocabulary_version),
        *(("What these numbers are not", sentence) for sentence in LIMITS),
        *(("Table " + name, meaning) for name, meaning in SHEETS.items()),
    ]
    refuse_in_text(" ".join(f"{name} {text}" for name, text in lines), "The README of the files")
    return lines


def _tables(facts: ReportFacts) -> "dict[str, pa.Table]":
    """Every table of SHEETS, refused where a name of it or a text of ours calls a measure by a forbidden word."""
    tables = {name: facts.tables[name] for name in QUERIES} | {"readus": checklist_table(facts)}
    for name, table in tables.items():
        refuse_in_names((name, *table.column_names), f"The table {name}")
        for columns, refuse in ((OWN_TEXT, refuse_in_text), (MIXED_TEXT, refuse_in_message)):
            for column in [own for own in columns if own in table.column_names]:
                said = " ".join(str(text) for text in table[column].unique().to_pylist() if text is not None)
                refuse(said, f"The column {column} of the table {name}")
    return tables


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        safe = f"'{value}" if value.startswith(FORMULA_STARTS) else value
        return '"' + safe.replace('"', '""') + '"'
    return str(value)


def _write_readme(sheet: Any, notes: list[tuple[str, str]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for place, (name, text) in enumerate(notes):
        sheet.write_string(place, 0, name, formats["head"] if place == 0 else None)
        sheet.write_string(place, 1, text, formats["wrap"])


def _write_sheet(sheet: Any, table: "pa.Table", formats: dict[str, Any]) -> None:
    columns = [table[name].to_pylist() for name in table.column_names]
    for column, name in enumerate(table.column_names):
        sheet.set_column(column, column, _width(name, columns[column]))
        sheet.write_string(0, column, name, formats["head"])
    for line, row in enumerate(zip(*columns, strict=True), 1):
        for column, value in enumerate(row):
            _write_cell(sheet, line, column, value, formats)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, table.num_rows), len(table.column_names) - 1)


def _write_cell(sheet: Any, line: int, column: int, value: object, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, column, dt.datetime(value.year, value.month, value.day), formats["date"])  # noqa: DTZ001 -- a day
    else:
        sheet.write_string(line, column, str(value))


def _width(name: str, values: list[Any]) -> int:
    longest = max(
        (len(str(value)) for value in values[:200] if value is not None and not isinstance(value, float)), default=0
    )
    return min(WIDEST, max(NARROWEST, len(name), longest) + 2)
