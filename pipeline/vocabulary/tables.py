"""The vocabulary as tables that SQL joins; every term in them is upper case and today's name."""

from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.errors import CartwatchError
from pipeline.vocabulary.comparators import adult_years, comparators, solicited_drugs
from pipeline.vocabulary.countries import country_names
from pipeline.vocabulary.diseasegroups import DiseaseGroup, disease_groups, groups_of, unknown_indications
from pipeline.vocabulary.drugnames import SALT_KINDS, salt_words
from pipeline.vocabulary.endpoints import SCOPES, endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.formernames import former_names
from pipeline.vocabulary.infections import infection_terms
from pipeline.vocabulary.malignancies import index_rules, malignancy_terms
from pipeline.vocabulary.products import members, products, same_target

if TYPE_CHECKING:
    import pyarrow as pa

Rows = list[tuple[Any, ...]]


def vocabulary_tables() -> "dict[str, pa.Table]":
    """Every vocabulary table by its name, rows in the order of the data files.

    Raises CartwatchError where a listed term is a former name: it could never match, as names are mapped first.
    """
    return dict(_reviewed_tables())


@cache
def _reviewed_tables() -> "dict[str, pa.Table]":
    refuse_former_terms()
    return {f"vocabulary_{name}": _table(schema, rows()) for name, (schema, rows) in _TABLES.items()}


def refuse_former_terms() -> None:
    """Raise CartwatchError naming every term of an endpoint or list that is only a former name."""
    listed = [pt for endpoint in endpoints() for pt in endpoint.terms("broad")]
    listed += [term.pt for term in malignancy_terms()] + [term.pt for term in infection_terms() if term.is_infection]
    former = sorted({term_key(pt) for pt in listed} & set(former_names()))
    if former:
        raise CartwatchError(f"the vocabulary lists former names: {', '.join(former)}; list today's name instead")


def _endpoint_rows() -> Rows:
    return [(e.id, e.title, e.label, e.has_index_rule, e.is_designated, e.is_approval) for e in endpoints()]


def _endpoint_term_rows() -> Rows:
    return [(e.id, scope, term_key(pt)) for e in endpoints() for scope in SCOPES for pt in e.terms(scope)]


def _endpoint_outcome_rows() -> Rows:
    return [(e.id, code) for e in endpoints() for code in e.outcome_codes]


def _malignancy_rows() -> Rows:
    return [(term_key(t.pt), t.disease, t.kind) for t in malignancy_terms() if t.kind != "benign"]


def _indication_rows() -> Rows:
    """Indications are preferred terms too; a term that names a malignancy names the disease treated."""
    return [(pt, disease) for pt, disease, _ in _malignancy_rows() if disease != "second_primary"]


def _index_rule_rows() -> Rows:
    return [(r.kind, r.term_disease, r.index_disease, r.state) for r in index_rules()]


def _product_rows() -> Rows:
    """A set of products, or of disease groups, is one number: the sum of its members' bits."""
    bits = {p.id: 1 << place for place, p in enumerate(products())}
    groups = {group.id: bit for group, bit in _group_bits()}
    return [
        (
            *(p.id, p.approval_date, p.is_group, bits[p.id]),
            sum(groups[group.id] for group in groups_of(p)),
            sum(bits[other] for other in same_target(p.id)),
        )
        for p in products()
    ]


def _group_bits() -> list[tuple[DiseaseGroup, int]]:
    return [(group, 1 << place) for place, group in enumerate(disease_groups())]


def _comparator_rows() -> Rows:
    return [
        (
            *(c.id, c.age_band.id if c.age_band else None, c.base.needs_indication, c.base.needs_same_target),
            *(c.base.excludes_car_t, c.base.excludes_solicited, c.base.since_approval, c.has_every_term),
        )
        for c in comparators()
    ]


_TABLES: dict[str, tuple[dict[str, str], Any]] = {
    "endpoint": (
        {
            "endpoint": "string",
            "title": "string",
            "label": "string",
            "has_index_rule": "bool",
            "is_designated": "bool",
            "is_approval": "bool",
        },
        _endpoint_rows,
    ),
    "endpoint_term": ({"endpoint": "string", "scope": "string", "pt": "string"}, _endpoint_term_rows),
    "endpoint_outcome": ({"endpoint": "string", "outcome_code": "string"}, _endpoint_outcome_rows),
    "former_name": ({"former_pt": "string", "current_pt": "string"}, lambda: list(former_names().items())),
    "malignancy_term": ({"pt": "string", "disease": "string", "kind": "string"}, _malignancy_rows),
    "indication_disease": ({"indication_pt": "string", "disease": "string"}, _indication_rows),
    "index_rule": (
        {"kind": "string", "term_disease": "string", "index_disease": "string", "state": "string"},
        _index_rule_rows,
    ),
    "product": (
        {
            "product": "string",
            "approval_date": "date32",
            "is_group": "bool",
            "bit": "int64",
            "disease_groups": "int64",
            "same_target": "int64",
        },
        _product_rows,
    ),
    "product_member": (
        {"product": "string", "member": "string"},
        lambda: [(p.id, member) for p in products() for member in members(p.id)],
    ),
    "product_disease": (
        {"product": "string", "disease": "string"},
        lambda: [(p.id, disease) for p in products() for disease in p.index_diseases],
    ),
    "disease_group": (
        {"disease_group": "string", "disease": "string", "bit": "int64"},
        lambda: [(group.id, disease, bit) for group, bit in _group_bits() for disease in group.diseases],
    ),
    "unknown_indication": ({"indication_pt": "string"}, lambda: [(pt,) for pt in unknown_indications()]),
    "solicited_drug": ({"name": "string"}, lambda: [(name,) for name in solicited_drugs()]),
    "age_limit": ({"adult_years": "float64"}, lambda: [(adult_years(),)]),
    "comparator": (
        {
            "comparator": "string",
            "age_band": "string",
            "needs_indication": "bool",
            "needs_same_target": "bool",
            "excludes_car_t": "bool",
            "excludes_solicited": "bool",
            "since_approval": "bool",
            "has_every_term": "bool",
        },
        _comparator_rows,
    ),
    "salt": (
        {"text": "string", "kind": "string"},
        lambda: [(text, kind) for kind in SALT_KINDS for text in salt_words(kind)],
    ),
    "country": ({"name": "string", "code": "string"}, lambda: [(c.name, c.code) for c in country_names()]),
}


def _table(schema: dict[str, str], rows: Rows) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - the command line's help must not wait for it

    types = pa.schema([(name, getattr(pa, kind + "_" if kind == "bool" else kind)()) for name, kind in schema.items()])
    return pa.Table.from_pylist([dict(zip(schema, row, strict=True)) for row in rows], schema=types)
