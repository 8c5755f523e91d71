"""The simulated worlds: null pairs are null, injected ones have their strength from their quarter on, margins are kept."""

import itertools

import numpy as np
import pytest

from benchmarks.operating_world import Design, expected_counts, looks, watched_chances, world

SMALL = Design(
    n_quarters=8, n_background=60, n_watched=30, n_events=80, background_cases=400_000.0, onsets=(1, 5), pairs_of_each=2
)


@pytest.fixture(scope="module")
def truth_and_looks():
    truth, draw = world(SMALL, 7)
    return truth, list(looks(truth, draw))


def watched_cells(truth, look):
    return look.a[truth.design.n_background :], expected_counts(truth)


def test_the_tables_of_a_look_add_up(truth_and_looks):
    _, seen = truth_and_looks
    assert [look.quarter for look in seen] == list(range(1, 9))
    for look in seen:
        np.testing.assert_array_equal(look.a.sum(axis=0), look.n_event)
        assert look.n_drug.sum() == look.n_cases
        assert (look.a <= look.n_drug[:, None]).all()
        assert look.n_event.max() < look.n_cases


def test_counts_only_grow_and_a_look_is_not_changed_by_the_next(truth_and_looks):
    _, seen = truth_and_looks
    for before, after in itertools.pairwise(seen):
        assert (after.a >= before.a).all()
        assert (after.n_drug >= before.n_drug).all()
    assert seen[0].n_cases < seen[-1].n_cases


def test_null_pairs_have_the_events_of_the_background(truth_and_looks):
    truth, seen = truth_and_looks
    observed, expected = watched_cells(truth, seen[-1])
    is_null = truth.strength == 1
    total = expected[is_null].sum()
    assert abs(observed[is_null].sum() - total) < 4 * total**0.5 + 0.05 * total  # cases of a drug are drawn too
    share = np.sum(seen[-1].a[: SMALL.n_background], axis=0) / seen[-1].n_drug[: SMALL.n_background].sum()
    common = truth.share > 0.001
    np.testing.assert_allclose(share[common], truth.share[common], rtol=0.12)


def test_null_pairs_are_as_frequent_as_their_margins_say(truth_and_looks):
    truth, seen = truth_and_looks
    look = seen[-1]
    drugs = slice(SMALL.n_background, None)
    of_margins = look.n_drug[drugs, None] * look.n_event / look.n_cases
    is_null = truth.strength == 1
    observed, expected = look.a[drugs][is_null].sum(), of_margins[is_null].sum()
    assert abs(observed / expected - 1) < 4 / expected**0.5 + 0.02  # injected pairs raise the events' margins a little


@pytest.mark.parametrize("strength", [1.5, 2.0, 4.0])
def test_injected_pairs_are_reported_as_often_as_stated(truth_and_looks, strength):
    truth, seen = truth_and_looks
    observed, expected = watched_cells(truth, seen[-1])
    chosen = (truth.strength == strength) & (truth.onset == 1)
    wanted = strength * expected[chosen].sum()
    assert abs(observed[chosen].sum() - wanted) < 4 * wanted**0.5 + 0.05 * wanted


def test_an_injected_pair_is_null_before_its_onset():
    truth, _ = world(SMALL, 7)
    late = truth.onset == 5
    before, after = watched_chances(truth, 4), watched_chances(truth, 5)
    average = np.broadcast_to(truth.share, before.shape)
    np.testing.assert_array_equal(before[late], average[late])
    np.testing.assert_allclose(after[late], (average * truth.strength)[late])


def test_every_watched_drug_has_the_same_number_of_pairs_of_each_kind():
    truth, _ = world(SMALL, 7)
    for strength in SMALL.strengths:
        for onset in SMALL.onsets:
            here = (truth.strength == strength) & (truth.onset == onset)
            assert (here.sum(axis=1) == SMALL.pairs_of_each).all()
    assert ((truth.strength == 1) == (truth.onset == 1) & ~(truth.strength > 1)).all()


def test_the_background_average_is_the_share_of_null_pairs():
    truth, _ = world(SMALL, 7)
    volume = truth.cases[: SMALL.n_background]
    np.testing.assert_allclose((truth.background * volume[:, None]).sum(axis=0) / volume.sum(), truth.share)


def test_the_margins_have_heavy_tails_as_those_of_the_real_extract():
    truth, _ = world(Design(), 1)
    logs = np.log(truth.cases[:400])
    assert 1.5 < logs.std() < 2.1
    assert truth.cases[:400].max() > 20 * np.median(truth.cases[:400])
    assert 1.6 < np.log(truth.share).std() < 2.4
    assert truth.cases[400:].sum() < 0.06 * truth.cases.sum()


def test_a_seed_is_one_world():
    one, other, third = (world(SMALL, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(next(looks(*one)).a, next(looks(*other)).a)
    assert not np.array_equal(one[0].share, third[0].share)
