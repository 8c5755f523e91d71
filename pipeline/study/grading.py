"""Grades of what follows a CAR-T infusion, each a pure function of what was found at the bedside."""

from enum import IntEnum
from typing import NamedTuple

from pipeline.study.gradingscales import DEATH, Grade, scales


class Oxygen(IntEnum):
    """Help with breathing, in rising order of the ASTCT grade that hypoxia then has."""

    NONE = 0
    LOW_FLOW = 2
    HIGH_FLOW = 3
    POSITIVE_PRESSURE = 4


class Arousal(IntEnum):
    """What awakens the person, in rising order of the ASTCT grade it gives."""

    AWAKE = 0
    SPONTANEOUSLY = 1
    TO_VOICE = 2
    TO_TOUCH = 3
    NOT = 4


class Seizure(IntEnum):
    """The worst seizure, by the ASTCT grade it gives; prolonged or repetitive without return to baseline is 4."""

    NONE = 0
    RESOLVED = 3
    PROLONGED = 4


class Oedema(IntEnum):
    """Raised intracranial pressure or cerebral oedema: focal on imaging, or diffuse or with its signs."""

    NONE = 0
    FOCAL = 3
    DIFFUSE = 4


class CytokineRelease(NamedTuple):
    """What is graded: temperature in °C (None: not measured), vasopressors other than vasopressin, help with breathing.

    is_fever_treated: an antipyretic, tocilizumab or a steroid was given, after which fever is no longer asked for.
    oxygen_litres_per_minute decides between low and high flow where it is known.
    """

    temperature_celsius: float | None
    is_hypotensive: bool = False
    n_vasopressors: int = 0
    oxygen: Oxygen = Oxygen.NONE
    oxygen_litres_per_minute: float | None = None
    is_fever_treated: bool = False
    has_died_of_it: bool = False


class Neurotoxicity(NamedTuple):
    """What is graded: ICE points 0 to 10 (12 years and older) or CAPD points (younger), consciousness, seizures, motor signs.

    None: not assessed. Intracranial bleeding is not part of it and is not graded here.
    """

    age_years: float
    ice: int | None = None
    capd: int | None = None
    arousal: Arousal = Arousal.AWAKE
    seizure: Seizure = Seizure.NONE
    has_deep_motor_weakness: bool = False
    oedema: Oedema = Oedema.NONE
    has_died_of_it: bool = False


class KidneyFunction(NamedTuple):
    """Serum creatinine in mg/dL: now and at baseline; the rise within the last hours counted; renal replacement given."""

    creatinine: float
    baseline: float
    rise: float | None = None
    rise_hours: float | None = None
    has_replacement: bool = False


def cytokine_release_astct(found: CytokineRelease) -> Grade:
    """ASTCT 2019: fever, and the worse of hypotension and hypoxia; 5 for a death of it.

    Without fever, and without treatment that takes it away, the criteria are not met: 0; where nobody measured: None.
    """
    scale = scales()["crs_astct_2019"]
    if found.has_died_of_it:
        return Grade(scale.id, DEATH, "death of it")
    fever = found.temperature_celsius is not None and found.temperature_celsius >= scale["fever_celsius"]
    if not fever and not found.is_fever_treated:
        known = found.temperature_celsius is not None
        return Grade(scale.id, 0 if known else None, "no fever" if known else "temperature not measured")
    pressure = _hypotension(found)
    breathing = _hypoxia(found, scale["low_flow_litres_per_minute"])
    worst = max(1, pressure, int(breathing))
    reasons = [name for name, grade in (("hypotension", pressure), ("hypoxia", breathing)) if grade == worst]
    return Grade(scale.id, worst, " and ".join(reasons) or "fever alone")


def _hypotension(found: CytokineRelease) -> int:
    """Vasopressin beside a vasopressor does not count as a second one."""
    if found.n_vasopressors:
        return 3 if found.n_vasopressors == 1 else 4
    return 2 if found.is_hypotensive else 0


def _hypoxia(found: CytokineRelease, low_flow: float) -> Oxygen:
    if found.oxygen in (Oxygen.LOW_FLOW, Oxygen.HIGH_FLOW) and found.oxygen_litres_per_minute is not None:
        return Oxygen.LOW_FLOW if found.oxygen_litres_per_minute <= low_flow else Oxygen.HIGH_FLOW
    return found.oxygen


def neurotoxicity_astct(found: Neurotoxicity) -> Grade:
    """ASTCT 2019 (ICANS): the worst of encephalopathy score, consciousness, seizures, motor signs and oedema.

    From 12 years on the ICE score counts, below it CAPD; None where the score for the age was not taken and nothing else
    gives a grade. An ICE of 0 is 3 in somebody who can be awakened and 4 in somebody who cannot.
    """
    scale = scales()["icans_astct_2019"]
    if found.has_died_of_it:
        return Grade(scale.id, DEATH, "death of it")
    is_child = found.age_years < scale["child_years"]
    score = _capd(found, scale["capd_severe"]) if is_child else _ice(found, scale["ice_mild"], scale["ice_moderate"])
    signs = {
        "encephalopathy score": score or 0,
        "consciousness": int(found.arousal),
        "seizure": int(found.seizure),
        "motor weakness": 4 if found.has_deep_motor_weakness else 0,
        "raised intracranial pressure": int(found.oedema),
    }
    worst = max(signs.values())
    if score is None and not worst:
        return Grade(scale.id, None, f"{'CAPD' if is_child else 'ICE'} score not taken")
    return Grade(
        scale.id, worst, ", ".join(name for name, grade in signs.items() if grade == worst and worst) or "none"
    )


def _ice(found: Neurotoxicity, mild: float, moderate: float) -> int | None:
    if found.ice is None:
        return None
    if found.ice == 10:  # noqa: PLR2004 -- all points
        return 0
    if found.ice == 0 and found.arousal == Arousal.NOT:
        return 4
    return 1 if found.ice >= mild else 2 if found.ice >= moderate else 3


def _capd(found: Neurotoxicity, severe: float) -> int | None:
    """Below the severe score CAPD does not tell 1 from 2: consciousness does, so it gives 1."""
    if found.capd is None:
        return None
    return 0 if found.capd == 0 else 3 if found.capd >= severe else 1


def kidney_injury_kdigo(found: KidneyFunction) -> Grade:
    """KDIGO 2012 stage by serum creatinine: its ratio to baseline, or a rise within 48 hours; 3 for replacement.

    Urine output is not asked for: registries do not hold it. 0 where no criterion is met; None without a baseline.
    """
    scale = scales()["aki_kdigo"]
    if found.has_replacement:
        return Grade(scale.id, 3, "renal replacement")
    if not found.baseline > 0:
        return Grade(scale.id, None, "no baseline creatinine")
    ratio = found.creatinine / found.baseline
    rose = (
        found.rise is not None
        and found.rise_hours is not None
        and found.rise_hours <= scale["rise_hours"]
        and found.rise >= scale["stage_1_rise_mg_per_dl"]
    )
    if ratio < scale["stage_1_ratio"] and not rose:
        return Grade(scale.id, 0, "no criterion met")
    if ratio >= scale["stage_3_ratio"] or found.creatinine >= scale["stage_3_mg_per_dl"]:
        return Grade(scale.id, 3, "creatinine")
    return Grade(scale.id, 2 if ratio >= scale["stage_2_ratio"] else 1, "creatinine" if not rose else "creatinine rise")
