"""The benchmark of the whole history: its input is a history, its record is what the document shows."""

import json
from pathlib import Path

import pytest

from benchmarks.history import described, history, reports_per_quarter
from benchmarks.scale import CLOSING, DOCS, FITTED, OPENING, added_share, as_table, bounded, line, mean, merged, size_of
from pipeline.demo.archive import read_manifest

RECORD = Path(__file__).resolve().parents[2] / "benchmarks" / "results.json"


def size(cases, seconds, **other):
    return {
        "asked_cases": cases,
        "cases": cases,
        "input": {"reports": 2, "drug_rows": 3, "reaction_rows": 4},
        "seconds": dict.fromkeys(FITTED, seconds),
        "growth": 1.0,
        "same_quarter_full_over_empty": 1.0,
        "added_share": 0.1,
        "peak_mib": {"load": 900},
        "spilled_bytes": 0,
        "lake_bytes": 1,
    } | other


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("history")


@pytest.fixture(scope="module")
def zips(folder):
    return history(folder, 650, 4)


def test_a_history_has_its_quarters_in_order_and_about_its_cases(zips):
    assert [path.stem[-6:] for path in zips] == ["2004q1", "2004q2", "2004q3", "2004q4"]
    assert described(zips)["reports"] == 4 * reports_per_quarter(650, 4) == 4 * 179


def test_cases_of_a_history_come_back(zips):
    import zipfile

    cases = []
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if "DEMO" in name)
            cases += [line.split(b"$")[1] for line in archive.read(name).splitlines()[1:]]
    assert len(cases) == 4 * 179
    assert 600 <= len(set(cases)) <= 700


def test_a_history_that_is_there_is_used_again(folder, zips):
    before = [path.stat().st_mtime_ns for path in zips]
    assert [path.stat().st_mtime_ns for path in history(folder, 650, 4)] == before
    assert read_manifest(zips[-1]).quarter == "2004Q4"


def test_a_size_measured_again_takes_the_place_of_the_first():
    scale = merged(merged(merged({}, size(1_000_000, 10)), size(5_000_000, 50)), size(1_000_000, 12))
    assert [one["cases"] for one in scale["sizes"]] == [1_000_000, 5_000_000]
    assert scale["sizes"][0]["seconds"]["load"] == 12


def test_the_line_goes_through_two_sizes_and_one_size_has_none():
    sizes = [size(1_000_000, 10), size(5_000_000, 50)]
    assert line(sizes, "load") == pytest.approx({"a": 0.0, "b": 10.0}, abs=1e-6)
    assert line(sizes[:1], "load") is None


def test_one_disturbed_quarter_does_not_decide():
    assert mean([1.0, 1.0, 1.0, 90.0]) == 1.0
    assert mean([1.0, 2.0]) == 1.5


def test_each_bound_is_checked():
    kept = bounded(size(1, 1))
    assert all(value <= bound for value, bound in kept.values())
    broken = bounded(size(1, 1, growth=1.4, added_share=0.2, peak_mib={"load": 13_000}))
    assert all(value > bound for value, bound in broken.values())


def test_one_quarter_more_is_told_in_wall_and_in_processor_seconds():
    seconds = {"load": 60.0, "resolve": 30.0, "signals": 10.0, "added_quarter": 12.0}
    assert added_share(seconds) == 0.12
    old, new = size(1, 1), size(2, 1, cpu_seconds=seconds, added_share_cpu=0.12)
    assert "| load, processor s | 60.0 |  |" in as_table(merged({}, new))
    assert "| one quarter more ÷ rebuild, processor s | 0.12 |  |" in as_table(merged({}, new))
    assert "processor" not in as_table({"sizes": [old, new], "line": {}})


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert size_of(tmp_path / "nowhere") == 0
    (tmp_path / "file").write_bytes(b"12345")
    assert size_of(tmp_path) == 5


def test_the_document_shows_the_committed_record():
    scale = json.loads(RECORD.read_text()).get("scale")
    block = DOCS.read_text().split(OPENING)[1].split(CLOSING)[0].strip()
    assert block == ("" if scale is None else as_table(scale))
