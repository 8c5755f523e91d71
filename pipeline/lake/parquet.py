"""Arrow rows as a Parquet file of a declared table: the same rows give the same bytes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema

ROW_GROUP_ROWS = 250_000


def write_rows(table: Table, rows: pa.Table, path: Path) -> int:
    """Write the columns the table stores, in its order; a column the rows lack is null. Returns the number of rows."""
    schema = arrow_schema(table, stored=True)
    present = set(rows.column_names)
    columns = [rows[field.name] if field.name in present else pa.nulls(rows.num_rows, field.type) for field in schema]
    kept = pa.table(columns, names=schema.names)
    pq.write_table(
        kept, path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP_ROWS, store_schema=False
    )
    return int(kept.num_rows)
