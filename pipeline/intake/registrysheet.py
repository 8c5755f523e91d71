"""One file of a registry extract as text: what every reader gives back, and the limits each keeps."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import InputRefused

LARGEST_FILE = 1 << 30
LARGEST_TEXT = 4 << 30
MOST_COLUMNS = 2_000
MOST_RECORDS = 50_000_000
LONGEST_VALUE = 100_000
Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Records of one file in its own order; a record's line is its place, from 1, without the header.

    columns: names in capitals. rows: a text or None for each column, None for a record that does not fit; `defects`
    then says why, by line. Texts carry no outer blanks; an empty one is None.
    """

    columns: tuple[str, ...]
    rows: list[Values | None]
    defects: dict[int, str] = field(default_factory=dict)


def header(path: Path, names: Sequence[object]) -> tuple[str, ...]:
    """Column names in capitals; InputRefused where there is none, one is empty, one stands twice, or there are too many."""
    columns = tuple(str(name).strip().upper() for name in names)
    if not any(columns):
        raise InputRefused(f"{path.name} has no columns: export it again with its header; nothing was written.")
    if len(columns) > MOST_COLUMNS:
        raise InputRefused(f"{path.name} has {len(columns)} columns, more than {MOST_COLUMNS}: it is no such file.")
    if not all(columns):
        raise InputRefused(f"{path.name} has a column without a name: name it; nothing was written.")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise InputRefused(f"{path.name} has {', '.join(twice)} twice: keep one; nothing was written.")
    return columns


def refuse_size(path: Path) -> None:
    """InputRefused where the file is empty or larger than any extract."""
    size = path.stat().st_size
    if size == 0:
        raise InputRefused(f"{path.name} is empty: export it again, or take it out; nothing was written.")
    if size > LARGEST_FILE:
        raise InputRefused(f"{path.name} has {size:,} bytes, more than {LARGEST_FILE:,}: split the extract by domain.")


def refuse_length(path: Path, n_records: int) -> None:
    """InputRefused where the file says it holds more records than any registry."""
    if n_records > MOST_RECORDS:
        raise InputRefused(
            f"{path.name} says it has {n_records:,} records, more than {MOST_RECORDS:,}: export it again."
        )


class Texts:
    """Cells as text; the same text is kept once, which is what makes a large extract fit in memory."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, text: str | None) -> str | None:
        """The text without outer blanks; None for nothing."""
        bare = text.strip() if text else ""
        return self._known.setdefault(bare, bare) if bare else None


def written(value: object) -> str | None:
    """A typed cell as a person writes it: true as Y, whole numbers without a point, dates as ISO 8601 without midnight."""
    if value is None or value != value:  # noqa: PLR0124 -- only NaN differs from itself
        return None
    return next(form(value) for kind, form in FORMS if isinstance(value, kind))


def number_text(value: float) -> str:
    """A number as a person writes it: 63 for 63.0, else the shortest text that reads back as the same number."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 -- exact in a double


def day_text(value: dt.datetime) -> str:
    """A time as ISO 8601; midnight is a day without a time."""
    return (value.date() if value.time() == dt.time(0) else value).isoformat()


FORMS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, str),
    (bool, lambda value: "Y" if value else "N"),
    (float, number_text),
    (Decimal, lambda value: format(value.normalize(), "f")),
    (dt.datetime, day_text),
    (dt.date, dt.date.isoformat),
    (object, str),
)


def defect_of(row: Sequence[str | None], n_columns: int) -> str | None:
    """Why a record does not fit its header; None where it does."""
    if len(row) != n_columns:
        return f"{len(row)} fields where the header has {n_columns}"
    if any(len(value) > LONGEST_VALUE or "\0" in value for value in row if value is not None):
        return f"a value with NUL or of more than {LONGEST_VALUE} characters"
    return None
