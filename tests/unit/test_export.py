"""Files are handed out whole, also where a run before was killed."""

import multiprocessing
import os
import signal
import time

import pytest

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.lake.warehouse import Warehouse
from pipeline.steps import export
from pipeline.steps.export import building, export_files, swap


def folder_of(path, text):
    path.mkdir()
    (path / "a.csv").write_text(text)
    return path


def names(out):
    return sorted(path.name for path in out.iterdir())


def test_a_query_that_fails_leaves_every_old_file(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    with Warehouse(Settings()) as warehouse, pytest.raises(Exception, match="no_such_table"):
        export_files(warehouse, {"a.csv": "SELECT 1 AS n", "b.csv": "SELECT * FROM no_such_table"}, tmp_path)
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"


def test_what_is_no_folder_and_cannot_be_one_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("kept")
    for out in (tmp_path / "file", tmp_path / "file" / "results"):
        with pytest.raises(UsageError, match=r"file.* cannot be made a folder \(.+\): give --out another one"):
            export_files(None, {}, out)
    assert (tmp_path / "file").read_text() == "kept"


def _build_and_wait(out, is_building):
    with building(out) as folder:
        (folder / "half.csv").write_text("half")
        is_building.set()
        time.sleep(60)


def test_what_a_killed_run_was_building_is_removed_and_what_another_builds_is_not(tmp_path):
    context = multiprocessing.get_context("spawn")
    is_building = context.Event()
    worker = context.Process(target=_build_and_wait, args=(tmp_path, is_building))
    worker.start()
    assert is_building.wait(60)
    (theirs,) = names(tmp_path)
    with building(tmp_path) as folder:
        assert names(tmp_path) == sorted([theirs, folder.name])
    assert names(tmp_path) == [theirs]
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    with building(tmp_path) as folder:
        assert names(tmp_path) == [folder.name]
    assert names(tmp_path) == []


def test_a_folder_takes_the_place_of_the_old_one(tmp_path):
    target = folder_of(tmp_path / "report-csv", "old")
    swap(folder_of(tmp_path / "made", "new"), target)
    assert names(tmp_path) == ["report-csv"]
    assert (target / "a.csv").read_text() == "new"


def test_a_folder_moved_aside_by_a_run_that_was_killed_comes_back(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    target = folder_of(out / "report-csv", "old")

    class Killed(type(target)):
        def replace(self, _):
            raise KeyboardInterrupt

    monkeypatch.setattr(export.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        swap(Killed(folder_of(tmp_path / "made", "new")), target)
    assert names(out) == [".before-report-csv"]
    monkeypatch.undo()
    with building(out):
        assert (target / "a.csv").read_text() == "old"
    assert names(out) == ["report-csv"]


def test_a_folder_moved_aside_and_replaced_goes(tmp_path):
    folder_of(tmp_path / ".before-report-csv", "old")
    target = folder_of(tmp_path / "report-csv", "new")
    with building(tmp_path):
        pass
    assert names(tmp_path) == ["report-csv"]
    assert (target / "a.csv").read_text() == "new"
