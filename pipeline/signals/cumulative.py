"""The information component of everything received up to each quarter, as it is known at one data-lock point."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.disproportionality import expected_count, information_component
from pipeline.signals.interval import Array, checked_columns

NEVER = -1


class CumulativeComponent(NamedTuple):
    """Cells a b c d of the cases received up to each quarter, and their information component; each (n_series, n_quarters).

    ic, low, high: log2, with the exact 95 % credible bounds of `information_component`. Looks at one growing set of
    cases: neighbouring quarters are not independent, and no bound is widened for looking often.
    """

    a: Array
    b: Array
    c: Array
    d: Array
    expected: Array
    ic: Array
    low: Array
    high: Array


def cumulative_component(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> CumulativeComponent:
    """Sum the cells of single quarters from the first on, and score every sum.

    a, b, c, d: cases received in each quarter, shape (n_series, n_quarters), quarters in order. A quarter without any
    case repeats the one before. Raises ValueError with the column's name and the first offending value.
    """
    cells = [np.asarray(cell, dtype=np.float64) for cell in (a, b, c, d)]
    shape = cells[0].shape
    if len(shape) != 2 or any(cell.shape != shape for cell in cells):  # noqa: PLR2004 -- series by quarters
        raise ValueError(f"a b c d have shapes {[cell.shape for cell in cells]}: give series by quarters, all alike.")
    checked_columns(**{name: cell.ravel() for name, cell in zip("abcd", cells, strict=True)})
    summed = [np.cumsum(cell, axis=1) for cell in cells]
    expected = expected_count(*(cell.ravel() for cell in summed))
    score = information_component(summed[0].ravel(), expected)
    told = (column.reshape(shape) for column in (expected, score.estimate, score.low, score.high))
    return CumulativeComponent(*summed, *told)


def first_above_zero(low: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Number of the first quarter whose lower bound is above 0, for each series; NEVER where none is.

    low: shape (n_series, n_quarters); NaN is not above 0. A later quarter may fall below again.
    """
    above = np.atleast_2d(np.asarray(low, dtype=np.float64)) > 0.0
    return np.where(above.any(axis=1), above.argmax(axis=1), NEVER)
