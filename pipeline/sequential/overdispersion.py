"""What a design really spends when counts vary more than it supposes: reports come in clusters, by news and by sites.

Dispersion φ is variance over mean of the events of one look. Given it, looks are independent: negative binomial where the
design is Poisson, beta-binomial where it is binomial. Both are exact. The Poisson MaxSPRT with 20 expected events, 5 %,
one event enough and 60 equal looks really spends 3.0 % at φ = 1 (less than its 5 %, because it may be looked at continuously)
and 16 % at φ = 2.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential.arrivals import Step, checked_dispersion, overdispersed_step
from pipeline.sequential.binomialmaxsprt import Group
from pipeline.sequential.boundary import Boundary, followed, kept_within
from pipeline.sequential.criticalvalue import checked_alpha

LEAST_LOOKS = 2


def poisson_alpha(looks: Sequence[float], least: Sequence[int], dispersion: float) -> float:
    """What a boundary on a count spends; looks: cumulative expected events; least: count that crosses at each."""
    return followed(_steps(looks, dispersion), least).ever


def binomial_alpha(groups: Sequence[Group], least: Sequence[int], dispersion: float) -> float:
    """What a boundary on the product's part of the events spends, as `arrivals.overdispersed_binomial_step` has it."""
    return followed(binomial.steps(groups, 1.0, dispersion), least).ever


def kept_poisson(looks: Sequence[float], least: Sequence[int], alpha: float, dispersion: float) -> Boundary:
    """The boundary raised, where it must be, so that alpha is kept at this dispersion."""
    checked_alpha(alpha)
    return kept_within(_steps(looks, dispersion), least, [alpha] * len(looks))


def pearson_dispersion(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Pearson's estimate of φ from the events and expected events of single looks, shape (looks,), two looks or more.

    Σ (n - e)² / e over looks less one, with e the expected events times the ratio of all observed to all expected: so a
    raised level is not taken for dispersion. Below 1 where counts vary less than Poisson ones. NaN where nothing was
    observed. Raises ValueError for fewer looks, shapes that differ, or a look without expected events.
    """
    n, e = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if n.shape != e.shape or n.ndim != 1 or n.size < LEAST_LOOKS or not np.all((e > 0) & (n >= 0)):
        raise ValueError("Give counts and expected events above 0 of the same two looks or more, no count below 0.")
    if not np.any(n):
        return float("nan")
    fitted = e * (np.sum(n) / np.sum(e))
    return float(np.sum((n - fitted) ** 2 / fitted) / (n.size - 1))


def _steps(looks: Sequence[float], dispersion: float) -> list[Step]:
    checked_dispersion(dispersion)
    gaps = np.diff(np.asarray(looks, dtype=np.float64), prepend=0.0)
    return [overdispersed_step(gap, dispersion) for gap in gaps]
