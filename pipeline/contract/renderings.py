"""What follows from a declared table: its DDL, its Arrow schema, its page in the data dictionary."""

from typing import TYPE_CHECKING

from pipeline.contract.model import Column, ColumnType, Table

if TYPE_CHECKING:
    import pyarrow as pa

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "whole": "BIGINT",
    "real": "DOUBLE",
    "truth": "BOOLEAN",
    "date": "DATE",
}


def ddl(table: Table) -> str:
    """CREATE TABLE with each column's type and, as a comment, its meaning."""
    last = len(table.columns) - 1
    lines = [
        f'  "{column.name}" {SQL_TYPES[column.type]}{"," if i < last else ""} -- {_sentence(column)}'
        for i, column in enumerate(table.columns)
    ]
    head = f"-- {table.name}: {table.grain}. Key: {', '.join(table.key)}. Partition: {', '.join(table.partition) or 'none'}."
    return "\n".join([head, f'CREATE TABLE "{table.name}" (', *lines, ");", ""])


def arrow_schema(table: Table, *, stored: bool = False) -> "pa.Schema":
    """The table as an Arrow schema; with stored, only the columns inside the data files."""
    import pyarrow as pa  # noqa: PLC0415 -- the command's help must not wait for it

    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "whole": pa.int64(),
        "real": pa.float64(),
        "truth": pa.bool_(),
        "date": pa.date32(),
    }
    columns = [column for column in table.columns if not stored or column.name in table.stored]
    return pa.schema([pa.field(column.name, types[column.type]) for column in columns])


def dictionary_page(table: Table) -> str:
    """The table as a section of the data dictionary, in Markdown."""
    rows = [
        f"| `{column.name}` | {column.type} | {column.unit or ''} | {_sentence(column)} |" for column in table.columns
    ]
    return "\n".join(
        [
            f"## {table.name}",
            "",
            (
                f"One row is {table.grain}. Layer: {table.layer}. Key: {', '.join(table.key)}. "
                f"Partition: {', '.join(table.partition) or 'none'}."
            ),
            "",
            "| column | type | unit | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _sentence(column: Column) -> str:
    source = f" From {column.source}." if column.source else ""
    allowed = f" One of {', '.join(column.allowed)}." if column.allowed else ""
    return f"{column.meaning}{source}{allowed}"
