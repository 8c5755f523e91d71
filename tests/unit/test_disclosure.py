"""What has to go with small counts: by sums, because no count is negative, and by rules that set each other off."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cohort.disclosure import Equation, Rule, bounded, closed, derivable, protected

ROWS, COLUMNS = ("a", "b"), ("x", "y")
SUMS = [
    *(Equation((row, None), tuple((row, column) for column in COLUMNS)) for row in ROWS),
    *(Equation((None, column), tuple((row, column) for row in ROWS)) for column in COLUMNS),
    Equation((None, None), tuple((row, None) for row in ROWS)),
    Equation((None, None), tuple((None, column) for column in COLUMNS)),
]


def table(inside):
    """Counts of two rows by two columns, with their sums."""
    counts = dict(zip(itertools.product(ROWS, COLUMNS), inside, strict=True))
    for one in SUMS:
        counts[one.total] = sum(counts[part] for part in one.parts)
    return {cell: (n,) for cell, n in counts.items()}


def fitting(counts, gone, most):
    """Every table without a negative count that fits what is shown."""
    shown = [cell for cell in counts if cell not in gone]
    tables = (table(inside) for inside in itertools.product(range(most + 1), repeat=4))
    return [found for found in tables if all(found[cell] == counts[cell] for cell in shown)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=4, max_size=4))
def test_no_small_count_is_the_only_one_that_fits(inside):
    counts = table(inside)
    small = {cell for cell, (n,) in counts.items() if 0 < n < 5}
    gone = protected(small, SUMS, counts, 5)
    assert small <= gone
    possible = fitting(counts, gone, 8)
    assert counts in possible
    for cell in small:
        assert len({found[cell] for found in possible}) > 1, (cell, inside, sorted(gone, key=str))


def test_a_count_that_only_a_negative_one_could_change_is_known():
    counts = table([0, 5, 0, 1])
    gone = {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("b", None), (None, "y")}
    assert derivable(gone, [SUMS[2]]) == set()
    assert bounded(gone, [SUMS[0], SUMS[2]], counts) == {("a", "y")}  # of a total of 0 both parts are 0
    assert bounded(gone, [SUMS[0], SUMS[2]], {cell: (n - 1,) for cell, (n,) in counts.items()}) == set()


def test_what_cannot_go_is_left_and_all_else_goes():
    counts = {"all": (9,), "a": (3,), "b": (6,)}
    assert protected({"a"}, [Equation("all", ("a", "b"))], counts, 5, fixed={"b", "all"}) == {"a"}
    assert protected({"a"}, [Equation("all", ("a", "b"))], counts, 5, fixed={"b"}) == {"a", "all"}


def test_a_difference_below_nothing_is_as_small_as_one_above():
    counts = {"all": (-3,), "a": (-3,), "b": (0,)}
    assert protected({"a"}, [Equation("all", ("a", "b"))], counts, 5) == {"a", "b", "all"}


def test_rules_set_each_other_off_until_nothing_more_goes():
    asked = []

    def after(one, other):
        def also(hidden):
            asked.append(one)
            return {other} if one in hidden else set()

        return Rule([one], also)

    assert closed({1}, [after(3, 4), after(2, 3), after(1, 2)]) == {1, 2, 3, 4}
    assert asked == [3, 2, 1, 2, 3]
    assert closed(set(), [after(1, 2)]) == set()
