"""The drug that dominates each preferred term, and what removing its reports takes from the pairs of CAR-T products.

How many reports name drug and term together is known of all cases; by group it is counted only in cases that name a CAR-T.
All other cases stand on the other side of every comparison against all reports, so they need no telling apart.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.cases.backgroundpairs import Backgrounds
from pipeline.cases.maskinggroups import Groups
from pipeline.cases.members import exposures, integers
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.crosscount import Cases, Ints, Membership, cross_count, firsts
from pipeline.signals.interval import Flags

AGAINST = "all"
"""The one comparator in which every case without a CAR-T stands on the other side, whatever the product."""

DRUGS = "SELECT drug_id, drug, is_car_t FROM drug ORDER BY drug_id"


@dataclass(frozen=True, slots=True)
class DominatingDrugs:
    """The drug with most cases of each term, 0 where no other drug has one, and its reports.

    place: that of the drug among the dominating ones, by event, -1 without one; names: of these drugs. total, both: cases
    without a CAR-T that name the drug, and those of them with the term; shape (events,) each. with_drug: cases of each
    group with a CAR-T that name each drug, shape (groups, drugs); with_both: those with the term too, (groups, events).
    """

    groups: Groups
    place: Ints
    names: list[str]
    total: Ints
    both: Ints
    with_drug: Ints
    with_both: Ints

    def has_drug(self, terms: Ints) -> Flags:
        """Whether another drug has a case of each term."""
        return np.asarray(self.place[terms] >= 0)

    def taken(self, comparison: int, terms: Ints) -> tuple[list[str], Ints, Ints, Ints, Ints]:
        """Name of each term's drug; cases with the term that leave each side, and all cases that leave each side."""
        product, others = (side[comparison].astype(np.int64) for side in (self.groups.exposed, self.groups.others))
        place = self.place[terms]
        names = [self.names[at] for at in place.tolist()]
        a, c = (side @ self.with_both[:, terms] for side in (product, others))
        n_product, n_others = ((side @ self.with_drug)[place] for side in (product, others))
        return names, a, c + self.both[terms], n_product, n_others + self.total[terms]


def dominating_drugs(
    warehouse: Warehouse, groups: Groups, backgrounds: Backgrounds, events: Membership, asked: Flags
) -> DominatingDrugs:
    """Find the drug of each event asked about (by number), CAR-Ts left out; ties go to the first by name.

    events: the counted cases, by their place, and their events.
    Raises ValueError where a case without a CAR-T stands on no side of a comparison against AGAINST.
    """
    against = np.array([comparator == AGAINST for _, comparator in groups.comparisons], dtype=np.bool_)
    if not groups.others[against][:, ~groups.is_car_t].all():
        raise ValueError(f"{AGAINST} leaves out cases without a CAR-T: their drugs would have to be counted by group.")
    told = warehouse.arrow(DRUGS)
    is_car_t = np.array([False, *told["is_car_t"].to_pylist()], dtype=np.bool_)
    drug, both, total = _first(backgrounds, asked, is_car_t)
    numbers = np.unique(drug[drug > 0])
    place = np.where(drug > 0, np.searchsorted(numbers, drug), -1)
    with_drug, with_both = _within_car_ts(exposures(warehouse), events, groups, place, numbers)
    told_of = told["drug"].to_pylist()
    within = np.append(with_drug.sum(axis=0), 0)[place]
    names = [told_of[number - 1] for number in numbers.tolist()]
    return DominatingDrugs(groups, place, names, total - within, both - with_both.sum(axis=0), with_drug, with_both)


def _first(backgrounds: Backgrounds, asked: Flags, is_car_t: Flags) -> tuple[Ints, Ints, Ints]:
    """By event: the drug with most cases of it, those cases, and all cases of the drug."""
    pairs = backgrounds.about(np.flatnonzero(asked)).of(AGAINST).pairs
    event, drug = integers(pairs, "event_id"), integers(pairs, "drug_id")
    kept = np.flatnonzero(~is_car_t[drug])
    event, drug, a, n_drug = event[kept], drug[kept], integers(pairs, "a")[kept], integers(pairs, "n_drug")[kept]
    order = np.lexsort((drug, -a, event))
    first = order[firsts(event[order])]
    found = np.zeros((3, asked.size), dtype=np.int64)
    found[:, event[first]] = drug[first], a[first], n_drug[first]
    return found[0], found[1], found[2]


def _within_car_ts(
    named: Membership, events: Membership, groups: Groups, place: Ints, numbers: Ints
) -> tuple[Ints, Ints]:
    """Cases with a CAR-T by group: those that name each of the drugs, and those with the term that it dominates."""
    own = np.isin(named.thing, numbers)
    car_t = np.flatnonzero(groups.is_car_t[groups.of_case])
    counted = cross_count(
        Membership(named.case[own], np.searchsorted(numbers, named.thing[own])),
        events,
        Cases(car_t, groups.of_case[car_t]),
    )
    with_drug = np.zeros((groups.sizes.size, numbers.size), dtype=np.int64)
    with_drug[: counted.rows.shape[0], : counted.rows.shape[1]] = counted.rows[:, : numbers.size]
    with_both = np.zeros((groups.sizes.size, place.size), dtype=np.int64)
    dominates = place[counted.column] == counted.row
    with_both[counted.group[dominates], counted.column[dominates]] = counted.n_cases[dominates]
    return with_drug, with_both
