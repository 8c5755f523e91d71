"""The lake: Delta tables under one root, replaced one partition at a time, never half."""

import contextlib
import fcntl
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from deltalake.transaction import AddAction, CommitProperties

from pipeline.config import Settings
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table as declared
from pipeline.errors import LakeConflict, UsageError
from pipeline.lake.checksum import file_sha256

ATTEMPTS = 20
MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|\\|[\x00-\x1f\x7f]")
NOT_YET = -1
"""Version of a table's log under which it is read as if nothing had ever been written to it."""
# A log of ninety commits is read in a tenth of the time from a checkpoint; no commit is ever forgotten.
LOG = {"delta.checkpointInterval": "10", "delta.enableExpiredLogCleanup": "false"}
Partition = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """Who writes: the step, its run id and the code version, kept in every commit's metadata."""

    step: str
    run_id: str
    code_version: str
    input_sha256: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One live data file of a table."""

    path: Path
    partition: dict[str, str]
    run_id: str
    n_rows: int


class Lake:
    """All tables under one root folder.

    pins: quarters that are read from one issue of their archive, by the start of its SHA-256. versions: tables that are
    read as of an earlier version of their log, or NOT_YET, and then never written. variant: name under which the marts of such a
    choice are kept, apart from those of the default.
    """

    def __init__(
        self,
        root: str | Path,
        pins: Mapping[str, str] | None = None,
        variant: str = "",
        versions: Mapping[str, int] | None = None,
    ) -> None:
        text = str(root)
        if "://" in text and not text.startswith("file://"):
            raise UsageError(f"The lake {text} is not a local folder: give --lake a path on this machine.")
        self.root = Path(text.removeprefix("file://")).absolute()
        if MISREAD.search(str(self.root)):
            raise UsageError(
                f"The lake {str(self.root)!r} has a code like %20, a backslash or a control character in its path, which Delta "
                "reads otherwise: give --lake another path."
            )
        self.pins = dict(pins or {})
        self.versions = dict(versions or {})
        self.variant = variant
        self._opened: dict[str, DeltaTable] = {}

    def commit(self, name: str, partition: Partition, parquet: Path, run: Run, n_rows: int) -> bool:
        """Replace one partition by the Parquet file; False when it already holds these very bytes from this run.

        The file is moved out of staging. Concurrent writers of other partitions never disturb;
        LakeConflict when the log cannot be extended after many attempts.
        """
        table = declared(name)
        if name in self.versions:
            raise LakeConflict(f"{name} is read as of version {self.versions[name]}: nothing is written to it.")
        target = self._target(table, partition, parquet, run)
        if [file.path for file in self.files(name, partition)] == [target]:
            parquet.unlink()
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        parquet.replace(target)
        self._log(table, partition, target, run, n_rows)
        return True

    def files(self, name: str, partition: Partition | None = None) -> list[StoredFile]:
        """Live files of the whole table, or of the partitions with these values, in a stable order."""
        delta = self._open(declared(name))
        if delta is None:
            return []
        actions = pa.table(delta.get_add_actions(flatten=True)).select(["path", "num_records"]).to_pylist()
        home = self._home(declared(name))
        stored = sorted((_stored(home, declared(name), row) for row in actions), key=lambda file: str(file.path))
        wanted = (partition or {}).items()
        return [file for file in stored if all(file.partition[key] == value for key, value in wanted)]

    def partitions(self, name: str, column: str = "quarter") -> list[str]:
        """Values of one partition column that the table holds, in order."""
        return sorted({file.partition[column] for file in self.files(name)})

    def version(self, name: str) -> int | None:
        """Delta version of the table, None where it does not exist yet."""
        delta = self._open(declared(name))
        return None if delta is None else delta.version()

    def history(self, name: str) -> list[dict[str, object]]:
        """Commits of the table, newest first, with step, run id, code version and input hash."""
        delta = self._open(declared(name))
        return [] if delta is None else delta.history()

    def uri(self, name: str) -> str:
        """Where another Delta reader finds the table."""
        return str(self._home(declared(name)))

    @contextlib.contextmanager
    def staging(self, key: str) -> Iterator[Path]:
        """An empty folder for files not yet committed, and the only writer's lock on that key.

        What an interrupted run left there is removed first. LakeConflict when another process holds the key.
        """
        key = f"{key}-{self.variant}" if self.variant else key
        with self._lock(key) as is_held, self._emptied(key, wanted=is_held) as folder:
            if folder is None:
                raise LakeConflict(
                    f"Another process is writing {key} in {self.root}: wait for it to end, then run this again."
                )
            yield folder

    @contextlib.contextmanager
    def shared_staging(self, name: str) -> Iterator[Path | None]:
        """As staging, for a table that all variants write in one place; None while another process holds it."""
        with self._lock(name) as is_held, self._emptied(name, wanted=is_held) as folder:
            yield folder

    @contextlib.contextmanager
    def _emptied(self, key: str, *, wanted: bool) -> Iterator[Path | None]:
        """An empty staging folder, gone afterwards; None, and nothing touched, where it is not wanted."""
        folder = self.root / "_staging" / key
        if not wanted:
            yield None
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _lock(self, key: str) -> Iterator[bool]:
        """Whether this process now is the only one that writes that key."""
        path = self.root / "_locks" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_held = True
            except BlockingIOError:
                is_held = False
            yield is_held

    def _home(self, table: Table) -> Path:
        """Folder of a table; the marts of a variant have one of their own."""
        apart = self.variant and table.layer == "mart"
        return (self.root / "_variants" / self.variant if apart else self.root) / table.name

    def _open(self, table: Table) -> DeltaTable | None:
        """The table as it stands now; opened once, then only what was committed since is read."""
        if self.versions.get(table.name) == NOT_YET:
            return None
        if table.name in self._opened:
            if table.name not in self.versions:
                self._opened[table.name].update_incremental()
        else:
            try:
                opened = DeltaTable(self._home(table), version=self.versions.get(table.name))
            except TableNotFoundError:
                return None
            if opened.metadata().partition_columns != list(table.partition):
                raise LakeConflict(
                    f"{table.name} in {self.root} was written by another version of cartwatch, partitioned otherwise: "
                    "load FDA's archives into a new lake."
                )
            self._opened[table.name] = opened
        return self._opened[table.name]

    def _create(self, table: Table) -> DeltaTable:
        return DeltaTable.create(
            self._home(table),
            arrow_schema(table),
            mode="ignore",
            partition_by=list(table.partition),
            name=table.name,
            description=table.grain,
            configuration=LOG,
        )

    def _target(self, table: Table, partition: Partition, parquet: Path, run: Run) -> Path:
        folder = self._home(table)
        for key in table.partition:
            folder /= f"{key}={partition[key]}"
        return folder / f"{run.run_id}-{file_sha256(parquet)[:16]}.parquet"

    def _log(self, table: Table, partition: Partition, target: Path, run: Run, n_rows: int) -> None:
        add = AddAction(
            path=target.relative_to(self._home(table)).as_posix(),
            size=target.stat().st_size,
            partition_values=dict(partition),
            modification_time=int(target.stat().st_mtime * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": n_rows}),
        )
        metadata = {
            "step": run.step,
            "run_id": run.run_id,
            "code_version": run.code_version,
            "input_sha256": run.input_sha256,
        }
        for _ in range(ATTEMPTS):
            delta = self._open(table) or self._create(table)
            try:
                delta.create_write_transaction(
                    [add],
                    mode="overwrite",
                    schema=delta.schema(),
                    partition_by=list(table.partition),
                    partition_filters=[(key, "=", partition[key]) for key in table.partition],
                    commit_properties=CommitProperties(custom_metadata=metadata),
                )
            except CommitFailedError:
                continue
            return
        raise LakeConflict(
            f"{table.name} was written by others {ATTEMPTS} times in a row: run this again when they are done."
        )


def open_lake(settings: Settings) -> Lake:
    """The lake as the settings choose to read it."""
    return Lake(settings.lake, dict(settings.data_versions), settings.variant, dict(settings.table_versions))


def _stored(home: Path, table: Table, action: dict[str, object]) -> StoredFile:
    path = Path(unquote(str(action["path"])))
    values = dict(part.split("=", 1) for part in path.parts[:-1])
    partition = {key: values[key] for key in table.partition}
    return StoredFile(home / path, partition, path.name.split("-", 1)[0], int(str(action["num_records"])))
