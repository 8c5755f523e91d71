"""A vocabulary as it was: its tables row by row, so that an old number can be counted again with them."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.errors import CartwatchError
from pipeline.vocabulary.drugnames import name_patterns
from pipeline.vocabulary.files import yaml_file

if TYPE_CHECKING:
    import pyarrow as pa

PRODUCT_NAMES, DRUG_NAMES = "products.yaml", "drug name patterns"
DOCUMENTS = (PRODUCT_NAMES, DRUG_NAMES)
HASH_DIGITS = 16
SCHEMA_ROW = 0
# What makes an endpoint what it is: each table, with the column that names the endpoint.
DEFINITION = ("vocabulary_endpoint", "vocabulary_endpoint_term", "vocabulary_endpoint_outcome")
TYPES = ("string", "bool", "int32", "int64", "double", "date32[day]")

# One for all rows: making an encoder takes longer than writing a row with it.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)

Entry = tuple[str, int, str]


@dataclass(frozen=True)
class Vocabulary:
    """One version of the vocabulary.

    tables: every table SQL joins, by name. documents: what is no table: the content of products.yaml, by which a drug
    text names a product, and the patterns by which other drug names are read.
    """

    tables: "Mapping[str, pa.Table]"
    documents: Mapping[str, Any]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Table, row number and the row as JSON; row 0 holds the names and types of the columns."""
        rows: list[Entry] = [(name, SCHEMA_ROW, _json(self.documents[name])) for name in DOCUMENTS]
        for name in sorted(self.tables):
            rows.extend((name, number, row) for number, row in enumerate(_rows(name, self.tables[name])))
        return tuple(rows)

    @cached_property
    def content_hash(self) -> str:
        """Sixteen hex digits that change whenever a row, a column or a spelling changes."""
        return _hash(self.entries)

    def endpoint_version(self, endpoint_id: str) -> str | None:
        """Sixteen hex digits of one endpoint's definition, None where the vocabulary has no such endpoint.

        Order and repetition of its rows never matter, nor do its title and its label: they change no count.
        """
        rows = self._definitions.get(endpoint_id)
        return _hash(sorted(rows)) if rows else None

    def endpoint_versions(self) -> dict[str, str]:
        """The version of every endpoint, by its id."""
        ids = sorted(set(self.tables[DEFINITION[0]]["endpoint"].to_pylist()))
        return {name: str(self.endpoint_version(name)) for name in ids}

    @cached_property
    def _definitions(self) -> dict[str, set[str]]:
        """The rows that make each endpoint what it is, as JSON, by its id."""
        found: dict[str, set[str]] = {}
        for name in DEFINITION:
            for endpoint_id, row in _defining(name, self.tables[name]):
                found.setdefault(endpoint_id, set()).add(_json(row))
        return found

    def with_endpoint_of(self, other: "Vocabulary", endpoint_id: str) -> "Vocabulary":
        """This vocabulary with one endpoint as another defines it, or without it where the other has none."""
        changed = {name: _exchanged(self.tables[name], other.tables[name], endpoint_id) for name in DEFINITION}
        return replace(self, tables={**self.tables, **changed})


def current_vocabulary(tables: "Mapping[str, pa.Table]") -> Vocabulary:
    """The vocabulary of these tables, of today's spellings of the products and of today's patterns of drug names."""
    documents = {PRODUCT_NAMES: yaml_file(PRODUCT_NAMES), DRUG_NAMES: name_patterns()}
    return Vocabulary(tables, {name: json.loads(_json(content)) for name, content in documents.items()})


def endpoint_version(endpoint_id: str) -> str | None:
    """The version of an endpoint as the vocabulary's own files define it today; None where there is none."""
    from pipeline.vocabulary.tables import vocabulary_tables  # noqa: PLC0415 -- pyarrow is not for the command's help

    return current_vocabulary(vocabulary_tables()).endpoint_version(endpoint_id)


def restored(entries: Iterable[Entry]) -> Vocabulary:
    """The vocabulary that wrote these entries, in any order.

    CartwatchError where a table lacks its columns or a row, so that no number rests on half a vocabulary.
    """
    found: dict[str, dict[int, str]] = {}
    for name, number, row in entries:
        found.setdefault(name, {})[number] = row
    for name, rows in found.items():
        if sorted(rows) != list(range(len(rows))):
            raise CartwatchError(f"The stored vocabulary lacks rows of {name}: restore the lake's vocabulary_entry.")
    if not {*DOCUMENTS, *DEFINITION} <= set(found):
        raise CartwatchError("The stored vocabulary is not whole: restore the lake's vocabulary_entry.")
    documents = {name: json.loads(found.pop(name)[SCHEMA_ROW]) for name in DOCUMENTS}
    return Vocabulary({name: _table(rows) for name, rows in found.items()}, documents)


def _rows(name: str, table: "pa.Table") -> list[str]:
    kinds = {field.name: str(field.type) for field in table.schema}
    if unknown := sorted(set(kinds.values()) - set(TYPES)):
        raise CartwatchError(f"{name} has columns of type {', '.join(unknown)}, which no vocabulary row can keep.")
    columns = [table[column].to_pylist() for column in table.column_names]
    return [_json(kinds), *map(_json, zip(*columns, strict=True))]


def _table(rows: Mapping[int, str]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    kinds = json.loads(rows[SCHEMA_ROW])
    values = [json.loads(rows[number]) for number in range(1, len(rows))]
    columns = {
        name: pa.array([_value(row[place], kind) for row in values], _type(kind))
        for place, (name, kind) in enumerate(kinds.items())
    }
    return pa.table(columns)


def _type(kind: str) -> "pa.DataType":
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    return pa.type_for_alias(kind.partition("[")[0])


def _value(value: Any, kind: str) -> Any:
    return dt.date.fromisoformat(value) if kind.startswith("date") and value is not None else value


def _defining(name: str, table: "pa.Table") -> Iterator[tuple[str, list[object]]]:
    """Each row as far as it changes a count, with the id of its endpoint."""
    silent = {"endpoint", "title", "label", "is_designated", "is_approval"}
    told = [table[key].to_pylist() for key in table.column_names if key not in silent]
    for endpoint_id, *row in zip(table["endpoint"].to_pylist(), *told, strict=True):
        yield endpoint_id, [name, *row]


def _exchanged(table: "pa.Table", other: "pa.Table", endpoint_id: str) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    kept = [row for row in table.to_pylist() if row["endpoint"] != endpoint_id]
    taken = [row for row in other.to_pylist() if row["endpoint"] == endpoint_id]
    rows = [{name: row.get(name) for name in table.column_names} for row in (*kept, *taken)]
    return pa.Table.from_pylist(rows, table.schema)


def _json(value: object) -> str:
    return ENCODER.encode(value)


def _hash(rows: Sequence[object]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{_json(row)}\n".encode())
    return digest.hexdigest()[:HASH_DIGITS]
