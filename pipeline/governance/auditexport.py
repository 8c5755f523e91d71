"""The audit trail as files: JSONL or CSV, with a head beside it that says how many records there are and how they end."""

import json
from pathlib import Path

from sqlalchemy import Connection

from pipeline.contract.csvtext import csv_cell
from pipeline.errors import InputRefused, UsageError
from pipeline.governance.audit import events, head
from pipeline.governance.canonical import canonical
from pipeline.governance.schema import AUDIT_EVENT
from pipeline.governance.store import Row

COLUMNS = tuple(column.name for column in AUDIT_EVENT.columns)
HEAD_SUFFIX = ".head.json"


def export_trail(connection: Connection, path: Path) -> list[Path]:
    """Write every record to FILE.jsonl or FILE.csv, and the head to FILE….head.json; the files written.

    UTF-8, LF line ends; the same trail gives the same bytes. UsageError for another ending.
    """
    form = {".jsonl": _as_json, ".csv": _as_csv}.get(path.suffix.lower())
    if form is None:
        raise UsageError(f"{path.name} is neither .jsonl nor .csv: give --out a name with one of these endings.")
    first = [] if form is _as_json else [",".join(COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in first)
        stream.writelines(f"{form(event)}\n" for event in events(connection))
    beside = head_path(path)
    beside.write_text(canonical(head(connection)) + "\n", encoding="utf-8", newline="\n")
    return [path, beside]


def read_export(path: Path) -> tuple[list[Row], Row]:
    """Records and head of an export in JSONL; InputRefused where one of its two files cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        told = json.loads(head_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputRefused(
            f"{path} cannot be read as an export: name a .jsonl file with its {HEAD_SUFFIX} beside it."
        ) from error
    if not all(isinstance(one, dict) and set(one) == set(COLUMNS) for one in records):
        raise InputRefused(f"{path} does not hold the columns of an audit export: {', '.join(COLUMNS)}.")
    if not (isinstance(told, dict) and {"n_events", "hash"} <= set(told)):
        raise InputRefused(f"{head_path(path)} does not tell the number of records and the last hash: export again.")
    return records, told


def head_path(path: Path) -> Path:
    """Where the head of an export stands: beside it."""
    return path.with_name(path.name + HEAD_SUFFIX)


def _as_json(event: Row) -> str:
    return canonical(event)


def _as_csv(event: Row) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe; the JSONL has it as it is."""
    return ",".join(csv_cell(event[name]) for name in COLUMNS)
