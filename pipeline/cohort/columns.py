"""Columns of the study's tables as arrays: dates as days since 1970, texts as objects, patients by their place."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.study.followed import Array

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Tables = Mapping[str, pa.Table]


def days(table: pa.Table, name: str) -> Array:
    """A date column as days since 1970, NaN where null, shape (rows,)."""
    return _doubles(table[name].cast(pa.int32()))


def numbers(table: pa.Table, name: str) -> Array:
    """A column of numbers, NaN where null, shape (rows,)."""
    return _doubles(table[name])


def texts(table: pa.Table, name: str, otherwise: str | None = None) -> Texts:
    """A column of texts, None or `otherwise` where null, shape (rows,)."""
    column = table[name] if otherwise is None else pc.fill_null(table[name], otherwise)
    return np.asarray(column.to_numpy(), dtype=object)


def listing(table: pa.Table, name: str, text: str) -> Flags:
    """Whether a column of lists of texts holds the text, false where null, shape (rows,)."""
    return np.array([text in (held or ()) for held in table[name].to_pylist()], dtype=bool)


def flags(table: pa.Table, name: str) -> tuple[Flags, Flags]:
    """A truth column: where it is true, and where it is known."""
    known = np.asarray(pc.is_valid(table[name]).to_numpy(), dtype=bool)
    return np.asarray(pc.fill_null(table[name], pa.scalar(False)).to_numpy(), dtype=bool), known


def places(ids: pa.Array, table: pa.Table) -> Places:
    """The place of each row's patient in ids; -1 for somebody who is not there."""
    found = pc.fill_null(pc.index_in(table["subject_id"], value_set=ids), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def since_infusion(table: pa.Table, name: str, place: Places, infusion: Array) -> Array:
    """A date column as days since the infusion of each row's patient, NaN for nobody's or no date, shape (rows,)."""
    behind = np.append(infusion, np.nan)  # the place of nobody, -1
    return np.asarray(days(table, name) - behind[place])


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - dt.date(1970, 1, 1)).days


def earliest(place: Places, day: Array, n: int) -> Array:
    """The earliest day of each of n patients, infinite without one, shape (n,); a place of -1 and a day of NaN are left out."""
    found = np.full(n, np.inf)
    some = (place >= 0) & ~np.isnan(day)
    np.minimum.at(found, place[some], day[some])
    return found


def latest(place: Places, day: Array, n: int) -> Array:
    """The latest day of each of n patients, minus infinity without one, shape (n,)."""
    return -earliest(place, -day, n)


def _doubles(column: pa.ChunkedArray) -> Array:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
