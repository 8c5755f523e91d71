"""Which days from infusion to event are used: the choices, the sets of cases, and the reasons a case is left out."""

from dataclasses import dataclass
from functools import cache

from pipeline.vocabulary.endpoints import Endpoint
from pipeline.vocabulary.files import refuse_duplicates, yaml_file

USED = "used"


@dataclass(frozen=True, slots=True)
class CaseSet:
    """Cases that are fitted together; `all` is the first, every other changes one choice of it.

    lag: own, fixed or none, the reporting lag taken off the follow-up.
    """

    id: str
    title: str
    without_other_endpoints: bool = False
    lag: str = "own"
    drops_firsts: bool = False


@dataclass(frozen=True, slots=True)
class OnsetRules:
    """The choices of onset.yaml; reasons: title by id, in the order in which they are asked; heads: their short names."""

    padded_since: str
    lag_share: float
    years_before_approval: int
    same_day: float
    least_followed: int
    largest_distance: float
    least_marked: int
    sets: tuple[CaseSet, ...]
    reasons: dict[str, str]
    heads: dict[str, str]


@cache
def onset_rules() -> OnsetRules:
    """The rules in force."""
    content = yaml_file("onset.yaml")
    refuse_duplicates("onset.yaml, sets", [entry["id"] for entry in content["sets"]])
    refuse_duplicates("onset.yaml, reasons", [entry["id"] for entry in content["reasons"]])
    return OnsetRules(
        padded_since=content["padded_since"],
        lag_share=content["lag_share"],
        years_before_approval=content["years_before_approval"],
        same_day=content["same_day"],
        least_followed=content["least_followed"],
        largest_distance=content["largest_distance"],
        least_marked=content["least_marked"],
        sets=tuple(CaseSet(**entry) for entry in content["sets"]),
        reasons={entry["id"]: entry["title"] for entry in content["reasons"]},
        heads={entry["id"]: entry["short"] for entry in content["reasons"]},
    )


def is_without_onset(endpoint: Endpoint) -> bool:
    """Whether no onset is told of an endpoint: a second malignancy before review, or an outcome."""
    return endpoint.has_index_rule or bool(endpoint.outcome_codes)
