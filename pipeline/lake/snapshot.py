"""What the lake held as of a quarter, shown whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.contract.core import CORE_TABLES
from pipeline.contract.edition import Edition
from pipeline.contract.quarter import quarter_name, quarter_number
from pipeline.contract.tables import table as declared
from pipeline.errors import LakeConflict, NothingThere
from pipeline.lake.delta import Lake, StoredFile
from pipeline.lake.warehouse import Warehouse

CORE = tuple(table.name for table in CORE_TABLES)


def published_quarters(lake: Lake) -> list[str]:
    """Quarters whose typed tables are in the lake, oldest first."""
    return lake.partitions("report_version")


def held_editions(lake: Lake, name: str = "report_version") -> dict[str, list[Edition]]:
    """Every edition of each quarter that the table holds, the earliest issue first; quarters in order."""
    found: dict[str, set[Edition]] = {}
    for file in lake.files(name):
        found.setdefault(file.partition["quarter"], set()).add(Edition.of_label(file.partition["edition"]))
    return {quarter: sorted(found[quarter]) for quarter in sorted(found)}


def editions_as_of(lake: Lake, as_of: str) -> dict[str, Edition]:
    """The edition of each quarter that counts as of then.

    The latest of those out when FDA published that quarter, else the earliest that is held; a pin of the lake goes
    before both. NothingThere for a pin that no edition answers to.
    """
    held = held_editions(lake)
    _refuse_unknown_pins(lake, held)
    return {
        quarter: _pinned(lake, quarter, editions) or _current(editions, as_of)
        for quarter, editions in held.items()
        if quarter <= as_of
    }


def quarters_without_original(lake: Lake, as_of: str) -> list[str]:
    """Quarters published by then of which only a later issue is held: FDA had overwritten the first one."""
    return [
        quarter
        for quarter, editions in held_editions(lake).items()
        if quarter <= as_of and not any(edition.is_published_by(quarter) for edition in editions)
    ]


def data_lock_point(lake: Lake, as_of: str | None) -> str:
    """The quarter asked for, else the newest in the lake.

    NothingThere when the lake is empty, or holds nothing published by then.
    """
    quarters = published_quarters(lake)
    if not quarters:
        raise NothingThere(f"The lake {lake.root} holds no quarter: run 'cartwatch ingest faers' first.")
    if as_of is not None and as_of < quarters[0]:
        raise NothingThere(
            f"The lake holds nothing published by {as_of}; its quarters are {quarters[0]} to {quarters[-1]}."
        )
    return as_of or quarters[-1]


def quarters_not_held(lake: Lake, as_of: str) -> str | None:
    """Quarters published by then that the lake lacks, from its first quarter on, as ranges; None where none is lacking."""
    held = {quarter_number(quarter) for quarter in published_quarters(lake)}
    lacking = [at for at in range(min(held, default=0), quarter_number(as_of) + 1) if at not in held] if held else []
    return quarter_ranges(lacking) or None


def quarter_ranges(numbers: list[int]) -> str:
    """Quarters by their numbers, in order, written as ranges; empty where there are none."""
    starts = [at for at in numbers if at - 1 not in numbers]
    ends = [at for at in numbers if at + 1 not in numbers]
    ranges = [
        quarter_name(a) if a == b else f"{quarter_name(a)} to {quarter_name(b)}"
        for a, b in zip(starts, ends, strict=True)
    ]
    return ", ".join(ranges)


def files_as_of(lake: Lake, name: str, as_of: str) -> list[StoredFile]:
    """Files of a table partitioned by quarter and edition that count as of then."""
    return files_of_editions(lake, name, labels_as_of(lake, as_of))


def labels_as_of(lake: Lake, as_of: str) -> dict[str, str]:
    """The label of the edition of each quarter that counts as of then."""
    return {quarter: edition.label for quarter, edition in editions_as_of(lake, as_of).items()}


def files_of_editions(lake: Lake, name: str, labels: Mapping[str, str]) -> list[StoredFile]:
    """Files of a table partitioned by quarter and edition, of the edition given for each quarter."""
    return [file for file in lake.files(name) if labels.get(file.partition["quarter"]) == file.partition["edition"]]


def mount_core(lake: Lake, warehouse: Warehouse, as_of: str, *others: str) -> dict[str, int]:
    """Show the typed tables, and others partitioned by quarter and edition, as of then; returns rows of each.

    LakeConflict when a quarter was interrupted between two tables, so no mixture is ever read.
    """
    labels = labels_as_of(lake, as_of)
    shown = {name: files_of_editions(lake, name, labels) for name in (*CORE, *others)}
    refuse_mixture({name: shown[name] for name in CORE})
    for name, files in shown.items():
        warehouse.show_files(declared(name), files)
    return {name: sum(file.n_rows for file in files) for name, files in shown.items()}


def mount_mart(lake: Lake, warehouse: Warehouse, as_of: str, *names: str) -> None:
    """Show tables computed for that data-lock point; NothingThere names the step to run first."""
    for name in names:
        files = lake.files(name, {"as_of": as_of})
        if not files:
            raise NothingThere(
                f"The lake has no {name} as of {as_of}: run 'cartwatch resolve --as-of {as_of}' or 'signals' first."
            )
        warehouse.show_files(declared(name), files)


def content_hash(files: Iterable[StoredFile]) -> list[str]:
    """Names of data files, which carry the hash of their content: equal lists are equal data."""
    return sorted(f"{'/'.join(file.partition.values())}/{file.path.stem.split('-', 1)[1]}" for file in files)


def _current(editions: list[Edition], as_of: str) -> Edition:
    return max((edition for edition in editions if edition.is_published_by(as_of)), default=editions[0])


def _pinned(lake: Lake, quarter: str, editions: list[Edition]) -> Edition | None:
    wanted = lake.pins.get(quarter)
    if wanted is None:
        return None
    found = [edition for edition in editions if wanted.startswith(edition.sha256) or edition.sha256.startswith(wanted)]
    if len(found) != 1:
        held = ", ".join(edition.sha256 for edition in editions)
        raise NothingThere(f"{quarter} has {len(found)} archives whose SHA-256 starts with {wanted}; it holds {held}.")
    return found[0]


def _refuse_unknown_pins(lake: Lake, held: dict[str, list[Edition]]) -> None:
    unknown = sorted(set(lake.pins) - set(held))
    if unknown:
        raise NothingThere(f"The lake {lake.root} does not hold {', '.join(unknown)}: pin a quarter that it holds.")


def refuse_mixture(shown: Mapping[str, Sequence[StoredFile]]) -> None:
    """LakeConflict where a quarter's files come from two runs or lack a table: its ingest was interrupted."""
    runs: dict[str, set[str]] = {}
    tables: dict[str, set[str]] = {}
    for name, files in shown.items():
        for file in files:
            runs.setdefault(file.partition["quarter"], set()).add(file.run_id)
            tables.setdefault(file.partition["quarter"], set()).add(name)
    for quarter, ids in runs.items():
        if len(ids) > 1 or len(tables[quarter]) < len(shown):
            raise LakeConflict(f"{quarter} was interrupted while its tables were replaced: run its ingest again.")
