"""Who attacks the public copy of a prevalence by solving for all that it hides learns no count of 1 to 4."""

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.cohort.prevalence import BOUNDS
from pipeline.cohort.rows import Section, is_small
from pipeline.cohort.suppression import public_results
from tests.studyreportrows import estimate, facts

GROUPS = ("indication=b_all", "indication=lbcl", "indication=fl")
PLACES = (*GROUPS, "all")
YEARS = (0.5, 1.0, 2.0)
EVENTS = ("b_cell_aplasia", "cytopenia")
LARGEST = 400
SEEDS = (0, 2, 6, 7)
# Counts that are hidden where they are 1 to 4, as sums of: followed, certainly with a condition, perhaps with it.
ASKED = {
    "followed": (1, 0, 0),
    "certainly with it": (0, 1, 0),
    "perhaps with it": (0, 0, 1),
    "perhaps without it": (1, -1, 0),
    "certainly without it": (1, 0, -1),
    "perhaps, not certainly": (0, -1, 1),
}
FOLLOWED = 0
COUNTS = 1 + 2 * len(EVENTS)


def of_event(event):
    """Places of the counts of one condition: followed, certainly with it, perhaps with it."""
    return [FOLLOWED, 1 + 2 * event, 2 + 2 * event]


def study(seed):
    """Followed, certainly and perhaps with each condition, by landmark and place, shape (landmarks, places, COUNTS)."""
    chance = np.random.default_rng(seed)
    followed = np.array([int(chance.choice([chance.integers(10, 20), chance.integers(20, 60)])) for _ in GROUPS])
    found = []
    for _ in YEARS:
        cells = [followed]
        for _ in EVENTS:
            least = [min(n, int(chance.choice([0, 1, 3, 5, 9, n - 2, n, chance.integers(0, n + 1)]))) for n in followed]
            more = [int(chance.choice([0, 0, 1, 2, 5, 7, n - k])) for n, k in zip(followed, least, strict=True)]
            cells += [np.array(least), np.minimum(np.array(least) + more, followed)]
        inside = np.column_stack(cells)
        found.append(np.vstack([inside, inside.sum(axis=0)]))
        followed = np.maximum(followed - chance.choice([0, 0, 1, 3, 5, 8, 12], len(GROUPS)), 10)
    return np.array(found)


def published(counts):
    """Rows of the public copy of a study."""
    rows = []
    for t, place, event in np.ndindex(len(YEARS), len(PLACES), len(EVENTS)):
        n, *with_it = counts[t, place][of_event(event)].tolist()
        for name, k in zip(BOUNDS, with_it, strict=True):
            said = {"population": PLACES[place], "event": EVENTS[event], "at_years": YEARS[t], "measure": "share"}
            said |= {"n_patients": n, "n_events": k, "n_at_risk": n}
            rows.append(estimate(Section.PREVALENCE, name, k / n, **said, is_small=is_small(said)))
    held = facts(rows).tables
    return public_results(held["estimate"], held["curve"]).estimates.to_pylist()


def system(rows):
    """All that is known: the counts shown, sums over groups, least to most to followed, and that nobody is followed again."""
    number = np.arange(len(YEARS) * len(PLACES) * COUNTS).reshape(len(YEARS), len(PLACES), COUNTS)
    low, high, lines = np.zeros(number.size), np.full(number.size, float(LARGEST)), []

    def at_least(more, less):
        line = np.zeros(number.size)
        line[more], line[less] = 1.0, -1.0
        lines.append(line)

    for t, place in np.ndindex(number.shape[:2]):
        for event in range(len(EVENTS)):
            n, k, m = number[t, place, of_event(event)]
            at_least(m, k)
            at_least(n, m)
        if t:
            at_least(number[t - 1, place, FOLLOWED], number[t, place, FOLLOWED])
    for t, each in np.ndindex(len(YEARS), COUNTS):
        at_least(number[t, :-1, each], number[t, -1, each])
        at_least(number[t, -1, each], number[t, :-1, each])
    for row in (row for row in rows if row["n_events"] is not None):
        cell = number[YEARS.index(row["at_years"]), PLACES.index(row["population"])]
        n, *with_it = cell[of_event(EVENTS.index(row["event"]))]
        for at, value in ((n, row["n_patients"]), (with_it[BOUNDS.index(row["estimand"])], row["n_events"])):
            low[at] = high[at] = value
    return number, LinearConstraint(np.array(lines), 0.0, np.inf), Bounds(low, high)


def asked_of(number):
    """Each count that is asked, as factors of all counts, with what it is."""
    for t, place, event in np.ndindex(len(YEARS), len(PLACES), len(EVENTS)):
        for name, signs in ASKED.items():
            wanted = np.zeros(number.size)
            wanted[number[t, place, of_event(event)]] = signs
            yield (name, EVENTS[event], PLACES[place], YEARS[t]), wanted
        if t and not event:
            wanted = np.zeros(number.size)
            wanted[number[t - 1, place, FOLLOWED]], wanted[number[t, place, FOLLOWED]] = 1.0, -1.0
            yield ("followed no more", PLACES[place], YEARS[t]), wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_no_small_count_is_the_only_one_that_fits(seed):
    counts = study(seed)
    rows = published(counts)
    number, known, ends = system(rows)
    n_asked = 0
    for what, wanted in asked_of(number):
        if 0 < round(wanted @ counts.ravel()) < 5:
            n_asked += 1
            least, most = (
                milp(side * wanted, constraints=known, bounds=ends, integrality=np.ones(number.size))
                for side in (1, -1)
            )
            assert round(least.fun) < round(-most.fun), (what, counts)
    assert n_asked
    assert any(row["is_told"] for row in rows)
