"""How many patients have a lasting condition on a day of the follow-up, of those followed on it."""

from collections.abc import Iterator, Mapping

from pipeline.cohort.accrual import EXACT, SHARE
from pipeline.cohort.columns import Flags
from pipeline.cohort.courses import too_few
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Groups, Patients
from pipeline.cohort.rows import Row, Section, interval, row
from pipeline.cohort.spells import Told, spells_of
from pipeline.study.binomial import share
from pipeline.study.prevalence import Spells, held_on

BOUNDS = ("prevalence_least", "prevalence_most")
"""Estimands of those who certainly have it, and of those who may."""


def prevalence_rows(people: Patients, told: Told, of: Mapping[str, Flags], groups: Groups) -> list[Row]:
    """Who has each lasting condition on each landmark day, at least and at most, by group, with exact bounds.

    people: those whose centre reports adverse events, in the places that `told` names. of: which events are of each
    endpoint. The first row of a pair counts who certainly has it, the second also who may, because a beginning or an end is
    not known.
    """
    rows: list[Row] = []
    for name in parameters().listed("prevalent"):
        spells = spells_of(told.only(of[name]))
        for population, kept in groups:
            rows.extend(_rows(name, population, people, kept, spells))
    return rows


def landmarks() -> list[tuple[float, float]]:
    """Day and years of each landmark, in order; a year's day is the last of its whole days, as in the windows."""
    days = [(float(day), day / YEAR_DAYS) for day in parameters().listed("prevalence_days")]
    years = [(float(int(year * YEAR_DAYS)), float(year)) for year in parameters().listed("prevalence_years")]
    return sorted([*days, *years])


def _rows(name: str, population: str, people: Patients, kept: Flags, spells: Spells) -> Iterator[Row]:
    for day, years in landmarks():
        there = kept & (people.entry < day) & (people.exit >= day)
        n = int(there.sum())
        held = held_on(spells, day, len(people))
        counts = [int((there & side).sum()) for side in held]
        said: Row = {"population": population, "event": name, "at_years": years, "n_patients": n, "n_at_risk": n}
        said |= {"method": EXACT} | SHARE
        for estimand, n_events in zip(BOUNDS, counts, strict=True):
            if n < parameters()["least_at_risk"]:
                yield row(Section.PREVALENCE, estimand, n_events=n_events, reason=too_few(n), **said)
                continue
            bounds = interval([side[0] for side in share(n_events, n)])
            yield row(Section.PREVALENCE, estimand, n_events=n_events, **bounds, **said)
