"""Events beyond those expected, per person-time: the excess beside the ratio, with the bounds of the count."""

import numpy as np
import numpy.typing as npt

from pipeline.study.poisson import CONFIDENCE, Bounds, Method, count_bounds


def excess_rate(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    person_time: npt.ArrayLike,
    per: float = 1.0,
    method: Method = "garwood",
    confidence: float = CONFIDENCE,
) -> Bounds:
    """Observed less expected events per `per` units of person-time, the expected taken as known, shape (n,).

    Negative where fewer were seen. ValueError where no time was followed.
    """
    time = np.asarray(person_time, dtype=np.float64)
    if np.any(~(time > 0)):
        raise ValueError("person_time is not above 0 everywhere: an excess needs person-time.")
    known = np.asarray(expected, dtype=np.float64)
    return Bounds(*((side - known) * per / time for side in count_bounds(observed, method, confidence)))
