"""Whether an event was on the label: judged by the version in force on the day a report was received."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pipeline.errors import CartwatchError
from pipeline.governance.datafiles import data_file
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.products import product

Answer = Literal["listed", "not_listed", "unknown"]


@dataclass(frozen=True, slots=True)
class LabelVersion:
    """One version of a product's label; listed: ids of our endpoints. effective_from: first day it was in force."""

    id: str
    product: str
    effective_from: dt.date
    listed: frozenset[str]
    is_complete: bool
    citation: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Listedness:
    """The answer for one receipt day; version: the label's version it rests on, None where none was in force."""

    answer: Answer
    reason: str
    version: str | None
    is_verified: bool


@cache
def label_versions() -> tuple[LabelVersion, ...]:
    """Every version of every label; CartwatchError where the file names an unknown endpoint or two at one day."""
    found = [_version(entry["product"], version) for entry in _entries() for version in entry["versions"]]
    if len({(one.product, one.effective_from) for one in found}) != len(found):
        raise CartwatchError("labels.yaml has two versions of one label from one day: keep one of each")
    return tuple(sorted(found, key=lambda one: (one.product, one.effective_from)))


def listedness(
    product_id: str, endpoint_id: str, received: dt.date, versions: tuple[LabelVersion, ...] | None = None
) -> Listedness:
    """Whether the label in force on the day of receipt names the endpoint.

    unknown where no version was in force, or where one is not known to name all: absence from a list that is not
    complete says nothing. versions: by default those of labels.yaml.
    """
    known = label_versions() if versions is None else versions
    in_force = [one for one in known if one.product == product_id and one.effective_from <= received]
    if not in_force:
        return Listedness("unknown", f"no label of {product_id} in force on {received} is on file", None, False)
    last = max(in_force, key=lambda one: one.effective_from)
    told = f"label {last.id}, in force from {last.effective_from}"
    if endpoint_id in last.listed:
        return Listedness("listed", told, last.id, last.is_verified)
    if not last.is_complete:
        return Listedness("unknown", f"{told}, is not on file as a whole", last.id, last.is_verified)
    return Listedness("not_listed", told, last.id, last.is_verified)


def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = data_file("labels.yaml")["products"]
    return entries


def _version(product_id: str, entry: dict[str, Any]) -> LabelVersion:
    return LabelVersion(
        id=entry["id"],
        product=product(product_id).id,
        effective_from=entry["effective_from"],
        listed=frozenset(endpoint(name).id for name in entry["listed"]),
        is_complete=entry["is_complete"],
        citation=entry["citation"].strip(),
        is_verified=entry["verified"],
    )
