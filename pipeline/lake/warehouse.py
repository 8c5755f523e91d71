"""An in-memory DuckDB over the lake's files: the only importer of duckdb."""

import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb

from pipeline.config import Settings, carried
from pipeline.contract.model import Table
from pipeline.contract.renderings import SQL_TYPES
from pipeline.contract.tables import table as declared
from pipeline.lake.delta import Lake, StoredFile

if TYPE_CHECKING:
    import pyarrow as pa

EngineFault = duckdb.Error
Parameters = Mapping[str, object]
ROW_GROUP_ROWS = 122_880


class Warehouse:
    """One connection with bounded memory; tables of the lake appear in it as views."""

    def __init__(self, settings: Settings) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
        }
        # One folder each: two connections that spill into the same files would read each other's rows.
        spill = Path(settings.temp_directory or tempfile.gettempdir()) / f"cartwatch-spill-{uuid.uuid4().hex}"
        config["temp_directory"] = str(spill)
        self.connection = duckdb.connect(":memory:", config=config)
        self._registered: dict[str, pa.Table] = {}

    def __enter__(self) -> Self:
        """Use as a context: the connection is closed at its end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.connection.close()

    def mount(self, lake: Lake, *names: str, partition: Mapping[str, str] | None = None) -> None:
        """Show tables of the lake, or these partitions of them, as views of the same name."""
        for name in names:
            self.show_files(declared(name), lake.files(name, partition))

    def show_files(self, table: Table, files: Sequence[StoredFile]) -> None:
        """A view of the table over these files; an empty one with the same columns where there are none."""
        self.connection.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS {_select(table, files)}')

    def show_parquet(self, table: Table, path: Path, partition: Mapping[str, str]) -> None:
        """A view of the table over one file that is not committed yet."""
        constants = [f"'{partition[key]}' AS {key}" for key in table.partition]
        stored = [f'"{name}"' for name in table.stored]
        self.connection.execute(
            f'CREATE OR REPLACE VIEW "{table.name}" AS SELECT {", ".join([*constants, *stored])} '
            f"FROM read_parquet({_quoted(path)})"
        )

    def register(self, name: str, rows: "pa.Table") -> None:
        """Show an Arrow table under a name."""
        self.connection.register(name, rows)
        self._registered[name] = rows

    def registered(self, name: str) -> "pa.Table":
        """The Arrow table shown under that name, not copied."""
        return self._registered[name]

    def unregister(self, name: str) -> None:
        """Let go of an Arrow table."""
        self.connection.unregister(name)
        self._registered.pop(name, None)

    def rows(self, query: str, parameters: Parameters | None = None) -> list[tuple[object, ...]]:
        """The query's result, whole, as tuples."""
        return self.connection.execute(query, _bound(query, parameters)).fetchall()

    def arrow(self, query: str, parameters: Parameters | None = None) -> "pa.Table":
        """The query's result, whole and in one piece, so that what is written from it never depends on threads."""
        return self.connection.sql(query, params=_bound(query, parameters)).to_arrow_table().combine_chunks()

    def create(self, name: str, query: str, parameters: Parameters | None = None) -> None:
        """Keep the query's result as a temporary table."""
        self.connection.execute(
            f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}', _bound(query, parameters)
        ).fetchall()

    def view(self, name: str, query: str) -> None:
        """Show the query's result under a name, worked out anew each time it is read; it goes before the lake's."""
        self.connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}')

    def drop(self, *names: str) -> None:
        """Forget temporary tables and views; a table of the lake that one of them hid is seen again."""
        for name in names:
            kinds = self.connection.execute(
                "SELECT table_type FROM information_schema.tables WHERE table_catalog = 'temp' AND table_name = $name",
                {"name": name},
            ).fetchall()
            for (kind,) in kinds:
                self.connection.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} temp."{name}"')

    def write(self, table: Table, query: str, path: Path, parameters: Parameters | None = None) -> int:
        """Write the query's rows, in its order, as a Parquet file of the table; returns the number of rows.

        The same rows give the same bytes: fixed row groups, insertion order kept, no clock.
        """
        stored = ", ".join(
            f'"{column.name}"::{SQL_TYPES[column.type]} AS "{column.name}"'
            for column in table.columns
            if column.name in table.stored
        )
        done = self.connection.execute(
            f"COPY (SELECT {stored} FROM ({query})) TO {_quoted(path)} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP_ROWS})",
            _bound(query, parameters),
        ).fetchall()
        return int(done[0][0])

    def export(self, query: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the query's rows as Parquet or CSV, told by the file's ending; CSV has a header and LF line ends."""
        form = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
        self.connection.execute(f"COPY ({query}) TO {_quoted(path)} ({form})", _bound(query, parameters)).fetchall()


def model(name: str) -> str:
    """The SELECT kept in sql/<layer>/<table>.sql."""
    return (carried("sql") / f"{name}.sql").read_text(encoding="utf-8")


def _bound(query: str, parameters: Parameters | None) -> dict[str, object]:
    """Only the parameters that the query names: DuckDB refuses the others."""
    return {key: value for key, value in (parameters or {}).items() if f"${key}" in query}


def _select(table: Table, files: Sequence[StoredFile]) -> str:
    if not files:
        columns = ", ".join(f'NULL::{SQL_TYPES[column.type]} AS "{column.name}"' for column in table.columns)
        return f"SELECT {columns} WHERE false"
    names = ", ".join(f'"{name}"' for name in table.names)
    types = ", ".join(f"'{key}': VARCHAR" for key in table.partition)
    listed = ", ".join(_quoted(file.path) for file in files)
    return f"SELECT {names} FROM read_parquet([{listed}], hive_partitioning = true, hive_types = {{{types}}})"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
