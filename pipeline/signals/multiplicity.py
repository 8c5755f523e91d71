"""Many questions at once: what is left of a result when it is one of thousands.

A family is the list of pairs that are read together. NaN is a pair that was not asked: it takes no place in the list.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.disproportionality import checked_pairs
from pipeline.signals.ebgm import posterior
from pipeline.signals.interval import Array
from pipeline.signals.prior import Prior
from pipeline.signals.repeats import distinct_rows


def benjamini_hochberg(p: npt.ArrayLike, n_unseen: int = 0) -> Array:
    """The q of each p in one family, shape (n,): the smallest share of false findings at which the pair would be one.

    The q of the p of rank i among m is the least of m·p/rank over all ranks from i on, at most 1. The share of false
    findings is held on average where the p are independent or positively dependent. NaN stays NaN and does not
    count among the m. n_unseen: pairs of the family that are not listed because nothing was seen of them; their p is 1
    and they count. Raises ValueError where a p lies outside [0, 1] or n_unseen is negative.
    """
    if n_unseen < 0:
        raise ValueError(f"n_unseen is {n_unseen}: it is a number of pairs.")
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"p has the shape {values.shape}: give one family as a one-dimensional array.")
    if np.any((values < 0) | (values > 1)):
        at = int(np.flatnonzero((values < 0) | (values > 1))[0])
        raise ValueError(f"p[{at}] is {values[at]}: it must lie between 0 and 1.")
    asked = np.flatnonzero(~np.isnan(values))
    order = asked[np.argsort(values[asked], kind="stable")]
    scaled = values[order] * ((asked.size + n_unseen) / np.arange(1.0, asked.size + 1.0))
    q = np.full(values.shape, np.nan)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def false_share(observed: npt.ArrayLike, expected: npt.ArrayLike, prior: Prior) -> Array:
    """For each pair, the posterior weight of λ ≤ 1, shape (n,): that it is reported no more often than expected.

    observed, expected: as `ebgm` takes them. It rests on the prior: the share of false among pairs with these counts.
    """
    (n, e), position = distinct_rows(*checked_pairs(observed, expected))
    share, first, second = posterior(n, e, prior)
    below = [special.gammainc(part.shape, part.rate) for part in (first, second)]
    return np.asarray((below[1] + share * (below[0] - below[1]))[position])


def bayesian_false_discovery_rate(shares: npt.ArrayLike) -> Array:
    """Mean share of false among all pairs at least as convincing, in one family, shape (n,).

    shares: of each pair as `false_share` gives them; the list is ranked by them, and pairs of equal share are taken
    in together. It never falls along the list and never exceeds the pair's own share. NaN stays NaN.
    """
    values = np.asarray(shares, dtype=np.float64)
    asked = np.flatnonzero(~np.isnan(values))
    order = asked[np.argsort(values[asked], kind="stable")]
    ranked = values[order]
    last = np.searchsorted(ranked, ranked, side="right")
    means = np.full(values.shape, np.nan)
    means[order] = np.cumsum(ranked)[last - 1] / last
    return means


def questions(p: npt.ArrayLike) -> int:
    """How many pairs of a family were asked."""
    return int(np.sum(~np.isnan(np.asarray(p, dtype=np.float64))))
