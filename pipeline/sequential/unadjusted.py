"""How often an unadjusted IC025 > 0, asked again at every look, is ever true of a pair that is not reported more often.

The cases of such a pair are Poisson around a known expected count and the measure sees their sum. The answer is exact: it
is followed from look to look among the series that have not crossed. With constant expected cases and 60 looks it is 1.7 %
at 0.02 cases expected for a look, 8.4 % at 0.25 and 16.5 % at 100. (With the lower bound in closed form,
IC - 3.3 (n + ½)^-½ - 2 (n + ½)^-1½, it is 6.7 % at 0.25: what else is printed for that case rests on another bound.)
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from pipeline.sequential.arrivals import Array, overdispersed_step
from pipeline.sequential.boundary import followed

TAIL, SHRINKAGE = 0.025, 0.5
"""Of the information component: chance beyond its lower bound, and Norén's constant."""


def least_count(expected: float, minimum: int = 1) -> int:
    """Fewest cases whose IC025 is above 0 beside so many expected.

    IC025 > 0 where the gamma distribution of shape n + ½ and scale 1 puts less than 2.5 % below expected + ½. Source:
    Norén, Hopstadius, Bate 2013, doi:10.1177/0962280211403604.
    """
    if not 0.0 <= expected < math.inf:
        raise ValueError(f"expected is {expected}: expected cases are finite and at least 0.")
    count = max(minimum, math.floor(expected))
    while special.gammainc(count + SHRINKAGE, expected + SHRINKAGE) >= TAIL:
        count += 1
    return count


def ever_crossing(expected: Sequence[float], *, minimum: int = 1, ratio: float = 1.0, dispersion: float = 1.0) -> Array:
    """Chance that IC025 was above 0 at some look so far, shape (looks,); exact.

    expected: cases expected at each look since the one before, shape (looks,); constant or not. ratio: how many times as
    often they come; 1 is the null. dispersion: variance over mean of each look's cases. minimum: cases asked for besides.
    """
    totals = np.cumsum(np.asarray(expected, dtype=np.float64))
    least = [least_count(total, minimum) for total in totals.tolist()]
    steps = [overdispersed_step(ratio * mean, dispersion) for mean in expected]
    return np.cumsum(followed(steps, least).first)
