"""Treatments and assessments of the index disease in a simulated cohort."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.demo.chance import Floats, Ints
from pipeline.demo.cohortevents import Episodes
from pipeline.demo.cohortvisits import NEVER, Seen
from pipeline.demo.cohortworld import Cohort

BRIDGING, LYMPHODEPLETION = (-21, -8), (-5, -3)  # first and last day
THERAPIES = {"b_all": "BLINATUMOMAB", "lbcl": "POLATUZUMAB VEDOTIN", "fl": "LENALIDOMIDE"}
FURTHER_PRODUCTS = {
    "b_all": "BREXUCABTAGENE AUTOLEUCEL",
    "lbcl": "AXICABTAGENE CILOLEUCEL",
    "fl": "AXICABTAGENE CILOLEUCEL",
}
STEROID_DAYS, INTENSIVE_CARE_DAYS = 7, 6
ASSESSED = (28, 90)
NOT_EVALUABLE_SHARE = 0.03
LATER_REMISSION_SHARE = 0.3


class Treatments(NamedTuple):
    """One kind of treatment: its kind and name by row, who had it and when; end NEVER while it goes on."""

    kind: str
    name: list[str]
    person: Ints
    day: Ints
    end: Ints


class Responses(NamedTuple):
    """Assessments: who, when, and place of the response in its names."""

    person: Ints
    day: Ints
    response: Ints


RESPONSE_NAMES = ("CR", "PR", "NR", "NE", "RD", "PD")
COMPLETE, PARTIAL, NONE, NOT_EVALUABLE, RELAPSE, PROGRESSION = range(6)


def treatments(cohort: Cohort, seen: Seen, whole: Episodes) -> Iterator[Treatments]:
    """Every treatment that the registry has heard of, kind by kind."""
    plain, infused = cohort.settings.plain, cohort.patients.is_infused
    names, group = cohort.settings.indications, cohort.patients.indication
    chance, number = cohort.chance, cohort.patients.number
    bridged = np.array([plain["care"]["bridging"][name] for name in names])[group]
    for kind, name, share, (first, last) in (
        ("bridging", "CYTARABINE", bridged, BRIDGING),
        ("lymphodepletion", "FLUDARABINE", plain["care"]["lymphodepletion"], LYMPHODEPLETION),
        ("lymphodepletion", "CYCLOPHOSPHAMIDE", plain["care"]["lymphodepletion"], LYMPHODEPLETION),
    ):
        person = np.flatnonzero(chance.happens(kind, share, number) & infused)
        yield _alike(kind, name, person, np.full(len(person), first), np.full(len(person), last))
    for kind, name, toxicity, key, days in (
        ("tocilizumab", "TOCILIZUMAB", "crs", "tocilizumab", 0),
        ("corticosteroid", "DEXAMETHASONE", "crs", "corticosteroid", STEROID_DAYS),
        ("corticosteroid", "DEXAMETHASONE", "icans", "corticosteroid_icans", STEROID_DAYS),
        ("intensive_care", "INTENSIVE CARE", "crs", "intensive_care", INTENSIVE_CARE_DAYS),
    ):
        person, day = _by_grade(cohort, seen, whole, toxicity, plain["care"][key], f"{kind} {toxicity}")
        yield _alike(kind, name, person, day, _ended(day + days, seen, person))
    person, day = _by_grade(
        cohort, seen, whole, "hypogammaglobulinaemia", [plain["care"]["immunoglobulin"]] * 4, "immunoglobulin"
    )
    yield _alike("immunoglobulin", "IMMUNOGLOBULIN HUMAN NORMAL", person, day, np.full(len(person), NEVER))
    yield from _after_relapse(cohort, seen)


def _alike(kind: str, name: str, person: Ints, day: Ints, end: Ints) -> Treatments:
    return Treatments(kind, [name] * len(person), person, day, end)


def _by_grade(
    cohort: Cohort, seen: Seen, whole: Episodes, toxicity: str, shares: list[float], purpose: str
) -> tuple[Ints, Ints]:
    """Who was treated for a toxicity, by its grade, and when: the day after it began."""
    place = [each.id for each in cohort.settings.toxicities].index(toxicity)
    own = whole.taken(whole.toxicity == place)
    share = np.array([0.0, *shares, shares[-1]])[own.grade]
    number = cohort.patients.number[own.person]
    kept = cohort.chance.happens(purpose, share, number) & (own.day + 1 <= seen.last_contact[own.person])
    return own.person[kept], own.day[kept] + 1


def _ended(day: Ints, seen: Seen, person: Ints) -> Ints:
    return np.where(day <= seen.last_contact[person], day, NEVER)


def _after_relapse(cohort: Cohort, seen: Seen) -> Iterator[Treatments]:
    names, group, course = cohort.settings.indications, cohort.patients.indication, cohort.course
    share = cohort.settings.plain["course"]["treated_after_relapse"]
    treated = cohort.chance.happens("treated after relapse", share, cohort.patients.number)
    started = np.where(treated, course.relapse + 14.0, np.inf)
    for kind, time, named in (
        ("anticancer_therapy", started, THERAPIES),
        ("transplant", course.transplant, {}),
        ("gene_therapy", course.gene_therapy, FURTHER_PRODUCTS),
    ):
        person = _heard(cohort, seen, time)
        told = [named.get(names[place], "ALLOGENEIC HAEMATOPOIETIC STEM CELL TRANSPLANT") for place in group[person]]
        day = np.floor(time[person]).astype(np.int64)
        yield Treatments(kind, told, person, day, np.full(len(person), NEVER) if kind == "anticancer_therapy" else day)


def _heard(cohort: Cohort, seen: Seen, time: Floats) -> Ints:
    """Patients of whom the registry knows that it happened."""
    every = np.arange(len(time))
    return np.flatnonzero(np.isfinite(time) & seen.knows(every, time) & cohort.patients.is_infused)


def responses(cohort: Cohort, seen: Seen) -> Responses:
    """Assessments at days 28 and 90 before a relapse, and the relapse itself, ordered by patient and day.

    Who was in remission relapses; in others the disease progresses.
    """
    number, relapse = cohort.patients.number, cohort.course.relapse
    best = _best(cohort)
    later = np.where(
        (best == PARTIAL) & cohort.chance.happens("later remission", LATER_REMISSION_SHARE, number), COMPLETE, best
    )
    parts = []
    for day, found in zip(ASSESSED, (best, later), strict=True):
        shifted = day - cohort.chance.whole(f"assessed {day}", 0, 3, number).astype(np.float64)
        person = _heard(cohort, seen, np.where(shifted < relapse, shifted, np.inf))
        parts.append(Responses(person, shifted[person].astype(np.int64), found[person]))
    person = _heard(cohort, seen, relapse)
    was_in = (best[person] == COMPLETE) & (relapse[person] > ASSESSED[0])
    parts.append(Responses(person, np.floor(relapse[person]).astype(np.int64), np.where(was_in, RELAPSE, PROGRESSION)))
    persons, days, found = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((days, persons))
    return Responses(persons[order], days[order], found[order])


def _best(cohort: Cohort) -> Ints:
    """Response at day 28 by indication."""
    shares = cohort.settings.of_indications("responses")
    complete, partial = (
        np.array([each[name] for each in shares])[cohort.patients.indication]
        for name in ("complete_remission", "partial_remission")
    )
    uniform = cohort.chance.uniform("response", cohort.patients.number)
    steps = [uniform < complete, uniform < complete + partial, uniform < 1.0 - NOT_EVALUABLE_SHARE]
    return np.select(steps, [COMPLETE, PARTIAL, NONE], NOT_EVALUABLE).astype(np.int64)
