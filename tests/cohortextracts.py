"""Simulated extracts as the tests read them: every domain as rows of text, whatever its format."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pyreadstat


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of one file; nothing as an empty text, whole numbers without a point."""
    return {".csv": _csv, ".parquet": _parquet, ".xpt": _xpt, ".json": _json}[path.suffix](path)


def extract_of(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Every domain of an extract by its name."""
    return {path.stem.upper(): rows_of(path) for path in sorted(folder.iterdir())}


def _csv(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _parquet(path):
    return [{name: _text(value) for name, value in row.items()} for row in pq.read_table(path).to_pylist()]


def _xpt(path):
    frame, _ = pyreadstat.read_xport(path)
    return [{name: _text(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _json(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in content["columns"]]
    assert content["records"] == len(content["rows"])
    return [dict(zip(names, map(_text, row), strict=True)) for row in content["rows"]]


def _text(value):
    if value is None or value != value:  # noqa: PLR0124 -- NaN alone is not itself
        return ""
    return str(int(value)) if isinstance(value, float) else str(value)
