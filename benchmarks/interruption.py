"""`python -m benchmarks.interruption`: how often a change of level or slope is found where there is none, and where there is one.

Series of seventeen quarters, the event in the ninth: Poisson counts about a mean that is log-normal and whose logarithm
correlates by ρ from quarter to quarter. Each is asked twice: taken as independent, and as `cartwatch trend` asks. The table
goes into docs/trend.md.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.operating_tables import markdown
from pipeline.signals.autocorrelation import MOST_CORRELATED
from pipeline.signals.interruption import interrupted_series
from pipeline.signals.interval import Array

DOCS = Path(__file__).resolve().parents[1] / "docs" / "trend.md"
OPENING, CLOSING = "<!-- contrasts: written by benchmarks.interruption -->", "<!-- end of contrasts -->"
SERIES, SEED, P_BELOW = 4_000, 20_261_122, 0.05


class Setting(NamedTuple):
    """Mean of a quarter, variance over mean, correlation of neighbours, quarters on each side, factor after the event."""

    mean: float
    spread: float
    correlation: float
    side: int = 8
    factor: float = 1.0


SETTINGS = (
    *(Setting(40, 3, correlation) for correlation in (0.0, 0.3, 0.6, 0.8)),
    *(Setting(10, 1.5, correlation) for correlation in (0.0, 0.6)),
    *(Setting(200, 10, correlation) for correlation in (0.0, 0.3, 0.6, 0.8)),
    *(Setting(40, 3, correlation, side=4) for correlation in (0.0, 0.6)),
    *(Setting(40, 3, correlation, factor=factor) for factor in (2.0, 4.0) for correlation in (0.0, 0.6)),
)


def drawn(setting: Setting, n_series: int, seed: int) -> Array:
    """Counts, shape (n_series, quarters), of PCG64 with that seed."""
    chance = np.random.Generator(np.random.PCG64(seed))
    n_quarters, rho = 2 * setting.side + 1, setting.correlation
    wave = chance.standard_normal((n_series, n_quarters))
    for t in range(1, n_quarters):
        wave[:, t] = rho * wave[:, t - 1] + np.sqrt(1.0 - rho**2) * wave[:, t]
    log_sd = np.sqrt(np.log1p((setting.spread - 1.0) / setting.mean))
    mean = setting.mean * np.exp(log_sd * wave - log_sd**2 / 2.0)
    mean[:, setting.side :] *= setting.factor
    return chance.poisson(mean).astype(np.float64)


def shares_found(setting: Setting, most_correlated: float, n_series: int = SERIES, seed: int = SEED) -> Array:
    """Share of series answered in which the p of the level, and that of the slope, is below P_BELOW; shape (2,)."""
    told = interrupted_series(drawn(setting, n_series, seed), setting.side, most_correlated=most_correlated)
    p = np.stack([told.level_p, told.slope_p])
    return np.asarray(np.mean(p[:, ~np.isnan(told.level_p)] < P_BELOW, axis=1))


def as_text() -> str:
    """The table in Markdown."""
    head = ("mean", "variance over mean", "ρ", "quarters on a side", "factor after", *_columns())
    rows = []
    for setting in SETTINGS:
        plain, widened = (shares_found(setting, most) for most in (0.0, MOST_CORRELATED))
        shares = (plain[0], widened[0], plain[1], widened[1])
        told = (setting.mean, setting.spread, setting.correlation, setting.side, setting.factor)
        rows.append((*(f"{value:g}" for value in told), *(f"{100 * share:.1f} %" for share in shares)))
    return f"{markdown(head, rows)}\n\n{SERIES:,} series of each kind; p < {P_BELOW:g}."


def _columns() -> tuple[str, ...]:
    return tuple(f"{change}, {how}" for change in ("level", "slope") for how in ("taken as independent", "as done"))


def main() -> None:
    """Simulate, and write the table into the document."""
    table = as_text()
    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    DOCS.write_text(f"{head}{OPENING}\n{table}\n{CLOSING}{rest.split(CLOSING)[1]}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
