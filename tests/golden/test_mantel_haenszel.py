"""Mantel–Haenszel against R, and Breslow–Day against a slow solution and a published worked example."""

import csv
import gzip
from collections import defaultdict

import numpy as np
import pytest
from scipy import optimize, stats

from pipeline.signals.mantelhaenszel import breslow_day, mantel_haenszel, stratified_expected


def tables_by_sex(shared):
    """Cells of each pair of the reference by sex, in distinct reports, and the reference itself."""
    of_drug, of_event, of_sex = defaultdict(set), defaultdict(set), defaultdict(set)
    with gzip.open(shared / "oracle/data_caers_reports.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            key = row["report_id"]
            of_drug[row["drug"]].add(key)
            of_event[row["event"]].add(key)
            of_sex[row["sex"]].add(key)
    with (shared / "oracle/mantel_haenszel_caers_by_sex.csv").open() as file:
        wanted = list(csv.DictReader(file))
    cells = np.zeros((4, len(wanted), 3))
    for place, row in enumerate(wanted):
        for level, sex in enumerate(("Female", "Male", "Not Available")):
            drug, event = of_drug[row["drug"]] & of_sex[sex], of_event[row["event"]] & of_sex[sex]
            a = len(drug & event)
            cells[:, place, level] = a, len(drug) - a, len(event) - a, len(of_sex[sex] - drug - event)
    return cells, wanted


def test_the_common_odds_ratio_of_two_hundred_pairs_by_sex_is_that_of_r(shared):
    cells, wanted = tables_by_sex(shared)
    ours = mantel_haenszel(*cells)
    columns = {
        name: np.array([float(row[name] or "nan") for row in wanted])
        for name in wanted[0]
        if name not in ("drug", "event")
    }
    np.testing.assert_array_equal(cells[0].sum(axis=1), columns["n11"])
    infinite = np.isinf(columns["or_mh"])
    assert (len(wanted), infinite.sum()) == (200, 11)
    np.testing.assert_array_equal(ours.ratio.infinite, infinite)
    columns["or_mh"][infinite] = np.nan
    for found, name in zip((*ours.ratio[:3], ours.chi2), ("or_mh", "lo", "hi", "chi2_cmh"), strict=True):
        np.testing.assert_allclose(found, columns[name], rtol=1e-10)
    np.testing.assert_allclose(stats.chi2.sf(ours.chi2, 1), columns["p"], rtol=1e-8)
    np.testing.assert_allclose(stratified_expected(*cells), columns["E_stratified"], rtol=1e-12)


def slow_breslow_day(cells, ratio):
    """χ², Tarone's correction and p by searching each stratum's fitted cell between its bounds."""
    distances, variances, squares = [], [], []
    for a, b, c, d in np.transpose(cells):
        drug, event, others = a + b, a + c, c + d
        if min(drug, event, others, b + d) == 0:
            continue
        low, high = max(0.0, event - others), min(drug, event)

        def gap(x, drug=drug, event=event, others=others):
            return x * (others - event + x) - ratio * (drug - x) * (event - x)

        fitted = optimize.brentq(gap, low, high, xtol=1e-14, rtol=1e-15)
        filled = np.array([fitted, drug - fitted, event - fitted, others - event + fitted])
        variances.append(1 / (1 / filled).sum())
        distances.append(a - fitted)
        squares.append(distances[-1] ** 2 / variances[-1])
    plain = sum(squares)
    return plain, plain - sum(distances) ** 2 / sum(variances), stats.chi2.sf(plain, len(squares) - 1)


def test_breslow_day_by_sex_is_that_of_a_search_in_each_stratum(shared):
    cells, _ = tables_by_sex(shared)
    common = mantel_haenszel(*cells).ratio.estimate
    ours = breslow_day(*cells, common)
    compared = 0
    for place in range(cells.shape[1]):
        if np.isnan(common[place]) or common[place] == 0 or np.isnan(ours.plain[place]):
            continue
        expected = slow_breslow_day(cells[:, place], common[place])
        assert (ours.plain[place], ours.tarone[place], ours.p_plain[place]) == pytest.approx(
            expected, rel=1e-7, abs=1e-9
        )
        compared += 1
    assert compared > 100
