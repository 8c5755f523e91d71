"""`python -m benchmarks.coverage_exact`: shares, the median, standardised figures and excesses; the curves once more.

What benchmarks.coverage does not ask, on cohorts of its own and on counts drawn straight from stated rates; and its curves
again with seeds of their own, so that a finding by chance is told from one that stands. Into benchmarks/results.json under
"coverage_exact", and into docs/registry_simulation.md.
"""

from itertools import chain

from benchmarks.coverage import OTHER_SEEDS
from benchmarks.coverage_command import in_pieces, measured
from benchmarks.coverage_draws import INDICATION, SIZES, Said, cohort_of
from benchmarks.coverage_exact_draws import SLOW_INDICATION, said_of
from benchmarks.coverage_exact_sums import exact_hold, summed, sums_table
from benchmarks.coverage_exact_worlds import SEED as DRAWN_SEED
from benchmarks.coverage_exact_worlds import drawn_rows
from benchmarks.coverage_summary import (
    ASYMPTOTIC,
    EXACT,
    LEAST_EVENTS,
    MONTE_CARLO,
    NOMINAL,
    REPORTED,
    Figure,
    holding,
    rounded,
    rows_of_curves,
    unbiased,
)
from benchmarks.coverage_tables import band_table, claims_table, every_table, markdown, span

COHORTS, QUICK_COHORTS = 8_000, 50
SEED = 2_000_000
LEAST_TOLD = 0.95  # of the cohorts: a figure told of fewer is told of those in which it came out low, and only reported


def drawn(seeds: range) -> list[Said]:
    """Draw a cohort for each seed, and ask everything."""
    found: list[Said] = []
    for seed in seeds:
        cohort, slow = cohort_of(seed, n=SIZES[-1]), cohort_of(OTHER_SEEDS + seed, SLOW_INDICATION, SIZES[-1])
        found.extend(said_of(cohort, slow))
    return found


def simulated(cohorts: int, workers: int) -> Figure:
    """What the record says."""
    said = chain.from_iterable(in_pieces(drawn, SEED, cohorts, workers))
    rows, sums = [*drawn_rows(cohorts), *(with_told(row, cohorts) for row in rows_of_curves(said))], summed()
    return {
        "seed": SEED,
        "drawn_seed": DRAWN_SEED,
        "indication": INDICATION,
        "sizes": list(SIZES),
        "monte_carlo_confidence": MONTE_CARLO,
        "least_events": LEAST_EVENTS,
        "least_told": LEAST_TOLD,
        "rows": rows,
        "summed": sums,
        "claims": claims(rows, sums),
    }


def with_told(row: Figure, cohorts: int) -> Figure:
    """The row with the share of cohorts that tell it; one that too few tell is no longer judged."""
    told = row["cohorts"] / cohorts
    return row | {"told": rounded(told)} | ({"verdict": REPORTED} if told < LEAST_TOLD else {})


def claims(rows: list[Figure], sums: list[Figure]) -> dict[str, bool]:
    """What docs/registry_simulation.md says, and whether it is so; a median is no mean, and no claim of bias is made of it."""
    means = [row for row in rows if row["verdict"] != REPORTED and row["estimator"] != "Median"]
    return {
        "exact intervals cover": holding(rows, EXACT),
        "exact intervals of counts cover whatever is expected": exact_hold(sums, NOMINAL),
        "asymptotic intervals cover from 20 events on": holding(rows, ASYMPTOTIC),
        "estimates of shares, excesses, standardised figures and curves are unbiased": unbiased(means),
    }


def as_tables(record: Figure) -> str:
    """What was simulated, the claims, coverage by expected events, and every row."""
    told = (
        f"{record['cohorts']:,} cohorts of up to {max(record['sizes']):,} treated patients (indication {record['indication']}), "
        f"seeds from {record['seed']:,}; rows of what is drawn rest on as many draws, seed {record['drawn_seed']:,}. "
        f"Monte-Carlo intervals of {100 * record['monte_carlo_confidence']:g} %."
    )
    return "\n\n".join(
        [
            told,
            claims_table(record),
            "### Shares, medians and excesses by expected events",
            band_table(record),
            "### Told of some cohorts only",
            told_table(record["rows"]),
            "### Summed over all counts",
            sums_table(record["summed"]),
            "### Every share, median and excess",
            every_table(record),
        ]
    )


def told_table(rows: list[Figure]) -> str:
    """Figures that not every cohort tells: the share that does, and what those say."""
    some = [r for r in rows if r.get("told", 1.0) < 1.0]
    body = [(*_named(r), f"{r['truth']:.4g}", f"{r['median']:.3g}", span([r]), r["verdict"]) for r in some]
    heads = ("estimator", "of", "patients", "cohorts that tell it", "truth", "median", "coverage", "claim")
    return markdown(heads, body)


def _named(r: Figure) -> tuple[str, ...]:
    return r["estimator"], r["quantity"], f"{r['n']}", f"{100 * r['told']:.1f} %"


def main() -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only."""
    measured("coverage_exact", COHORTS, QUICK_COHORTS, main.__doc__, simulated, as_tables)


if __name__ == "__main__":
    main()
