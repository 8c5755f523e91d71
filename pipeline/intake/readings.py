"""What a published date, age or weight means: pure functions of the text, with the reason where it means nothing.

They are asked once for each distinct text of a quarter; SQL joins the answers to the rows.
"""

import calendar
import datetime as dt
import math
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

EARLIEST_YEAR = 1920
OLDEST_YEARS = 125
HEAVIEST_KG = 650
YEARS_PER_UNIT = {"DEC": 10.0, "YR": 1.0, "MON": 1 / 12, "WK": 7 / 365.25, "DY": 1 / 365.25, "HR": 1 / 8766}
KG_PER_UNIT = {"KG": 1.0, "LBS": 0.45359237, "GMS": 0.001}
PRECISION_OF_LENGTH = {8: "day", 6: "month", 4: "year"}


class DateReading(NamedTuple):
    """A date text read: the full date, how much of the text is a date, and why there is no full date."""

    date: dt.date | None
    precision: str | None
    reason: str | None


class Quantity(NamedTuple):
    """A number read in its standard unit, or the reason why not."""

    value: float | None
    reason: str | None


def read_date(text: str, latest: dt.date) -> DateReading:
    """YYYYMMDD, YYYYMM or YYYY; a full date must lie between 1920 and latest (the quarter's end)."""
    digits = text.strip()
    precision = PRECISION_OF_LENGTH.get(len(digits))
    if precision is None or not (digits.isascii() and digits.isdigit()):
        return DateReading(None, None, "not a date")
    year, month, day = int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1)
    if year == 0 or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(max(year, 1), month)[1]:  # noqa: PLR2004 -- months
        return DateReading(None, None, "impossible date")
    if year < EARLIEST_YEAR:
        return DateReading(None, precision, f"before {EARLIEST_YEAR}")
    if dt.date(year, month, day) > latest:
        return DateReading(None, precision, "after the quarter that published it")
    if precision != "day":
        return DateReading(None, precision, f"only the {precision} is known")
    return DateReading(dt.date(year, month, day), "day", None)


def read_age(age: str, unit: str | None) -> Quantity:
    """Age in years from a number and DEC, YR, MON, WK, DY or HR; refused outside 0 to 125 years."""
    return _quantity(age, unit, YEARS_PER_UNIT, OLDEST_YEARS, "years")


def read_weight(weight: str, unit: str | None) -> Quantity:
    """Weight in kg from a number and KG, LBS or GMS; refused outside 0 to 650 kg, 0 included."""
    reading = _quantity(weight, unit, KG_PER_UNIT, HEAVIEST_KG, "kg")
    return Quantity(None, "zero") if reading.value == 0 else reading


def _quantity(text: str, unit: str | None, factors: dict[str, float], largest: float, name: str) -> Quantity:
    try:
        number = float(text)
    except ValueError:
        return Quantity(None, "not a number")
    factor = factors.get((unit or "").strip().upper())
    if factor is None:
        return Quantity(None, "no unit" if not unit else "unknown unit")
    if not math.isfinite(number) or not 0 <= number * factor <= largest:
        return Quantity(None, f"outside 0 to {largest} {name}")
    return Quantity(number * factor, None)


def date_readings(texts: Iterable[str], quarter: str) -> pa.Table:
    """One row for each text: text, date, precision, reason."""
    latest = quarter_end(quarter)
    rows = [(text, *read_date(text, latest)) for text in texts]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = (pa.string(), pa.date32(), pa.string(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=["text", "date", "precision", "reason"])


def age_readings(pairs: Iterable[tuple[str, str | None]]) -> pa.Table:
    """One row for each pair of number and unit: number, unit, value in years, reason."""
    return _quantities((number, unit, *read_age(number, unit)) for number, unit in pairs)


def weight_readings(pairs: Iterable[tuple[str, str | None]]) -> pa.Table:
    """One row for each pair of number and unit: number, unit, value in kg, reason."""
    return _quantities((number, unit, *read_weight(number, unit)) for number, unit in pairs)


def quarter_end(quarter: str) -> dt.date:
    """Last day of a quarter such as 2024Q1."""
    year, month = int(quarter[:4]), int(quarter[-1]) * 3
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _quantities(rows: Iterable[tuple[str, str | None, float | None, str | None]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = (pa.string(), pa.string(), pa.float64(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=["number", "unit", "value", "reason"])
