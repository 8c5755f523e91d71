"""What a table is: its grain, its key, and columns that carry their own meaning."""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "texts", "whole", "real", "truth", "date"]
Layer = Literal["raw", "core", "dictionary", "mart", "study", "ledger", "export"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, what it means, its unit and where it comes from."""

    name: str
    type: ColumnType
    meaning: str
    unit: str | None = None
    source: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is (grain), what identifies it (key) and how it is partitioned."""

    name: str
    layer: Layer
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition: tuple[str, ...] = ("quarter", "edition")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order, partition columns included."""
        return tuple(column.name for column in self.columns)

    @property
    def stored(self) -> tuple[str, ...]:
        """Column names inside the data files; the folder's name carries the partition."""
        return tuple(name for name in self.names if name not in self.partition)


def text(name: str, meaning: str, *, source: str | None = None, allowed: tuple[str, ...] = ()) -> Column:
    """A column of text."""
    return Column(name, "text", meaning, source=source, allowed=allowed)


def whole(name: str, meaning: str, *, unit: str | None = None, source: str | None = None) -> Column:
    """A column of whole numbers (64 bits)."""
    return Column(name, "whole", meaning, unit=unit, source=source)


def real(name: str, meaning: str, *, unit: str | None = None, source: str | None = None) -> Column:
    """A column of double-precision numbers."""
    return Column(name, "real", meaning, unit=unit, source=source)


def truth(name: str, meaning: str) -> Column:
    """A column that is true or false."""
    return Column(name, "truth", meaning)


def date(name: str, meaning: str, *, source: str | None = None) -> Column:
    """A column of full calendar dates."""
    return Column(name, "date", meaning, source=source)


def texts(name: str, meaning: str, *, source: str | None = None) -> Column:
    """A column of lists of text."""
    return Column(name, "texts", meaning, source=source)
