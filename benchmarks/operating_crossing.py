"""Chance that a rule ever fires on a null pair which is looked at every quarter: exact, for a constant expected count.

The cases of a null pair are Poisson with the same expected count each quarter, and the rule sees the sum. The chance is
followed forward: the distribution of the sum among the series that have not crossed yet, look by look.
"""

import math

import numpy as np
from scipy import stats

from benchmarks.operating_rules import Rule, evidence
from benchmarks.operating_world import Array
from pipeline.signals.interval import Flags
from pipeline.signals.prior import Prior

PER_LOOK = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
N_LOOKS = 60
EVENT_SHARE, CASES = 1e-3, 1e10
"""The pair's surroundings: an event in one of a thousand cases, and so many cases that the margins are known."""
REACH = 10.0
"""Counts up to so many standard deviations above the expected one are followed; beyond, less than 1e-15 is left."""


def most_cases(expected: float) -> int:
    """A count that a Poisson variable with this mean does not pass."""
    return math.ceil(expected + REACH * math.sqrt(expected) + 30.0)


def fires_at(rules: tuple[Rule, ...], expected: float, prior: Prior | None, counts: Array) -> dict[str, Flags]:
    """Whether each rule fires, for each count of a pair with this expected count; 0 cases meet no rule."""
    n_drug = np.maximum(np.full(counts.shape, expected / EVENT_SHARE), counts)
    known = evidence(counts, n_drug, np.full(counts.shape, EVENT_SHARE * CASES), CASES, prior)
    return {rule.name: np.asarray((counts > 0) & rule.fires(known)) for rule in rules}


def ever_crossing(fires: list[Flags], per_look: float) -> Array:
    """Chance of having crossed by each look, shape (looks,).

    fires: for each look, whether the rule fires at 0, 1, 2 … cases; each array at least as long as the one before.
    per_look: expected cases in each quarter.
    """
    quarter = stats.poisson.pmf(np.arange(most_cases(per_look)), per_look)
    quiet, crossed = np.ones(1), []
    for flags in fires:
        quiet = np.convolve(quiet, quarter)[: flags.size]
        quiet = np.where(flags[: quiet.size], 0.0, quiet)
        crossed.append(max(1.0 - float(np.sum(quiet)), 0.0))
    return np.asarray(crossed)


def crossing_curves(
    rules: tuple[Rule, ...], prior: Prior | None, per_look: tuple[float, ...] = PER_LOOK, n_looks: int = N_LOOKS
) -> dict[str, list[float]]:
    """Chance of ever crossing within the looks, by rule, for each expected count per look."""
    alone = tuple(rule for rule in rules if rule.is_of_a_pair)
    curves: dict[str, list[float]] = {rule.name: [] for rule in alone}
    for each in per_look:
        totals = [each * look for look in range(1, n_looks + 1)]
        fires = [fires_at(alone, total, prior, np.arange(float(most_cases(total)))) for total in totals]
        for name, curve in curves.items():
            curve.append(float(ever_crossing([at_look[name] for at_look in fires], each)[-1]))
    return curves
