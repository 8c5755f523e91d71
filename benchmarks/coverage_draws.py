"""One simulated cohort after another, and what every estimator says of it: no truth is looked at here."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.demo.chance import Flags, Floats
from pipeline.demo.cohortcancers import expected_background, malignancy_times
from pipeline.demo.cohortevents import times_of
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortsettings import Toxicity, cohort_settings
from pipeline.demo.cohortworld import Cohort, draw_treated
from pipeline.study.bounds import Curve
from pipeline.study.competing import Variance, cumulative_incidence
from pipeline.study.completeness import clark_c, potential_time
from pipeline.study.followed import Followed, followed, risk_table
from pipeline.study.survival import kaplan_meier, restricted_mean

INDICATION, OTHER_INDICATION = "lbcl", "b_all"
SIZES = (60, 250, 1000)
COUNT_SIZES = (*SIZES, 4000)  # counts are quick, and second malignancies are few
YEARS = (1, 5)
HORIZON = 15 * DAYS_PER_YEAR
MEAN_YEARS = 5
MEDIAN = "years until half have died"
VARIANCES: tuple[Variance, ...] = ("aalen", "greenwood", "jackknife")
SITES = ("breast", "prostate", "lung", "mds_aml", "t_cell_lymphoma")
CUTOFF_YEARS = (3.0, 15.0)  # of follow-up that a patient could have, by the day of infusion


class Window(NamedTuple):
    """A stretch of days over which a toxicity's first event comes at a constant pace, from and below."""

    toxicity: str
    first: float
    below: float


WINDOWS = (
    Window("crs", 1, 7),
    Window("aki", 0, 30),
    Window("cytopenia", 100, 365),
    Window("cardiac", 30, HORIZON),
    Window("late_neuro", 31, HORIZON),
    Window("tls", 0, 28),
)
RECURRENT = Window("infection", 91, 366)


class Said(NamedTuple):
    """What one estimator says of one cohort: a name with the number of patients, its estimate, and its bounds, NaN for none.

    n_events: events the estimate rests on.
    """

    what: tuple[str, str, str, int, float]
    n_events: float
    estimate: float
    low: float
    high: float


class Counted(NamedTuple):
    """Events over person-years or over events expected, of which exact bounds are taken for all cohorts together."""

    what: tuple[str, str, int]
    n_events: float
    per: float


class Both(NamedTuple):
    """Events and person-years of two sides."""

    what: tuple[str, int]
    events: tuple[int, int]
    person_years: tuple[float, float]


def cohort_of(seed: int, indication: str = INDICATION, n: int = COUNT_SIZES[-1]) -> Cohort:
    """All treated patients of one indication, those included whom a late entry would hide."""
    return draw_treated(n, seed, indication)


def left_at(cohort: Cohort) -> Floats:
    """Day on which each patient's follow-up ends if no event ends it: lost, withdrawn, the cut-off or fifteen years."""
    low, high = (years * DAYS_PER_YEAR for years in CUTOFF_YEARS)
    until = low + (high - low) * cohort.chance.uniform("benchmark cut-off", cohort.patients.number)
    return np.minimum(np.minimum(cohort.course.lost, cohort.course.withdrawal), until)


def curves(cohort: Cohort, end: Floats, n: int) -> Iterator[Said]:
    """Kaplan–Meier, Aalen–Johansen and the restricted mean of the first n patients."""
    death, relapse = cohort.course.death[:n], cohort.course.relapse[:n]
    end, entry = end[:n], cohort.patients.late_days[:n]
    alive = ended(end, death)
    yield from _kaplan_meier("overall survival", alive, n)
    came = (entry < np.minimum(death, end)) & (entry < end)
    yield from _kaplan_meier("overall survival, late entry", ended(end[came], death[came], entry=entry[came]), n)
    both = ended(end, relapse, death)
    yield from _kaplan_meier("relapse-free survival", both._replace(cause=np.minimum(both.cause, 1)), n)
    for cause, name in ((1, "relapse"), (2, "death without relapse")):
        yield from _aalen_johansen(name, both, cause, n)
        alone = kaplan_meier(risk_table(both._replace(cause=np.where(both.cause == cause, 1, 0)), 1))
        for years in YEARS:
            estimate = at(alone, years, before=1.0)[1]
            counted = float(np.sum((both.cause == cause) & (both.exit <= years * DAYS_PER_YEAR)))
            yield Said(("1 - Kaplan–Meier", "none", name, n, years), counted, 1 - estimate, np.nan, np.nan)
    mean = restricted_mean(risk_table(alive), MEAN_YEARS * DAYS_PER_YEAR)
    reach = 1.959963984540054 * mean.standard_error
    deaths = float(np.sum((alive.cause == 1) & (alive.exit <= MEAN_YEARS * DAYS_PER_YEAR)))
    span = np.array([mean.estimate, mean.estimate - reach, mean.estimate + reach]) / DAYS_PER_YEAR
    yield Said(("Restricted mean", "Greenwood", "years alive", n, MEAN_YEARS), deaths, *span.tolist())


def ended(end: Floats, *events: Floats, entry: Floats | None = None) -> Followed:
    """Follow-up that the first of the events ends, else `end`; causes are numbered as the events come."""
    times = np.stack([end, *events])
    cause = np.argmin(times, axis=0)
    return followed(times.min(axis=0), cause, entry)


def _kaplan_meier(name: str, persons: Followed, n: int) -> Iterator[Said]:
    curve = kaplan_meier(risk_table(persons, 1))
    for years in YEARS:
        _, estimate, low, high = at(curve, years, before=1.0)
        yield Said(("Kaplan–Meier", "log-log", name, n, years), _events(persons, 1, years), estimate, low, high)


def _aalen_johansen(name: str, persons: Followed, cause: int, n: int) -> Iterator[Said]:
    for variance in VARIANCES:
        curve = cumulative_incidence(persons, cause, variance)
        for years in YEARS:
            _, estimate, low, high = at(curve, years, before=0.0)
            what = ("Aalen–Johansen", f"{variance}, log-log", name, n, float(years))
            yield Said(what, _events(persons, cause, years), estimate, low, high)


def _events(persons: Followed, cause: int, years: float) -> float:
    return float(np.sum((persons.cause == cause) & (persons.exit <= years * DAYS_PER_YEAR)))


def at(curve: Curve, years: float, before: float) -> tuple[float, float, float, float]:
    """The curve at a time: its last step, estimate and bounds; `before` its first step, without bounds."""
    place = int(np.searchsorted(curve.time, years * DAYS_PER_YEAR, side="right")) - 1
    if place < 0:
        return 0.0, before, np.nan, np.nan
    return curve.time[place], curve.estimate[place], curve.low[place], curve.high[place]


def first_events(cohort: Cohort, toxicity: str) -> Floats:
    """Day of each patient's first event of one kind, as if nobody died; infinite for none."""
    person, time, _ = times_of(cohort, _toxicity(toxicity))
    first = np.full(len(cohort.patients), np.inf)
    np.minimum.at(first, person, time)
    return first


def _toxicity(name: str) -> Toxicity:
    return next(each for each in cohort_settings().toxicities if each.id == name)


def within(window: Window, first: Floats, end: Floats) -> tuple[Flags, Floats]:
    """Whether each patient has the first event in the window, and the days at risk of it there."""
    leave = np.minimum(np.minimum(first, end), window.below)
    return (first >= window.first) & (first <= end) & (first < window.below), np.clip(leave - window.first, 0.0, None)


def counts(cohort: Cohort, end: Floats, sizes: tuple[int, ...] = COUNT_SIZES) -> Iterator[Counted]:
    """First events by window and person-years; recurrent events; second malignancies and what the background expects."""
    alive = np.minimum(end, cohort.course.death)
    for window in WINDOWS:
        had, days = within(window, first_events(cohort, window.toxicity), alive)
        for n in sizes:
            yield Counted(("first events", label(window), n), float(had[:n].sum()), days[:n].sum() / DAYS_PER_YEAR)
    person, time, _ = times_of(cohort, _toxicity(RECURRENT.toxicity))
    seen = (time >= RECURRENT.first) & (time < RECURRENT.below) & (time <= alive[person])
    days = np.clip(np.minimum(alive, RECURRENT.below) - RECURRENT.first, 0.0, None)
    for n in sizes:
        events = float((seen & (person < n)).sum())
        yield Counted(("all events", label(RECURRENT), n), events, days[:n].sum() / DAYS_PER_YEAR)
    yield from _malignancies(cohort, alive, sizes)


def _malignancies(cohort: Cohort, alive: Floats, sizes: tuple[int, ...]) -> Iterator[Counted]:
    times = malignancy_times(cohort, HORIZON)
    for place, site in enumerate(cohort.settings.sites):
        if site.id in SITES:
            until = np.minimum(times[:, place], alive)
            expected = expected_background(cohort, until, site)
            for n in sizes:
                found = float((times[:n, place] <= alive[:n]).sum())
                yield Counted(("second malignancies", site.id, n), found, float(expected[:n].sum()))


def ratios(cohort: Cohort, other: Cohort, sizes: tuple[int, ...] = COUNT_SIZES) -> Iterator[Both]:
    """First events of two sides: women and men, whose truth is the same, and two indications, whose truth is not."""
    ends = [np.minimum(left_at(each), each.course.death) for each in (cohort, other)]
    for window in WINDOWS:
        had, days = within(window, first_events(cohort, window.toxicity), ends[0])
        for n in sizes:
            women = cohort.patients.is_female[:n]
            yield _both(f"women ÷ men, {label(window)}", n, (had[:n], days[:n], women), (had[:n], days[:n], ~women))
    window = next(each for each in WINDOWS if each.toxicity == "aki")
    sides = [
        within(window, first_events(each, window.toxicity), end)
        for each, end in zip((cohort, other), ends, strict=True)
    ]
    for n in sizes:
        first, second = ((had[:n], days[:n], np.ones(n, dtype=bool)) for had, days in sides)
        yield _both(f"{INDICATION} ÷ {OTHER_INDICATION}, {label(window)}", n, first, second)


def _both(what: str, n: int, *sides: tuple[Flags, Floats, Flags]) -> Both:
    events = tuple(int((had & who).sum()) for had, _, who in sides)
    time = tuple(float(days[who].sum()) / DAYS_PER_YEAR for _, days, who in sides)
    return Both((what, n), (events[0], events[1]), (time[0], time[1]))


def completeness(cohort: Cohort, end: Floats) -> tuple[float, float]:
    """Clark's C at the cut-off, and the share of the time lived that was followed, which only a simulation knows."""
    low, high = (years * DAYS_PER_YEAR for years in CUTOFF_YEARS)
    until = low + (high - low) * cohort.chance.uniform("benchmark cut-off", cohort.patients.number)
    observed = np.minimum(end, cohort.course.death)
    died = cohort.course.death <= end
    lived = np.minimum(until, cohort.course.death)
    return clark_c(observed, potential_time(observed, until, died)).share, float(observed.sum() / lived.sum())


def label(window: Window) -> str:
    """The window in words."""
    return f"{window.toxicity}, days {window.first:.0f} to {window.below:.0f}"
