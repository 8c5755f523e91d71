"""What a backfill finds before it begins, and how it shares the work."""

import os
import zipfile
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.demo.quarter import write_quarter
from pipeline.errors import (
    CartwatchError,
    GateFailed,
    InputRefused,
    LakeConflict,
    LayoutChanged,
    NothingThere,
    UsageError,
)
from pipeline.steps import workers
from pipeline.steps.backfill import batches_of, ending_error
from pipeline.steps.plan import Job, Refusal, planned
from pipeline.steps.workers import Loaded, load_in_turn, load_side_by_side, memory_bytes, share_of, workers_for

REPORTS = 20


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    for quarter in ("2012Q3", "2012Q4", "2013Q1"):
        write_quarter(folder, quarter, reports=REPORTS, seed=3)
    return folder


def plan_of(tmp_path, source, first="2012Q3", last="2013Q1"):
    return planned(Settings(lake=str(tmp_path / "lake")), first, last, source)


def quarters(plan):
    return [quarter for job in plan.jobs for quarter in job.quarters]


def test_archives_of_both_eras_are_found_oldest_first(source, tmp_path):
    plan = plan_of(tmp_path, source)
    assert quarters(plan) == ["2012Q3", "2012Q4", "2013Q1"]
    assert plan.lacking == plan.unchanged == plan.refused == []


def test_only_the_range_is_loaded(source, tmp_path):
    assert quarters(plan_of(tmp_path, source, "2012Q4", "2012Q4")) == ["2012Q4"]


def test_what_the_folder_lacks_is_listed(source, tmp_path):
    (source / "faers_ascii_2012q4.zip").unlink()
    assert plan_of(tmp_path, source, "2012Q2").lacking == ["2012Q2", "2012Q4"]


def test_extracted_archives_stand_beside_zips_in_folders_of_their_own(source, tmp_path):
    archive = source / "faers_ascii_2013q1.zip"
    with zipfile.ZipFile(archive) as whole:
        whole.extractall(source / "extracted" / "2013q1")
    archive.unlink()
    plan = plan_of(tmp_path, source)
    assert quarters(plan) == ["2012Q3", "2012Q4", "2013Q1"]
    assert plan.jobs[-1].path == source / "extracted" / "2013q1"


def test_extracted_files_mixed_with_zips_are_refused(source, tmp_path):
    with zipfile.ZipFile(source / "faers_ascii_2013q1.zip") as whole:
        whole.extractall(source)
    with pytest.raises(UsageError, match="beside zips"):
        plan_of(tmp_path, source)


def test_one_zip_is_a_source_too(source, tmp_path):
    assert quarters(plan_of(tmp_path, source / "faers_ascii_2012q4.zip")) == ["2012Q4"]


def test_an_unreadable_zip_is_refused_and_the_others_are_planned(source, tmp_path):
    (source / "faers_ascii_2012q4.zip").write_bytes(b"no zip")
    plan = plan_of(tmp_path, source)
    assert quarters(plan) == ["2012Q3", "2013Q1"]
    assert [type(one.error) for one in plan.refused] == [InputRefused]
    assert plan.lacking == ["2012Q4"]


def test_an_unreadable_zip_outside_the_range_is_nobodys_business(source, tmp_path):
    (source / "faers_ascii_2019q4.zip").write_bytes(b"no zip")
    assert plan_of(tmp_path, source).refused == []


def test_a_header_never_seen_is_refused_before_anything_is_read(source, tmp_path):
    archive = source / "faers_ascii_2013q1.zip"
    changed = source / "changed.zip"
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(changed, "w") as copy:
        for info in whole.infolist():
            copy.writestr(info, whole.read(info).replace(b"caseversion", b"casenumber", 1))
    archive.unlink()
    plan = plan_of(tmp_path, source)
    assert quarters(plan) == ["2012Q3", "2012Q4"]
    assert [(one.where, type(one.error)) for one in plan.refused] == [("2013Q1", LayoutChanged)]


def test_an_archive_with_quarters_outside_the_range_is_told(source, tmp_path):
    both = tmp_path / "both"
    for name in ("aers_ascii_2012q3.zip", "faers_ascii_2012q4.zip"):
        with zipfile.ZipFile(source / name) as whole:
            whole.extractall(both)
    with pytest.raises(UsageError, match="2012Q3"):
        plan_of(tmp_path, both, "2012Q4", "2012Q4")
    assert quarters(plan_of(tmp_path, both)) == ["2012Q3", "2012Q4"]


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [("2013Q1", "2012Q3", UsageError), ("soon", "2013Q1", UsageError), ("2004Q1", "2004Q2", NothingThere)],
)
def test_a_range_that_cannot_be_loaded_is_an_error(source, tmp_path, first, last, error):
    with pytest.raises(error):
        plan_of(tmp_path, source, first, last)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(NothingThere, match="does not exist"):
        plan_of(tmp_path, tmp_path / "nowhere")


def test_an_empty_folder_is_nothing_there(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingThere):
        plan_of(tmp_path, tmp_path / "empty")


def test_the_plan_knows_the_bytes_of_every_archive(source, tmp_path):
    before = plan_of(tmp_path, source).runs
    assert [quarter for quarter, _ in before] == ["2012Q3", "2012Q4", "2013Q1"]
    assert plan_of(tmp_path, source).runs == before
    write_quarter(source, "2013Q1", reports=REPORTS, seed=4)
    after = plan_of(tmp_path, source).runs
    assert after[:2] == before[:2]
    assert after[2] != before[2]


def test_estimates_grow_with_size_and_shrink_with_workers(source, tmp_path):
    plan = plan_of(tmp_path, source)
    assert plan.seconds(1) == pytest.approx(2 * plan.seconds(2))
    assert plan.lake_bytes() > 0
    assert plan.n_bytes == sum(job.n_bytes for job in plan.jobs) > 0


@pytest.mark.parametrize(
    ("text", "n_bytes"), [("1200MB", 1_200_000_000), ("12GiB", 12 * 1024**3), ("1.5 gb", 1_500_000_000), ("512B", 512)]
)
def test_a_memory_limit_is_read_as_duckdb_reads_it(text, n_bytes):
    assert memory_bytes(text) == n_bytes


@pytest.mark.parametrize("text", ["", "much", "12", "80%", "-1GB"])
def test_a_memory_limit_that_is_none_is_an_error(text):
    with pytest.raises(UsageError, match="memory limit"):
        memory_bytes(text)


def test_workers_are_bounded_by_memory_and_by_work():
    large, small = [Job(("2024Q1",), Path("a"), 310_000_000)] * 90, [Job(("2004Q1",), Path("a"), 1_000)] * 90
    cores = os.cpu_count() or 1
    assert workers_for(Settings(memory_limit="1200MB"), None, large) == 1
    assert workers_for(Settings(memory_limit="1200MB"), None, small) == min(cores, 2)
    assert workers_for(Settings(memory_limit="512GiB"), None, large) == min(cores, 90)
    assert workers_for(Settings(memory_limit="1200MB"), 8, large) == 8, "who asks, decides"
    assert workers_for(Settings(), 8, large[:3]) == 3
    assert workers_for(Settings(), None, []) == 1


def test_each_worker_has_its_part_of_the_memory_and_the_threads():
    share = share_of(Settings(memory_limit="12GiB", threads=8, lake="here"), 4)
    assert memory_bytes(share.memory_limit) == 3 * 1024**3
    assert share.threads == 2
    assert share.lake == "here"
    assert share_of(Settings(threads=2), 5).threads == 1


def test_the_share_of_a_worker_is_a_limit_that_duckdb_takes():
    from pipeline.lake.warehouse import Warehouse

    with Warehouse(share_of(Settings(memory_limit="2GiB"), 2)) as warehouse:
        assert warehouse.rows("SELECT current_setting('memory_limit')") == [("1.0 GiB",)]


def test_issues_of_one_quarter_follow_each_other():
    jobs = [Job(names, Path("a"), 1) for names in (("2012Q3",), ("2012Q4", "2013Q1"), ("2012Q4",), ("2013Q2",))]
    assert batches_of(jobs) == [[jobs[0]], [jobs[1], jobs[2]], [jobs[3]]]


def test_an_error_of_ours_is_handed_back_by_the_process_that_met_it(tmp_path):
    job = Job(("2012Q4",), tmp_path / "nowhere.zip", 1)
    (loaded,) = load_in_turn(Settings(lake=str(tmp_path / "lake")), [job])
    assert isinstance(loaded, Loaded)
    assert isinstance(loaded.error, NothingThere)
    assert loaded.report is None


def die(settings, jobs):
    """Stands for a process that the system kills."""
    os._exit(9)


def test_a_process_that_is_killed_ends_the_run_with_advice(monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "load_in_turn", die)
    with pytest.raises(LakeConflict, match="fewer --workers"):
        list(load_side_by_side(Settings(lake=str(tmp_path)), [[Job(("2024Q1",), tmp_path, 1)]], 1))


def test_the_ending_error_tells_all_and_has_the_lowest_exit_code():
    refused = [
        Refusal("2024Q2", InputRefused("damaged")),
        Refusal("2024Q1", GateFailed("broken")),
        Refusal("signals", CartwatchError("bug")),
    ]
    error = ending_error(refused)
    assert type(error) is GateFailed
    assert str(error) == "2024Q1: broken\n2024Q2: damaged\nsignals: bug"
    assert type(ending_error(refused[2:])) is CartwatchError
    assert ending_error([]) is None
