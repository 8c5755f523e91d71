"""The share with an event by then where death competes, by three named ways to take transplant and further gene therapy."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.cohort.courses import DEATH, EVENT, TREATED, Course, course
from pipeline.cohort.curves import Asked, Told, joined, told
from pipeline.cohort.differences import difference_row, groups_by, modelled
from pipeline.cohort.events import Events, first_days
from pipeline.cohort.malignancies import Malignancies, first_of
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Groups, Patients
from pipeline.cohort.rows import Section
from pipeline.study.bounds import Curve
from pipeline.study.competing import Variance, cumulative_incidence
from pipeline.study.followed import CENSORED, Followed, RiskTable, risk_table
from pipeline.study.survival import kaplan_meier

WITH_TREATMENT = "transplant, gene_therapy"
LINEAGES = ("t_cell", "myeloid", "solid")
MODELLED = ("relapse", "non_relapse_mortality", "second_malignancy")


class First(NamedTuple):
    """An event, its day for each patient (infinite without one), and what competes with it besides treatment.

    Where relapse competes the event is a death without one, and the day is that of the relapse.
    """

    name: str
    people: Patients
    day: np.ndarray
    competing: str = "death"


def first_events(
    people: Patients, told_people: Patients, found: Malignancies, by_endpoint: dict[str, Events]
) -> list[First]:
    """Relapse, death without relapse, second malignancies by lineage, and late events.

    people: all who are followed; told_people: those whose centre reports adverse events, in the places that the events of
    by_endpoint name.
    """
    n = len(people)
    events = [
        First("relapse", people, people.relapse),
        First("non_relapse_mortality", people, people.relapse, "relapse"),
        First("second_malignancy", people, first_of(found, n)),
        *(First(f"second_malignancy_{name}", people, first_of(found, n, found.origin == name)) for name in LINEAGES),
    ]
    late = parameters().listed("late_events")
    return [*events, *(First(name, told_people, first_days(by_endpoint[name], len(told_people))) for name in late)]


def first_event_parts(one: First, groups: Groups) -> Told:
    """Curves, milestones, landmarks, tests and models of one event, by the groups of the patients it is asked of."""
    return joined(list(_parts(one, groups)))


def _parts(one: First, groups: Groups) -> Iterator[Told]:
    """Every estimand of one event."""
    treated = np.minimum(one.people.transplant, one.people.further)
    competes = course_of(one, treated=treated, treated_as=TREATED)
    ignored = course_of(one)
    both = f"{one.competing}, {WITH_TREATMENT}"
    yield _told(one, "transplant_competes", both, competes, groups)
    yield _told(one, "transplant_censors", one.competing, course_of(one, treated=treated, treated_as=CENSORED), groups)
    yield _told(one, "transplant_ignored", one.competing, ignored, groups)
    yield _told(one, "transplant_ignored", one.competing, ignored, groups[:1], variance="jackknife")
    yield _compared(one, ignored)
    for day in parameters().listed("landmark_days"):
        later = course_of(one, landmark=float(day))
        yield _told(one, "landmark", one.competing, later, groups[:1], window=f"from_day_{day}")
    fields = ("indication", "sex")
    named = (one.name, one.competing)
    tests = [
        difference_row("gray", Section.TIME_TO_EVENT, named, field, groups_by(one.people, ignored, field), EVENT)
        for field in fields
    ]
    models = list(modelled(one.people, one.name, ignored)) if one.name in MODELLED else []
    yield Told([*tests, *models], [])


def course_of(one: First, **asked: object) -> Course:
    """The course towards the event; where relapse competes, it ends the course as a death does elsewhere."""
    if one.competing == "relapse":
        return _without_relapse(one, **asked)
    return course(one.people, one.day, **asked)  # type: ignore[arg-type]


def _without_relapse(one: First, **asked: object) -> Course:
    """Death is the event and relapse competes: the causes of a course towards relapse, the other way round."""
    found = course(one.people, one.day, **asked)  # type: ignore[arg-type]
    swapped = np.array([CENSORED, DEATH, EVENT, TREATED])[found.persons.cause]
    return found._replace(persons=found.persons._replace(cause=swapped))


def _told(
    one: First,
    estimand: str,
    competing: str,
    found: Course,
    groups: Groups,
    window: str | None = None,
    variance: Variance = "aalen",
) -> Told:
    def estimate(persons: Followed, _: RiskTable) -> Curve:
        return cumulative_incidence(persons, EVENT, variance)

    is_drawn = window is None and variance == "aalen"
    method = f"aalen_johansen, {variance} variance, log-log"
    asked = Asked(Section.TIME_TO_EVENT, estimand, one.name, competing, method, 0.0, window, is_drawn)
    return joined([told(asked, estimate, found.within(kept), name) for name, kept in groups])


def _compared(one: First, found: Course) -> Told:
    """One less Kaplan and Meier's share, the dead being censored: shown to say by how much it overstates."""

    def estimate(persons: Followed, _: RiskTable) -> Curve:
        only = persons._replace(cause=np.where(persons.cause == EVENT, EVENT, CENSORED))
        curve = kaplan_meier(risk_table(only))
        return Curve(curve.time, 1.0 - curve.estimate, curve.standard_error, 1.0 - curve.high, 1.0 - curve.low)

    method = "kaplan_meier, greenwood, log-log"
    is_drawn = one.name in MODELLED
    asked = Asked(Section.TIME_TO_EVENT, "one_minus_kaplan_meier", one.name, None, method, is_drawn=is_drawn)
    everybody = np.ones(len(one.people), dtype=bool)
    return told(asked, estimate, found.within(everybody), "all")
