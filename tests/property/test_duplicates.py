"""What is found never depends on the order, the repetition or the company of the reports."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases.clusters import Joining, Told, kept_cases
from pipeline.cases.counts import register_vocabulary
from pipeline.cases.resolution import resolve
from pipeline.config import Settings
from pipeline.demo.copies import copied_cases
from pipeline.demo.copies_mixes import MIXES
from pipeline.lake.warehouse import Warehouse, model

CASES = 1_500


@pytest.fixture(scope="module")
def reports():
    """Typed tables of a small world with copies and look-alikes."""
    return copied_cases(4, MIXES["mixed"], CASES).tables


def resolved(tables, folder, threads=2):
    """Digest of duplicate_pair's bytes, and the kept case of each duplicate."""
    folder.mkdir(exist_ok=True)
    with Warehouse(Settings(threads=threads)) as warehouse:
        for name, rows in tables.items():
            warehouse.register(name, rows)
        register_vocabulary(warehouse)
        resolve(warehouse, "2026Q2", folder)
        kept = dict(warehouse.rows("SELECT case_id, kept_case_id FROM case_current WHERE kept_case_id IS NOT NULL"))
        digests = [hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() for name in WRITTEN]
    return digests, kept


WRITTEN = ("case_current", "duplicate_pair", "waterfall")


def shuffled(rows, seed):
    return rows.take(pa.array(np.random.default_rng(seed).permutation(rows.num_rows)))


def test_any_order_of_the_rows_and_any_number_of_threads_gives_the_same_bytes(reports, tmp_path):
    digests, kept = resolved(reports, tmp_path / "as given")
    assert len(kept) > 100
    for seed, threads in ((1, 1), (2, 2)):
        mixed = {name: shuffled(rows, seed) for name, rows in reports.items()}
        assert resolved(mixed, tmp_path / str(seed), threads)[0] == digests


def test_a_quarter_more_changes_no_earlier_decision(reports, tmp_path):
    quarters = sorted(set(reports["report_version"]["quarter"].to_pylist()))
    last = quarters[len(quarters) * 2 // 3]
    until = {name: rows.filter(pc.less_equal(rows["quarter"], last)) for name, rows in reports.items()}
    before, after = resolved(until, tmp_path / "before")[1], resolved(reports, tmp_path / "after")[1]
    earlier = set(until["report_version"]["case_id"].to_pylist())
    assert before == {case: kept for case, kept in after.items() if case in earlier}
    assert len(after) > len(before)


@pytest.mark.parametrize("window", [2, 60])
def test_neither_case_numbers_nor_full_blocks_let_a_later_quarter_undo_a_pair(reports, tmp_path, monkeypatch, window):
    monkeypatch.setattr("pipeline.cases.duplicates.window", lambda _block: window)
    turned = {name: renumbered(rows, lambda case: pc.subtract(1_000_000_000, case)) for name, rows in reports.items()}
    quarters = sorted(set(turned["report_version"]["quarter"].to_pylist()))
    until = {
        name: rows.filter(pc.less_equal(rows["quarter"], quarters[len(quarters) // 2])) for name, rows in turned.items()
    }
    before, after = resolved(until, tmp_path / "before")[1], resolved(turned, tmp_path / "after")[1]
    earlier = set(until["report_version"]["case_id"].to_pylist())
    assert before == {case: kept for case, kept in after.items() if case in earlier}
    assert len(after) > len(before) > 0


def renumbered(rows, by):
    """The same rows under other case numbers."""
    if "case_id" not in rows.column_names:
        return rows
    return rows.set_column(rows.column_names.index("case_id"), "case_id", by(rows["case_id"]))


NUMBERS = st.lists(st.integers(1, 10_000), min_size=61, max_size=90, unique=True)


@given(numbers=NUMBERS, n_known=st.integers(61, 90), window=st.sampled_from([2, 20, 60]))
@settings(max_examples=40, deadline=None)
def test_in_one_block_cases_that_become_known_later_change_no_pair_of_earlier_ones(numbers, n_known, window):
    known = numbers[:n_known]
    before, after = pairs_of_block(known, window), pairs_of_block(numbers, window)
    assert before == {pair for pair in after if set(pair) <= set(known)}
    assert all(one < other for one, other in after)
    assert len(after) == sum(min(place, window) for place in range(len(numbers)))


def pairs_of_block(numbers, window):
    """The pairs of one block whose cases became known in the order given."""
    turns = pa.array(range(len(numbers)), pa.int64())
    nobody = {"sex_code": pa.nulls(len(numbers), pa.string()), "age_years": pa.nulls(len(numbers), pa.float64())}
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.register("block_member", pa.table({"key": pa.array([7] * len(numbers)), "turn": turns}))
        warehouse.register("keyed_case", pa.table({"case_id": pa.array(numbers, pa.int64()), "turn": turns, **nobody}))
        warehouse.create("block_place", model("link/block_place"))
        bound = {"window": window, "any_patient": False, "clash_years": 2.01}
        return set(warehouse.rows(model("link/blocked_pair"), bound))


def test_unrelated_cases_change_nothing(reports, tmp_path):
    kept = resolved(reports, tmp_path / "alone")[1]
    others = copied_cases(7, MIXES["clean"], 1_000).tables
    moved = {name: apart(rows) for name, rows in others.items()}
    both = {name: pa.concat_tables([rows, moved[name]]) for name, rows in reports.items()}
    found = resolved(both, tmp_path / "in company")[1]
    assert {case: one for case, one in found.items() if case < 50_000_000} == kept


def apart(rows):
    """The same reports under numbers of their own, in a country nobody else reports from."""
    shift = {"case_id": 500_000_000, "report_id": 5_000_000_000}
    for name, by in shift.items():
        if name in rows.column_names:
            rows = rows.set_column(rows.column_names.index(name), name, pc.add(rows[name], by))
    if "event_country_code" in rows.column_names:
        place = rows.column_names.index("event_country_code")
        rows = rows.set_column(place, "event_country_code", pa.array(["TV"] * rows.num_rows))
    return rows


CASE = st.tuples(st.sampled_from(["F", "M", None]), st.sampled_from([None, 30.0, 31.0, 60.0]))


@given(st.lists(CASE, min_size=2, max_size=12), st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_cluster_holds_two_patients_and_its_kept_case_is_its_first(cases, links):
    told = [Told(number, sex, age, None, None) for number, (sex, age) in enumerate(cases)]
    pairs = sorted((max(one), min(one)) for one in links if one[0] != one[1] and max(one) < len(told))
    kept = kept_cases([Joining(told[later], told[earlier]) for later, earlier in pairs], 2.0)
    for root in set(kept.values()):
        members = [root, *(case for case, one in kept.items() if one == root)]
        assert root == min(members)
        assert root not in kept
        assert len({told[one].sex for one in members} - {None}) <= 1
        ages = [told[one].age for one in members if told[one].age is not None]
        assert not ages or max(ages) - min(ages) <= 2.0
