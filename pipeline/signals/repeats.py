"""Work once on what occurs often: the distinct values of a column or of several, and who holds which."""

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import Array

Positions = npt.NDArray[np.intp]


def distinct_values(values: Array) -> tuple[Array, Positions]:
    """Sorted distinct values, shape (k,), and the position of each value among them, shape (n,).

    Meant for few distinct values: about four times faster than `np.unique(..., return_inverse=True)` then.
    """
    distinct = np.unique(values)
    return distinct, np.searchsorted(distinct, values)


def distinct_rows(*columns: Array) -> tuple[list[Array], Positions]:
    """Distinct combinations as columns of shape (k,), and the position of each row among them, shape (n,)."""
    order = np.lexsort(columns)
    starts = np.zeros(order.size, dtype=np.bool_)
    starts[:1] = True
    for column in columns:
        ordered = column[order]
        starts[1:] |= ordered[1:] != ordered[:-1]
    positions = np.empty(order.size, dtype=np.intp)
    positions[order] = np.cumsum(starts) - 1
    return [column[order[starts]] for column in columns], positions
