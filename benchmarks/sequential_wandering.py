"""What a plan really spends when the level it takes as given wanders over the years: by simulation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.operating_summary import share
from benchmarks.operating_world import Array
from benchmarks.sequential_worlds import N_LOOKS, SEED, alerted, passed
from pipeline.sequential.arrivals import shifted_share
from pipeline.sequential.cusum import Compared

Figure = dict[str, Any]
WANDERING = (0.0, 0.01, 0.02, 0.05, 0.1)
"""Standard deviation of what the logarithm of the level moves by from one look to the next."""


def wandering(designs: Mapping[str, Any], draws: int) -> Figure:
    """Share of series that signal, by design and wandering; over the designs' planned looks."""
    return {
        name: {f"{step:g}": share(crossed(made, levels(step, draws), number)) for step in WANDERING}
        for number, (name, made) in enumerate(designs.items())
    }


def levels(step: float, draws: int) -> Array:
    """How many times as often as supposed the product's events come at each look: a random walk from 1, (draws, looks)."""
    rng = np.random.default_rng((SEED, round(1e4 * step)))
    return np.asarray(np.exp(np.cumsum(rng.normal(0.0, 1.0, (draws, N_LOOKS)) * step, axis=1)))


def crossed(made: Any, level: Array, number: int) -> np.ndarray:
    """Whether each series signals at some look."""
    rng = np.random.default_rng((SEED, number))
    if made.id in {"cusum", "ewma"}:
        return charted(made, level, rng)
    gaps = np.diff(np.asarray(made.planned), prepend=0.0)
    if made.world == "cohort":
        return passed(np.cumsum(rng.poisson(gaps * level), axis=1), made.planned_least(made.planned))
    drawn = rng.binomial(gaps.astype(int), moved(made.plan.share, level))
    return passed(np.cumsum(drawn, axis=1), made.planned_least(made.planned))


def charted(made: Any, level: Array, rng: np.random.Generator) -> np.ndarray:
    """The same of a chart, of a known mean or beside a comparator."""
    laws, limit = made.planned.laws, made.planned.limit
    counts = [
        rng.binomial(law.events, moved(law.share, at)) if isinstance(law, Compared) else rng.poisson(law.expected * at)
        for law, at in zip(laws, level.T, strict=True)
    ]
    return alerted(made.planned.chart, counts, laws, [limit] * len(laws))


def moved(usual: float, level: Array) -> Array:
    """The product's share of the events of both when its own come so many times as often."""
    return np.asarray(shifted_share(usual, level))  # type: ignore[arg-type]  # the formula takes arrays
