"""EBGM: the ratio of observed to expected, shrunken by a prior that was learnt from every drug–event cell.

Given a pair's counts, λ follows a mixture of two gamma distributions with shapes α + n and rates β + E. EBGM is its
geometric mean, EB05 and EB95 are its 5 % and 95 % points: a 90 % interval, unlike the 95 % of PRR, ROR and IC.
Source: DuMouchel 1999, doi:10.1080/00031305.1999.10474456.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.disproportionality import checked_pairs
from pipeline.signals.interval import Array, Interval
from pipeline.signals.posterior import Gamma, Posterior, quantile
from pipeline.signals.prior import Prior
from pipeline.signals.repeats import distinct_rows, distinct_values

LOW_TAIL, HIGH_TAIL = 0.05, 0.95
WORKERS = 2
BLOCK = 32_768
"""Pairs worked on at a time: few enough to stay in a processor's cache."""


def ebgm(observed: npt.ArrayLike, expected: npt.ArrayLike, prior: Prior) -> Interval:
    """EBGM with EB05 and EB95, shape (n,).

    observed, expected: case counts, shape (n,). Zero observed is allowed; zero expected only where nothing was
    observed, and the answer is then the prior's. The work is done once for each distinct pair of counts.
    """
    (n, e), position = distinct_rows(*checked_pairs(observed, expected))
    blocks = [slice(begin, begin + BLOCK) for begin in range(0, max(n.size, 1), BLOCK)]
    with ThreadPoolExecutor(WORKERS) as beside:  # NumPy leaves the interpreter's lock
        parts = list(beside.map(lambda block: _three(posterior(n[block], e[block], prior)), blocks))
    mean, low, high = (np.concatenate(column)[position] for column in zip(*parts, strict=True))
    return Interval(mean, low, high, np.zeros(mean.shape, dtype=np.bool_))


def _three(pairs: Posterior) -> tuple[Array, Array, Array]:
    """EBGM, EB05 and EB95 of some pairs."""
    return pairs.geometric_mean(), quantile(pairs, LOW_TAIL), quantile(pairs, HIGH_TAIL)


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
