"""What one text of an extract means for a column of the study: pure functions, with the reason where it means nothing.

No reason repeats the text: it could name a patient.
"""

import calendar
import datetime as dt
import math
import re
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.contract.study import INDICATIONS
from pipeline.intake.registrymapping import ANY_OTHER
from pipeline.vocabulary.countries import country_code
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.formernames import current_term
from pipeline.vocabulary.malignancies import malignancy_terms
from pipeline.vocabulary.products import UNSPECIFIED, products_named

EARLIEST_YEAR = 1900
OLDEST_YEARS = 125
LARGEST_WHOLE = 2**53  # beyond it a double no longer holds every whole number
ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T[\d:.+Z-]*)?)?)?(?<!-)")
NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,3})?")
TRUTHS = {"true": True, "false": False}
# A number of a safety report: fewer digits name none, as among duplicates; longer ones and other signs are own choices.
REPORT_NUMBER = re.compile(r"(?=(?:[^0-9]*[0-9]){4})[\w .,/&()#+:'*-]{4,100}")


class Day(NamedTuple):
    """A date text read: first day it can mean, how much of it is known, and why it is no date."""

    first: dt.date | None
    precision: str | None
    reason: str | None

    @property
    def full(self) -> dt.date | None:
        """The day, where it is known to the day."""
        return self.first if self.precision == "day" else None

    @property
    def last(self) -> dt.date | None:
        """The last day it can mean."""
        if self.first is None or self.precision == "day":
            return self.first
        month = self.first.month if self.precision == "month" else 12
        return self.first.replace(month=month, day=calendar.monthrange(self.first.year, month)[1])

    def may_be(self, day: dt.date) -> bool:
        """Whether the day is one that it can mean; any is, where nothing is known."""
        return self.first is None or self.last is None or self.first <= day <= self.last


class Answer(NamedTuple):
    """A value of the study, or the reason why there is none; both None where there was nothing to read."""

    value: object = None
    reason: str | None = None


@lru_cache(maxsize=100_000)
def key_of(text: str) -> str:
    """A text as it is compared; most texts of an extract stand in many records."""
    return term_key(text)


@lru_cache(maxsize=200_000)
def read_day(text: str, form: str | None = None) -> Day:
    """ISO 8601 to the day, month or year, a time left out; form: another way of writing it, as strptime reads it."""
    if form is not None:
        return _formed(text, form)
    found = ISO.fullmatch(text)
    if not found:
        return Day(None, None, "is no date as 2024-01-31")
    year, month, day = (int(part) if part else None for part in found.groups())
    return _day(year or 0, month, day)


def less_imputed(day: Day, flag: str | None) -> Day:
    """What is left of a date of which ADaM's flag says how much was made up: D the day, M the month too, else all."""
    if flag is None or day.first is None:
        return day
    match flag.upper():
        case "D" if day.precision != "year":
            return Day(day.first.replace(day=1), "month", None)
        case "D" | "M":
            return Day(day.first.replace(month=1, day=1), "year", None)
    return Day(None, None, "is imputed")


def _formed(text: str, form: str) -> Day:
    try:
        read = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return Day(None, None, "is no date as the mapping says")
    return _day(read.year, read.month, read.day)


def _day(year: int, month: int | None, day: int | None) -> Day:
    is_possible = year > 0 and (month is None or 1 <= month <= 12)  # noqa: PLR2004 -- months
    if not is_possible or (day is not None and not 1 <= day <= calendar.monthrange(year, month or 1)[1]):
        return Day(None, None, "is no possible date")
    if year < EARLIEST_YEAR:
        return Day(None, None, f"is before {EARLIEST_YEAR}")
    precision = "day" if day else "month" if month else "year"
    return Day(dt.date(year, month or 1, day or 1), precision, None)


def read_number(text: str, factor: float = 1.0) -> Answer:
    """A finite decimal number times the factor."""
    if not NUMBER.fullmatch(text):
        return Answer(reason="is no number")
    value = float(text) * factor
    return Answer(value) if math.isfinite(value) else Answer(reason="is no number")


def read_whole(text: str) -> Answer:
    """A whole number; 3.0 is one. Refused beyond what a double holds exactly."""
    read = read_number(text)
    if read.reason or not isinstance(read.value, float):
        return read
    if abs(read.value) > LARGEST_WHOLE:
        return Answer(reason="is out of range")
    return Answer(int(read.value)) if read.value.is_integer() else Answer(reason="is no whole number")


def read_truth(text: str) -> Answer:
    """The words true and false, to which a mapping brings the registry's own."""
    known = TRUTHS.get(text.lower())
    return Answer(known) if known is not None else Answer(reason="is neither of the values the mapping knows")


def coded(text: str) -> str:
    """A text as the study writes its codes: small letters joined by underscores."""
    return "_".join(text.lower().replace("-", " ").split())


def read_value(text: str, values: dict[str, str | None], allowed: Collection[str] = ()) -> Answer:
    """The study's text for one of the registry's, letters in any case.

    A text that is one of the study's own codes stands for itself; `*` stands for every other.
    """
    key = key_of(text)
    if key in values:
        return Answer(values[key])
    if coded(text) in allowed:
        return Answer(coded(text))
    return (
        Answer(values[ANY_OTHER]) if ANY_OTHER in values else Answer(reason="is none of the values the mapping knows")
    )


@cache
def read_product(text: str) -> Answer:
    """Generic name of the CAR-T product; another medicine's name in lower case, for the gate to tell of."""
    named = products_named(text) - {UNSPECIFIED}
    if len(named) > 1:
        return Answer(reason="names several CAR-T products")
    return Answer(next(iter(named)) if named else " ".join(text.lower().split()))


@cache
def names_product(text: str) -> bool:
    """Whether the text names a CAR-T product of the vocabulary, or says that it is one."""
    return bool(products_named(text))


@cache
def read_country(text: str) -> Answer:
    """ISO 3166-1 alpha-2 code of a country's name, alpha-3 or alpha-2 code."""
    code = _alpha_2().get(term_key(text)) or country_code(text)
    return Answer(code) if code else Answer(reason="is no country that is known")


@cache
def _alpha_2() -> dict[str, str]:
    lines = Path(__file__).with_name("iso3166.csv").read_text(encoding="utf-8").splitlines()
    return dict(line.split(",", 1) for line in lines if not line.startswith("#"))


@cache
def read_indication(text: str) -> Answer:
    """The disease treated, by its own code or by a preferred term; other where the study has no group for it."""
    disease = coded(text) if coded(text) in INDICATIONS else _diseases().get(current_term(text))
    return Answer(disease if disease in INDICATIONS else "other")


@cache
def _diseases() -> dict[str, str | None]:
    return {term_key(term.pt): term.disease for term in malignancy_terms()}


def read_report_number(text: str) -> Answer:
    """The number under which a safety report was sent, blanks made one; anything else could be a person's own words."""
    tidied = " ".join(text.split())
    return Answer(tidied) if REPORT_NUMBER.fullmatch(tidied) else Answer(reason="is no number of a safety report")


@cache
def read_endpoints(pt: str) -> Answer:
    """Endpoints whose narrow list holds the term under today's name, in the vocabulary's order."""
    return Answer(_endpoints_of().get(current_term(pt), []))


@cache
def _endpoints_of() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for known in endpoints():
        for pt in known.narrow:
            found.setdefault(term_key(pt), []).append(known.id)
    return found


def completed_years(birth: Day, day: dt.date) -> float | None:
    """Whole years from birth to a day; None where birth is not known to the day, or comes after it.

    Not a fraction: with the day of infusion it would give the birthday away.
    """
    if birth.full is None or birth.full > day:
        return None
    before = (day.month, day.day) < (birth.full.month, birth.full.day)
    return float(day.year - birth.full.year - before)
