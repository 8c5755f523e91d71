"""Which counted case has which drug, term and endpoint: each once, case by case, as arrays that SQL sees as tables.

What a query finds may repeat, for a case's entries may name one drug or term twice. Putting millions of pairs of numbers in
their cases' places and dropping repeats there costs half of what a DISTINCT costs.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Cases, Ints, Membership, counted_by_group, once

COUNTED = "counted_case"
PLACES = "SELECT case_id FROM counted_case"
# Tables of cases and things, and the column of the thing.
MEMBERS = {"exposure": "drug_id", "case_term": "event_id", "case_endpoint": "event_id"}
# Tables with one row for each counted case, kept in the order of the cases.
OF_EACH_CASE = frozenset({"case_stratum"})


def make_steps(warehouse: Warehouse, steps: Sequence[str], parameters: Mapping[str, object] | None = None) -> None:
    """Make the tables of these steps, in this order, by their queries in sql/step.

    The rows that the query of one of MEMBERS finds are put in order in a thread, beside the queries up to the first that
    reads the table.
    """
    with ThreadPoolExecutor(1) as beside:
        waiting: dict[str, Future[pa.Table]] = {}
        for step in steps:
            query = model(f"step/{step}_row" if step in MEMBERS else f"step/{step}")
            for name in [name for name in waiting if re.search(rf"\b{name}\b", query)]:
                warehouse.register(name, waiting.pop(name).result())
            if step in MEMBERS:
                found = warehouse.arrow(query, parameters)
                waiting[step] = beside.submit(_once, found, counted_cases(warehouse), MEMBERS[step])
            elif step in OF_EACH_CASE:
                warehouse.register(step, by_place(warehouse, f"SELECT * FROM ({query}) ORDER BY case_id"))
            else:
                warehouse.create(step, query, parameters)
            if step == COUNTED:
                _show_places(warehouse)
        for name, rows in waiting.items():
            warehouse.register(name, rows.result())


def counted_cases(warehouse: Warehouse) -> Ints:
    """Numbers of the counted cases, ascending; a case's place is where its number stands among them."""
    return integers(warehouse.registered("counted_number"), "case_id")


def by_place(warehouse: Warehouse, query: str) -> pa.Table:
    """What a query tells of each counted case, one row each in their order, so that a row's place is its case's.

    Raises ValueError where it tells of other cases or in another order.
    """
    rows = warehouse.arrow(query)
    if not np.array_equal(integers(rows, "case_id"), counted_cases(warehouse)):
        raise ValueError(f"Not every counted case has its one row, in order: {query}")
    return rows


def strata_of_cases(warehouse: Warehouse) -> Ints:
    """Number of the stratum of each counted case, by the case's place."""
    return integers(warehouse.registered("case_stratum"), "stratum_id")


def exposures(warehouse: Warehouse) -> Membership:
    """Counted cases, by their place among them, and their drugs."""
    return _membership(warehouse.registered("exposure"), "drug_id")


def events(warehouse: Warehouse) -> Membership:
    """Counted cases, by their place, and their events, preferred terms and endpoints together."""
    parts = [warehouse.registered(name) for name in ("case_term", "case_endpoint")]
    return _membership(pa.concat_tables(parts), "event_id")


def endpoint_members(warehouse: Warehouse) -> Membership:
    """Counted cases, by their place, and their endpoints."""
    return _membership(warehouse.registered("case_endpoint"), "event_id")


def show_no_endpoints(warehouse: Warehouse) -> None:
    """Count preferred terms alone: no case has an endpoint."""
    nothing = np.zeros(0, np.int32)
    warehouse.register("case_endpoint", _table(Membership(nothing, nothing), np.zeros(0, np.int64), "event_id"))


def show_stratum_events(warehouse: Warehouse) -> None:
    """Show stratum_event (stratum_id, event_id, n_cases): counted cases of each stratum with each event that one has."""
    strata = strata_of_cases(warehouse)
    counted = counted_by_group(events(warehouse), Cases(np.arange(strata.size), strata))
    stratum, event = np.nonzero(counted)
    columns = {"stratum_id": stratum, "event_id": event, "n_cases": counted[stratum, event]}
    warehouse.register("stratum_event", pa.table(columns))


def integers(rows: pa.Table, name: str) -> Ints:
    """A column of whole numbers as an array."""
    return np.asarray(rows[name].to_numpy(), dtype=np.int64)


def _show_places(warehouse: Warehouse) -> None:
    """Show counted_number (case_id): the counted cases in order."""
    numbers = integers(warehouse.arrow(PLACES), "case_id")
    ordered = numbers if bool(np.all(numbers[1:] > numbers[:-1])) else np.sort(numbers)
    warehouse.register("counted_number", pa.table({"case_id": ordered}))


def _once(found: pa.Table, cases: Ints, thing: str) -> pa.Table:
    """Each counted case once with each thing that rows found say it has."""
    return _table(once(Membership(integers(found, "case_id"), integers(found, thing)), cases), cases, thing)


def _membership(rows: pa.Table, thing: str) -> Membership:
    return Membership(rows["case_place"].to_numpy(), rows[thing].to_numpy())


def _table(member: Membership, cases: Ints, thing: str) -> pa.Table:
    return pa.table({"case_id": cases[member.case], "case_place": member.case, thing: member.thing})
