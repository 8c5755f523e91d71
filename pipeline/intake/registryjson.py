"""CDISC Dataset-JSON, versions 1.0 and 1.1, of a registry extract.

A small reader of our own over the standard library: the one library for the format writes it from tables and does not
check what it reads. Layout: CDISC Dataset-JSON v1.1 (2024) and v1.0 (2023).
"""

import json
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pipeline.errors import InputRefused
from pipeline.intake.lines import BOM
from pipeline.intake.registrysheet import Sheet, Texts, Values, defect_of, header, refuse_size

SEQUENCE = "ITEMGROUPDATASEQ"
TRUTHS = {True: "Y", False: "N"}


class DataSet(NamedTuple):
    """One data set as it stands in the file: its variables, how many records it says it has, and the records."""

    variables: list[Any]
    n_records: Any
    rows: list[Any]


def read_json(path: Path) -> Sheet:
    """Every record; InputRefused where the file is no Dataset-JSON, cut off, nested too deep or holds several data sets.

    Numbers stay as they are written; true and false are Y and N; the sequence column of version 1.0 is left out.
    """
    refuse_size(path)
    found = _data_set(path, _document(path))
    names = [item.get("name") if isinstance(item, dict) else None for item in found.variables]
    if not names or not all(isinstance(name, str) for name in names):
        raise _refused(path, "it names no variables")
    if str(found.n_records) != str(len(found.rows)):
        raise _refused(path, f"it says {_shown(found.n_records)} records and has {len(found.rows)}")
    columns = header(path, names)
    sheet = _sheet(path, columns, found.rows)
    return _without(sheet, columns.index(SEQUENCE)) if SEQUENCE in columns else sheet


def _document(path: Path) -> dict[str, Any]:
    def refuse_constant(_: str) -> NoReturn:
        raise ValueError

    try:
        text = path.read_bytes().removeprefix(BOM).decode("utf-8")
        read = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=refuse_constant, object_pairs_hook=_without_repeats
        )
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"it is no JSON ({type(error).__name__})") from None
    if not isinstance(read, dict):
        raise _refused(path, "it is no JSON object")
    return read


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where a name stands twice, as nobody can say which one counts."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _data_set(path: Path, document: dict[str, Any]) -> DataSet:
    version = str(document.get("datasetJSONVersion", ""))
    if version.startswith("1.1"):
        found = DataSet(document.get("columns", []), document.get("records"), document.get("rows", []))
    elif version.startswith("1.0"):
        found = _data_set_of_1_0(path, document)
    else:
        raise _refused(path, "it does not say version 1.0 or 1.1 in datasetJSONVersion")
    if not isinstance(found.variables, list) or not isinstance(found.rows, list):
        raise _refused(path, "its columns or rows are no lists")
    return found


def _data_set_of_1_0(path: Path, document: dict[str, Any]) -> DataSet:
    data = document.get("clinicalData", document.get("referenceData"))
    groups = data.get("itemGroupData") if isinstance(data, dict) else None
    if not isinstance(groups, dict) or len(groups) != 1:
        raise _refused(path, "it does not hold one data set")
    (group,) = groups.values()
    if not isinstance(group, dict):
        raise _refused(path, "its data set is no object")
    return DataSet(group.get("items", []), group.get("records"), group.get("itemData", []))


def _sheet(path: Path, columns: tuple[str, ...], given: list[Any]) -> Sheet:
    texts = Texts()
    rows: list[Values | None] = []
    defects: dict[int, str] = {}
    for number, cells in enumerate(given, 1):
        if not isinstance(cells, list):
            raise _refused(path, f"record {number} is no list")
        defect = _nested(cells) or defect_of([_plain(cell) for cell in cells], len(columns))
        rows.append(None if defect else tuple(_text(texts, cell) for cell in cells))
        if defect:
            defects[number] = defect
    return Sheet(columns, rows, defects)


def _nested(cells: list[Any]) -> str | None:
    return "a value that is a list or an object" if any(isinstance(cell, list | dict) for cell in cells) else None


def _plain(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None


def _text(texts: Texts, cell: object) -> str | None:
    return texts.of(TRUTHS[cell] if isinstance(cell, bool) else cell) if isinstance(cell, bool | str) else None


def _without(sheet: Sheet, at: int) -> Sheet:
    def cut(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return row[:at] + row[at + 1 :]

    return Sheet(cut(sheet.columns), [None if row is None else cut(row) for row in sheet.rows], sheet.defects)


def _shown(n_records: object) -> str:
    return n_records if isinstance(n_records, str) and n_records.isdigit() else "no number of"


def _refused(path: Path, found: str) -> InputRefused:
    return InputRefused(
        f"{path.name} is no Dataset-JSON that can be read: {found}; export it again; nothing was written."
    )
