"""What tests between groups, models of hazards and mean counts say of one simulated cohort; no truth is looked at here."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.coverage_draws import SIZES, WINDOWS, YEARS, ended, first_events, left_at, within
from pipeline.demo.chance import Floats
from pipeline.demo.cohortevents import times_of
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortsettings import cohort_settings
from pipeline.demo.cohortworld import Cohort
from pipeline.study.comparison import GroupTest, gray, log_rank
from pipeline.study.followed import Followed, followed
from pipeline.study.meancount import mean_count
from pipeline.study.regression import Fit, cox, fine_gray

RECURRENT = "infection"
AKI = next(window for window in WINDOWS if window.toxicity == "aki")
PLANTED = {"women to men": 0.7, "10 years of age": 1.25}
"""Hazard ratios planted in patients whose sex, age and follow-up are the registry's; the competing event knows neither."""
EVENT_PER_YEAR, DEATH_PER_YEAR = 0.10, 0.06
EVER, PACE = 0.5, 0.3  # of those at the baseline: share who ever have the event, and how fast, per year
DECADE, MIDDLE = 10.0, 60.0


class Answer(NamedTuple):
    """p of a test between groups that do not differ, NaN where there is nothing to compare.

    n_events: events it saw. rests_on: those of the group with fewest.
    """

    what: tuple[str, str, int]
    n_events: float
    rests_on: float
    p: float


class Told(NamedTuple):
    """What one estimator says of one cohort: a name with the number of patients, its estimate, and its bounds, NaN for none.

    n_events: events it saw. rests_on: events for each covariate of a model, patients still followed for a mean count.
    """

    what: tuple[str, str, str, int, float]
    n_events: float
    rests_on: float
    estimate: float
    low: float
    high: float


def group_tests(cohort: Cohort, sizes: tuple[int, ...] = SIZES) -> Iterator[Answer]:
    """Log-rank of death, Gray of relapse and of death without it: between women and men, and between three drawn groups."""
    course, end = cohort.course, left_at(cohort)
    sides = {"women and men": cohort.patients.is_female.astype(int), "three drawn groups": cohort.patients.number % 3}
    for n in sizes:
        alive, both = ended(end[:n], course.death[:n]), ended(end[:n], course.relapse[:n], course.death[:n])
        for name, side in sides.items():
            yield _tested("Log-rank", f"overall survival, {name}", alive, side[:n], log_rank)
            for cause, event in ((1, "relapse"), (2, "death without relapse")):
                yield _tested(
                    "Gray", f"{event}, {name}", both, side[:n], lambda groups, cause=cause: gray(groups, cause), cause
                )


def _tested(
    test: str,
    quantity: str,
    persons: Followed,
    side: np.ndarray,
    asked: Callable[[list[Followed]], GroupTest],
    cause: int = 1,
) -> Answer:
    groups = [Followed._make(one[side == level] for one in persons) for level in np.unique(side)]
    try:
        p = asked(groups).p
    except ValueError:
        p = np.nan
    events = [float(np.sum(group.cause == cause)) for group in groups]
    return Answer((test, quantity, persons.exit.size), sum(events), min(events), p)


def hazard_ratios(cohort: Cohort, other: Cohort, sizes: tuple[int, ...] = SIZES) -> Iterator[Told]:
    """Hazard ratios: of kidney injury between two indications, and of planted effects of sex and age."""
    for n in sizes:
        yield _between(cohort, other, n)
        x = np.stack([cohort.patients.is_female, (cohort.patients.age_years - MIDDLE) / DECADE], axis=1)[:n]
        left = left_at(cohort)[:n]
        persons = _proportional(cohort, x, left)
        yield from _fitted("Cox", "planted", persons, x, n, cox)
        entry = cohort.patients.late_days[:n]
        came = entry < persons.exit
        late = followed(persons.exit[came], persons.cause[came], entry[came])
        yield from _fitted("Cox", "planted, late entry", late, x[came], n, cox)
        yield from _fitted("Fine–Gray", "planted", _subdistribution(cohort, x, left), x, n, fine_gray)


def _between(cohort: Cohort, other: Cohort, n: int) -> Told:
    """First kidney injury within 30 days of half as many of each; its pace is constant there in both."""
    parts = []
    for each in (cohort, other):
        first, end = first_events(each, AKI.toxicity), np.minimum(left_at(each), each.course.death)
        had, days = within(AKI, first, end)
        parts.append((days[: n // 2], had[: n // 2].astype(np.int64)))
    days, had = (np.concatenate(side) for side in zip(*parts, strict=True))
    x = np.repeat([1.0, 0.0], n // 2)[:, None]
    (said,) = _fitted("Cox", "kidney injury, lbcl to b_all", followed(days, had), x, n, cox, ("",))
    return said


def _proportional(cohort: Cohort, x: Floats, left: Floats) -> Followed:
    """An event whose hazard each covariate multiplies, and a death that competes; days from infusion."""
    effect = np.exp(x @ np.log(list(PLANTED.values())))
    event, death = (
        _waited(cohort, name, len(x)) / pace * DAYS_PER_YEAR
        for name, pace in (("planted event", EVENT_PER_YEAR * effect), ("planted death", DEATH_PER_YEAR))
    )
    return ended(left, event, death)


def _subdistribution(cohort: Cohort, x: Floats, left: Floats) -> Followed:
    """Times whose cumulative incidence is 1 - (1 - EVER (1 - exp(-PACE t)))^effect; the others die at a constant pace.

    The construction of Fine and Gray 1999, doi:10.1080/01621459.1999.10474144, section 5.
    """
    effect = np.exp(x @ np.log(list(PLANTED.values())))
    drawn = cohort.chance.uniform("planted incidence", cohort.patients.number[: len(x)])
    ever = 1.0 - (1.0 - EVER) ** effect
    share = (1.0 - (1.0 - np.minimum(drawn, ever)) ** (1.0 / effect)) / EVER
    with np.errstate(divide="ignore"):
        event = np.where(drawn < ever, -np.log1p(-np.minimum(share, 1.0)) / PACE, np.inf) * DAYS_PER_YEAR
    death = np.where(drawn < ever, np.inf, _waited(cohort, "planted death", len(x)) / DEATH_PER_YEAR * DAYS_PER_YEAR)
    return ended(left, event, death)


def _waited(cohort: Cohort, purpose: str, n: int) -> Floats:
    return -np.log1p(-cohort.chance.uniform(purpose, cohort.patients.number[:n]))


def _fitted(
    model: str,
    what: str,
    persons: Followed,
    x: Floats,
    n: int,
    asked: Callable[[Followed, Floats], Fit],
    names: tuple[str, ...] = tuple(PLANTED),
) -> Iterator[Told]:
    """Each hazard ratio with its bounds; none where the model cannot be fitted."""
    events = float(np.sum(persons.cause == 1))
    try:
        sides = asked(persons, x).ratio()
    except ValueError:
        sides = (np.full(len(names), np.nan),) * 3
    for at, name in enumerate(names):
        estimate, low, high = (float(side[at]) for side in sides)
        yield Told(
            (model, "Wald", ", ".join(filter(None, (what, name))), n, 0),
            events,
            events / len(names),
            estimate,
            low,
            high,
        )


def mean_counts(cohort: Cohort, sizes: tuple[int, ...] = SIZES) -> Iterator[Told]:
    """Mean number of infections with death ending them, and as if nobody died, at each time."""
    toxicity = next(each for each in cohort_settings().toxicities if each.id == RECURRENT)
    person, time, _ = times_of(cohort, toxicity)
    end = left_at(cohort)
    for n in sizes:
        persons = ended(end[:n], cohort.course.death[:n])
        inside = person < n
        inside[inside] = time[inside] <= persons.exit[person[inside]]
        at = np.array(YEARS) * DAYS_PER_YEAR
        for is_terminal, name in ((True, "Ghosh–Lin"), (False, "Nelson–Aalen")):
            found = mean_count(persons, person[inside], time[inside], at, is_terminal=is_terminal)
            for place, years in enumerate(YEARS):
                events = float(np.sum(time[inside] <= at[place]))
                sides = (float(side[place]) for side in (found.estimate, found.low, found.high))
                what = (name, "robust", f"infections, {'dying' if is_terminal else 'nobody dying'}", n, years)
                followed_then = float(np.sum(persons.exit >= at[place]))
                yield Told(what, events, followed_then, *sides)
