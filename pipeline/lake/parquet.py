"""Arrow rows as a Parquet file of a declared table: the same rows give the same bytes."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema

ROW_GROUP_ROWS = 250_000


def write_rows(table: Table, rows: pa.Table, path: Path) -> int:
    """Write the columns the table stores, in its order; a column the rows lack is null. Returns the number of rows."""
    return write_batches(table, [rows], path)


def write_batches(table: Table, batches: Iterable[pa.Table], path: Path, *, are_reals_varied: bool = False) -> int:
    """Write batches of rows one after the other, so that only one of them is in memory.

    are_reals_varied: real columns hardly repeat a value; looking for repeats would cost more than it saves.
    """
    schema = arrow_schema(table, stored=True)
    repeated = [column.name for column in table.columns if column.name in table.stored and column.type != "real"]
    n_rows = 0
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        store_schema=False,
        use_dictionary=repeated if are_reals_varied else True,
    ) as writer:
        for rows in batches:
            present = set(rows.column_names)
            columns = [
                rows[field.name].cast(field.type) if field.name in present else pa.nulls(rows.num_rows, field.type)
                for field in schema
            ]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=ROW_GROUP_ROWS)
            n_rows += rows.num_rows
    return n_rows
