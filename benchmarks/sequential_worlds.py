"""A family of surveillance plans under the null, lived through many times: how often any of them signals at all.

Two products, five endpoints of different size, sixty quarters. Expected events grow with exposure and differ from quarter
to quarter, some looks are skipped, and the last one passes the planned length: looks as they come, not as they were
planned. The family's alpha is split evenly over endpoint × product.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from benchmarks.operating_world import Array
from pipeline.sequential import conditionalmaxsprt as conditional
from pipeline.sequential import unadjusted
from pipeline.sequential.cusum import Compared
from pipeline.sequential.designs import Counts, design

SEED = 20_261_122
N_LOOKS, FAMILY_ALPHA, MINIMUM = 60, 0.05, 3
ENDPOINTS = {"crs": 40.0, "infection": 30.0, "icans": 20.0, "aki": 8.0, "second_malignancy": 4.0}
"""Events expected in sixty quarters; sizes chosen to span what plans ask about, no estimates."""
PRODUCTS = {"first": 1.0, "second": 0.4}
SKIPPED, SPREAD, RAMP, PAST = 0.05, 0.4, 12.0, 1.02
COMPARATORS, SHARES = 3.0, (0.2, 0.3)
"""Comparator's events to each of the product by plan, and the range in which the product's share really moves."""
BASELINE_EVENTS = 20


class Plan(NamedTuple):
    """One plan of the family: events expected over its length, its part of alpha, and expected events at each look held."""

    name: str
    length: float
    alpha: float
    expected: Array


def family(seed: int = SEED) -> list[Plan]:
    """The plans, with the looks that were held."""
    rng = np.random.default_rng(seed)
    alpha = FAMILY_ALPHA / (len(ENDPOINTS) * len(PRODUCTS))
    return [
        Plan(f"{product} · {endpoint}", size * factor, alpha, looks_held(rng, size * factor))
        for product, factor in PRODUCTS.items()
        for endpoint, size in ENDPOINTS.items()
    ]


def looks_held(rng: np.random.Generator, length: float) -> Array:
    """Cumulative expected events at the looks that were held, the last a little beyond the length."""
    gaps = np.minimum(1.0, np.arange(1, N_LOOKS + 1) / RAMP) * rng.lognormal(0.0, SPREAD, N_LOOKS)
    total = np.cumsum(gaps) * (PAST * length / np.sum(gaps))
    held = rng.random(N_LOOKS) >= SKIPPED
    held[-1] = True
    return np.asarray(total[held])


Crossed = Callable[[Plan, np.random.Generator, int], np.ndarray]


def poisson(design_id: str, more: Mapping[str, object], dispersion: float = 1.0) -> Crossed:
    """Series of a cohort plan that cross: Poisson counts, or negative binomial of that dispersion, under the null."""

    def crossed(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
        given = {"alpha": plan.alpha, "maximum_length": plan.length, "minimum_events": MINIMUM, **more}
        held = design(design_id, given, "cohort").boundary([Counts(0, expected=at) for at in plan.expected.tolist()])
        return passed(counts_of(rng, plan.expected, draws, dispersion), held.least)

    return crossed


def binomial(design_id: str, more: Mapping[str, object]) -> Crossed:
    """Series of a plan on reports that cross: the product's part of the events of both, whose share moves."""

    def crossed(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
        events, shares, looks = compared_looks(plan, rng)
        length = round((1.0 + COMPARATORS) * plan.length)
        given = {"alpha": plan.alpha, "maximum_length": length, "minimum_events": MINIMUM}
        made = design(design_id, {**given, "matching_ratio": COMPARATORS, **more}, "spontaneous")
        return passed(np.cumsum(rng.binomial(events, shares, (draws, events.size)), axis=1), made.boundary(looks).least)

    return crossed


def compared_looks(plan: Plan, rng: np.random.Generator) -> tuple[np.ndarray, Array, list[Counts]]:
    """Events of both at each look, the product's share of them, and the looks without any of the product's."""
    events = np.diff(np.round((1.0 + COMPARATORS) * plan.expected), prepend=0.0).astype(int)
    shares = rng.uniform(*SHARES, events.size)
    totals = zip(np.cumsum(events).tolist(), shares.tolist(), strict=True)
    return events, shares, [Counts(0, compared=total, share=share) for total, share in totals]


def after_baseline(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Series of a conditional plan that cross: baseline and follow-up drawn together, looks until the planned length."""
    length = plan.length / BASELINE_EVENTS
    given = {
        "alpha": plan.alpha,
        "maximum_length": length,
        "minimum_events": MINIMUM,
        "baseline_events": BASELINE_EVENTS,
    }
    made: Any = design("conditional_maxsprt", given, "cohort")
    base = rng.gamma(BASELINE_EVENTS, 1.0, draws) + rng.random(draws) * rng.exponential(1.0, draws)
    count = counts_of(rng, plan.expected, draws, 1.0)
    time = plan.expected / base[:, None]
    with np.errstate(invalid="ignore"):
        statistic = conditional.log_likelihood_ratio(count, time, float(BASELINE_EVENTS))
    return np.asarray(((statistic >= made.value) & (count >= MINIMUM) & (time <= length)).any(axis=1))


def charted(design_id: str) -> Crossed:
    """Series of a chart that alert: sixty looks, each expecting as many reports."""

    def crossed(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
        each = plan.length / N_LOOKS
        given = {"alpha": plan.alpha, "maximum_length": N_LOOKS, "expected_per_look": each}
        made: Any = design(design_id, given, "spontaneous")
        counts = [rng.poisson(each, draws) for _ in range(N_LOOKS)]
        return alerted(made.planned.chart, counts, made.planned.laws, [made.planned.limit] * N_LOOKS)

    return crossed


def charted_beside(design_id: str) -> Crossed:
    """Series of a chart of the product's part of the events of both that alert; looks as they come, the share moves."""

    def crossed(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
        events, shares, looks = compared_looks(plan, rng)
        each = (1.0 + COMPARATORS) * plan.length / N_LOOKS
        given = {"alpha": plan.alpha, "maximum_length": N_LOOKS, "events_per_look": each}
        made: Any = design(design_id, {**given, "matching_ratio": COMPARATORS}, "spontaneous")
        laws = [Compared(n, share) for n, share in zip(events.tolist(), shares.tolist(), strict=True)]
        counts = [rng.binomial(law.events, law.share, draws) for law in laws]
        return alerted(made.planned.chart, counts, laws, made.limits(looks))

    return crossed


def alerted(chart: Any, counts: Iterable[Array], laws: Iterable[Any], limits: Iterable[int]) -> np.ndarray:
    """Whether each series' chart comes to the limit of some look; counts: of every series at each look."""
    place, found = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)
    for count, law, limit in zip(counts, laws, limits, strict=True):
        place = chart.moved(place, count, law)
        found = found | (place >= limit)
    return found


def unadjusted_component(plan: Plan, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Series on which IC025 is above 0 at some look, asked as if each look was the only one."""
    least = [unadjusted.least_count(at) for at in plan.expected.tolist()]
    return passed(counts_of(rng, plan.expected, draws, 1.0), least)


def counts_of(
    rng: np.random.Generator, expected: Array, draws: int, dispersion: float, ratio: float = 1.0
) -> np.ndarray:
    """Cumulative counts at each look, shape (draws, looks)."""
    gaps = ratio * np.diff(expected, prepend=0.0)
    shape = (draws, gaps.size)
    if dispersion == 1.0:
        return np.cumsum(rng.poisson(gaps, shape), axis=1)
    return np.cumsum(rng.negative_binomial(gaps / (dispersion - 1.0), 1.0 / dispersion, shape), axis=1)


def passed(count: np.ndarray, least: list[int]) -> np.ndarray:
    """Whether each series reaches the least count at some look."""
    return np.asarray((count >= np.asarray(least)).any(axis=1))


DESIGNS: dict[str, Crossed] = {
    "poisson_maxsprt": poisson("poisson_maxsprt", {}),
    "poisson_maxsprt, grouped": poisson("poisson_maxsprt", {"looks": N_LOOKS, "boundary": "grouped"}),
    "poisson_spending, Pocock": poisson("poisson_spending", {"spending": "pocock"}),
    "poisson_spending, O'Brien–Fleming": poisson("poisson_spending", {"spending": "obrien_fleming"}),
    "conditional_maxsprt": after_baseline,
    "binomial_maxsprt": binomial("binomial_maxsprt", {}),
    "binomial_spending, Pocock": binomial("binomial_spending", {"spending": "pocock"}),
    "cusum": charted("cusum"),
    "ewma": charted("ewma"),
    "cusum, beside a comparator": charted_beside("cusum"),
    "ewma, beside a comparator": charted_beside("ewma"),
}
CONTRASTS: dict[str, Crossed] = {
    "IC025 > 0, unadjusted": unadjusted_component,
    "poisson_maxsprt, counts of dispersion 2": poisson("poisson_maxsprt", {}, 2.0),
}
