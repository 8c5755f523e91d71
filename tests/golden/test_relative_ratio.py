"""RRR, the closed form of the IC's bounds and Evans' rule against reference numbers."""

import csv
import gzip

import numpy as np
import pytest

from pipeline.signals.disproportionality import (
    chi_square,
    information_component,
    information_component_approximation,
    meets_evans_rule,
    proportional_reporting_ratio,
    relative_reporting_ratio,
)

FILES = ["disprop_statin46.csv", "disprop_statin49.csv", "disprop_caers.csv.gz"]


def read_rows(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name] or "nan") for row in rows])


@pytest.mark.parametrize("file", FILES)
def test_rrr_agrees_on_every_pair(shared, file):
    rows = read_rows(shared / "oracle" / file)
    found = relative_reporting_ratio(column(rows, "n11"), column(rows, "expected"))
    np.testing.assert_allclose(found.estimate, column(rows, "rrr"), rtol=1e-12)


def test_bounds_of_rrr_are_those_of_an_exact_poisson_count(shared):
    rows = [row for row in read_rows(shared / "oracle" / "poisson_exact_ci.csv") if row["conf"] == "0.95"]
    count = column(rows, "x")
    found = relative_reporting_ratio(count, np.full(count.shape, 2.0))
    for ours, name in ((found.low, "poisson_test_lo"), (found.high, "poisson_test_hi")):
        np.testing.assert_allclose(2.0 * ours, column(rows, name), rtol=1e-8)


def test_rrr_of_nothing_observed_has_a_high_bound_and_of_nothing_expected_nothing():
    found = relative_reporting_ratio([0, 0], [2.0, 0.0])
    np.testing.assert_allclose([found.estimate[0], found.low[0], found.high[0]], [0, 0, -np.log(0.025) / 2])
    assert np.isnan([found.estimate[1], found.low[1], found.high[1]]).all()


@pytest.mark.parametrize("file", FILES)
def test_evans_rule_agrees_wherever_the_reference_answers(shared, file):
    rows = read_rows(shared / "oracle" / file)
    a, n_drug, n_event, n_total = (column(rows, name) for name in ("n11", "n_drug", "n_event", "n_total"))
    cells = a, n_drug - a, n_event - a, n_total - n_drug - n_event + a
    found = meets_evans_rule(a, proportional_reporting_ratio(*cells), chi_square(*cells))
    answered = np.array([bool(row["evans"]) for row in rows])
    np.testing.assert_array_equal(found[answered], column(rows, "evans")[answered] == 1)


def test_evans_rule_takes_an_infinite_ratio_for_high_and_an_absent_one_for_none():
    cells = [5, 5, 2], [10, 0, 3], [0, 0, 0], [1000, 0, 900]
    found = meets_evans_rule(cells[0], proportional_reporting_ratio(*cells), chi_square(*cells))
    np.testing.assert_array_equal(found, [True, False, False])


def test_closed_form_of_the_ic_is_as_near_as_its_docstring_says():
    n = np.unique(np.round(np.geomspace(1, 1e6, 400)))
    rough, exact = (
        call(n, np.full(n.shape, 3.0)) for call in (information_component_approximation, information_component)
    )
    np.testing.assert_allclose(rough.estimate, exact.estimate, rtol=1e-14, atol=1e-14)
    assert np.abs(rough.low - exact.low).max() < 0.05
    assert np.abs(rough.high - exact.high).max() < 0.05
    nothing = [call([0], [3.0]) for call in (information_component_approximation, information_component)]
    assert abs(nothing[0].low[0] - nothing[1].low[0]) < 0.35
    assert abs(nothing[0].high[0] - nothing[1].high[0]) < 0.35
