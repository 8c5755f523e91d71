"""Grouping and climbing in two stages move no score: shown on counts as uneven as those of reports."""

import numpy as np
import pytest

from pipeline.signals import grid as grids
from pipeline.signals import prior as priors
from pipeline.signals.ebgm import ebgm
from pipeline.signals.grid import grid
from pipeline.signals.likelihood import cell_groups
from pipeline.signals.prior import Prior, fit_prior

CASES = 60_000


@pytest.fixture(scope="module")
def reports():
    """Margins that fall as a power of the rank, from one case to a sixth of all; counts with a long tail."""
    rng = np.random.default_rng(17)
    drugs, events = (np.ceil(top / np.arange(1, n + 1) ** 0.9) for top, n in ((10_000, 700), (9_000, 500)))
    expected = np.outer(drugs, events) / CASES
    is_high = rng.random(expected.shape) < 0.08
    counts = rng.poisson(
        expected * np.where(is_high, rng.gamma(0.9, 4.0, expected.shape), rng.gamma(4.0, 0.22, expected.shape))
    )
    drug, event = np.nonzero(counts)
    return {
        "drug_totals": drugs,
        "event_totals": events,
        "n_cases": CASES,
        "observed": counts[drug, event],
        "drug_total": drugs[drug],
        "event_total": events[event],
    }


def scores(reports, prior):
    return ebgm(reports["observed"], reports["drug_total"] * reports["event_total"] / CASES, prior)


def test_ebgm_moves_by_less_than_a_ten_thousandth(reports):
    grouped, exact = (fit_prior(*grid(**reports, **width)) for width in ({}, {"bin_width": 0}))
    assert isinstance(grouped, Prior)
    for ours, theirs in zip(scores(reports, grouped)[:3], scores(reports, exact)[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_climbing_coarse_groups_first_reaches_the_same_maximum(reports, monkeypatch):
    cells = grid(**reports)
    at_once = fit_prior(*cells)
    monkeypatch.setattr(priors, "MANY_GROUPS", 1)
    assert priors._coarse(cell_groups(*cells)).observed.size < cells.observed.size / 3
    in_two = fit_prior(*cells)
    assert in_two.log_likelihood == pytest.approx(at_once.log_likelihood, abs=1e-5)
    assert in_two.starts == pytest.approx(at_once.starts, abs=1e-4)
    np.testing.assert_allclose(in_two[:5], at_once[:5], rtol=1e-4)
    for ours, theirs in zip(scores(reports, in_two)[:3], scores(reports, at_once)[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_groups_counted_in_place_are_those_found_by_sorting(reports, monkeypatch):
    counted = grid(**reports)
    monkeypatch.setattr(grids, "SHORT", 0)
    for ours, theirs in zip(grid(**reports), counted, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_pairs_merged_some_at_a_time_make_the_same_groups(reports, monkeypatch):
    whole = grid(**reports)
    monkeypatch.setattr(grids, "AT_ONCE", 1_000)
    for ours, theirs in zip(grid(**reports), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
