"""`python -m benchmarks.sequential`: whether sequential plans keep their family's alpha, and what they find how soon.

False alarms are simulated (benchmarks.sequential_worlds), power is exact. Into benchmarks/results.json under "sequential"
and docs/sequential.md with its picture. Exit 1 where a design's share of families with a false alarm passes the family's
alpha by more than the Monte-Carlo error: where the whole 95 % interval lies above it.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.__main__ import RECORD, machine
from benchmarks.operating_summary import rounded, share
from benchmarks.sequential_tables import as_tables, write_docs
from benchmarks.sequential_wandering import wandering
from benchmarks.sequential_worlds import (
    BASELINE_EVENTS,
    COMPARATORS,
    CONTRASTS,
    DESIGNS,
    FAMILY_ALPHA,
    MINIMUM,
    N_LOOKS,
    SEED,
    Crossed,
    Plan,
    family,
)
from pipeline.config import code_version
from pipeline.errors import UsageError
from pipeline.sequential import conditionalmaxsprt, poissonmaxsprt, unadjusted
from pipeline.sequential.boundary import followed
from pipeline.sequential.cohortdesigns import poisson_steps
from pipeline.sequential.designs import Design, design
from pipeline.sequential.uncertainbaseline import Baseline

Figure = dict[str, Any]
VERSION = "2026-11-22"
FAMILIES, QUICK_FAMILIES = 50_000, 500
LENGTHS, QUICK_LENGTHS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0), (2.0, 10.0)
RISKS = (1.5, 2.0, 3.0)
PER_LOOK, LOOKS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0, 100.0), (20, 40, 60)
DISPERSIONS = (1.0, 1.25, 1.5, 2.0, 3.0)
BASELINES, FOLLOWED = (5.0, 10.0, 20.0), 1.0


def measured(families: int, lengths: tuple[float, ...]) -> Figure:
    """The whole record."""
    return {
        "version": VERSION,
        "code_version": code_version(),
        "machine": machine(),
        "seed": SEED,
        "families": families,
        "n_looks": N_LOOKS,
        "family_alpha": FAMILY_ALPHA,
        "plans": [{"plan": plan.name, "expected": plan.length, "alpha": plan.alpha} for plan in family()],
        "false_alarms": {name: false_alarms(crossed, families, n) for n, (name, crossed) in enumerate(DESIGNS.items())},
        "contrasts": {name: false_alarms(crossed, families, n) for n, (name, crossed) in enumerate(CONTRASTS.items())},
        "power": power_by_length(lengths),
        "unadjusted": {f"{mean:g}": ever_crossing(mean) for mean in PER_LOOK},
        "dispersed": dispersed(),
        "wandering": wandering(wide_designs(), families),
        "baselines": {f"{mean:g}": uncertain_baseline(mean) for mean in BASELINES},
    }


def false_alarms(crossed: Crossed, families: int, number: int) -> Figure:
    """Share of families under the null with a signal of any plan, and of series of each plan; exact 95 % intervals."""
    plans = family()
    hits = np.asarray([alarmed(crossed, plan, families, (SEED, number, at)) for at, plan in enumerate(plans)])
    return {"family": share(hits.any(axis=0)), "most_of_a_plan": share(hits[int(np.argmax(hits.mean(axis=1)))])}


def alarmed(crossed: Crossed, plan: Plan, families: int, seed: tuple[int, ...]) -> np.ndarray:
    """Whether the plan signals in each family."""
    return crossed(plan, np.random.default_rng(seed), families)


def power_by_length(lengths: tuple[float, ...]) -> list[Figure]:
    """Power and median quarters, by design, greatest length in expected events of the product, and relative risk; exact."""
    alpha = family()[0].alpha
    return [
        {"design": name, "expected": length, **row}
        for name, given in PLANS.items()
        for length in lengths
        for row in rows_of(name.split(",")[0], {"alpha": alpha, **given(length)})
    ]


def cohort(length: float, **more: object) -> Figure:
    """A plan for followed patients."""
    return {"maximum_length": length, "minimum_events": MINIMUM, "looks": N_LOOKS, **more}


def after_baseline(length: float) -> Figure:
    """The same with a baseline that is a count."""
    return cohort(length / BASELINE_EVENTS, baseline_events=BASELINE_EVENTS)


def compared(length: float, **more: object) -> Figure:
    """A plan for reports of a product beside those of its comparator."""
    return cohort(round((1.0 + COMPARATORS) * length), matching_ratio=COMPARATORS, **more)


def chart(length: float) -> Figure:
    """A plan for a chart of reports whose mean is known."""
    return {"maximum_length": N_LOOKS, "expected_per_look": length / N_LOOKS}


def chart_beside(length: float) -> Figure:
    """A plan for a chart of the product's part of its reports and the comparator's."""
    each = (1.0 + COMPARATORS) * length / N_LOOKS
    return {"maximum_length": N_LOOKS, "events_per_look": each, "matching_ratio": COMPARATORS}


PLANS: dict[str, Callable[[float], Figure]] = {
    "poisson_maxsprt": cohort,
    "poisson_spending, Pocock": partial(cohort, spending="pocock"),
    "poisson_spending, O'Brien–Fleming": partial(cohort, spending="obrien_fleming"),
    "conditional_maxsprt": after_baseline,
    "binomial_maxsprt": compared,
    "binomial_spending, Pocock": partial(compared, spending="pocock"),
    "cusum": chart,
    "ewma": chart,
    "cusum, beside a comparator": chart_beside,
    "ewma, beside a comparator": chart_beside,
}
"""Parameters of each design, beside alpha, for a length in expected events of the product."""


def rows_of(design_id: str, given: Figure) -> list[Figure]:
    """One row per relative risk; a plan without a boundary has no power, and says so."""
    world = "cohort" if design_id.startswith(("poisson", "conditional")) else "spontaneous"
    try:
        found = design(design_id, given, world).operating(RISKS)
    except UsageError as error:
        return [{"relative_risk": risk, "power": None, "median_looks": None, "reason": str(error)} for risk in RISKS]
    return [
        {"relative_risk": one.relative_risk, "power": rounded(one.power), "median_looks": one.median_looks}
        for one in found
    ]


def ever_crossing(mean: float) -> Figure:
    """Exact chance that IC025 is ever above 0 within so many looks, each expecting so many cases."""
    by_look = unadjusted.ever_crossing([mean] * max(LOOKS))
    return {str(looks): rounded(by_look[looks - 1]) for looks in LOOKS}


def wide_designs() -> dict[str, Design]:
    """Designs of 5 % over sixty equal looks, of 20 events expected or 240 of both."""
    wide = {"alpha": 0.05, "minimum_events": 1, "looks": N_LOOKS}
    beside = {**wide, "maximum_length": 240, "matching_ratio": COMPARATORS}
    charts = {"cusum": chart(20.0), "cusum, beside a comparator": chart_beside(60.0)}
    return {
        "poisson_maxsprt": design("poisson_maxsprt", {**wide, "maximum_length": 20}, "cohort"),
        "poisson_spending, Pocock": design("poisson_spending", {**wide, "maximum_length": 20}, "cohort"),
        "binomial_maxsprt": design("binomial_maxsprt", beside, "spontaneous"),
        **{name: design("cusum", {"alpha": 0.05, **given}, "spontaneous") for name, given in charts.items()},
    }


def dispersed() -> Figure:
    """What they really spend, by dispersion; exact."""
    return {
        name: {f"{one.dispersion:g}": rounded(one.alpha) for one in each.dispersed(DISPERSIONS)}
        for name, each in wide_designs().items()
    }


def uncertain_baseline(mean: float) -> Figure:
    """What is really spent when the baseline is a Poisson count in a set person-time, and followed for as long again.

    Exact: the mean over the baseline's count, 0 left out (no plan can be made). conditional: the conditional MaxSPRT of
    each count. plugged_in: the Poisson MaxSPRT that takes the count for the truth. Sixty looks, 5 %, one event enough.
    """
    times = [FOLLOWED * look / N_LOOKS for look in range(1, N_LOOKS + 1)]
    steps = poisson_steps([mean * time for time in times])
    spent = np.zeros(2)
    for count in range(1, int(stats.poisson.isf(1e-6, mean)) + 1):
        plan = conditionalmaxsprt.Plan(Baseline(count), None, FOLLOWED)
        value = conditionalmaxsprt.critical_value(plan, 0.05).value
        sure = poissonmaxsprt.Plan(count * FOLLOWED)
        flat = poissonmaxsprt.critical_value(sure, 0.05).value
        boundaries = (
            [conditionalmaxsprt.least_count(time, value, float(count)) for time in times],
            poissonmaxsprt.grouped_least([count * time for time in times], flat, sure),
        )
        spent += stats.poisson.pmf(count, mean) * np.asarray([followed(steps, least).ever for least in boundaries])
    return {"conditional": rounded(spent[0]), "plugged_in": rounded(spent[1])}


def exceeded(record: Figure) -> list[str]:
    """Designs whose whole interval of false alarms lies above the family's alpha."""
    return [name for name, one in record["false_alarms"].items() if one["family"]["low"] > record["family_alpha"]]


def main() -> None:
    """Simulate, work out, print; without --quick also write the record and the page."""
    parser = argparse.ArgumentParser(prog="benchmarks.sequential", description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="Few families: a look, nothing written.")
    parser.add_argument("--json", type=Path, help="Write the record here instead of into the project.")
    asked = parser.parse_args()
    record = measured(QUICK_FAMILIES, QUICK_LENGTHS) if asked.quick else measured(FAMILIES, LENGTHS)
    print(as_tables(record))
    if asked.json:
        asked.json.write_text(text_of(record), encoding="utf-8")
    elif not asked.quick:
        kept: Figure = json.loads(RECORD.read_text(encoding="utf-8"))
        RECORD.write_text(text_of(kept | {"sequential": record}), encoding="utf-8")
        write_docs(record)
    if over := exceeded(record):
        raise SystemExit(f"more false alarms than alpha {record['family_alpha']:g} allows: {', '.join(over)}")


def text_of(record: Figure) -> str:
    """JSON as the project keeps it."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
