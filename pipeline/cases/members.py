"""Which counted case has which drug, term and endpoint: each once, case by case, as arrays that SQL sees as tables.

What a query finds may repeat, for a case's entries may name one drug or term twice. Putting millions of pairs of numbers in
their cases' places and dropping repeats there costs half of what a DISTINCT costs.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipeline.cases.reportplaces import QUARTER, Reports, Rows, find_rows, members_of, reports_of
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Cases, Ints, Membership, counted_by_group, once

COUNTED = "counted_case"
PLACES = f"SELECT case_id, {QUARTER}, report_id, is_report_number_shared FROM counted_case"
# Tables of cases and things, and the column of the thing.
MEMBERS = {"exposure": "drug_id", "case_term": "event_id", "case_endpoint": "event_id"}
# Those of them whose query tells of reports; the others tell of cases.
OF_REPORTS = frozenset({"exposure", "case_term"})
# Tables with one row for each counted case, kept in the order of the cases.
OF_EACH_CASE = frozenset({"case_stratum"})


def make_steps(warehouse: Warehouse, steps: Sequence[str], parameters: Mapping[str, object] | None = None) -> None:
    """Make the tables of these steps, in this order, by their queries in sql/step.

    The rows that the query of one of MEMBERS finds are put in order in a thread, beside the queries up to the first that
    reads the table.
    """
    with ThreadPoolExecutor(1) as beside:
        making = _Making(warehouse, parameters, beside)
        for step in steps:
            making.make(step)
        making.show(making.waiting)


class _Making:
    """Tables that are being made, and those of them that are still put in order in a thread."""

    def __init__(self, warehouse: Warehouse, parameters: Mapping[str, object] | None, beside: Executor) -> None:
        self.warehouse, self.parameters, self.beside = warehouse, parameters, beside
        self.waiting: dict[str, Future[pa.Table]] = {}

    def make(self, step: str) -> None:
        """Make one table, or begin to, once those that its query reads are there."""
        query = model(f"step/{step}_row" if step in MEMBERS else f"step/{step}")
        self.show(name for name in self.waiting if re.search(rf"\b{name}\b", query))
        if step in OF_REPORTS:
            reports, cases = self.reports, counted_cases(self.warehouse)
            rows = find_rows(self.warehouse, query, MEMBERS[step], self.parameters)
            self.waiting[step] = self.beside.submit(_of_reports, rows, reports, cases, MEMBERS[step])
        elif step in MEMBERS:
            found, cases = self.warehouse.arrow(query, self.parameters), counted_cases(self.warehouse)
            self.waiting[step] = self.beside.submit(_once, found, cases, MEMBERS[step])
        elif step in OF_EACH_CASE:
            self.warehouse.register(step, by_place(self.warehouse, query))
        else:
            self.warehouse.create(step, query, self.parameters)
        if step == COUNTED:
            _show_places(self.warehouse)

    def show(self, names: Iterable[str]) -> None:
        """Let SQL see these of the tables that are waited for."""
        for name in list(names):
            self.warehouse.register(name, self.waiting.pop(name).result())

    @cached_property
    def reports(self) -> Future[Reports]:
        """The reports of the counted cases."""
        return self.beside.submit(reports_of, self.warehouse.registered("counted_number"))


def counted_cases(warehouse: Warehouse) -> Ints:
    """Numbers of the counted cases, ascending; a case's place is where its number stands among them."""
    return integers(warehouse.registered("counted_number"), "case_id")


def by_place(warehouse: Warehouse, query: str) -> pa.Table:
    """What a query tells of each counted case, one row each, put in their order, so that a row's place is its case's.

    Raises ValueError where it does not tell of each of them once, or tells of other cases.
    """
    rows = warehouse.arrow(f"SELECT * FROM ({query}) ORDER BY case_id")
    if not np.array_equal(integers(rows, "case_id"), counted_cases(warehouse)):
        raise ValueError(f"Not every counted case has its one row: {query}")
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


def distinct(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers that occur, ascending, and the place of each among them; few of many, so they are not sorted but looked up."""
    encoded = pa.array(numbers).dictionary_encode()
    found = np.asarray(encoded.dictionary.to_numpy(), dtype=np.int64)
    place = np.empty(found.size, np.int64)
    place[np.argsort(found)] = np.arange(found.size)
    return np.sort(found), place[encoded.indices.to_numpy()]


def _show_places(warehouse: Warehouse) -> None:
    """Show counted_number: the counted cases in order, with their reports."""
    counted = warehouse.arrow(PLACES)
    numbers = integers(counted, "case_id")
    ascends = bool(np.all(numbers[1:] > numbers[:-1]))
    warehouse.register("counted_number", counted if ascends else counted.sort_by("case_id"))


def _of_reports(rows: Rows, reports: Future[Reports], cases: Ints, thing: str) -> pa.Table:
    """Each counted case once with each thing that the rows of its report say it has."""
    found = members_of(rows, reports.result(), cases)
    return _table(once(found, np.arange(cases.size)), cases, thing)


def _once(found: pa.Table, cases: Ints, thing: str) -> pa.Table:
    """Each counted case once with each thing that rows found say it has."""
    return _table(once(Membership(integers(found, "case_id"), integers(found, thing)), cases), cases, thing)


def _membership(rows: pa.Table, thing: str) -> Membership:
    return Membership(rows["case_place"].to_numpy(), rows[thing].to_numpy())


def _table(member: Membership, cases: Ints, thing: str) -> pa.Table:
    return pa.table({"case_id": cases[member.case], "case_place": member.case, thing: member.thing})
