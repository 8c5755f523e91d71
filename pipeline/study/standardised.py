"""Rates as they would be in a standard population: direct standardisation, with the gamma interval."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

CONFIDENCE = 0.95


class Standardised(NamedTuple):
    """The crude rate, the standardised one and its bounds, per unit of person-time."""

    crude: float
    estimate: float
    low: float
    high: float


def directly_standardised(
    events: npt.ArrayLike, person_time: npt.ArrayLike, standard: npt.ArrayLike, confidence: float = CONFIDENCE
) -> Standardised:
    """Weighted mean of the rates of the strata, weights the shares of the standard population; all of shape (strata,).

    The bounds are gamma quantiles that keep their coverage where a stratum has few events. Without any event the lower
    bound is 0. ValueError where a stratum of the standard has no person-time: its rate is not known. Source: Fay and Feuer
    1997, doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#; checked against epitools.
    """
    seen, time, weight = (np.asarray(side, dtype=np.float64) for side in (events, person_time, standard))
    if np.any((weight > 0) & ~(time > 0)) or not weight.sum() > 0:
        raise ValueError("A stratum of the standard population has no person-time: leave it out of the standard.")
    used = weight > 0
    share = weight[used] / weight.sum() / time[used]
    estimate, variance = float(share @ seen[used]), float(share**2 @ seen[used])
    largest, tail = float(share.max()), (1.0 - confidence) / 2.0
    low = _gamma(tail, estimate, variance) if estimate > 0 else 0.0
    high = _gamma(1.0 - tail, estimate + largest, variance + largest**2)
    return Standardised(float(seen.sum() / time.sum()), estimate, low, high)


def _gamma(share: float, mean: float, variance: float) -> float:
    """Quantile of the gamma distribution of that mean and variance."""
    return float(special.gammaincinv(mean**2 / variance, share) * variance / mean)
