"""Each patient's course towards one event: from when, until when, and what came first, by a named estimand."""

from typing import NamedTuple

import numpy as np

from pipeline.cohort.columns import Flags
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Patients
from pipeline.study.followed import CENSORED, Array, Followed, RiskTable, followed

EVENT, DEATH, TREATED = 1, 2, 3
ENOUGH = "fewer than"


class Course(NamedTuple):
    """Follow-up towards an event, and which of the patients it is of, shape (n,)."""

    persons: Followed
    kept: Flags

    def within(self, group: Flags) -> "Course":
        """Of the patients in the group alone; group has one value for each of all patients."""
        inside = group[self.kept]
        kept = self.kept.copy()
        kept[self.kept] = inside
        return Course(Followed._make(side[inside] for side in self.persons), kept)


def course(
    people: Patients,
    event: Array,
    *,
    death: int = DEATH,
    treated: Array | None = None,
    treated_as: int = CENSORED,
    origin: Array | float = 0.0,
    landmark: float = -1.0,
) -> Course:
    """The course of everybody at risk of the event; times in years since `origin`, days since infusion.

    event: its day, infinite without one. death: what a death counts as, EVENT or DEATH. treated: day of a treatment that
    ends the course, counted as treated_as: CENSORED or TREATED. landmark: nobody is at risk up to it. Who had the event or
    the treatment before being at risk is left out. On one day the event goes before death, death before treatment, and
    treatment before censoring.
    """
    entry = np.maximum(people.entry, landmark)
    stop = np.minimum(people.exit, event)
    cause = np.where(event <= people.exit, EVENT, np.where(people.is_dead, death, CENSORED))
    if treated is not None:
        cause = np.where(
            treated < stop, treated_as, np.where((treated == stop) & (cause == CENSORED), treated_as, cause)
        )
        stop = np.minimum(stop, treated)
    kept = np.isfinite(origin + np.zeros(len(people))) & (stop > np.maximum(entry, origin - 1.0))
    start = np.maximum(entry - origin, -1.0)[kept]
    return Course(
        followed((stop - origin)[kept] / YEAR_DAYS, cause[kept], start / YEAR_DAYS), np.asarray(kept, dtype=bool)
    )


def enough_until(table: RiskTable) -> Array:
    """Which times of the table have the fewest patients at risk that a curve is drawn for, up to the first that has not."""
    enough = table.n_risk >= parameters()["least_at_risk"]
    return np.asarray(np.cumprod(enough).astype(bool))


def at_risk(persons: Followed, years: float) -> int:
    """Patients still at risk at that time."""
    return int(np.sum((persons.exit >= years) & (persons.entry < years)))


def too_few(n: int | str) -> str:
    """Why nothing is told with so few patients at risk."""
    return f"Of the {parameters()['least_at_risk']:g} patients needed at risk until then, {n} remain."
