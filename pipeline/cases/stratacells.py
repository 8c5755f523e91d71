"""The cells of every comparison at every level of a variable: cases of the product and of those it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipeline.cases.members import by_place, distinct, endpoint_members, exposures, integers, strata_of_cases
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Cases, Ints, Membership, counted_by_group
from pipeline.signals.interval import Array, Flags, TwoByTwo
from pipeline.signals.repeats import Positions
from pipeline.vocabulary.strata import strata_tables

STEPS = ("profile", "profile_level")
OF_STRATUM = 268_435_456
"""Numbers that step/case_profile can give for what a case tells besides its stratum."""
GROUPS = "SELECT drug_id FROM drug WHERE drug = 'any_car_t'"


@dataclass(frozen=True)
class Profiles:
    """Counted cases by profile: what they are compared by, and the level they have of each variable.

    levels: the profiles, ascending, with their stratum and cases. of_case: the place of each counted case's profile among
    them, by the case's place. sides: which strata stand on which side of which comparison. endpoints: those asked about.
    reported: counted cases, by their place, and their endpoints, by theirs. named: counted cases, by their place, and
    their drugs; the group of all CAR-Ts is left out, for its members hold its cases.
    """

    levels: pa.Table
    of_case: Ints
    reported: Membership
    named: Membership
    sides: pa.Table
    endpoints: pa.Table

    @cached_property
    def comparisons(self) -> list[tuple[str, str]]:
        """Product and comparator of each comparison."""
        pairs = zip(self.sides["product"].to_pylist(), self.sides["comparator"].to_pylist(), strict=True)
        return list(dict.fromkeys(pairs))

    @cached_property
    def strata(self) -> Array:
        """Number of each stratum of the comparators, ascending."""
        return np.unique(_column(self.levels, "stratum_id"))

    @cached_property
    def on_side(self) -> tuple[Flags, Flags]:
        """Whether a stratum stands on the product's side of a comparison, and on the other; shape (comparisons, strata)."""
        place = {pair: number for number, pair in enumerate(self.comparisons)}
        pairs = zip(self.sides["product"].to_pylist(), self.sides["comparator"].to_pylist(), strict=True)
        rows = np.array([place[pair] for pair in pairs], dtype=np.intp)
        columns = np.searchsorted(self.strata, _column(self.sides, "stratum_id"))
        exposed = np.asarray(self.sides["is_exposed"].to_numpy(zero_copy_only=False), dtype=bool)
        sides = np.zeros((2, len(place), self.strata.size), dtype=np.bool_)
        sides[np.where(exposed, 0, 1), rows, columns] = True
        return sides[0], sides[1]

    @cached_property
    def event_rows(self) -> tuple[Positions, Positions, Array]:
        """Every profile and endpoint that any case has together: their places, and how many cases."""
        counted = counted_by_group(self.reported, Cases(np.arange(self.of_case.size), self.of_case))
        profile, endpoint = np.nonzero(counted)
        return profile, endpoint, counted[profile, endpoint].astype(np.float64)


@dataclass(frozen=True, slots=True)
class LevelCells:
    """The cells by level of one variable.

    levels: number of each level, shape (k,), what is not told left out. table: a b c d, shape (comparisons, endpoints, k).
    unknown, unknown_others: cases on either side whose level is not told, shape (comparisons,).
    """

    variable: str
    levels: Sequence[int]
    table: TwoByTwo
    unknown: Array
    unknown_others: Array

    def rows(self) -> TwoByTwo:
        """The cells with one row for each comparison and endpoint, in that order; shape (rows, k)."""
        n_comparisons, n_endpoints, k = self.table.a.shape
        return TwoByTwo(*(cell.reshape(n_comparisons * n_endpoints, k) for cell in self.table))


def read_profiles(warehouse: Warehouse) -> Profiles:
    """Count cases by profile; needs the tables of count_exposures_and_events, asked_product and asked_comparator."""
    for name, rows in strata_tables().items():
        warehouse.register(name, rows)
    told = integers(by_place(warehouse, model("step/case_profile")), "told")
    profiles, of_case = distinct(strata_of_cases(warehouse) * OF_STRATUM + told)
    sizes = np.bincount(of_case, minlength=profiles.size)
    warehouse.register("counted_profile", pa.table({"profile_id": profiles, "n_cases": sizes}))
    for step in STEPS:
        warehouse.create(step, model(f"step/{step}"))
    levels = warehouse.arrow("SELECT * FROM profile_level ORDER BY profile_id")
    sides, endpoints = (warehouse.arrow(model(f"step/{name}")) for name in ("stratified_side", "stratified_endpoint"))
    asked, known = integers(endpoints, "event_id"), endpoint_members(warehouse)
    place = np.full(max(int(asked.max(initial=0)), int(known.thing.max(initial=0))) + 1, -1)
    place[asked] = np.arange(asked.size)
    reported = Membership(known.case, place[known.thing])
    return Profiles(levels, of_case, reported, _single_drugs(warehouse), sides, endpoints)


def level_cells(profiles: Profiles, variable: str) -> LevelCells:
    """The cells of every comparison and endpoint at every level of the variable that any case has."""
    numbers, size, events = _by_stratum(profiles, variable)
    exposed, others = profiles.on_side
    named = exposed.any(axis=0)  # other strata stand in the comparator of many products at once
    a = _told(_summed(exposed[:, named], events[named]))
    c = _told(_summed(others[:, named], events[named]) + _summed(others[:, ~named], events[~named]))
    n_product, n_others = _summed(exposed, size), _summed(others, size)
    b, d = (n[:, np.newaxis, 1:] - cell for n, cell in ((n_product, a), (n_others, c)))
    return LevelCells(variable, [int(n) for n in numbers[1:]], TwoByTwo(a, b, c, d), n_product[:, 0], n_others[:, 0])


def level_counts(profiles: Profiles, variable: str) -> tuple[Array, Array, Array]:
    """Of all counted cases: the levels told, shape (k,), the cases at each, and those with each endpoint, (k, endpoints)."""
    numbers, size, events = _by_stratum(profiles, variable)
    return numbers[1:], size.sum(axis=0)[1:], events.sum(axis=0)[1:]


def _single_drugs(warehouse: Warehouse) -> Membership:
    """Drugs of each case but the group."""
    group = [int(str(number)) for (number,) in warehouse.rows(GROUPS)]
    named = exposures(warehouse)
    single = ~np.isin(named.thing, group)
    return Membership(named.case[single], named.thing[single])


def _by_stratum(profiles: Profiles, variable: str) -> tuple[Array, Array, Array]:
    """Levels in ascending order, 0 first; cases by stratum and level; cases by stratum, level and endpoint."""
    numbers, level = np.unique(np.append(_column(profiles.levels, variable), 0), return_inverse=True)
    stratum = np.searchsorted(profiles.strata, _column(profiles.levels, "stratum_id"))
    shape = (profiles.strata.size, numbers.size, profiles.endpoints.num_rows)
    place = stratum * shape[1] + level[:-1]
    n_cases = _column(profiles.levels, "n_cases").astype(np.float64)
    size = np.bincount(place, n_cases, minlength=shape[0] * shape[1]).reshape(shape[:2])
    profile, endpoint, counted = profiles.event_rows
    events = np.bincount(place[profile] * shape[2] + endpoint, counted, minlength=int(np.prod(shape))).reshape(shape)
    return numbers, size, events


def _summed(sides: Flags, counts: Array) -> Array:
    """Counts of the strata on each side; sides that hold the same strata are summed once."""
    sums = {side.tobytes(): counts[side].sum(axis=0) for side in {side.tobytes(): side for side in sides}.values()}
    return np.array([sums[side.tobytes()] for side in sides]).reshape(len(sides), *counts.shape[1:])


def _told(counts: Array) -> Array:
    """Counts by comparison, level and endpoint as (comparisons, endpoints, levels told)."""
    return np.ascontiguousarray(counts[:, 1:].transpose(0, 2, 1))


def _column(table: pa.Table, name: str) -> Array:
    return np.asarray(table[name].to_numpy())
