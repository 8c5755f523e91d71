"""The reviewed list that says of each preferred term whether it is an infection."""

from dataclasses import dataclass
from functools import cache

from pipeline.errors import CartwatchError
from pipeline.vocabulary.files import csv_file, refuse_duplicates


@dataclass(frozen=True, slots=True)
class InfectionTerm:
    """One reviewed preferred term, the answer, and the reason for it."""

    pt: str
    is_infection: bool
    is_covid: bool
    reason: str


@cache
def infection_terms() -> tuple[InfectionTerm, ...]:
    """Every reviewed term, infections and others, in the order of infections.csv."""
    rows = csv_file("infections.csv")
    refuse_duplicates("infections.csv", [row["pt"] for row in rows])
    return tuple(_infection_term(row) for row in rows)


def _infection_term(row: dict[str, str]) -> InfectionTerm:
    answers = {"true": True, "false": False}
    try:
        term = InfectionTerm(row["pt"], answers[row["is_infection"]], answers[row["is_covid"]], row["reason"])
    except KeyError as missing:
        raise CartwatchError(f"infections.csv: {row['pt']!r} answers {missing}; write true or false") from missing
    if not term.reason or (term.is_covid and not term.is_infection):
        raise CartwatchError(f"infections.csv: {row['pt']!r} needs a reason, and COVID-19 is an infection; correct it")
    return term
