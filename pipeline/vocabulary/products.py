"""The CAR-T products, their two groups, and which of them a drug row names."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from pipeline.errors import CartwatchError, UsageError
from pipeline.vocabulary.files import refuse_duplicates, yaml_file
from pipeline.vocabulary.naming import NameRules, compiled_rules

UNSPECIFIED = "unspecified_car_t"
ANY = "any_car_t"


@dataclass(frozen=True, slots=True)
class Product:
    """A product, or a group of products; `id` is the generic name in lower case.

    antigen: what its receptor binds; None for a group.
    approval_date: first approval anywhere; for a group, that of its first member.
    index_diseases: codes of the diseases it is given for, used where a report tells no indication.
    verified: false where the approval date was not read in a source.
    """

    id: str
    title: str
    brands: tuple[str, ...]
    antigen: str | None
    approval_date: dt.date
    region: str
    index_diseases: tuple[str, ...]
    is_group: bool
    verified: bool


def _product(entry: dict[str, object]) -> Product:
    approval = entry["approval"]
    if not isinstance(approval, dict):
        raise CartwatchError(f"products.yaml: {entry['id']} has no approval with date and region; add it")
    return Product(
        id=str(entry["id"]),
        title=str(entry["title"]),
        brands=_texts(entry.get("brands")),
        antigen=str(entry["antigen"]) if entry.get("antigen") else None,
        approval_date=approval["date"],
        region=str(approval["region"]),
        index_diseases=_texts(entry.get("index_diseases")),
        is_group=bool(entry.get("is_group", False)),
        verified=bool(approval.get("verified", True)),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


@cache
def products() -> tuple[Product, ...]:
    """Every product and group, products first, in the order of products.yaml."""
    entries = yaml_file("products.yaml")["products"]
    refuse_duplicates("products.yaml", [str(entry["id"]) for entry in entries])
    return tuple(_product(entry) for entry in entries)


def product(product_id: str) -> Product:
    """The product of this id; UsageError names the known ids."""
    for known in products():
        if known.id == product_id:
            return known
    ids = ", ".join(known.id for known in products())
    raise UsageError(f"there is no product {product_id!r}; known products: {ids}")


def members(product_id: str) -> tuple[str, ...]:
    """Ids that a drug row may carry and that count for this product; `any_car_t` has all of them."""
    if product(product_id).id != ANY:
        return (product_id,)
    return tuple(known.id for known in products() if known.id != ANY)


def same_target(product_id: str) -> tuple[str, ...]:
    """Ids of the other products against the same antigen; none for a group."""
    own = product(product_id)
    if own.antigen is None:
        return ()
    return tuple(known.id for known in products() if known.antigen == own.antigen and known.id != own.id)


@cache
def _rules() -> NameRules:
    return compiled_rules(yaml_file("products.yaml"))


def products_named(drugname: str, prod_ai: str | None = None) -> frozenset[str]:
    """Ids of the CAR-T products that a drug row names in its drug name or its active ingredients.

    Two products named in one row both count. Class-only text gives `unspecified_car_t`, and only where no product
    is named. `any_car_t` is never returned: `members` says what belongs to it. Empty for every other medicine.
    """
    return _rules().named(f"{drugname} or {prod_ai}" if prod_ai else drugname)


def screen_pattern() -> str:
    """A regular expression over lower-case letters and digits alone; text it does not match names no product."""
    return "|".join(_rules().fragments)
