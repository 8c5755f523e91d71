"""`python -m benchmarks.coverage_subgroups`: intervals of subgroups drawn together, on counts drawn straight from stated worlds.

The true incidences of the subgroups scatter as logarithms of a normal distribution, which is not the one that the estimator
takes them from. How often each subgroup's interval holds its own truth, over all subgroups, into benchmarks/results.json under
"coverage_subgroups", and into docs/registry_simulation.md.
"""

from collections.abc import Iterable
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from benchmarks.coverage_command import in_pieces, measured
from benchmarks.coverage_summary import FAILED, HELD, LEAST_EVENTS, MONTE_CARLO, NOMINAL, REPORTED, Figure, row
from benchmarks.coverage_tables import claims_table, every_table
from pipeline.study.subgroups import drawn_together

COHORTS, QUICK_COHORTS = 1_000, 20
SEED = 5_000_000
SUBGROUPS, SCATTERS, EXPECTED = (3, 6), (0.0, 0.4, 0.8), (2.0, 20.0)
AT_LEAST = "at least"  # kind of an interval that may cover more than asked
ESTIMATOR, INTERVAL = "Subgroups drawn together", "poisson-gamma"


class Drawn(NamedTuple):
    """One subgroup of one draw: the world, its events, and estimate, low and high over the truth."""

    what: tuple[int, float, float]
    events: float
    estimate: float
    low: float
    high: float


def drawn(seeds: range) -> list[Drawn]:
    """Draw subgroups in every world for each seed, and draw them together; without any event there is nothing to draw."""
    found = []
    for seed in seeds:
        chance = np.random.default_rng(seed)
        for k, scatter, expected in product(SUBGROUPS, SCATTERS, EXPECTED):
            truth = np.exp(scatter * chance.standard_normal(k))
            events = chance.poisson(expected * truth)
            if events.any():
                sides = drawn_together(events, np.full(k, expected))[:3]
                each = zip(events, *(side / truth for side in sides), strict=True)
                found.extend(Drawn((k, scatter, expected), *map(float, one)) for one in each)
    return found


def rows_of(each: Iterable[Drawn]) -> list[Figure]:
    """One row for each world, claimed from so many events each on; n is the number of subgroups."""
    groups: dict[tuple[int, float, float], list[Drawn]] = {}
    for one in each:
        groups.setdefault(one.what, []).append(one)
    rows = []
    for (k, scatter, expected), held in groups.items():
        events, *sides = np.array([one[1:] for one in held], dtype=np.float64).T
        quantity = f"ratio to the truth, scatter {scatter:g}, {expected:g} events each"
        made = row((ESTIMATOR, INTERVAL, quantity, k, REPORTED), events, sides, 1.0)
        verdict = HELD if made["coverage"]["high"] >= NOMINAL else FAILED
        rows.append(made | {"kind": AT_LEAST, "verdict": verdict if expected >= LEAST_EVENTS else REPORTED})
    return rows


def simulated(cohorts: int, workers: int) -> Figure:
    """What the record says."""
    rows = rows_of(chain.from_iterable(in_pieces(drawn, SEED, cohorts, workers)))
    return {
        "seed": SEED,
        "monte_carlo_confidence": MONTE_CARLO,
        "rows": rows,
        "claims": claims(rows),
    }


def claims(rows: list[Figure]) -> dict[str, bool]:
    """What docs/registry_simulation.md says, and whether it is so."""
    name = "intervals of subgroups drawn together cover no less than asked, over all subgroups, from 20 events each on"
    judged = [made for made in rows if made["verdict"] != REPORTED]
    return {name: bool(judged) and all(made["verdict"] == HELD for made in judged)}


def as_tables(record: Figure) -> str:
    """What was simulated, the claim, and every row."""
    said = (
        f"{record['cohorts']:,} draws of each world, seeds from {record['seed']:,}; the column of patients counts subgroups. "
        f"Monte-Carlo intervals of {100 * record['monte_carlo_confidence']:g} %."
    )
    return "\n\n".join([said, claims_table(record), every_table(record)])


def main() -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only."""
    measured("coverage_subgroups", COHORTS, QUICK_COHORTS, main.__doc__, simulated, as_tables)


if __name__ == "__main__":
    main()
