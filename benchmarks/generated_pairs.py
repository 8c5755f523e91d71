"""Cases with drugs and reactions drawn in memory, as many and as unevenly spread as those of FAERS, for the speed figures.

Frequencies fall as a power of the rank. A case has one drug or more and one reaction or more; a third of its reactions are
those that its first drug raises, so that the counts depend and a prior can be fitted. Same cases and seed, same rows.
"""

from typing import NamedTuple

import numpy as np

from pipeline.signals.crosscount import Cases, Ints, Membership, cross_count

DRUGS, EVENTS, SEED = 8_000, 14_000, 7
DRUG_POWER, EVENT_POWER = 0.95, 0.95
MORE_DRUGS, MORE_EVENTS = 0.5, 0.33  # chance that a drug, or a reaction, is a case's last
RAISED, RAISED_SHARE = 25, 0.35
STEP = 7919  # a prime: drugs raise different terms


class Drawn(NamedTuple):
    """Rows of cases 1 to `cases`: which case names which drug, and which reports which event."""

    cases: int
    drugs: Membership
    events: Membership


class PairTable(NamedTuple):
    """Cases of each drug and event that occur together, margins by number, and how many cases there are in all."""

    drug: Ints
    event: Ints
    n: Ints
    drug_cases: Ints
    event_cases: Ints
    cases: int


def drawn(cases: int, seed: int = SEED) -> Drawn:
    """Draw the rows of that many cases; each case has each thing once."""
    rng = np.random.Generator(np.random.PCG64(seed))
    first = _ranks(rng, cases, DRUGS, DRUG_POWER)
    drug_case, event_case = (np.repeat(np.arange(cases), rng.geometric(p, cases)) for p in (MORE_DRUGS, MORE_EVENTS))
    drug = _ranks(rng, drug_case.size, DRUGS, DRUG_POWER)
    drug[np.flatnonzero(np.diff(drug_case, prepend=-1))] = first
    event = _ranks(rng, event_case.size, EVENTS, EVENT_POWER)
    raised = rng.random(event.size) < RAISED_SHARE
    event[raised] = (first[event_case[raised]] * STEP + rng.integers(0, RAISED, int(raised.sum()))) % EVENTS
    return Drawn(cases, *(_once(case + 1, thing) for case, thing in ((drug_case, drug), (event_case, event))))


def pair_table(rows: Drawn) -> PairTable:
    """Count the pairs of these rows."""
    every = np.arange(1, rows.cases + 1)
    found = cross_count(rows.drugs, rows.events, Cases(every, np.zeros(rows.cases, np.int64)))
    return PairTable(found.row, found.column, found.n_cases, found.rows[0], found.columns[0], rows.cases)


def _ranks(rng: np.random.Generator, size: int, things: int, power: float) -> Ints:
    """Numbers of things drawn with weights that fall as a power of the rank."""
    share = np.cumsum(np.arange(1, things + 1) ** -power)
    return np.searchsorted(share, rng.random(size) * share[-1]).astype(np.int64)


def _once(case: Ints, thing: Ints) -> Membership:
    key = np.unique(case << 20 | thing)
    return Membership(key >> 20, key & (1 << 20) - 1)
