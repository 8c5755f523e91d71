"""A mapping from its file, checked to the last key: what is wrong is said with its line."""

import hashlib
import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline.contract.model import Column
from pipeline.intake.registrymapping import (
    ANY_OTHER,
    PICKS,
    READINGS,
    TARGETS,
    Domain,
    Group,
    Lookup,
    Mapping,
    Reading,
    Revision,
    Source,
    Where,
)
from pipeline.intake.registryyaml import Document, Place, read_document
from pipeline.vocabulary.files import term_key

FOLDER = Path(__file__).with_name("mappings")
SHIPPED = ("sdtm", "adam", "cibmtr")
TOP = ("mapping", "version", "citation", "recognised_by", "study_column", "domains", "tables")
DOMAIN = ("subject", "hashed", "withheld", "kept", "revision")
READING = ("column", "columns", "constant", "lookup", "values", "reading", "unit", "factors", "form", "birth", "at")
READING_MORE = ("imputed", "told_by", "required", "by_cutoff", "needs", "until", "default")
READING_REST = ("otherwise", "coded", "unless", "clipped", "when")
Text = TypeVar("Text", bound=str)
FILLED_BY_US = {"study_id", "as_of", "subject_id", "undated"}


@cache
def shipped_mapping(name: str) -> Mapping:
    """A mapping that comes with cartwatch, read once."""
    return load_mapping(name)


def load_mapping(name: str) -> Mapping:
    """A shipped mapping by its name, or one in a file, which may extend a shipped one.

    UsageError names file and line of an unknown key, table or column, a value the study does not know, or a domain that
    is used and not declared.
    """
    document = read_document(FOLDER / f"{name}.yaml" if name in SHIPPED else Path(name))
    extended = document.tree.pop("extends", None)
    if extended is not None:
        if extended not in SHIPPED:
            raise document.refused(("extends",), f"is none of {', '.join(SHIPPED)}")
        document = document.over(read_document(FOLDER / f"{extended}.yaml"))
    return _Checked(document).mapping()


class _Checked:
    """Turns a document into a mapping, place by place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.domains: dict[str, Domain] = {}

    def mapping(self) -> Mapping:
        tree = self._dict((), self.document.tree, TOP)
        self.domains = {
            name.upper(): self._domain(("domains", name), entry)
            for name, entry in self._dict(("domains",), tree.get("domains")).items()
        }
        sources = [
            self._source(("tables", table, name), table, entry)
            for table, named in self._dict(("tables",), tree.get("tables"), TARGETS).items()
            for name, entry in self._dict(("tables", table), named).items()
        ]
        if sum(source.table == "study_subject" for source in sources) != 1:
            raise self.document.refused(("tables", "study_subject"), "needs exactly one source of patients")
        content = json.dumps(tree, sort_keys=True).encode()
        return Mapping(
            id=self._text(("mapping",), tree.get("mapping")),
            version=self._text(("version",), tree.get("version")),
            citation=self._text(("citation",), tree.get("citation")),
            marks=tuple(self._declared(("recognised_by",), name) for name in self._names(("recognised_by",), tree)),
            study_column=self._optional(("study_column",), tree.get("study_column")),
            domains=self.domains,
            sources=tuple(sources),
            content_sha256=hashlib.sha256(content).hexdigest(),
        )

    def _domain(self, place: Place, entry: object) -> Domain:
        given = self._dict(place, entry, DOMAIN)
        revision = given.get("revision")
        subject = self._text((*place, "subject"), given.get("subject")).upper()
        return Domain(
            name=place[-1].upper(),
            subject=subject,
            hashed=frozenset({subject, *self._names((*place, "hashed"), given)}),
            withheld=frozenset(self._names((*place, "withheld"), given)),
            kept=frozenset(self._names((*place, "kept"), given)),
            revision=None if revision is None else self._revision((*place, "revision"), revision),
        )

    def _revision(self, place: Place, entry: object) -> Revision:
        given = self._dict(place, entry, ("key", "column"))
        column = self._text((*place, "column"), given.get("column")).upper()
        return Revision(tuple(self._names((*place, "key"), given)), column)

    def _source(self, place: Place, table: str, entry: object) -> Source:
        given = self._dict(place, entry, ("domain", "where", "group", "columns"))
        known = {column.name: column for column in TARGETS[table].columns if column.name not in FILLED_BY_US}
        if table != "study_subject":
            known.pop(TARGETS[table].key[-1])
        columns = self._dict((*place, "columns"), given.get("columns"), known)
        if not columns:
            raise self.document.refused((*place, "columns"), "fills no column")
        group = given.get("group")
        readings = {name: self._reading((*place, "columns", name), known[name], columns) for name in columns}
        self._refuse_other_age((*place, "columns", "age_resolution"), readings)
        return Source(
            table=table,
            domain=self._declared((*place, "domain"), self._text((*place, "domain"), given.get("domain"))),
            where=self._where((*place, "where"), given.get("where")),
            group=None if group is None else self._group((*place, "group"), group),
            columns=readings,
        )

    def _refuse_other_age(self, place: Place, readings: dict[str, Reading]) -> None:
        """The units of an age are told by the column that it stands in and by that of its unit, or said outright."""
        age, told = readings.get("age_years"), readings.get("age_resolution")
        if age and not told:
            raise self.document.refused(
                (*place[:-1], "age_years"), "needs age_resolution: what units is it completed in?"
            )
        if age and told and told.reading == "resolution" and (age.columns, age.unit) != (told.columns, told.unit):
            raise self.document.refused(place, "reads another column or unit than age_years")
        if age and told and told.reading == "resolution" and told.default is None:
            said = {unit for unit, value in (told.values or {}).items() if value}
            lacking = sorted(set(age.factors) - said) if age.factors else ["no unit"]
            if lacking:
                raise self.document.refused(place, f"does not say what an age of {', '.join(lacking)} is completed in")

    def _group(self, place: Place, entry: object) -> Group:
        given = self._dict(place, entry, ("by", "name", "value"))
        name, value = (self._text((*place, key), given.get(key)).upper() for key in ("name", "value"))
        return Group(tuple(self._names((*place, "by"), given)), name, value)

    def _reading(self, place: Place, column: Column, columns: dict[str, Any]) -> Reading:
        given = self._dict(place, columns[column.name], (*READING, *READING_MORE, *READING_REST))
        if sum(key in given for key in ("column", "columns", "constant", "lookup")) != 1:
            raise self.document.refused(place, "needs one of column, columns, constant and lookup")
        reading = self._one_of((*place, "reading"), given.get("reading", "text"), READINGS)
        lookup = given.get("lookup")
        made = Reading(
            columns=tuple(self._names((*place, "columns"), given))
            or tuple(self._names((*place, "column"), {"column": [given["column"]]} if "column" in given else {})),
            constant=self._optional((*place, "constant"), given.get("constant")),
            lookup=None if lookup is None else self._lookup((*place, "lookup"), lookup, columns),
            otherwise=self._lookups((*place, "otherwise"), given.get("otherwise"), columns),
            values=self._values((*place, "values"), given.get("values"), column),
            coded=self._flag((*place, "coded"), given.get("coded")),
            reading=reading,
            unit=self._column((*place, "unit"), given.get("unit")),
            factors=self._factors((*place, "factors"), given.get("factors")),
            form=self._optional((*place, "form"), given.get("form")),
            imputed=tuple(self._one_or_more((*place, "imputed"), given)),
            told_by=self._column((*place, "told_by"), given.get("told_by")),
            birth=self._column((*place, "birth"), given.get("birth")),
            at=tuple(self._names((*place, "at"), given)),
            required=self._flag((*place, "required"), given.get("required")),
            by_cutoff=self._flag((*place, "by_cutoff"), given.get("by_cutoff")),
            unless=self._optional((*place, "unless"), given.get("unless")),
            clipped=self._flag((*place, "clipped"), given.get("clipped")),
            when=self._where((*place, "when"), given.get("when")),
            needs=self._optional((*place, "needs"), given.get("needs")),
            until=self._optional((*place, "until"), given.get("until")),
            default=self._optional((*place, "default"), given.get("default")),
        )
        self._refuse_contradictions(place, column, made, columns)
        return made

    def _refuse_contradictions(self, place: Place, column: Column, made: Reading, columns: Collection[str]) -> None:
        for key, name in (("needs", made.needs), ("until", made.until), ("unless", made.unless)):
            if name is not None and name not in list(columns)[: list(columns).index(column.name)]:
                raise self.document.refused((*place, key), f"names {name}, which is not filled before")
        if made.default is not None and column.allowed and made.default not in column.allowed:
            raise self.document.refused((*place, "default"), f"is none of {', '.join(column.allowed)}")
        if (made.factors is None) != (made.unit is None) and made.reading != "resolution":
            raise self.document.refused(place, "needs both unit and factors, or neither")
        if made.imputed and len(made.imputed) != max(len(made.columns), 1):
            raise self.document.refused((*place, "imputed"), "names a flag for each column, or none")
        for key, is_given in (("by_cutoff", made.by_cutoff), ("clipped", made.clipped), ("otherwise", made.otherwise)):
            if is_given and column.type != "date":
                raise self.document.refused((*place, key), "is only for a column of dates")
        if made.coded and (made.values is None or made.lookup is not None):
            raise self.document.refused((*place, "coded"), "needs values, and a column of the record itself")

    def _lookups(self, place: Place, entry: object, columns: Collection[str]) -> tuple[Lookup, ...]:
        if entry is None:
            return ()
        if not isinstance(entry, list) or not entry:
            raise self.document.refused(place, "is no list of lookups")
        return tuple(self._lookup(place, each, columns) for each in entry)

    def _lookup(self, place: Place, entry: object, columns: Collection[str]) -> Lookup:
        given = self._dict(place, entry, ("domain", "where", "column", "pick", "by", "day", "product"))
        pick = self._one_of((*place, "pick"), given.get("pick"), PICKS)
        day = self._optional((*place, "day"), given.get("day"))
        if (pick == "on") != (day is not None) or (day is not None and day not in columns):
            raise self.document.refused((*place, "day"), "is for pick: on, and names a column filled before")
        return Lookup(
            domain=self._declared((*place, "domain"), self._text((*place, "domain"), given.get("domain"))),
            where=self._where((*place, "where"), given.get("where")),
            column=self._column((*place, "column"), given.get("column")),
            pick=pick,
            by=self._column((*place, "by"), given.get("by")),
            day=day,
            product=self._column((*place, "product"), given.get("product")),
        )

    def _where(self, place: Place, entry: object) -> Where:
        given = {} if entry is None else self._dict(place, entry)
        made: Where = {}
        for name, allowed in given.items():
            if not isinstance(allowed, list) or not allowed:
                raise self.document.refused((*place, name), "is no list of texts")
            made[name.upper()] = tuple(None if item is None else term_key(str(item)) for item in allowed)
        return made

    def _values(self, place: Place, entry: object, column: Column) -> dict[str, str | None] | None:
        if entry is None:
            return None
        allowed = column.allowed or (("true", "false") if column.type == "truth" else ())
        made: dict[str, str | None] = {}
        for text, value in self._dict(place, entry).items():
            if value is not None and (not isinstance(value, str) or (allowed and value not in allowed)):
                raise self.document.refused((*place, text), f"gives none of {', '.join(allowed) or 'the texts'}")
            made[text if text == ANY_OTHER else term_key(text)] = value
        return made

    def _factors(self, place: Place, entry: object) -> dict[str, float] | None:
        if entry is None:
            return None
        made = {}
        for unit, factor in self._dict(place, entry).items():
            try:
                made[term_key(unit)] = float(str(factor))
            except ValueError:
                raise self.document.refused((*place, unit), "is no number") from None
        return made

    def _declared(self, place: Place, name: str) -> str:
        if name.upper() not in self.domains:
            raise self.document.refused(place, f"names {name}, which is not among domains")
        return name.upper()

    def _names(self, place: Place, given: dict[str, Any]) -> list[str]:
        """A list of columns or domains, in capitals; empty where it is not given."""
        entry = given.get(place[-1], [])
        if not isinstance(entry, list) or not all(isinstance(item, str) and item for item in entry):
            raise self.document.refused(place, "is no list of names")
        return [item.upper() for item in entry]

    def _one_or_more(self, place: Place, given: dict[str, Any]) -> list[str]:
        """As a list of names, where a single one may stand by itself."""
        entry = given.get(place[-1], [])
        return self._names(place, {place[-1]: [entry] if isinstance(entry, str) else entry})

    def _column(self, place: Place, entry: object) -> str | None:
        found = self._optional(place, entry)
        return None if found is None else found.upper()

    def _dict(self, place: Place, entry: object, known: Collection[str] | None = None) -> dict[str, Any]:
        if not isinstance(entry, dict):
            raise self.document.refused(place, "is no YAML mapping")
        for name in entry:
            if known is not None and name not in known:
                raise self.document.refused((*place, name), f"is not known here; known: {', '.join(known)}")
        return entry

    def _text(self, place: Place, entry: object) -> str:
        if not isinstance(entry, str) or not entry.strip():
            raise self.document.refused(place, "is missing, or no text")
        return entry.strip()

    def _optional(self, place: Place, entry: object) -> str | None:
        return None if entry is None else self._text(place, entry)

    def _one_of(self, place: Place, entry: object, known: tuple[Text, ...]) -> Text:
        found = next((item for item in known if item == entry), None)
        if found is None:
            raise self.document.refused(place, f"is none of {', '.join(known)}")
        return found

    def _flag(self, place: Place, entry: object) -> bool:
        return entry is not None and self._one_of(place, entry, ("true", "false")) == "true"
