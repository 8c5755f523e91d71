"""Cases of every drug key by level of a variable, and with every endpoint among the cases whose level is told.

Drugs are counted against endpoints once for all variables: cases are told apart only by which variables they tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.cases.members import exposures, integers
from pipeline.cases.stratacells import Profiles
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.crosscount import Cases, Ints, Membership, counted_by_group, cross_count

GROUPS = "SELECT drug_id FROM drug WHERE drug = 'any_car_t'"


@dataclass(frozen=True, slots=True)
class DrugCells:
    """Counted cases by drug number: by level told, shape (drugs, levels), and with each endpoint, shape (drugs, endpoints).

    levels: numbers of the levels told, ascending. The second holds only cases whose level is told.
    """

    levels: Ints
    by_level: Ints
    with_endpoint: Ints


def drug_cells(warehouse: Warehouse, profiles: Profiles, variables: Sequence[str]) -> Iterator[DrugCells]:
    """The cells of each variable in turn, for those of all are large; needs the tables exposure, case_endpoint and drug, and those that read_profiles made.

    The group of all CAR-Ts is left out: its members hold its cases.
    """
    places = np.arange(profiles.of_case.size)
    level = {name: integers(profiles.levels, name)[profiles.of_case] for name in variables}
    told = np.zeros(places.size, dtype=np.int64)
    for place, name in enumerate(variables):
        told |= (level[name] > 0).astype(np.int64) << place
    named = _single_drugs(warehouse)
    counted = cross_count(named, profiles.reported, Cases(places, told))
    for place, name in enumerate(variables):
        levels, at = np.unique(np.append(level[name], 0), return_inverse=True)
        by_level = counted_by_group(named, Cases(places, at[:-1].astype(np.int64)))
        shape = (by_level.shape[1], profiles.endpoints.num_rows)
        kept = (counted.group >> place & 1).astype(np.bool_)
        cell = counted.row[kept] * shape[1] + counted.column[kept]
        both = np.bincount(cell, counted.n_cases[kept], minlength=shape[0] * shape[1]).reshape(shape)
        yield DrugCells(levels[1:], by_level[1:].T, both.astype(np.int64))


def _single_drugs(warehouse: Warehouse) -> Membership:
    """Drugs of each case but the group."""
    group = [int(str(number)) for (number,) in warehouse.rows(GROUPS)]
    named = exposures(warehouse)
    single = ~np.isin(named.thing, group)
    return Membership(named.case[single], named.thing[single])
