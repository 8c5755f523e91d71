"""How well a coefficient is known where neighbouring quarters may go up and down together, and how much is not known.

Sixteen points about two lines cannot tell the correlation ρ of neighbours: the lines take up most of what would show it.
No one value is therefore put in its place. For each ρ from 0 to MOST_CORRELATED, with correlations that fade as ρ, ρ², …,
the fit's variances grow by an exact factor, the spread is divided by what residuals of this design have on average, and
the degrees of freedom are Satterthwaite's. The answers are averaged with the weight that the restricted likelihood of the
residuals gives to each ρ, all being alike beforehand.
"""

from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.signals.interval import TAIL, Array

MOST_CORRELATED = 0.9
STEP = 0.05
MOST_STEPS = 100
CLOSE = 1e-12


class Correlated(NamedTuple):
    """What each correlation of neighbours means for a design of t points and p coefficients; k correlations.

    correlation, shape (k,). precision: weight of each product of two residuals in the restricted likelihood, shape (k, t, t),
    and constant, its part without residuals, shape (k,). mean_square: the sum of squared residuals to expect of points of
    variance 1; degrees: Satterthwaite's degrees of freedom of that sum; shape (k,). growth: by how much the variance of each
    coefficient is larger than without correlation, shape (k, p).
    """

    correlation: Array
    precision: Array
    constant: Array
    mean_square: Array
    degrees: Array
    growth: Array


class Known(NamedTuple):
    """Half the width of the 95 % interval of a coefficient and its two-sided p, shape (n,) each."""

    reach: Array
    p: Array


def correlated(design: Array, place: Array, most_correlated: float = MOST_CORRELATED) -> Correlated:
    """The answers to each correlation from 0 to most_correlated, for points at these places in time.

    design: shape (t, p), of full rank, t > p; points are taken to have one variance. place: in quarters, shape (t,).
    """
    correlations = np.arange(round(most_correlated / STEP) + 1, dtype=np.float64) * STEP
    apart = np.abs(place[:, np.newaxis] - place)
    squares = _inverse(_times(design.T, design))
    projector = _times(squares, design.T)
    lines_off = np.eye(place.size) - _times(design, projector)
    parts = [_one(design, projector, lines_off, correlation**apart) for correlation in correlations]
    precision, constant, mean_square, degrees, growth = (np.array(part) for part in zip(*parts, strict=True))
    return Correlated(correlations, precision, constant, mean_square, degrees, growth / np.diag(squares))


def correlation_weights(residuals: Array, known: Correlated) -> Array:
    """Weight of each correlation by the restricted likelihood of the residuals, shape (n, k); each row adds up to 1.

    residuals: of n fits of that design, in units of the model's standard deviation, shape (n, t).
    """
    free = residuals.shape[1] - known.growth.shape[1]
    misfit = np.sum(residuals * np.sum(known.precision[:, np.newaxis] * residuals[:, np.newaxis], axis=3), axis=2).T
    with np.errstate(divide="ignore"):
        log_weight = -(known.constant + free * np.log(np.maximum(misfit, np.finfo(np.float64).tiny))) / 2.0
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def averaged(change: Array, errors: Array, degrees: Array, weight: Array) -> Known:
    """Interval and p of a coefficient whose estimate has Student's distribution under each correlation.

    change: shape (n,); errors: its standard error under each correlation, shape (n, k); degrees: shape (k,); weight: as
    `correlation_weights`. The tail beyond x is Σ weight · tail(x / error), convex and falling, so Newton's steps from below
    rise to its 2.5 % point and never pass it. A standard error of 0 is not allowed.
    """
    p = 2.0 * np.sum(weight * special.stdtr(degrees, -np.abs(change)[:, np.newaxis] / errors), axis=1)
    reach = np.min(errors * special.stdtrit(degrees, 1.0 - TAIL), axis=1)
    for _ in range(MOST_STEPS):
        standard = reach[:, np.newaxis] / errors
        surplus = np.sum(weight * special.stdtr(degrees, -standard), axis=1) - TAIL
        step = surplus / np.sum(weight * _density(standard, degrees) / errors, axis=1)
        reach = reach + np.maximum(step, 0.0)
        if np.all(step <= CLOSE * reach):
            return Known(reach, np.minimum(p, 1.0))
    raise ArithmeticError(f"The bounds of {int(np.sum(step > CLOSE * reach))} changes did not settle.")


def _one(
    design: Array, projector: Array, lines_off: Array, correlations: Array
) -> tuple[Array, float, float, float, Array]:
    """Precision, constant, mean square, degrees of freedom and variances of the coefficients under one matrix."""
    inverse = _inverse(correlations)
    weighted = _times(inverse, design)
    inside = _times(design.T, weighted)
    precision = inverse - _times(_times(weighted, _inverse(inside)), weighted.T)
    constant = float(np.linalg.slogdet(correlations)[1] + np.linalg.slogdet(inside)[1])
    left = _times(lines_off, correlations)
    mean_square = float(np.trace(left))
    degrees = mean_square**2 / float(np.sum(left * left.T))
    return precision, constant, mean_square, degrees, np.diag(_times(_times(projector, correlations), projector.T))


def _density(standard: Array, degrees: Array) -> Array:
    """Student's density."""
    scale = special.gammaln((degrees + 1.0) / 2.0) - special.gammaln(degrees / 2.0) - np.log(degrees * np.pi) / 2.0
    return np.asarray(np.exp(scale - (degrees + 1.0) / 2.0 * np.log1p(standard**2 / degrees)))


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _times(first: Array, second: Array) -> Array:
    """The product of two small matrices, summed in one order on every machine."""
    return np.asarray(np.sum(first[:, :, np.newaxis] * second, axis=1))
