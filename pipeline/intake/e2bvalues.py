"""Values as an E2B message tells them: a text, or the null flavor that says why there is none; dates and intervals."""

import datetime as dt
import re
from dataclasses import dataclass

from pipeline.errors import InputRefused
from pipeline.intake.e2bxml import LONGEST_TEXT, Element
from pipeline.intake.readings import PRECISION_OF_LENGTH, read_date

STAMP = re.compile(r"(\d{4}(?:\d{2}){0,5})(?:\.\d+)?([+-]\d{2}(?:\d{2})?)?", re.ASCII)
LENGTHS = {precision: length for length, precision in PRECISION_OF_LENGTH.items()}
DAY_LENGTH, SECOND_LENGTH = 8, 14
LATEST = dt.date(2999, 12, 31)
"""A later day is no date: somebody filled the field with nines."""
R2_LENGTHS = {"102": 8, "203": 12, "204": 14, "602": 4, "610": 6}
"""Characters that each date format of E2B(R2) has: day, minute, second, year, month."""
R2_UNITS = {"801": "a", "802": "mo", "803": "wk", "804": "d", "805": "h", "806": "min", "807": "s"}
WHOLE_NUMBER = re.compile(r"\d{1,5}(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one element: its text, the null flavor in its place, or, where it is absent, neither."""

    text: str | None = None
    null_flavor: str | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether a null flavor says why there is no value."""
        return self.null_flavor is not None


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as told, to the precision it has.

    day: where it is known to the day; earliest: the first day it can be; precision: day, month or year, None where the text
    is absent or no date. Time of day and offset are kept in the text: the day is the one the sender wrote.
    """

    told: Told = Told()
    day: dt.date | None = None
    earliest: dt.date | None = None
    precision: str | None = None

    @property
    def is_invalid(self) -> bool:
        """Whether a text is there that is no date."""
        return self.told.text is not None and not self.told.is_withheld and self.precision is None

    def holds(self, day: dt.date) -> bool:
        """Whether that day lies within the day, month or year told; true of a date that tells nothing."""
        if self.precision is None:
            return True
        return f"{day:%Y%m%d}".startswith(str(self.told.text)[: LENGTHS[self.precision]])


@dataclass(frozen=True, slots=True)
class Interval:
    """A duration as told: number and UCUM unit, or the null flavor in their place."""

    number: Told = Told()
    unit: str | None = None

    @property
    def text(self) -> str | None:
        """Number and unit as one text; the null flavor where there is no number; None where nothing is told."""
        if self.number.is_withheld:
            return self.number.null_flavor
        return None if self.number.text is None else f"{self.number.text} {self.unit or ''}".strip()

    @property
    def day_number(self) -> int | None:
        """The day it counts to, the first day being 1; None where it is not told in whole days from 1 on."""
        text = self.number.text or ""
        if self.unit != "d" or self.number.is_withheld or not WHOLE_NUMBER.fullmatch(text):
            return None
        return int(float(text)) or None


ABSENT, NO_DATE, NO_INTERVAL = Told(), Moment(), Interval()
"""An element that is not there."""


def attribute(element: Element | None, name: str = "value") -> Told:
    """An attribute's value, or the element's null flavor; InputRefused where it is longer than any such text may be."""
    if element is None:
        return ABSENT
    text = (element.attributes.get(name) or "").strip()
    if len(text) > LONGEST_TEXT:
        raise InputRefused(f"{element.name} has more than {LONGEST_TEXT} characters")
    return Told(text or None, element.attributes.get("nullFlavor") or None)


def content(element: Element | None) -> Told:
    """An element's text, or its null flavor; InputRefused where it is longer than any such text may be."""
    if element is None:
        return ABSENT
    if element.is_cut:
        raise InputRefused(f"{element.name} has more than {LONGEST_TEXT} characters")
    return Told(" ".join(element.text.split()) or None, element.attributes.get("nullFlavor") or None)


def moment(told: Told) -> Moment:
    """A date of 4 (year), 6 (month) or 8 and more characters, with or without time and offset from UTC."""
    found = STAMP.fullmatch(told.text or "")
    if told.is_withheld or not found:
        return Moment(told)
    digits = found[1][:DAY_LENGTH]
    read = read_date(digits, LATEST)
    if read.precision is None or (read.date is None and read.precision == "day"):
        return Moment(told)
    earliest = dt.date(int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1))
    return Moment(told, read.date, earliest, read.precision)


def formatted_moment(text: Told, form: Told) -> Moment:
    """A date of E2B(R2), whose own format says how long it is; another length is no date."""
    expected = R2_LENGTHS.get(form.text or "")
    if text.text is not None and form.text is not None and len(text.text) != expected:
        return Moment(text)
    return moment(text)


def instant(told: Told) -> dt.datetime | None:
    """A time stamp on the clock of UTC, one without offset taken as UTC; the day's beginning where it tells no time."""
    found = STAMP.fullmatch(told.text or "")
    if told.is_withheld or not found or len(found[1]) < DAY_LENGTH:
        return None
    try:
        read = dt.datetime.strptime(found[1].ljust(SECOND_LENGTH, "0"), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
        offset = found[2] or "+0000"
        away = dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[3:] or 0))
        return read + away if offset.startswith("-") else read - away
    except (ValueError, OverflowError):
        return None
