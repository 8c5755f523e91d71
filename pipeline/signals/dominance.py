"""Which drug or event weighs most on the pairs of all others, by the closed form of masking: a screen that counts nothing again."""

import numpy as np

from pipeline.signals.crosscount import Ints
from pipeline.signals.interval import Array


def screened_weight(own: Ints, shared: Ints, a: Ints, others: Ints, totals: tuple[Ints, Ints], n_cases: int) -> Array:
    """Log2 by which removing each thing lifts the pairs of others, summed over those pairs; by number of the thing.

    own, shared, a: each pair's thing that may be removed, the thing that other pairs share with it, its cases; others: how
    many other pairs share it; shape (n,). totals: all cases of each own and of each shared thing, by number.

    With n_x of n_cases cases holding x, and a of the m cases of a shared thing, the closed form lifts PRR of every other
    pair of the shared thing by the masking ratio (1 - n_x / n_cases) / (1 - a / m), other pairs' own cases being few beside
    m and n_cases. Ratios below 1 hide nothing and count 0, and so do shared things all of whose cases hold x: the closed
    form has no answer there.
    """
    n_own, n_shared = totals
    outside, beside = n_cases - n_own[own], n_shared[shared] - a
    told = (outside > 0) & (beside > 0) & (others > 0)
    lift = np.zeros(own.size)
    lift[told] = np.log2(outside[told] / n_cases) - np.log2(beside[told] / n_shared[shared[told]])
    lifted = np.maximum(lift, 0.0) * others
    return np.asarray(np.bincount(own, lifted, minlength=n_own.size), dtype=np.float64)
