"""Malignancies reported after infusion as arrays: whose, when, at which site, and what their adjudication found."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.cohort.columns import Flags, Tables, Texts, days, flags, places, texts
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Patients
from pipeline.study.followed import Array, Counts

SECOND_PRIMARY = "second_primary"


class Malignancies(NamedTuple):
    """Reports of malignancies of the patients followed, shape (reports,), by patient and day.

    place: whose. day: since infusion, NaN where unknown. subject: pseudonym. is_second: adjudicated as a second primary, no
    non-melanoma skin cancer, found after infusion and before the end of the follow-up, wherever it arose: that it is not
    the disease treated is what the adjudicators decided. is_counted: and while the patient was at risk, not before a late
    enrolment. is_index_site: at a site of the disease treated, of which a reference expects nothing in these patients.
    is_undated: adjudicated as a second primary, no non-melanoma skin cancer, and not known to the day.
    """

    place: Counts
    day: Array
    subject: Texts
    site: Texts
    origin: Texts
    decision: Texts
    transgene: Texts
    is_sent: Flags
    is_second: Flags
    is_counted: Flags
    is_index_site: Flags
    is_undated: Flags

    def only(self, kept: Flags | Counts) -> "Malignancies":
        """These reports and no other, or in that order."""
        return Malignancies._make(side[kept] for side in self)


def malignancies_of(tables: Tables, people: Patients) -> Malignancies:
    """Every report of a malignancy of these patients."""
    table = tables["study_malignancy"]
    place = places(people.ids, table)
    theirs = table.filter(pa.array(place >= 0))
    place = place[place >= 0]
    day = days(theirs, "diagnosis_date") - people.infusion[place]
    site, decision = texts(theirs, "site", "unknown"), texts(theirs, "decision", "pending")
    origin = texts(theirs, "origin", "unknown")
    inside = (day >= 1) & (day <= people.exit[place])
    primary = (decision == SECOND_PRIMARY) & ~is_skin(site, origin)
    second = primary & inside
    found = Malignancies(
        place,
        day,
        texts(theirs, "subject_id"),
        site,
        origin,
        decision,
        texts(theirs, "transgene_result", "not_tested"),
        flags(theirs, "is_sample_sent")[0],
        np.asarray(second, dtype=bool),
        np.asarray(second & (day > people.entry[place]), dtype=bool),
        is_index_site(site, people.indication[place]),
        np.asarray(primary & np.isnan(day), dtype=bool),
    )
    return found.only(np.lexsort((found.site.astype(str), day, place)))


def is_skin(site: Texts, origin: Texts) -> Flags:
    """Non-melanoma skin cancer, by site or by origin."""
    skin = parameters().content["second_malignancy"]["non_melanoma_skin"]
    return np.asarray(np.isin(site, skin) | (origin == "non_melanoma_skin"), dtype=bool)


def is_index_site(site: Texts, indication: Texts) -> Flags:
    """Whether each site is one of the disease that patient was treated for."""
    listed = parameters().content["second_malignancy"]["index_sites"]
    return np.array([one in listed.get(disease, ()) for one, disease in zip(site, indication, strict=True)], dtype=bool)


def first_of(found: Malignancies, n: int, kept: Flags | None = None) -> Array:
    """Day of each patient's first second malignancy among those kept, at risk or not, infinite without one, shape (n,)."""
    first = np.full(n, np.inf)
    some = found.is_second if kept is None else found.is_second & kept
    np.minimum.at(first, found.place[some], found.day[some])
    return first
