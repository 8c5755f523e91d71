"""A registry extract to tables of the follow-up study: every record is kept or rejected with its reason."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.contract.study import PATIENT_TABLES
from pipeline.errors import InputRefused, UsageError
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registryfiles import Extract, ExtractFile, chosen, extract_in
from pipeline.intake.registryinfusions import joined_infusions
from pipeline.intake.registryledger import Ledger
from pipeline.intake.registryloading import SHIPPED, load_mapping, shipped_mapping
from pipeline.intake.registrymapping import Mapping
from pipeline.intake.registryrecords import Records
from pipeline.intake.registryrows import StudyRow, Typing
from pipeline.intake.registrysheet import Sheet
from pipeline.intake.registrytables import Contents

STUDY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Given:
    """An extract with its mapping, read but not yet looked at; remarks: what was left out, one sentence each."""

    mapping: Mapping
    files: list[ExtractFile]
    sheets: dict[str, Sheet]
    remarks: list[str]

    def unasked(self) -> list[str]:
        """Tables of patients that the study counts from and no file of the extract fills: nothing there is not none."""
        filled = {source.table for source in self.mapping.sources if source.domain in self.sheets}
        return [table.name for table in PATIENT_TABLES if table.name not in filled]

    def receipts(self) -> list[dict[str, object]]:
        """What is kept of the files themselves: name, size, SHA-256."""
        return [file.receipt() for file in self.files]


@dataclass(frozen=True, slots=True)
class Typed:
    """Rows of every table of patients, the contents to keep, and the ledger that accounts for each record.

    n_joined: bags that were joined to another infusion of the same product on the same day.
    """

    rows: dict[str, list[StudyRow]]
    contents: Contents
    ledger: Ledger
    n_joined: int

    def files(self, given: Given) -> list[dict[str, object]]:
        """Each file with its records: read = kept + rejected."""
        return [_account(file, given.sheets[file.domain], self.ledger) for file in given.files]


def read_extract(folder: Path, mapping: str | None = None) -> Given:
    """The extract in a folder; mapping: a shipped one, or the path of one; by default the one its files answer to.

    UsageError where the files answer to no shipped mapping, or to several, or the mapping cannot be used. InputRefused
    where a file is damaged, or lacks a column without which none of its records can be used, or no patient is named.
    """
    extract = extract_in(folder)
    rules = load_mapping(mapping) if mapping else shipped_mapping(_recognised(extract))
    files, remarks = chosen(extract, rules.domains)
    if rules.subjects.domain not in {file.domain for file in files}:
        raise InputRefused(
            f"{folder} has no {rules.subjects.domain}, which names the patients for the mapping {rules.id}: "
            "give the whole extract, or another mapping; nothing was written."
        )
    sheets = {file.domain: file.read() for file in files}
    for file in files:
        if file.domain == rules.subjects.domain and not sheets[file.domain].rows:
            raise InputRefused(f"{file.name} names no patient: export it again; nothing was written.")
        _refuse_lacking(rules, file, sheets[file.domain])
    remarks += [remark for file in files if (remark := _absent(rules, file, sheets[file.domain]))]
    return Given(rules, files, sheets, remarks)


def study_of(given: Given, study_id: str | None) -> str:
    """Id of the study: the one said, else the one that every record of the patients says, in small letters.

    UsageError where the extract says none or several, or it is no id of small letters, digits, - and _.
    """
    said = study_id or _said_by(given)
    if not STUDY_ID.fullmatch(said):
        raise UsageError("A study's id has up to 40 small letters, digits, - and _: give one with --study.")
    return said


def type_extract(given: Given, pseudonyms: Pseudonyms, cutoff: dt.date, scales: Collection[str]) -> Typed:
    """Rows of the study as of a cut-off; what cannot be used is in the ledger, with a reason that names no value."""
    names = {file.domain: file.name for file in given.files}
    ledger = Ledger({domain: len(sheet.rows) for domain, sheet in given.sheets.items()})
    records = Records(given.mapping, given.sheets, names, ledger)
    rows = Typing(records, pseudonyms, cutoff, scales).rows()
    rows["study_infusion"], n_joined = joined_infusions(rows["study_infusion"])
    records.look_at_all()
    return Typed(rows, Contents(records, pseudonyms), ledger, n_joined)


def _recognised(extract: Extract) -> str:
    """The one shipped mapping whose domains are all there."""
    found = [name for name in SHIPPED if set(shipped_mapping(name).marks) <= set(extract.files)]
    if len(found) != 1:
        told = "fits several mappings" if found else "fits no mapping"
        raise UsageError(
            f"{extract.folder} {told} by the names of its files ({', '.join(found or SHIPPED)}): "
            "say which with --mapping, or give a mapping file."
        )
    return found[0]


def _refuse_lacking(mapping: Mapping, file: ExtractFile, sheet: Sheet) -> None:
    """InputRefused where no record of a file can be used, because a column that every row needs is not there."""
    for source in mapping.sources:
        if source.domain != file.domain or source.group is not None:
            continue
        for name, reading in source.columns.items():
            if reading.required and reading.columns and not set(reading.columns) & set(sheet.columns):
                if set(source.where) - set(sheet.columns):
                    continue
                raise InputRefused(
                    f"{file.name} has no column {' or '.join(reading.columns)}, which fills {name} of {source.table}: "
                    "export it again, or give a mapping that names another; nothing was written."
                )


def _absent(mapping: Mapping, file: ExtractFile, sheet: Sheet) -> str | None:
    """What the mapping would look at and the file does not have."""
    absent = sorted(mapping.used(file.domain) - set(sheet.columns))
    return f"./{file.name} has no {', '.join(absent)}: what they would say is not known." if absent else None


def _said_by(given: Given) -> str:
    column, sheet = given.mapping.study_column, given.sheets[given.mapping.subjects.domain]
    if column is None or column not in sheet.columns:
        raise UsageError("The extract does not say which study it is of: give its id with --study.")
    at = sheet.columns.index(column)
    said: Sequence[str] = sorted({row[at] or "" for row in sheet.rows if row is not None} - {""})
    if len(said) != 1:
        raise UsageError(f"The extract's {column} has {len(said)} values: give the study's id with --study.")
    return said[0].lower()


def _account(file: ExtractFile, sheet: Sheet, ledger: Ledger) -> dict[str, object]:
    counts = ledger.counts(file.domain)
    n_kept = counts["n_typed"] + counts["n_superseded"] + counts["n_set_aside"]
    return {"file": file.name, "domain": file.domain, "n_read": len(sheet.rows), "n_kept": n_kept} | counts
