"""Why a number changed: each case that is counted in another cell, with one reason."""

import pyarrow as pa

from pipeline.cases.explanationparts import REASONS, Part
from pipeline.cases.explanationside import Side
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model

NO_CHANGE = """
SELECT
  NULL::BIGINT AS case_id, NULL::VARCHAR AS reason, NULL::VARCHAR AS from_cell, NULL::VARCHAR AS to_cell,
  NULL::VARCHAR AS changed_fields, NULL::VARCHAR AS from_quarter, NULL::BIGINT AS from_report_id,
  NULL::VARCHAR AS to_quarter, NULL::BIGINT AS to_report_id
WHERE false
"""
FIRST_IDS = 20


def start(warehouse: Warehouse) -> None:
    """Make an empty case_change, to which each step of the explanation adds."""
    warehouse.create("case_change", NO_CHANGE)


def explain_version(warehouse: Warehouse, reason: str) -> None:
    """Add to case_change what moved between from_cell and to_cell when only a version changed, not the data."""
    warehouse.create("changed_case", model("explain/changed_case"))
    _add(
        warehouse,
        "SELECT case_id, $reason AS reason, from_cell, to_cell, NULL AS changed_fields, from_quarter, from_report_id, "
        "to_quarter, to_report_id FROM changed_case",
        {"reason": reason},
    )


def explain_code(warehouse: Warehouse) -> None:
    """Add to case_change what another code version counted otherwise: stored_cell against from_cell."""
    _add(warehouse, model("explain/code_change"))


def explain_data(warehouse: Warehouse, earlier: Side, later: Side, comparator: str) -> None:
    """Add to case_change what moved between from_cell and to_cell because of the data, each case with its reason."""
    find_reasons(warehouse, earlier, later, comparator)
    columns = (
        "case_id, reason, from_cell, to_cell, changed_fields, from_quarter, from_report_id, to_quarter, to_report_id"
    )
    _add(warehouse, f"SELECT {columns} FROM explained_case")


def find_reasons(warehouse: Warehouse, earlier: Side, later: Side, comparator: str) -> None:
    """Make explained_case: every case that moved between from_cell and to_cell, with the one reason of its move.

    Needs both sides kept. CartwatchError where a case has no reason: that would be a bug of ours.
    """
    warehouse.create("changed_case", model("explain/changed_case"))
    warehouse.register("held_edition", _editions(earlier, later))
    for name, side in (("to", later), ("from", earlier)):
        side.show_core(warehouse)
        _read_side(warehouse, name)
    warehouse.create("trait_move", model("explain/trait_move"), {"comparator": comparator})
    warehouse.create("explained_case", model("explain/explained_case"))
    _refuse_unexplained(warehouse)


def parts(warehouse: Warehouse) -> list[Part]:
    """Each reason's share in the change of each cell, in the order of the reasons."""
    found = warehouse.arrow(model("explain/part")).to_pylist()
    order = {reason: place for place, reason in enumerate(REASONS)}
    listed = [Part(**row) for row in found]
    return sorted(listed, key=lambda part: (order[part.reason], part.cell))


def first_cases(warehouse: Warehouse, n_shown: int = FIRST_IDS) -> list[dict[str, object]]:
    """For each reason and move between cells: how many cases, and the lowest case numbers."""
    order = {reason: place for place, reason in enumerate(REASONS)}
    rows = warehouse.arrow(model("explain/first_case"), {"n_shown": n_shown}).to_pylist()
    return sorted(rows, key=lambda row: order[row["reason"]])


def _add(warehouse: Warehouse, query: str, parameters: dict[str, object] | None = None) -> None:
    warehouse.create("case_change", f"SELECT * FROM case_change UNION ALL SELECT * FROM ({query})", parameters)


def _read_side(warehouse: Warehouse, name: str) -> None:
    """What the side shown says of the changed cases: versions, deletion lists, content of the version read."""
    warehouse.create("shown_drug_key", f"SELECT * FROM {name}_drug_key")
    warehouse.create("shown_drug_product", f"SELECT * FROM {name}_drug_product")
    warehouse.create("read_version", model("explain/read_version"), {"side": name})
    for kept in ("version", "listing", "content"):
        warehouse.create(f"{name}_{kept}", model(f"explain/case_{kept}"))
    warehouse.create(f"{name}_product", model("explain/named_product"))


def _editions(earlier: Side, later: Side) -> pa.Table:
    rows = [
        {"side": name, "quarter": quarter, "edition": edition}
        for name, side in (("from", earlier), ("to", later))
        for quarter, edition in sorted(side.editions.items())
    ]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("side", "quarter", "edition")]))


def _refuse_unexplained(warehouse: Warehouse) -> None:
    lost = warehouse.rows(
        "SELECT case_id, from_cell, to_cell FROM explained_case WHERE reason IS NULL ORDER BY case_id LIMIT 5"
    )
    if lost:
        told = ", ".join(f"case {case} from {before or 'none'} to {after or 'none'}" for case, before, after in lost)
        raise CartwatchError(f"No reason was found why these cases are counted otherwise: {told}; please report this.")
