"""From a course to the rows that are read: the curve while enough patients remain, and its values at the milestones."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.cohort.courses import EVENT, Course, at_risk, enough_until, too_few
from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import Row, Section, curve_rows, row
from pipeline.study.binomial import share
from pipeline.study.bounds import Curve
from pipeline.study.followed import Followed, RiskTable, risk_table

Estimator = Callable[[Followed, RiskTable], Curve]
NOBODY = "No patient is at risk of it."


class Told(NamedTuple):
    """Rows of study_estimate, and tables of study_curve."""

    rows: list[Row]
    curves: list[pa.Table]


class Asked(NamedTuple):
    """What a curve is of; starts_at is its value before the first event, 1 for a share free of it."""

    section: Section
    estimand: str
    event: str | None
    competing: str | None
    method: str
    starts_at: float = 0.0
    window: str | None = None
    is_drawn: bool = True
    years: Sequence[float] | None = None


def told(asked: Asked, estimate: Estimator, course: Course, population: str) -> Told:
    """The milestones of a curve, each told only where enough patients remain, and the curve up to where they do."""
    persons = course.persons
    if not persons.exit.size:
        return Told([_row(asked, population, years, course, reason=NOBODY) for years in _years(asked)], [])
    table = risk_table(persons, max(3, int(persons.cause.max())))
    curve = estimate(persons, table)
    enough = enough_until(table)
    rows = [_at(asked, population, years, course, curve, enough) for years in _years(asked)]
    return Told(rows, [_drawn(asked, population, curve, table, enough)] if asked.is_drawn else [])


def joined(parts: Iterator[Told] | Sequence[Told]) -> Told:
    """Rows and curves of all of them."""
    rows: list[Row] = []
    curves: list[pa.Table] = []
    for part in parts:
        rows.extend(part.rows)
        curves.extend(part.curves)
    return Told(rows, curves)


def _years(asked: Asked) -> Sequence[float]:
    return asked.years or [float(year) for year in parameters().listed("milestone_years")]


def _at(asked: Asked, population: str, years: float, course: Course, curve: Curve, enough: np.ndarray) -> Row:
    """The curve's value at a time; where no event was seen, an exact bound from those still at risk."""
    persons = course.persons
    n = at_risk(persons, years)
    place = int(np.searchsorted(curve.time, years, side="right")) - 1
    if n < parameters()["least_at_risk"] or (place >= 0 and not enough[place]):
        return _row(asked, population, years, course, reason=too_few(n))
    if place < 0 or not _seen(persons, years):
        bounds = share(0, n)
        low, high = (float(side[0]) for side in bounds[1:])
        ends = (1.0 - high, 1.0) if asked.starts_at else (low, high)
        return _row(asked, population, years, course, estimate=asked.starts_at, low=ends[0], high=ends[1])
    values = {name: float(getattr(curve, name)[place]) for name in ("estimate", "low", "high")}
    return _row(asked, population, years, course, **values)


def _seen(persons: Followed, years: float) -> int:
    return int(np.sum((persons.cause == EVENT) & (persons.exit <= years)))


def _row(asked: Asked, population: str, years: float, course: Course, **said: object) -> Row:
    persons = course.persons
    within = np.clip(np.minimum(persons.exit, years) - np.maximum(persons.entry, 0.0), 0.0, None)
    counts = {"n_patients": persons.exit.size, "n_events": _seen(persons, years), "n_at_risk": at_risk(persons, years)}
    names = {"event": asked.event, "competing": asked.competing, "window": asked.window, "method": asked.method}
    fixed = {"measure": "share", "unit": "share", "at_years": years, "person_years": float(within.sum())}
    return row(asked.section, asked.estimand, population=population, **counts, **names, **fixed, **said)


def _drawn(asked: Asked, population: str, curve: Curve, table: RiskTable, enough: np.ndarray) -> pa.Table:
    """Only the times at which the curve moves, while enough remain."""
    moves = np.diff(curve.estimate, prepend=asked.starts_at) != 0
    return curve_rows(
        asked.section,
        asked.estimand,
        curve,
        table.n_risk.astype(np.float64),
        moves & enough,
        population=population,
        event=asked.event,
        competing=asked.competing,
    )
