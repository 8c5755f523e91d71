"""Two public copies of one study, laid beside each other by somebody who tries every table that fits what is printed."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipeline.cohort.published import Before
from pipeline.cohort.suppression import public_results
from pipeline.report.studypublic import public_copy
from tests.studyreportrows import estimate, facts, step

GROUPS, WINDOWS = ("b_all", "lbcl"), ("day_0_28", "day_29_90")
MOST = 16  # more than any count drawn, or the largest would be known
EVERY = np.array(list(itertools.product(range(MOST + 1), repeat=4)))
"""Every table of two groups and two windows that might be."""
CELLS = [
    *((f"indication={group}", window) for group in GROUPS for window in WINDOWS),
    *((f"indication={group}", None) for group in GROUPS),
    *(("all", window) for window in WINDOWS),
    ("all", None),
]
SUMS = np.array(
    [
        *np.eye(4, dtype=int),
        *([1, 1, 0, 0], [0, 0, 1, 1]),
        *([1, 0, 1, 0], [0, 1, 0, 1]),
        [1, 1, 1, 1],
    ]
)


def rows(counts):
    """First events by group and window with all totals, from the four counts inside."""
    said = {
        "event": "crs",
        "n_patients": 400,
        "person_years": 200.0,
        "unit": "per 100 person-years",
        "method": "garwood",
    }
    return [
        estimate(
            "incidence", "first_event", n / 2, population=name, window=window, n_events=n, is_small=0 < n < 5, **said
        )
        for (name, window), n in zip(CELLS, (SUMS @ np.array(counts)).tolist(), strict=True)
    ]


def copy_of(counts, *earlier):
    return public_results(*(facts(rows(counts)).tables[name] for name in ("estimate", "curve")), Before(others=earlier))


def printed(copy):
    return {(row["population"], row["window"]): row["n_events"] for row in copy.estimates.to_pylist()}


def fitting(copy):
    """Every table that fits one copy: counts of all cells, one row each. Hidden ones are counts all the same."""
    shown = printed(copy)
    every = EVERY @ SUMS.T
    fits = np.ones(len(every), dtype=bool)
    for at, cell in enumerate(CELLS):
        if shown[cell] is not None:
            fits &= every[:, at] == shown[cell]
    return every[fits]


def told_apart(first, second, *, is_growing):
    """By cell every difference that fits both copies; is_growing: counts inside never fall, and the reader knows."""
    if not is_growing:
        return [{int(b - a) for a in set(one) for b in set(two)} for one, two in zip(first.T, second.T, strict=True)]
    found = [set() for _ in CELLS]
    for table in first:
        later = second[(second[:, :4] >= table[:4]).all(axis=1)]
        for at, values in enumerate((later - table).T):
            found[at] |= set(values.tolist())
    return found


@settings(max_examples=60, deadline=None)
@given(*[st.lists(st.integers(0, 8), min_size=4, max_size=4), st.lists(st.integers(0, 4), min_size=4, max_size=4)])
@example([8, 8, 8, 8], [1, 0, 0, 0])
@example([8, 8, 8, 8], [2, 0, 0, 3])
@example([3, 8, 8, 8], [4, 0, 0, 0])
@example([0, 6, 7, 8], [0, 0, 0, 1])
def test_no_small_difference_follows_from_two_copies(before, more):
    after = [one + other for one, other in zip(before, more, strict=True)]
    first = copy_of(before)
    second = copy_of(after, first.counts)
    tables = fitting(first), fitting(second)
    true = SUMS @ np.array(more)
    for is_growing in (False, True):
        if is_growing and len(tables[0]) * len(tables[1]) > 1_000_000:
            continue
        for cell, n, possible in zip(CELLS, true.tolist(), told_apart(*tables, is_growing=is_growing), strict=True):
            assert n in possible
            if 0 < n < 5:
                assert len(possible) > 1, (cell, n, printed(first), printed(second))


@settings(max_examples=40, deadline=None)
@given(*[st.lists(st.integers(0, 8), min_size=4, max_size=4), st.lists(st.integers(0, 4), min_size=4, max_size=4)])
def test_whoever_guesses_that_a_hidden_count_stayed_the_same_learns_nothing_from_the_other_copy(before, more):
    after = [one + other for one, other in zip(before, more, strict=True)]
    first = copy_of(before)
    second = copy_of(after, first.counts)
    old, new = printed(first), printed(second)
    for cell, now, then in zip(
        CELLS, (SUMS @ np.array(after)).tolist(), (SUMS @ np.array(before)).tolist(), strict=True
    ):
        if old[cell] is None and abs(now - then) < 5:
            assert new[cell] is None


def test_a_copy_without_a_change_is_the_same_copy_again():
    first = copy_of([3, 9, 20, 30])
    assert copy_of([3, 9, 20, 30], first.counts).estimates.equals(first.estimates)


def test_large_growth_hides_nothing():
    first = copy_of([10, 20, 30, 40])
    assert None not in printed(copy_of([20, 40, 60, 80], first.counts)).values()


def test_a_copy_handed_out_again_tells_what_it_told_whatever_came_later():
    first = copy_of([10, 20, 30, 40])
    second = copy_of([12, 20, 30, 40], first.counts)
    assert None in printed(second).values()
    whole = facts(rows([12, 20, 30, 40])).tables
    again = public_results(whole["estimate"], whole["curve"], Before(second.counts, second.drawn))
    assert again.estimates.equals(second.estimates)


def test_a_third_copy_is_held_against_both_others():
    first = copy_of([10, 20, 30, 40])
    second = copy_of([30, 40, 60, 80], first.counts)
    third = [32, 40, 60, 80]
    assert None not in printed(copy_of(third, first.counts)).values()
    assert None in printed(copy_of(third, first.counts, second.counts)).values()


def milestones(n_events):
    """Deaths by year 1 and 3, and a curve of them."""
    said = {"n_patients": 400, "n_at_risk": 200, "event": "death", "unit": "share", "measure": "share", "method": "km"}
    shown = [
        estimate("survival", "overall_survival", 1 - n / 400, at_years=at, n_events=n, **said)
        for at, n in zip((1.0, 3.0), n_events, strict=True)
    ]
    steps = [
        step("survival", "overall_survival", at / 10, 1 - at / 80, 400 - at, event="death")
        for at in range(1, n_events[1] + 1)
    ]
    tables = facts(shown, steps).tables
    return tables["estimate"], tables["curve"]


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        ((20, 40), [20, 40]),
        ((20, 42), [20, None]),
        ((22, 45), [None, 45]),
        ((26, 48), [26, None]),
        ((26, 51), [26, 51]),
    ],
)
def test_deaths_that_came_since_are_no_small_count_at_or_between_milestones(later, shown):
    first = public_results(*milestones((20, 40)))
    second = public_results(*milestones(later), Before(others=[first.counts]))
    assert [row["n_events"] for row in second.estimates.to_pylist()] == shown


def test_a_curve_with_few_deaths_since_is_not_drawn_again():
    first = public_results(*milestones((20, 40)))
    assert first.curves.num_rows
    assert not public_results(*milestones((20, 42)), Before(others=[first.counts])).curves.num_rows
    many = public_results(*milestones((30, 60)), Before(others=[first.counts]))
    assert many.curves.num_rows
    again = public_results(*milestones((20, 40)), Before(first.counts, first.drawn))
    assert again.curves.equals(first.curves)


def characteristics(counts):
    found = [
        {"characteristic": "prior_lines", "level": f"{at}", "population": "all", "n_patients": n}
        for at, n in enumerate(counts)
        if n
    ]
    return facts(characteristic=found).tables


def levels(copy):
    return {row["level"]: row["n_patients"] for row in copy.tables["characteristic"].to_pylist()}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6)), min_size=2, max_size=3))
def test_no_small_number_of_new_patients_follows_from_two_copies_and_their_sums(drawn):
    before, after = [one for one, _ in drawn], [one + more for one, more in drawn]
    assume(sum(n > 0 for n in before) > 1)
    assume(sum(before) >= 12)  # otherwise the sum itself is not told, and so it is where few were added
    assume(not 0 < sum(after) - sum(before) < 5)
    first = public_copy(characteristics(before))
    second = public_copy(characteristics(after), characteristics_before=Before(others=[first.told["characteristic"]]))
    possible = [_levels_that_fit(levels(copy), counts) for copy, counts in ((first, before), (second, after))]
    for at, (one, other) in enumerate(zip(before, after, strict=True)):
        if 0 < other - one < 5:
            then, now = ({found[at] for found in lists} for lists in possible)
            assert len({b - a for a in then for b in now}) > 1, (at, levels(first), levels(second))


def _levels_that_fit(shown, counts):
    """Every list of counts that fits what is printed and the sum of all."""
    ranges = [
        range(1, sum(counts) + 1) if shown.get(f"{at}", 0) is None else [shown.get(f"{at}", 0)]
        for at in range(len(counts))
    ]
    return [found for found in itertools.product(*ranges) if sum(found) == sum(counts)]


def test_texts_of_the_registry_are_other_in_the_public_copy():
    counted = {"characteristic": "product", "population": "all"}
    named = [("tisagenlecleucel", 40), ("smith's own cells", 9), ("unknown", 7), ("dr jones trial", 8)]
    found = [counted | {"level": level, "n_patients": n} for level, n in named]
    assert levels(public_copy(facts(characteristic=found).tables)) == {
        "tisagenlecleucel": 40,
        "other": 17,
        "unknown": 7,
    }


def test_single_centres_are_the_regulators():
    found = [estimate("completeness", "clark_c", 0.9, population="centre=St Elsewhere", n_patients=50)]
    assert not public_copy(facts(found).tables).tables["estimate"].num_rows
