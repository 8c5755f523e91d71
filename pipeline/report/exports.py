"""The same tables as CSV files and as a workbook, for people who count on."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contract.csvtext import csv_cell
from pipeline.report.cells import cell_texts, joined
from pipeline.report.facts import MARKED, MARKED_MEANING, QUERIES, ReportFacts
from pipeline.report.readus import MEANING, checklist_table
from pipeline.report.wording import LIMITS, refuse_in_message, refuse_in_names, refuse_in_text

if TYPE_CHECKING:
    import pyarrow as pa

APOSTROPHE = (
    "Text that begins with = + - or @ has one before it, so that no spreadsheet runs it; the lake has it as published."
)
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
        (folder / f"{name}.csv").write_text(csv_text(table), encoding="utf-8", newline="\n")
    notes = [*readme_lines(facts), ("Apostrophe", APOSTROPHE)]
    (folder / f"{README}.txt").write_text(
        "".join(f"{name}: {text}\n" for name, text in notes), encoding="utf-8", newline="\n"
    )


def write_workbook(facts: ReportFacts, path: Path) -> None:
    """One sheet for each table, and a first one that says what they are; text is never a formula."""
    from pipeline.report.workbook import CUT, write_sheets  # noqa: PLC0415 -- only a workbook needs its library

    write_sheets(path, facts.name, [*readme_lines(facts), ("Long text", CUT)], _tables(facts))


def readme_lines(facts: ReportFacts) -> list[tuple[str, str]]:
    """What the first sheet says: where the numbers come from, what they are not, what each sheet holds."""
    lines = [
        ("Data-lock point", facts.as_of),
        ("Product", facts.product or "all"),
        ("Run id", facts.run_id),
        ("Code version", facts.code_version),
        ("Vocabulary version", facts.vocabulary_version),
        *(("What these numbers are not", sentence) for sentence in LIMITS),
        *(("Table " + name, meaning) for name, meaning in sheets(facts).items()),
    ]
    refuse_in_text(" ".join(f"{name} {text}" for name, text in lines), "The README of the files")
    return lines


def sheets(facts: ReportFacts) -> dict[str, str]:
    """The meaning of every table that is written, by its name."""
    return SHEETS | ({MARKED: MARKED_MEANING} if MARKED in facts.tables else {})


def _tables(facts: ReportFacts) -> "dict[str, pa.Table]":
    """Every table of sheets, refused where a name of it or a text of ours calls a measure by a forbidden word."""
    held = facts.tables | {"readus": checklist_table(facts)}
    tables = {name: held[name] for name in sheets(facts)}
    for name, table in tables.items():
        refuse_in_names((name, *table.column_names), f"The table {name}")
        for columns, refuse in ((OWN_TEXT, refuse_in_text), (MIXED_TEXT, refuse_in_message)):
            for column in [own for own in columns if own in table.column_names]:
                said = " ".join(str(text) for text in table[column].unique().to_pylist() if text is not None)
                refuse(said, f"The column {column} of the table {name}")
    return tables


def csv_text(table: "pa.Table") -> str:
    """The whole file: a line of names, then the rows; text quoted, numbers not, LF line ends."""
    head = ",".join(map(csv_cell, table.column_names))
    lines = joined([cell_texts(column, csv_cell) for column in table.columns], ",")
    return "".join(f"{line}\n" for line in (head, *lines))
