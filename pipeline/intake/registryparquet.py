"""Parquet of a registry extract: flat columns of any type, as text."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputRefused
from pipeline.intake.registrysheet import (
    LARGEST_TEXT,
    Sheet,
    Texts,
    Values,
    defect_of,
    header,
    refuse_length,
    refuse_size,
    written,
)


def read_parquet(path: Path) -> Sheet:
    """Every record; InputRefused where the file is damaged, unpacks to too much, or has a column of lists or bytes."""
    refuse_size(path)
    try:
        file = pq.ParquetFile(path)
        _refuse_bomb(path, file.metadata)
        columns = header(path, file.schema_arrow.names)
        _refuse_nested(path, file.schema_arrow)
        return _sheet(columns, file)
    except (pa.ArrowException, OSError, ValueError) as error:
        told = f"{path.name} is no Parquet that can be read ({type(error).__name__})"
        raise InputRefused(f"{told}: export it again; nothing was written.") from None


def _refuse_bomb(path: Path, metadata: pq.FileMetaData) -> None:
    refuse_length(path, metadata.num_rows)
    unpacked = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if unpacked > LARGEST_TEXT:
        raise InputRefused(f"{path.name} unpacks to {unpacked:,} bytes, more than {LARGEST_TEXT:,}: split it.")


def _refuse_nested(path: Path, schema: pa.Schema) -> None:
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise InputRefused(f"{path.name} column {field.name} is {kind}: give one text, number or date a cell.")


def _sheet(columns: tuple[str, ...], file: pq.ParquetFile) -> Sheet:
    texts = Texts()
    rows: list[Values | None] = []
    defects: dict[int, str] = {}
    for batch in file.iter_batches():
        cells = [[texts.of(written(value)) for value in column.to_pylist()] for column in batch.columns]
        for row in zip(*cells, strict=True):
            defect = defect_of(row, len(columns))
            rows.append(None if defect else row)
            if defect:
                defects[len(rows)] = defect
    return Sheet(columns, rows, defects)
