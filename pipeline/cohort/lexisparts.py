"""Person-time of the followed patients in the cells of a reference: sex, age, calendar year, time since infusion."""

from typing import NamedTuple

import numpy as np

from pipeline.cohort.columns import Flags
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.reference import SEXES, Reference
from pipeline.study.followed import Array, Counts
from pipeline.study.persontime import lexis


class Cells(NamedTuple):
    """Person-years in each cell that holds any, shape (cells,); cell numbers of the reference, -1 outside of it."""

    disease: Counts
    sex: Counts
    age: Counts
    year: Counts
    latency: Counts
    person_years: Array


class Place(NamedTuple):
    """Cell of single days, shape (days,), as in Cells."""

    sex: Counts
    age: Counts
    year: Counts
    latency: Counts


def latency_edges() -> Array:
    """Days since infusion at which a part of the latency begins: each window's ends, and the end of the excluded months."""
    ends = {part.start for part in parameters().latency} | {part.stop for part in parameters().latency}
    ends.add(parameters()["excluded_months"] / 12.0)
    return np.ceil(np.array(sorted(ends)) * YEAR_DAYS)


def person_cells(people: Patients, stop: Array, reference: Reference, diseases: list[str]) -> Cells:
    """Person-years of the patients up to `stop`, exact to the day; the last year stands for the carried ones after it.

    diseases: the order that gives each indication its number. Sums over patients: nothing of a single one is left.
    """
    parts = lexis(people.entry, stop, _origins(people), _cuts(reference))
    age, year, latency = _numbered(reference, *(side - 1 for side in parts.cells.T))
    sex = _sexes(people)[parts.person]
    disease = np.array([diseases.index(one) for one in people.indication], dtype=np.int64)[parts.person]
    keys = np.stack([disease, sex, age, year, latency])
    distinct, at = np.unique(keys, axis=1, return_inverse=True)
    return Cells._make([*distinct, np.bincount(at.ravel(), parts.days) / YEAR_DAYS])


def day_cells(people: Patients, place: Counts, day: Array, reference: Reference) -> Place:
    """The cell of each patient's day, by the same cuts as the person-time."""
    origins = _origins(people)[place]
    found = [
        (day[:, None] >= np.ceil(cut[None, :] - origins[:, [scale]])).sum(axis=1) - 1
        for scale, cut in enumerate(_cuts(reference))
    ]
    return Place(_sexes(people)[place], *_numbered(reference, *found))


def known_people(people: Patients) -> Flags:
    """Patients whose sex and age are known: no others can be held against a reference."""
    return np.asarray(np.isin(people.sex, SEXES) & ~np.isnan(people.age), dtype=bool)


def _origins(people: Patients) -> Array:
    """Age in days, the calendar day and 0: each scale's value on the day of infusion.

    Without half of the year that an age in completed years leaves out, too little is expected, by up to 3 % where cancers
    rise steeply with age.
    """
    return np.stack([(people.age + people.age_added) * YEAR_DAYS, people.infusion, np.zeros(len(people))], axis=1)


def _cuts(reference: Reference) -> list[Array]:
    carried = [*reference.years, reference.years[-1] + parameters()["carried_years"]]
    return [reference.ages * YEAR_DAYS, _new_years(np.array(carried)), latency_edges()]


def _new_years(years: Array) -> Array:
    """First of January of each year as days since 1970."""
    return (years.astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.float64)


def _numbered(reference: Reference, age: Counts, year: Counts, latency: Counts) -> tuple[Counts, Counts, Counts]:
    """-1 where there is no cell: before the first and behind the last; the last year stands for those that are carried."""
    last_age, last_year = reference.ages.size - 2, reference.years.size - 2
    return (
        np.where(age > last_age, -1, age),
        np.where(year > last_year + 1, -1, np.minimum(year, last_year)),
        latency,
    )


def _sexes(people: Patients) -> Counts:
    return np.array([SEXES.index(sex) if sex in SEXES else -1 for sex in people.sex], dtype=np.int64)
