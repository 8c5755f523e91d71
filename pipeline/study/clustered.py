"""Incidence rates of events that come back, with intervals that ask nothing of how one person's events hang together."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.study.followed import Array, Counts
from pipeline.study.poisson import CONFIDENCE

ALIKE = 1e-9
"""Of the sum of squared counts: what is less is rounding, not a spread."""


class ClusteredRate(NamedTuple):
    """Events per person-time with bounds, and persons with an event, each of shape (groups, parts); NaN without time.

    The bounds are NaN where fewer than two persons had an event, or all had as many for their time: the spread between
    persons is then not known.
    """

    estimate: Array
    low: Array
    high: Array
    persons: Counts


def clustered_rate(
    events: npt.ArrayLike,
    person_time: npt.ArrayLike,
    members: npt.ArrayLike,
    per: float = 1.0,
    confidence: float = CONFIDENCE,
) -> ClusteredRate:
    """Events per `per` units of person-time in each group and part of the follow-up.

    events, person_time: of each person in each part, shape (persons, parts). members: who is in each group, shape (groups,
    persons). The variance of the logarithm of the rate is the sandwich of a Poisson model with one cluster for each person,
    sum((d - rate * t)^2) / sum(d)^2, times m / (m - 1) for m persons with an event (Liang and Zeger 1986,
    doi:10.1093/biomet/73.1.13, with a small-sample factor); the bounds are symmetric in the logarithm, by Student's t with
    m - 1 degrees of freedom. ValueError where events fall to somebody without time.
    """
    counted, time = (np.asarray(side, dtype=np.float64) for side in (events, person_time))
    inside = np.asarray(members, dtype=np.float64)
    if np.any((counted > 0) & ~(time > 0)):
        raise ValueError("Somebody has an event in a part of the follow-up without person-time.")
    total, whole = inside @ counted, inside @ time
    persons = np.rint(inside @ (counted > 0)).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = total / whole
        spread = inside @ counted**2 - 2.0 * rate * (inside @ (counted * time)) + rate**2 * (inside @ time**2)
        error = np.sqrt(np.maximum(spread, 0.0) * persons / (persons - 1.0)) / total
        scaled = total * per / whole
        reach = special.stdtrit(persons - 1.0, (1.0 + confidence) / 2.0) * error
    known = (persons > 1) & (spread > ALIKE * (inside @ counted**2))
    low, high = (np.where(known, rate * np.exp(side * np.where(known, reach, 0.0)), np.nan) for side in (-1.0, 1.0))
    return ClusteredRate(scaled, low * per, high * per, persons)
