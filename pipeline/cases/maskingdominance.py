"""The drugs and events that dominate a background: those whose removal lifts the pairs of all others most, as screened."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from pipeline.cases.masking import definition
from pipeline.cases.maskingpairs import PairWorld
from pipeline.cases.members import integers
from pipeline.signals.crosscount import Ints
from pipeline.signals.dominance import screened_weight
from pipeline.signals.interval import Array, Flags
from pipeline.vocabulary.products import products

NARROW_TERMS = (
    "SELECT t.term_id, t.event_id FROM endpoint_term AS t JOIN event AS e ON e.event_id = t.event_id "
    "WHERE e.scope = 'narrow'"
)


class Dominating(NamedTuple):
    """What dominates: drug, endpoint or pt, its name, its cases, and the log2 it is screened to lift other pairs by in all."""

    thing: str
    name: str
    n_cases: int
    weight: float

    @property
    def asked(self) -> str:
        """As removals takes it."""
        return f"{self.thing}:{self.name}"


def dominating(world: PairWorld) -> list[list[Dominating]]:
    """The drugs, and the events, that weigh most on other pairs, most first.

    Groups of products and broad endpoints are neither asked nor looked at. The other pairs are those of preferred terms
    that have enough cases: an endpoint's are made of them. Those of an endpoint's own terms are no others of it.
    """
    least, listed = (definition()["screened"][name] for name in ("least_cases", "listed"))
    drugs, events = world.named.drugs["drug"].to_pylist(), world.named.events.to_pylist()
    groups = {item.id for item in products() if item.is_group}
    is_single = np.array([False, *(name not in groups for name in drugs)], dtype=np.bool_)
    is_term, is_narrow = (
        np.array([False, *(row["scope"] == scope for row in events)], dtype=np.bool_) for scope in (None, "narrow")
    )
    before = world.before
    asked = (before.a >= least) & is_term[world.event] & is_single[world.drug]
    own = asked.astype(np.int64)
    of_endpoints = np.flatnonzero(is_narrow[world.event])
    own[of_endpoints] = _of_own_terms(world, asked, of_endpoints)
    of_drugs = screened_weight(
        world.drug,
        world.event,
        before.a,
        np.bincount(world.event[asked], minlength=before.events.size)[world.event] - asked,
        (before.drugs, before.events),
        before.n_cases,
    )
    of_events = screened_weight(
        world.event,
        world.drug,
        before.a,
        np.bincount(world.drug[asked], minlength=before.drugs.size)[world.drug] - own,
        (before.events, before.drugs),
        before.n_cases,
    )
    things = [("endpoint" if row["scope"] else "pt", row["event"]) for row in events]
    return [
        _first(of_drugs, is_single, [("drug", name) for name in drugs], before.drugs, listed),
        _first(of_events, is_term | is_narrow, things, before.events, listed),
    ]


def _of_own_terms(world: PairWorld, asked: Flags, rows: Ints) -> Ints:
    """Of some pairs of endpoints, narrow terms: how many pairs looked at are of the same drug and a term of the endpoint."""
    listed = world.warehouse.arrow(NARROW_TERMS)
    n_drugs, n_events = world.before.drugs.size, world.before.events.size
    pairs = _ones(world.drug[asked], world.event[asked], (n_drugs, n_events))
    terms = _ones(integers(listed, "term_id"), integers(listed, "event_id"), (n_events, n_events))
    if not rows.size:  # no endpoint has a case, and a sparse array gives no array for no place
        return np.zeros(0, np.int64)
    return np.asarray((pairs @ terms)[world.drug[rows], world.event[rows]], dtype=np.int64)


def _ones(row: Ints, column: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(row.size, np.int64), (row, column)), shape=shape)


def _first(weight: Array, held: Flags, named: list[tuple[str, str]], n_cases: Ints, most: int) -> list[Dominating]:
    """The heaviest, by number where two weigh the same; none that weighs nothing."""
    order = np.lexsort((np.arange(weight.size), -weight))
    first = order[held[order] & (weight[order] > 0)][:most].tolist()
    return [
        Dominating(thing, name, int(n_cases[number]), float(weight[number]))
        for number, (thing, name) in ((number, named[number - 1]) for number in first)
    ]
