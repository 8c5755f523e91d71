"""Grades of cytokine release on the scales before ASTCT, and of kidney injury by CTCAE; none of them is ever pooled."""

from enum import IntEnum
from typing import NamedTuple

from pipeline.study.gradingscales import DEATH, Grade, scales


class Pressure(IntEnum):
    """What hypotension was treated with, in rising order."""

    NONE = 0
    FLUIDS = 1
    LOW_DOSE = 2
    HIGH_DOSE_OR_MULTIPLE = 3


class Breathing(IntEnum):
    """Help with breathing, in rising order."""

    NONE = 0
    OXYGEN = 1
    VENTILATOR = 2


class CytokineReleaseOlder(NamedTuple):
    """What is graded: symptoms at all, treatment of blood pressure, breathing, and the worst CTCAE grade of an organ.

    oxygen_percent: share of oxygen breathed, None where oxygen was given and nobody noted how much. organ_grade: of any
    organ but the liver enzymes, which have liver_grade. is_treated_in_hospital: in hospital, or given drugs into a vein.
    """

    has_symptoms: bool
    pressure: Pressure = Pressure.NONE
    breathing: Breathing = Breathing.NONE
    oxygen_percent: float | None = None
    organ_grade: int = 0
    liver_grade: int = 0
    is_treated_in_hospital: bool = False
    has_died_of_it: bool = False


class KidneyInjury(NamedTuple):
    """Serum creatinine over the upper limit of normal and over baseline (None: not known), and what was needed."""

    over_limit: float | None = None
    over_baseline: float | None = None
    needs_hospital: bool = False
    needs_dialysis: bool = False
    has_died_of_it: bool = False


def cytokine_release_penn(found: CytokineReleaseOlder) -> Grade:
    """Penn scale: any oxygen, fluids for blood pressure or a low-dose vasopressor is already grade 3.

    0 without symptoms; 5 for a death of it.
    """
    scale = scales()["crs_penn"]
    if found.has_died_of_it:
        return Grade(scale.id, DEATH, "death of it")
    moderate = found.organ_grade >= scale["organ_moderate"] or found.liver_grade >= scale["liver_moderate"]
    severe = found.organ_grade >= scale["organ_severe"] or found.liver_grade >= scale["liver_severe"]
    signs = {
        "ventilator": 4 * (found.breathing == Breathing.VENTILATOR),
        "high-dose or several vasopressors": 4 * (found.pressure == Pressure.HIGH_DOSE_OR_MULTIPLE),
        "oxygen": 3 * (found.breathing == Breathing.OXYGEN),
        "fluids or a low-dose vasopressor": 3 * (found.pressure in {Pressure.FLUIDS, Pressure.LOW_DOSE}),
        "organ toxicity": 3 if severe else 2 * moderate,
        "treatment in hospital": 2 * found.is_treated_in_hospital,
        "symptoms": int(found.has_symptoms),
    }
    return _worst(scale.id, signs)


def cytokine_release_lee(found: CytokineReleaseOlder) -> Grade:
    """Lee 2014: oxygen under 40 %, fluids or one low-dose vasopressor is grade 2; more is grade 3, a ventilator 4.

    0 without symptoms; 5 for a death of it; None where oxygen was given and its share decides but is not known.
    """
    scale = scales()["crs_lee_2014"]
    if found.has_died_of_it:
        return Grade(scale.id, DEATH, "death of it")
    signs = {
        "ventilator": 4 * (found.breathing == Breathing.VENTILATOR),
        "organ toxicity": max(found.organ_grade if found.organ_grade > 1 else 0, _liver(found, scale["liver_severe"])),
        "high-dose or several vasopressors": 3 * (found.pressure == Pressure.HIGH_DOSE_OR_MULTIPLE),
        "fluids or a low-dose vasopressor": 2 * (found.pressure in {Pressure.FLUIDS, Pressure.LOW_DOSE}),
        "oxygen": _oxygen(found, scale["oxygen_percent"]),
        "symptoms": int(found.has_symptoms),
    }
    is_open = found.breathing == Breathing.OXYGEN and found.oxygen_percent is None
    grade = _worst(scale.id, signs)
    if is_open and (grade.value or 0) <= 2:  # noqa: PLR2004 -- from grade 3 on the share of oxygen decides nothing
        return Grade(scale.id, None, "share of oxygen not known")
    return grade


def _liver(found: CytokineReleaseOlder, severe: float) -> int:
    """Liver enzymes of CTCAE grade 4 are grade 3 here, never 4."""
    return 3 if found.liver_grade >= severe else found.liver_grade if found.liver_grade > 1 else 0


def _oxygen(found: CytokineReleaseOlder, threshold: float) -> int:
    if found.breathing != Breathing.OXYGEN or found.oxygen_percent is None:
        return 2 * (found.breathing == Breathing.OXYGEN)
    return 3 if found.oxygen_percent >= threshold else 2


def kidney_injury_ctcae(found: KidneyInjury) -> Grade:
    """CTCAE v5 "Acute kidney injury": it begins at grade 3, hospital; 4 is dialysis, 5 death; less is 0."""
    scale = scales()["ctcae_v5"]
    signs = {
        "death of it": DEATH * found.has_died_of_it,
        "dialysis": 4 * found.needs_dialysis,
        "hospital": 3 * found.needs_hospital,
    }
    return _worst(scale.id, signs)


def creatinine_ctcae(found: KidneyInjury) -> Grade:
    """CTCAE v5 "Creatinine increased", grades 1 to 4, by the worse of the ratio to the upper limit and to baseline.

    None where neither ratio is known.
    """
    scale = scales()["ctcae_v5"]
    if found.over_limit is None and found.over_baseline is None:
        return Grade(scale.id, None, "creatinine not measured")
    limit, baseline = found.over_limit or 0.0, found.over_baseline or 0.0
    mild, moderate, severe = (scale[f"creatinine_{name}"] for name in ("mild", "moderate", "severe"))
    signs = {
        "over the upper limit": 4
        if limit > severe
        else 3
        if limit > moderate
        else 2
        if limit > mild
        else int(limit > 1),
        "over baseline": 3 if baseline > moderate else 2 * (baseline > mild),
    }
    return _worst(scale.id, signs)


def _worst(scale: str, signs: dict[str, int]) -> Grade:
    """The highest grade, and what gave it."""
    worst = max(signs.values())
    named = ", ".join(name for name, grade in signs.items() if grade == worst and worst)
    return Grade(scale, int(worst), named or "no criterion met")
