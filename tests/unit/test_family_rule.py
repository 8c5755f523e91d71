"""The rule of signals asked of a large family gives what the exact p of every pair gives."""

import numpy as np
import pytest

from pipeline.signals.conditional import fisher_exact
from pipeline.signals.dominance import screened_weight
from pipeline.signals.familyrule import signals_of_family
from pipeline.signals.interval import TwoByTwo, two_by_two
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.signals.scoring import is_signal


def drawn(seed, n_pairs, strength):
    """Pairs with at least one case; the larger strength, the more of them stand out."""
    chance = np.random.default_rng(seed)
    total = 20_000
    drug, event = (np.ceil(np.exp(chance.uniform(0, 8, n_pairs))) for _ in range(2))
    a = chance.poisson(drug * event / total * np.exp(np.abs(chance.normal(0, strength, n_pairs))))
    a = np.clip(a, 1, np.minimum(drug, event))
    return two_by_two(a, drug - a, event - a, np.maximum(total - drug - event + a, 0))


@pytest.mark.parametrize("strength", [0.0, 0.2, 2.0])
@pytest.mark.parametrize("factor", [1, 30])
def test_the_answer_is_that_of_every_exact_p(strength, factor):
    table = drawn(3, 2_000, strength)
    exact = is_signal(benjamini_hochberg(fisher_exact(*table).mid, 2_000 * (factor - 1)))
    found = signals_of_family(table, 2_000 * factor)
    np.testing.assert_array_equal(found, exact)
    assert found.any() or strength == 0
    assert not found.all()


def test_no_pair_with_at_most_the_cases_expected_has_a_small_p():
    cells = [
        (a, m - a, n - a, 60 - m - n + a) for m in range(1, 31) for n in range(1, 31) for a in range(1, m * n // 60 + 1)
    ]
    least = fisher_exact(*two_by_two(*np.array(cells, dtype=float).T)).mid.min()
    assert least >= 0.25


def test_pairs_that_cannot_be_asked_are_none_and_too_few_questions_are_refused():
    table = two_by_two([5, 5], [0, 0], [0, 2], [0, 90])
    assert signals_of_family(table, 1).tolist() == [False, True]
    with pytest.raises(ValueError, match="fewer than the 1 pairs"):
        signals_of_family(table, 0)
    nothing = TwoByTwo(*(np.zeros(0) for _ in "abcd"))
    assert signals_of_family(nothing, 0).shape == (0,)


def test_a_thing_weighs_by_the_pairs_of_others_it_hides():
    """Thing 1 holds 60 of 80 cases of the shared thing 1 and 160 of 1,000 in all; two other pairs share that one."""
    own, shared, others = np.array([1, 2, 3, 1, 2]), np.array([1, 1, 1, 2, 2]), np.array([2, 2, 2, 0, 0])
    a, totals = np.array([60, 10, 10, 5, 5]), (np.array([0, 160, 50, 10]), np.array([0, 80, 20]))
    weight = screened_weight(own, shared, a, others, totals, 1_000)
    assert weight[1] == pytest.approx(2 * np.log2((840 / 1000) / (20 / 80)))
    assert weight[2] == pytest.approx(2 * np.log2((950 / 1000) / (70 / 80)))
    assert weight[0] == 0


def test_what_holds_every_case_of_a_thing_has_no_answer_and_weighs_nothing():
    totals = (np.array([0, 8, 3]), np.array([0, 8]))
    weight = screened_weight(np.array([1, 2]), np.array([1, 1]), np.array([8, 3]), np.array([1, 1]), totals, 50)
    assert weight[1] == 0
    assert weight[2] == pytest.approx(np.log2((47 / 50) / (5 / 8)))
