"""One case, one latest version, counted once, as of a data-lock point; and the waterfall that shows how many fell away."""

from pathlib import Path

from pipeline.cases.duplicates import find_duplicates
from pipeline.contract.mart import CASE_CURRENT, DUPLICATE_PAIR, WATERFALL
from pipeline.contract.model import Table
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model


def resolve(warehouse: Warehouse, as_of: str, folder: Path) -> list[tuple[Table, Path, int]]:
    """Write case_current, duplicate_pair and waterfall into folder, from the tables the warehouse shows as of then.

    Raises where the waterfall does not add up: that would be a bug of ours.
    """
    warehouse.create("case_latest", model("link/case_latest"))
    find_duplicates(warehouse)
    written = []
    for table in (CASE_CURRENT, DUPLICATE_PAIR, WATERFALL):
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
