"""A mapping: which columns of an extract fill which columns of the study, as data.

One engine reads every mapping; a new registry is a new file, or one that extends a shipped one.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.contract.model import Table
from pipeline.contract.owncohort import EXTRACT_TABLES

Row = dict[str, str | None]
Where = dict[str, tuple[str | None, ...]]
Pick = Literal["first", "last", "on"]
ReadingName = Literal[
    "text",
    "precision",
    "earliest",
    "latest",
    "product",
    "country",
    "endpoints",
    "indication",
    "age",
    "resolution",
    "index",
    "exists",
    "scale",
    "number",
    "pseudonym",
    "report_number",
]
READINGS: tuple[ReadingName, ...] = get_args(ReadingName)
PICKS: tuple[Pick, ...] = ("first", "last", "on")
TARGETS: dict[str, Table] = {table.name: table for table in EXTRACT_TABLES}
ANY_OTHER = "*"
ANYTHING = "?"


@dataclass(frozen=True, slots=True)
class Revision:
    """How a form's revisions are told: records equal in `key` are one form, the greatest number in `column` counts."""

    key: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain, data set or form of the extract.

    subject: column with the registry's patient id. hashed: columns kept as a keyed hash. withheld: columns never kept,
    though they may be read. kept: columns kept as they stand, besides those that fill the study's columns; any other
    column is withheld and named in a warning.
    """

    name: str
    subject: str
    hashed: frozenset[str]
    withheld: frozenset[str]
    kept: frozenset[str]
    revision: Revision | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Records of another domain about the same patient, of which one is picked: the first, the last, or that `on` a day.

    by: column with the day they are ordered by; without one the smallest value of `column` is first. day: the study's
    column with the day asked for by `on`. product: column that must name a CAR-T product of the vocabulary.
    """

    domain: str
    where: Where
    column: str | None
    pick: Pick
    by: str | None
    day: str | None
    product: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column of the study is filled: the first of `columns` that holds something, a constant, or a lookup.

    values: text of the extract (any case) to text of the study; `*` is any other text, None leaves it empty without a
    word. coded: a text that is none of `values` is withheld, from the record that is kept too. factors: what a number is
    multiplied by, for each text of `unit`. form: how a date is written where it is not ISO 8601, as strptime reads it.
    otherwise: records that are asked in turn for the day where the first place has none to the day; that one of them is
    there is told even if it has none either. required: a row without it is none. by_cutoff: a row dated later did not
    exist yet; unless: but for this column of the study, filled before, which says that it did. clipped: a day after the
    cut-off becomes the cut-off.
    when: texts that columns of the record must hold, else this one stays empty; needs: column of the study that must be
    filled for it. default: what stands for nothing.
    imputed: for each of `columns` the column that says how much of its date was made up, as ADaM does; for an age that of
    the birth date. told_by: column whose Y says that there is
    something, so that its lack is told of. until: column of the study, filled before: a later day than its own is refused.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    lookup: Lookup | None = None
    otherwise: tuple[Lookup, ...] = ()
    values: dict[str, str | None] | None = None
    coded: bool = False
    reading: ReadingName = "text"
    unit: str | None = None
    factors: dict[str, float] | None = None
    form: str | None = None
    imputed: tuple[str, ...] = ()
    told_by: str | None = None
    birth: str | None = None
    at: tuple[str, ...] = ()
    required: bool = False
    by_cutoff: bool = False
    unless: str | None = None
    clipped: bool = False
    when: Where = field(default_factory=dict)
    needs: str | None = None
    until: str | None = None
    default: str | None = None

    def read_columns(self) -> tuple[str, ...]:
        """Columns of the record itself that are looked at."""
        more = [name for name in (self.unit, self.birth, *self.imputed, self.told_by, *self.at, *self.when) if name]
        return (*self.columns, *more)

    def lookups(self) -> tuple[Lookup, ...]:
        """Every place besides the record itself where the text may come from."""
        return (*((self.lookup,) if self.lookup else ()), *self.otherwise)


@dataclass(frozen=True, slots=True)
class Group:
    """Records that make one row: equal in `by`; each gives the value in `value` for the column named in `name`."""

    by: tuple[str, ...]
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one table of the study, from the records of a domain that `where` lets through."""

    table: str
    domain: str
    where: Where
    group: Group | None
    columns: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping; `content_sha256` changes with anything that stands in it.

    marks: domains by which an extract is recognised. subjects: source of the patients, without which no other row is.
    """

    id: str
    version: str
    citation: str
    marks: tuple[str, ...]
    study_column: str | None
    domains: dict[str, Domain]
    sources: tuple[Source, ...]
    content_sha256: str

    @property
    def subjects(self) -> Source:
        """Where the patients come from."""
        return next(source for source in self.sources if source.table == "study_subject")

    def used(self, domain: str) -> frozenset[str]:
        """Columns of a domain that the mapping looks at."""
        known = self.domains[domain]
        names = {known.subject, *(known.revision.key if known.revision else ())}
        if known.revision:
            names.add(known.revision.column)
        for source in self.sources:
            if source.domain == domain:
                names |= _of_source(source)
            for reading in source.columns.values():
                for lookup in reading.lookups():
                    if lookup.domain == domain:
                        names |= _of_lookup(lookup)
        return frozenset(names)


def _of_source(source: Source) -> set[str]:
    names = set(source.where)
    if source.group:
        return names | {*source.group.by, source.group.name, source.group.value}
    return names | {name for reading in source.columns.values() for name in reading.read_columns()}


def _of_lookup(lookup: Lookup) -> set[str]:
    return set(lookup.where) | {name for name in (lookup.column, lookup.by, lookup.product) if name}
