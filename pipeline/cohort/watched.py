"""What a look at the study counts: first events of one endpoint after a product's infusion, and the person-time at risk."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from pipeline.cohort.columns import Tables
from pipeline.cohort.events import events_by_endpoint, first_days
from pipeline.cohort.malignancies import first_of, malignancies_of
from pipeline.cohort.parameters import YEAR_DAYS
from pipeline.cohort.patients import Patients, followed_patients
from pipeline.errors import UsageError
from pipeline.sequential.judgement import Counts
from pipeline.study.followed import Array

HUNDRED = 100.0
ORIGINS = {"spm_any": None, "spm_tcell": "t_cell", "spm_myeloid": "myeloid"}
"""Endpoints of second malignancies, and the lineage each asks for; only adjudicated ones count."""


class Watched(NamedTuple):
    """Patients with the event, and the person-years until it or the end of follow-up."""

    observed: int
    person_years: float


def cohort_counts(
    tables: Tables, as_of: dt.date, product: str, endpoint: str, expected: Mapping[str, float | str]
) -> Counts:
    """What the designs of the cohort's world take, as of a cut-off.

    tables: the study's tables by name. expected: the plan's source of expected events: per_100_person_years; or
    cumulative_incidence by_days, times the patients whose by_days days are over; or baseline_events in
    baseline_person_years. UsageError for an endpoint that the study does not tell.
    """
    if "by_days" in expected:
        n, observed = whole_windows(tables, as_of, product, endpoint, int(expected["by_days"]))
        return Counts(observed, expected=float(expected["cumulative_incidence"]) * n)
    found = watched(tables, as_of, product, endpoint)
    if "per_100_person_years" in expected:
        return Counts(found.observed, expected=float(expected["per_100_person_years"]) / HUNDRED * found.person_years)
    return Counts(
        found.observed,
        time=found.person_years,
        baseline_events=int(expected["baseline_events"]),
        baseline_time=float(expected["baseline_person_years"]),
    )


def watched(tables: Tables, as_of: dt.date, product: str, endpoint: str) -> Watched:
    """First events and person-time of the patients whose index infusion was of that product.

    A patient is at risk until the event, the end of follow-up or further gene-modified cells, whichever comes first.
    """
    theirs, people = _of_product(tables, as_of, product)
    first, until = _first_days(theirs, people, endpoint), people.until_further
    seen = first <= until
    days = np.maximum(np.where(seen, first, until) - people.entry, 0.0)
    return Watched(int(seen.sum()), float(days.sum()) / YEAR_DAYS)


def whole_windows(tables: Tables, as_of: dt.date, product: str, endpoint: str, by_days: int) -> tuple[int, int]:
    """Patients of the product who were due for the whole of day 0 to by_days and followed from day 0 on, and those with the event in it.

    Whoever died, was lost or had further cells within it counts as without the event from then on: a design then errs
    towards too few events. When in the window events come does not matter.
    """
    theirs, people = _of_product(tables, as_of, product)
    whole = (people.potential >= by_days) & (people.entry < 0)
    first = _first_days(theirs, people, endpoint)
    return int(whole.sum()), int((whole & (first <= np.minimum(people.until_further, by_days))).sum())


def _of_product(tables: Tables, as_of: dt.date, product: str) -> tuple[Tables, Patients]:
    subject = tables["study_subject"]
    chosen = subject.filter(np.asarray(subject["product"].to_numpy(zero_copy_only=False)) == product)
    theirs = {**tables, "study_subject": chosen}
    return theirs, followed_patients(theirs, as_of)


def _first_days(tables: Tables, people: Patients, endpoint: str) -> Array:
    if endpoint == "death":
        return np.where(people.is_dead, people.exit, np.inf)
    if endpoint in ORIGINS:
        found, origin = malignancies_of(tables, people), ORIGINS[endpoint]
        return first_of(found, len(people), None if origin is None else np.asarray(found.origin == origin))
    told = events_by_endpoint(tables, people)
    if endpoint not in told:
        raise UsageError(f"The study does not tell {endpoint}: it tells {', '.join([*told, 'death', *ORIGINS])}.")
    return first_days(told[endpoint], len(people))
