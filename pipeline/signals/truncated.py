"""Two other likelihoods of the prior that go by the name of GPS: both see only cells that hold a case.

`COMPONENT_TRUNCATED` cuts the zero out of each negative binomial before they are mixed, `MIXTURE_TRUNCATED` out of their
mixture: P then means a share of the reported pairs there, of all cells here. On one data set the two give different
priors and different EBGMs, and both differ from the likelihood over all cells: say which was used.
"""

from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.signals.interval import Array
from pipeline.signals.likelihood import CellGroups, Likelihood


class _Part(NamedTuple):
    """One negative binomial in each group: log density and log probability of 0, each with slopes in ln α and ln β."""

    log_density: Array
    slopes: tuple[Array, Array]
    log_zero: Array
    zero_slopes: tuple[Array, Array]

    @property
    def some(self) -> Array:
        """Probability of at least one case."""
        return np.asarray(-np.expm1(self.log_zero))


def component_truncated(working: Array, cells: CellGroups) -> tuple[float, Array]:
    """Negative log-likelihood where each component is cut at zero, and its gradient, shape (5,).

    Density of n ≥ 1: P·f₁(n)/(1-f₁(0)) + (1-P)·f₂(n)/(1-f₂(0)). ValueError where a group holds no case.
    """
    parts = _parts(working, cells)
    one, two = (part.log_density - np.log(part.some) for part in parts)
    both, first, second = _mixed(one, two, working[4], cells.weight)
    slopes = [
        _dot(share, slope + zero * np.exp(part.log_zero) / part.some)
        for share, part in zip((first, second), parts, strict=True)
        for slope, zero in zip(part.slopes, part.zero_slopes, strict=True)
    ]
    by_share = first.sum() - cells.weight.sum() * special.expit(working[4])
    return -_dot(cells.weight, both) - cells.constant, -np.array([*slopes, by_share])


def mixture_truncated(working: Array, cells: CellGroups) -> tuple[float, Array]:
    """Negative log-likelihood where the mixture is cut at zero, and its gradient, shape (5,).

    Density of n ≥ 1: [P·f₁(n) + (1-P)·f₂(n)] / [1 - P·f₁(0) - (1-P)·f₂(0)]. ValueError where a group holds no case.
    """
    parts = _parts(working, cells)
    both, *shares = _mixed(parts[0].log_density, parts[1].log_density, working[4], cells.weight)
    mixing = special.expit(working[4]), special.expit(-working[4])
    some = mixing[0] * parts[0].some + mixing[1] * parts[1].some
    pull = cells.weight / some
    slopes = [
        _dot(share, slope) + _dot(pull, mix * np.exp(part.log_zero) * zero)
        for share, mix, part in zip(shares, mixing, parts, strict=True)
        for slope, zero in zip(part.slopes, part.zero_slopes, strict=True)
    ]
    by_share = shares[0].sum() - cells.weight.sum() * mixing[0]
    by_share -= mixing[0] * mixing[1] * _dot(pull, parts[0].some - parts[1].some)
    loss = -_dot(cells.weight, both - np.log(some)) - cells.constant
    return loss, -np.array([*slopes, by_share])


def truncated_independence(cells: CellGroups) -> float:
    """Log-likelihood where λ = 1 in each cell: counts are Poisson around their expected counts, cut at zero."""
    return cells.constant - _dot(cells.weight, cells.expected + np.log(-np.expm1(-cells.expected)))


COMPONENT_TRUNCATED = Likelihood("component_truncated", component_truncated, truncated_independence)
MIXTURE_TRUNCATED = Likelihood("mixture_truncated", mixture_truncated, truncated_independence)


def _parts(working: Array, cells: CellGroups) -> tuple[_Part, _Part]:
    """Both components in every group; refuses a group without a case."""
    if np.any(cells.observed == 0):
        at = int(np.flatnonzero(cells.observed == 0)[0])
        raise ValueError(f"observed[{at}] is 0: a truncated likelihood knows no empty cells; leave them out.")
    return _part(cells, *np.exp(working[:2])), _part(cells, *np.exp(working[2:4]))


def _part(cells: CellGroups, shape: float, rate: float) -> _Part:
    """Negative binomial of one gamma component, without the constant that both share."""
    spread = np.log1p(cells.expected / rate)
    rise = (special.gammaln(shape + cells.counts) - special.gammaln(shape))[cells.place]
    pull = (special.digamma(shape + cells.counts) - special.digamma(shape))[cells.place]
    return _Part(
        log_density=rise - shape * spread - cells.observed * (np.log(rate) + spread),
        slopes=(
            shape * (pull - spread),
            (shape * cells.expected - cells.observed * rate) / (rate + cells.expected),
        ),
        log_zero=-shape * spread,
        zero_slopes=(-shape * spread, shape * cells.expected / (rate + cells.expected)),
    )


def _mixed(one: Array, two: Array, logit: float, weight: Array) -> tuple[Array, Array, Array]:
    """Log density of the mixture, and the weight of each group that falls to either component."""
    first, second = one - np.logaddexp(0.0, -logit), two - np.logaddexp(0.0, logit)
    both = np.logaddexp(first, second)
    share = np.exp(first - both) * weight
    return both, share, weight - share


def _dot(one: Array, other: Array) -> float:
    """Sum of products by NumPy's own pairwise sum, whose order does not hang on the number of cores."""
    return float(np.sum(one * other))
