"""Spontaneous reports of many drugs and events over sixty quarters, of which some pairs are known to be null or not.

A world has background drugs, whose events stray from the average as those of real medicines do, and watched drugs,
whose truth is known: they have every event exactly as often in their cases as the background has on average (null),
except for the injected pairs, which from a stated quarter on have it RR times as often. A case names one drug and has
each event or not, independently; so the counts of a quarter are binomial, and the 2×2 table of every pair is exact.
The spread of associations in the background is lognormal: no rule's own model (that of EBGM is gamma) is the truth.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEED = 20261122
GROWTH = 1.035
"""Cases of a quarter over those of the quarter before: eight times as many after sixty, as FAERS grew."""
DRUG_SPREAD, EVENT_SPREAD = 1.8, 2.2
"""Standard deviation of ln(cases) of drugs and of events: 1.79 and 2.19 in the real extract of 2022Q3."""
LARGEST_SHARE, SMALLEST_SHARE, MEDIAN_SHARE = 0.1, 1e-5, 3e-4
"""Share of all cases that the commonest, the rarest and the middle event have."""
USUAL_SHIFT, USUAL_SPREAD = -0.7, 1.4
SPECIAL_SHARE, SPECIAL_SHIFT, SPECIAL_SPREAD = 0.06, 1.6, 1.4
"""ln λ of a background pair: normal; of 6 % of them (known effects, indications, labels), shifted upwards again.

Chosen so that the prior fitted to a world resembles the one fitted to the real extract of 2022Q3; no rule was looked at.
"""


class Design(NamedTuple):
    """What is simulated. onsets: quarter from which an injected pair is reported more often, counted from 1."""

    n_quarters: int = 60
    n_background: int = 400
    n_watched: int = 40
    n_events: int = 300
    background_cases: float = 1_500_000.0
    watched_cases: tuple[float, float] = (100.0, 6_000.0)
    strengths: tuple[float, ...] = (1.5, 2.0, 4.0)
    onsets: tuple[int, ...] = (1, 21, 41)
    pairs_of_each: int = 4


class World(NamedTuple):
    """Truth of one world: margins to be expected, and for every watched pair its strength and onset.

    share: of the background's cases that have the event, shape (events,). background: chance of the event in a case of
    a background drug, shape (background drugs, events). cases: expected cases of every drug over all quarters,
    background first, shape (drugs,). strength: 1 where null, onset: 1 where null, shape (watched drugs, events).
    """

    design: Design
    share: Array
    background: Array
    cases: Array
    strength: Array
    onset: Ints


class Look(NamedTuple):
    """What is known after a quarter, in distinct cases, cumulative.

    a: cases of drug and event, shape (drugs, events); n_drug, n_event: the margins; n_cases: all cases.
    """

    quarter: int
    a: Ints
    n_drug: Ints
    n_event: Ints
    n_cases: int


def world(design: Design, seed: int) -> tuple[World, np.random.Generator]:
    """The truth of the world with this seed, and the generator that goes on to draw its quarters."""
    draw = np.random.Generator(np.random.PCG64(seed))
    volume = np.exp(DRUG_SPREAD * draw.standard_normal(design.n_background))
    volume *= design.background_cases / volume.sum()
    low, high = np.log(design.watched_cases)
    watched = np.exp(draw.uniform(low, high, design.n_watched))
    wanted = np.clip(
        MEDIAN_SHARE * np.exp(EVENT_SPREAD * draw.standard_normal(design.n_events)), SMALLEST_SHARE, LARGEST_SHARE
    )
    chances = np.minimum(_associations(draw, (design.n_background, design.n_events), volume) * wanted, 0.9)
    share = np.sum(chances * (volume / volume.sum())[:, None], axis=0)
    strength, onset = _injected(draw, design)
    return World(design, share, chances, np.concatenate([volume, watched]), strength, onset), draw


def looks(truth: World, draw: np.random.Generator) -> Iterator[Look]:
    """The cumulative tables after each quarter, in order."""
    design = truth.design
    drugs, events = design.n_background + design.n_watched, design.n_events
    a, n_drug = np.zeros((drugs, events), dtype=np.int64), np.zeros(drugs, dtype=np.int64)
    growth = GROWTH ** np.arange(design.n_quarters)
    for quarter, part in enumerate(growth / growth.sum(), start=1):
        cases = draw.poisson(truth.cases * part)
        a += draw.binomial(cases[:, None], np.concatenate([truth.background, watched_chances(truth, quarter)]))
        n_drug += cases
        yield Look(quarter, a.copy(), n_drug.copy(), a.sum(axis=0), int(n_drug.sum()))


def watched_chances(truth: World, quarter: int) -> Array:
    """Chance of each event in a case of a watched drug in a quarter, shape (watched drugs, events)."""
    return np.asarray(truth.share * np.where(quarter >= truth.onset, truth.strength, 1.0))


def expected_counts(truth: World) -> Array:
    """Cases of each watched pair at the last look, were it null, shape (watched drugs, events)."""
    return np.outer(truth.cases[truth.design.n_background :], truth.share)


def _associations(draw: np.random.Generator, shape: tuple[int, int], volume: Array) -> Array:
    """λ of the background: lognormal, some special; over all cases of the background the mean of each event is 1."""
    usual = USUAL_SHIFT + USUAL_SPREAD * draw.standard_normal(shape)
    special = SPECIAL_SHIFT + SPECIAL_SPREAD * draw.standard_normal(shape)
    ratio = np.exp(usual + np.where(draw.random(shape) < SPECIAL_SHARE, special, 0.0))
    return np.asarray(ratio / np.sum(ratio * (volume / volume.sum())[:, None], axis=0))


def _injected(draw: np.random.Generator, design: Design) -> tuple[Array, Ints]:
    """Strength and onset of every watched pair: each drug gets the same number of pairs of each kind, at random events."""
    kinds = [(s, o) for s in design.strengths for o in design.onsets for _ in range(design.pairs_of_each)]
    strength = np.ones((design.n_watched, design.n_events))
    onset = np.ones((design.n_watched, design.n_events), dtype=np.int64)
    for drug in range(design.n_watched):
        events = draw.choice(design.n_events, size=len(kinds), replace=False)
        strength[drug, events], onset[drug, events] = zip(*kinds, strict=True)
    return strength, onset
