"""What the simulated looks say of each rule: false positives, crossings, sensitivity, quarters until detection."""

import itertools
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.operating_looks import Watched
from benchmarks.operating_rules import Rule
from benchmarks.operating_world import SEED, Array, Design, Ints
from pipeline.signals.interval import TAIL, Flags

Figure = dict[str, Any]
EXPECTED_EDGES = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, np.inf)
"""Bands of the cases expected at the last look, were the pair null."""
PER_LOOK_EDGES = (0.0, 0.005, 0.02, 0.1, 0.5, 2.0, np.inf)
"""Bands of the cases expected for a quarter, on average over the quarters."""
LEAST_EXPECTED = 1.0
RESAMPLES = 2000


def of_rule(rule: Rule, seen: Watched, design: Design) -> Figure:
    """Every figure of one rule."""
    return {
        "text": rule.text,
        "false_positives_per_1000": false_positives(rule, seen),
        "ever_crossing_by_band": ever_crossing(rule, seen),
        "ever_crossing_in_small_families": share(seen.ever_in_families.get(rule.name, np.zeros(0, dtype=np.bool_))),
        "at_last_in_small_families": share(seen.last_in_families.get(rule.name, np.zeros(0, dtype=np.bool_))),
        "sensitivity": {f"{strength:g}": sensitivity(rule, seen, strength) for strength in design.strengths},
        "sensitivity_by_onset": {
            f"{strength:g}": {str(onset): by_onset(rule, seen, strength, onset) for onset in design.onsets}
            for strength in design.strengths
        },
        "detection": {f"{strength:g}": detection(rule, seen, strength, design) for strength in design.strengths},
    }


def share(hits: Flags) -> Figure:
    """A share with its exact 95 % interval; null where there is nothing to take a share of.

    Clopper and Pearson's bounds are quantiles of beta distributions; pairs are drawn one by one, so they are units.
    """
    of, n = int(hits.size), int(hits.sum())
    if not of:
        return {"value": None, "of": 0}
    low = float(stats.beta.ppf(TAIL, n, of - n + 1)) if n else 0.0
    high = float(stats.beta.ppf(1.0 - TAIL, n + 1, of - n)) if n < of else 1.0
    return {"value": rounded(n / of), "low": rounded(low), "high": rounded(high), "hits": n, "of": of}


def rounded(value: float) -> float:
    """Five digits after the point: more than any interval here carries."""
    return round(float(value), 5)


def false_positives(rule: Rule, seen: Watched) -> Figure:
    """Null pairs on which the rule fires at the last look, of 1,000; and the worlds with the fewest and the most."""
    at_last, world = seen.at_last[rule.name][seen.is_null], seen.world[seen.is_null]
    one = share(at_last)
    per_1000 = {name: rounded(1000.0 * one[name]) for name in ("value", "low", "high")}
    worlds = [rounded(1000.0 * at_last[world == each].mean()) for each in np.unique(world)]
    return per_1000 | {"hits": one["hits"], "of": one["of"], "worlds": [min(worlds), max(worlds)]}


def ever_crossing(rule: Rule, seen: Watched) -> list[Figure]:
    """Share of null pairs on which the rule fires at any look, by band of the cases expected for a quarter."""
    per_look = seen.expected / seen.n_quarters
    return [
        {"from": low, "to": high if np.isfinite(high) else None}
        | share(seen.first[rule.name][seen.is_null & (per_look >= low) & (per_look < high)] > 0)
        for low, high in itertools.pairwise(PER_LOOK_EDGES)
    ]


def sensitivity(rule: Rule, seen: Watched, strength: float) -> Figure:
    """Share of injected pairs on which the rule fires at the last look, by band of expected cases, and of all ≥ 1."""
    injected = seen.strength == strength
    bands = [
        {"from": low, "to": high if np.isfinite(high) else None}
        | share(seen.at_last[rule.name][injected & (seen.expected >= low) & (seen.expected < high)])
        for low, high in itertools.pairwise(EXPECTED_EDGES)
    ]
    return {"at_least_one_expected": share(seen.at_last[rule.name][injected & is_expected(seen)]), "bands": bands}


def by_onset(rule: Rule, seen: Watched, strength: float, onset: int) -> Figure:
    """Sensitivity at the last look for one onset, at least one case expected."""
    return share(seen.at_last[rule.name][(seen.strength == strength) & (seen.onset == onset) & is_expected(seen)])


def is_expected(seen: Watched) -> Flags:
    """Pairs with at least one case expected at the last look, were they null."""
    return np.asarray(seen.expected >= LEAST_EXPECTED)


def detection(rule: Rule, seen: Watched, strength: float, design: Design) -> Figure:
    """Quarters from the onset to the first look at which the rule fires, the quarter of the onset being the first.

    Over the horizon that every onset leaves: who is not detected in it counts as the horizon in the mean (restricted
    mean) and as later than it in the median, which is null where not half are detected. At least one case expected.
    """
    wanted = (seen.strength == strength) & is_expected(seen)
    horizon = design.n_quarters - max(design.onsets) + 1
    quarters = waiting(seen.first[rule.name][wanted], seen.onset[wanted])
    detected = quarters <= horizon
    restricted = np.minimum(quarters, horizon)
    if not quarters.size:
        return {"of": 0, "horizon": horizon, "mean": None, "median": None}
    low, high = bootstrap_of_mean(restricted.astype(np.float64))
    middle = int(np.sort(quarters)[(quarters.size - 1) // 2])
    return {
        "of": int(quarters.size),
        "horizon": horizon,
        "never": share(~detected),
        "median": middle if middle <= horizon else None,
        "mean": rounded(float(restricted.mean())),
        "low": rounded(low),
        "high": rounded(high),
    }


def waiting(first: Ints, onset: Ints) -> Ints:
    """Quarters until detection; more than any horizon where there was none."""
    return np.where(first > 0, first - onset + 1, np.iinfo(np.int64).max)


def bootstrap_of_mean(values: Array) -> tuple[float, float]:
    """Percentile bootstrap of the mean, 95 %: whole numbers are drawn again by how often each occurs."""
    draw = np.random.Generator(np.random.PCG64(SEED))
    distinct, counts = np.unique(values, return_counts=True)
    drawn = draw.multinomial(values.size, counts / values.size, size=RESAMPLES)
    means = np.sum(drawn * distinct, axis=1) / values.size
    low, high = np.quantile(means, [TAIL, 1.0 - TAIL])
    return float(low), float(high)
