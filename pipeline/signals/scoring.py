"""All measures of many pairs in one call, and the one rule that makes a signal of them.

The rule was chosen on simulated series by a criterion written down first: docs/operating.md, pipeline/signals/calibration.json.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.disproportionality import (
    ChiSquare,
    chi_square,
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from pipeline.signals.ebgm import ebgm
from pipeline.signals.interval import Array, Flags, Interval, two_by_two
from pipeline.signals.prior import Prior

Q_BELOW = 0.05
RULE_TEXT = (
    "Benjamini–Hochberg q of the Fisher mid-p < 0.05 "
    "(chosen on simulated series, see operating characteristics 2026-11-22)"
)


class Scores(NamedTuple):
    """Every measure of each pair; `ebgm` is None where no prior fits."""

    expected: Array
    prr: Interval
    ror: Interval
    chi2: ChiSquare
    ic: Interval
    ebgm: Interval | None


def score(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    prior: Prior | None,
    *,
    exact_bounds: bool = True,
) -> Scores:
    """Score pairs by their 2×2 cells, in distinct cases, shape (n,).

    IC and EBGM exist for every table, also where PRR and ROR do not (an empty margin). `exact_bounds=False` leaves
    the bounds of PRR and ROR NaN where a cell is zero.
    """
    cells = two_by_two(a, b, c, d)
    expected = expected_count(*cells)
    shrunken = ebgm(cells.a, expected, prior) if prior else None
    return Scores(
        expected=expected,
        prr=proportional_reporting_ratio(*cells, exact_bounds=exact_bounds),
        ror=reporting_odds_ratio(*cells, exact_bounds=exact_bounds),
        chi2=chi_square(*cells),
        ic=information_component(cells.a, expected),
        ebgm=shrunken,
    )


def is_signal(q: npt.ArrayLike) -> Flags:
    """Whether pairs meet RULE_TEXT, shape (n,).

    q: of Fisher's one-sided mid-p (`conditional.fisher_exact`) by `multiplicity.benjamini_hochberg`, in the family the
    pairs are read in. NaN, a pair that could not be asked, is no signal.
    """
    return np.asarray(np.asarray(q, dtype=np.float64) < Q_BELOW)


def has_positive_ic025(ic025: npt.ArrayLike) -> Flags:
    """Whether the IC's lower bound lies above 0: a column of its own, never joined to `is_signal`."""
    return np.asarray(np.asarray(ic025, dtype=np.float64) > 0)
