"""Dates as FDA prints them: YYYYMMDD, YYYYMM, YYYY or nothing."""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Ints

FULL, MONTH, YEAR, NOTHING = range(4)
_START, _STOP = np.datetime64("1940-01-01"), np.datetime64("2046-01-01")


@lru_cache(maxsize=1)
def _texts() -> tuple[int, Any]:
    """Number of days known, and their texts: all full, then all by month, then all by year, then the empty one."""
    days = np.arange(_START, _STOP)
    full = np.char.replace(np.datetime_as_string(days), "-", "")
    texts = [text for length in (8, 6, 4) for text in full.astype(f"U{length}").tolist()]
    return len(days), pa.array([*texts, ""])


def date_text(day: Ints, precision: Ints | int = FULL, *, padded: bool = False) -> Any:
    """Text of each day (number since 1970-01-01) at its precision, as an Arrow array of strings.

    padded: a date known to the month is printed as the first of the month, as FDA has done since 2021Q3.
    """
    precision = np.broadcast_to(np.asarray(precision), day.shape)
    if padded:
        first = day.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
        day, precision = np.where(precision == MONTH, first, day), np.where(precision == MONTH, FULL, precision)
    count, texts = _texts()
    place = np.clip(day - int(_START.astype(np.int64)), 0, count - 1)
    return texts.take(pa.array(np.where(precision == NOTHING, 3 * count, precision * count + place)))
