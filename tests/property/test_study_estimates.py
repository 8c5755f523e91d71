"""Laws of the follow-up study's estimators that hold whatever the patients, against slow definitions."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pipeline.cohort.disclosure import Equation, derivable, protected
from pipeline.study.binomial import fisher, share
from pipeline.study.comparison import gray
from pipeline.study.followed import followed
from pipeline.study.meancount import mean_count
from pipeline.study.persontime import days_within, events_within, lexis
from pipeline.study.poisson import count_bounds
from pipeline.study.regression import cox, fine_gray
from pipeline.study.standardised import directly_standardised

checked = settings(deadline=None, max_examples=40)
spans = st.lists(st.tuples(st.integers(-1, 400), st.integers(1, 900)), min_size=1, max_size=12)
CUTS = [0, 29, 91, 366]


@checked
@given(spans)
def test_days_by_window_add_up_to_all_days(rows):
    entry, length = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    parts = days_within(entry, entry + length, CUTS, [28, 90, 365, 10_000])
    np.testing.assert_array_equal(parts.sum(axis=1), length)
    place, day = np.arange(len(rows)), entry + length
    assert events_within(place, day, len(rows), CUTS, [28, 90, 365, 10_000]).sum() == len(rows)


@checked
@given(spans, st.lists(st.floats(0, 3000), min_size=12, max_size=12), st.integers(0, 1))
def test_the_lexis_split_equals_counting_day_by_day(rows, origins, shift):
    entry, length = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    stop = entry + length
    origin = np.stack([np.array(origins[: len(rows)]), np.full(len(rows), 17_000.0 + shift)], axis=1)
    cuts = [np.array([0.0, 700.5, 1400.0]), np.array([17_000.0, 17_200.0, 17_566.0])]
    parts = lexis(entry, stop, origin, cuts)
    found = {}
    for person, cells, days in zip(parts.person, map(tuple, parts.cells), parts.days, strict=True):
        found[person, *cells] = found.get((person, *cells), 0) + days
    expected = {}
    for person in range(len(rows)):
        for day in range(int(entry[person]) + 1, int(stop[person]) + 1):
            cells = tuple(
                sum(day >= np.ceil(cut - origin[person, scale]) for cut in cuts[scale]) for scale in range(len(cuts))
            )
            expected[person, *cells] = expected.get((person, *cells), 0) + 1
    assert found == expected


people = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), min_size=8, max_size=30
)


def minus_log_likelihood(beta, persons, x):
    """Breslow's partial likelihood, event by event, by its definition."""
    total = 0.0
    for i in np.flatnonzero(persons.cause == 1):
        at_risk = (persons.exit >= persons.exit[i]) & (persons.entry < persons.exit[i])
        total += x[i] @ beta - np.log(np.exp(x[at_risk] @ beta).sum())
    return -total


@checked
@given(people)
def test_cox_maximises_the_likelihood_of_the_definition(rows):
    time, cause, entry, z = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    persons = followed(time, cause, np.minimum(entry, time - 1))
    x = np.stack([z, (z > 1) * (np.arange(z.size) % 2)], axis=1)
    try:
        found = cox(persons, x)
    except ValueError:
        return  # no finite maximum
    if np.abs(found.coefficient).max() > 8:
        return  # flat: the likelihood rises without end, as far as doubles can tell
    centred = x - x.mean(axis=0)
    assert -found.log_likelihood == pytest.approx(minus_log_likelihood(found.coefficient, persons, centred))
    slope = optimize.approx_fprime(found.coefficient, minus_log_likelihood, 1e-6, persons, centred)
    np.testing.assert_allclose(slope, 0.0, atol=1e-3)


def test_without_competing_events_fine_and_grays_ratios_are_coxs():
    chance = np.random.default_rng(5)
    x = chance.normal(size=(300, 2))
    time = np.ceil(chance.exponential(30 * np.exp(-x[:, 0] * 0.5)))
    persons = followed(time, (chance.random(300) < 0.7).astype(int))
    one, other = cox(persons, x), fine_gray(persons, x)
    np.testing.assert_allclose(one.coefficient, other.coefficient, rtol=1e-8)
    np.testing.assert_allclose(one.standard_error, other.standard_error, rtol=0.15)


def test_a_model_whose_likelihood_rises_without_end_is_refused():
    rows = [
        (2, 0, 0, 0),
        (2, 0, 0, 0),
        (2, 0, 1, 2),
        (1, 0, 0, 0),
        (2, 1, 1, 4),
        (1, 0, 0, 0),
        (1, 1, 0, 0),
        (2, 0, 1, 2),
    ]
    time, cause, entry, z = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    with pytest.raises(ValueError, match="cannot be fitted"):
        cox(followed(time, cause, entry), np.stack([z, [0, 0, 0, 0, 0, 0, 0, 1]], axis=1))


def test_a_model_that_cannot_be_fitted_is_refused():
    persons = followed([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 0])
    with pytest.raises(ValueError, match="cannot be fitted"):
        cox(persons, [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="cannot be fitted"):
        cox(followed([1.0, 2.0], [0, 0]), [[1.0], [2.0]])
    with pytest.raises(ValueError, match="no late entry"):
        fine_gray(followed([1.0, 2.0], [1, 0], [0.0, 0.0]), [[1.0], [2.0]])
    with pytest.raises(ValueError, match="one row for each"):
        cox(persons, [[1.0]])


histories = st.lists(
    st.tuples(st.integers(4, 20), st.booleans(), st.lists(st.integers(1, 20), max_size=4)), min_size=3, max_size=12
)


def recurrent(rows):
    exits, dead, events = zip(*rows, strict=True)
    persons = followed(np.array(exits, dtype=float), np.array(dead, dtype=int))
    pairs = [(i, day) for i, days in enumerate(events) for day in days if day <= exits[i]]
    place, time = (np.array(side) for side in zip(*pairs, strict=True)) if pairs else (np.zeros(0, int), np.zeros(0))
    return persons, place.astype(np.int64), time.astype(float)


@checked
@given(histories)
def test_the_mean_count_is_the_sum_of_steps_and_death_only_lowers_it(rows):
    persons, place, time = recurrent(rows)
    at = [5.0, 10.0, 20.0]
    ended = mean_count(persons, place, time, at)
    going_on = mean_count(persons, place, time, at, is_terminal=False)
    for found, asked in zip(going_on.estimate, at, strict=True):
        steps = [1.0 / np.sum(persons.exit >= day) for day in time if day <= asked]
        assert found == pytest.approx(sum(steps))
    assert np.all(ended.estimate <= going_on.estimate + 1e-12)
    assert np.all(np.diff(ended.estimate) >= -1e-12)


@checked
@given(histories, st.integers(0, 10))
def test_the_robust_variance_sums_what_each_person_would_change(rows, seed):
    """Leaving one person out moves the mean by about that person's influence over n: many copies make the two equal."""
    copies = 40
    persons, place, time = recurrent(rows)
    n = persons.exit.size
    many = followed(np.tile(persons.exit, copies), np.tile(persons.cause, copies))
    places = np.concatenate([place + n * copy for copy in range(copies)])
    times = np.tile(time, copies)
    found = mean_count(many, places, times, [10.0])
    leave = []
    for i in range(n):
        kept = np.arange(n * copies) != i
        moved = np.cumsum(kept) - 1
        some = places != i
        rest = followed(many.exit[kept], many.cause[kept])
        leave.append(mean_count(rest, moved[places[some]], times[some], [10.0]).estimate[0])
    spread = copies * np.sum((np.array(leave) - found.estimate[0]) ** 2)
    assert found.standard_error[0] ** 2 == pytest.approx(spread, rel=0.1, abs=1e-9)


@checked
@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_between_its_bounds_and_turns_round(events, more):
    persons = events + more
    found, other = share(events, persons), share(more, persons)
    assert 0 <= found.low[0] <= found.estimate[0] <= found.high[0] <= 1
    assert found.low[0] == pytest.approx(1 - other.high[0], abs=1e-12)


@checked
@given(*[st.integers(0, 30)] * 4)
def test_fishers_test_does_not_care_which_way_the_table_lies(a, b, c, d):
    if a + b + c + d:
        assert fisher(a, b, c, d) == pytest.approx(fisher(a, c, b, d)) == pytest.approx(fisher(d, c, b, a))


@checked
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 100)), min_size=1, max_size=6), st.integers(2, 50))
def test_a_population_standardised_to_itself_keeps_its_rate_and_garwoods_interval(strata, scale):
    events, time = (np.array(side, dtype=float) for side in zip(*strata, strict=True))
    found = directly_standardised(events, time, time * scale)
    assert found.estimate == pytest.approx(found.crude)
    exact = count_bounds([events.sum()])
    assert found.low == pytest.approx(exact.low[0] / time.sum())
    assert found.high == pytest.approx(exact.high[0] / time.sum())


grids = st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=4), min_size=2, max_size=4).filter(
    lambda grid: len({len(line) for line in grid}) == 1
)


@checked
@given(grids)
def test_no_small_count_can_be_worked_out_from_what_is_left(grid):
    counts, equations = with_totals(grid)
    small = {cell for cell, (n,) in counts.items() if 0 < n < 5}
    gone = protected(small, equations, counts, 5)
    assert small <= gone
    cells = sorted(counts)
    lines = [[(cell == one.total) - (cell in one.parts) for cell in cells] for one in equations]
    lines += [[float(cell == shown) for cell in cells] for shown in cells if shown not in gone]
    rank = np.linalg.matrix_rank(np.array(lines, dtype=float))
    for hidden in small if gone != set(counts) else ():
        unit = [float(cell == hidden) for cell in cells]
        assert np.linalg.matrix_rank(np.array([*lines, unit], dtype=float)) > rank, hidden
    assert not small or derivable(gone, equations) == set()


def with_totals(grid):
    rows, columns = range(len(grid)), range(len(grid[0]))
    counts = {(str(i), str(j)): (grid[i][j],) for i, j in itertools.product(rows, columns)}
    equations = []
    for i in rows:
        counts[str(i), "all"] = (sum(grid[i]),)
        equations.append(Equation((str(i), "all"), tuple((str(i), str(j)) for j in columns)))
    for j in [*map(str, columns), "all"]:
        counts["all", j] = (sum(counts[str(i), j][0] for i in rows),)
        equations.append(Equation(("all", j), tuple((str(i), j) for i in rows)))
    equations.append(Equation(("all", "all"), tuple(("all", str(j)) for j in columns)))
    return counts, equations


def test_grays_test_is_refused_where_late_entry_fills_an_emptied_group():
    emptied = followed([2.0, 5.0, 6.0], [1, 1, 0], [0.0, 3.0, 3.0])
    with pytest.raises(ValueError, match="all of a group had an event before others"):
        gray([emptied, followed([1.0, 5.5, 7.0], [1, 1, 0])], 1)
