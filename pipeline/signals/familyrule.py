"""The one rule of signals asked of a family of millions of pairs, most of which cannot meet it."""

import numpy as np

from pipeline.signals.conditional import fisher_exact, log_weight
from pipeline.signals.disproportionality import expected_count
from pipeline.signals.interval import Array, Flags, TwoByTwo
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.signals.repeats import Positions
from pipeline.signals.scoring import Q_BELOW, is_signal

BLOCK = 65_536
"""Tables looked at together, so that memory does not grow with the family."""
ROUNDED = 1.0 - 1e-9
"""What rounding may add to a bound is taken off it."""


def signals_of_family(table: TwoByTwo, n_questions: int) -> Flags:
    """Whether each pair of one family meets the rule of `scoring.is_signal`, shape (n,).

    table: the pairs with a case, their cells in float64; a pair with an empty margin is not asked. n_questions: pairs of
    the family that can be asked, those without a case among them; their p counts as 1. ValueError where it is less than
    the pairs given that can be asked.

    The answer is that of the exact p of every pair. If R pairs are signals, they are the R smallest p, each below
    0.05·R / n_questions. So where k pairs are left that may be signals, one whose p is at least 0.05·k / n_questions is
    none. The mid-p is never below half the probability of the table seen or of one case or more, which need no sum, and no
    pair with at most the cases expected has a mid-p below 0.05, for its a lies at or below the median. Of what is left the
    exact p is taken.
    """
    asked = ~table.has_empty_margin
    if n_questions < int(asked.sum()):
        raise ValueError(f"n_questions is {n_questions}: fewer than the {int(asked.sum())} pairs given.")
    expected = expected_count(*table)
    left = np.flatnonzero(asked & (table.a > expected))
    for bound in (_least_of_one, _least_p):
        left = _narrowed(left, bound(TwoByTwo(*(cell[left] for cell in table)), expected[left]), n_questions)
    p = fisher_exact(*(cell[left] for cell in table)).mid
    found = np.zeros(table.a.shape, dtype=np.bool_)
    found[left] = is_signal(benjamini_hochberg(p, n_questions - left.size))
    return found


def _narrowed(left: Positions, least: Array, n_questions: int) -> Positions:
    """Pairs that may still be signals when no p is below `least`."""
    while left.size:
        kept = least < Q_BELOW * left.size / n_questions
        if kept.all():
            break
        left, least = left[kept], least[kept]
    return left


def _least_of_one(table: TwoByTwo, expected: Array) -> Array:
    """Half the probability of one case or more, of pairs with one case: it is at least 1 - exp(-expected); of others 0."""
    return np.where(table.a == 1, -0.5 * np.expm1(-expected) * ROUNDED, 0.0)


def _least_p(table: TwoByTwo, _: Array) -> Array:
    """Half the probability of each table given its margins."""
    found = np.empty(table.a.shape)
    for begin in range(0, found.size, BLOCK):
        some = slice(begin, begin + BLOCK)
        found[some] = 0.5 * np.exp(log_weight(TwoByTwo(*(cell[some] for cell in table))))
    return found * ROUNDED
