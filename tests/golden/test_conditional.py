"""Exact conditional odds ratio and Fisher's test against R, PhViD and sums of whole numbers."""

import csv
import gzip
import math
from fractions import Fraction

import numpy as np
import pytest

from pipeline.signals.conditional import exact_reporting_odds_ratio, fisher_exact, fisher_two_sided

# a b c d, then R's fisher.test: conditional estimate, bounds, two-sided p. Retyped from the reference file.
TEXTBOOK = """
41  14   754 591958  2313.92293634669 1204.70588235262 4300.26246718749  2.52894045133517e-106
25  1000 500 50000   2.4999654028468  1.59438873382676 3.7559477005276   9.22998665255515e-05
122 1320 381 31341   7.60307226889386 6.10296198733577 9.41840075678807  3.92558394549453e-56
"""


def cells_of(rows):
    columns = [np.array([float(row[name]) for row in rows]) for name in ("n11", "n_drug", "n_event", "n_total")]
    a, n_drug, n_event, n_total = columns
    return a, n_drug - a, n_event - a, n_total - n_drug - n_event + a


def read_rows(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
        return list(csv.DictReader(file))


def weights_by_whole_numbers(a, b, c, d):
    """Number of ways to each table with these margins, from the least possible a upwards."""
    least, most = max(0, a - d), min(a + b, a + c)
    return least, [math.comb(a + b, x) * math.comb(c + d, a + c - x) for x in range(least, most + 1)]


def tail_at(a, b, c, d, ratio, *, upper):
    """Exact weight of at least (or at most) a cases at an odds ratio."""
    least, ways = weights_by_whole_numbers(a, b, c, d)
    exact = [way * Fraction(ratio) ** at for at, way in enumerate(ways)]
    at = a - least
    return float(sum(exact[at:] if upper else exact[: at + 1]) / sum(exact))


def mean_at(a, b, c, d, ratio):
    least, ways = weights_by_whole_numbers(a, b, c, d)
    exact = [way * Fraction(ratio) ** at for at, way in enumerate(ways)]
    return least + float(sum(at * weight for at, weight in enumerate(exact)) / sum(exact))


def test_r_prints_the_same_up_to_the_tolerance_of_its_search():
    rows = np.array([line.split() for line in TEXTBOOK.strip().splitlines()], dtype=float)
    interval = exact_reporting_odds_ratio(*rows.T[:4])
    for ours, theirs in zip(interval[:3], rows.T[4:7], strict=True):
        # R searches the reciprocal of a ratio above 1 and stops within 1.2e-4 of it.
        np.testing.assert_allclose(1 / ours, 1 / theirs, atol=1.3e-4)
    np.testing.assert_allclose(fisher_two_sided(*rows.T[:4]), rows.T[7], rtol=1e-12)


@pytest.mark.parametrize("cells", [(1, 6, 25, 300), (3, 2, 1, 40), (6, 56, 72, 900), (12, 3, 5, 9), (2, 30, 900, 40)])
def test_bounds_and_estimate_solve_their_own_equations_in_whole_numbers(cells):
    estimate, low, high = (float(column[0]) for column in exact_reporting_odds_ratio(*([cell] for cell in cells))[:3])
    assert mean_at(*cells, estimate) == pytest.approx(cells[0], rel=1e-9)
    assert tail_at(*cells, low, upper=True) == pytest.approx(0.025, rel=1e-9)
    assert tail_at(*cells, high, upper=False) == pytest.approx(0.025, rel=1e-9)


@pytest.mark.parametrize("cells", [(0, 7, 25, 300), (3, 2, 1, 40), (6, 56, 72, 900), (5, 10, 0, 90), (2, 30, 900, 40)])
def test_fisher_is_the_share_of_tables_in_whole_numbers(cells):
    least, ways = weights_by_whole_numbers(*cells)
    at, total = cells[0] - least, sum(ways)
    upper, mid = (float(column[0]) for column in fisher_exact(*([cell] for cell in cells)))
    assert upper == pytest.approx(sum(ways[at:]) / total, rel=1e-12)
    assert mid == pytest.approx((sum(ways[at + 1 :]) + ways[at] / 2) / total, rel=1e-12)
    rare = sum(way for way in ways if way <= ways[at] * (1 + 1e-7))
    assert fisher_two_sided(*([cell] for cell in cells))[0] == pytest.approx(rare / total, rel=1e-12)


@pytest.mark.parametrize("file", ["disprop_statin46.csv", "disprop_statin49.csv", "disprop_caers.csv.gz"])
def test_fisher_agrees_on_every_pair_of_the_reference_data(shared, file):
    rows = read_rows(shared / "oracle" / file)
    upper, mid = fisher_exact(*cells_of(rows))
    for ours, name in ((upper, "phvid_fisher"), (mid, "phvid_midp_fisher")):
        np.testing.assert_allclose(ours, [float(row[name]) for row in rows], rtol=1e-12, atol=1e-300)


def test_reference_textbook_file_agrees(shared):
    rows = read_rows(shared / "oracle" / "textbook_2x2.csv")
    given = [row for row in rows if row["fisher_p2"]]
    cells = [np.array([float(row[name]) for row in given]) for name in "abcd"]
    np.testing.assert_allclose(fisher_two_sided(*cells), [float(row["fisher_p2"]) for row in given], rtol=1e-12)
    interval = exact_reporting_odds_ratio(*cells)
    for ours, name in zip(interval[:3], ("fisher_cmle_or", "fisher_or_lo", "fisher_or_hi"), strict=True):
        theirs = np.array([float(row[name]) for row in given])
        known = np.isfinite(ours) & (ours > 0)
        assert np.isfinite(theirs[known]).all()
        scale = np.where(theirs[known] > 1, 1 / ours[known] - 1 / theirs[known], ours[known] - theirs[known])
        assert np.abs(scale).max() < 1.3e-4
    np.testing.assert_array_equal(interval.infinite, [row["fisher_cmle_or"] == "Inf" for row in given])
