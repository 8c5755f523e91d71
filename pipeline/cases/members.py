"""Which counted case has which drug, term and endpoint: each once, case by case, as arrays that SQL sees as tables.

What a query finds may repeat, for a case's entries may name one drug or term twice. Putting millions of pairs of numbers in
their cases' places and dropping repeats there costs half of what a DISTINCT costs.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Cases, Ints, Membership, counted_by_group, once

CASE_STRATA = "SELECT case_id, stratum_id FROM case_stratum ORDER BY case_id"
# Tables of cases and things, and the column of the thing.
MEMBERS = {"exposure": "drug_id", "case_term": "event_id", "case_endpoint": "event_id"}


def make_step(warehouse: Warehouse, step: str, parameters: Mapping[str, object] | None = None) -> None:
    """Make the table of a step by its query in sql/step; one of MEMBERS from the rows that its query finds."""
    if step in MEMBERS:
        thing = MEMBERS[step]
        found = warehouse.arrow(model(f"step/{step}_row"), parameters)
        cases = counted_cases(warehouse)
        asked = Membership(integers(found, "case_id"), integers(found, thing))
        warehouse.register(step, _table(once(asked, cases), cases, thing))
    else:
        warehouse.create(step, model(f"step/{step}"), parameters)


def counted_cases(warehouse: Warehouse) -> Ints:
    """Numbers of the counted cases, ascending."""
    numbers = integers(warehouse.arrow("SELECT case_id FROM counted_case"), "case_id")
    return numbers if bool(np.all(numbers[1:] > numbers[:-1])) else np.sort(numbers)


def by_place(warehouse: Warehouse, query: str) -> pa.Table:
    """What a query tells of each counted case, one row each in their order, so that a row's place is its case's.

    Raises ValueError where it tells of other cases or in another order.
    """
    rows = warehouse.arrow(query)
    if not np.array_equal(integers(rows, "case_id"), counted_cases(warehouse)):
        raise ValueError(f"Not every counted case has its one row, in order: {query}")
    return rows


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
    strata = integers(by_place(warehouse, CASE_STRATA), "stratum_id")
    counted = counted_by_group(events(warehouse), Cases(np.arange(strata.size), strata))
    stratum, event = np.nonzero(counted)
    columns = {"stratum_id": stratum, "event_id": event, "n_cases": counted[stratum, event]}
    warehouse.register("stratum_event", pa.table(columns))


def integers(rows: pa.Table, name: str) -> Ints:
    """A column of whole numbers as an array."""
    return np.asarray(rows[name].to_numpy(), dtype=np.int64)


def _membership(rows: pa.Table, thing: str) -> Membership:
    return Membership(rows["case_place"].to_numpy(), rows[thing].to_numpy())


def _table(member: Membership, cases: Ints, thing: str) -> pa.Table:
    return pa.table({"case_id": cases[member.case], "case_place": member.case, thing: member.thing})
