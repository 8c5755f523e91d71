"""Every pair of a background before a removal and counted again after it, in batches of rows."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.cases.masking import masking_measures
from pipeline.cases.maskingpairs import Counts, PairWorld, taken
from pipeline.cases.maskingremovals import Removal
from pipeline.contract.masking import MASKING_PAIR
from pipeline.contract.renderings import arrow_schema
from pipeline.lake.parquet import ROW_GROUP_ROWS
from pipeline.signals.crosscount import Ints
from pipeline.signals.disproportionality import expected_count
from pipeline.signals.familyrule import signals_of_family
from pipeline.signals.interval import Array, Flags, TwoByTwo
from pipeline.signals.masking import masking
from pipeline.signals.scoring import RULE_TEXT
from pipeline.vocabulary.choices import comparator
from pipeline.vocabulary.products import products

AHEAD = 2
"""Batches of rows that are held while an earlier one is written."""


@dataclass(frozen=True, slots=True)
class Recount:
    """One removal and its pairs counted again.

    after: what is left of all pairs; is_signal, is_signal_after: whether each meets the rule. rows: places of those that
    have a row. own: whether the removal takes a pair by definition; changed: whether another loses a case of the pair, of
    the drug or of the event. n_removed: cases that it touches.
    """

    removal: Removal
    after: Counts
    n_removed: int
    is_signal: Flags
    is_signal_after: Flags
    rows: Ints
    own: Flags
    changed: Flags

    def counts(self) -> dict[str, object]:
        """What is told of it beside what its rows tell."""
        others = ~self.own
        return {
            "kind": self.removal.kind,
            "removed_thing": self.removal.thing,
            "removed": self.removal.name,
            "chosen_by": self.removal.chosen_by,
            "n_removed": self.n_removed,
            "n_pairs": int(others.sum()),
            "n_own": int(self.own.sum()),
            "n_changed": int(self.changed.sum()),
            "n_signals": int((others & self.is_signal).sum()),
        }


def recount(world: PairWorld, removal: Removal, is_signal: Flags) -> Recount:
    """What is left of every pair. is_signal: whether each met the rule before.

    A pair has a row where one of its four cells or the rule's answer changes; those taken by definition have none.
    """
    gone, n_removed = taken(world, removal)
    after = world.before.without(gone)
    is_signal_after = rule_met(world, after)
    own = np.isin(world.drug, removal.own_drugs) | np.isin(world.event, removal.own_events)
    changed = ~own & ((gone.a > 0) | (gone.drugs[world.drug] > 0) | (gone.events[world.event] > 0))
    asked = ~own if gone.n_cases else changed | (~own & (is_signal != is_signal_after))
    return Recount(removal, after, n_removed, is_signal, is_signal_after, np.flatnonzero(asked), own, changed)


def rule_met(world: PairWorld, counts: Counts) -> Flags:
    """Whether each pair meets the one rule of signals, among all pairs of its event kind and scope that can be asked.

    Pairs of a group of products, which holds its members' cases again, are a family by themselves.
    """
    events = world.named.events
    kinds = list(zip(events["event_kind"].to_pylist(), events["scope"].to_pylist(), strict=True))
    groups = {item.id for item in products() if item.is_group}
    families = [name if name in groups else None for name in world.named.drugs["drug"].to_pylist()]
    found = np.zeros(world.drug.size, dtype=np.bool_)
    for kind in dict.fromkeys(kinds):
        is_event = np.array([False, *(other == kind for other in kinds)], dtype=np.bool_)
        of_kind = np.flatnonzero(is_event[world.event])
        for family in dict.fromkeys(families):
            is_drug = np.array([False, *(other == family for other in families)], dtype=np.bool_)
            rows = of_kind[is_drug[world.drug[of_kind]]]
            n_questions = _compared(counts.drugs[is_drug], counts) * _compared(counts.events[is_event], counts)
            found[rows] = signals_of_family(cells_of(world, counts, rows), n_questions)
    return found


def _compared(totals: Ints, counts: Counts) -> int:
    """Things that some cases have and others have not."""
    return int(((totals > 0) & (totals < counts.n_cases)).sum())


def cells_of(world: PairWorld, counts: Counts, rows: Ints) -> TwoByTwo:
    """The four cells of some pairs."""
    a, drug, event = (
        values.astype(np.float64)
        for values in (counts.a[rows], counts.drugs[world.drug[rows]], counts.events[world.event[rows]])
    )
    return TwoByTwo(a, drug - a, event - a, counts.n_cases - drug - event + a)


def pair_batches(world: PairWorld, found: Recount, as_of: str) -> Iterator[pa.Table]:
    """The rows of masking_pair of one removal, in the order of the pairs; some are made while others are written."""
    parts = (found.rows[begin : begin + ROW_GROUP_ROWS] for begin in range(0, found.rows.size, ROW_GROUP_ROWS))
    with ThreadPoolExecutor(1) as beside:  # arithmetic, which asks no database
        ahead: deque[Future[pa.Table]] = deque()
        for rows in parts:
            ahead.append(beside.submit(_batch, world, found, as_of, rows))
            if len(ahead) > AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _batch(world: PairWorld, found: Recount, as_of: str, rows: Ints) -> pa.Table:
    before, after = (cells_of(world, counts, rows) for counts in (world.before, found.after))
    measured = masking(before, after, np.full(rows.size, found.removal.kind))
    reals = {
        "expected": expected_count(*before),
        "prr": measured.prr.estimate,
        "prr_after": measured.prr_after.estimate,
        **masking_measures(measured),
    }
    columns: dict[str, object] = {
        **_texts(world, found.removal, as_of, rows),
        **_counts(world, world.before, rows, ""),
        **_counts(world, found.after, rows, "_after"),
        **{name: _known(values) for name, values in reals.items() if name in MASKING_PAIR.names},
        "is_signal": found.is_signal[rows],
        "is_signal_after": found.is_signal_after[rows],
        "is_unmasked": measured.appears,
        "is_lost": measured.vanishes,
    }
    schema = arrow_schema(MASKING_PAIR)
    return pa.table({name: columns[name] for name in schema.names})


def _texts(world: PairWorld, removal: Removal, as_of: str, rows: Ints) -> dict[str, object]:
    """What the row is of."""
    said = {
        "as_of": as_of,
        "comparator": world.comparator,
        "comparator_version": comparator(world.comparator).version,
        "kind": removal.kind,
        "removed_thing": removal.thing,
        "removed": removal.name,
        "rule": RULE_TEXT,
    }
    events = world.named.events.take(pa.array(world.event[rows] - 1))
    return {
        **{name: pa.DictionaryArray.from_arrays(np.zeros(rows.size, np.int32), [text]) for name, text in said.items()},
        "drug": world.named.drugs["drug"].take(pa.array(world.drug[rows] - 1)),
        **{name: events[name] for name in events.column_names},
    }


def _counts(world: PairWorld, counts: Counts, rows: Ints, end: str) -> dict[str, object]:
    return {
        f"a{end}": counts.a[rows],
        f"n_drug{end}": counts.drugs[world.drug[rows]],
        f"n_event{end}": counts.events[world.event[rows]],
        f"n_cases{end}": np.full(rows.size, counts.n_cases),
    }


def _known(values: Array) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))
