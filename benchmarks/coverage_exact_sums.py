"""Coverage of intervals of a count, summed over all counts: no draw, no Monte-Carlo error, every trough found."""

from collections.abc import Callable

import numpy as np
from scipy import special

from benchmarks.coverage_exact_worlds import SHARE_SIZES
from benchmarks.coverage_summary import METHODS, Figure, rounded
from benchmarks.coverage_tables import markdown
from pipeline.demo.chance import Floats
from pipeline.study.binomial import share
from pipeline.study.poisson import count_bounds

BANDS = ((0.0, 5.0), (5.0, 20.0), (20.0, 100.0), (100.0, 300.0))
COUNTS = np.arange(500.0)  # more than are ever seen where 300 are expected
STEPS = 2_000  # values tried of each band, besides those at which the coverage jumps
JUST = 1e-9
EXACT_BY_PROOF = ("garwood", "clopper-pearson")


def summed() -> list[Figure]:
    """Least and most coverage of each interval, over bands of expected events, and over all shares of so many patients."""
    rows = []
    for method in METHODS:
        _, low, high = count_bounds(COUNTS, method)
        for first, below in BANDS:
            least, most = spanned(low, high, first, below, special.pdtr)
            rows.append(_row(method, f"{first:g} to {below:g} events expected", least, most))
    for n in SHARE_SIZES:
        _, low, high = share(np.arange(n + 1.0), n)
        least, most = spanned(low, high, 0.0, 1.0, lambda count, chance, n=n: special.bdtr(count, n, chance))
        rows.append(_row("clopper-pearson", f"every share of {n} patients", least, most))
    return rows


def spanned(
    low: Floats, high: Floats, first: float, below: float, upto: Callable[[Floats, Floats], Floats]
) -> tuple[float, float]:
    """Least and most coverage between two values of what is estimated, both excluded.

    low, high: bounds by the count seen, ascending. upto: chance of at most so many, by the count and the value.
    """
    jumps = np.concatenate([side + just for side in (low, high) for just in (-JUST, JUST)])
    tried = np.concatenate([np.linspace(first, below, STEPS + 2), jumps])
    tried = tried[(tried > first) & (tried < below)]
    fewest = np.searchsorted(high, tried, side="left").astype(np.float64)
    most = np.searchsorted(low, tried, side="right") - 1.0
    covered = upto(most, tried) - np.where(fewest > 0, upto(np.maximum(fewest - 1.0, 0.0), tried), 0.0)
    return float(covered.min()), float(covered.max())


def _row(interval: str, of: str, least: float, most: float) -> Figure:
    return {"interval": interval, "of": of, "least": rounded(least), "most": rounded(most)}


def exact_hold(rows: list[Figure], nominal: float) -> bool:
    """Whether no exact interval covers less than asked anywhere."""
    return all(row["least"] >= nominal for row in rows if row["interval"] in EXACT_BY_PROOF)


def sums_table(rows: list[Figure]) -> str:
    """Least and most coverage, in percent."""
    body = [(r["interval"], r["of"], *(f"{100 * r[side]:.2f} %" for side in ("least", "most"))) for r in rows]
    return markdown(("interval", "over", "least coverage", "most coverage"), body)
