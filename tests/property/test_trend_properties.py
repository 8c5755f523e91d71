"""On drawn worlds: what has been received never falls, and a later publication changes only what it publishes."""

import random
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from trendworlds import TrendWorld

from pipeline.signals.cumulative import cumulative_component
from pipeline.signals.interruption import interrupted_series
from pipeline.signals.nowcast import Nowcast, nowcast, seen_cells

HELD = ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1"]
STARTS = dict(
    zip(HELD, (date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1), date(2023, 10, 1), date(2024, 1, 1)), strict=True)
)
TERMS = ("Pyrexia", "Rash", "Cytokine release syndrome")
N_CASES = 60


def drawn_versions(seed):
    """Report versions of cases: each case has one to three, in rising quarters, with its first day of receipt."""
    chance = random.Random(seed)
    versions = []
    for case in range(1, N_CASES + 1):
        quarters = sorted(chance.sample(HELD, chance.choice((1, 1, 2, 3))))
        received = STARTS[quarters[0]] + timedelta(days=chance.randrange(90)) if chance.random() < 0.9 else None
        for number, quarter in enumerate(quarters, 1):
            versions.append(
                {"case": case, "number": number, "quarter": quarter, "received": received}
                | {"drug": chance.choice(("KYMRIAH", "KYMRIAH", "ASPIRIN")), "term": chance.choice(TERMS)}
            )
    return versions


def world_of(versions, as_of, folder):
    """The world as of a quarter: only what had been published by then."""
    seen = [version for version in versions if version["quarter"] <= as_of]
    ids = [f"{version['case'] * 10 + version['number']} | {version['quarter']}" for version in seen]
    heads = [f"{key} | {v['case']} | {v['number']} | {v['received'] or '-'}" for key, v in zip(ids, seen, strict=True)]
    return TrendWorld(
        folder,
        [quarter for quarter in HELD if quarter <= as_of],
        as_of=as_of,
        report_version="\n".join(["report_id | quarter | case_id | version_number | initial_fda_date", *heads]),
        case_drug="\n".join(
            ["report_id | quarter | drug_name", *(f"{k} | {v['drug']}" for k, v in zip(ids, seen, strict=True))]
        ),
        case_reaction="\n".join(
            ["report_id | quarter | pt", *(f"{k} | {v['term']}" for k, v in zip(ids, seen, strict=True))]
        ),
    )


def by_hand(versions, as_of):
    """Cases of Kymriah by quarter of receipt, from each case's latest version published by then."""
    latest = {v["case"]: v for v in versions if v["quarter"] <= as_of}
    kept = [v for v in latest.values() if v["drug"] == "KYMRIAH" and v["received"]]
    return Counter(f"{v['received'].year}Q{(v['received'].month + 2) // 3}" for v in kept)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_later_publication_changes_an_earlier_quarter_only_by_what_it_publishes(tmp_path, seed):
    versions = drawn_versions(seed)
    counted = {}
    for as_of in ("2023Q4", "2024Q1"):
        rows = world_of(versions, as_of, tmp_path).trend("tisagenlecleucel")
        counted[as_of] = Counter({row["receipt_quarter"]: row["n_cases"] for row in rows if row["n_cases"]})
        assert counted[as_of] == by_hand(versions, as_of)
    touched = {v["case"] for v in versions if v["quarter"] == "2024Q1"}
    others = [v for v in versions if v["case"] not in touched]
    moved = {q: counted["2024Q1"][q] - counted["2023Q4"][q] for q in HELD}
    own = {q: by_hand(versions, "2024Q1")[q] - by_hand(others, "2024Q1")[q] for q in HELD}
    before = {q: by_hand(versions, "2023Q4")[q] - by_hand(others, "2023Q4")[q] for q in HELD}
    assert moved == {q: own[q] - before[q] for q in HELD}


def test_cells_never_fall_and_always_hold_every_case_of_the_comparison(tmp_path):
    world = world_of(drawn_versions(3), "2024Q1", tmp_path)
    for comparator in ("all", "non_car_t"):
        sizes = set()
        for endpoint in ("fever", "crs"):
            rows = world.trend("tisagenlecleucel", endpoint, comparator)
            cells = np.array([[row[name] for name in "abcd"] for row in rows])
            assert (np.diff(cells, axis=0) >= 0).all()
            assert (cells >= 0).all()
            sizes.add(tuple(cells.sum(axis=1)))
        assert len(sizes) == 1


counts = arrays.arrays(np.int64, (2, 9), elements=st.integers(0, 50)).map(lambda values: values.astype(float))


@given(counts, counts, counts, counts)
@settings(max_examples=40, deadline=None)
def test_a_quarter_without_any_case_repeats_the_one_before(a, b, c, d):
    cells = [np.insert(cell, 5, 0.0, axis=1) for cell in (a, b, c, d)]
    found = cumulative_component(*cells)
    for column in found:
        np.testing.assert_array_equal(column[:, 4], column[:, 5])
    assert (np.diff(found.a, axis=1) >= 0).all()


@given(arrays.arrays(np.int64, (1, 17), elements=st.integers(1, 60)), st.integers(2, 9))
@settings(max_examples=40, deadline=None)
def test_the_slope_of_a_series_does_not_depend_on_its_scale(cases, factor):
    series = cases.astype(float)
    once, scaled = interrupted_series(series, 8), interrupted_series(series * factor, 8)
    if not once.reason[0] and not scaled.reason[0]:
        np.testing.assert_allclose(scaled.level, once.level, rtol=1e-6)
        np.testing.assert_allclose(scaled.slope, once.slope, rtol=1e-6)


@given(arrays.arrays(np.int64, (10, 5), elements=st.integers(0, 30)))
@settings(max_examples=30, deadline=None)
def test_what_is_foretold_is_never_less_than_what_is_known(cases):
    found = nowcast(np.where(seen_cells(10, 5), cases, 0), draws=50)
    if isinstance(found, Nowcast):
        assert (found.expected >= found.known).all()
        assert (found.low >= found.known).all()
        assert (found.high >= found.low).all()
        assert ((found.share_known > 0) & (found.share_known <= 1)).all()
