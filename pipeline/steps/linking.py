"""What the linkage keeps between runs: each version's keys, and the cases as of an earlier data-lock point to go on from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import compare_versions, key_versions
from pipeline.cases.resolution import RESOLVED
from pipeline.config import Settings, code_version
from pipeline.contract.core import REPORT_VERSION, WITHDRAWN_CASE
from pipeline.contract.linkage import KEYED_VERSION
from pipeline.contract.tables import table as declared
from pipeline.lake.delta import Lake, Run, StoredFile
from pipeline.lake.snapshot import files_of_editions, labels_as_of
from pipeline.lake.warehouse import Warehouse, model
from pipeline.steps.result import run_id

Partitions = Mapping[tuple[str, str], str]
COMPARED_FROM = ("report_version", "case_drug", "case_reaction")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier data-lock point whose cases come from exactly the data and code of today, with the editions it reads."""

    as_of: str
    labels: Mapping[str, str]


class Start(NamedTuple):
    """Where a resolution begins: the earlier point it goes on from, or none; told says which, or why none."""

    earlier: Earlier | None
    told: str


def share_changed(lake: Lake, dlp: str, earlier: Earlier) -> float:
    """Report versions in issues of quarters that only one of the two points reads, by those read as of now."""
    now = labels_as_of(lake, dlp)
    n_now = sum(file.n_rows for file in files_of_editions(lake, "report_version", now))
    return sum(file.n_rows for file in _changed(lake, "report_version", earlier, now)) / max(n_now, 1)


def show_earlier(lake: Lake, warehouse: Warehouse, dlp: str, earlier: Earlier) -> None:
    """Show what pipeline.cases.relinking goes on from: earlier_<table>, changed_<table> and later_keyed_version."""
    now = labels_as_of(lake, dlp)
    for table in RESOLVED:
        _show(warehouse, table.name, f"earlier_{table.name}", lake.files(table.name, {"as_of": earlier.as_of}))
    for table in (REPORT_VERSION, WITHDRAWN_CASE):
        _show(warehouse, table.name, f"changed_{table.name}", _changed(lake, table.name, earlier, now))
    for name, shown, labels in (
        ("report_version", "earlier_report_version", earlier.labels),
        ("keyed_version", "earlier_keyed_version", earlier.labels),
        ("keyed_version", "later_keyed_version", now),
    ):
        _show(warehouse, name, shown, files_of_editions(lake, name, labels))


def lacking_keys(lake: Lake, *editions: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Issues of quarters whose versions have no keys worked out by this code from these rows, and the run that would."""
    wanted = {place: run for labels in editions for place, run in _keying(lake, labels).items()}
    held = {(file.partition["quarter"], file.partition["edition"]): file.run_id for file in lake.files("keyed_version")}
    return {place: run for place, run in wanted.items() if held.get(place) != run}


def key_lacking(settings: Settings, lake: Lake, *editions: Mapping[str, str]) -> None:
    """Work out and keep the keys of the versions of these issues of quarters where they are lacking."""
    for labels in editions:
        lacking = lacking_keys(lake, labels)
        if lacking:
            _key(settings, lake, lacking)


def keep_keys(lake: Lake, warehouse: Warehouse, lacking: Partitions) -> None:
    """Write down the keys that keyed_version of the warehouse has of these issues of quarters.

    All variants keep them in one place. While another process writes keys nothing is kept, nor where tables are read as of
    an earlier version: they only spare a later run their making.
    """
    if lake.versions:
        return
    with lake.shared_staging("keyed_version") as folder:
        if folder is not None:
            for (quarter, edition), run in sorted(lacking.items()):
                _keep(lake, warehouse, folder, {"quarter": quarter, "edition": edition}, run)


def _key(settings: Settings, lake: Lake, lacking: Partitions) -> None:
    with Warehouse(settings) as warehouse:
        for name in COMPARED_FROM:
            files = [
                file for file in lake.files(name) if (file.partition["quarter"], file.partition["edition"]) in lacking
            ]
            warehouse.show_files(declared(name), files)
        register_vocabulary(warehouse)
        warehouse.create("shared_number", model("link/shared_number"))
        compare_versions(warehouse)
        key_versions(warehouse)
        keep_keys(lake, warehouse, lacking)


def _keep(lake: Lake, warehouse: Warehouse, folder: Path, place: Mapping[str, str], run: str) -> None:
    path = folder / f"{place['quarter']}.parquet"
    query = "SELECT * FROM keyed_version WHERE quarter = $quarter ORDER BY case_id"
    n_rows = warehouse.write(KEYED_VERSION, query, path, {"quarter": place["quarter"]})
    lake.commit("keyed_version", place, path, Run("resolve", run, code_version()), n_rows)


def _keying(lake: Lake, labels: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The run that works out the keys of each of these issues of quarters."""
    files: dict[tuple[str, str], list[StoredFile]] = {}
    for name in COMPARED_FROM:
        for file in files_of_editions(lake, name, labels):
            files.setdefault((file.partition["quarter"], file.partition["edition"]), []).append(file)
    return {place: run_id("key", [file.path.name for file in held], {}) for place, held in files.items()}


def _changed(lake: Lake, name: str, earlier: Earlier, now: Mapping[str, str]) -> list[StoredFile]:
    """Files of issues of quarters that only one of the two points reads."""
    changed = set(earlier.labels.items()) ^ set(now.items())
    return [file for file in lake.files(name) if (file.partition["quarter"], file.partition["edition"]) in changed]


def _show(warehouse: Warehouse, name: str, shown: str, files: Sequence[StoredFile]) -> None:
    warehouse.show_files(replace(declared(name), name=shown), files)
