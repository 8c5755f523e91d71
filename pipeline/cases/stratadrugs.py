"""Cases of every drug key by level of a variable, and with every endpoint among the cases whose level is told.

Drugs are counted against endpoints once for all variables: cases are told apart only by which variables they tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.cases.members import integers
from pipeline.cases.stratacells import Profiles
from pipeline.signals.crosscount import Cases, Ints, counted_by_group, cross_count


@dataclass(frozen=True, slots=True)
class DrugCells:
    """Counted cases by drug number: by level told, shape (drugs, levels), and with each endpoint, shape (drugs, endpoints).

    levels: numbers of the levels told, ascending. The second holds only cases whose level is told.
    """

    levels: Ints
    by_level: Ints
    with_endpoint: Ints


def drug_cells(profiles: Profiles, variables: Sequence[str]) -> Iterator[DrugCells]:
    """The cells of each variable in turn, for those of all are large."""
    places = np.arange(profiles.of_case.size)
    level = {name: integers(profiles.levels, name) for name in variables}
    told = np.zeros(profiles.levels.num_rows, dtype=np.int64)
    for place, name in enumerate(variables):
        told |= (level[name] > 0).astype(np.int64) << place
    counted = cross_count(profiles.named, profiles.reported, Cases(places, told[profiles.of_case]))
    for place, name in enumerate(variables):
        levels, at = np.unique(np.append(level[name], 0), return_inverse=True)
        by_level = counted_by_group(profiles.named, Cases(places, at[:-1].astype(np.int64)[profiles.of_case]))
        shape = (by_level.shape[1], profiles.endpoints.num_rows)
        kept = (counted.group >> place & 1).astype(np.bool_)
        cell = counted.row[kept] * shape[1] + counted.column[kept]
        both = np.bincount(cell, counted.n_cases[kept], minlength=shape[0] * shape[1]).reshape(shape)
        yield DrugCells(levels[1:], by_level[1:].T, both.astype(np.int64))
