"""Drugs and events counted against each other in every comparator's background at once.

The backgrounds share most of their cases. Cases are told apart only by which of them they are a part of: a dozen groups
at most, in each of which every pair is counted once; a background is a sum of groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.cases.members import distinct
from pipeline.signals.crosscount import Cases, CrossCount, Ints, Membership, cross_count, within


class Things(NamedTuple):
    """What is counted, in the order of the numbers, which count from 1: drug; event, event_kind and scope."""

    drugs: pa.Table
    events: pa.Table


@dataclass(frozen=True, slots=True)
class Counted:
    """One background: its pairs (drug_id, event_id, a, n_drug, n_event) by event and drug, both margins, its cases."""

    pairs: pa.Table
    drugs: pa.Table
    events: pa.Table
    n_cases: int


@dataclass(frozen=True, slots=True)
class Backgrounds:
    """Counts of all backgrounds by group of cases, the number of cases in each group, and the groups of each comparator."""

    counted: CrossCount
    sizes: Ints
    groups: Mapping[str, npt.NDArray[np.bool_]]

    def about(self, event_ids: Ints) -> "Backgrounds":
        """The same backgrounds, with the pairs of these events alone; the margins stay whole."""
        kept = np.isin(self.counted.column, event_ids)
        pairs = {name: getattr(self.counted, name)[kept] for name in ("row", "column", "group", "n_cases")}
        return replace(self, counted=self.counted._replace(**pairs))

    def of(self, comparator: str) -> Counted:
        """The background of one comparator."""
        found = within(self.counted, self.groups[comparator])
        pairs = {
            "drug_id": found.row,
            "event_id": found.column,
            "a": found.n_cases,
            "n_drug": found.rows[0][found.row],
            "n_event": found.columns[0][found.column],
        }
        return Counted(
            pa.table(pairs),
            _margin("drug_id", "n_drug", found.rows[0]),
            _margin("event_id", "n_event", found.columns[0]),
            int(self.sizes[self.groups[comparator]].sum()),
        )


def counted_backgrounds(
    comparators: Sequence[str], backgrounds: Ints, exposures: Membership, events: Membership
) -> Backgrounds:
    """Count the cases' drugs against their events, all by the case's place; asks no database.

    backgrounds: of each case, the sum of 2**place of the comparators of which it is a part; shape (cases,).
    """
    cases = np.flatnonzero(backgrounds)
    bits, group = distinct(backgrounds[cases])
    counted = cross_count(exposures, events, Cases(cases, group))
    groups = {name: (bits >> place & 1).astype(np.bool_) for place, name in enumerate(comparators)}
    return Backgrounds(counted, np.bincount(group, minlength=bits.size), groups)


def _margin(key: str, name: str, totals: Ints) -> pa.Table:
    """Things that any case of the background has, and how many have each."""
    number = np.flatnonzero(totals)
    return pa.table({key: number, name: totals[number]})
