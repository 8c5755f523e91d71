"""On which day after infusion events begin, of the patients who had one: what is known to the day, and what is left out."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from pipeline.cohort.accrual import count
from pipeline.cohort.columns import Flags, earliest
from pipeline.cohort.patients import Groups, Patients
from pipeline.cohort.rows import Row, Section, row
from pipeline.cohort.spells import Told
from pipeline.study.followed import Array

QUANTILES = {
    "onset_first": 0.0,
    "onset_quartile_1": 0.25,
    "onset_median": 0.5,
    "onset_quartile_3": 0.75,
    "onset_last": 1.0,
}
LEFT_OUT = (
    "onset_undated",
    "onset_partial",
    "onset_before_infusion",
    "onset_before_enrolment",
    "onset_after_follow_up",
)
NOBODY = "Nobody has a first event known to the day."


class Onset(NamedTuple):
    """Day of each patient's first event since infusion, NaN where it is not used, and why not, each of shape (n,).

    why: place in LEFT_OUT, -1 where the day is used or the patient has no event.
    """

    day: Array
    why: Array


def onset_rows(people: Patients, told: Told, of: Mapping[str, Flags], groups: Groups) -> list[Row]:
    """Quartiles and range of the day of first onset for each endpoint and group, and who is left out, by reason.

    people: those whose centre reports adverse events, in the places that `told` names. of: which events are of each
    endpoint. Day 0 is the day of the index infusion.
    """
    rows: list[Row] = []
    for name, events in of.items():
        found = onset_of(people, told.only(events))
        for population, kept in groups:
            rows.extend(_rows({"event": name, "population": population}, Onset._make(side[kept] for side in found)))
    return rows


def onset_of(people: Patients, told: Told) -> Onset:
    """First events of one endpoint: used where known to the day, at risk, and sure to be the first.

    Not sure is one beside another event that is not known to the day and may have begun sooner.
    """
    n = len(people)
    is_vague = np.isnan(told.start)
    first = earliest(told.place, np.where(told.start >= 0, told.start, np.nan), n)
    unknown = earliest(told.place, np.where(is_vague & np.isnan(told.start_earliest), 0.0, np.nan), n)
    vague = earliest(told.place, np.where(is_vague & (told.start_latest >= 0), told.start_earliest, np.nan), n)
    before = earliest(told.place, np.where(told.start_latest < 0, told.start_latest, np.nan), n)
    has_first = np.isfinite(first)
    reasons = (
        np.isfinite(unknown),
        vague < first,
        ~has_first & np.isfinite(before),
        has_first & (first <= people.entry),
        has_first & (first > people.until_further),
    )
    why = np.select(reasons, range(len(LEFT_OUT)), -1).astype(np.float64)
    return Onset(np.where(has_first & (why < 0), first, np.nan), why)


def _rows(named: Row, found: Onset) -> Iterator[Row]:
    days = found.day[~np.isnan(found.day)]
    left_out = {name: int((found.why == at).sum()) for at, name in enumerate(LEFT_OUT)}
    said: Row = named | {"measure": "day", "unit": "day since infusion", "method": "inverted_cdf"}
    said["n_events"] = int(days.size)
    for estimand, at in QUANTILES.items():
        if not days.size:
            yield row(Section.ONSET, estimand, reason=NOBODY, **said)
            continue
        day = float(np.quantile(days, at, method="inverted_cdf"))
        yield row(Section.ONSET, estimand, estimate=day, **said)
    for estimand, n in left_out.items() if found.day.size else ():
        yield count(Section.ONSET, estimand, n, **named)
