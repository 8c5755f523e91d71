"""What became of every record of an extract: each is kept or rejected, and nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum


class Fate(IntEnum):
    """What became of a record: kept, in one of three ways, or rejected."""

    SET_ASIDE = 0
    SUPERSEDED = 1
    TYPED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One reason why a record, or one column of it, could not be used; at: its place, from 0."""

    domain: str
    at: int
    column: str
    reason: str
    is_whole: bool = field(compare=False)


class Ledger:
    """Fates and refusals of all records, by domain and place."""

    def __init__(self, n_records: dict[str, int]) -> None:
        self._fates = {domain: bytearray(n) for domain, n in n_records.items()}
        self._refusals: set[Refusal] = set()

    def use(self, domain: str, at: int) -> None:
        """The record has filled something in a table of the study."""
        self._fates[domain][at] = Fate.TYPED

    def supersede(self, domain: str, at: int) -> None:
        """A later revision of the form counts instead."""
        self._fates[domain][at] = Fate.SUPERSEDED

    def refuse_column(self, domain: str, at: int, column: str, reason: str) -> None:
        """One column could not be used; the rest of the record was."""
        self._refusals.add(Refusal(domain, at, column, reason, is_whole=False))

    def refuse(self, domain: str, at: int, column: str, reason: str) -> None:
        """The record could not be used because of the column; where another table uses it, only that is lost."""
        refusal = Refusal(domain, at, column, reason, is_whole=True)
        self._refusals.discard(refusal)  # the same said of the column alone
        self._refusals.add(refusal)
        if self._fates[domain][at] == Fate.SET_ASIDE:
            self._fates[domain][at] = Fate.REJECTED

    def fate(self, domain: str, at: int) -> Fate:
        """What became of the record so far."""
        return Fate(self._fates[domain][at])

    def refusals(self) -> Iterator[Refusal]:
        """Every reason in order; one that left the rest of its record in use speaks of the column alone."""
        for item in sorted(self._refusals):
            is_whole = item.is_whole and self.fate(item.domain, item.at) == Fate.REJECTED
            yield Refusal(item.domain, item.at, item.column, item.reason, is_whole)

    def counts(self, domain: str) -> dict[str, int]:
        """How many records had each fate, and how many of those in use lack a column."""
        found = Counter(self._fates[domain])
        lacking = {item.at for item in self._refusals if item.domain == domain} - {
            at for at, fate in enumerate(self._fates[domain]) if fate == Fate.REJECTED
        }
        return {
            "n_typed": found[Fate.TYPED],
            "n_superseded": found[Fate.SUPERSEDED],
            "n_set_aside": found[Fate.SET_ASIDE],
            "n_rejected": found[Fate.REJECTED],
            "n_incomplete": len(lacking),
        }
