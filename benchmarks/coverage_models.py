"""`python -m benchmarks.coverage_models`: tests between groups, hazard ratios and mean counts on simulated cohorts.

How often a test finds a difference where none is, and how often an interval holds what was planted. Into
benchmarks/results.json under "coverage_models", and into docs/registry_simulation.md.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from benchmarks.coverage import OTHER_SEEDS
from benchmarks.coverage_command import in_pieces, measured
from benchmarks.coverage_draws import INDICATION, OTHER_INDICATION, SIZES, cohort_of
from benchmarks.coverage_models_draws import PLANTED, RECURRENT, Answer, Told, group_tests, hazard_ratios, mean_counts
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    CELLS,
    FAILED,
    LEAST_EVENTS,
    MONTE_CARLO,
    Figure,
    ratio_truth,
    rounded,
    row,
    share,
    verdict,
)
from benchmarks.coverage_tables import claims_table, markdown
from pipeline.demo.cohorthazards import DAYS_PER_YEAR, survival
from pipeline.demo.cohortsettings import cohort_settings
from pipeline.demo.cohorttruth import course_of

COHORTS, QUICK_COHORTS = 2_000, 20
SEED = 950_000
LEVEL = 0.05


class Drawn(NamedTuple):
    """Everything that was said of some cohorts."""

    tested: list[Answer]
    said: list[Told]


def drawn(seeds: range) -> Drawn:
    """Draw a cohort for each seed, and ask everything."""
    found = Drawn([], [])
    for seed in seeds:
        cohort = cohort_of(seed, n=SIZES[-1])
        found.tested.extend(group_tests(cohort))
        found.said.extend(hazard_ratios(cohort, cohort_of(OTHER_SEEDS + seed, OTHER_INDICATION, SIZES[-1])))
        found.said.extend(mean_counts(cohort))
    return found


def simulated(cohorts: int, workers: int) -> Figure:
    """What the record says."""
    every = list(in_pieces(drawn, SEED, cohorts, workers))
    sizes = rows_of_tests(chain.from_iterable(part.tested for part in every))
    rows = rows_of_intervals(chain.from_iterable(part.said for part in every))
    return {
        "seed": SEED,
        "indication": INDICATION,
        "planted": PLANTED,
        "monte_carlo_confidence": MONTE_CARLO,
        "least_events": LEAST_EVENTS,
        "tests": sizes,
        "rows": rows,
        "claims": claims(sizes, rows),
    }


def rows_of_tests(tested: Iterable[Answer]) -> list[Figure]:
    """One row for each test, question and number of patients: how often it found what is not there."""
    groups: dict[tuple[str, str, int], list[Answer]] = {}
    for one in tested:
        groups.setdefault(one.what, []).append(one)
    rows = []
    for (test, quantity, n), each in groups.items():
        p = np.array([one.p for one in each])
        events, rests_on = (float(np.mean(side)) for side in np.array([one[1:3] for one in each]).T)
        quiet = share(int(np.sum(p >= LEVEL)), p.size)
        named: Figure = {
            "test": test,
            "quantity": quantity,
            "n": n,
            "cohorts": len(each),
            "expected_events": rounded(events),
            "rests_on": rounded(rests_on),
        }
        rows.append(named | {"rejected": share(int(np.sum(p < LEVEL)), p.size), "untold": int(np.isnan(p).sum())})
        rows[-1] |= _judged(events, rests_on, quiet)
    return rows


def rows_of_intervals(said: Iterable[Told]) -> list[Figure]:
    """One row for each estimator, quantity, number of patients and time; estimates that do not exist stand in no mean."""
    groups: dict[tuple[str, str, str, int, float], list[Told]] = {}
    for one in said:
        groups.setdefault(one.what, []).append(one)
    rows = []
    for (estimator, interval, quantity, n, years), each in groups.items():
        events, rests_on, *sides = np.array([one[1:] for one in each], dtype=np.float64).T
        named = f"{quantity}, {years:g} y" if years else quantity
        rows.append(row((estimator, interval, named, n, ASYMPTOTIC), events, sides, truth(estimator, quantity, years)))
        rows[-1] |= {"median": rounded(float(np.nanmedian(sides[0]))), "rests_on": rounded(float(rests_on.mean()))}
        rows[-1] |= _judged(rows[-1]["expected_events"], rows[-1]["rests_on"], rows[-1]["coverage"])
    return rows


def _judged(events: float, rests_on: float, coverage: Figure | None) -> Figure:
    """Whether the claim holds from twenty on of what the estimate rests on; beside it, whether it would from twenty events."""
    return {
        "verdict": verdict(ASYMPTOTIC, rests_on, coverage),
        "by_all_events": verdict(ASYMPTOTIC, events, coverage),
    }


@lru_cache(maxsize=64)
def truth(estimator: str, quantity: str, years: float) -> float:
    """The planted hazard ratio, or the mean number of events that follows from the planted hazards."""
    if years:
        return _mean_truth(years, is_terminal=estimator == "Ghosh–Lin")
    if "lbcl to b_all" in quantity:
        return ratio_truth(f"{INDICATION} ÷ {OTHER_INDICATION}, aki, days 0 to 30")
    return PLANTED[quantity.rpartition(", ")[2]]


def _mean_truth(years: float, *, is_terminal: bool) -> float:
    """Events expected of somebody who lives on; where death ends them, each day by the share alive on it.

    The frailty has mean 1 and knows nothing of death.
    """
    settings = cohort_settings()
    place = settings.indications.index(INDICATION)
    hazard = next(each for each in settings.toxicities if each.id == RECURRENT).hazards[place]
    day = years * DAYS_PER_YEAR
    if not is_terminal:
        return float(hazard.cumulated(day))
    grid = np.linspace(0.0, day, CELLS + 1)
    alive = survival(*course_of(settings, place), grid, CELLS)
    return float(np.sum((alive[1:] + alive[:-1]) / 2.0 * np.diff(hazard.cumulated(grid))))


def claims(sizes: list[Figure], rows: list[Figure]) -> dict[str, bool]:
    """What docs/registry_simulation.md says, and whether it is so."""
    return {
        "tests reject 5 % where nothing differs, from 20 events in each group on": all(
            r["verdict"] != FAILED for r in sizes
        ),
        "intervals of models cover from 20 events for each covariate on": all(
            r["verdict"] != FAILED for r in rows if r["interval"] == "Wald"
        ),
        "intervals of mean counts cover from 20 patients still followed on": all(
            r["verdict"] != FAILED for r in rows if r["interval"] == "robust"
        ),
    }


def as_tables(record: Figure) -> str:
    """What was simulated, the claims, the tests' sizes and the intervals' coverage."""
    planted = " and ".join(f"{ratio:g} for {name}" for name, ratio in record["planted"].items())
    told = (
        f"{record['cohorts']:,} cohorts of up to {max(SIZES):,} treated patients (indication {record['indication']}), seeds from "
        f"{record['seed']:,}; Monte-Carlo intervals of {100 * record['monte_carlo_confidence']:g} %. Planted: {planted}."
    )
    return "\n\n".join(
        [
            told,
            claims_table(record),
            "### Tests where nothing differs",
            _tests_table(record["tests"]),
            "### Models and mean counts",
            _intervals_table(record["rows"]),
        ]
    )


def _tests_table(rows: list[Figure]) -> str:
    body = [(r["test"], *_named(r), _share(r["rejected"]), f"{r['untold']}", *_verdicts(r)) for r in rows]
    heads = (
        "test",
        "of",
        "patients",
        "events expected",
        "in the group with fewest",
        "rejected at 5 %",
        "nothing to compare",
    )
    return markdown((*heads, "claim", "by 20 events in all"), body)


def _intervals_table(rows: list[Figure]) -> str:
    body = [
        (r["estimator"], *_named(r), f"{r['truth']:.4g}", f"{r['median']:.3g}", _share(r["coverage"]), *_verdicts(r))
        for r in rows
    ]
    heads = ("estimator", "of", "patients", "events expected", "rests on", "truth", "median", "coverage")
    return markdown((*heads, "claim", "by 20 events in all"), body)


def _verdicts(r: Figure) -> tuple[str, str]:
    return r["verdict"], r["by_all_events"]


def _named(r: Figure) -> tuple[str, ...]:
    return r["quantity"], f"{r['n']}", f"{r['expected_events']:.3g}", f"{r['rests_on']:.3g}"


def _share(found: Figure) -> str:
    return f"{100 * found['value']:.1f} % ({100 * found['low']:.1f}–{100 * found['high']:.1f})"


def main() -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only."""
    measured("coverage_models", COHORTS, QUICK_COHORTS, main.__doc__, simulated, as_tables)


if __name__ == "__main__":
    main()
