"""EBGM: the ratio of observed to expected, shrunken by a prior that was learnt from every drug–event cell.

Given a pair's counts, λ follows a mixture of two gamma distributions with shapes α + n and rates β + E. EBGM is its
geometric mean, EB05 and EB95 are its 5 % and 95 % points: a 90 % interval, unlike the 95 % of PRR, ROR and IC.
Source: DuMouchel 1999, doi:10.1080/00031305.1999.10474456.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.disproportionality import checked_pairs
from pipeline.signals.interval import Array, Interval
from pipeline.signals.panels import two_quantiles
from pipeline.signals.posterior import Gamma, Posterior, quantile
from pipeline.signals.prior import Prior
from pipeline.signals.repeats import distinct_rows, distinct_values

LOW_TAIL, HIGH_TAIL = 0.05, 0.95
WORKERS = 2
MANY = 200_000
"""Pairs from which on quantiles are read off polynomials."""
BLOCK = 32_768
"""Pairs worked on at a time: few enough to stay in a processor's cache."""

Work = Callable[[Array, Array], tuple[Array, ...]]


def ebgm(observed: npt.ArrayLike, expected: npt.ArrayLike, prior: Prior) -> Interval:
    """EBGM with EB05 and EB95, shape (n,).

    observed, expected: case counts, shape (n,). Zero observed is allowed; zero expected only where nothing was
    observed, and the answer is then the prior's. Quantiles are solved once for each distinct pair of counts; of MANY
    pairs or more most are read off polynomials (see `panels`), within 1e-10 of what solving them gives.
    """
    n, e = checked_pairs(observed, expected)
    if n.size >= MANY and e.min() > 0:
        mean = np.concatenate(_side_by_side(lambda n, e: (posterior(n, e, prior).geometric_mean(),), n, e)[0])
        low, high = two_quantiles(n, e, lambda n, e: _solved(n, e, prior))
    else:
        (n, e), position = distinct_rows(n, e)
        columns = _side_by_side(lambda n, e: _three(posterior(n, e, prior)), n, e)
        mean, low, high = (np.concatenate(column)[position] for column in columns)
    return Interval(mean, low, high, np.zeros(mean.shape, dtype=np.bool_))


def _solved(observed: Array, expected: Array, prior: Prior) -> tuple[Array, Array]:
    """EB05 and EB95 of some pairs."""
    columns = _side_by_side(lambda n, e: _two(posterior(n, e, prior)), observed, expected)
    low, high = (np.concatenate(column) for column in columns)
    return low, high


def _side_by_side(work: Work, observed: Array, expected: Array) -> list[tuple[Array, ...]]:
    """What the work gives for each block of pairs, by what it gives; an empty block where there is no pair."""
    blocks = [slice(begin, begin + BLOCK) for begin in range(0, max(observed.size, 1), BLOCK)]
    with ThreadPoolExecutor(WORKERS) as beside:  # NumPy leaves the interpreter's lock
        parts = list(beside.map(lambda block: work(observed[block], expected[block]), blocks))
    return list(zip(*parts, strict=True))


def _three(pairs: Posterior) -> tuple[Array, ...]:
    """EBGM, EB05 and EB95 of some pairs."""
    return (pairs.geometric_mean(), *_two(pairs))


def _two(pairs: Posterior) -> tuple[Array, ...]:
    """EB05 and EB95 of some pairs."""
    return quantile(pairs, LOW_TAIL), quantile(pairs, HIGH_TAIL)


def posterior(observed: Array, expected: Array, prior: Prior) -> Posterior:
    """Posterior of λ for each pair; its `share` is the probability that the pair stems from the first component."""
    first = _log_likelihood(observed, expected, prior.alpha1, prior.beta1)
    second = _log_likelihood(observed, expected, prior.alpha2, prior.beta2)
    return Posterior(
        share=special.expit(first - second + special.logit(prior.p)),
        first=Gamma(prior.alpha1 + observed, prior.beta1 + expected),
        second=Gamma(prior.alpha2 + observed, prior.beta2 + expected),
    )


def _log_likelihood(observed: Array, expected: Array, shape: float, rate: float) -> Array:
    """Log probability of the count under one gamma component, without what both components share."""
    counts, place = distinct_values(observed)
    rise = special.gammaln(shape + counts) - special.gammaln(shape)
    return np.asarray(rise[place] + shape * np.log(rate) - (shape + observed) * np.log(rate + expected))
