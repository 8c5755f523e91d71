"""`python -m benchmarks.coverage`: how each estimator of the study behaves on simulated cohorts whose truth is known.

Thousands of registries are drawn as arrays (pipeline.demo.cohortworld); every estimator is asked of each and held against
what was planted. Into benchmarks/results.json under "coverage", and into docs/registry_simulation.md.
"""

from itertools import chain
from typing import NamedTuple

import numpy as np

from benchmarks.coverage_command import in_pieces, measured
from benchmarks.coverage_draws import (
    COUNT_SIZES,
    INDICATION,
    OTHER_INDICATION,
    SIZES,
    Both,
    Counted,
    Said,
    cohort_of,
    completeness,
    counts,
    curves,
    left_at,
    ratios,
)
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    EXACT,
    LEAST_EVENTS,
    MONTE_CARLO,
    Figure,
    holding,
    rounded,
    rows_of_counts,
    rows_of_curves,
    rows_of_ratios,
    unbiased,
)
from benchmarks.coverage_tables import as_tables

COHORTS, QUICK_COHORTS = 4_000, 50
SEED, OTHER_SEEDS = 900_000, 1_000_000_000  # one seed draws one world: the other indication needs its own
OVERSTATED = "1 - Kaplan–Meier"


class Drawn(NamedTuple):
    """Everything that was said of some cohorts; completeness: Clark's C and the true share followed, of each."""

    said: list[Said]
    counted: list[Counted]
    both: list[Both]
    completeness: list[tuple[float, float]]


def drawn(seeds: range) -> Drawn:
    """Draw a cohort for each seed, and ask every estimator."""
    found = Drawn([], [], [], [])
    for seed in seeds:
        cohort = cohort_of(seed)
        end = left_at(cohort)
        found.said.extend(chain.from_iterable(curves(cohort, end, n) for n in SIZES))
        found.counted.extend(counts(cohort, end))
        found.both.extend(ratios(cohort, cohort_of(OTHER_SEEDS + seed, OTHER_INDICATION)))
        found.completeness.append(completeness(cohort, end))
    return found


def simulated(cohorts: int, workers: int) -> Figure:
    """What the record says."""
    every = list(in_pieces(drawn, SEED, cohorts, workers))
    rows = [
        *rows_of_counts(chain.from_iterable(part.counted for part in every)),
        *rows_of_ratios(chain.from_iterable(part.both for part in every)),
        *rows_of_curves(chain.from_iterable(part.said for part in every)),
    ]
    followed = np.array([pair for part in every for pair in part.completeness])
    return {
        "seed": SEED,
        "indication": INDICATION,
        "sizes": list(COUNT_SIZES),
        "monte_carlo_confidence": MONTE_CARLO,
        "least_events": LEAST_EVENTS,
        "rows": rows,
        "completeness": completeness_of(followed),
        "claims": claims(rows, followed),
    }


def completeness_of(followed: np.ndarray) -> Figure:
    """Clark's C beside the share of the time lived that was followed: C owes time that the lost did not live."""
    c, true = followed.T
    return {
        "clark_c": rounded(float(c.mean())),
        "share_of_time_lived": rounded(float(true.mean())),
        "largest_excess": rounded(float((c - true).max())),
    }


def claims(rows: list[Figure], followed: np.ndarray) -> dict[str, bool]:
    """What docs/registry_simulation.md says, and whether it is so."""
    naive = [row for row in rows if row["estimator"] == OVERSTATED and row["expected_events"] >= LEAST_EVENTS]
    curves_told = [
        row
        for row in rows
        if row["kind"] == ASYMPTOTIC
        and row["estimator"] in ("Kaplan–Meier", "Aalen–Johansen", "Restricted mean")
        and row["expected_events"] >= LEAST_EVENTS
    ]
    return {
        "exact intervals cover": holding(rows, EXACT),
        "asymptotic intervals cover from 20 events on": holding(rows, ASYMPTOTIC),
        "curves are unbiased from 20 events on": unbiased(curves_told),
        "1 - Kaplan–Meier overstates": bool(naive) and all(r["bias"]["low"] > 0 for r in naive),
        "Clark's C is never above the share followed": bool((followed[:, 0] <= followed[:, 1] + 1e-12).all()),
    }


def main() -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only."""
    measured("coverage", COHORTS, QUICK_COHORTS, main.__doc__, simulated, as_tables)


if __name__ == "__main__":
    main()
