"""Text tables: a spec reads as its input and its answer."""

import datetime as dt

import pyarrow as pa

from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table as declared

READERS = {"int64": int, "double": float, "bool": lambda text: text == "yes", "date32[day]": dt.date.fromisoformat}


def rows_of(text):
    """Rows of a table drawn with | between cells; the first line names the columns; - is nothing."""
    lines = [
        line.strip().strip("|") for line in text.strip().splitlines() if line.strip() and not set(line) <= set("|-+ ")
    ]
    head, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [{name: None if cell == "-" else cell for name, cell in zip(head, row, strict=True)} for row in body]


def typed(name, text, **defaults):
    """The text table as an Arrow table of the contract; columns not drawn are null or the default."""
    schema = arrow_schema(declared(name))
    rows = []
    for row in rows_of(text):
        given = {**defaults, **row}
        rows.append({field.name: _value(given.get(field.name), str(field.type)) for field in schema})
    return pa.Table.from_pylist(rows, schema)


def _value(cell, kind):
    if not isinstance(cell, str):
        return cell
    if kind.startswith("list"):
        return [part for part in cell.split("\\") if part]
    return READERS.get(kind, str)(cell)
