"""Posterior quantiles of millions of pairs, read off polynomials that are fitted to few quantiles solved exactly.

Of one observed count, ln of a quantile is a smooth function of ln E. The axis of ln E is cut into panels, the same for
all data; where many pairs share a count and a panel, the quantile is solved at the panel's Chebyshev nodes only, and the
polynomial through them answers for the pairs. Its last coefficients tell how well it does: where they are not
small enough, and where few pairs share a panel, each pair is solved by itself.
"""

from collections.abc import Callable

import numpy as np

from pipeline.signals.interval import Array, Flags
from pipeline.signals.repeats import Positions, distinct_rows, distinct_values

WIDTH = 0.25
"""Width of a panel in ln E."""

NODES = 14
ENOUGH = 3 * NODES
"""Pairs of a panel from which on its nodes are cheaper than they."""

SMALL = 1e-10
"""Largest size of the last two coefficients: the error in ln of the quantile is of the order of the smaller one."""

SPREAD = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
"""Chebyshev nodes on [-1, 1]."""

TO_COEFFICIENTS = (
    np.cos(np.outer(np.arange(NODES), np.arccos(SPREAD))) * np.append(1.0, np.full(NODES - 1, 2.0))[:, None] / NODES
)

Solve = Callable[[Array, Array], tuple[Array, Array]]
"""Two quantiles of each pair from its observed and expected count."""


def two_quantiles(observed: Array, expected: Array, solve: Solve) -> tuple[Array, Array]:
    """Two quantiles of every pair, shape (n,) each, within 1e-10 of what `solve` gives; expected must be above 0."""
    counts, place = distinct_values(observed)
    log_expected = np.log(expected)
    at = np.floor(log_expected / WIDTH)
    first, last = at.min(initial=0.0), at.max(initial=0.0)
    panel = place * int(last - first + 1) + (at - first).astype(np.intp)
    held = np.bincount(panel, minlength=counts.size * int(last - first + 1))
    chosen = np.flatnonzero(held >= ENOUGH)
    count, middle = counts[chosen // int(last - first + 1)], (chosen % int(last - first + 1) + first + 0.5) * WIDTH
    fitted, is_good = _fitted(count, middle, solve)
    number = np.full(held.size, -1)
    number[chosen[is_good]] = np.flatnonzero(is_good)
    of = number[panel]
    return _answers(observed, expected, solve, (of, log_expected, middle, fitted))


def _fitted(count: Array, middle: Array, solve: Solve) -> tuple[tuple[Array, Array], Flags]:
    """Coefficients of ln of both quantiles in each panel, shape (panels, NODES) each, and whether both can be trusted."""
    nodes = np.exp(middle[:, None] + SPREAD * (WIDTH / 2.0))
    solved = solve(np.repeat(count, NODES), nodes.ravel())
    low, high = (
        np.einsum(
            "pk,jk->pj", np.log(np.maximum(values, np.finfo(np.float64).tiny)).reshape(-1, NODES), TO_COEFFICIENTS
        )
        for values in solved
    )
    is_good = np.all([np.abs(one[:, -2:]).max(axis=1, initial=0.0) < SMALL for one in (low, high)], axis=0)
    return (low, high), is_good


def _answers(
    observed: Array, expected: Array, solve: Solve, panels: tuple[Positions, Array, Array, tuple[Array, Array]]
) -> tuple[Array, Array]:
    """Both quantiles of every pair, from its panel's polynomial where it has one."""
    of, log_expected, middle, fitted = panels
    read = np.flatnonzero(of >= 0)
    place = (log_expected[read] - middle[of[read]]) * (2.0 / WIDTH)
    alone = np.flatnonzero(of < 0)
    (n, e), position = distinct_rows(observed[alone], expected[alone])
    answers = []
    for values, coefficients in zip(solve(n, e), fitted, strict=True):
        answer = np.empty(observed.size)
        answer[alone] = values[position]
        answer[read] = np.exp(_clenshaw(coefficients, of[read], place))
        answers.append(answer)
    return answers[0], answers[1]


def _clenshaw(coefficients: Array, of: Positions, place: Array) -> Array:
    """Chebyshev series of each pair's panel at its place in it."""
    columns = np.ascontiguousarray(coefficients.T)
    ahead, here = np.zeros_like(place), np.zeros_like(place)
    for column in columns[:0:-1]:
        ahead, here = here, 2.0 * place * here - ahead + column[of]
    return np.asarray(place * here - ahead + columns[0][of])
