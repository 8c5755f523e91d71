"""One FAERS quarter from bytes to Parquet files ready to commit: raw tables, rejections, the account of each file."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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
from pipeline.intake.records import ReadFile, header_fields, read_deleted, read_table
from pipeline.lake.warehouse import Warehouse, model

Progress = Callable[[str], None]


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
    quarter: QuarterInput, sha256: str, run_id: str, folder: Path, warehouse: Warehouse, progress: Progress
) -> tuple[list[Staged], list[Account]]:
    """Write every raw table, rejected and source_file of a quarter into folder.

    Every file is unpacked and checked before the first one is written, so a damaged archive writes nothing.
    """
    contents = _all_bytes(quarter)
    files: list[dict[str, object]] = []
    rejected: list[dict[str, object]] = []
    staged: list[Staged] = []
    for kind, member in quarter.tables.items():
        progress(f"{quarter.quarter} reading {member.name}")
        columns, phantoms = columns_of(kind, header_fields(member.head()), quarter.quarter, member.name)
        read = read_table(contents.pop(member.name), columns, len(phantoms))
        table = FILE_TABLES[kind]
        rows = _provenance(read.rows, quarter.quarter, member.name)
        staged.append(_write_rows(table, rows, folder, warehouse))
        files.append(_file_row(quarter, member, table, read, phantoms, sha256, run_id))
        rejected.extend(_rejected_rows(quarter.quarter, member, table, read))
    staged.append(_write_deleted(quarter, contents, files, rejected, folder, warehouse, sha256, run_id))
    staged.append(_write_rows(REJECTED, pa.Table.from_pylist(rejected, arrow_schema(REJECTED)), folder, warehouse))
    staged.append(_write_rows(SOURCE_FILE, pa.Table.from_pylist(files, arrow_schema(SOURCE_FILE)), folder, warehouse))
    return staged, [_account(row) for row in files]


def stage_core(quarter: str, folder: Path, warehouse: Warehouse, progress: Progress) -> Iterator[Staged]:
    """Write every core table of a quarter into folder, from the raw tables the warehouse shows."""
    _register_readings(quarter, warehouse)
    for table in CORE_TABLES:
        progress(f"{quarter} typing {table.name}")
        path = folder / f"{table.name}.parquet"
        yield Staged(table, path, warehouse.write(table, model(f"core/{table.name}"), path))
        warehouse.show_parquet(table, path, {"quarter": quarter})


def _all_bytes(quarter: QuarterInput) -> dict[str, bytes]:
    """Every file of the quarter, unpacked side by side: zlib leaves the interpreter's lock."""
    members = sorted(quarter.members, key=lambda member: -member.size)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip((member.name for member in members), pool.map(lambda member: member.read(), members), strict=True))


def _provenance(rows: pa.Table, quarter: str, file: str) -> pa.Table:
    """The rows with what is the same for all of them: publisher's system and file."""
    n = rows.num_rows
    constant = {"source": era(quarter), "file": file}
    for name, value in constant.items():
        repeated = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), n), pa.array([value]))
        rows = rows.append_column(name, repeated)
    return rows


def _write_rows(table: Table, rows: pa.Table, folder: Path, warehouse: Warehouse) -> Staged:
    """The rows as the table's Parquet file; columns the file did not have are null."""
    warehouse.register("arrived", rows)
    present = set(rows.column_names)
    columns = ", ".join(f'"{name}"' if name in present else f'NULL AS "{name}"' for name in table.stored)
    path = folder / f"{table.name}.parquet"
    n_rows = warehouse.write(table, f"SELECT {columns} FROM arrived", path)
    warehouse.unregister("arrived")
    return Staged(table, path, n_rows)


def _write_deleted(
    quarter: QuarterInput,
    contents: dict[str, bytes],
    files: list[dict[str, object]],
    rejected: list[dict[str, object]],
    folder: Path,
    warehouse: Warehouse,
    sha256: str,
    run_id: str,
) -> Staged:
    """All deleted-case lists of the quarter as one table; files and rejected grow by what they hold."""
    pieces = [arrow_schema(RAW_DELETED, stored=True).empty_table()]
    for member in quarter.deleted:
        read = read_deleted(contents.pop(member.name))
        rows = _provenance(read.rows, quarter.quarter, member.name)
        pieces.append(rows.select(RAW_DELETED.stored).cast(pieces[0].schema))
        files.append(_file_row(quarter, member, RAW_DELETED, read, [], sha256, run_id))
        rejected.extend(_rejected_rows(quarter.quarter, member, RAW_DELETED, read))
    return _write_rows(RAW_DELETED, pa.concat_tables(pieces), folder, warehouse)


def _file_row(
    quarter: QuarterInput, member: Member, table: Table, read: ReadFile, phantoms: list[str], sha256: str, run_id: str
) -> dict[str, object]:
    if read.n_read != read.rows.num_rows + len(read.rejected):
        raise CartwatchError(f"{member.name}: records read are not kept plus rejected; please report this bug.")
    return {
        "quarter": quarter.quarter,
        "file": member.name,
        "table": table.name,
        "archive": quarter.origin.name,
        "archive_sha256": sha256,
        "encoding": read.encoding,
        "newline": read.newline,
        "phantom_columns": ",".join(phantoms) or None,
        "n_bytes": member.size,
        "n_nul": read.n_nul,
        "n_read": read.n_read,
        "n_kept": read.rows.num_rows,
        "n_rejected": len(read.rejected),
        "n_split": read.n_split,
        "run_id": run_id,
    }


def _account(row: dict[str, object]) -> Account:
    return Account(**{name: row[name] for name in Account.__dataclass_fields__})  # type: ignore[arg-type]


def _rejected_rows(quarter: str, member: Member, table: Table, read: ReadFile) -> Iterator[dict[str, object]]:
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
    columns = {"raw_demo": ("event_dt", "mfr_dt", "init_fda_dt", "fda_dt", "rept_dt"), "raw_ther": ("start_dt", "end_dt")}
    each = " UNION ".join(f"SELECT {name} AS text FROM {table}" for table, names in columns.items() for name in names)
    texts = [str(text) for (text,) in warehouse.rows(f"SELECT text FROM ({each}) WHERE text IS NOT NULL ORDER BY text")]
    warehouse.register("reading_date", date_readings(texts, quarter))
    for name, number, unit, readings in (
        ("reading_age", "age", "age_cod", age_readings),
        ("reading_weight", "wt", "wt_cod", weight_readings),
    ):
        pairs = warehouse.rows(f"SELECT DISTINCT {number}, {unit} FROM raw_demo WHERE {number} IS NOT NULL ORDER BY ALL")
        warehouse.register(name, readings([(str(n), None if u is None else str(u)) for n, u in pairs]))
