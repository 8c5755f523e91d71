"""From records to rows of the study, as the mapping says: patients first, then what befell them."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registrycells import DECISIVE, EMPTY, Answers, Cell, Verdict
from pipeline.intake.registrymapping import TARGETS, Group, Lookup, Reading, Row, Source
from pipeline.intake.registryrecords import Record, Records, is_let_through
from pipeline.intake.registryvalues import read_day

StudyRow = dict[str, object]


class Base(NamedTuple):
    """What one row is made of: a patient's values by column, and the record that each came from."""

    registry_id: str
    values: Row
    origins: dict[str, Record]
    records: list[Record]

    def origin(self, column: str) -> Record:
        """The record that holds the column."""
        return self.origins.get(column, self.records[0])


@dataclass(slots=True)
class Typing:
    """All rows of the study that an extract gives as of a cut-off.

    scales: ids of the grading scales. `subjects` has the patients by the registry's id, which stays in memory; `later`
    the ids of those who came after the cut-off.
    """

    records: Records
    pseudonyms: Pseudonyms
    cutoff: dt.date
    scales: Collection[str]
    subjects: dict[str, StudyRow] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)

    def rows(self) -> dict[str, list[StudyRow]]:
        """Rows of every table of patients, in no order; the ledger says what became of each record."""
        made: dict[str, list[StudyRow]] = {name: [] for name in TARGETS}
        mapping = self.records.mapping
        self._add_subjects(mapping.subjects)
        made["study_subject"] = list(self.subjects.values())
        for source in mapping.sources:
            if source.table != "study_subject":
                made[source.table] += self._rows(source)
        return made

    def _add_subjects(self, source: Source) -> None:
        bases: dict[str, list[Base]] = {}
        for base in self._bases(source):
            bases.setdefault(base.registry_id, []).append(base)
        for registry_id, of_patient in bases.items():
            if self._agree(of_patient):
                row = self._row(source, of_patient[0])
                if row is not None:
                    self.subjects[registry_id] = row

    def _agree(self, bases: list[Base]) -> bool:
        """Whether the patient has one record, or copies of one; of several that differ none is used."""
        is_one = all(base.values == bases[0].values for base in bases)
        reason = "is a copy of another record" if is_one else "the patient has several records that differ"
        for base in bases[1:] if is_one else bases:
            self._refuse(base, "", reason)
            for record in base.records:
                self.records.drop(record)
        return is_one

    def _rows(self, source: Source) -> Iterator[StudyRow]:
        bases = self._bases(source)
        for base in self._without_copies(bases) if source.table == "study_infusion" else bases:
            if base.registry_id not in self.subjects:
                self._refuse(base, "", self._of_no_patient(base.registry_id))
            elif (row := self._row(source, base)) is not None:
                yield row

    def _without_copies(self, bases: Iterable[Base]) -> Iterator[Base]:
        """Each infusion once: a record that is another's copy to the last column would add a dose never given."""
        seen: set[tuple[object, ...]] = set()
        for base in bases:
            said = (base.registry_id, *sorted((name, value or "") for name, value in base.values.items()))
            if said in seen:
                self._refuse(base, "", "is a copy of another record")
            else:
                seen.add(said)
                yield base

    def _of_no_patient(self, registry_id: str) -> str:
        if registry_id in self.later:
            return "its patient came after the cut-off"
        return f"its patient has no record in {self.records.mapping.subjects.domain} that can be used"

    def _bases(self, source: Source) -> Iterator[Base]:
        through = (record for record in self.records.of(source.domain) if is_let_through(record.values, source.where))
        if source.group is None:
            for record in through:
                yield Base(record.registry_id, record.values, {}, [record])
        else:
            yield from self._grouped(source, source.group, through)

    def _grouped(self, source: Source, group: Group, through: Iterator[Record]) -> Iterator[Base]:
        """Records equal in the group's columns as one, each giving the value of the column it names."""
        known = {name for reading in source.columns.values() for name in reading.read_columns()}
        bases: dict[tuple[str | None, ...], Base] = {}
        for record in through:
            lacking = next((name for name in group.by if record.values.get(name) is None), None)
            name = (record.values.get(group.name) or "").upper()
            if lacking:
                self.records.ledger.refuse(record.domain, record.at, lacking, "is empty")
            elif name in known:
                key = (record.registry_id, *(record.values[column] for column in group.by))
                base = bases.setdefault(key, Base(record.registry_id, {}, {}, []))
                self._add_value(base, name, record, record.values.get(group.value))
        yield from bases.values()

    def _add_value(self, base: Base, name: str, record: Record, value: str | None) -> None:
        """One more value of a group; of two that differ neither is used."""
        base.records.append(record)
        if base.values.get(name, value) == value:
            base.values[name] = value
            base.origins.setdefault(name, record)
            return
        for each in (base.origins[name], record):
            self.records.ledger.refuse_column(each.domain, each.at, name, "is given twice, and not the same")
        base.values[name] = None

    def _row(self, source: Source, base: Base) -> StudyRow | None:
        """One row; None, with the reason in the ledger, where it lacks what it needs or was not yet at the cut-off."""
        made: StudyRow = {"subject_id": self.pseudonyms.of(base.registry_id)}
        answers = Answers(
            TARGETS[source.table], self.cutoff, self.scales, self.pseudonyms, self.subjects.get(base.registry_id, {})
        )
        used: list[Record] = []
        for name, reading in source.columns.items():
            cell, answer, giver = self._answered(name, reading, base, made, answers)
            if answer.reason and (reading.required or answer.is_late):
                late = [cell.record] if answer.is_late else []
                if answer.is_late and source.table == "study_subject":
                    self.later.add(base.registry_id)
                self._refuse(base._replace(records=[*base.records, *late]), cell.column, answer.reason)
                return None
            if answer.reason:
                self.records.ledger.refuse_column(cell.record.domain, cell.record.at, cell.column, answer.reason)
            if giver is not None:
                used.append(giver)
            made[name] = answer.value
        for record in (*base.records, *used):
            self.records.ledger.use(record.domain, record.at)
        if source.table == "study_subject":
            made["undated"] = [what for name, what in DECISIVE.items() if name in answers.undated]
        return made

    def _answered(
        self, name: str, reading: Reading, base: Base, made: StudyRow, answers: Answers
    ) -> tuple[Cell, Verdict, Record | None]:
        """The cell, what it says, and the record that was of use.

        Where the cell has no day, the mapping's other places are asked in turn; a day of theirs is told as not the cell's.
        """
        cell = self._cell(reading, base, made)
        first = answers.of(name, reading, cell, made)
        if first.value is not None or answers.is_after(first):
            return cell, first, None if first.reason or cell.text is None else cell.record
        told_of = [cell.record.domain] if cell.is_found and name in DECISIVE else []
        for lookup in reading.otherwise:
            other = self._looked_up(lookup, base, made)
            found = answers.of(name, reading, other, made) if other.is_found else EMPTY
            if isinstance(found.value, dt.date) and (first.day is None or first.day.may_be(found.value)):
                reason = f"{first.reason or 'is empty'}: {other.column} of {lookup.domain} counts instead"
                return cell, found._replace(reason=reason), other.record
            told_of += [lookup.domain] if other.is_found else []
        if first.reason is None and told_of:
            first = Verdict(reason=f"is empty though {told_of[0]} has a record of it")
        is_of_use = first.reason is None and cell.text is not None
        return cell, answers.told(name, first), cell.record if is_of_use else None

    def _cell(self, reading: Reading, base: Base, made: StudyRow) -> Cell:
        if reading.lookup is not None:
            return self._looked_up(reading.lookup, base, made, is_any_day=reading.by_cutoff)
        name = next((name for name in reading.columns if base.values.get(name) is not None), None)
        shown = name or next(iter(reading.columns), "")
        text = base.values.get(name) if name else reading.constant
        return Cell(text, base.values, base.origin(shown), shown)

    def _looked_up(self, lookup: Lookup, base: Base, made: StudyRow, *, is_any_day: bool = False) -> Cell:
        """The value of the record picked; whether the extract has the domain at all where nothing is found.

        is_any_day: also of a record later than the cut-off, which then says that the row did not exist yet.
        """
        about = self.records.about(lookup, base.registry_id)
        found = [record for record in about if is_any_day or self._was_there(record, lookup)]
        if lookup.pick == "on":
            day = made.get(lookup.day or "")
            found = [record for record in found if read_day(record.values.get(lookup.by or "") or "").full == day]
        column = lookup.column or ""
        if not found:
            has_domain = lookup.domain in self.records.sheets
            return Cell(None, {}, base.records[0], column, is_told=has_domain)
        ordered = sorted(found, key=lambda record: _order(record, lookup))
        picked = ordered[-1] if lookup.pick == "last" else ordered[0]
        text = picked.values.get(column) if lookup.column else ""
        return Cell(text, picked.values, picked, column, is_found=True)

    def _was_there(self, record: Record, lookup: Lookup) -> bool:
        """Whether the record is of the time up to the cut-off; one that is later is refused."""
        day = read_day(record.values.get(lookup.by) or "").first if lookup.by else None
        if day is None or day <= self.cutoff:
            return True
        self.records.ledger.refuse(record.domain, record.at, str(lookup.by), "is after the cut-off")
        return False

    def _refuse(self, base: Base, column: str, reason: str) -> None:
        for record in base.records:
            self.records.ledger.refuse(record.domain, record.at, column, reason)


def _order(record: Record, lookup: Lookup) -> tuple[bool, str, str]:
    """Place among the records found: by day, those without one last in either direction, then by the value."""
    day = record.values.get(lookup.by) if lookup.by else None
    is_undated = bool(lookup.by) and day is None
    return (is_undated != (lookup.pick == "last"), day or "", record.values.get(lookup.column or "") or "")
