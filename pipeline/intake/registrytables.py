"""Rows of an extract as the tables that the lake keeps: the same rows in any order give the same tables."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipeline.contract.model import Table
from pipeline.contract.registry import REGISTRY_RECORD, REGISTRY_REJECTED
from pipeline.contract.renderings import arrow_schema
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registrymapping import TARGETS, Mapping
from pipeline.intake.registryrecords import Records
from pipeline.intake.registryrows import StudyRow
from pipeline.intake.registrysheet import Values
from pipeline.intake.registryvalues import key_of

BATCH = 50_000
WITHHELD = "_withheld"
DAYS = {
    "study_infusion": "infusion_date",
    "study_event": "start_date",
    "study_visit": "visit_date",
    "study_treatment": "start_date",
    "study_response": "assessment_date",
    "study_malignancy": "diagnosis_date",
    "study_sample": "sample_date",
    "study_safety_report": "start_date",
}


def study_tables(rows: dict[str, list[StudyRow]]) -> dict[str, pa.Table]:
    """Every table of patients, sorted by patient and day, what befell a patient numbered from 1."""
    return {name: _table(TARGETS[name], rows[name]) for name in TARGETS}


def _table(table: Table, rows: list[StudyRow]) -> pa.Table:
    schema = arrow_schema(table, stored=True)
    names = [name for name in schema.names if name != table.key[-1] or name == "subject_id"]
    day = DAYS.get(table.name)
    ordered = sorted(rows, key=lambda row: _place(row, day, names))
    if day is not None:
        _number(ordered, table.key[-1])
    columns = [pa.array([row.get(field.name) for row in ordered], field.type) for field in schema]
    return pa.table(columns, schema=schema)


def _place(row: StudyRow, day: str | None, names: list[str]) -> tuple[str, str, str]:
    """By patient, by day with unknown days last, then by everything the row says, so that nothing hangs on the file."""
    known = row.get(day) if day else None
    said = repr([str(row.get(name)) for name in names])
    return str(row["subject_id"]), str(known) if known is not None else "unknown", said


def _number(ordered: Iterable[StudyRow], name: str) -> None:
    subject, number = None, 0
    for row in ordered:
        number = number + 1 if row["subject_id"] == subject else 1
        subject = row["subject_id"]
        row[name] = number


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of which only coded texts are kept: in every record, or in those whose column `name` says one of `said`."""

    column: str
    texts: frozenset[str]
    name: str | None
    said: frozenset[str]

    def hides(self, values: dict[str, str | None]) -> bool:
        """Whether the record's text is a person's own words."""
        if self.name is not None and key_of(values.get(self.name) or "") not in self.said:
            return False
        return key_of(values.get(self.column) or "") not in self.texts


class Contents:
    """What is kept of each record: identifiers hashed, names and free text withheld, the rest as it stands."""

    def __init__(self, records: Records, pseudonyms: Pseudonyms) -> None:
        self._records = records
        self._pseudonyms = pseudonyms
        self._kept = {domain: kept_columns(records.mapping, domain) for domain in records.sheets}
        self._coded = {domain: list(coded_columns(records.mapping, domain)) for domain in records.sheets}

    def record_batches(self) -> Iterator[pa.Table]:
        """Every record of every file as rows of registry_record, in the order of domain and line."""
        for domain, sheet in self._records.sheets.items():
            for start in range(0, len(sheet.rows), BATCH):
                lines = range(start, min(start + BATCH, len(sheet.rows)))
                yield _arrow(REGISTRY_RECORD, [self._row(domain, at) for at in lines])

    def rejected(self) -> pa.Table:
        """Every reason as a row of registry_rejected, in the order of domain and line."""
        rows: list[StudyRow] = []
        for item in self._records.ledger.refusals():
            row = self._row(item.domain, item.at)
            is_next = rows and (rows[-1]["domain"], rows[-1]["line"]) == (item.domain, item.at + 1)
            row["reason_number"] = int(str(rows[-1]["reason_number"])) + 1 if is_next else 1
            row["column"] = None if item.is_whole or not item.column else item.column
            row["reason"] = f"{item.column} {item.reason}".strip()
            rows.append(row)
        return _arrow(REGISTRY_REJECTED, rows)

    def withheld_columns(self) -> dict[str, list[str]]:
        """Columns of each domain that no list of the mapping names: they are withheld because nobody said otherwise."""
        found = {}
        for domain, sheet in self._records.sheets.items():
            rule = self._records.mapping.domains[domain]
            known = self._kept[domain] | rule.hashed | rule.withheld
            if unnamed := sorted(set(sheet.columns) - known):
                found[domain] = unnamed
        return found

    def _row(self, domain: str, at: int) -> StudyRow:
        sheet = self._records.sheets[domain]
        values = sheet.rows[at]
        subject = self._records.mapping.domains[domain].subject
        registry_id = dict(zip(sheet.columns, values, strict=True)).get(subject) if values else None
        return {
            "domain": domain,
            "file": self._records.files[domain],
            "line": at + 1,
            "subject_id": self._pseudonyms.of(registry_id) if registry_id else None,
            "content": self._content(domain, sheet.columns, values),
        }

    def _content(self, domain: str, columns: tuple[str, ...], values: Values | None) -> str:
        """The record as JSON. One that does not fit its header tells nothing: its values may stand in any column."""
        if values is None:
            return json.dumps({WITHHELD: ["the whole record: its columns are not known"]})
        rule = self._records.mapping.domains[domain]
        record = dict(zip(columns, values, strict=True))
        kept = self._kept[domain] - {each.column for each in self._coded[domain] if each.hides(record)}
        told: dict[str, object] = {}
        hidden = []
        for name, value in record.items():
            if value is None:
                continue
            if name in rule.hashed:
                told[name] = self._pseudonyms.of(value)
            elif name in kept:
                told[name] = value
            else:
                hidden.append(name)
        return json.dumps(told | ({WITHHELD: hidden} if hidden else {}), ensure_ascii=False)


def kept_columns(mapping: Mapping, domain: str) -> frozenset[str]:
    """Columns of a domain that stand in the lake as they are: those the mapping uses or lists, less the withheld."""
    rule = mapping.domains[domain]
    return (mapping.used(domain) | rule.kept) - rule.hashed - rule.withheld


def coded_columns(mapping: Mapping, domain: str) -> Iterator[Coded]:
    """Columns of a domain that hold a coded text or a person's own words, which are withheld."""
    for source in mapping.sources:
        if source.domain != domain:
            continue
        for reading in source.columns.values():
            if not reading.coded:
                continue
            texts = frozenset(reading.values or ())
            if source.group is None:
                yield from (Coded(column, texts, None, frozenset()) for column in reading.columns)
            else:
                yield Coded(source.group.value, texts, source.group.name, frozenset(map(key_of, reading.columns)))


def _arrow(table: Table, rows: list[StudyRow]) -> pa.Table:
    schema = arrow_schema(table, stored=True)
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.table(columns, schema=schema)
