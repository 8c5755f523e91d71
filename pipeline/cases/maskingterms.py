"""What dominating products and events hide of preferred terms: each pair of a CAR-T product and a term, counted again.

Which CAR-Ts a case names and on which side of every comparison it stands is told by its stratum. Strata alike in both
are one group, a few dozen in all; what a removal takes is counted by group and term, and summed over the groups of a side.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from pipeline.cases.backgroundpairs import Backgrounds
from pipeline.cases.maskingdrugs import AGAINST, DominatingDrugs, dominating_drugs
from pipeline.cases.maskinggroups import Groups, masking_groups
from pipeline.cases.members import integers
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.crosscount import Cases, Ints, Membership, cross_count
from pipeline.signals.interval import Flags

Rule = dict[str, Any]
OTHERS = "SELECT product, removed, bit FROM other_car_t ORDER BY product, removed"
EVENTS = "SELECT event_id, event, event_kind, scope FROM event ORDER BY event_id"
ENDPOINT_TERMS = "SELECT event_id, term_id FROM endpoint_term"


class Removal(NamedTuple):
    """What is removed from one comparison, by name, and what that takes from each pair asked about, shape (terms,) each.

    terms: the pairs' terms. a, c: cases with the term on either side. product, others: all cases of either side.
    """

    removed: list[str]
    terms: Ints
    a: Ints
    c: Ints
    product: Ints
    others: Ints


class Reports(NamedTuple):
    """Reports that are removed: cases by group, shape (groups,), and by group and event, shape (groups, events).

    within: the groups that any of them stands in; counts tell of other reports in the other groups.
    """

    sizes: Ints
    counts: Ints | sparse.csr_array
    within: Flags


class TermWorld:
    """Counts of terms by group, the pairs asked about, and what can be taken from them."""

    def __init__(self, warehouse: Warehouse, backgrounds: Backgrounds, events: Membership, least_cases: int) -> None:
        self.warehouse = warehouse
        self.backgrounds = backgrounds
        self.events = events
        self.groups: Groups = masking_groups(warehouse)
        told = warehouse.arrow(EVENTS)
        self.names = np.array(["", *told["event"].to_pylist()], dtype=object)
        self.is_term: Flags = np.array([False, *(kind == "pt" for kind in told["event_kind"].to_pylist())])
        self.endpoints = {
            row["event"]: row["event_id"]
            for row in told.to_pylist()
            if row["event_kind"] == "endpoint" and row["scope"] == "narrow"
        }
        self.endpoint_terms = warehouse.arrow(ENDPOINT_TERMS)
        self.counts = self._by_group()
        self.a, self.c = (side.astype(np.int64) @ self.counts for side in (self.groups.exposed, self.groups.others))
        self.asked: Flags = (self.a >= least_cases) & self.is_term
        self.other_car_ts: dict[str, list[tuple[str, int]]] = {}
        for row in warehouse.arrow(OTHERS).to_pylist():
            self.other_car_ts.setdefault(row["product"], []).append((row["removed"], row["bit"]))

    @cached_property
    def drugs(self) -> DominatingDrugs:
        """The drug that dominates each term asked about."""
        asked = np.asarray(self.asked.any(axis=0))
        return dominating_drugs(self.warehouse, self.groups, self.backgrounds, self.events, asked)

    def leading(self, comparison: int, most: int) -> Ints:
        """The terms with most cases of the product, one more than asked for: a term is never removed from itself."""
        order = np.lexsort((np.arange(self.is_term.size), -self.a[comparison]))
        first = order[self.is_term[order] & (self.a[comparison][order] > 0)]
        return np.asarray(first[: most + 1], dtype=np.int64)

    def reports(self, event_ids: Ints) -> dict[int, Reports]:
        """The reports with each of these events."""
        known = self.events
        place = np.full(self.names.size, -1, dtype=np.int64)
        place[event_ids] = np.arange(event_ids.size)
        own = place[known.thing] >= 0
        with_any = np.zeros(self.groups.of_case.size, dtype=np.bool_)
        with_any[known.case[own]] = True
        cases = np.flatnonzero(with_any)
        counted = cross_count(
            Membership(known.case[own], place[known.thing[own]]), known, Cases(cases, self.groups.of_case[cases])
        )
        sizes = np.zeros((self.groups.sizes.size, event_ids.size), dtype=np.int64)
        sizes[: counted.rows.shape[0], : counted.rows.shape[1]] = counted.rows[:, : event_ids.size]
        found = {}
        for at, event_id in enumerate(event_ids.tolist()):
            rows = counted.row == at
            cells = counted.n_cases[rows], (counted.group[rows], counted.column[rows])
            counts = sparse.csr_array(cells, shape=self.counts.shape)
            found[event_id] = Reports(sizes[:, at], counts, sizes[:, at] > 0)
        return found

    def taken(self, comparison: int, name: str, terms: Ints, reports: Reports) -> Removal:
        """What removing these reports takes from the pairs of a comparison with these terms."""
        sides = [
            (side[comparison] & reports.within).astype(np.int64) for side in (self.groups.exposed, self.groups.others)
        ]
        a, c = ((side @ reports.counts)[terms] for side in sides)
        product, others = (np.full(terms.size, side @ reports.sizes) for side in sides)
        return Removal([name] * terms.size, terms, a, c, product, others)

    def naming(self, bits: int) -> Reports:
        """The reports that name any of these CAR-Ts."""
        return Reports(self.groups.sizes, self.counts, (self.groups.products & bits) != 0)

    def _by_group(self) -> Ints:
        """Cases of each group with each event, shape (groups, events)."""
        rows = self.warehouse.registered("stratum_event")
        group = self.groups.of_strata(integers(rows, "stratum_id"))
        shape = (self.groups.sizes.size, self.names.size)
        place = group * shape[1] + integers(rows, "event_id")
        summed = np.bincount(place, integers(rows, "n_cases"), minlength=shape[0] * shape[1])
        return summed.astype(np.int64).reshape(shape)


def term_cells(
    warehouse: Warehouse, backgrounds: Backgrounds, events: Membership, rules: list[Rule], least_cases: int
) -> pa.Table:
    """The cells of each pair of a product and a preferred term before a removal and counted again after it.

    Needs the tables of a run of signals, stratum_event, and the masking tables masking_side and other_car_t. events: the
    counted cases, by their place, and their events. Pairs with fewer than least_cases cases are not asked about.
    """
    world = TermWorld(warehouse, backgrounds, events, least_cases)
    reports = world.reports(_events_removed(world, rules))
    parts = [_no_rows()]
    for comparison in range(len(world.groups.comparisons)):
        terms = np.flatnonzero(world.asked[comparison])
        for rule in rules:
            removed = _removals(world, reports, comparison, terms, rule)
            parts += [_rows(world, comparison, rule, removal) for removal in removed]
    return pa.concat_tables(parts)


def _events_removed(world: TermWorld, rules: list[Rule]) -> Ints:
    """Every event whose reports a rule removes."""
    named = [world.endpoints[rule["named"]] for rule in rules if rule["selects"] == "endpoint"]
    most = [int(rule["most"]) for rule in rules if rule["selects"] == "term"]
    leading = [world.leading(k, n) for k in range(len(world.groups.comparisons)) for n in most]
    return np.unique(np.concatenate([np.array(named, dtype=np.int64), *leading]))


def _removals(
    world: TermWorld, reports: dict[int, Reports], comparison: int, terms: Ints, rule: Rule
) -> Iterator[Removal]:
    """What one rule removes from the pairs of one comparison."""
    match rule["selects"]:
        case "other_car_t":
            yield from _other_car_ts(world, comparison, terms)
        case "car_t":
            yield from _dominating_car_t(world, comparison, terms)
        case "drug":
            yield from _dominating_drug(world, comparison, terms)
        case "endpoint":
            yield _endpoint(world, reports, comparison, terms, rule["named"])
        case "term":
            yield from _dominating_terms(world, reports, comparison, terms, int(rule["most"]))
        case other:
            raise ValueError(f"selects is {other}: no way to choose what is removed from a term.")


def _other_car_ts(world: TermWorld, comparison: int, terms: Ints) -> Iterator[Removal]:
    others = world.other_car_ts.get(world.groups.comparisons[comparison][0], [])
    if others:
        yield world.taken(comparison, "other_car_t", terms, world.naming(sum(bit for _, bit in others)))


def _dominating_car_t(world: TermWorld, comparison: int, terms: Ints) -> Iterator[Removal]:
    """Of each term, the other CAR-T with most cases of it in the comparison; none where none has a case."""
    others = world.other_car_ts.get(world.groups.comparisons[comparison][0], [])
    found = [world.taken(comparison, name, terms, world.naming(bit)) for name, bit in others]
    if found:
        cases = np.stack([removal.a + removal.c for removal in found])
        first = np.where(cases.max(axis=0) > 0, cases.argmax(axis=0), -1)
        for place, removal in enumerate(found):
            yield _part(removal, first == place)


def _dominating_drug(world: TermWorld, comparison: int, terms: Ints) -> Iterator[Removal]:
    """Of each term, the drug that is no CAR-T with most cases of it among all reports; asked against all others only."""
    if world.groups.comparisons[comparison][1] == AGAINST:
        held = terms[world.drugs.has_drug(terms)]
        names, *columns = world.drugs.taken(comparison, held)
        yield Removal(names, held, *columns)


def _endpoint(world: TermWorld, reports: dict[int, Reports], comparison: int, terms: Ints, name: str) -> Removal:
    """The reports of an endpoint; a term that is one of its own is not asked about."""
    event_id = world.endpoints[name]
    listed = world.endpoint_terms
    own = integers(listed, "term_id")[integers(listed, "event_id") == event_id]
    return world.taken(comparison, name, terms[~np.isin(terms, own)], reports[event_id])


def _dominating_terms(
    world: TermWorld, reports: dict[int, Reports], comparison: int, terms: Ints, most: int
) -> Iterator[Removal]:
    """The terms with most cases of the product, the pair's own left out of the order."""
    leading = world.leading(comparison, most)
    places = np.full(world.names.size, leading.size)
    places[leading] = np.arange(leading.size)
    own = places[terms]
    for place, event_id in enumerate(leading.tolist()):
        kept = (terms != event_id) & (place - (own < place) < most)
        yield world.taken(comparison, str(world.names[event_id]), terms[kept], reports[event_id])


def _part(removal: Removal, kept: Flags) -> Removal:
    names = [name for name, held in zip(removal.removed, kept.tolist(), strict=True) if held]
    return Removal(names, *(column[kept] for column in removal[1:]))


def _rows(world: TermWorld, comparison: int, rule: Rule, removal: Removal) -> pa.Table:
    """The rows of one removal from the pairs of one comparison."""
    product, comparator = world.groups.comparisons[comparison]
    n_rows, terms = removal.terms.size, removal.terms
    n_product, n_others = (
        int(side[comparison] @ world.groups.sizes) for side in (world.groups.exposed, world.groups.others)
    )
    a, c = world.a[comparison][terms], world.c[comparison][terms]
    a_after, c_after = a - removal.a, c - removal.c
    cells: dict[str, npt.NDArray[np.int64]] = {
        "n_removed": removal.product + removal.others,
        "a": a,
        "b": n_product - a,
        "c": c,
        "d": n_others - c,
        "a_after": a_after,
        "b_after": n_product - removal.product - a_after,
        "c_after": c_after,
        "d_after": n_others - removal.others - c_after,
    }
    texts = {"product": product, "event_kind": "pt", "comparator": comparator, "kind": rule["kind"], "rule": rule["id"]}
    return pa.table(
        {
            **{name: pa.repeat(pa.scalar(text, pa.string()), n_rows) for name, text in texts.items()},
            "event": pa.array(world.names[terms].tolist(), pa.string()),
            "scope": pa.nulls(n_rows, pa.string()),
            "removed": pa.array(removal.removed, pa.string()),
            **{name: pa.array(values, pa.int64()) for name, values in cells.items()},
        }
    )


def _no_rows() -> pa.Table:
    names = ("product", "event_kind", "comparator", "kind", "rule", "event", "scope", "removed")
    counts = ("n_removed", *"abcd", *(f"{name}_after" for name in "abcd"))
    return pa.schema([*((name, pa.string()) for name in names), *((name, pa.int64()) for name in counts)]).empty_table()
