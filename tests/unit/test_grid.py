"""Grouping of all drug × event cells, against writing every cell out."""

import numpy as np
import pytest

from pipeline.signals.grid import BIN_WIDTH, grid


def sample(seed=3, drugs=40, events=25, n_cases=5000):
    """Margins of every drug and event, and the cells that hold a case."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 60, drugs), rng.integers(1, 90, events)
    counts = rng.poisson(3 * np.outer(rows, columns) / n_cases)
    drug, event = np.nonzero(counts)
    pairs = {"observed": counts[drug, event], "drug_total": rows[drug], "event_total": columns[event]}
    return counts, np.outer(rows, columns) / n_cases, (rows, columns, n_cases), pairs


def test_ungrouped_cells_are_exactly_those_written_out():
    counts, expected, margins, pairs = sample()
    groups = grid(*margins, **pairs, bin_width=0)
    found = {(n, round(e, 12)): w for n, e, w in zip(*groups, strict=True)}
    written, number = np.unique(np.stack([counts.ravel(), expected.round(12).ravel()]), axis=1, return_counts=True)
    assert found == {(n, e): w for n, e, w in zip(*written, number, strict=True)}


def test_weights_add_up_to_drugs_times_events():
    _, _, margins, pairs = sample()
    for width in (0, BIN_WIDTH, 0.5):
        assert grid(*margins, **pairs, bin_width=width).weight.sum() == 40 * 25


def test_grouping_keeps_the_sum_of_observed_and_of_expected():
    counts, expected, margins, pairs = sample()
    groups = grid(*margins, **pairs)
    assert groups.weight @ groups.observed == counts.sum()
    assert groups.weight @ groups.expected == pytest.approx(expected.sum(), rel=1e-12)


def test_groups_hold_expected_counts_within_a_bin():
    _, expected, margins, pairs = sample()
    groups = grid(*margins, **pairs)
    nearest = np.abs(np.log(groups.expected)[:, None] - np.log(expected.ravel())).min(axis=1)
    assert nearest.max() < BIN_WIDTH
    assert groups.observed.size < grid(*margins, **pairs, bin_width=0).observed.size


def test_drugs_and_events_without_a_case_add_no_cell():
    _, _, (rows, columns, n_cases), pairs = sample()
    plain = grid(rows, columns, n_cases, **pairs)
    padded = grid([*rows, 0, 0], [0, *columns], n_cases, **pairs)
    for ours, theirs in zip(padded, plain, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_order_of_drugs_events_and_pairs_does_not_matter():
    _, _, (rows, columns, n_cases), pairs = sample()
    plain = grid(rows, columns, n_cases, **pairs)
    turned = grid(rows[::-1], columns[::-1], n_cases, **{name: column[::-1] for name, column in pairs.items()})
    for ours, theirs in zip(turned, plain, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_margins_in_32_bits_do_not_overflow():
    big = np.array([20_000_000], dtype=np.int32)
    groups = grid(big, big, 25_000_000, observed=[16_000_000], drug_total=big, event_total=big)
    np.testing.assert_allclose([column[0] for column in groups], [16_000_000, 16_000_000, 1], rtol=1e-15)


def test_a_pair_with_a_margin_that_no_drug_has_is_refused():
    with pytest.raises(ValueError, match=r"drug_total\[1\] is 7, which no drug or event has"):
        grid([5, 6], [4], 100, observed=[1, 1], drug_total=[5, 7], event_total=[4, 4])


def test_a_pair_given_twice_is_refused():
    with pytest.raises(ValueError, match="give each pair once"):
        grid([5], [4], 100, observed=[1, 1], drug_total=[5, 5], event_total=[4, 4])


def test_nothing_reported_gives_no_group():
    groups = grid([], [], 0, observed=[], drug_total=[], event_total=[])
    assert all(column.shape == (0,) for column in groups)
