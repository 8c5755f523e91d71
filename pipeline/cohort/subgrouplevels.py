"""Which subgroup each patient is of: what was so at infusion, and the grade of cytokine release by a landmark."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from pipeline.cohort.columns import Flags, Places, Tables, Texts, flags, numbers, places, since_infusion, texts
from pipeline.cohort.events import Events, scale_of
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Patients
from pipeline.study.followed import Array

UNKNOWN, OTHER, NO, YES = "unknown", "other", "no", "yes"
MOST_LEVELS = 6
CRS_GRADE = "crs_grade"
OF_PATIENTS = ("indication", "age_band", "sex", "year")
Levels = dict[str, Texts]


def subgroup_levels(tables: Tables, people: Patients) -> Levels:
    """The level of each patient by the subgroups of study.yaml known at infusion, shape (n,) each, `unknown` where not told."""
    wanted = [name for name in parameters().listed("subgroups") if name != CRS_GRADE]
    subject = tables["study_subject"]
    at = _rows_of(places(people.ids, subject), len(people))
    made: dict[str, Callable[[], Texts]] = {
        "prior_transplant": lambda: _truth(*flags(subject, "has_prior_transplant"))[at],
        "specification": lambda: _truth(*flags(subject, "is_in_specification"))[at],
        "prior_lines": lambda: banded(numbers(subject, "n_prior_lines")[at], "prior_line_bands"),
        "dose": lambda: banded(_doses(tables, people) / 1e6, "dose_bands"),
        "bridging": lambda: _had(tables, people, "bridging"),
        "lymphodepletion": lambda: _regimens(tables, people),
    }
    return {name: getattr(people, name) if name in OF_PATIENTS else made[name]() for name in wanted}


def crs_levels(events: Events, people: Patients, told: Flags) -> tuple[Texts, str]:
    """The worst grade of cytokine release by its last day of each patient, and why there are none, else an empty text.

    events: in the places of the patients told, whose centre reports events; told: who they are. `unknown` for all others and
    for an event without a grade. Grades of two scales are never put together.
    """
    early = events.only(events.day <= parameters()["crs_days"])
    _, reason = scale_of(early)
    worst = np.zeros(int(told.sum()))
    np.maximum.at(worst, early.place, np.where(np.isnan(early.grade), np.inf, early.grade))
    found = np.full(len(people), UNKNOWN, dtype=object)
    found[told] = [UNKNOWN if np.isinf(one) else "none" if one == 0 else f"{one:g}" for one in worst]
    return found, reason


def banded(values: Array, bands: str) -> Texts:
    """The band of each value as text, `unknown` for none; bands: the list of study.yaml with the lower ends, ascending."""
    lows = [float(one) for one in parameters().listed(bands)]
    names = [f"{low:g}–<{high:g}" for low, high in pairwise(lows)]
    named = np.array([f"<{lows[0]:g}", *names, f"≥{lows[-1]:g}", UNKNOWN], dtype=object)
    at = np.searchsorted(lows, values, side="right")
    return np.asarray(named[np.where(np.isnan(values), len(named) - 1, at)], dtype=object)


def _rows_of(place: Places, n: int) -> Places:
    """The row of each patient; every patient has one."""
    found = np.zeros(n, dtype=np.int64)
    found[place[place >= 0]] = np.flatnonzero(place >= 0)
    return found


def _truth(is_true: Flags, is_known: Flags) -> Texts:
    return np.where(is_known, np.where(is_true, YES, NO), UNKNOWN).astype(object)


def _doses(tables: Tables, people: Patients) -> Array:
    """Cells of the index infusion, NaN where not told, shape (n,)."""
    table = tables["study_infusion"]
    place, (is_index, _) = places(people.ids, table), flags(table, "is_index")
    found = np.full(len(people), np.nan)
    some = (place >= 0) & is_index
    found[place[some]] = numbers(table, "dose_cells")[some]
    return found


def _before(tables: Tables, people: Patients, kind: str) -> tuple[Places, Texts]:
    """Patients and names of the treatments of a kind given by the day of infusion; one of unknown day counts as before."""
    table = tables["study_treatment"]
    place = places(people.ids, table)
    day = since_infusion(table, "start_date", place, people.infusion)
    some = (texts(table, "kind") == kind) & (place >= 0) & ~(day > 0)
    return place[some], texts(table, "treatment", UNKNOWN)[some]


def _had(tables: Tables, people: Patients, kind: str) -> Texts:
    place, _ = _before(tables, people, kind)
    found = np.full(len(people), NO, dtype=object)
    found[place] = YES
    return found


def _regimens(tables: Tables, people: Patients) -> Texts:
    """The drugs of lymphodepletion joined; the commonest combinations by name, all others together, `no` for none told."""
    drugs: dict[int, set[str]] = {}
    for place, name in zip(*_before(tables, people, "lymphodepletion"), strict=True):
        drugs.setdefault(int(place), set()).add(str(name).lower())
    found = np.full(len(people), NO, dtype=object)
    for place, names in drugs.items():
        found[place] = ", ".join(sorted(names))
    levels = sorted(set(found) - {NO}, key=lambda level: (-int((found == level).sum()), level))
    return np.where(np.isin(found, levels[MOST_LEVELS:]), OTHER, found).astype(object)
