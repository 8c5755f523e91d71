"""Counting by a product of matrices, against counting every case out."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals import crosscount
from pipeline.signals.crosscount import Cases, Membership, cross_count, once, within

rows_of = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=40)


def membership(rows):
    case, thing = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2).T
    return Membership(case, thing)


def by_hand(rows, columns, group):
    counts = Counter()
    for case, row in rows:
        for other, column in columns:
            if case == other and case in group:
                counts[column, row, group[case]] += 1
    return counts


def counted(found):
    keys = zip(*(column.tolist() for column in found[:3]), strict=True)
    return {(column, row, group): n for (row, column, group), n in zip(keys, found.n_cases.tolist(), strict=True)}


@given(rows=rows_of, columns=rows_of, group=st.dictionaries(st.integers(0, 12), st.integers(0, 3)))
@settings(deadline=None, max_examples=150)
def test_every_pair_is_counted_in_its_group(rows, columns, group):
    cases = Cases(np.array(sorted(group), dtype=np.int64), np.array([group[c] for c in sorted(group)], dtype=np.int64))
    found = cross_count(membership(rows), membership(columns), cases)
    expected = by_hand(rows, columns, group)
    assert counted(found) == expected
    assert list(counted(found)) == sorted(expected)
    for margin, members in ((found.rows, rows), (found.columns, columns)):
        held = Counter((group[case], thing) for case, thing in members if case in group)
        assert {(g, t): n for (g, t), n in np.ndenumerate(margin) if n} == held


@given(rows=rows_of, columns=rows_of, chosen=st.lists(st.booleans(), min_size=3, max_size=3))
@settings(deadline=None, max_examples=80)
def test_groups_taken_together_are_their_cases_counted_alone(rows, columns, chosen):
    every = np.arange(13)
    group, wanted = every % 3, np.array(chosen)
    whole = within(cross_count(membership(rows), membership(columns), Cases(every, group)), wanted)
    some = every[wanted[group]]
    alone = cross_count(membership(rows), membership(columns), Cases(some, np.zeros(some.size, np.int64)))
    for ours, theirs in zip(whole[:4], alone[:4], strict=True):
        np.testing.assert_array_equal(ours, theirs)


@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=12), at_once=st.integers(1, 4))
@settings(deadline=None, max_examples=150)
def test_each_case_stands_once_with_each_thing_however_rows_stand_and_are_looked_at(rows, at_once):
    case, thing = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(crosscount, "AT_ONCE", at_once)
        found = once(Membership(case, thing), np.arange(7))
    assert list(zip(found.case.tolist(), found.thing.tolist(), strict=True)) == sorted(set(rows))


def test_parts_and_order_of_rows_do_not_matter(monkeypatch):
    rng = np.random.default_rng(3)
    keys = [np.unique(rng.integers(0, 300, 2000) * 64 + rng.integers(0, 50, 2000)) for _ in range(2)]
    rows, columns = (Membership(key // 64, key % 64) for key in keys)
    cases = Cases(np.arange(300), rng.integers(0, 4, 300))
    plain = cross_count(rows, columns, cases)
    monkeypatch.setattr(crosscount, "WORKERS", 7)
    turned = (Membership(member.case[::-1], member.thing[::-1]) for member in (rows, columns))
    for ours, theirs in zip(cross_count(*turned, cases), plain, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]])
@pytest.mark.parametrize("bound", ["WIDEST_TABLE", "LOOSEST", "LOOSEST_ASCENDING"])
def test_case_numbers_far_apart_are_found_as_well(monkeypatch, bound, order):
    known = Cases(np.array([3, 70, 9000]), np.array([0, 1, 1]))
    case, thing = np.array([3, 5, 70, 9000, 9001]), np.array([1, 1, 2, 2, 2])
    member = Membership(case[order], thing[order])
    monkeypatch.setattr(crosscount, "LOOSEST", 10_000)
    monkeypatch.setattr(crosscount, "LOOSEST_ASCENDING", 10_000)
    in_a_table = cross_count(member, member, known)
    monkeypatch.setattr(crosscount, bound, 0)
    for searched, looked_up in zip(cross_count(member, member, known), in_a_table, strict=True):
        np.testing.assert_array_equal(searched, looked_up)
    assert in_a_table.n_cases.tolist() == [1, 2]


def test_nothing_gives_nothing():
    nothing = np.zeros(0, np.int64)
    found = cross_count(Membership(nothing, nothing), Membership(nothing, nothing), Cases(nothing, nothing))
    assert found.n_cases.shape == (0,)
    assert within(found, np.zeros(0, np.bool_)).n_cases.shape == (0,)


@pytest.mark.parametrize(
    ("case", "thing", "cases", "words"),
    [
        ([1, 1], [4, 4], [1], r"rows has case 1 twice for thing 4"),
        ([1, -2], [4, 5], [1], r"rows.case\[1\] is -2"),
        ([1], [-4], [1], r"rows.thing\[0\] is -4"),
        ([1], [4], [2, 2], r"cases.case\[1\] is 2, no more than the one before"),
        ([2**40], [2**40], [1], "number things densely"),
    ],
)
def test_what_cannot_be_counted_is_refused(case, thing, cases, words):
    rows, known = Membership(np.array(case), np.array(thing)), np.array(cases)
    one = Membership(np.array([1]), np.array([1]))
    with pytest.raises(ValueError, match=words):
        cross_count(rows, one, Cases(known, np.zeros(known.size, np.int64)))
