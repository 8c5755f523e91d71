"""Tests of whether groups of patients differ, and models of how much, as rows."""

from collections.abc import Callable, Iterator

import numpy as np

from pipeline.cohort.columns import Flags
from pipeline.cohort.courses import EVENT, Course
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section, row
from pipeline.study.comparison import gray, log_rank
from pipeline.study.followed import Array, Followed
from pipeline.study.regression import Fit, cox, fine_gray

Named = tuple[str, str | None]
"""An event and its competing events."""
DECADE = 10.0


def groups_by(people: Patients, found: Course, field: str) -> list[Followed]:
    """The course of each group of patients, as of each indication, in the order of their names."""
    levels = getattr(people, field)[found.kept]
    return [Followed._make(side[levels == level] for side in found.persons) for level in sorted(set(levels))]


def difference_row(
    method: str, section: Section, named: Named, field: str, sides: list[Followed], cause: int | None = None
) -> Row:
    """A test between groups, or why there is none; cause: Gray's test of it, otherwise the log-rank test."""
    event, competing = named
    said: Row = {
        "population": field,
        "event": event,
        "competing": competing,
        "measure": "chi_square",
        "unit": "chi square",
    }
    said |= {"method": method, "n_patients": sum(side.exit.size for side in sides)}
    said |= {"n_events": int(sum(np.sum(side.cause == EVENT) for side in sides))}
    if len(sides) < 2:  # noqa: PLR2004 -- a comparison has two sides
        return row(section, "group_difference", reason="There is one group only.", **said)
    try:
        result = log_rank(sides) if cause is None else gray(sides, cause)
    except ValueError as nothing:
        return row(section, "group_difference", reason=str(nothing), **said)
    return row(section, "group_difference", estimate=result.chi2, p=result.p, **said)


def modelled(people: Patients, event: str, found: Course) -> Iterator[Row]:
    """Cause-specific and subdistribution ratios of age, sex and indication, or why there are none.

    The second only of patients at risk from the infusion on: its weights know no late entry. Of known age, sex and indication alone.
    """
    found = found.within(_known(people))
    names, covariates = _covariates(people.only(found.kept))
    from_start = found.persons.entry < 0
    whole = Followed(
        np.full(int(from_start.sum()), -np.inf), found.persons.exit[from_start], found.persons.cause[from_start]
    )
    kinds = (
        ("cause_specific", "cox, breslow, wald", None, found.persons, covariates, cox),
        ("subdistribution", "fine_gray, breslow, wald", "death", whole, covariates[from_start], fine_gray),
    )
    for estimand, method, competing, persons, x, model in kinds:
        said: Row = {"event": event, "competing": competing, "measure": "ratio", "unit": "ratio", "method": method}
        said |= {"n_patients": persons.exit.size, "n_events": int(np.sum(persons.cause == EVENT))}
        yield from _fitted(estimand, names, _fit(model, persons, x), said)


def _fit(model: Callable[[Followed, Array], Fit], persons: Followed, covariates: Array) -> Fit | str:
    """The fit, or why there is none."""
    n_events, needed = int(np.sum(persons.cause == EVENT)), parameters()["least_events_model"]
    if n_events < needed:
        return f"Of the {needed:g} events needed for a model, {n_events} were seen."
    try:
        return model(persons, covariates)
    except ValueError as nothing:
        return str(nothing)


def _fitted(estimand: str, names: list[str], found: Fit | str, said: Row) -> Iterator[Row]:
    for at, name in enumerate(names):
        told: Row = {"population": name}
        if isinstance(found, str):
            told["reason"] = found
        else:
            estimate, low, high = found.ratio()
            told |= {"estimate": estimate[at], "low": low[at], "high": high[at], "p": found.p[at]}
        yield row(Section.TIME_TO_EVENT, estimand, **told, **said)


def _covariates(people: Patients) -> tuple[list[str], Array]:
    """Age in decades, male against female sex, and each indication against the largest."""
    names, columns = ["age_per_10_years"], [people.age / DECADE]
    for field, reference in (("sex", "F"), ("indication", None)):
        values = getattr(people, field)
        levels = sorted(set(values), key=lambda level: (-int((values == level).sum()), level))
        first = reference if reference in levels else (levels[0] if levels else "")
        for level in sorted(set(levels) - {first}):
            names.append(f"{field}={level} to {first}")
            columns.append((values == level).astype(np.float64))
    return names, np.stack(columns, axis=1)


def _known(people: Patients) -> Flags:
    """Patients of known age, sex and indication: no others are in a model."""
    return np.asarray(~np.isnan(people.age) & (people.sex != "unknown") & (people.indication != "unknown"), dtype=bool)
