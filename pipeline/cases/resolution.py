"""One case, one latest version, counted once, as of a data-lock point; and the waterfall that shows how many fell away."""

from pathlib import Path

from pipeline.cases.duplicates import Keep, find_duplicates
from pipeline.contract.linkage import OVERFULL_BLOCK
from pipeline.contract.mart import CASE_CURRENT, DUPLICATE_PAIR, WATERFALL
from pipeline.contract.model import Table
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model

Written = list[tuple[Table, Path, int]]
RESOLVED = (CASE_CURRENT, DUPLICATE_PAIR, OVERFULL_BLOCK, WATERFALL)


def resolve(warehouse: Warehouse, as_of: str, folder: Path, keep: Keep | None = None) -> Written:
    """Write every table of RESOLVED into folder, from the tables the warehouse shows as of then.

    keep: told once keyed_version is made of the versions shown, to write it down. Raises where the waterfall does not
    add up: that would be a bug of ours.
    """
    latest_cases(warehouse)
    find_duplicates(warehouse, keep)
    return write_resolved(warehouse, as_of, folder)


def latest_cases(warehouse: Warehouse) -> None:
    """Make shared_number and case_latest from the report versions shown."""
    for name in ("shared_number", "case_latest"):
        warehouse.create(name, model(f"link/{name}"))


def write_resolved(warehouse: Warehouse, as_of: str, folder: Path) -> Written:
    """Write every table of RESOLVED from case_latest and what was found on duplicates."""
    written = []
    for table in RESOLVED:
        path = folder / f"{table.name}.parquet"
        written.append((table, path, warehouse.write(table, model(f"mart/{table.name}"), path, {"as_of": as_of})))
        warehouse.show_parquet(table, path, {"as_of": as_of})
    check_sum(waterfall_rows(warehouse))
    return written


def waterfall_rows(warehouse: Warehouse) -> list[tuple[str, str, int, str]]:
    """The waterfall the warehouse shows: step, unit, n, meaning, in order."""
    rows = warehouse.rows("SELECT step, unit, n, meaning FROM waterfall ORDER BY step_number")
    return [(str(step), str(unit), int(str(n)), str(meaning)) for step, unit, n, meaning in rows]


def check_sum(steps: list[tuple[str, str, int, str]]) -> None:
    """Versions less what falls away are the latest versions; less the withdrawn, the current; less duplicates, the counted."""
    n = {step: count for step, _, count, _ in steps}
    versions = n["published"] + n["without a case number"] + n["superseded"]
    current = n["latest versions"] + n["withdrawn"]
    if (versions, current, current + n["duplicates"]) != (n["latest versions"], n["current"], n["counted"]):
        raise CartwatchError(f"The waterfall does not add up: {n}; please report this bug.")
