"""From the arrays of a simulated cohort to the records of its SDTM extract: patients, exposure, visits and disposition."""

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Ints
from pipeline.demo.cohortcare import treatments
from pipeline.demo.cohortdates import FULL, MONTH, NOTHING, iso_text
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortsettings import lots_of
from pipeline.demo.cohortstory import Part, Story, assembled, named, same, texts_of, yes_no
from pipeline.demo.cohortvisits import NEVER

UNTREATED_DEATH_SHARE = 0.5
TRANSPLANT = "Allogenic stem cell transplantation"


def demographics(story: Story) -> pa.Table:
    """DM: one row for each patient."""
    patients, seen = story.cohort.patients, story.seen
    every = np.arange(len(patients))
    start = np.where(patients.is_infused, patients.infusion_day, story.consented)
    age = np.floor((start - patients.birth_day) / DAYS_PER_YEAR).astype(np.int64)
    last, death = untreated_ends(story)
    last = np.where(patients.is_infused, story.day(every, seen.last_contact), last)
    death = np.where(patients.is_infused, np.where(seen.death != NEVER, story.day(every, seen.death), NEVER), death)
    hidden = story.uniform("birth month", every) < story.cohort.settings.plain["dates"]["birth_month_only"]
    columns = {
        "SITEID": texts_of(patients.centre + 101),
        "COUNTRY": named(story.cohort.centres.country, patients.centre),
        "SEX": named(("M", "F"), patients.is_female.astype(np.int64)),
        "AGE": pa.array(age),
        "AGEU": same("YEARS", every),
        "BRTHDTC": iso_text(patients.birth_day, np.where(hidden, MONTH, FULL)),
        "RFICDTC": iso_text(story.consented),
        "RFSTDTC": iso_text(patients.infusion_day, np.where(patients.is_infused, FULL, NOTHING)),
        "RFPENDTC": iso_text(last),
        "DTHDTC": iso_text(death, np.where(death != NEVER, FULL, NOTHING)),
        "DTHFL": named((None, "Y"), (death != NEVER).astype(np.int64)),
    }
    return assembled("DM", story, [Part(every, columns)])


def untreated_ends(story: Story) -> tuple[Ints, Ints]:
    """Last contact and death, days since 1970-01-01, of those who were not infused; NEVER for no death."""
    every = np.arange(len(story.cohort.patients))
    last = story.consented + 20 + np.floor(40 * story.uniform("untreated", every)).astype(np.int64)
    died = story.uniform("untreated death", every) < UNTREATED_DEATH_SHARE
    died &= (last <= story.cutoff) & (story.cohort.patients.infusion_day <= story.cutoff)
    last = np.minimum(last, story.cutoff)
    return last, np.where(died & ~story.cohort.patients.is_infused, last, NEVER)


def exposure(story: Story) -> pa.Table:
    """EX: the index infusion, and further gene-modified cells."""
    patients = story.cohort.patients
    infused = np.flatnonzero(patients.is_infused)
    million = np.where(patients.indication[infused] == 0, 50, 150)
    dose = (million + np.floor(350 * story.uniform("dose", infused)).astype(np.int64)) * 1_000_000
    lots = 100_000 + np.floor(900_000 * story.uniform("lot", infused)).astype(np.int64)
    index = {
        "EXTRT": same(story.product.upper(), infused),
        "EXDOSE": pa.array(dose),
        "EXDOSU": same("CELLS", infused),
        "EXLOT": pa.array([f"L{number}" for number in lots.tolist()], pa.string()),
        "EXSTDTC": iso_text(patients.infusion_day[infused]),
    }
    parts = [Part(infused, index)]
    for one in treatments(story.cohort, story.seen, story.episodes):
        if one.kind == "gene_therapy":
            more = {"EXTRT": pa.array(one.name, pa.string()), "EXSTDTC": iso_text(story.day(one.person, one.day))}
            parts.append(Part(one.person, more))
    return assembled("EX", story, parts)


def visits(story: Story) -> pa.Table:
    """SV: visits whose form has come."""
    seen = story.seen
    person, visit = np.nonzero(seen.visited)
    columns = {
        "VISITNUM": pa.array(visit + 1),
        "VISIT": named(seen.visits, visit),
        "SVSTDTC": iso_text(story.day(person, seen.form_day[person, visit])),
        "SVDTC": iso_text(story.day(person, seen.received_day[person, visit])),
    }
    return assembled("SV", story, [Part(person, columns)])


def disposition(story: Story) -> pa.Table:
    """DS: consent, enrolment, and how the follow-up ended."""
    every, seen = np.arange(len(story.cohort.patients)), story.seen
    _, untreated_death = untreated_ends(story)
    death = np.where(seen.death != NEVER, story.day(every, seen.death), untreated_death)
    ended = [
        ("WITHDRAWAL BY SUBJECT", np.where(seen.withdrawal != NEVER, story.day(every, seen.withdrawal), NEVER)),
        ("LOST TO FOLLOW-UP", np.where(seen.lost != NEVER, story.day(every, seen.lost), NEVER)),
        ("DEATH", death),
    ]
    started = [("INFORMED CONSENT OBTAINED", story.consented), ("ENROLLED", story.consented)]
    parts = []
    for term, day in (*started, *ended):
        person = np.flatnonzero(day != NEVER)
        parts.append(Part(person, {"DSDECOD": same(term, person), "DSSTDTC": iso_text(day[person])}))
    return assembled("DS", story, parts)


def deaths(story: Story) -> pa.Table:
    """DD: the primary cause of each death."""
    seen = story.seen
    infused = np.flatnonzero(seen.death != NEVER)
    _, day = untreated_ends(story)
    others = np.flatnonzero(day != NEVER)
    names = [name.upper() for name in story.causes]
    heard = story.day(infused, seen.received(infused, seen.death[infused]))
    parts = [
        _death(infused, named(names, story.cause[infused]), heard),
        _death(others, same("INDEX_DISEASE", others), day[others]),
    ]
    return assembled("DD", story, parts)


def _death(person: Ints, cause: pa.Array, heard: Ints) -> Part:
    return Part(person, {"DDTESTCD": same("PRCDTH", person), "DDORRES": cause, "DDDTC": iso_text(heard)})


def history(story: Story) -> pa.Table:
    """MH: index disease, prior transplant, prior lines."""
    cohort = story.cohort
    every, group = np.arange(len(cohort.patients)), cohort.patients.indication
    share = np.array(cohort.settings.of_indications("prior_transplant"))[group]
    had = story.uniform("prior transplant", every) < share
    lines = np.zeros(len(every), dtype=np.int64)
    for place, choices in enumerate(cohort.settings.of_indications("lines")):
        own = group == place
        drawn = lots_of(choices).draw(0, story.uniform("lines", every[own]))
        lines[own] = np.array([count for count, _ in choices])[drawn]
    found = cohort.patients.infusion_day - 150 - np.floor(1_200 * story.uniform("diagnosed", every)).astype(np.int64)
    found = np.maximum(found, cohort.patients.birth_day)
    disease = named(cohort.settings.of_indications("disease"), group)
    parts = [
        _told("INDEX DISEASE", story, MHDECOD=disease, MHSTDTC=iso_text(found, MONTH)),
        _told("PRIOR TRANSPLANT", story, MHDECOD=same(TRANSPLANT, every), MHORRES=yes_no(had)),
        _told("PRIOR LINES", story, MHORRES=texts_of(lines)),
    ]
    return assembled("MH", story, parts)


def _told(category: str, story: Story, **more: pa.Array) -> Part:
    """One row for each patient, collected at enrolment."""
    every = np.arange(len(story.cohort.patients))
    return Part(every, {"MHCAT": same(category, every), "MHDTC": iso_text(story.consented)} | more)
