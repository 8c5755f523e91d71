"""`python -m benchmarks.coverage_recurrent`: intervals of events that come back, on simulated cohorts.

Infections come in two worlds: clustered, with a frailty for each patient, and independent, where every patient has the same
pace. How often each interval holds the planted pace, into benchmarks/results.json under "coverage_recurrent", and into
docs/registry_simulation.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from benchmarks.coverage_command import in_pieces, measured
from benchmarks.coverage_draws import HORIZON, INDICATION, SIZES, Window, cohort_of, label, left_at
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    EXACT,
    FAILED,
    HELD,
    LEAST_EVENTS,
    METHODS,
    MONTE_CARLO,
    NOMINAL,
    REPORTED,
    Figure,
    rounded,
    row,
)
from benchmarks.coverage_tables import claims_table, every_table
from pipeline.cohort.parameters import parameters
from pipeline.demo.chance import Floats
from pipeline.demo.cohortevents import times_of
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortsettings import Toxicity, cohort_settings
from pipeline.demo.cohortworld import Cohort
from pipeline.study.clustered import clustered_rate
from pipeline.study.poisson import incidence_rate

COHORTS, QUICK_COHORTS = 2_000, 20
SEED = 970_000
WINDOWS = (Window("infection", 0, 29), Window("infection", 91, 366), Window("infection", 730, HORIZON))
CLUSTERED, INDEPENDENT = "clustered", "independent"
AT_LEAST = "at least"  # kind of an interval that may cover more than asked, where it is told
NO_FRAILTY = 1e-6  # variance of a frailty that makes no difference
ROBUST = "robust over patients"
ESTIMATOR = "Events per person-year"


class Counted(NamedTuple):
    """All events of one cohort in a window: the world, the window and the number of patients; events and person-years.

    estimate, low, high: by the robust interval, NaN where too few patients had an event.
    """

    what: tuple[str, str, int]
    n_events: float
    person_years: float
    estimate: float
    low: float
    high: float


def world(name: str) -> Toxicity:
    """The recurrent toxicity of a world."""
    planted = next(each for each in cohort_settings().toxicities if each.id == WINDOWS[0].toxicity)
    return planted if name == CLUSTERED else replace(planted, frailty_variance=NO_FRAILTY)


def drawn(seeds: range) -> list[Counted]:
    """Draw a cohort for each seed, and count its events in both worlds."""
    return list(chain.from_iterable(counted(cohort_of(seed, n=SIZES[-1])) for seed in seeds))


def counted(cohort: Cohort, sizes: tuple[int, ...] = SIZES) -> Iterator[Counted]:
    """All events of the first patients of a cohort, by world, window and number of patients."""
    alive = np.minimum(left_at(cohort), cohort.course.death)
    for name in (CLUSTERED, INDEPENDENT):
        person, when, _ = times_of(cohort, world(name))
        for window in WINDOWS:
            seen = (when >= window.first) & (when < window.below) & (when <= alive[person])
            events = np.bincount(person[seen], minlength=alive.size)
            years = np.clip(np.minimum(alive, window.below) - window.first, 0.0, None) / DAYS_PER_YEAR
            for n in sizes:
                yield _told((name, label(window), n), events[:n], years[:n])


def _told(what: tuple[str, str, int], events: np.ndarray, years: np.ndarray) -> Counted:
    """As a study tells it: no robust interval with fewer patients with an event than it asks for."""
    found = clustered_rate(events[:, None], years[:, None], np.ones((1, events.size)))
    is_told = found.persons[0, 0] >= parameters()["least_patients_robust"]
    low, high = (float(side[0, 0]) if is_told else np.nan for side in (found.low, found.high))
    return Counted(what, float(events.sum()), float(years.sum()), float(found.estimate[0, 0]), low, high)


def rows_of(counts: Iterable[Counted]) -> list[Figure]:
    """One row for each interval, world, window and number of patients."""
    groups: dict[tuple[str, str, int], list[Counted]] = {}
    for one in counts:
        if one.person_years > 0:
            groups.setdefault(one.what, []).append(one)
    rows = []
    for (name, window, n), each in groups.items():
        events, years, *robust = np.array([one[1:] for one in each], dtype=np.float64).T
        truth = pace(next(one for one in WINDOWS if label(one) == window))
        named = f"all events, {name}, {window}"
        rows.append(_robust((ESTIMATOR, ROBUST, named, n, AT_LEAST), events, robust, truth))
        for method in METHODS:
            kind = REPORTED if name == CLUSTERED else EXACT if method == "garwood" else ASYMPTOTIC
            sides = incidence_rate(events, years, 1.0, method)
            rows.append(row((ESTIMATOR, method, named, n, kind), events, sides, truth))
    return rows


def _robust(named: tuple[str, str, str, int, str], events: Floats, sides: Sequence[Floats], truth: float) -> Figure:
    """The row of the cohorts where the interval is told, and the share of the others; it may cover more than asked."""
    told = ~np.isnan(sides[1])
    made = row(named, events[told], [side[told] for side in sides], truth)
    is_claimed = made["expected_events"] >= LEAST_EVENTS
    holds = made["coverage"]["high"] >= NOMINAL
    judged = REPORTED if not is_claimed else HELD if holds else FAILED
    return made | {"no_interval": rounded(float(1.0 - told.mean())), "verdict": judged}


def pace(window: Window) -> float:
    """Events per person-year of a window, the same in both worlds: a frailty has mean 1 and knows nothing of death."""
    hazard = world(CLUSTERED).hazards[cohort_settings().indications.index(INDICATION)]
    return float(hazard.at(np.array([window.first]))[0] * DAYS_PER_YEAR)


def simulated(cohorts: int, workers: int) -> Figure:
    """What the record says."""
    rows = rows_of(chain.from_iterable(in_pieces(drawn, SEED, cohorts, workers)))
    return {
        "seed": SEED,
        "indication": INDICATION,
        "frailty_variance": world(CLUSTERED).frailty_variance,
        "least_patients": parameters()["least_patients_robust"],
        "monte_carlo_confidence": MONTE_CARLO,
        "least_events": LEAST_EVENTS,
        "rows": rows,
        "claims": claims(rows),
    }


def claims(rows: list[Figure]) -> dict[str, bool]:
    """What docs/registry_simulation.md says, and whether it is so."""

    def holds(interval: str, name: str) -> bool:
        asked = [r for r in rows if r["interval"] == interval and f", {name}, " in r["quantity"]]
        return any(r["verdict"] != REPORTED for r in asked) and all(r["verdict"] != FAILED for r in asked)

    return {
        "robust intervals of clustered events cover no less than asked from 20 events on": holds(ROBUST, CLUSTERED),
        "robust intervals of independent events cover no less than asked from 20 events on": holds(ROBUST, INDEPENDENT),
        "exact intervals of independent events cover": holds("garwood", INDEPENDENT),
    }


def as_tables(record: Figure) -> str:
    """What was simulated, the claims, and every row."""
    told = [1.0 - r["no_interval"] for r in record["rows"] if r["interval"] == ROBUST and r["verdict"] != REPORTED]
    said = (
        f"{record['cohorts']:,} cohorts of up to {max(SIZES):,} treated patients (indication {record['indication']}), seeds from "
        f"{record['seed']:,}; Monte-Carlo intervals of {100 * record['monte_carlo_confidence']:g} %. Frailty of the clustered world: "
        f"gamma, variance {record['frailty_variance']:g}. A robust interval needs {record['least_patients']:g} patients with an event; "
        f"coverage is that of the cohorts where it is told, at least {100 * min(told):.1f} % of them where 20 events are expected."
    )
    return "\n\n".join([said, claims_table(record), every_table(record)])


def main() -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only."""
    measured("coverage_recurrent", COHORTS, QUICK_COHORTS, main.__doc__, simulated, as_tables)


if __name__ == "__main__":
    main()
