"""Dates of an extract as ISO 8601 text, some of them incomplete."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Ints

FULL, MONTH, YEAR, NOTHING = range(4)
_START, _STOP = np.datetime64("1900-01-01"), np.datetime64("2100-01-01")
_FIRST = int(_START.astype(np.int64))


@lru_cache(maxsize=1)
def _texts() -> tuple[int, pa.Array]:
    """How many days are known, and their texts: all to the day, then all to the month, then all to the year."""
    full = np.datetime_as_string(np.arange(_START, _STOP))
    return len(full), pa.array([text for length in (10, 7, 4) for text in full.astype(f"U{length}").tolist()])


def iso_text(day: Ints, precision: Ints | int = FULL) -> pa.Array:
    """Text of each day (days since 1970-01-01) as precisely as asked; null for NOTHING. Days from 1900 to 2099."""
    kind = np.broadcast_to(np.asarray(precision), day.shape)
    count, texts = _texts()
    place = np.where(kind == NOTHING, 0, kind * count + np.clip(day - _FIRST, 0, count - 1))
    return texts.take(pa.array(place, mask=kind == NOTHING))
