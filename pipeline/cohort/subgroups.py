"""Subgroups: events for the time followed in each, and those over the expected drawn towards the others; no test for each."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.cohort.columns import Flags, Tables, Texts
from pipeline.cohort.courses import EVENT, Course
from pipeline.cohort.events import Events
from pipeline.cohort.firstevents import First, course_of
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import PER_100_YEARS, Row, Section, interval, row
from pipeline.cohort.subgrouplevels import CRS_GRADE, UNKNOWN, crs_levels, subgroup_levels
from pipeline.study.followed import Array
from pipeline.study.persontime import days_within, events_within
from pipeline.study.poisson import incidence_rate
from pipeline.study.subgroups import Together, drawn_together

NOT_FOLLOWED = "Nobody of the subgroup was followed."
NOTHING_EXPECTED = "Nobody had the event in any part of the follow-up in which the subgroup was followed."
KNOWN_OF_NOBODY = "It is known of no patient."
NOT_A_GROUP = "Patients of whom it is not known are no subgroup to draw towards others."
DENSITY = {"measure": "incidence_density", "unit": PER_100_YEARS}
LEAST_SCATTERED = 3
TWO = "Two subgroups say next to nothing of how far subgroups of the kind differ."
TOGETHER = "poisson-gamma, half-normal scatter"


class Counted(NamedTuple):
    """Patients, events, person-years and events expected of each level, in the order of levels.

    expected: at the incidence of all in the same parts of the follow-up, so that a subgroup followed for a shorter time is not
    taken for one with more events where events come early.
    """

    levels: list[str]
    patients: list[int]
    events: list[int]
    years: list[float]
    expected: list[float]


def subgroup_rows(tables: Tables, people: Patients, events: list[First], crs: Events) -> list[Row]:
    """For each event and each way to tell patients apart: each subgroup's incidence, and what it has of the expected events.

    events: those asked of people or of those of them whose centre reports events; crs: in the places of the latter.
    """
    death = First("death", people, np.where(people.is_dead, people.exit, np.inf))
    wanted = parameters().listed("subgroup_events")
    asked = [one for one in [death, *events] if one.name in wanted]
    told, levels = people.has_events, subgroup_levels(tables, people)
    grades, reason = crs_levels(crs, people, told)
    rows: list[Row] = []
    for one in asked:
        kept = told if len(one.people) < len(people) else np.ones(len(people), dtype=bool)
        whole = course_of(one)
        for name, values in levels.items():
            rows.extend(_told(one.name, name, whole, values[kept]))
        if CRS_GRADE in parameters().listed("subgroups"):
            rows.extend(_by_grade(one, grades[kept], reason))
    return rows


def _by_grade(one: First, grades: Texts, reason: str) -> Iterator[Row]:
    """From the day by which the grade is known: who died before it has none of the time after it."""
    day = parameters()["crs_days"]
    window = f"from_day_{day:g}"
    if reason:
        said: Row = {"event": one.name, "population": CRS_GRADE, "window": window, "method": "garwood"}
        yield row(Section.SUBGROUPS, "subgroup_incidence", reason=reason, **said, **DENSITY)
        return
    yield from _told(one.name, CRS_GRADE, course_of(one, landmark=float(day)), grades, window)


def _told(event: str, name: str, found: Course, values: Texts, window: str | None = None) -> Iterator[Row]:
    counted = _counted(found, values[found.kept])
    said: Row = {"event": event, "window": window}
    known = np.array([level != UNKNOWN for level in counted.levels], dtype=bool)
    if not known.any():
        told: Row = {"population": name, "method": "garwood", "reason": KNOWN_OF_NOBODY} | DENSITY | said
        yield row(Section.SUBGROUPS, "subgroup_incidence", **told)
        return
    together = _together(counted, known)
    for at, level in enumerate(counted.levels):
        of_level: Row = said | {"population": f"{name}={level}", "person_years": counted.years[at]}
        of_level |= {
            "n_patients": counted.patients[at],
            "n_events": counted.events[at],
            "expected": counted.expected[at],
        }
        yield _raw(counted, at, of_level)
        yield _drawn(together, at, of_level, is_known=bool(known[at]))
    yield _scatter(together, counted, said | {"population": name})


def _counted(found: Course, values: Texts) -> Counted:
    levels = sorted(set(values), key=lambda level: (level == UNKNOWN, level))
    persons, inside = found.persons, [values == level for level in levels]
    years, had = persons.exit - persons.entry, persons.cause == EVENT
    patients, events = ([int(side[one].sum()) for one in inside] for side in (np.ones(had.size), had))
    time, expected = ([float(side[one].sum()) for one in inside] for side in (years, _expected(found)))
    return Counted(levels, patients, events, time, expected)


def _expected(found: Course) -> Array:
    """Events expected of each patient at the incidence of all in each part of the follow-up, shape (n,)."""
    persons, windows = found.persons, parameters().windows
    spans = [window.first for window in windows], [window.last for window in windows]
    entry, stop = (np.rint(side * YEAR_DAYS) for side in (persons.entry, persons.exit))
    had = np.flatnonzero(persons.cause == EVENT)
    events = events_within(had, stop[had], stop.size, *spans).sum(axis=0)
    time = days_within(entry, stop, *spans)
    total = time.sum(axis=0)
    return np.asarray(time @ np.divide(events, total, out=np.zeros(total.size), where=total > 0))


def _raw(counted: Counted, at: int, said: Row) -> Row:
    if not counted.years[at] > 0:
        return row(Section.SUBGROUPS, "subgroup_incidence", reason=NOT_FOLLOWED, method="garwood", **said, **DENSITY)
    found = incidence_rate([counted.events[at]], [counted.years[at]], 100.0)
    told = {name: float(getattr(found, name)[0]) for name in ("estimate", "low", "high")}
    return row(Section.SUBGROUPS, "subgroup_incidence", method="garwood", **told, **said, **DENSITY)


def _together(counted: Counted, known: Flags) -> tuple[list[int], Together] | str:
    """The places of the subgroups of which events are expected, and their ratios drawn together; or why there are none."""
    places = [int(at) for at in np.flatnonzero(known) if counted.expected[at] > 0]
    try:
        return places, drawn_together([counted.events[at] for at in places], [counted.expected[at] for at in places])
    except ValueError as nothing:
        return str(nothing)


def _drawn(found: tuple[list[int], Together] | str, at: int, said: Row, *, is_known: bool) -> Row:
    told: Row = {"measure": "ratio", "unit": "observed per expected", "method": TOGETHER} | said
    reason = NOT_A_GROUP if not is_known else found if isinstance(found, str) else ""
    if isinstance(found, str) or reason or at not in found[0]:
        return row(Section.SUBGROUPS, "subgroup_shrunken", reason=reason or NOTHING_EXPECTED, **told)
    place, drawn = found[0].index(at), found[1]
    numbers = {name: float(getattr(drawn, name)[place]) for name in ("estimate", "low", "high")}
    return row(Section.SUBGROUPS, "subgroup_shrunken", **numbers, **told)


def _scatter(found: tuple[list[int], Together] | str, counted: Counted, said: Row) -> Row:
    """By how much the subgroups truly differ, beside their mean, chance taken out."""
    told: Row = {"measure": "coefficient of variation", "unit": "of the ratio", "method": TOGETHER} | said
    told |= {"n_patients": sum(counted.patients), "n_events": sum(counted.events)}
    if isinstance(found, str):
        return row(Section.SUBGROUPS, "subgroup_scatter", reason=found, **told)
    if len(found[0]) < LEAST_SCATTERED:
        return row(Section.SUBGROUPS, "subgroup_scatter", reason=TWO, **told)
    return row(Section.SUBGROUPS, "subgroup_scatter", **interval(found[1].scatter), **told)
