"""What a run of signals keeps so that its numbers can be explained years later, and how that is read again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path

import pyarrow as pa

from pipeline.cases.explanationparts import CELLS
from pipeline.cases.explanationside import Question, cells_of
from pipeline.contract.ledger import RUN, VOCABULARY_ENTRY
from pipeline.contract.mart import EXPOSED_CASE, PRODUCT_EVENT_CASE, SIGNAL
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import NothingThere
from pipeline.lake.delta import Lake, Run, StoredFile
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import CORE, content_hash, files_as_of
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.versions import HASH_DIGITS, Vocabulary, restored

MEMBERS = (EXPOSED_CASE, PRODUCT_EVENT_CASE)
# Columns that every version of the code has written: an older file may lack the others.
NEEDED = ("as_of", "product", "event", "event_kind", "scope", "comparator", *CELLS)
SIGNAL_CELLS = replace(SIGNAL, columns=tuple(column for column in SIGNAL.columns if column.name in NEEDED))
STORED_ROW = """
SELECT a, b, c, d FROM signal
WHERE product = $product AND event_kind = $event_kind AND scope IS NOT DISTINCT FROM $scope
  AND comparator = $comparator AND (event = $event OR (event_kind = 'pt' AND upper(event) = $event))
"""


@dataclass(frozen=True, slots=True)
class StoredNumber:
    """The row a reader saw: its four cells (None where the endpoint was not assessable), and what they were counted with.

    editions: the issue of each quarter's archive that was read. data_hash: of the typed tables made of them.
    vocabulary_hash: None where the run kept none.
    """

    run_id: str
    code_version: str
    cells: dict[str, int] | None
    editions: Mapping[str, str]
    data_hash: str | None
    vocabulary_hash: str | None


def write_members(warehouse: Warehouse, as_of: str, folder: Path) -> list[tuple[str, str | None, Path, int]]:
    """Write which CAR-T cases stand behind a and b of every product and event just counted, as Parquet files."""
    written: list[tuple[str, str | None, Path, int]] = []
    for table in MEMBERS:
        path = folder / f"{table.name}.parquet"
        n_rows = warehouse.write(table, model(f"explain/kept_{table.name}"), path, {"as_of": as_of})
        written.append((table.name, None, path, n_rows))
    return written


def data_hash(shown: Mapping[str, Sequence[StoredFile]]) -> str:
    """Hash of the content of these files of typed tables, by table; equal hashes are equal data."""
    content = json.dumps({name: content_hash(files) for name, files in shown.items()}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:HASH_DIGITS]


def kept_versions(lake: Lake, as_of: str, vocabulary: Vocabulary) -> dict[str, object]:
    """What the record of a run says of the data and of the vocabulary it counted with."""
    return {
        "data_hash": data_hash({name: files_as_of(lake, name, as_of) for name in CORE}),
        "vocabulary_hash": vocabulary.content_hash,
        "vocabulary_version": vocabulary_version(),
        "endpoint_versions": vocabulary.endpoint_versions(),
    }


def keep_vocabulary(lake: Lake, vocabulary: Vocabulary, run: Run) -> None:
    """Keep the vocabulary in the lake, once for each version."""
    partition = {"vocabulary_hash": vocabulary.content_hash}
    if lake.files(VOCABULARY_ENTRY.name, partition):
        return
    names = ("table", "row_number", "row")
    rows = [dict(zip(names, entry, strict=True)) for entry in vocabulary.entries]
    with lake.staging(f"vocabulary-{vocabulary.content_hash}") as folder:
        path = folder / "vocabulary_entry.parquet"
        table = pa.Table.from_pylist(rows, arrow_schema(VOCABULARY_ENTRY, stored=True))
        lake.commit(VOCABULARY_ENTRY.name, partition, path, run, write_rows(VOCABULARY_ENTRY, table, path))


def stored_vocabulary(lake: Lake, warehouse: Warehouse, wanted: str) -> Vocabulary:
    """The vocabulary kept under that hash; NothingThere where the lake does not hold it."""
    files = lake.files(VOCABULARY_ENTRY.name, {"vocabulary_hash": wanted})
    if not files:
        raise NothingThere(f"The lake {lake.root} lacks vocabulary {wanted}: restore its table vocabulary_entry.")
    warehouse.show_files(VOCABULARY_ENTRY, files)
    rows = warehouse.rows('SELECT "table", row_number, "row" FROM vocabulary_entry ORDER BY ALL')
    return restored((str(name), int(str(number)), str(row)) for name, number, row in rows)


def stored_number(
    lake: Lake, warehouse: Warehouse, question: Question, as_of: str, run_id: str | None = None
) -> StoredNumber | None:
    """The signal row stored as of then, by that run or else the last; None where there is none.

    NothingThere for a run that never stored signals as of then.
    """
    files = _signal_files(lake, as_of, run_id)
    if not files:
        return None
    warehouse.show_files(SIGNAL_CELLS, files)
    rows = warehouse.rows(STORED_ROW, question.parameters)
    record = _record(lake, warehouse, files[0].run_id)
    if not rows or record is None:
        return None
    parameters = json.loads(str(record["parameters"]))
    return StoredNumber(
        run_id=files[0].run_id,
        code_version=str(record["code_version"]),
        cells=_cells(rows[0]),
        editions=dict(text.split(" ", 1) for text in json.loads(str(record["inputs"]))),
        data_hash=parameters.get("data_hash"),
        vocabulary_hash=parameters.get("vocabulary_hash"),
    )


def show_stored_cells(lake: Lake, warehouse: Warehouse, question: Question, as_of: str, number: StoredNumber) -> bool:
    """Make stored_cell, the cases behind a and b of a stored number; false where they were not kept or do not fit it."""
    for table in MEMBERS:
        warehouse.show_files(table, _of_run(lake, table, as_of, number.run_id))
    warehouse.create("stored_cell", model("explain/stored_cell"), question.parameters)
    counted = cells_of(warehouse, "stored_cell")
    return number.cells is not None and all(counted[cell] == number.cells[cell] for cell in ("a", "b"))


def _signal_files(lake: Lake, as_of: str, run_id: str | None) -> list[StoredFile]:
    if run_id is None:
        return lake.files(SIGNAL.name, {"as_of": as_of})
    found = _of_run(lake, SIGNAL, as_of, run_id)
    if not found:
        raise NothingThere(f"No run {run_id} stored signals as of {as_of} in {lake.root}: see its table run.")
    return found


def _of_run(lake: Lake, table: Table, as_of: str, run_id: str) -> list[StoredFile]:
    """Files a run wrote, whether or not a later run has replaced them: nothing is ever deleted from the lake."""
    folder = Path(lake.uri(table.name)) / f"as_of={as_of}"
    return [
        StoredFile(path, {"as_of": as_of}, run_id, 0) for path in sorted(folder.glob(f"{escape(run_id)}-*.parquet"))
    ]


def _record(lake: Lake, warehouse: Warehouse, run_id: str) -> dict[str, object] | None:
    warehouse.show_files(RUN, lake.files(RUN.name, {"run_id": run_id}))
    rows = warehouse.arrow("SELECT code_version, parameters, inputs FROM run").to_pylist()
    return rows[0] if rows else None


def _cells(row: tuple[object, ...]) -> dict[str, int] | None:
    return None if row[0] is None else {cell: int(str(n)) for cell, n in zip(CELLS, row, strict=True)}
