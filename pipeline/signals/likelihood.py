"""Likelihood of all drug × event cells under a two-gamma prior, with its gradient and its curvature.

The working parameters have no bounds: ln α₁, ln β₁, ln α₂, ln β₂, logit P.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.disproportionality import checked_pairs
from pipeline.signals.interval import Array, checked_columns
from pipeline.signals.repeats import Positions, distinct_values

CURVATURE_STEP = 1e-4


class CellGroups(NamedTuple):
    """Groups of cells that share observed and expected count, shape (n,), ready to be fitted.

    `counts` are the distinct observed counts and `place` says which of them a group has; `constant` is the part
    of the log-likelihood that no parameter moves.
    """

    observed: Array
    expected: Array
    weight: Array
    counts: Array
    place: Positions
    constant: float


class Likelihood(NamedTuple):
    """A likelihood by its name: negative log-likelihood with gradient, and the log-likelihood where λ = 1 everywhere."""

    name: str
    loss_and_gradient: Callable[[Array, CellGroups], tuple[float, Array]]
    independence: Callable[[CellGroups], float]


class _Component(NamedTuple):
    """Log density of each group under one negative binomial, and its slopes in ln α and ln β."""

    log_density: Array
    by_shape: Array
    by_rate: Array


def cell_groups(observed: npt.ArrayLike, expected: npt.ArrayLike, weight: npt.ArrayLike) -> CellGroups:
    """Check groups and prepare them; those in which nothing is expected carry no information and are left out."""
    checked_pairs(observed, expected)
    columns = checked_columns(observed=observed, expected=expected, weight=weight)
    n, e, w = (column[columns[1] > 0] for column in columns)
    constant = _dot(w, n * np.log(e) - special.gammaln(n + 1.0))
    return CellGroups(n, e, w, *distinct_values(n), constant)


def loss_and_gradient(working: Array, cells: CellGroups) -> tuple[float, Array]:
    """Negative log-likelihood of all cells, and its gradient in the working parameters, shape (5,)."""
    one, two = _component(cells, *np.exp(working[:2])), _component(cells, *np.exp(working[2:4]))
    first = one.log_density - np.logaddexp(0.0, -working[4])
    second = two.log_density - np.logaddexp(0.0, working[4])
    both = np.logaddexp(first, second)
    share = np.exp(first - both) * cells.weight
    other = cells.weight - share
    log_likelihood = _dot(cells.weight, both) + cells.constant
    by_share = share.sum() - cells.weight.sum() * special.expit(working[4])
    slopes = [_dot(share, one.by_shape), _dot(share, one.by_rate)]
    slopes += [_dot(other, two.by_shape), _dot(other, two.by_rate), by_share]
    return -log_likelihood, -np.asarray(slopes)


def independence(cells: CellGroups) -> float:
    """Log-likelihood of all cells where λ = 1 in each: counts are Poisson around their expected counts."""
    return cells.constant - _dot(cells.weight, cells.expected)


ALL_CELLS = Likelihood("all_cells", loss_and_gradient, independence)
"""DuMouchel's own: no truncation, every drug × event cell, zeros counted."""


def curvature(working: Array, cells: CellGroups, likelihood: Likelihood = ALL_CELLS) -> Array:
    """Matrix of second derivatives of the negative log-likelihood, shape (5, 5), by central differences."""
    steps = CURVATURE_STEP * np.eye(working.size)
    ahead = np.array([likelihood.loss_and_gradient(working + step, cells)[1] for step in steps])
    behind = np.array([likelihood.loss_and_gradient(working - step, cells)[1] for step in steps])
    matrix = (ahead - behind) / (2.0 * CURVATURE_STEP)
    return np.asarray((matrix + matrix.T) / 2.0)


def _dot(one: Array, other: Array) -> float:
    """Sum of products by NumPy's own pairwise sum: BLAS adds up in an order that hangs on the number of cores."""
    return float(np.sum(one * other))


def _component(cells: CellGroups, shape: float, rate: float) -> _Component:
    """Negative binomial of one gamma component, without its constant; gamma functions once per distinct count."""
    spread = np.log1p(cells.expected / rate)
    rise = (special.gammaln(shape + cells.counts) - special.gammaln(shape))[cells.place]
    pull = (special.digamma(shape + cells.counts) - special.digamma(shape))[cells.place]
    return _Component(
        log_density=rise - shape * spread - cells.observed * (np.log(rate) + spread),
        by_shape=shape * (pull - spread),
        by_rate=(shape * cells.expected - cells.observed * rate) / (rate + cells.expected),
    )
