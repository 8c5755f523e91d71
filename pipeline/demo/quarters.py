"""Quarters of publication, counted: a quarter is an ordinal (4 x year + number - 1), a day a number since 1970."""

import re
from functools import lru_cache

import numpy as np

from pipeline.errors import UsageError

FIRST_TEXT, FAERS_TEXT = "2004Q1", "2012Q4"
SWITCH_DAY = np.datetime64("2012-08-28")  # legacy AERS stopped here; 2012Q4 holds everything from this day on


def ordinal(quarter: str) -> int:
    """Ordinal of ``2023Q4``; a later quarter has the larger one, and neighbours differ by one.

    Errors: UsageError when the text is no quarter or lies before FDA's first, 2004Q1.
    """
    found = re.fullmatch(r"(\d{4})Q([1-4])", quarter)
    if found is None or quarter < FIRST_TEXT:
        raise UsageError(f"{quarter!r} is no FAERS quarter: write it as 2023Q4, 2004Q1 or later.")
    return int(found[1]) * 4 + int(found[2]) - 1


def name(at: int) -> str:
    """``2023Q4``, as quarters are printed everywhere."""
    return f"{at // 4}Q{at % 4 + 1}"


def short_name(at: int) -> str:
    """``23Q4``, as FDA writes it in file names."""
    return name(at)[2:]


def is_legacy(at: int) -> bool:
    """Whether the quarter was published by legacy AERS, that is before 2012Q4."""
    return at < ordinal(FAERS_TEXT)


def month_start(at: int, month: int = 0) -> np.datetime64:
    """First day of the quarter's month 0, 1 or 2; month 3 is the next quarter's first day."""
    return np.datetime64(f"{at // 4:04d}", "M") + np.timedelta64(at % 4 * 3 + month, "M")


@lru_cache(maxsize=512)
def day_span(at: int) -> tuple[int, int]:
    """First day of receipt and the day after the last, as numbers since 1970-01-01.

    The change of system moved 28 August to 30 September 2012 from 2012Q3 to 2012Q4.
    """
    start, stop = month_start(at).astype("M8[D]"), month_start(at, 3).astype("M8[D]")
    if name(at) == FAERS_TEXT:
        start = SWITCH_DAY
    if name(at + 1) == FAERS_TEXT:
        stop = SWITCH_DAY
    return int(start.astype(np.int64)), int(stop.astype(np.int64))
