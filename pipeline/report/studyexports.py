"""The study's tables as CSV files and as a workbook, for people who count on."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cohort.parameters import parameters
from pipeline.report.exports import APOSTROPHE, README, csv_text
from pipeline.report.studyfacts import QUERIES, WHOLE_ONLY, StudyFacts
from pipeline.report.studywords import refuse_measures_of_reports, words

if TYPE_CHECKING:
    import pyarrow as pa

PARAMETERS = "Parameters in force with their source; is_verified tells whether the number was read there."


def write_study_csv_files(facts: StudyFacts, folder: Path) -> None:
    """One CSV file for each table, and a README that says what they are; in the manner of the signal report's files."""
    for name, table in _tables(facts).items():
        (folder / f"{name}.csv").write_text(csv_text(table), encoding="utf-8", newline="\n")
    notes = [*study_readme(facts), ("Apostrophe", APOSTROPHE)]
    text = "".join(f"{name}: {said}\n" for name, said in notes)
    (folder / f"{README}.txt").write_text(text, encoding="utf-8", newline="\n")


def write_study_workbook(facts: StudyFacts, path: Path) -> None:
    """One sheet for each table, and a first one that says what they are; text is never a formula."""
    from pipeline.report.workbook import CUT, write_sheets  # noqa: PLC0415 -- only a workbook needs its library

    write_sheets(path, facts.name, [*study_readme(facts), ("Long text", CUT)], _tables(facts))


def study_readme(facts: StudyFacts) -> list[tuple[str, str]]:
    """What the first sheet says: which study, whose copy, what cannot be read from it, what each sheet holds."""
    copy = words()["copies"]["public" if facts.is_public else "whole"]
    lines = [
        ("Study", facts.study_id),
        ("Data-lock point", facts.as_of),
        ("Copy", copy),
        ("Run id", facts.run_id),
        ("Code version", facts.code_version),
        ("Vocabulary version", facts.vocabulary_version),
        *(("What cannot be read from these numbers", sentence) for sentence in words()["limits"]),
        *(("Of this data", sentence) for sentence in facts.caveats),
        *((f"Table {name}", meaning) for name, meaning in _meanings(facts).items()),
    ]
    refuse_measures_of_reports(" ".join(f"{name} {said}" for name, said in lines))
    return lines


def _meanings(facts: StudyFacts) -> dict[str, str]:
    shown = {name: meaning for name, meaning in QUERIES.items() if not (facts.is_public and name in WHOLE_ONLY)}
    return shown | {"parameter": PARAMETERS}


def _tables(facts: StudyFacts) -> "dict[str, pa.Table]":
    """The tables of this copy: a public one has none that tells of single patients."""
    held = {name: facts.tables[name] for name in _meanings(facts) if name in facts.tables}
    return held | {"parameter": _parameters()}


def _parameters() -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 -- the words of the report must not wait for it

    rows = [
        {"parameter": name, "value": float(entry["value"]), "unit": entry["unit"]}
        | {"citation": entry["citation"], "is_verified": entry["verified"]}
        for name, entry in parameters().content["numbers"].items()
    ]
    return pa.Table.from_pylist(rows)
