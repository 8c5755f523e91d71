"""What every measure takes and gives: the four cells of a 2×2 table in, an estimate with its bounds out."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TAIL = 0.025
"""Probability beyond each bound of a two-sided 95 % interval."""

NORMAL_QUANTILE = float(special.ndtri(1.0 - TAIL))


class Interval(NamedTuple):
    """An estimate and its bounds, each of shape (n,); NaN where the number does not exist.

    `infinite` is true where the estimate has no finite value (a zero in its denominator): then `estimate` and
    `high` are NaN and `low` alone carries the evidence.
    """

    estimate: Array
    low: Array
    high: Array
    infinite: Flags

    def named(self, estimate: str, low: str = "", high: str = "") -> dict[str, Array]:
        """The estimate and its bounds by their column names; the bounds' follow from the estimate's where not given."""
        return {estimate: self.estimate, low or f"{estimate}_low": self.low, high or f"{estimate}_high": self.high}


class TwoByTwo(NamedTuple):
    """The 2×2 table of a drug and an event in distinct cases, each cell of shape (n,).

    a: drug and event; b: drug without the event; c: the event without the drug; d: neither.
    """

    a: Array
    b: Array
    c: Array
    d: Array

    @property
    def has_empty_margin(self) -> Flags:
        """True where the drug, its comparator, the event or its absence has no case: no ratio is defined there."""
        a, b, c, d = self
        return np.asarray((a + b == 0) | (c + d == 0) | (a + c == 0) | (b + d == 0))


def two_by_two(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> TwoByTwo:
    """Cells as float64, so that no product of margins can overflow (exact up to 2**53).

    Raises ValueError where a cell is negative, missing or infinite, or where the shapes differ.
    """
    return TwoByTwo(*checked_columns(a=a, b=b, c=c, d=d))


def checked_columns(**columns: npt.ArrayLike) -> list[Array]:
    """Columns as float64 of one shape (n,), in the order given, every value finite and at least 0.

    Raises ValueError with the column's name and the first offending value.
    """
    arrays = [np.asarray(values, dtype=np.float64) for values in columns.values()]
    for name, values in zip(columns, arrays, strict=True):
        if values.ndim != 1 or values.shape != arrays[0].shape:
            shapes = ", ".join(f"{label} {array.shape}" for label, array in zip(columns, arrays, strict=True))
            raise ValueError(f"Columns of different shapes ({shapes}): give one-dimensional arrays of one length.")
        if values.size and not (values.min() >= 0.0 and values.max() < np.inf):
            at = int(np.flatnonzero(~((values >= 0.0) & (values < np.inf)))[0])
            raise ValueError(f"{name}[{at}] is {values[at]}: every count must be a finite number of at least 0.")
    return arrays
