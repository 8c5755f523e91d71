"""How many events a patient has had on average by then, with and without death ending them."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipeline.cohort.columns import Flags
from pipeline.cohort.courses import at_risk, too_few
from pipeline.cohort.curves import NOBODY, Told
from pipeline.cohort.events import Events, distinct_days, is_at_risk
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Groups, Patients
from pipeline.cohort.rows import Row, Section, curve_rows, row
from pipeline.study.bounds import Curve
from pipeline.study.followed import Array, Counts, Followed, followed
from pipeline.study.meancount import MeanCount, mean_count

DRAWN = np.arange(1, 61) / 4.0
"""Times at which the mean is drawn, in years: every quarter."""
ESTIMANDS = {"mean_count": (True, "ghosh_lin, robust"), "mean_count_without_death": (False, "nelson_aalen, robust")}


def recurrence_parts(people: Patients, by_endpoint: dict[str, Events], groups: Groups) -> Told:
    """Mean counts of the endpoints that come back, by group; people: in the places that the events name."""
    rows: list[Row] = []
    curves: list[pa.Table] = []
    for name in parameters().listed("recurrent"):
        events = distinct_days(by_endpoint[name])
        events = events.only(is_at_risk(events, people) & (events.day <= people.until_further[events.place]))
        for population, kept in groups:
            persons, place, time = _of_group(people, events, kept)
            for estimand in ESTIMANDS:
                rows.extend(_rows(estimand, name, population, persons, (place, time)))
                curves.extend(_curve(estimand, name, population, persons, (place, time)))
    return Told(rows, curves)


def _of_group(people: Patients, events: Events, kept: Flags) -> tuple[Followed, Counts, Array]:
    """The follow-up of the group in years, and its events, by their new places.

    Whoever had further gene-modified cells before a late enrolment is never at risk.
    """
    stop = people.until_further
    kept = kept & (stop > people.entry)
    cause = (people.is_dead & (people.exit <= stop)).astype(np.int64)
    persons = followed(stop[kept] / YEAR_DAYS, cause[kept], people.entry[kept] / YEAR_DAYS)
    inside = kept[events.place]
    return persons, (np.cumsum(kept) - 1)[events.place[inside]], events.day[inside] / YEAR_DAYS


def _found(estimand: str, persons: Followed, events: tuple[Counts, Array], at: Array) -> MeanCount:
    return mean_count(persons, *events, at, is_terminal=ESTIMANDS[estimand][0])


def _rows(estimand: str, name: str, population: str, persons: Followed, events: tuple[Counts, Array]) -> Iterator[Row]:
    years = np.array([float(year) for year in parameters().listed("milestone_years")])
    found = _found(estimand, persons, events, years) if persons.exit.size else None
    for at, year in enumerate(years):
        n = at_risk(persons, year)
        said: Row = {"population": population, "event": name, "at_years": float(year), "n_patients": persons.exit.size}
        said |= {"n_events": int(np.sum(events[1] <= year)), "n_at_risk": n, "measure": "mean_count"}
        said |= {"unit": "events per patient", "method": ESTIMANDS[estimand][1], "competing": "death"}
        if found is None or n < parameters()["least_at_risk"]:
            yield row(Section.INCIDENCE, estimand, reason=too_few(n) if found else NOBODY, **said)
            continue
        told: Row = {part: float(getattr(found, part)[at]) for part in ("estimate", "low", "high")}
        yield row(Section.INCIDENCE, estimand, **told, **said)


def _curve(
    estimand: str, name: str, population: str, persons: Followed, events: tuple[Counts, Array]
) -> Iterator[pa.Table]:
    n = np.array([at_risk(persons, year) for year in DRAWN], dtype=np.float64)
    kept = np.cumprod(n >= parameters()["least_at_risk"]).astype(bool)
    if kept.any():
        found = _found(estimand, persons, events, DRAWN[kept])
        curve = Curve(*found)
        said: Row = {"population": population, "event": name, "competing": "death"}
        everything = np.ones(int(kept.sum()), dtype=bool)
        yield curve_rows(Section.INCIDENCE, estimand, curve, n[kept], everything, "events per patient", **said)
