"""Reports of malignancies with their adjudication, and samples of the follow-up after gene transfer."""

from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.demo.chance import Flags, Floats, Ints
from pipeline.demo.cohortevents import numbered
from pipeline.demo.cohortsettings import between, weighted
from pipeline.demo.cohortvisits import NEVER, Seen
from pipeline.demo.cohortworld import Cohort

RELAPSE_SITE = -1
MONTH_DAYS = 30.4375
TEST_DAYS = (30, 120)  # from the sample until its result
VECTOR, LENTIVIRUS = "VECTPERS", "RCL"
TRANSGENE_NAMES = ("POSITIVE", "LOW", "NEGATIVE", "PENDING", "NOT_TESTED")
PENDING, NOT_TESTED = 3, 4
GENES = ("PLAAT4", "SSU72", "NFKB2", "JAK1", "TET2")
METHODS = ("DIGITAL PCR", "SEQUENCING")
COPIES = (0.3, 3.0)


class Malignancies(NamedTuple):
    """Reported malignancies, one row each, shape (m,), ordered by patient and day.

    site: place in the settings, RELAPSE_SITE for a relapse of the index disease that was reported as a malignancy.
    Days are of the patient's clock, NEVER where there is none yet. result: place in TRANSGENE_NAMES.
    """

    person: Ints
    nth: Ints
    site: Ints
    day: Ints
    received: Ints
    decided: Ints
    sample_day: Ints
    result: Ints
    method: Ints
    copies: Floats
    gene: Ints
    had_clone: Flags


class Samples(NamedTuple):
    """One kind of sample: who, when, and share of cells in percent; NaN where the test only says yes or no."""

    kind: str
    person: Ints
    day: Ints
    percent: Floats


def malignancies(cohort: Cohort, seen: Seen, times: Floats) -> Malignancies:
    """Every malignancy that the registry has heard of; times as malignancy_times gives them.

    What is not yet decided or tested by the cut-off is pending.
    """
    person, site, day = _reported(cohort, seen, times)
    chance, key = cohort.chance, site + 1
    number = cohort.patients.number[person]
    plain = cohort.settings.plain["malignancies"]
    received = seen.received(person, day)
    waited = -np.log1p(-chance.uniform("adjudication", number, key)) * plain["adjudication_mean_days"]
    decided = received + 14 + np.floor(waited).astype(np.int64)
    taken, result = _tested(cohort, seen, person, site, day)
    carries = result < TRANSGENE_NAMES.index("NEGATIVE")
    return Malignancies(
        person=person,
        nth=numbered(person),
        site=site,
        day=day,
        received=received,
        decided=np.where(decided <= seen.limit[person], decided, NEVER),
        sample_day=taken,
        result=result,
        method=chance.whole("method", 0, len(METHODS) - 1, number, key),
        copies=np.where(carries, between(list(COPIES), chance.uniform("copies", number, key)), np.nan),
        gene=np.where(carries, chance.whole("gene", 0, len(GENES) - 1, number, key), NEVER),
        had_clone=chance.happens("clone", plain["clone_before_infusion"], number, key),
    )


def _reported(cohort: Cohort, seen: Seen, times: Floats) -> tuple[Ints, Ints, Ints]:
    """Patient, site and day of every report, ordered."""
    plain, number = cohort.settings.plain["malignancies"], cohort.patients.number
    mistaken = cohort.chance.happens("relapse as malignancy", plain["relapse_reported"], number)
    relapse = np.where(mistaken, cohort.course.relapse, np.inf)
    every = np.concatenate([times, relapse[:, None]], axis=1)
    person, place = np.nonzero(np.isfinite(every) & cohort.patients.is_infused[:, None])
    heard = seen.knows(person, every[person, place])
    person, place = person[heard], place[heard]
    site = np.where(place == times.shape[1], RELAPSE_SITE, place)
    day = np.floor(every[person, place]).astype(np.int64)
    order = np.lexsort((site, day, person))
    return person[order], site[order], day[order]


def _tested(cohort: Cohort, seen: Seen, person: Ints, site: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Day of the sample and place of its result; a result may still be pending, and a sample may never have been sent."""
    plain = cohort.settings.plain["malignancies"]
    share = np.array([plain["tested"][each.origin] for each in cohort.settings.sites] + [0.02])[site]
    number, key = cohort.patients.number[person], site + 1
    sent = cohort.chance.happens("sample sent", share, number, key)
    taken = day + cohort.chance.whole("sample after", 0, 20, number, key)
    told = taken + cohort.chance.whole("result after", *TEST_DAYS, number, key)
    sent &= taken <= seen.limit[person]
    names, lots = weighted(plain["transgene"])
    result = np.array([TRANSGENE_NAMES.index(name.upper()) for name in names])[
        lots.draw(0, cohort.chance.uniform("transgene", number, key))
    ]
    result = np.where(_from_t_cells(cohort, site), result, TRANSGENE_NAMES.index("NEGATIVE"))
    result = np.where(told <= seen.limit[person], result, PENDING)
    return np.where(sent, taken, NEVER), np.where(sent, result, NOT_TESTED)


def _from_t_cells(cohort: Cohort, site: Ints) -> Flags:
    """Only a tumour of T cells can carry the transgene here."""
    return np.array([each.origin == "t_cell" for each in cohort.settings.sites] + [False])[site]


def samples(cohort: Cohort, seen: Seen) -> tuple[Samples, Samples]:
    """Samples on the vector's persistence, until it cannot be detected any more, and on replication-competent lentivirus."""
    plain = cohort.settings.plain["samples"]
    person, day, step = _taken(cohort, seen, VECTOR, plain["vector_persistence_months"])
    number = cohort.patients.number
    deviate = special.ndtri(np.clip(cohort.chance.uniform("vector", number[person], step), 1e-12, 1.0))
    own = special.ndtri(np.clip(cohort.chance.uniform("vector level", number), 1e-12, 1.0))[person]
    level = plain["median_percent_at_start"] * np.exp(plain["spread"] * own + 0.3 * deviate)
    percent = np.minimum(level * 0.5 ** (day / plain["half_life_days"]), 100.0)
    percent = np.where(percent < plain["undetectable_percent"], 0.0, np.round(percent, 3))
    first_none = np.full(len(number), np.iinfo(np.int64).max)
    np.minimum.at(first_none, person[percent == 0.0], day[percent == 0.0])
    kept = day <= first_none[person]
    vector = Samples(VECTOR, person[kept], day[kept], percent[kept])
    person, day, _ = _taken(cohort, seen, LENTIVIRUS, plain["replication_competent_lentivirus_months"])
    return vector, Samples(LENTIVIRUS, person, day, np.full(len(person), np.nan))


def _taken(cohort: Cohort, seen: Seen, kind: str, months: list[int]) -> tuple[Ints, Ints, Ints]:
    """Samples taken and known: patient, day and place in the schedule, ordered by patient and day."""
    due = np.round(np.array(months) * MONTH_DAYS).astype(np.int64)
    number, step = cohort.patients.number[:, None], np.arange(len(due))[None, :]
    share = cohort.settings.plain["samples"]["taken"]
    taken = cohort.chance.happens(kind, share, number, step) & (due <= seen.last_contact[:, None])
    person, place = np.nonzero(taken & cohort.patients.is_infused[:, None])
    return person, due[place], place
