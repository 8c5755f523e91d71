"""From one text of an extract to one value of the study, in the type that the contract gives its column."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.contract.model import Column, Table
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registrymapping import TARGETS, Reading, Row
from pipeline.intake.registryrecords import Record, is_let_through
from pipeline.intake.registryvalues import (
    OLDEST_YEARS,
    Answer,
    Day,
    coded,
    completed_years,
    key_of,
    less_imputed,
    read_country,
    read_day,
    read_endpoints,
    read_indication,
    read_number,
    read_product,
    read_report_number,
    read_truth,
    read_value,
    read_whole,
)

HIGHEST = {"grade": 5.0, "age_years": float(OLDEST_YEARS), "result_percent": 100.0}
# Days of a patient that person-time hangs on, and what the column `undated` calls each where it is told and not known.
LIMITS = ("earliest", "latest")
DECISIVE = {"infusion_date": "infusion", "death_date": "death", "withdrawal_date": "withdrawal", "lost_date": "loss"}


class Cell(NamedTuple):
    """A text with where it stands: the values beside it, its record and its column.

    is_found: a lookup found its record. is_told: the extract has the domain, so that nothing found means none.
    """

    text: str | None
    values: Row
    record: Record
    column: str
    is_found: bool = False
    is_told: bool = True


class Verdict(NamedTuple):
    """A value of the study, the reason why not, or both where another value than the one given stands.

    is_late: dated after the cut-off, so that the row did not exist yet. day: the day given, where it is not used as one.
    """

    value: object = None
    reason: str | None = None
    is_late: bool = False
    day: Day | None = None


EMPTY = Verdict()
COLUMNS = {name: {column.name: column for column in table.columns} for name, table in TARGETS.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """Values for the columns of one row, as of a cut-off.

    subject: the patient's own row, empty for that row itself. undated: what happened on a day that is not known, with the
    last day it can have been.
    """

    table: Table
    cutoff: dt.date
    scales: Collection[str]
    pseudonyms: Pseudonyms
    subject: Mapping[str, object]
    undated: dict[str, dt.date | None] = field(default_factory=dict)

    def of(self, name: str, reading: Reading, cell: Cell, made: Mapping[str, object]) -> Verdict:
        """The value of one column; a required one that is empty has a reason too."""
        if reading.needs is not None and made.get(reading.needs) is None:
            return EMPTY
        if not is_let_through(cell.values, reading.when):
            return EMPTY
        verdict = self._read(name, reading, cell, made)
        return verdict if verdict != EMPTY else _of_nothing(reading, cell)

    def is_after(self, verdict: Verdict) -> bool:
        """Whether the day given is after the cut-off, as much of it as is known."""
        return verdict.day is not None and verdict.day.first is not None and verdict.day.first > self.cutoff

    def told(self, name: str, verdict: Verdict) -> Verdict:
        """The verdict; of a decisive day that is told and not known the reason says what stays empty."""
        is_decisive = self.table.name == "study_subject" and name in DECISIVE
        if not is_decisive or verdict.reason is None or verdict.value is not None or self.is_after(verdict):
            return verdict
        self.undated[name] = verdict.day.last if verdict.day else None
        return verdict._replace(reason=f"{verdict.reason}: {name} stays empty")

    def _read(self, name: str, reading: Reading, cell: Cell, made: Mapping[str, object]) -> Verdict:
        column = COLUMNS[self.table.name][name]
        if reading.reading == "exists":
            return Verdict(*_existence(reading, cell))
        if reading.reading == "resolution" or (reading.reading == "age" and cell.text is None):
            is_age = reading.reading == "age"
            return _age(reading, cell, made) if is_age else Verdict(_resolution(reading, cell))
        text = cell.text
        if text is not None and reading.values is not None:
            mapped = read_value(text, reading.values, column.allowed)
            if mapped.reason:
                return Verdict(reason=mapped.reason)
            text = mapped.value if isinstance(mapped.value, str) else None
        if not text:
            return EMPTY
        if column.type == "date":
            return self._day(name, reading, _dated(reading, cell, text), made)
        return Verdict(*self._answer(column, reading, cell, text))

    def _limit(self, reading: Reading, day: Day) -> dt.date | None:
        """First or last day that a date can mean; nothing, without a word, where it cannot be read: the date itself tells.

        A first day after the cut-off is the cut-off, up to which it had not come. A last day after it is not known of an
        end, which may not have come; a beginning, without which there would be no row, came by then.
        """
        if day.first is None or day.last is None:
            return None
        if reading.reading == "earliest" or reading.by_cutoff:
            return min(day.first if reading.reading == "earliest" else day.last, self.cutoff)
        return day.last if day.last <= self.cutoff else None

    def _day(self, name: str, reading: Reading, day: Day, made: Mapping[str, object]) -> Verdict:
        """A day; null without a reason only where the text and how much it says are kept beside it."""
        if reading.reading in LIMITS:
            return Verdict(self._limit(reading, day))
        if day.reason or day.first is None:
            return Verdict(reason=day.reason)
        if day.first > self.cutoff:
            return self._later(reading, day, made)
        latest = made.get(reading.until or "") or self.undated.get(reading.until or "")
        if day.full is not None and isinstance(latest, dt.date) and day.full > latest:
            return Verdict(reason=f"is after {reading.until}")
        is_told_beside = name.removesuffix("date") + "precision" in COLUMNS[self.table.name]
        if day.full is None and (reading.required or not is_told_beside):
            return Verdict(reason="is not known to the day", day=day)
        return Verdict(day.full)

    def _later(self, reading: Reading, day: Day, made: Mapping[str, object]) -> Verdict:
        """What a day after the cut-off stands for: nothing yet, no row yet, or the cut-off itself.

        Never the cut-off where the patient was dead by then, be it on a day that is not known.
        """
        if reading.clipped and made.get(reading.until or "") is not None:
            return Verdict(reason=f"is after {reading.until}", day=day)
        if reading.clipped and reading.until not in self.undated:
            return Verdict(self.cutoff, "is after the cut-off: the cut-off counts instead", day=day)
        is_late = reading.by_cutoff and made.get(reading.unless or "") is None
        return Verdict(reason="is after the cut-off", is_late=is_late, day=day)

    def _answer(self, column: Column, reading: Reading, cell: Cell, text: str) -> Answer:
        if reading.reading == "text":
            return _plain(column, reading, cell, text)
        readers: dict[str, Callable[[str], Answer]] = {
            "precision": lambda given: Answer(_dated(reading, cell, given).precision),
            "product": read_product,
            "country": read_country,
            "endpoints": read_endpoints,
            "indication": read_indication,
            "report_number": read_report_number,
            "index": lambda given: Answer(read_day(given, reading.form).full == self.subject.get("infusion_date")),
            "scale": self._scale,
            "pseudonym": lambda given: Answer(self._pseudonym(column, given)),
            "number": lambda given: Answer(_plain(column, reading, cell, given).value),
        }
        return readers[reading.reading](text) if reading.reading in readers else _plain(column, reading, cell, text)

    def _pseudonym(self, column: Column, text: str) -> object:
        """The text's pseudonym; a list of it where the column holds several."""
        made = self.pseudonyms.of(text)
        return [made] if column.type == "texts" else made

    def _scale(self, text: str) -> Answer:
        known = {scale.upper(): scale for scale in self.scales}
        found = known.get(key_of(text))
        return Answer(found) if found else Answer(reason="is no grading scale that is known")


def _of_nothing(reading: Reading, cell: Cell) -> Verdict:
    """What stands for nothing: the reason why there should be something, else the default."""
    if cell.values.get(reading.told_by or "") == "Y":
        return Verdict(reason=f"is empty though {reading.told_by} is Y")
    if reading.default is not None:
        return Verdict(reading.default)
    return Verdict(reason="is empty") if reading.required else EMPTY


def _existence(reading: Reading, cell: Cell) -> Answer:
    """Whether a record is there: told by its value where it has one, false where the domain is there and it is not."""
    if not cell.is_found:
        return Answer(False if cell.is_told else None)
    if not cell.text or reading.values is None:
        return Answer(True)
    mapped = read_value(cell.text, reading.values)
    return read_truth(mapped.value) if isinstance(mapped.value, str) else mapped


def _dated(reading: Reading, cell: Cell, text: str) -> Day:
    """The text as a day, as much of it as was not imputed by the flag of its column."""
    day = read_day(text, reading.form)
    if not reading.imputed:
        return day
    at = reading.columns.index(cell.column) if cell.column in reading.columns else 0
    return less_imputed(day, cell.values.get(reading.imputed[at]))


def _resolution(reading: Reading, cell: Cell) -> str | None:
    """Units an age is completed in; one worked out from the birth date is in years, one with decimals a fraction."""
    if cell.text is None:
        return "completed_years"
    read = read_number(cell.text)
    if isinstance(read.value, float) and not read.value.is_integer():
        return "fraction"
    unit = cell.values.get(reading.unit or "")
    return (reading.values or {}).get(key_of(unit), reading.default) if unit else reading.default


def _age(reading: Reading, cell: Cell, made: Mapping[str, object]) -> Verdict:
    """Completed years at the first of the days that is known, from the birth date, which is not kept."""
    text = cell.values.get(reading.birth or "")
    if not text:
        return EMPTY
    birth = read_day(text)
    if reading.imputed:
        birth = less_imputed(birth, cell.values.get(reading.imputed[0]))
    for name in reading.at:
        own = made.get(name.lower())
        day = own if isinstance(own, dt.date) else read_day(cell.values.get(name) or "").full
        if day is not None:
            years = completed_years(birth, day)
            return Verdict(years, None if years is not None else f"is empty, and {reading.birth} gives none")
    return EMPTY


def _plain(column: Column, reading: Reading, cell: Cell, text: str) -> Answer:
    """The contract's own type, nothing more to know."""
    match column.type:
        case "truth":
            return read_truth(text)
        case "whole":
            return _bounded(column, read_whole(text))
        case "real":
            return _bounded(column, _measured(reading, cell, text))
    if not column.allowed:
        return Answer(text)
    return (
        Answer(coded(text)) if coded(text) in column.allowed else Answer(reason="is none of the values the study knows")
    )


def _measured(reading: Reading, cell: Cell, text: str) -> Answer:
    """A number in the study's unit; refused where its own unit is missing or not one that the mapping knows."""
    if reading.factors is None:
        return read_number(text)
    unit = cell.values.get(reading.unit or "")
    factor = reading.factors.get(key_of(unit)) if unit else None
    return read_number(text, factor) if factor is not None else Answer(reason="has no unit that the mapping knows")


def _bounded(column: Column, read: Answer) -> Answer:
    """No count, dose, grade or age is negative, and some have an upper end."""
    if not isinstance(read.value, int | float):
        return read
    if read.value < 0 or read.value > HIGHEST.get(column.name, float("inf")):
        return Answer(reason="is out of range")
    return read
