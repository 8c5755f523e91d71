"""A range of quarters at once: what is planned, what is loaded, what was broken off, what was refused."""

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.lake.delta import Lake
from pipeline.steps import workers

# What priors are fitted to, pair_count, is compared here; that equal counts give equal priors, in test_generated_quarters.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_priors")]
MARTS = ("case_current", "duplicate_pair", "waterfall", "pair_count", "prior", "signal")
RANGE = ("--from", "2023Q2", "--to", "2023Q4")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Three small quarters that belong together, in a folder of their own."""
    folder = tmp_path_factory.mktemp("archives")
    write_history(folder, "2023Q2", "2023Q4", 600, 11)
    return folder


@pytest.fixture(scope="module")
def sequential(archives, tmp_path_factory):
    """A lake into which the quarters went one after the other, in one process."""
    from pipeline.steps.ingest import ingest
    from pipeline.steps.signals import compute_signals

    root = tmp_path_factory.mktemp("sequential")
    ingest(Settings(lake=str(root)), [archives])
    compute_signals(Settings(lake=str(root)))
    return root


@pytest.fixture
def in_this_process(monkeypatch):
    """Archives are loaded one after the other in a thread of this process: for tests that are not about processes."""
    monkeypatch.setattr(workers, "_pool", lambda _: ThreadPoolExecutor(1))


@pytest.fixture
def folder(archives, tmp_path):
    """A copy of the archives that a test may damage."""
    return shutil.copytree(archives, tmp_path / "archives")


def backfill(lake, source, *arguments, quarters=RANGE):
    """Exit code, report and what was said on the error stream."""
    words = ["--lake", str(lake), "backfill", "faers", *quarters, "--source", str(source), "--json"]
    done = CliRunner().invoke(main, [*words, *map(str, arguments)], catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}, done.stderr


def marts(root):
    return {
        (name, *file.partition.values()): file.path.read_bytes() for name in MARTS for file in Lake(root).files(name)
    }


def states(report):
    return {row["quarter"]: row["state"] for row in report["counts"]["quarters"]}


def without_terms(archive):
    """The archive with every reaction's term empty, which the gate refuses."""
    original = archive.with_suffix(".whole")
    archive.rename(original)
    with zipfile.ZipFile(original) as whole, zipfile.ZipFile(archive, "w") as copy:
        for info in whole.infolist():
            data = whole.read(info)
            if "REAC" in info.filename:
                head, *lines = data.split(b"\r\n")
                cut = [line.split(b"$") for line in lines if line]
                data = b"\r\n".join([head, *(b"$".join([*cells[:2], b"", *cells[3:]]) for cells in cut), b""])
            copy.writestr(info, data)
    original.unlink()


def test_a_dry_run_says_what_would_be_loaded_and_writes_nothing(archives, tmp_path):
    lake = tmp_path / "lake"
    code, report, _ = backfill(lake, archives, "--dry-run", quarters=("--from", "2023Q1", "--to", "2023Q3"))
    counts = report["counts"]
    assert code == 0
    assert [row["quarter"] for row in counts["would_load"]] == ["2023Q2", "2023Q3"]
    assert counts["lacking"] == ["2023Q1"]
    assert counts["bytes"] == sum(row["bytes"] for row in counts["would_load"]) > 0
    assert counts["estimated_seconds"] > 0
    assert counts["estimated_lake_bytes"] > 0
    assert not lake.exists()


def test_quarters_side_by_side_end_in_the_bytes_of_quarters_one_by_one(archives, sequential, tmp_path):
    code, report, _ = backfill(tmp_path, archives, "--workers", 2)
    assert code == 0
    assert states(report) == dict.fromkeys(("2023Q2", "2023Q3", "2023Q4"), "loaded")
    assert marts(tmp_path) == marts(sequential)
    total = report["counts"]["total"]
    assert (total["rows_before"], total["cases_before"]) == (0, 0)
    assert total["rows_after"] == sum(row["rows_after"] for row in report["counts"]["quarters"]) > 0
    assert 0 < total["cases_after"] < sum(row["cases_after"] for row in report["counts"]["quarters"])
    assert report["counts"]["signals_before"] is None
    assert report["counts"]["signals_after"] == "2023Q4"
    assert {row["endpoint"] for row in report["counts"]["endpoints"]} >= {"crs", "icans"}


def test_a_second_run_does_nothing_and_says_so(archives, sequential):
    before = marts(sequential)
    code, report, _ = backfill(sequential, archives)
    assert code == 0
    assert states(report) == dict.fromkeys(("2023Q2", "2023Q3", "2023Q4"), "unchanged")
    assert all(row["before"] == row["after"] for row in report["counts"]["endpoints"])
    assert marts(sequential) == before


def test_a_run_killed_halfway_is_taken_up_again(archives, sequential, in_this_process, tmp_path, python):
    words = [python, "-m", "pipeline.cli", "--lake", str(tmp_path), "backfill", "faers", *RANGE]
    words += ["--source", str(archives), "--workers", "2"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not any(tmp_path.glob("report_version/quarter=2023Q[23]*/*/*.parquet")):
            assert process.poll() is None, "the run ended before it could be killed"
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
    assert not any(tmp_path.glob("report_version/quarter=2023Q4/*/*.parquet"))
    _wait_for_the_locks(tmp_path)
    code, report, _ = backfill(tmp_path, archives)
    assert code == 0
    assert set(states(report).values()) <= {"loaded", "unchanged"}
    assert marts(tmp_path) == marts(sequential)


def _wait_for_the_locks(root, seconds=20):
    """Workers end with the run that started them, at once; none goes on writing."""
    import fcntl

    until = time.monotonic() + seconds
    for path in (root / "_locks").iterdir():
        while time.monotonic() < until:
            try:
                with path.open("a") as handle:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        else:
            pytest.fail(f"a worker still holds {path.name}")


def test_a_refused_quarter_and_a_damaged_archive_keep_no_other_out(folder, tmp_path):
    lake = tmp_path / "lake"
    without_terms(folder / "faers_ascii_2023q2.zip")
    damaged = folder / "faers_ascii_2023q3.zip"
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    code, report, told = backfill(lake, folder, "--workers", 1)
    assert code == 11, "the gate's refusal, the lower of the two exit codes"
    assert "2023Q2" in told
    assert "faers_ascii_2023q3.zip" in told
    assert states(report)["2023Q4"] == "loaded"
    assert states(report)["2023Q2"] == "refused"
    assert Lake(lake).partitions("report_version") == ["2023Q4"]
    assert Lake(lake).partitions("signal", "as_of") == ["2023Q4"], "what is sound is counted all the same"


def test_bytes_damaged_inside_an_archive_are_found_while_loading(folder, in_this_process, tmp_path):
    archive = folder / "faers_ascii_2023q4.zip"
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as whole:
        info = next(info for info in whole.infolist() if "DRUG" in info.filename)
    middle = info.header_offset + info.compress_size // 2
    data[middle : middle + 64] = bytes(64)
    archive.write_bytes(data)
    code, report, told = backfill(tmp_path / "lake", folder, "--no-signals")
    assert code == 13
    assert "2023Q4" in told
    assert "damaged" in told or "cut short" in told
    assert states(report) == {"2023Q2": "loaded", "2023Q3": "loaded", "2023Q4": "refused"}


def test_quarters_that_the_folder_lacks_are_told(archives, in_this_process, tmp_path):
    code, report, _ = backfill(tmp_path, archives, "--no-signals", quarters=("--from", "2023Q4", "--to", "2024Q2"))
    assert code == 0
    assert any("2024Q1 to 2024Q2" in line for line in report["warnings"])
    assert states(report) == {"2023Q4": "loaded", "2024Q1": "lacking", "2024Q2": "lacking"}
    assert report["counts"]["signals_after"] is None


def test_two_issues_of_a_quarter_are_both_loaded_and_the_rows_of_one_count(folder, in_this_process, tmp_path):
    later = folder / "again" / "faers_ascii_2023q4.zip"
    later.parent.mkdir()
    with zipfile.ZipFile(folder / later.name) as first, zipfile.ZipFile(later, "w") as copy:
        for info in first.infolist():
            data = first.read(info)
            info.date_time = (2024, 3, 28, 12, 0, 0)
            copy.writestr(info, data)
    lake, only = tmp_path / "lake", ("--from", "2023Q4", "--to", "2023Q4")
    code, report, _ = backfill(lake, folder, "--no-signals", quarters=only)
    assert code == 0
    assert states(report) == {"2023Q4": "loaded"}
    assert len(Lake(lake).files("report_version")) == 2
    assert report["counts"]["total"]["reports_after"] == 600
    _, again, _ = backfill(lake, folder, "--no-signals", quarters=only)
    assert states(again) == {"2023Q4": "unchanged"}


def test_a_person_sees_what_changed(archives, sequential):
    words = ["--lake", str(sequential), "backfill", "faers", *RANGE, "--source", str(archives)]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0
    for shown in ("Quarters before and after", "CAR-T cases by endpoint", "Waterfall", "unchanged"):
        assert shown in done.output
    ahead = CliRunner().invoke(main, [*words, "--dry-run"], catch_exceptions=False)
    assert "Nothing was written" in ahead.output


def test_a_source_without_any_quarter_of_the_range_is_nothing_there(archives, tmp_path):
    code, _, told = backfill(tmp_path / "lake", archives, quarters=("--from", "2004Q1", "--to", "2004Q4"))
    assert code == 15
    assert "2004Q1 to 2004Q4" in told
    assert not Path(tmp_path / "lake").exists()
