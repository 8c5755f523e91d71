"""The prior's fit and EBGM against an independent maximum likelihood and the scores it gives."""

import csv
import gzip
import math

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.ebgm import ebgm
from pipeline.signals.grid import grid
from pipeline.signals.prior import Prior, fit_prior

# Retyped from an independent fit (five starts) on the public CAERS extract that comes with openEBGM 0.9.1.
PRIORS = {
    "component": (3.2559861558398207, 0.3999915701122425, 2.0237713877209105, 1.9061464463902433, 0.06530718514416917),
    "mixture": (45.135518178300515, 3.798967727824516, 1.607488004758393, 1.458018478530202, 0.007200213596338366),
    "all_cells": (
        0.18746173508812794,
        0.21717716678939467,
        2.3441300139809313,
        1.6747340946845506,
        0.45840572073311203,
    ),
}

# A few scores under those priors: likelihood, n, E, EBGM, EB05, EB95.
SCORES = """
component 1 0.03605482717520858   2.2268939904285254 0.4908752060624013 13.858551517871238
mixture   1 0.03605482717520858   1.586586066342626  0.4274196458609909  8.778877261332902
all_cells 1 0.03605482717520858   1.9938263429464198 0.5228342933022645  8.461680858724288
all_cells 1 0.0038736591179976162 2.1399665140475115 0.546349396304707  10.004009820677515
all_cells 1 0.0002979737783075089 2.1589656129533985 0.5491898342753619 10.20775143596026
"""


def prior_named(likelihood):
    return Prior(*PRIORS[likelihood], log_likelihood=math.nan, starts=(), cells=math.nan)


def read_rows(path):
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def caers(shared):
    """Margins and positive cells of the CAERS extract, in distinct reports."""
    rows = read_rows(shared / "oracle" / "disprop_caers.csv.gz")
    return {
        "drug_totals": list({row["drug"]: int(row["n_drug"]) for row in rows}.values()),
        "event_totals": list({row["event"]: int(row["n_event"]) for row in rows}.values()),
        "n_cases": int(rows[0]["n_total"]),
        "observed": np.array([int(row["n11"]) for row in rows]),
        "drug_total": np.array([int(row["n_drug"]) for row in rows]),
        "event_total": np.array([int(row["n_event"]) for row in rows]),
    }


def test_published_scores_agree_given_the_prior():
    for line in SCORES.strip().splitlines():
        likelihood, *numbers = line.split()
        n, expected, *scores = map(float, numbers)
        found = ebgm([n], [expected], prior_named(likelihood))
        np.testing.assert_allclose([column[0] for column in found[:3]], scores, rtol=1e-8)


@pytest.mark.parametrize("likelihood", PRIORS)
def test_every_score_agrees_given_the_prior(shared, likelihood):
    rows = read_rows(shared / "oracle" / "gps_scores_by_likelihood_caers.csv.gz")
    found = ebgm([int(row["n11"]) for row in rows], [float(row["E"]) for row in rows], prior_named(likelihood))
    for ours, name in zip(found[:3], ("EBGM", "EB05", "EB95"), strict=True):
        np.testing.assert_allclose(ours, [float(row[f"{name}_{likelihood}"]) for row in rows], rtol=1e-8)


def test_open_ebgm_agrees_under_the_prior_that_its_likelihood_gives(shared):
    rows = read_rows(shared / "oracle" / "gps_openEBGM_caers_full.csv.gz")
    found = ebgm([int(row["N"]) for row in rows], [float(row["E"]) for row in rows], prior_named("component"))
    np.testing.assert_allclose(found.estimate, [float(row["EBGM"]) for row in rows], rtol=1e-5)


def test_fit_over_all_cells_reaches_the_independent_maximum(caers):
    groups = grid(**caers)
    prior = fit_prior(*groups)
    assert isinstance(prior, Prior)
    assert groups.observed.size == 1592  # the reference groups its cells into 200 bins a decade too
    assert prior.cells == 3_816_672
    assert abs(prior.log_likelihood + 87348.30569413741) < 1e-3
    np.testing.assert_allclose(prior[:5], PRIORS["all_cells"], rtol=1e-5)
    assert len(prior.starts) == 5
    assert max(prior.starts) - min(prior.starts) < 1e-3


def test_ungrouped_likelihood_agrees_with_two_negative_binomials_of_scipy(caers):
    groups = grid(**caers, bin_width=0)
    prior = fit_prior(*groups)
    one, two = (
        stats.nbinom.pmf(groups.observed, shape, rate / (rate + groups.expected))
        for shape, rate in (prior[:2], prior[2:4])
    )
    by_hand = groups.weight @ np.log(prior.p * one + (1 - prior.p) * two)
    assert abs(prior.log_likelihood - by_hand) < 1e-5
    assert abs(by_hand + 87348.31722) < 1e-3


def test_grouping_expected_counts_does_not_move_the_scores(caers):
    expected = caers["drug_total"] * caers["event_total"] / caers["n_cases"]
    exact, grouped = (
        ebgm(caers["observed"], expected, fit_prior(*grid(**caers, **width))) for width in ({"bin_width": 0}, {})
    )
    for ours, theirs in zip(grouped[:3], exact[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)
