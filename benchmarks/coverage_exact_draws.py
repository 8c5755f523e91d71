"""What shares, the median and the curves as `study run` tells them say of one simulated cohort; no truth is looked at here."""

from collections.abc import Iterator

import numpy as np

from benchmarks.coverage_draws import INDICATION, MEDIAN, SIZES, YEARS, Said, curves, ended, left_at
from pipeline.cohort.courses import Course, at_risk
from pipeline.cohort.curves import Asked, told
from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import Section
from pipeline.demo.chance import Floats
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortworld import Cohort
from pipeline.study.binomial import share
from pipeline.study.bounds import Curve
from pipeline.study.competing import cumulative_incidence
from pipeline.study.followed import Followed, RiskTable, followed, risk_table
from pipeline.study.survival import kaplan_meier, quantile

SHARE_DAYS = (28, 90)
SLOW_INDICATION = "fl"  # half have died so late that not every cohort tells by when
FEW = (60, 250)  # patients of whom so few have the event that a cohort may have none


def said_of(cohort: Cohort, slow: Cohort) -> Iterator[Said]:
    """Everything that is said of one cohort, and the median of another, of the slow indication."""
    end, slow_end = left_at(cohort), left_at(slow)
    for n in SIZES:
        yield from shares(cohort, n)
        yield from medians(cohort, end, n, INDICATION)
        yield from medians(slow, slow_end, n, SLOW_INDICATION)
    for n in FEW:
        yield from as_told(cohort, end, n)
    yield from (one for one in curves(cohort, end, SIZES[-1]) if one.what[1] != "none")


def shares(cohort: Cohort, n: int) -> Iterator[Said]:
    """Shares with a relapse, and dead without one, by a day within which nobody is lost."""
    relapse, death = cohort.course.relapse[:n], cohort.course.death[:n]
    for day in SHARE_DAYS:
        relapsed = relapse <= day
        for quantity, had in (("relapse", relapsed), ("death without relapse", (death <= day) & ~relapsed)):
            sides = (float(side[0]) for side in share(int(had.sum()), n))
            yield Said(("Share", "clopper-pearson", quantity, n, day / DAYS_PER_YEAR), float(had.sum()), *sides)


def medians(cohort: Cohort, end: Floats, n: int, indication: str) -> Iterator[Said]:
    """Years until half have died, where enough are at risk by then; an upper bound beyond the curve is infinite.

    The set that Brookmeyer and Crowley invert the bounds of the curve to has no upper end there.
    """
    death, end, entry = cohort.course.death[:n], end[:n], cohort.patients.late_days[:n]
    came = entry < np.minimum(death, end)
    sides = (("", ended(end, death)), (", late entry", ended(end[came], death[came], entry=entry[came])))
    for entered, persons in sides:
        found = quantile(kaplan_meier(risk_table(persons, 1)), 0.5)
        if np.isfinite(found.estimate) and at_risk(persons, found.estimate) >= parameters()["least_at_risk"]:
            high = np.inf if np.isnan(found.high) else found.high
            years = (np.array([found.estimate, found.low, high]) / DAYS_PER_YEAR).tolist()
            what = ("Median", "brookmeyer-crowley", f"{MEDIAN}, {indication}{entered}", n, 0.0)
            yield Said(what, float(persons.cause.sum()), *years)


def as_told(cohort: Cohort, end: Floats, n: int) -> Iterator[Said]:
    """Aalen–Johansen with the exact bounds that stand where no event was seen, and nothing where too few are at risk."""
    course = cohort.course
    both = ended(end[:n], course.death[:n], course.relapse[:n])
    persons = followed(both.exit / DAYS_PER_YEAR, both.cause)
    asked = Asked(
        Section.TIME_TO_EVENT,
        "transplant_ignored",
        "non_relapse_mortality",
        "relapse",
        "aalen_johansen",
        is_drawn=False,
        years=[float(year) for year in YEARS],
    )
    for row in told(asked, _incidence, Course(persons, np.ones(n, dtype=bool)), "all").rows:
        if row["is_told"]:
            what = (
                "Aalen–Johansen",
                "aalen, log-log, exact without events",
                "death without relapse",
                n,
                row["at_years"],
            )
            sides = (np.nan if row[side] is None else row[side] for side in ("estimate", "low", "high"))
            yield Said(what, float(row["n_events"]), *sides)


def _incidence(persons: Followed, _: RiskTable) -> Curve:
    return cumulative_incidence(persons, 1)
