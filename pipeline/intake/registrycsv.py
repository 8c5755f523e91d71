"""CSV of a registry extract: comma-separated, one header, UTF-8."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.intake.lines import BOM
from pipeline.intake.registrysheet import LONGEST_VALUE, Sheet, Texts, Values, defect_of, header, refuse_size


def read_csv(path: Path) -> Sheet:
    """Every record, or InputRefused where the file is no UTF-8, no CSV, or has no header.

    A record with more or fewer fields than the header is a defect of that record alone; a blank line is none at all.
    """
    refuse_size(path)
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    csv.field_size_limit(LONGEST_VALUE * 10)
    try:
        columns = header(path, next(lines, []))
        return _sheet(columns, lines)
    except csv.Error as error:
        told = f"{path.name} is no CSV near line {lines.line_num} ({_kind(error)})"
        raise InputRefused(f"{told}: quote its values and export it again; nothing was written.") from None


def _sheet(columns: tuple[str, ...], lines: Iterable[list[str]]) -> Sheet:
    texts = Texts()
    rows: list[Values | None] = []
    defects: dict[int, str] = {}
    for line in lines:
        if not line:
            continue
        if defect := defect_of(line, len(columns)):
            defects[len(rows) + 1] = defect
            rows.append(None)
        else:
            rows.append(tuple(map(texts.of, line)))
    return Sheet(columns, rows, defects)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        told = f"{path.name} is no UTF-8 (byte {error.start:,})"
        raise InputRefused(f"{told}: save it as UTF-8; nothing was written.") from None


def _kind(error: csv.Error) -> str:
    """What the parser found; its messages never quote the file."""
    return str(error).split(";", maxsplit=1)[0]
