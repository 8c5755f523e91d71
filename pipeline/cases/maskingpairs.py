"""What removing reports, or dropping terms, takes from every pair of drug and event in one comparator's background.

A count is a sum over cases: what a removal takes is counted in the cases it touches alone, and what is left is a difference.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipeline.cases.backgroundpairs import Things
from pipeline.cases.counts import backgrounds_of_cases, count_backgrounds, things
from pipeline.cases.maskingremovals import Removal
from pipeline.cases.members import counted_cases, events, exposures, integers
from pipeline.errors import NothingThere
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Cases, Ints, Membership, cross_count
from pipeline.signals.interval import Flags

ENDPOINT_EVENTS = "SELECT 1 AS removal_id, event_id FROM event WHERE event_kind = 'endpoint'"
ONE_REMOVAL = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of each pair, by its place; of each drug and of each event, by number; and all cases."""

    a: Ints
    drugs: Ints
    events: Ints
    n_cases: int

    def without(self, gone: "Counts") -> "Counts":
        """What is left when these are gone."""
        return Counts(self.a - gone.a, self.drugs - gone.drugs, self.events - gone.events, self.n_cases - gone.n_cases)


@dataclass(frozen=True)
class PairWorld:
    """The background of one comparator: which of its cases has what, and every pair that one of them has.

    exposures, events: of all counted cases, by place. is_within: whether each of these is one of the background. drug,
    event: number of each pair's drug and event, by event and drug. before: their counts. named: the drugs and events.
    """

    warehouse: Warehouse
    comparator: str
    exposures: Membership
    events: Membership
    is_within: Flags
    drug: Ints
    event: Ints
    before: Counts
    named: Things

    @cached_property
    def keys(self) -> Ints:
        """One ascending number for each pair."""
        return self.event * self.before.drugs.size + self.drug

    def places(self, events: Ints, drugs: Ints) -> Ints:
        """The place of each pair; ValueError for one that no case of the background has."""
        wanted = events * self.before.drugs.size + drugs
        found = np.searchsorted(self.keys, wanted)
        if not np.array_equal(self.keys[np.minimum(found, self.keys.size - 1)], wanted):
            raise ValueError("A removal takes cases from a pair that was never counted.")
        return found


def pair_world(warehouse: Warehouse, comparator: str) -> PairWorld:
    """Count every pair of that background; needs the tables of count_exposures_and_events.

    NothingThere where no case stands on a side of any comparison against it.
    """
    counted = count_backgrounds(warehouse, [comparator]).of(comparator)
    if not counted.n_cases:
        raise NothingThere(f"No case is compared against {comparator}: it has no pair of drug and event.")
    named, drug, event = things(warehouse), integers(counted.pairs, "drug_id"), integers(counted.pairs, "event_id")
    return PairWorld(
        warehouse,
        comparator,
        exposures(warehouse),
        events(warehouse),
        backgrounds_of_cases(warehouse, [comparator]) > 0,
        drug,
        event,
        Counts(
            integers(counted.pairs, "a"),
            _by_number(counted.drugs, "drug_id", "n_drug", named.drugs.num_rows),
            _by_number(counted.events, "event_id", "n_event", named.events.num_rows),
            counted.n_cases,
        ),
        named,
    )


def taken(world: PairWorld, removal: Removal) -> tuple[Counts, int]:
    """What one removal takes from every pair and margin, and the cases it touches; a dropped term takes no case whole.

    NothingThere where no case of the background has what is removed; terms that none reports take nothing, for a case may
    have the endpoint by an outcome code alone.
    """
    if removal.kind == "term":
        lost = _dropped(world, removal)
        cases = np.unique(lost.case)
    else:
        lost = world.events
        cases = _holding(world, removal)
    cases = cases[world.is_within[cases]].astype(np.int64)
    if not cases.size and removal.kind != "term":
        raise NothingThere(
            f"No case that is compared against {world.comparator} holds {removal.thing}:{removal.name}: there is nothing to remove."
        )
    found = cross_count(world.exposures, lost, Cases(cases, np.zeros(cases.size, np.int64)))
    a = np.zeros(world.keys.size, np.int64)
    a[world.places(found.column, found.row)] = found.n_cases
    stays = removal.kind == "term"  # the report is kept: no drug and no comparison loses a case
    gone = Counts(
        a,
        np.zeros_like(world.before.drugs) if stays else _padded(found.rows.sum(axis=0), world.before.drugs.size),
        _padded(found.columns.sum(axis=0), world.before.events.size),
        0 if stays else cases.size,
    )
    return gone, cases.size


def _holding(world: PairWorld, removal: Removal) -> Ints:
    """Counted cases, by place, that have what is removed, ascending."""
    member = world.exposures if removal.kind == "product" else world.events
    return np.asarray(member.case[member.thing == removal.number], dtype=np.int64)


def _dropped(world: PairWorld, removal: Removal) -> Membership:
    """Counted cases, by place, and the terms and endpoints that they lose when terms are dropped; each once."""
    of_terms = np.isin(world.events.thing, removal.terms)
    n_terms = len(removal.terms)
    world.warehouse.register(
        "dropped_term",
        pa.table(
            {
                "removal_id": pa.array([ONE_REMOVAL] * n_terms, pa.int64()),
                "term_id": pa.array(removal.terms, pa.int64()),
            }
        ),
    )
    world.warehouse.create("removal_event", ENDPOINT_EVENTS)
    lost = world.warehouse.arrow(model("masking/lost_case"))
    places = np.searchsorted(counted_cases(world.warehouse), integers(lost, "case_id"))
    return Membership(
        np.concatenate([world.events.case[of_terms].astype(np.int64), places]),
        np.concatenate([world.events.thing[of_terms].astype(np.int64), integers(lost, "event_id")]),
    )


def _by_number(margin: pa.Table, key: str, name: str, n_things: int) -> Ints:
    """A margin as an array by number, which counts from 1."""
    found = np.zeros(n_things + 1, np.int64)
    found[integers(margin, key)] = integers(margin, name)
    return found


def _padded(counts: Ints, size: int) -> Ints:
    found = np.zeros(size, np.int64)
    found[: counts.size] = counts
    return found
