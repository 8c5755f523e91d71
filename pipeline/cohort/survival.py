"""Overall, relapse-free and event-free survival, each by its named estimand."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from pipeline.cohort.courses import EVENT, Course, at_risk, course, too_few
from pipeline.cohort.curves import NOBODY, Asked, Told, joined, told
from pipeline.cohort.differences import difference_row, groups_by
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Groups, Patients, by_indication
from pipeline.cohort.rows import Row, Section, row
from pipeline.study.bounds import Curve
from pipeline.study.followed import Followed, RiskTable, risk_table
from pipeline.study.survival import kaplan_meier, quantile, restricted_mean

EVENTS = {
    "overall_survival": "death",
    "overall_survival_landmark": "death",
    "relapse_free_survival": "relapse_or_death",
    "event_free_survival": "failure_or_death",
}
METHOD = "kaplan_meier, greenwood, log-log"


def survival_parts(people: Patients, groups: Groups) -> Told:
    """Curves and milestones of survival, medians, mean years within a horizon, landmarks and tests between groups."""
    alive = course(people, np.full(len(people), np.inf), death=EVENT)
    parts = [_told("overall_survival", alive, groups), *_landmarks(people, groups), *_without(people, groups)]
    rows = [row for name, kept in groups for row in _summaries(name, alive.within(kept))]
    return joined([*parts, Told([*rows, *_tests(people, alive)], [])])


def _km(_: Followed, table: RiskTable) -> Curve:
    return kaplan_meier(table)


def _told(estimand: str, found: Course, groups: Groups, window: str | None = None) -> Told:
    asked = Asked(
        Section.SURVIVAL,
        estimand,
        EVENTS[estimand.removesuffix("_censored")],
        None,
        METHOD,
        1.0,
        window,
        is_drawn=window is None,
    )
    return joined([told(asked, _km, found.within(kept), name) for name, kept in groups])


def _landmarks(people: Patients, groups: Groups) -> Iterator[Told]:
    nothing = np.full(len(people), np.inf)
    for day in parameters().listed("landmark_days"):
        found = course(people, nothing, death=EVENT, landmark=float(day))
        yield _told("overall_survival_landmark", found, groups[:1], f"from_day_{day}")


def _without(people: Patients, groups: Groups) -> Iterator[Told]:
    """Survival without relapse since remission and without any failure, with and without censoring at treatment."""
    some = by_indication(groups)
    since_remission = partial(course, people, people.relapse_after, death=EVENT, origin=people.remission)
    since_infusion = partial(course, people, people.failure, death=EVENT)
    for name, made in (("relapse_free_survival", since_remission), ("event_free_survival", since_infusion)):
        yield _told(name, made(), some)
        yield _told(f"{name}_censored", made(treated=people.treated), some)


def _summaries(population: str, found: Course) -> Iterator[Row]:
    """Median survival, and mean years alive within each horizon."""
    persons = found.persons
    said: Row = {"population": population, "event": "death", "n_patients": persons.exit.size, "unit": "year"}
    said |= {"n_events": int(np.sum(persons.cause == EVENT))}
    yield _median(persons, said | {"measure": "median", "method": "kaplan_meier, brookmeyer-crowley"})
    for years in map(float, parameters().listed("effect_years")):
        yield _mean(persons, years, said | {"measure": "mean", "method": "kaplan_meier, greenwood", "at_years": years})


def _median(persons: Followed, said: Row) -> Row:
    found = quantile(kaplan_meier(risk_table(persons)), 0.5) if persons.exit.size else None
    if found is None or not np.isfinite(found.estimate):
        reason = NOBODY if found is None else "Fewer than half have died as far as the curve goes."
        return row(Section.SURVIVAL, "median_survival", reason=reason, **said)
    n = at_risk(persons, found.estimate)
    if n < parameters()["least_at_risk"]:
        return row(Section.SURVIVAL, "median_survival", n_at_risk=n, reason=too_few(n), **said)
    return row(Section.SURVIVAL, "median_survival", n_at_risk=n, **found._asdict(), **said)


def _mean(persons: Followed, years: float, said: Row) -> Row:
    n = at_risk(persons, years)
    if n < parameters()["least_at_risk"]:
        return row(Section.SURVIVAL, "restricted_mean", n_at_risk=n, reason=too_few(n), **said)
    estimate, error = restricted_mean(risk_table(persons), years)
    low, high = max(0.0, estimate - 1.959963984540054 * error), min(years, estimate + 1.959963984540054 * error)
    return row(Section.SURVIVAL, "restricted_mean", n_at_risk=n, estimate=estimate, low=low, high=high, **said)


def _tests(people: Patients, found: Course) -> Iterator[Row]:
    """Log-rank tests between indications and between sexes."""
    for field in ("indication", "sex"):
        yield difference_row("log-rank", Section.SURVIVAL, ("death", None), field, groups_by(people, found, field))
