"""One FAERS quarter from bytes to Parquet files ready to commit: raw tables, rejections, the account of each file."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline.contract.core import CORE_TABLES
from pipeline.contract.ledger import REJECTED, SOURCE_FILE
from pipeline.contract.model import Table
from pipeline.contract.raw import RAW_DELETED
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import CartwatchError
from pipeline.intake.archive import Member, QuarterInput
from pipeline.intake.layout import FILE_TABLES, columns_of, era
from pipeline.intake.readings import age_readings, date_readings, weight_readings
from pipeline.intake.records import DeletedReader, FileReader, TableReader, header_fields
from pipeline.lake.parquet import write_batches, write_rows
from pipeline.lake.warehouse import Warehouse, model

Progress = Callable[[str], None]
READERS = 2


class Staged(NamedTuple):
    """A Parquet file ready to be committed as one partition of a table."""

    table: Table
    path: Path
    n_rows: int


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one file's records: read = kept + rejected."""

    file: str
    table: str
    n_read: int
    n_kept: int
    n_rejected: int
    n_split: int
    encoding: str
    phantom_columns: str


def check_layout(quarter: QuarterInput) -> None:
    """LayoutChanged for the first file whose header is not one FDA has published; reads only headers."""
    for kind, member in quarter.tables.items():
        columns_of(kind, header_fields(member.head()), quarter.quarter, member.name)


def stage_raw(
    quarter: QuarterInput, sha256: str, run_id: str, folder: Path, progress: Progress
) -> tuple[list[Staged], list[Account]]:
    """Write every raw table, rejected and source_file of a quarter into folder.

    Two files are read side by side: unpacking, parsing and compressing leave the interpreter's lock. A
    damaged file raises before anything in folder is committed.
    """
    kinds = sorted(quarter.tables, key=lambda kind: -quarter.tables[kind].size)
    with ThreadPoolExecutor(READERS) as pool:
        read = dict(
            zip(kinds, pool.map(lambda kind: _stage_table(quarter, kind, folder, progress), kinds), strict=True)
        )
    parts = [*(read[kind] for kind in FILE_TABLES), _stage_deleted(quarter, folder)]
    origin = {"quarter": quarter.quarter, "archive": quarter.origin.name, "archive_sha256": sha256, "run_id": run_id}
    files = [row | origin for part in parts for row in part.files]
    rejected = [row for part in parts for row in part.rejected]
    staged = [part.staged for part in parts]
    staged.append(_write_rows(REJECTED, pa.Table.from_pylist(rejected, arrow_schema(REJECTED)), folder))
    staged.append(_write_rows(SOURCE_FILE, pa.Table.from_pylist(files, arrow_schema(SOURCE_FILE)), folder))
    return staged, [Account(**{name: row[name] for name in Account.__dataclass_fields__}) for row in files]


def stage_core(quarter: str, edition: str, folder: Path, warehouse: Warehouse, progress: Progress) -> Iterator[Staged]:
    """Write every core table of a quarter into folder, from the raw tables the warehouse shows."""
    _register_readings(quarter, warehouse)
    for table in CORE_TABLES:
        progress(f"{quarter} typing {table.name}")
        path = folder / f"{table.name}.parquet"
        yield Staged(table, path, warehouse.write(table, model(f"core/{table.name}"), path))
        warehouse.show_parquet(table, path, {"quarter": quarter, "edition": edition})


class _Part(NamedTuple):
    """What one raw table became: its Parquet file, the account of its files, its rejected lines."""

    staged: Staged
    files: list[dict[str, Any]]
    rejected: list[dict[str, Any]]


def _stage_table(quarter: QuarterInput, kind: str, folder: Path, progress: Progress) -> _Part:
    member, table = quarter.tables[kind], FILE_TABLES[kind]
    progress(f"{quarter.quarter} reading {member.name}")
    columns, phantoms = columns_of(kind, header_fields(member.head()), quarter.quarter, member.name)
    reader = TableReader(member.read(), columns, len(phantoms))
    path = folder / f"{table.name}.parquet"
    batches = (_provenance(rows, quarter.quarter, member.name) for rows in reader.batches())
    staged = Staged(table, path, write_batches(table, batches, path))
    rejected = list(_rejected_rows(quarter.quarter, member, table, reader))
    return _Part(staged, [_file_row(member, table, reader, staged.n_rows, phantoms)], rejected)


def _stage_deleted(quarter: QuarterInput, folder: Path) -> _Part:
    """All deleted-case lists of the quarter as one table."""
    pieces = [arrow_schema(RAW_DELETED, stored=True).empty_table()]
    files: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    for member in quarter.deleted:
        reader = DeletedReader(member.read())
        rows = _provenance(reader.rows(), quarter.quarter, member.name)
        pieces.append(rows.select(RAW_DELETED.stored).cast(pieces[0].schema))
        files.append(_file_row(member, RAW_DELETED, reader, rows.num_rows, []))
        rejected.extend(_rejected_rows(quarter.quarter, member, RAW_DELETED, reader))
    return _Part(_write_rows(RAW_DELETED, pa.concat_tables(pieces), folder), files, rejected)


def _provenance(rows: pa.Table, quarter: str, file: str) -> pa.Table:
    """The rows with what is the same for all of them: publisher's system and file."""
    n = rows.num_rows
    constant = {"source": era(quarter), "file": file}
    for name, value in constant.items():
        repeated = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), n), pa.array([value]))
        rows = rows.append_column(name, repeated)
    return rows


def _write_rows(table: Table, rows: pa.Table, folder: Path) -> Staged:
    """The rows as the table's Parquet file; columns the file did not have are null."""
    path = folder / f"{table.name}.parquet"
    return Staged(table, path, write_rows(table, rows, path))


def _file_row(member: Member, table: Table, read: FileReader, n_written: int, phantoms: list[str]) -> dict[str, Any]:
    if read.n_read != n_written + len(read.rejected):
        raise CartwatchError(f"{member.name}: records read are not kept plus rejected; please report this bug.")
    return {
        "file": member.name,
        "table": table.name,
        "encoding": read.encoding,
        "newline": read.newline,
        "phantom_columns": ",".join(phantoms) or None,
        "n_bytes": member.size,
        "n_nul": read.n_nul,
        "n_read": read.n_read,
        "n_kept": n_written,
        "n_rejected": len(read.rejected),
        "n_split": read.n_split,
    }


def _rejected_rows(quarter: str, member: Member, table: Table, read: FileReader) -> Iterator[dict[str, Any]]:
    for line in read.rejected:
        yield {
            "quarter": quarter,
            "source": era(quarter),
            "file": member.name,
            "line": line.line,
            "table": table.name,
            "reason": line.reason,
            "text": line.text,
            "report_id": line.report_id,
            "case_id": line.case_id,
            "version_number": line.version_number,
        }


def _register_readings(quarter: str, warehouse: Warehouse) -> None:
    """Ask once for each distinct date, age and weight text of the quarter what it means."""
    columns = {
        "raw_demo": ("event_dt", "mfr_dt", "init_fda_dt", "fda_dt", "rept_dt"),
        "raw_ther": ("start_dt", "end_dt"),
    }
    each = " UNION ".join(f"SELECT {name} AS text FROM {table}" for table, names in columns.items() for name in names)
    texts = [str(text) for (text,) in warehouse.rows(f"SELECT text FROM ({each}) WHERE text IS NOT NULL ORDER BY text")]
    warehouse.register("reading_date", date_readings(texts, quarter))
    for name, number, unit, readings in (
        ("reading_age", "age", "age_cod", age_readings),
        ("reading_weight", "wt", "wt_cod", weight_readings),
    ):
        pairs = warehouse.rows(
            f"SELECT DISTINCT {number}, {unit} FROM raw_demo WHERE {number} IS NOT NULL ORDER BY ALL"
        )
        warehouse.register(name, readings([(str(n), None if u is None else str(u)) for n, u in pairs]))
