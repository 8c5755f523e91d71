"""The records of an extract that can be looked at, domain by domain: of known patients, latest revision, whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.errors import InputRefused
from pipeline.intake.registryledger import Ledger
from pipeline.intake.registrymapping import ANYTHING, Domain, Lookup, Mapping, Revision, Row, Where
from pipeline.intake.registrysheet import Sheet
from pipeline.intake.registryvalues import key_of, names_product, read_number


class Record(NamedTuple):
    """One record: its domain, its place from 0, the registry's id of its patient, and its values by column."""

    domain: str
    at: int
    registry_id: str
    values: Row


@dataclass(slots=True)
class Records:
    """All sheets of an extract under one mapping; what cannot be looked at is in the ledger with its reason."""

    mapping: Mapping
    sheets: dict[str, Sheet]
    files: dict[str, str]
    ledger: Ledger
    _usable: dict[str, dict[int, str]] = field(default_factory=dict)
    _found: dict[int, dict[str, list[Record]]] = field(default_factory=dict)

    def of(self, domain: str) -> Iterator[Record]:
        """Records of a domain that can be looked at; none where the extract lacks the domain.

        Their values are put together anew each time: kept for all records they would take most of the memory.
        """
        if domain not in self._usable:
            sheet = self.sheets.get(domain)
            records = iter(()) if sheet is None else self._latest(domain, self._whole(domain, sheet))
            self._usable[domain] = {record.at: record.registry_id for record in records}
        for at, registry_id in self._usable[domain].items():
            yield self._record(domain, at, registry_id)

    def look_at_all(self) -> None:
        """Look at every domain, also at those that nothing was read from, so that the ledger is whole."""
        for domain in self.sheets:
            next(self.of(domain), None)

    def about(self, lookup: Lookup, registry_id: str) -> list[Record]:
        """Records about a patient that a lookup lets through."""
        if id(lookup) not in self._found:
            found: dict[str, list[Record]] = {}
            for record in self.of(lookup.domain):
                if is_let_through(record.values, lookup.where) and _names_product(record.values, lookup):
                    found.setdefault(record.registry_id, []).append(record)
            self._found[id(lookup)] = found
        return self._found[id(lookup)].get(registry_id, [])

    def _whole(self, domain: str, sheet: Sheet) -> Iterator[Record]:
        """Yield records that fit their header and name a patient."""
        rule = self.mapping.domains[domain]
        if rule.subject not in sheet.columns:
            raise InputRefused(
                f"{self.files[domain]} has no column {rule.subject}, which names the patient: "
                "export it again, or give a mapping that names another; nothing was written."
            )
        place = sheet.columns.index(rule.subject)
        for at, row in enumerate(sheet.rows):
            if row is None:
                self.ledger.refuse(domain, at, "", sheet.defects[at + 1])
            elif (registry_id := row[place]) is None:
                self.ledger.refuse(domain, at, rule.subject, "is empty")
            else:
                yield self._record(domain, at, registry_id)

    def _record(self, domain: str, at: int, registry_id: str) -> Record:
        sheet = self.sheets[domain]
        return Record(domain, at, registry_id, dict(zip(sheet.columns, sheet.rows[at] or (), strict=True)))

    def _latest(self, domain: str, records: Iterator[Record]) -> Iterator[Record]:
        """Of each form the latest revision; the others are kept as records."""
        rule: Domain = self.mapping.domains[domain]
        if rule.revision is None:
            yield from records
            return
        forms: dict[tuple[str | None, ...], list[tuple[float, Record]]] = {}
        for record in records:
            number = self._revision(rule.revision, record)
            if number is not None:
                key = (record.registry_id, *(record.values.get(name) for name in rule.revision.key))
                forms.setdefault(key, []).append((number, record))
        latest = [found for form in forms.values() if (found := self._newest(form))]
        yield from sorted(latest, key=lambda record: record.at)

    def _revision(self, revision: Revision, record: Record) -> float | None:
        read = read_number(record.values.get(revision.column) or "")
        if isinstance(read.value, float):
            return read.value
        self.ledger.refuse(record.domain, record.at, revision.column, "is no revision number")
        return None

    def _newest(self, form: list[tuple[float, Record]]) -> Record | None:
        """The record of the highest revision; None, all of them refused, where two of that revision differ."""
        top = max(number for number, _ in form)
        newest = [record for number, record in form if number == top]
        for number, record in form:
            if number < top:
                self.ledger.supersede(record.domain, record.at)
        if any(record.values != newest[0].values for record in newest):
            for record in newest:
                self.ledger.refuse(record.domain, record.at, "", "the same revision of the form says two things")
            return None
        for copy in newest[1:]:
            self.ledger.supersede(copy.domain, copy.at)
        return newest[0]

    def drop(self, record: Record) -> None:
        """Look at the record no more: it is a copy of another."""
        del self._usable[record.domain][record.at]


def is_let_through(values: Row, where: Where) -> bool:
    """Whether every column named holds one of the texts allowed, in any case of letters.

    None allows an empty one, ? any that is not.
    """
    return all(_allowed(values.get(name), allowed) for name, allowed in where.items())


def _names_product(values: Row, lookup: Lookup) -> bool:
    return lookup.product is None or names_product(values.get(lookup.product) or "")


def _allowed(text: str | None, allowed: tuple[str | None, ...]) -> bool:
    return (None if text is None else key_of(text)) in allowed or (text is not None and ANYTHING in allowed)
