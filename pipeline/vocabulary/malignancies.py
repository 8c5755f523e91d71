"""Malignant terms, and whether one of them is a second malignancy, the index disease, or cannot be decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast, get_args

from pipeline.errors import CartwatchError, UsageError
from pipeline.vocabulary.files import csv_file, refuse_duplicates, yaml_file

Kind = Literal["malignant", "progression", "unspecific", "benign"]
State = Literal["counted", "index", "indeterminate"]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MalignancyTerm:
    """One reviewed preferred term of a neoplasm.

    kind: `malignant`; `progression` (return, spread or persistence of a known disease); `unspecific` (no organ or type,
    metastases, or a nature not told or uncertain); `benign` (reviewed and never a malignancy).
    """

    pt: str
    disease: str
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class IndexRule:
    """A kind and disease of a term that, beside an index disease, is not counted as a second malignancy."""

    kind: Kind
    term_disease: str
    index_disease: str
    state: State


@cache
def diseases() -> dict[str, str]:
    """Disease codes and what each covers."""
    return dict(yaml_file("diseases.yaml")["diseases"])


@cache
def malignancy_terms() -> tuple[MalignancyTerm, ...]:
    """Every reviewed neoplasm term, benign ones included, in the order of malignancies.csv."""
    rows = csv_file("malignancies.csv")
    refuse_duplicates("malignancies.csv", [row["pt"] for row in rows])
    return tuple(_malignancy_term(row) for row in rows)


def _malignancy_term(row: dict[str, str]) -> MalignancyTerm:
    if row["disease"] not in diseases() or row["kind"] not in get_args(Kind) or not row["reason"]:
        raise CartwatchError(
            f"malignancies.csv: {row['pt']!r} has disease {row['disease']!r}, kind {row['kind']!r} and reason "
            f"{row['reason']!r}; use the codes of diseases.yaml, a kind of {get_args(Kind)}, and give a reason",
        )
    return MalignancyTerm(row["pt"], row["disease"], cast("Kind", row["kind"]), row["reason"])


@cache
def _indistinct() -> frozenset[tuple[str, str]]:
    """Pairs of different disease codes that a report cannot tell apart, in both orders."""
    content = yaml_file("diseases.yaml")
    pairs = {(a, b) for group in content["indistinct_groups"] for a in group["codes"] for b in group["codes"]}
    pairs |= {(rule["code"], other) for rule in content["indistinct_pairs"] for other in rule["with"]}
    return frozenset((x, y) for a, b in pairs if a != b for x, y in ((a, b), (b, a)))


def _state(kind: str, term_disease: str, index_disease: str) -> State:
    """State of a term beside one index disease; `unknown` stands for a report that has none."""
    same = term_disease == index_disease
    vague = "unspecified" in (term_disease, index_disease) or (term_disease, index_disease) in _indistinct()
    if kind == "unspecific" or (term_disease == "transformation" and kind == "malignant"):
        return "indeterminate"
    if kind == "progression":
        return "index" if same or vague or index_disease == UNKNOWN else "indeterminate"
    if term_disease == "second_primary":
        return "counted"
    if same:
        return "index"
    return "indeterminate" if vague else "counted"


def second_malignancy_state(term_disease: str, kind: Kind, index_diseases: Iterable[str]) -> State:
    """What a malignant term is in a report whose index diseases are these; none at all is allowed.

    `index` where any of them explains the term, else `indeterminate` where any might, else `counted`. The second
    malignancy stays unadjudicated in every case. A kind that is no malignancy raises UsageError.
    Limit: acute myeloid leukaemia after B-cell leukaemia is counted, though it may be a switch of lineage.
    """
    if kind == "benign":
        raise UsageError(f"a benign term has no state as second malignancy (disease {term_disease!r}); leave it out")
    states = {_state(kind, term_disease, index) for index in set(index_diseases) or {UNKNOWN}}
    return "index" if "index" in states else "indeterminate" if "indeterminate" in states else "counted"


@cache
def index_rules() -> tuple[IndexRule, ...]:
    """Every combination that is not `counted`, for the kinds and diseases that occur among the terms.

    The table form of `second_malignancy_state`: join the term's kind and disease with each index disease of the report,
    or with `unknown` where it has none; `index` wins over `indeterminate`; no row at all means `counted`.
    """
    pairs = sorted({(term.kind, term.disease) for term in malignancy_terms() if term.kind != "benign"})
    found = [(kind, of, index, _state(kind, of, index)) for kind, of in pairs for index in (*diseases(), UNKNOWN)]
    return tuple(IndexRule(*row) for row in found if row[3] != "counted")
