"""The comparators: what each asks of the reports on both sides, for all ages or one age band, and its version."""

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pipeline.errors import CartwatchError, UsageError
from pipeline.vocabulary.diseasegroups import disease_groups, groups_of, indications_of, unknown_indications
from pipeline.vocabulary.files import refuse_duplicates, yaml_file
from pipeline.vocabulary.formernames import former_names
from pipeline.vocabulary.products import products, same_target

VERSION_DIGITS = 12
# Flags that decide who is compared with whom and how it is shrunken; the others only decide what is shown.
DEFINING = (
    *("needs_indication", "needs_same_target", "excludes_car_t", "excludes_solicited", "since_approval", "has_prior"),
)


@dataclass(frozen=True, slots=True)
class Base:
    """What a comparator asks apart from age.

    needs_indication: on both sides, an indication of one of the product's disease groups. needs_same_target: the
    comparator names another CAR-T against the product's antigen, and no case two. The others bind the comparator alone.
    excludes_car_t: no CAR-T in any role but "not administered". excludes_solicited: none of `solicited_drugs`.
    since_approval: first received on or after the product's first approval. has_prior: EBGM has a prior of its own
    background. has_every_term: also terms that no case of the product reports have a row. is_shown_first: stands in the
    first tables of a report; the others stand beside them in each product's section.
    """

    id: str
    title: str
    short: str
    definition: str
    needs_indication: bool = False
    needs_same_target: bool = False
    excludes_car_t: bool = False
    excludes_solicited: bool = False
    since_approval: bool = False
    has_prior: bool = False
    has_every_term: bool = False
    is_shown_first: bool = False

    @property
    def is_selective(self) -> bool:
        """Whether the product may be a large part of the cases compared.

        IC and EBGM cannot rise above all cases ÷ the product's cases, which is then little: PRR and ROR tell more.
        """
        return self.needs_indication or self.needs_same_target


@dataclass(frozen=True, slots=True)
class AgeBand:
    """An age to which both sides are restricted."""

    id: str
    title: str
    definition: str


@dataclass(frozen=True, slots=True)
class Comparator:
    """The reports a product is compared with: a base, for all ages where age_band is None."""

    base: Base
    age_band: AgeBand | None

    @property
    def id(self) -> str:
        """Name in every table and command, as haem_onc_adults."""
        return f"{self.base.id}_{self.age_band.id}" if self.age_band else self.base.id

    @property
    def title(self) -> str:
        """What it is called in a report."""
        return f"{self.base.title}: {self.age_band.title} only" if self.age_band else self.base.title

    @property
    def definition(self) -> str:
        """What is compared, in words."""
        return f"{self.base.definition} {self.age_band.definition}" if self.age_band else self.base.definition

    @property
    def has_prior(self) -> bool:
        """Whether EBGM has a prior fitted over its own background; one age alone has none."""
        return self.base.has_prior and self.age_band is None

    @property
    def has_every_term(self) -> bool:
        """Whether terms that no case of the product reports have a row too."""
        return self.base.has_every_term and self.age_band is None

    @property
    def version(self) -> str:
        """Twelve hex digits that change whenever what it compares changes, its words left aside."""
        return _version(self)


@cache
def comparators() -> tuple[Comparator, ...]:
    """Every comparator: the bases for all ages in the order of comparators.yaml, then each in every age band."""
    content = yaml_file("comparators.yaml")
    refuse_duplicates("comparators.yaml, bases", [entry["id"] for entry in content["bases"]])
    bases = [_base(entry) for entry in content["bases"]]
    return tuple(Comparator(base, None) for base in bases) + tuple(
        Comparator(base, band) for base in bases for band in age_bands()
    )


@cache
def age_bands() -> tuple[AgeBand, ...]:
    """Every age to which a comparison may be restricted, in the order of comparators.yaml."""
    entries = yaml_file("comparators.yaml")["age_bands"]
    refuse_duplicates("comparators.yaml, age_bands", [entry["id"] for entry in entries])
    return tuple(AgeBand(**entry) for entry in entries)


def comparator(comparator_id: str) -> Comparator:
    """The comparator of this id; UsageError names the known ids."""
    for known in comparators():
        if known.id == comparator_id:
            return known
    ids = ", ".join(known.id for known in comparators())
    raise UsageError(f"there is no comparator {comparator_id!r}; known comparators: {ids}")


def base_comparators() -> tuple[Comparator, ...]:
    """Those for all ages."""
    return tuple(known for known in comparators() if known.age_band is None)


def adult_years() -> float:
    """Age in years from which a case is one of an adult."""
    return float(yaml_file("comparators.yaml")["adult_years"])


def solicited_drugs() -> tuple[str, ...]:
    """Upper-case words by which a drug key is known as one whose reports are mostly solicited."""
    listed = yaml_file("comparators.yaml")["solicited_drugs"]
    return tuple(str(word).upper() for words in listed.values() for word in words)


def _base(entry: dict[str, Any]) -> Base:
    unknown = sorted(set(entry) - {field.name for field in fields(Base)})
    if unknown:
        raise CartwatchError(f"comparators.yaml, {entry['id']}: unknown {', '.join(unknown)}; use the fields of Base")
    return Base(**entry)


@cache
def _version(of: Comparator) -> str:
    """Hash of the flags and of every part of the vocabulary that they rest on."""
    told: dict[str, Any] = {name: getattr(of.base, name) for name in DEFINING}
    if of.age_band:
        told["age"] = [of.age_band.id, adult_years()]
    if of.base.needs_indication:
        told["indications"] = [[group.id, indications_of(group)] for group in disease_groups()]
        told["no_indication"] = unknown_indications()
        asked = {term for group in disease_groups() for term in indications_of(group)} | set(unknown_indications())
        told["former_names"] = sorted(name for name, today in former_names().items() if today in asked)
        told["groups"] = {item.id: [group.id for group in groups_of(item)] for item in products()}
    if of.base.needs_same_target:
        told["targets"] = {item.id: same_target(item.id) for item in products()}
    if of.base.excludes_solicited:
        told["solicited"] = solicited_drugs()
    if of.base.since_approval:
        told["approvals"] = {item.id: item.approval_date.isoformat() for item in products()}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_DIGITS]
