"""The evaluation's own arithmetic, on cases small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.duplicate_scores import islands, listed, pairs_of, score, share

LABELS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25)


def labels(text):
    """One letter per case; a dot stands alone."""
    alone = iter(range(1000, 2000))
    return np.array([next(alone) if letter == "." else ord(letter) for letter in text], dtype=np.int64)


def test_pairs_of_a_cluster_of_three_and_one_of_two():
    found = pairs_of(labels("aab.ba"))
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 1), (0, 5), (1, 5), (2, 4)]


def test_pairs_are_listed_once_whatever_their_order():
    found = listed(np.array([3, 1, 1]), np.array([1, 3, 2]), 5)
    assert (found.first.tolist(), found.second.tolist()) == ([1, 1], [2, 3])


@pytest.mark.parametrize(
    ("truth", "found", "precision", "recall"),
    [
        ("aab", "aab", 1.0, 1.0),
        ("aaa", "aa.", 1.0, 1 / 3),
        ("aa.", "aaa", 1 / 3, 1.0),
        ("aabb", "aaaa", 2 / 6, 1.0),
        ("aabb", "abab", 0.0, 0.0),
    ],
)
def test_pairwise_precision_and_recall(truth, found, precision, recall):
    result = score(labels(truth), labels(found))
    assert result.precision.value == pytest.approx(precision)
    assert result.recall.value == pytest.approx(recall)


def test_b_cubed_counts_cases_that_were_merged_or_repeated_only():
    # three copies, two of them found; a stranger merged with another; one case alone in both
    result = score(labels("aaa..."), labels("aa.bb."))
    assert result.b_cubed_precision.value == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert result.b_cubed_recall.value == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_a_cluster_is_pure_without_a_stranger_and_an_event_whole_as_one_cluster():
    result = score(labels("aaabbc"), labels("aa.bbb"))
    assert (result.pure.hits, result.pure.total) == (1, 2)
    assert (result.whole.hits, result.whole.total) == (0, 2)
    result = score(labels("aabb"), labels("aa.."))
    assert (result.whole.hits, result.whole.total) == (1, 2)


def test_nothing_found_has_no_precision_and_no_recall_of_what_is_there():
    result = score(labels("aa."), labels("..."))
    assert np.isnan(result.precision.value)
    assert result.recall.value == 0


def test_only_pairs_and_clusters_with_a_chosen_case_count():
    chosen = np.array([True, False, False, False, False])
    result = score(labels("aabb."), labels("aab.b"), chosen)
    assert (result.precision.total, result.recall.total) == (1, 1)
    assert result.precision.value == 1


def test_an_island_joins_what_truth_and_linkage_connect_in_turn():
    found = islands(labels("aa.bb."), labels(".cc.dd"))
    assert found[0] == found[1] == found[2]
    assert found[3] == found[4] == found[5]
    assert found[0] != found[3]


def test_without_an_error_the_islands_are_the_items_of_the_interval():
    # 120 pairs of one decision say no more than one success of one trial
    assert share(np.ones(120), np.zeros(120)).low == pytest.approx(0.025)
    # ten decisions: the lower Clopper-Pearson bound of ten of ten
    assert share(np.ones(120), np.arange(120) % 10).low == pytest.approx(0.025 ** (1 / 10))


def test_independent_items_have_the_plain_clopper_pearson_interval():
    hits = np.repeat([1.0, 0.0], [80, 20])
    result = share(hits, np.arange(100))
    # binom.test(80, 100) gives 0.7082 to 0.8733; the variance here divides by n - 1
    assert result.low == pytest.approx(0.7082, abs=0.001)
    assert result.high == pytest.approx(0.8733, abs=0.001)


def test_items_that_go_together_in_tens_have_the_interval_of_the_tens():
    hits = np.repeat(np.repeat([1.0, 0.0], [80, 20]), 10)
    island = np.repeat(np.arange(100), 10)
    together, apart = share(hits, island), share(hits, np.arange(1000))
    assert together.low == pytest.approx(0.7082, abs=0.003)
    assert apart.low > together.low + 0.05


def test_the_interval_agrees_with_a_bootstrap_of_islands():
    draw = np.random.default_rng(5)
    sizes = draw.integers(1, 12, 400)
    island = np.repeat(np.arange(400), sizes)
    hits = np.repeat(draw.random(400) < 0.85, sizes) & (draw.random(len(island)) < 0.95)
    result = share(hits, island)
    per, of = np.bincount(island, weights=hits), np.bincount(island)
    again = draw.integers(0, 400, (4000, 400))
    low, high = np.quantile(per[again].sum(axis=1) / of[again].sum(axis=1), [0.025, 0.975])
    assert result.low == pytest.approx(low, abs=0.01)
    assert result.high == pytest.approx(high, abs=0.01)


def test_a_share_of_nothing_has_no_value():
    assert np.isnan(share(np.array([]), np.array([])).low)


@given(LABELS)
def test_precision_of_one_labelling_is_recall_of_the_other(both):
    one, two = np.array(both).T
    forth, back = score(one, two), score(two, one)
    assert forth.precision == back.recall or np.isnan(forth.precision.value)
    assert forth.b_cubed_precision == back.b_cubed_recall or np.isnan(forth.b_cubed_precision.value)


@given(LABELS, st.randoms())
def test_the_order_of_cases_never_matters(both, chance):
    mixed = list(both)
    chance.shuffle(mixed)
    first, second = (score(*np.array(one).T) for one in (both, mixed))
    assert first.precision.hits == second.precision.hits
    assert first.recall.total == second.recall.total
    assert first.whole.hits == second.whole.hits


@given(LABELS)
def test_an_interval_holds_its_share(both):
    result = score(*np.array(both).T)
    for one in (result.precision, result.recall, result.b_cubed_precision, result.pure, result.whole):
        assert np.isnan(one.value) or one.low - 1e-12 <= one.value <= one.high + 1e-12
