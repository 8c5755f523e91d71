"""What simulated cohorts are drawn from: cohort.yaml, read once and checked."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from pipeline.demo.chance import Floats, Lots, grouped_lots
from pipeline.demo.cohorthazards import Hazard, stepped
from pipeline.errors import CartwatchError

FILE = Path(__file__).with_name("cohort.yaml")
SECTIONS = ("study", "centres", "course", "care", "malignancies", "samples", "dates", "visits")
SEXES = ("F", "M")


@dataclass(frozen=True)
class Toxicity:
    """One kind of adverse event: how often by indication, its preferred terms, and how it is graded.

    grades: weights of grades 1, 2 …, one group for each indication; None where it has no grade. former_scale: what the
    centres that keep the former scale grade on; former_third is the share of their grades 2 that it calls 3.
    """

    id: str
    hazards: list[Hazard]
    is_recurrent: bool
    frailty_variance: float
    terms: tuple[str, ...]
    term_lots: Lots
    scale: str | None
    former_scale: str | None
    former_third: float
    grades: Lots | None
    mean_days: float
    only_sex: str | None
    only_ages: tuple[float, float]


@dataclass(frozen=True)
class Site:
    """One site of second malignancy: background in women and men aged 60 per 100,000 person-years, growing with age.

    planted, survivors: how many times the background the cohort and survivors of a B-cell malignancy have.
    """

    id: str
    origin: str
    pt: str
    histology: str
    at_60: tuple[float, float]
    power: float
    planted: float
    survivors: float


@dataclass(frozen=True)
class CohortSettings:
    """Everything planted; `plain` is the file itself, for what needs no reading."""

    plain: dict[str, Any]
    indications: tuple[str, ...]
    toxicities: tuple[Toxicity, ...]
    sites: tuple[Site, ...]

    def course(self, name: str) -> list[Hazard]:
        """A hazard of the course of disease, one for each indication."""
        return hazards_of(self.plain["course"][name], self.indications)

    def of_indications(self, name: str) -> list[Any]:
        """One entry of every indication, in order."""
        return [self.plain["indications"][indication][name] for indication in self.indications]


def hazards_of(steps: dict[str, Any], indications: tuple[str, ...]) -> list[Hazard]:
    """Hazards by indication from steps given for each, or for all."""
    return [stepped(steps[name] if name in steps else steps["all"]) for name in indications]


@cache
def cohort_settings() -> CohortSettings:
    """The settings; CartwatchError where a block of numbers says not where they are from."""
    plain = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    _refuse_without_source(plain)
    indications = tuple(plain["indications"])
    return CohortSettings(
        plain,
        indications,
        tuple(_toxicity(name, entry, indications) for name, entry in plain["toxicities"].items()),
        tuple(_site(name, entry) for name, entry in plain["malignancies"]["sites"].items()),
    )


def _refuse_without_source(plain: dict[str, Any]) -> None:
    blocks = {name: plain[name] for name in SECTIONS} | plain["indications"] | plain["toxicities"]
    for name, block in blocks.items():
        if not block.get("citation") or not isinstance(block.get("verified"), bool):
            raise CartwatchError(f"{FILE.name}, {name}: give a citation and whether it was verified.")


def _toxicity(name: str, entry: dict[str, Any], indications: tuple[str, ...]) -> Toxicity:
    terms, weights = zip(*entry["terms"], strict=True)
    grades = entry.get("grades")
    low, high = entry.get("only_ages", (0.0, np.inf))
    return Toxicity(
        id=name,
        hazards=hazards_of(entry["steps"], indications),
        is_recurrent=entry["kind"] == "recurrent",
        frailty_variance=entry.get("frailty_variance", 0.0),
        terms=terms,
        term_lots=grouped_lots([(range(len(terms)), weights)]),
        scale=entry.get("scale"),
        former_scale=entry.get("former_scale"),
        former_third=entry.get("former_third", 0.0),
        grades=_grade_lots(grades, indications) if grades else None,
        mean_days=entry["mean_days"],
        only_sex=entry.get("only_sex"),
        only_ages=(low, high),
    )


def _grade_lots(grades: dict[str, list[float]], indications: tuple[str, ...]) -> Lots:
    weights = [grades.get(name, grades.get("all", [])) for name in indications]
    return grouped_lots([(range(1, len(each) + 1), each) for each in weights])


def _site(name: str, entry: dict[str, Any]) -> Site:
    women, men = (entry["at_60"][sex] for sex in SEXES)
    plain = {key: entry[key] for key in ("origin", "pt", "histology", "power", "planted", "survivors")}
    return Site(id=name, at_60=(women, men), **plain)


def epoch_day(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - dt.date(1970, 1, 1)).days


def lots_of(choices: list[list[Any]]) -> Lots:
    """Lots whose values are the places of choices, each given with its weight last."""
    return grouped_lots([(range(len(choices)), [choice[-1] for choice in choices])])


def weighted(choices: dict[str, float]) -> tuple[tuple[str, ...], Lots]:
    """Names and lots of their places."""
    return tuple(choices), grouped_lots([(range(len(choices)), list(choices.values()))])


def between(bounds: list[float], uniform: Floats) -> Floats:
    """A number between two bounds."""
    low, high = bounds
    return low + (high - low) * uniform
