"""The decision rules that are compared: each a name, a text, and a function of the measures of some pairs."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.conditional import fisher_exact
from pipeline.signals.disproportionality import meets_evans_rule
from pipeline.signals.interval import Array, Flags, Interval, TwoByTwo, two_by_two
from pipeline.signals.multiplicity import bayesian_false_discovery_rate, benjamini_hochberg, false_share
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import Scores, score


class Evidence(NamedTuple):
    """What a rule may look at: the cells of each pair, shape (pairs,); its measures; the prior, None where refused.

    n_unseen: pairs of the same family that have no case; they are not scored, but they were asked too.
    """

    cells: TwoByTwo
    scores: Scores
    prior: Prior | None
    n_unseen: int = 0

    @property
    def n(self) -> Array:
        """Cases of each pair."""
        return self.cells.a

    @property
    def ebgm(self) -> Interval:
        """EBGM with EB05 and EB95; NaN, which meets no rule, where no prior fits."""
        nothing = np.full(self.n.shape, np.nan)
        return self.scores.ebgm or Interval(nothing, nothing, nothing, np.zeros(self.n.shape, dtype=np.bool_))


class Rule(NamedTuple):
    """A decision rule. is_of_a_pair: whether it asks of each pair alone, so that its neighbours do not matter."""

    name: str
    text: str
    fires: Callable[[Evidence], Flags]
    is_of_a_pair: bool = True


def _with_least_cases(evidence: Evidence) -> Flags:
    return np.asarray(evidence.n >= 3)


def _evans(evidence: Evidence) -> Flags:
    return meets_evans_rule(evidence.n, evidence.scores.prr, evidence.scores.chi2)


def _benjamini_hochberg(evidence: Evidence) -> Flags:
    """The family is all pairs of the watched drugs; a pair without a case has a mid-p of at least ½ and stands as 1."""
    p = np.append(fisher_exact(*evidence.cells).mid, np.ones(evidence.n_unseen))
    return np.asarray(benjamini_hochberg(p)[: evidence.n.size] < 0.05)


def _bayesian(evidence: Evidence) -> Flags:
    """Pairs without a case are the least convincing of the family and do not move the mean of those before them."""
    if evidence.prior is None:
        return np.zeros(evidence.n.shape, dtype=np.bool_)
    shares = false_share(evidence.n, evidence.scores.expected, evidence.prior)
    return np.asarray(bayesian_false_discovery_rate(shares) < 0.05)


RULES: tuple[Rule, ...] = (
    Rule("evans", "n ≥ 3 and PRR ≥ 2 and χ² ≥ 4", _evans),
    Rule("ror025", "n ≥ 3 and ROR025 > 1", lambda e: _with_least_cases(e) & (e.scores.ror.low > 1)),
    Rule("ic025", "IC025 > 0", lambda e: np.asarray(e.scores.ic.low > 0)),
    Rule("eb05_2", "n ≥ 3 and EB05 ≥ 2", lambda e: _with_least_cases(e) & (e.ebgm.low >= 2)),
    Rule("eb05_1", "EB05 > 1", lambda e: np.asarray(e.ebgm.low > 1)),
    Rule("eb05_1_n3", "n ≥ 3 and EB05 > 1", lambda e: _with_least_cases(e) & (e.ebgm.low > 1)),
    Rule("ebgm_2", "EBGM ≥ 2", lambda e: np.asarray(e.ebgm.estimate >= 2)),
    Rule("bh", "Benjamini–Hochberg q of the Fisher mid-p < 0.05", _benjamini_hochberg, is_of_a_pair=False),
    Rule("bayesian", "Bayesian FDR < 0.05", _bayesian, is_of_a_pair=False),
)


def rule(name: str) -> Rule:
    """The rule of this name."""
    return {item.name: item for item in RULES}[name]


def evidence(
    a: npt.ArrayLike,
    n_drug: npt.ArrayLike,
    n_event: npt.ArrayLike,
    n_cases: float,
    prior: Prior | None,
    n_unseen: int = 0,
) -> Evidence:
    """Measures of pairs by our scoring functions; a, n_drug, n_event in distinct cases, shape (pairs,).

    Bounds of a ratio with a zero cell are left out: a rule that asks for one does not fire there.
    """
    n, drug, event = (np.asarray(column, dtype=np.float64) for column in (a, n_drug, n_event))
    cells = two_by_two(n, drug - n, event - n, n_cases - drug - event + n)
    return Evidence(cells, score(*cells, prior, exact_bounds=False), prior, n_unseen)
