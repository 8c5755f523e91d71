"""The endpoints: which preferred terms make each, in the narrow and in the broad scope."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pipeline.errors import CartwatchError, UsageError
from pipeline.vocabulary.files import refuse_duplicates, term_key, yaml_file
from pipeline.vocabulary.infections import infection_terms
from pipeline.vocabulary.malignancies import malignancy_terms

Scope = Literal["narrow", "broad"]
SCOPES: tuple[Scope, ...] = ("narrow", "broad")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    narrow: terms that mean the event; broad_adds: terms that the broad scope has besides, disjoint from narrow.
    windows: first and last day after infusion, for the cohort only; in reports an endpoint means any time.
    label: what is printed beside every number of it, such as `unadjudicated`.
    is_approval: among the five events named at approval. is_designated: its cases are listed one by one.
    has_index_rule: a term counts only where `vocabulary_index_rule` does not say otherwise.
    outcome_codes: FAERS outcome codes that make a report one of this endpoint, whatever its terms.
    valid_from: terms that MedDRA did not have from the start, with the month's first day; earlier counts lack them.
    meddra: what it takes from a MedDRA distribution besides, where one is loaded (see meddra.py); None for nothing.
    """

    id: str
    title: str
    narrow: tuple[str, ...]
    broad_adds: tuple[str, ...]
    windows: tuple[tuple[int, int], ...]
    label: str | None
    note: str | None
    is_approval: bool
    is_designated: bool
    has_index_rule: bool
    outcome_codes: tuple[str, ...]
    valid_from: tuple[tuple[str, dt.date], ...]
    meddra: Mapping[str, Any] | None = field(default=None, hash=False)

    def terms(self, scope: Scope) -> tuple[str, ...]:
        """Terms of one scope; the broad one contains the narrow one."""
        return self.narrow if scope == "narrow" else self.narrow + self.broad_adds


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every endpoint, in the order of endpoints.yaml."""
    entries = yaml_file("endpoints.yaml")["endpoints"]
    refuse_duplicates("endpoints.yaml", [entry["id"] for entry in entries])
    return tuple(_endpoint(entry) for entry in entries)


def endpoint(endpoint_id: str) -> Endpoint:
    """The endpoint of this id; UsageError names the known ids."""
    for known in endpoints():
        if known.id == endpoint_id:
            return known
    ids = ", ".join(known.id for known in endpoints())
    raise UsageError(f"there is no endpoint {endpoint_id!r}; known endpoints: {ids}")


def _endpoint(entry: dict[str, Any]) -> Endpoint:
    narrow = _listed(entry, "narrow")
    broad_adds = _listed(entry, "broad")
    _refuse_overlap(entry["id"], narrow, broad_adds)
    return Endpoint(
        id=entry["id"],
        title=entry["title"],
        narrow=narrow,
        broad_adds=broad_adds,
        windows=tuple((first, last) for first, last in entry["windows"]),
        label=entry.get("label"),
        note=entry.get("note"),
        is_approval=entry.get("approval", False),
        is_designated=entry.get("designated", False),
        has_index_rule=entry.get("index_rule", False),
        outcome_codes=tuple(entry.get("outcome_codes", ())),
        valid_from=tuple((term["pt"], term["date"]) for term in entry.get("valid_from", ())),
        meddra=entry.get("meddra"),
    )


def _listed(entry: dict[str, Any], scope: Scope) -> tuple[str, ...]:
    """Terms written out under a scope, then those that its `_from` takes from a reviewed list."""
    written = list(entry.get(scope, ()))
    refuse_duplicates(f"endpoints.yaml, {entry['id']}, {scope}", written)
    keys = set(map(term_key, written))
    taken = _taken(entry.get(f"{scope}_from", {}))
    return tuple(written + [pt for pt in taken if term_key(pt) not in keys])


def _taken(rule: dict[str, Any]) -> list[str]:
    match rule.get("list"):
        case None:
            return []
        case "infections":
            return [
                t.pt for t in infection_terms() if t.is_infection and not (rule.get("without_covid") and t.is_covid)
            ]
        case "malignancies":
            return _malignant(rule.get("diseases"), rule.get("without_diseases", []))
        case other:
            raise CartwatchError(f"endpoints.yaml: there is no list {other!r}; use infections or malignancies")


def _malignant(diseases: list[str] | None, without: list[str]) -> list[str]:
    """Terms that can be a second malignancy: malignant ones, and unspecific ones that stay indeterminate."""
    terms = [term for term in malignancy_terms() if term.kind in {"malignant", "unspecific"}]
    return [t.pt for t in terms if t.disease not in without and (diseases is None or t.disease in diseases)]


def _refuse_overlap(endpoint_id: str, narrow: tuple[str, ...], broad_adds: tuple[str, ...]) -> None:
    both = sorted(set(map(term_key, narrow)) & set(map(term_key, broad_adds)))
    if both:
        raise CartwatchError(f"endpoints.yaml, {endpoint_id}: broad repeats narrow: {', '.join(both)}; name each once")
