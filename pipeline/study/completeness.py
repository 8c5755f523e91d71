"""How much of the follow-up that was due has been had: Clark's C."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.study.followed import Array


class Completeness(NamedTuple):
    """Time observed over time due, in the unit of the times; `share` is NaN where no time was due."""

    observed: float
    due: float

    @property
    def share(self) -> float:
        """Clark's C, from 0 to 1."""
        return self.observed / self.due if self.due else float("nan")


def potential_time(
    observed: npt.ArrayLike, until_lock: npt.ArrayLike, is_dead: npt.ArrayLike, longest: float = np.inf
) -> Array:
    """Time due from each person, shape (n,): up to the data-lock point, but a death ends it and so does the longest follow-up.

    Whoever withdrew or was lost still owed the rest: that is what the measure shows.
    """
    seen, limit = np.asarray(observed, dtype=np.float64), np.asarray(until_lock, dtype=np.float64)
    return np.asarray(np.minimum(np.where(np.asarray(is_dead, dtype=bool), seen, limit), longest))


def clark_c(observed: npt.ArrayLike, potential: npt.ArrayLike) -> Completeness:
    """Clark's C of these persons: the sum of the times observed over the sum of the times due; none counts beyond its due.

    ValueError for a negative or missing time. Checked by definition against the reference data.
    """
    seen, due = np.asarray(observed, dtype=np.float64), np.asarray(potential, dtype=np.float64)
    if seen.shape != due.shape or not (np.all(seen >= 0) and np.all(due >= 0)):
        raise ValueError(f"observed {seen.shape} and potential {due.shape} are one time of at least 0 for each person.")
    return Completeness(float(np.minimum(seen, due).sum()), float(due.sum()))
