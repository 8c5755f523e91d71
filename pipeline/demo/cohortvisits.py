"""What the registry has heard by a cut-off: visits, their forms and lags, and until when each patient is known."""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.chance import Flags, Floats, Ints
from pipeline.demo.cohortcentres import HUNDRED_DAYS, TRACKS
from pipeline.demo.cohortworld import Cohort

NEVER = -1
LOST_AFTER_DAYS = 548  # eighteen months without a word
LETTER_DAYS = 30  # from the last contact until the registry holds what no visit's form says


@dataclass(frozen=True)
class Seen:
    """A registry as of a cut-off, in days of each patient's own clock, shape (n,) unless said; NEVER for none.

    limit: the cut-off. form_day, received_day: shape (n, visits), the day a form tells of and the day it came, of forms
    that came; a form tells of a visit or of a death before it. known_until: the registry knows whatever befell the patient
    up to and including that day, and nothing later. It does not depend on health: that makes censoring uninformative.
    death, withdrawal: as far as known. lost: the day after the last contact of those held for lost.
    """

    visits: tuple[str, ...]
    limit: Ints
    form_day: Ints
    received_day: Ints
    known_until: Ints
    death: Ints
    withdrawal: Ints
    lost: Ints

    @property
    def last_contact(self) -> Ints:
        """Last day on which the patient was known to be alive, or died."""
        return np.where(self.death != NEVER, self.death, self.known_until)

    @property
    def visited(self) -> Flags:
        """Whether a visit took place and its form has come, shape (n, visits)."""
        return np.asarray((self.form_day != NEVER) & (self.form_day <= self.last_contact[:, None]))

    def knows(self, person: Ints, day: Floats) -> Flags:
        """Whether what befell the person on that day is in the extract: nothing does after death."""
        return np.asarray(np.floor(day) <= self.last_contact[person])

    def received(self, person: Ints, day: Ints) -> Ints:
        """The day on which the registry heard of what befell the person on that day: with the first form from then on."""
        tells = self.form_day[person] >= day[:, None]
        letter = np.minimum(self.known_until + LETTER_DAYS, self.limit)[person]
        return np.where(tells.any(axis=1), self.received_day[person, np.argmax(tells, axis=1)], letter)


def schedule(cohort: Cohort, years: int) -> tuple[tuple[str, ...], Ints]:
    """Names of the visits as SDTM prints them, and the days on which they are due."""
    plain = cohort.settings.plain["visits"]
    yearly = range(1, years + 1)
    names = ("DAY 100", "MONTH 6", *(f"YEAR {year}" for year in yearly))
    return names, np.array([plain["day_100"], plain["month_6"], *(round(year * plain["year"]) for year in yearly)])


def seen_by(cohort: Cohort, cutoff: int, years: int) -> Seen:
    """What the registry holds at the cut-off (days since 1970-01-01) of a follow-up of so many years."""
    visits, due = schedule(cohort, years)
    course, limit = cohort.course, cutoff - cohort.patients.infusion_day
    last_due = _last_due(cohort, due)
    told = due + _shifts(cohort, len(due))
    kept = _attended(cohort, due, last_due) & (told <= np.minimum(course.lost, course.withdrawal)[:, None])
    kept &= told >= cohort.patients.late_days[:, None]
    received = _received(cohort, np.where(kept, told, NEVER))
    came = kept & (received <= limit[:, None])
    last_form = np.where(came, told, 0).max(axis=1)
    left = _days(course.withdrawal)
    withdrew = (course.withdrawal < course.lost) & (left + LETTER_DAYS <= limit) & (left <= last_due)
    known = np.where(withdrew, left, np.maximum(last_form, _days(cohort.patients.late_days)))
    death = np.where(np.floor(course.death) <= known, _days(course.death), NEVER)
    withdrew &= death == NEVER
    is_silent = (limit - known >= LOST_AFTER_DAYS) & (known < last_due - LOST_AFTER_DAYS)
    is_lost = is_silent & (course.lost <= limit) & ~withdrew & (death == NEVER)
    return Seen(
        visits=visits,
        limit=limit,
        form_day=np.where(came, told, NEVER),
        received_day=np.where(came, received, NEVER),
        known_until=known,
        death=death,
        withdrawal=np.where(withdrew, left, NEVER),
        lost=np.where(is_lost, known + 1, NEVER),
    )


def _days(time: Floats) -> Ints:
    """Whole days; a huge one for never."""
    return np.floor(np.minimum(time, 1e9)).astype(np.int64)


def _last_due(cohort: Cohort, due: Ints) -> Ints:
    """The last day on which a visit is due under the centre's reporting track."""
    is_short = cohort.centres.track[cohort.patients.centre] == TRACKS.index(HUNDRED_DAYS)
    return np.asarray(np.where(is_short, due[0], due[-1]))


def _shifts(cohort: Cohort, n_visits: int) -> Ints:
    """Days by which each visit misses the day it is due, shape (n, visits); never so much that two change places."""
    plain = cohort.settings.plain["visits"]
    names = ["day_100", "month_6", *["year"] * (n_visits - 2)]
    most = np.array([plain["within_days"][name] for name in names], dtype=np.float64)
    low, high = np.array([plain["late_by_days"][name] for name in names]).T
    number, visit = cohort.patients.number[:, None], np.arange(n_visits)[None, :]
    uniform = (cohort.chance.uniform(purpose, number, visit) for purpose in ("visit", "visit again"))
    late = cohort.chance.uniform("late visit", number, visit) / plain["out_of_window"]
    return np.floor(np.where(late < 1.0, low + (high - low) * late, (sum(uniform) - 1.0) * most)).astype(np.int64)


def _attended(cohort: Cohort, due: Ints, last_due: Ints) -> Flags:
    """Visits that would be kept by somebody alive and not lost, shape (n, visits)."""
    patients, centres = cohort.patients, cohort.centres
    share = centres.attendance[patients.centre][:, None]
    kept = cohort.chance.happens("attended", share, patients.number[:, None], np.arange(len(due))[None, :])
    return kept & (due <= last_due[:, None]) & patients.is_infused[:, None]


def _received(cohort: Cohort, told: Ints) -> Ints:
    """Day on which each visit's form came; the forms of a patient come in order."""
    patients, centres = cohort.patients, cohort.centres
    number, visit = patients.number[:, None], np.arange(told.shape[1])[None, :]
    waited = (
        -np.log1p(-cohort.chance.uniform("form lag", number, visit)) * centres.form_lag_days[patients.centre][:, None]
    )
    return np.maximum.accumulate(np.where(told == NEVER, NEVER, told + 1 + np.floor(waited).astype(np.int64)), axis=1)
