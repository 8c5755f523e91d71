"""Tables of the study's report: cells as they are printed, and how an estimate becomes one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.cohort.suppression import REASON
from pipeline.report.numbers import count, ratio

Row = dict[str, Any]
HIDDEN = "hidden"
NOT_TOLD = "not told"
NONE_FOLLOWED = "–"
SMALL_SHARE = 0.01


class Cell(NamedTuple):
    """What one field of a table prints: its text, the interval behind it, a smaller line below, and its class."""

    text: str
    interval: str = ""
    below: str = ""
    kind: str = ""


class Column(NamedTuple):
    """Head of a column: its title, its unit in small print, and whether it holds counts, set to the right."""

    title: str
    unit: str = ""
    is_count: bool = False


@dataclass(frozen=True, slots=True)
class StudyTable:
    """A table as it is printed.

    unit: what its numbers are, in one sentence. rows: cells in the order of the columns, the first being the row's head.
    flagged: places of the rows that the report calls attention to. reasons: why numbers are not given; opened: shown at once.
    """

    title: str
    unit: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    flagged: frozenset[int] = frozenset()
    reasons: Sequence[str] = ()
    is_wide: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section: sentences, calls for attention, pictures, tables, and tables that are folded away."""

    title: str = ""
    said: Sequence[str] = ()
    calls: Sequence[str] = ()
    figures: Sequence[Any] = ()
    curves: Sequence[Any] = ()
    tables: Sequence[StudyTable] = ()
    folded: Sequence[StudyTable] = ()

    @property
    def has_content(self) -> bool:
        """Whether anything would be printed under its title."""
        return any((self.said, self.calls, self.figures, self.curves, self.tables, self.folded))


@dataclass(frozen=True, slots=True)
class StudySection:
    """A section of the page: its anchor, the id of its words, and its parts."""

    anchor: str
    parts: Sequence[Part] = field(default_factory=tuple)


def text(value: object) -> Cell:
    """Words of ours or of the registry; a dash where there are none."""
    return Cell(NONE_FOLLOWED if value is None or value == "" else str(value))


def counted(value: int | None) -> Cell:
    """A count, set to the right; the word for it where a public copy hides it."""
    return Cell(HIDDEN, kind="n hidden") if value is None else Cell(count(value), kind="n")


def counted_of(row: Row, name: str) -> Cell:
    """A count of an estimate, set to the right; hidden where its row is, a dash where the estimate has none."""
    value = row[name]
    return counted(value) if value is not None or is_hidden(row) else Cell(NONE_FOLLOWED, kind="n")


def since_infusion(days: int | None) -> str:
    """Days since the index infusion, day 0; nothing where they are not known."""
    return "" if days is None else f"day {count(days)}"


def number(value: float | None, unit: str | None = None) -> str:
    """A number in about three digits with its unit's sign: shares as per cent, others as they are."""
    if value is None:
        return NONE_FOLLOWED
    if unit == "share":
        return percent(value)
    return f"−{ratio(-value)}" if value < 0 else ratio(value)


def percent(value: float) -> str:
    """A share as per cent with one decimal; two below 1 %; none for nobody and for all."""
    if value in (0.0, 1.0):
        return f"{100 * value:.0f} %"
    return f"{100 * value:.2f} %" if 0 < value < SMALL_SHARE else f"{100 * value:.1f} %"


def bounds(row: Row) -> str:
    """The interval of a row in words; one bound where the other is not known."""
    low, high = row["low"], row["high"]
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {number(high, row['unit'])}"
    if high is None:
        return f"from {number(low, row['unit'])}"
    return f"{number(low, row['unit'])} to {number(high, row['unit'])}"


def estimated(row: Row | None, *, below: bool = False) -> Cell:
    """An estimate with its interval; what is said instead where there is none. below: with its counts under it."""
    if row is None:
        return Cell(NONE_FOLLOWED, kind="na")
    if row["is_told"]:
        return Cell(number(row["estimate"], row["unit"]), bounds(row), _counts(row) if below else "", "m")
    if is_hidden(row):
        return Cell(HIDDEN, kind="hidden")
    if row["low"] is not None or row["high"] is not None:
        return Cell("", bounds(row), _counts(row) if below else "", "m")
    return Cell(NONE_FOLLOWED if row["person_years"] == 0 or row["n_patients"] == 0 else NOT_TOLD, kind="na")


def is_hidden(row: Row) -> bool:
    """Whether a row of a public copy lacks its numbers because a count is small."""
    return bool(row["reason"] == REASON)


def reasons(rows: Iterable[Row], named: Callable[[Row], str]) -> list[str]:
    """Why rows are not told, each reason once with what it is said of; nobody followed and hidden ones need none."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"] and not is_hidden(row) and row["person_years"] != 0 and row["n_patients"] != 0:
            said = found.setdefault(row["reason"], [])
            if named(row) not in said:
                said.append(named(row))
    return [f"{', '.join(names)}: {reason}" for reason, names in found.items()]


def _counts(row: Row) -> str:
    events, years = row["n_events"], row["person_years"]
    told = [f"{count(events)} ev."] if events is not None else []
    return " / ".join([*told, *([f"{ratio(years)} py"] if years is not None else [])])


def is_exact(row: Row) -> bool:
    """Whether a row's bounds are Garwood's: those that the page shows beside no others; mid-p is in the files."""
    return bool(row["method"]) and row["method"].split(",")[0] == "garwood"


def is_robust(row: Row) -> bool:
    """Whether a row's bounds are over patients, who may each have several events."""
    return bool(row["method"]) and row["method"].startswith("robust")


def ordered(rows: Iterable[Row], names: Sequence[str | None], column: str) -> list[Row]:
    """Rows in the order of the values named, those not named behind them."""
    place = {name: at for at, name in enumerate(names)}
    return sorted(rows, key=lambda row: place.get(row[column], len(place)))
