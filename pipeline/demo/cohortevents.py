"""Adverse events, assessments and treatments of a simulated cohort, as far as the registry has heard of them."""

from dataclasses import dataclass, fields

import numpy as np
from scipy import special

from pipeline.demo.chance import Flags, Floats, Ints
from pipeline.demo.cohorthazards import DAYS_PER_YEAR, first_times
from pipeline.demo.cohortsettings import Toxicity
from pipeline.demo.cohortvisits import NEVER, Seen
from pipeline.demo.cohortworld import Cohort

FATAL = 5
SEVERE = 3
FATAL_WITHIN_DAYS = 60
LONGEST_DAYS = 36_500.0  # nothing recurrent is drawn beyond
LEAST_FRAILTY = 1e-9


@dataclass(frozen=True)
class Episodes:
    """Adverse events, one row each, shape (e,), ordered by patient and day.

    person: place in the cohort; toxicity, term: places in the settings; day, end: of the patient's clock, end NEVER while
    it goes on; grade: 0 for none; is_former: graded on the former scale; is_fatal: the patient died of it.
    """

    person: Ints
    toxicity: Ints
    day: Ints
    end: Ints
    term: Ints
    grade: Ints
    is_former: Flags
    is_fatal: Flags

    def __len__(self) -> int:
        return len(self.person)

    def taken(self, places: Ints | Flags) -> "Episodes":
        """Some of them."""
        return Episodes(*(getattr(self, field.name)[places] for field in fields(self)))


def times_of(cohort: Cohort, toxicity: Toxicity) -> tuple[Ints, Floats, Ints]:
    """Each event of one kind that would befall somebody who lives on: person, day from infusion, number among the person's own.

    A recurrent kind has a frailty for each patient, gamma of mean 1; given it, events come as a Poisson process.
    """
    number, group = cohort.patients.number, cohort.patients.indication
    if not toxicity.is_recurrent:
        times = first_times(toxicity.hazards, group, cohort.chance.uniform(toxicity.id, number))
        at = np.flatnonzero(np.isfinite(times) & _eligible(cohort, toxicity, times))
        return at, times[at], np.zeros(len(at), dtype=np.int64)
    return _recurrent(cohort, toxicity)


def _recurrent(cohort: Cohort, toxicity: Toxicity) -> tuple[Ints, Floats, Ints]:
    """Every event of a recurrent kind up to death: one more round for those who have had all the earlier ones."""
    number, group, spread = cohort.patients.number, cohort.patients.indication, toxicity.frailty_variance
    frailty = special.gammaincinv(1.0 / spread, cohort.chance.uniform(f"{toxicity.id} frailty", number)) * spread
    person, spent = np.arange(len(number)), np.zeros(len(number))
    found = [(person[:0], spent[:0], person[:0])]
    while person.size:
        key = np.full(len(person), len(found) - 1)
        waited = -np.log1p(-cohort.chance.uniform(toxicity.id, number[person], key))
        spent = spent + waited / np.maximum(frailty[person], LEAST_FRAILTY)
        day = np.full(len(person), np.inf)
        for place, hazard in enumerate(toxicity.hazards):
            own = group[person] == place
            day[own] = hazard.time_of(spent[own])
        goes_on = day <= np.minimum(cohort.course.death[person], LONGEST_DAYS)
        person, spent, day = person[goes_on], spent[goes_on], day[goes_on]
        found.append((person, day, key[goes_on]))
    persons, days, places = (np.concatenate(each) for each in zip(*found, strict=True))
    return persons, days, places


def _eligible(cohort: Cohort, toxicity: Toxicity, times: Floats) -> Flags:
    patients = cohort.patients
    age = patients.age_years + np.minimum(times, 1e6) / DAYS_PER_YEAR
    low, high = toxicity.only_ages
    sexes = {"F": patients.is_female, "M": ~patients.is_female, None: np.ones(len(patients), dtype=bool)}
    return sexes[toxicity.only_sex] & (age >= low) & (age < high)


def episodes(cohort: Cohort, seen: Seen) -> Episodes:
    """Every adverse event that the registry has heard of; none is marked fatal yet."""
    parts = [_episodes_of(cohort, seen, place) for place in range(len(cohort.settings.toxicities))]
    whole = Episodes(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Episodes)))
    return whole.taken(np.lexsort((whole.toxicity, whole.day, whole.person)))


def _episodes_of(cohort: Cohort, seen: Seen, place: int) -> Episodes:
    toxicity, chance = cohort.settings.toxicities[place], cohort.chance
    person, time, nth = times_of(cohort, toxicity)
    heard = seen.knows(person, time) & cohort.patients.is_infused[person]
    person, day, nth = person[heard], np.floor(time[heard]).astype(np.int64), nth[heard]
    number, key = cohort.patients.number[person], np.full(len(person), place)
    lasted = 1.0 - np.log1p(-chance.uniform("lasts", number, key, nth)) * toxicity.mean_days
    end = day + np.floor(lasted).astype(np.int64)
    grade, is_former = _graded(cohort, toxicity, person, chance.uniform("grade", number, key, nth))
    return Episodes(
        person=person,
        toxicity=key,
        day=day,
        end=np.where(end <= seen.last_contact[person], end, NEVER),
        term=toxicity.term_lots.draw(0, chance.uniform("term", number, key, nth)),
        grade=grade,
        is_former=is_former,
        is_fatal=np.zeros(len(person), dtype=bool),
    )


def _graded(cohort: Cohort, toxicity: Toxicity, person: Ints, uniform: Floats) -> tuple[Ints, Flags]:
    """Grade, and whether on the former scale, which calls some grades 2 a grade 3."""
    patients = cohort.patients
    none = np.zeros(len(person), dtype=np.int64)
    if toxicity.grades is None:
        return none, none > 0
    grade = toxicity.grades.draw(patients.indication[person], uniform)
    former_until = cohort.centres.former_until[patients.centre[person]]
    is_former = (patients.infusion_day[person] <= former_until) & (toxicity.former_scale is not None)
    raised = cohort.chance.happens("former grade", toxicity.former_third, patients.number[person])
    return np.where(is_former & (grade == SEVERE - 1) & raised, SEVERE, grade), is_former


def with_fatal(whole: Episodes, cohort: Cohort, seen: Seen, cause: Ints, causes: tuple[str, ...]) -> Episodes:
    """The same events, the last one of the kind a patient died of marked fatal where it began shortly before death."""
    by_kind = {"cytokine_release_syndrome": "crs", "neurotoxicity": "icans", "infection": "infection"}
    by_kind["cardiovascular"] = "cardiac"
    kinds = [toxicity.id for toxicity in cohort.settings.toxicities]
    of_cause = np.array([kinds.index(by_kind[name]) if name in by_kind else NEVER for name in causes])
    death = seen.death[whole.person]
    wanted = np.where(death != NEVER, of_cause[cause[whole.person]], NEVER) == whole.toxicity
    wanted &= death - whole.day <= FATAL_WITHIN_DAYS
    last = np.full(len(seen.death), NEVER)
    np.maximum.at(last, whole.person[wanted], np.flatnonzero(wanted))
    is_fatal = np.zeros(len(whole), dtype=bool)
    is_fatal[last[last != NEVER]] = True
    return Episodes(
        whole.person,
        whole.toxicity,
        whole.day,
        np.where(is_fatal, death, whole.end),
        whole.term,
        np.where(is_fatal & (whole.grade > 0), FATAL, whole.grade),
        whole.is_former,
        is_fatal,
    )


def death_causes(cohort: Cohort, whole: Episodes, first_malignancy: Floats) -> tuple[Ints, tuple[str, ...]]:
    """Place of each patient's cause of death among the names given beside; of the living it means nothing.

    first_malignancy: day of each patient's first second malignancy. An early toxicity is the cause only of who had it.
    """
    plain, course, number = cohort.settings.plain["course"], cohort.course, cohort.patients.number
    names = ("index_disease", "second_malignancy", *dict.fromkeys([*plain["causes_early"], *plain["causes_late"]]))
    is_early = course.death < plain["early_days"]
    uniform = cohort.chance.uniform("cause of death", number)
    early, late = (_drawn(plain[which], names, uniform) for which in ("causes_early", "causes_late"))
    cause = np.where(is_early, early, late)
    kinds = [toxicity.id for toxicity in cohort.settings.toxicities]
    for name, kind in (("cytokine_release_syndrome", "crs"), ("neurotoxicity", "icans")):
        had = np.zeros(len(number), dtype=bool)
        had[whole.person[whole.toxicity == kinds.index(kind)]] = True
        cause = np.where((cause == names.index(name)) & ~had, names.index("infection"), cause)
    of_malignancy = (first_malignancy <= course.death) & cohort.chance.happens(
        "died of a malignancy", plain["fatal_malignancy"], number
    )
    cause = np.where(of_malignancy, names.index("second_malignancy"), cause)
    return np.where(course.relapse < course.death, names.index("index_disease"), cause), names


def _drawn(shares: dict[str, float], names: tuple[str, ...], uniform: Floats) -> Ints:
    edges = np.cumsum(list(shares.values()))
    places = np.array([names.index(name) for name in shares])
    return places[np.minimum(np.searchsorted(edges / edges[-1], uniform, side="right"), len(places) - 1)]


def numbered(person: Ints) -> Ints:
    """Place of each row among its patient's, from 1; rows ordered by patient."""
    is_first = np.concatenate([[True], person[1:] != person[:-1]]) if len(person) else np.zeros(0, dtype=bool)
    start = np.flatnonzero(is_first)
    return np.arange(len(person)) - np.repeat(start, np.diff(np.append(start, len(person)))) + 1
