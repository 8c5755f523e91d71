"""Partitions are replaced whole, by one writer at a time, and old versions stay readable."""

import multiprocessing
import os
import signal
import time

import pytest
from deltalake import DeltaTable

from pipeline.config import Settings
from pipeline.contract.tables import table
from pipeline.errors import LakeConflict, UsageError
from pipeline.lake.delta import Lake, Run
from pipeline.lake.warehouse import Warehouse

OUTCOME = table("case_outcome")
EDITION = "0_20240128T093000_0123456789abcdef"


def write(lake, quarter, codes, run_id="run1"):
    """Replace one quarter of case_outcome."""
    with lake.staging(quarter) as folder, Warehouse(Settings(threads=1)) as warehouse:
        path = folder / "rows.parquet"
        values = ", ".join(f"({i}, {i}, '{code}', {i})" for i, code in enumerate(codes))
        query = f"SELECT * FROM (VALUES {values}) AS t (report_id, case_id, outcome_code, line)"
        n_rows = warehouse.write(OUTCOME, query, path)
        return lake.commit(
            OUTCOME.name, {"quarter": quarter, "edition": EDITION}, path, Run("test", run_id, "v", "abc"), n_rows
        )


def read(lake):
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.mount(lake, OUTCOME.name)
        return warehouse.rows("SELECT quarter, outcome_code FROM case_outcome ORDER BY ALL")


def test_a_partition_is_replaced_and_its_neighbour_untouched(tmp_path):
    lake = Lake(tmp_path)
    write(lake, "2024Q1", ["DE", "HO"])
    write(lake, "2024Q2", ["LT"])
    write(lake, "2024Q1", ["OT"], "run2")
    assert read(lake) == [("2024Q1", "OT"), ("2024Q2", "LT")]


def test_the_same_rows_from_the_same_run_change_no_byte(tmp_path):
    lake = Lake(tmp_path)
    assert write(lake, "2024Q1", ["DE", "HO"])
    before = {file.path: file.path.read_bytes() for file in lake.files(OUTCOME.name)}
    assert not write(lake, "2024Q1", ["DE", "HO"])
    assert {file.path: file.path.read_bytes() for file in lake.files(OUTCOME.name)} == before
    assert lake.version(OUTCOME.name) == 1


def test_an_older_version_stays_readable(tmp_path):
    lake = Lake(tmp_path)
    write(lake, "2024Q1", ["DE"])
    write(lake, "2024Q1", ["HO"], "run2")
    old = DeltaTable(lake.uri(OUTCOME.name), version=1).to_pyarrow_table()
    assert old["outcome_code"].to_pylist() == ["DE"]


def test_a_commit_says_who_wrote_with_which_code_from_which_bytes(tmp_path):
    lake = Lake(tmp_path)
    write(lake, "2024Q1", ["DE"])
    newest = lake.history(OUTCOME.name)[0]
    assert {name: newest[name] for name in ("step", "run_id", "code_version", "input_sha256")} == {
        "step": "test",
        "run_id": "run1",
        "code_version": "v",
        "input_sha256": "abc",
    }


def test_an_empty_partition_is_held_too(tmp_path):
    lake = Lake(tmp_path)
    with lake.staging("2024Q1") as folder, Warehouse(Settings()) as warehouse:
        query = "SELECT 1 AS report_id, 1 AS case_id, 'DE' AS outcome_code, 1 AS line WHERE false"
        n_rows = warehouse.write(OUTCOME, query, folder / "x.parquet")
        lake.commit(
            OUTCOME.name, {"quarter": "2024Q1", "edition": EDITION}, folder / "x.parquet", Run("t", "r", "v"), n_rows
        )
    assert lake.partitions(OUTCOME.name) == ["2024Q1"]
    assert read(lake) == []


def test_a_second_writer_of_the_same_quarter_is_told_to_wait(tmp_path):
    lake = Lake(tmp_path)
    with (
        lake.staging("2024Q1"),
        pytest.raises(LakeConflict, match="Another process is writing 2024Q1"),
        lake.staging("2024Q1"),
    ):
        pass


def test_variants_wait_for_each_other_only_where_they_write_one_place(tmp_path):
    default, other = Lake(tmp_path), Lake(tmp_path, variant="0123456789ab")
    with default.staging("2024Q1") as own, other.staging("2024Q1") as apart:
        assert own != apart
    with default.shared_staging("keyed_version") as folder:
        (folder / "half.parquet").write_bytes(b"half")
        with other.shared_staging("keyed_version") as busy:
            assert busy is None
        assert (folder / "half.parquet").exists()
    with other.shared_staging("keyed_version") as free:
        assert list(free.iterdir()) == []
    assert not free.exists()


def test_what_an_interrupted_writer_left_in_staging_is_removed(tmp_path):
    lake = Lake(tmp_path)
    left = tmp_path / "_staging" / "2024Q1" / "half.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    with lake.staging("2024Q1") as folder:
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["a%20b", "a\\b", "a\nb"])
def test_a_path_that_delta_reads_otherwise_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="reads otherwise: give --lake another path"):
        Lake(tmp_path / name)


@pytest.mark.parametrize("name", ["a b", "100%", "ä", "a'b", "a[b]*", "a#b?c=d"])
def test_any_other_name_is_a_lake(tmp_path, name):
    write(Lake(tmp_path / name), "2024Q1", ["DE"])
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.show_files(OUTCOME, Lake(tmp_path / name).files(OUTCOME.name))
        assert warehouse.rows("SELECT outcome_code FROM case_outcome") == [("DE",)]


def test_a_lake_elsewhere_than_on_this_machine_is_refused():
    with pytest.raises(UsageError, match="not a local folder"):
        Lake("s3://bucket/lake")


def _write_many(root, quarters):
    for quarter in quarters:
        write(Lake(root), quarter, [quarter])


def test_two_processes_writing_different_quarters_both_succeed(tmp_path):
    context = multiprocessing.get_context("spawn")
    halves = (
        [f"20{y}Q{q}" for y in range(10, 13) for q in (1, 2)],
        [f"20{y}Q{q}" for y in range(10, 13) for q in (3, 4)],
    )
    workers = [context.Process(target=_write_many, args=(tmp_path, half)) for half in halves]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    expected = sorted([*halves[0], *halves[1]])
    assert read(Lake(tmp_path)) == [(quarter, quarter) for quarter in expected]


def _write_and_die(root, moment):
    """Replace a quarter and be killed at one of three moments."""
    lake = Lake(root)
    if moment == "before the log":
        lake._log = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        write(lake, "2024Q1", ["NEW"], "run2")
    with lake.staging("2024Q1") as folder:
        (folder / "rows.parquet").write_bytes(b"PAR1 half")
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("moment", ["in staging", "before the log"])
def test_a_writer_killed_in_mid_write_leaves_the_old_version_and_a_clean_rerun(tmp_path, moment):
    lake = Lake(tmp_path)
    write(lake, "2024Q1", ["OLD"])
    worker = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(tmp_path, moment))
    worker.start()
    worker.join(60)
    time.sleep(0.05)
    assert worker.exitcode == -signal.SIGKILL
    assert read(lake) == [("2024Q1", "OLD")]
    write(lake, "2024Q1", ["NEW"], "run2")
    assert read(lake) == [("2024Q1", "NEW")]
