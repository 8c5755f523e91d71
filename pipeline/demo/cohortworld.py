"""A simulated cohort as arrays: who was treated where and when, and what befalls them if nobody is ever lost.

Nothing here depends on a cut-off, so that an extract at a later cut-off tells the same story further on. Times are days
from the index infusion, day 0; what never happens is infinite.
"""

import hashlib
from dataclasses import dataclass, fields

import numpy as np

from pipeline.demo.chance import Chance, Flags, Floats, Ints, grouped_lots
from pipeline.demo.cohortcentres import Centres, drawn_centres
from pipeline.demo.cohorthazards import DAYS_PER_YEAR, first_times
from pipeline.demo.cohortsettings import CohortSettings, cohort_settings, epoch_day, lots_of

SPARE = 200  # candidates beyond the share that dies before a late entry
REGISTRY_NUMBERS = 2**23  # a power of two: an odd multiple of the candidate's number then repeats for none
FIRST_REGISTRY_NUMBER = 1_000_000


@dataclass(frozen=True)
class Patients:
    """Who they are, shape (n,) each. number: place among the candidates, the key of every draw about the patient.

    registry_number: unique. indication, centre: places. infusion_day, birth_day: days since 1970-01-01; infusion_day is
    the planned day of those never infused. late_days: days from infusion to enrolment, 0 for those enrolled before it.
    """

    number: Ints
    registry_number: Ints
    indication: Ints
    centre: Ints
    is_female: Flags
    birth_day: Ints
    infusion_day: Ints
    is_infused: Flags
    late_days: Floats

    def __len__(self) -> int:
        return len(self.number)

    def taken(self, places: Ints | Flags) -> "Patients":
        """Some of them."""
        return Patients(*(getattr(self, field.name)[places] for field in fields(self)))

    @property
    def age_years(self) -> Floats:
        """Age on the day of infusion."""
        return (self.infusion_day - self.birth_day) / DAYS_PER_YEAR


@dataclass(frozen=True)
class Course:
    """What befalls each patient, shape (n,): days from infusion, infinite for never.

    relapse: of the index disease, before death. lost: from then on nobody hears of the patient; withdrawal: the patient
    leaves the study. Both run from enrolment and know nothing of health.
    """

    relapse: Floats
    death: Floats
    transplant: Floats
    gene_therapy: Floats
    lost: Floats
    withdrawal: Floats

    def taken(self, places: Ints | Flags) -> "Course":
        """Those of some patients."""
        return Course(*(getattr(self, field.name)[places] for field in fields(self)))


@dataclass(frozen=True)
class Cohort:
    """Patients with their course, the centres that treat them, and what they were drawn from."""

    settings: CohortSettings
    chance: Chance
    centres: Centres
    patients: Patients
    course: Course

    def taken(self, places: Ints | Flags) -> "Cohort":
        """The cohort of some patients; every one keeps all that befalls them."""
        return Cohort(self.settings, self.chance, self.centres, self.patients.taken(places), self.course.taken(places))


def draw_cohort(n: int, seed: int) -> Cohort:
    """A registry of n patients. The first n of a larger one with the same seed are the same patients.

    Those who would have entered late but died or were lost before are in no registry: the next candidate takes the place.
    """
    candidates = int(n * 1.15) + SPARE
    cohort = draw_treated(candidates, seed)
    entered = np.flatnonzero(cohort.course.death > cohort.patients.late_days)[:n]
    return cohort.taken(entered)


def draw_treated(n: int, seed: int, indication: str | None = None) -> Cohort:
    """The first n candidates, late ones who die before their entry included; of one indication only, where one is named."""
    settings, chance = cohort_settings(), chance_of(seed)
    centres = drawn_centres(settings, chance)
    number = np.arange(n)
    only = None if indication is None else settings.indications.index(indication)
    patients = _patients(settings, chance, centres, number, only)
    return Cohort(settings, chance, centres, patients, _course(settings, chance, centres, patients))


def chance_of(seed: int) -> Chance:
    """Draws of a cohort. Cohorts of neighbouring seeds share none: a Chance takes seed and first key as one sum."""
    return Chance(int.from_bytes(hashlib.sha256(f"cohort {seed}".encode()).digest()[:8], "big"))


def _patients(settings: CohortSettings, chance: Chance, centres: Centres, number: Ints, only: int | None) -> Patients:
    shares = grouped_lots([(range(len(settings.indications)), settings.of_indications("share"))])
    indication = shares.draw(0, chance.uniform("indication", number))
    if only is not None:
        indication = np.full_like(indication, only)
    first, last = np.array(
        [[epoch_day(day) for day in accrual] for accrual in settings.of_indications("accrual")]
    ).T  # shape (indications,)
    accrued = chance.uniform("infusion", number) * (last - first + 1)[indication]
    infusion_day = first[indication] + np.floor(accrued).astype(np.int64)
    course = settings.plain["course"]
    is_infused = ~chance.happens("never infused", course["never_infused"], number)
    is_late = chance.happens("late", course["late_entry"], number) & is_infused
    waited = -np.log1p(-chance.uniform("late by", number)) * course["late_entry_mean_days"]
    female = np.array(settings.of_indications("female"))[indication]
    return Patients(
        number=number,
        registry_number=_registry_number(number, chance.seed),
        indication=indication,
        centre=centres.of_patients(chance, number),
        is_female=chance.happens("female", female, number),
        birth_day=infusion_day - _age_days(settings, chance, number, indication),
        infusion_day=infusion_day,
        is_infused=is_infused,
        late_days=np.where(is_late, np.floor(waited) + 1.0, 0.0),
    )


def _registry_number(number: Ints, seed: int) -> Ints:
    stride = 2_654_435 * 2 + 1 + 2 * (seed % 1_000)
    return FIRST_REGISTRY_NUMBER + (number * stride + seed % REGISTRY_NUMBERS) % REGISTRY_NUMBERS


def _age_days(settings: CohortSettings, chance: Chance, number: Ints, indication: Ints) -> Ints:
    """Age at infusion: an age band by indication, any day within it alike."""
    bands = settings.of_indications("ages")
    low, high = (np.concatenate([[band[side] for band in each] for each in bands]) for side in (0, 1))
    starts = np.cumsum([0, *(len(each) for each in bands)])
    chosen = np.zeros(len(number), dtype=np.int64)
    for group, each in enumerate(bands):
        own = indication == group
        chosen[own] = starts[group] + lots_of(each).draw(0, chance.uniform("age band", number[own]))
    years = low[chosen] + (high - low)[chosen] * chance.uniform("age", number)
    return np.asarray(np.floor(years * DAYS_PER_YEAR), dtype=np.int64)


def _course(settings: CohortSettings, chance: Chance, centres: Centres, patients: Patients) -> Course:
    group, number = patients.indication, patients.number

    def waited(name: str) -> Floats:
        return first_times(settings.course(name), group, chance.uniform(name, number))

    relapse, death = waited("relapse"), waited("death_without_relapse")
    relapse = np.where(relapse < death, relapse, np.inf)
    death = np.where(relapse < death, relapse + waited("death_after_relapse"), death)
    transplant, gene_therapy = waited("transplant"), relapse + waited("gene_therapy_after_relapse")
    return Course(
        relapse=relapse,
        death=death,
        transplant=np.where(transplant < death, transplant, np.inf),
        gene_therapy=np.where(gene_therapy < death, gene_therapy, np.inf),
        lost=patients.late_days + _left(chance, "lost", centres.lost_per_year[patients.centre], number),
        withdrawal=patients.late_days
        + _left(chance, "withdrawal", np.full(len(number), settings.plain["course"]["withdrawal_per_year"]), number),
    )


def _left(chance: Chance, purpose: str, per_year: Floats, number: Ints) -> Floats:
    return -np.log1p(-chance.uniform(purpose, number)) / per_year * DAYS_PER_YEAR
