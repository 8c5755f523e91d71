"""Exact bounds of a ratio that has a zero cell, where the normal approximation gives none.

Both measures ask the same question: given the number of cases with the event, how large (or how small) must the true
ratio be for a split as lopsided as the one seen to have a probability of 2.5 %?
"""

import numpy as np

from pipeline.signals.interval import TAIL, Array
from pipeline.signals.repeats import distinct_rows

LOG_RARITY = -float(np.log(TAIL))
CLOSE = 1e-9
"""Relative step after which Newton's next one would be below the last digit."""


def proportion_ratio_bound(cases: Array, group: Array, other_group: Array) -> Array:
    """Exact lower bound of the ratio of two reporting proportions when all `cases` with the event lie in `group`.

    Conditional on their number, cases fall into `group` binomially with p = ρ·group / (ρ·group + other_group), and
    p**cases = 2.5 % solves to ρ = (other_group / group) / expm1(-ln 0.025 / cases). The event is treated as rare
    (Poisson), which makes the bound conservative: it is never above that of the binomial model. When all cases
    lie in the other group, the upper bound is the reciprocal with the groups exchanged.
    """
    return other_group / group / np.expm1(LOG_RARITY / cases)


def odds_ratio_bound(full: Array, beside: Array, rest: Array) -> Array:
    """Exact conditional (Fisher) lower bound of the odds ratio of the tables [[full, beside], [0, rest]].

    full, rest > 0; beside >= 0. Given its margins the table follows the noncentral hypergeometric distribution; the
    bound is the odds ratio at which the table seen has a probability of 2.5 %. A zero elsewhere is turned here
    by exchanging rows or by transposing. It is what R's `fisher.test` prints.
    """
    (full, beside, rest), position = distinct_rows(full, beside, rest)
    inverse = np.full(full.shape, LOG_RARITY) * (beside + 1.0) / (full * rest)
    running = np.arange(full.size)
    while running.size:
        step = _newton_step(full[running], beside[running], rest[running], inverse[running])
        inverse[running] += step
        running = running[step > CLOSE * inverse[running]]
    return (1.0 / inverse)[position]


def _newton_step(full: Array, beside: Array, rest: Array, inverse: Array) -> Array:
    """Step towards ln g(t) = -ln 0.025, where g is the sum over all tables relative to the one seen, t = 1 / ratio.

    g is the polynomial ₂F₁(-full, -rest; beside + 1; t). Its zeros are real and negative, so ln g is concave and
    Newton's steps, started below the solution, rise to it without ever passing it.
    """
    term, value, slope, j = np.ones_like(inverse), np.ones_like(inverse), np.zeros_like(inverse), 0.0
    while term.size and np.any(term > 1e-17 * value):
        j += 1.0
        # A factor that would turn negative has passed zero: the polynomial has ended there.
        factor = np.maximum(full - j + 1.0, 0.0) * np.maximum(rest - j + 1.0, 0.0)
        term = term * factor / ((beside + j) * j) * inverse
        value += term
        slope += j * term
    return np.asarray((LOG_RARITY - np.log(value)) * value * inverse / slope, dtype=np.float64)
