"""A world of reports seen from two data-lock points, and what explains the difference."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from tables import typed
from worlds import EMPTY, VERSION, _filled

from pipeline.cases.counts import product_cells, register_vocabulary
from pipeline.cases.explanation import explain_data, first_cases, parts, start
from pipeline.cases.explanationparts import check_sum
from pipeline.cases.explanationside import Question, Side, count_cells, keep_side, shown_vocabulary
from pipeline.cases.resolution import latest_cases
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse, model

CRS = Question("tisagenlecleucel", "crs", "endpoint", "narrow", "all")


def side(as_of, drawn, editions=None, duplicates=None):
    """What was published by then of the tables drawn.

    editions: quarters whose archive is another issue. duplicates: case → the case counted in its stead.
    """
    shown = {name: _rows(name, drawn).filter(pc.field("quarter") <= as_of) for name in EMPTY}
    quarters = {quarter for rows in shown.values() for quarter in rows["quarter"].to_pylist()}

    def show_core(warehouse):
        for name, rows in shown.items():
            warehouse.register(name, rows)

    def show_cases(warehouse, is_today):
        members = sorted((duplicates or {}).items())
        rows = [{"case_id": case, "kept_case_id": kept} for case, kept in members]
        schema = pa.schema([("case_id", pa.int64()), ("kept_case_id", pa.int64())])
        warehouse.register("duplicate_member", pa.Table.from_pylist(rows, schema))
        latest_cases(warehouse)
        warehouse.create("case_current", model("mart/case_current"), {"as_of": as_of})

    return Side(as_of, dict.fromkeys(quarters, "first") | (editions or {}), show_core, show_cases)


def _rows(name, drawn):
    others = {"quarter": "2024Q1", "role_code": "PS", "line": 2, "drug_seq": 1}
    return _filled(typed(name, drawn.get(name, EMPTY[name]), **(VERSION if name == "report_version" else others)))


@cache
def shared_warehouse():
    """One warehouse for all specs: every table an explanation reads is made anew by it."""
    warehouse = Warehouse(Settings(threads=1))
    register_vocabulary(warehouse)
    return warehouse, shown_vocabulary(warehouse)


def explained(earlier, later, question=CRS):
    """The cells on both sides, the parts between them, and case → (reason, from_cell, to_cell)."""
    warehouse, today = shared_warehouse()
    cells = []
    for name, at in (("from", earlier), ("to", later)):
        at.show_core(warehouse)
        at.show_cases(warehouse, True)
        cells.append(count_cells(warehouse, question, today, ("PS", "SS")))
        keep_side(warehouse, name)
        assert cells[-1] == _signal_cells(warehouse, question)
    start(warehouse)
    explain_data(warehouse, earlier, later, question.comparator)
    found = parts(warehouse)
    check_sum(cells[0], found, cells[1])
    assert sum(row["n_cases"] for row in first_cases(warehouse)) == len(warehouse.rows("SELECT * FROM case_change"))
    moves = {
        case: (reason, before, after)
        for case, reason, before, after in warehouse.rows(
            "SELECT case_id, reason, from_cell, to_cell FROM case_change ORDER BY case_id"
        )
    }
    return cells[0], found, cells[1], moves


def _signal_cells(warehouse, question):
    """The cells as signals count them."""
    rows = product_cells(warehouse, [question.product], [question.comparator]).to_pylist()
    found = [row for row in rows if row["event"] == question.event and row["scope"] == question.scope]
    return {cell: found[0][cell] for cell in "abcd"}


def moved(question=CRS, duplicates=(None, None), **drawn):
    """case → (reason, from_cell, to_cell) between 2024Q1 and 2024Q2; duplicates: those of each side."""
    earlier, later = (
        side(at, drawn, duplicates=pairs) for at, pairs in zip(("2024Q1", "2024Q2"), duplicates, strict=True)
    )
    return explained(earlier, later, question)[3]
