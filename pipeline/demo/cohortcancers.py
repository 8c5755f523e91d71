"""Second malignancies: a background by site, sex, age and calendar, and what is planted on top of it."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pipeline.demo.chance import Floats, Ints
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortsettings import CohortSettings, Site, cohort_settings, epoch_day
from pipeline.demo.cohortworld import Cohort

AGE_STEP, AGE_BANDS = 5, 18  # years; the last band is open
FIRST_YEAR, YEAR_STEP, YEAR_BANDS = 2015, 5, 9
YEAR_ENDS = tuple(range(FIRST_YEAR + YEAR_STEP, FIRST_YEAR + YEAR_STEP * YEAR_BANDS, YEAR_STEP))
NEW_YEARS = np.array([epoch_day(dt.date(year, 1, 1)) for year in YEAR_ENDS])
PER = 100_000


@dataclass(frozen=True)
class Lexis:
    """Each patient's time cut where the age band or the calendar band changes, shape (n, k) each.

    start: day from infusion on which the piece begins, ascending; the last piece never ends. band: place of the piece's
    sex, age and calendar band in a table of these three.
    """

    start: Floats
    band: Ints

    def spent(self, until: Floats) -> Floats:
        """Days in each piece up to `until`, shape (n, k)."""
        end = np.concatenate([self.start[:, 1:], np.full((len(self.start), 1), np.inf)], axis=1)
        return np.asarray(np.clip(np.minimum(until[:, None], end) - self.start, 0.0, None))


@lru_cache(maxsize=16)
def background_cases(site: Site) -> Ints:
    """Cases of the background in each cell, shape (sex, age band, calendar band), sexes as SEXES.

    They come in the settings' person-years of a cell; whole numbers, so that the table of reference is the exact truth.
    """
    plain = cohort_settings().plain["malignancies"]
    middle = AGE_STEP * (np.arange(AGE_BANDS) + 0.5)
    by_age = (middle / 60.0) ** site.power * plain["person_years_of_a_cell"] / PER
    by_year = (1.0 + plain["calendar_growth"]) ** np.arange(YEAR_BANDS)
    cases = np.round(np.array(site.at_60)[:, None, None] * by_age[None, :, None] * by_year[None, None, :])
    return np.asarray(cases.astype(np.int64))


def background_per_day(site: Site) -> Floats:
    """The background's cases for one person-day, shape as background_cases."""
    person_years = cohort_settings().plain["malignancies"]["person_years_of_a_cell"]
    return np.asarray(background_cases(site) / (person_years * DAYS_PER_YEAR))


def lexis(cohort: Cohort, horizon_days: float) -> Lexis:
    """The pieces of each patient's time from infusion up to the horizon."""
    patients = cohort.patients
    age_days = (patients.infusion_day - patients.birth_day)[:, None].astype(np.float64)
    birthdays = AGE_STEP * np.arange(1, AGE_BANDS) * DAYS_PER_YEAR - age_days
    years = NEW_YEARS - patients.infusion_day[:, None]
    most = int(horizon_days / (AGE_STEP * DAYS_PER_YEAR)) + 2
    soon = np.sort(np.where(birthdays > 0, birthdays, np.inf), axis=1)[:, :most]
    cuts = np.sort(np.concatenate([soon, np.where(years > 0, years, np.inf)], axis=1), axis=1)
    start = np.concatenate([np.zeros((len(patients), 1)), cuts], axis=1)
    inside = np.where(np.isfinite(start), start, horizon_days)
    age = np.clip((age_days + inside + 1e-6) // (AGE_STEP * DAYS_PER_YEAR), 0, AGE_BANDS - 1).astype(np.int64)
    calendar = np.searchsorted(NEW_YEARS, patients.infusion_day[:, None] + inside, side="right")
    sex = np.where(patients.is_female, 0, 1)[:, None]
    return Lexis(start, (sex * AGE_BANDS + age) * YEAR_BANDS + calendar)


def expected_background(cohort: Cohort, until: Floats, site: Site) -> Floats:
    """Cases that the background leads to expect of each patient from infusion until then, shape (n,)."""
    pieces = lexis(cohort, float(until.max(initial=1.0)))
    return np.asarray((pieces.spent(until) * background_per_day(site).ravel()[pieces.band]).sum(axis=1))


def malignancy_times(cohort: Cohort, horizon_days: float) -> Floats:
    """Day of each patient's first malignancy of each site, shape (n, sites); infinite for none up to the horizon."""
    pieces = lexis(cohort, horizon_days)
    days = pieces.spent(np.full(len(cohort.patients), horizon_days))
    times = [_first_of(cohort, site, place, pieces, days) for place, site in enumerate(cohort.settings.sites)]
    return np.stack(times, axis=1)


def _first_of(cohort: Cohort, site: Site, place: int, pieces: Lexis, days: Floats) -> Floats:
    per_day = site.planted * background_per_day(site).ravel()[pieces.band]
    spent = np.cumsum(per_day * days, axis=1)
    number = cohort.patients.number
    waited = -np.log1p(-cohort.chance.uniform("malignancy", number, np.full_like(number, place)))
    times = np.full(len(number), np.inf)
    has = waited < spent[:, -1]
    at = (spent[has] <= waited[has, None]).sum(axis=1)
    row = np.flatnonzero(has)
    left = spent[row, at] - waited[has]
    times[has] = pieces.start[row, at] + days[row, at] - left / per_day[row, at]
    return times


def origins(settings: CohortSettings) -> list[str]:
    """Lineage of each site."""
    return [site.origin for site in settings.sites]
