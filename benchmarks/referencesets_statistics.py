"""Every statistic of the signal table for the pairs of a reference set: the larger, the more speaks for an effect."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from pipeline.signals.conditional import exact_reporting_odds_ratio, fisher_exact
from pipeline.signals.disproportionality import relative_reporting_ratio
from pipeline.signals.interval import Array, Interval, two_by_two
from pipeline.signals.likelihoodratio import likelihood_ratios
from pipeline.signals.multiplicity import bayesian_false_discovery_rate, benjamini_hochberg, false_share
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import Scores, score

COLUMNS = {
    "n": "a",
    "RRR": "rrr",
    "RRR025": "rrr_low",
    "RRR975": "rrr_high",
    "PRR": "prr",
    "PRR025": "prr_low",
    "PRR975": "prr_high",
    "ROR": "ror",
    "ROR025": "ror_low",
    "ROR975": "ror_high",
    "exact ROR": "ror_exact",
    "exact ROR025": "ror_exact_low",
    "exact ROR975": "ror_exact_high",
    "χ² (signed)": "chi2",
    "χ² (Yates, signed)": "chi2_yates",
    "mid-p": "fisher_mid_p",
    "q (Benjamini–Hochberg)": "bh_q",
    "LRT": "lrt",
    "LRT p": "lrt_p",
    "LRT p (zero-inflated)": "lrt_inflated_p",
    "IC": "ic",
    "IC025": "ic025",
    "IC975": "ic975",
    "EBGM": "ebgm",
    "EB05": "eb05",
    "EB95": "eb95",
    "false share": "false_share",
    "Bayesian FDR": "bayesian_fdr",
}
"""Column of the signal table behind each statistic."""


class Pairs(NamedTuple):
    """Pairs asked together, those of one drug next to each other: distinct cases with both, with the drug, with the outcome."""

    drugs: Sequence[str]
    a: Array
    n_drug: Array
    n_event: Array
    n_cases: int


def statistics(pairs: Pairs, prior: Prior | None) -> dict[str, Array]:
    """Every statistic of each pair by its name, shape (n,); without a prior those that rest on it are left out.

    The pairs are one family for q and Bayesian FDR, and those of a drug are one list for the likelihood ratio's maximum.
    A p, a q and a share count as their negatives; a ratio or a bound without an upper end is above all that have one; χ²
    has the sign of observed less expected, which it does not tell itself.
    """
    a = pairs.a
    cells = two_by_two(a, pairs.n_drug - a, pairs.n_event - a, pairs.n_cases - pairs.n_drug - pairs.n_event + a)
    scores = score(*cells, prior)
    towards, mid = np.sign(a - scores.expected), fisher_exact(*cells).mid
    named: dict[str, Array] = {"n": a}
    ratios = {
        "RRR": relative_reporting_ratio(a, scores.expected),
        "PRR": scores.prr,
        "ROR": scores.ror,
        "exact ROR": exact_reporting_odds_ratio(*cells),
    }
    for name, ratio in ratios.items():
        named |= _ranked(ratio, name, f"{name}025", f"{name}975")
    named |= {"χ² (signed)": towards * scores.chi2.plain, "χ² (Yates, signed)": towards * scores.chi2.yates}
    named |= {"mid-p": -mid, "q (Benjamini–Hochberg)": -benjamini_hochberg(mid)}
    named |= _likelihood_ratios(pairs, scores.expected)
    named |= _ranked(scores.ic, "IC", "IC025", "IC975")
    return named | (_shrunken(scores, a, prior) if prior else {})


def _shrunken(scores: Scores, observed: Array, prior: Prior) -> dict[str, Array]:
    """What rests on the prior."""
    shares = false_share(observed, scores.expected, prior)
    named = _ranked(scores.ebgm, "EBGM", "EB05", "EB95") if scores.ebgm else {}
    return named | {"false share": -shares, "Bayesian FDR": -bayesian_false_discovery_rate(shares)}


def _likelihood_ratios(pairs: Pairs, expected: Array) -> dict[str, Array]:
    """Statistic and both p; a drug without a case of any outcome has no share of zeros: its p are 1, the least telling."""
    found: list[Array] = []
    for _, rows in groupby(range(len(pairs.drugs)), key=lambda row: pairs.drugs[row]):
        of = list(rows)
        ratios = likelihood_ratios(pairs.a[of], expected[of])
        found.append(np.stack([ratios.statistic, -ratios.p, -np.nan_to_num(ratios.inflated_p, nan=1.0)]))
    return dict(zip(("LRT", "LRT p", "LRT p (zero-inflated)"), np.concatenate(found, axis=1), strict=True))


def _ranked(interval: Interval, *names: str) -> dict[str, Array]:
    """Estimate, low and high under their names; infinite where they have no upper end."""
    estimate, low, high = names
    endless = interval.infinite
    return {
        estimate: np.where(endless, np.inf, interval.estimate),
        low: interval.low,
        high: np.where(endless, np.inf, interval.high),
    }
