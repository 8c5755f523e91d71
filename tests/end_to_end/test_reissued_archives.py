"""FDA publishes a quarter again: both issues stay readable, the order of loading decides nothing, a pin reads the old one."""

import json
import zipfile

import pytest

from pipeline.demo.history import write_history
from pipeline.lake.delta import Lake

# What priors are fitted to, pair_count, is compared here; that equal counts give equal priors, in test_generated_quarters.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_priors")]
DATES = {"first": (2023, 4, 28, 9, 30, 0), "again": (2023, 10, 30, 9, 30, 0)}
MARTS = ("case_current", "duplicate_pair", "waterfall", "pair_count", "signal")


def saved_again(archive, target, date, without=()):
    """The same archive with another publisher's date, and without the reports of these cases."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            lines = old.read(info).splitlines(keepends=True)
            place = 1 if "DEMO" in info.filename.upper() or "$caseid" in lines[0].decode("latin-1") else None
            kept = [line for line in lines if place is None or _field(line, place) not in without]
            new.writestr(zipfile.ZipInfo(info.filename, date), b"".join(kept), zipfile.ZIP_DEFLATED)
    return target


def _field(line, place):
    fields = line.decode("latin-1").split("$")
    return fields[place] if len(fields) > place else ""


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Three quarters; the first published again in the fourth quarter of the year, without thirty cases."""
    folder = tmp_path_factory.mktemp("reissued")
    quarters = write_history(folder / "as-written", "2023Q1", "2023Q3", 600, 11)
    with zipfile.ZipFile(quarters[0]) as opened:
        name = next(name for name in opened.namelist() if "DEMO" in name.upper())
        cases = [_field(line, 1) for line in opened.read(name).splitlines()[1:]]
    (folder / "first").mkdir()
    (folder / "again").mkdir()
    first = saved_again(quarters[0], folder / "first" / quarters[0].name, DATES["first"])
    again = saved_again(quarters[0], folder / "again" / quarters[0].name, DATES["again"], set(cases[:30]))
    return {"first": first, "again": again, "second": quarters[1], "third": quarters[2]}


def bytes_of(root, *names, lake=None):
    held = lake or Lake(root)
    return {(name, *file.partition.values()): file.path.read_bytes() for name in names for file in held.files(name)}


def counted(report):
    return {row["step"]: row["n"] for row in report["counts"]["waterfall"]}


@pytest.fixture(scope="module")
def loaded(archives, tmp_path_factory):
    from pipeline.config import Settings
    from pipeline.steps.ingest import ingest

    root = tmp_path_factory.mktemp("lake")
    for name in ("first", "second", "third", "again"):
        ingest(Settings(lake=str(root)), [archives[name]])
    return root


def test_each_issue_counts_from_when_it_came_out(loaded, command):
    early = command(loaded, "resolve", "--as-of", "2023Q2")
    late = command(loaded, "resolve", "--as-of", "2023Q3")
    pinned = command(loaded, "resolve", "--as-of", "2023Q3", "--data-version", f"2023Q1={_sha(loaded, 0)}")
    assert counted(pinned)["published"] - counted(late)["published"] == 30
    assert counted(early)["published"] == 2 * 600, "as of the second quarter only the first issue was out"
    assert any("Data versions pinned: 2023Q1" in warning for warning in pinned["warnings"])


def _sha(root, place):
    receipts = [json.loads(path.read_text()) for path in (root / "landing" / "faers" / "2023Q1").glob("*/receipt.json")]
    return sorted(receipts, key=lambda item: item["published"])[place]["sha256"]


def test_status_shows_both_issues_and_which_counts(loaded, command):
    rows = [row for row in command(loaded, "status")["counts"]["quarters"] if row["quarter"] == "2023Q1"]
    assert [(row["published"][:8], row["is_current"]) for row in rows] == [("20230428", False), ("20231030", True)]
    assert rows[0]["reports"] - rows[1]["reports"] == 30
    assert all(row["is_original_held"] for row in rows)


def test_loading_backwards_and_twice_ends_in_the_same_marts(archives, loaded, tmp_path, command):
    """The later issue comes before the first, and once more after it; other orders are drawn in test_load_order."""
    command(loaded, "signals", "--as-of", "2023Q3")
    expected = bytes_of(loaded, *MARTS)
    wanted = {key: value for key, value in expected.items() if key[1] == "2023Q3"}
    for name in ("again", "third", "second", "first", "again"):
        command(tmp_path, "ingest", "faers", archives[name])
    command(tmp_path, "signals", "--as-of", "2023Q3")
    assert bytes_of(tmp_path, *MARTS) == wanted


def test_a_pinned_run_leaves_the_default_marts_alone(loaded, command):
    command(loaded, "signals", "--as-of", "2023Q3")
    before = bytes_of(loaded, *MARTS)
    pinned = command(loaded, "signals", "--as-of", "2023Q3", "--data-version", f"2023Q1={_sha(loaded, 0)}")
    again = command(loaded, "signals", "--as-of", "2023Q3", "--data-version", f"2023Q1={_sha(loaded, 0)[:12]}")
    assert bytes_of(loaded, *MARTS) == before
    assert pinned["run_id"] == again["run_id"] != command(loaded, "signals", "--as-of", "2023Q3")["run_id"]


def test_only_a_later_issue_is_flagged(archives, tmp_path, command):
    command(tmp_path, "ingest", "faers", archives["again"])
    done = command(tmp_path, "resolve")
    assert any(warning.startswith("Original not held: 2023Q1") for warning in done["warnings"])
    assert not command(tmp_path, "status")["counts"]["quarters"][0]["is_original_held"]


def test_issues_that_nothing_puts_in_order_are_refused_until_a_rank_is_given(archives, tmp_path, command):
    folders = {name: tmp_path / name for name in ("first", "again")}
    for name, folder in folders.items():
        with zipfile.ZipFile(archives[name]) as archive:
            archive.extractall(folder)
    root = tmp_path / "lake"
    command(root, "ingest", "faers", folders["again"])
    said = command(root, "ingest", "faers", folders["first"], fails=2)
    assert "--rank" in said
    command(root, "ingest", "faers", "--rank", "-1", folders["first"])
    rows = command(root, "status")["counts"]["quarters"]
    assert [(row["rank"], row["is_current"], row["reports"]) for row in rows] == [("-1", False, 600), ("0", True, 570)]
    assert "landed with rank -1" in command(root, "ingest", "faers", "--rank", "3", folders["first"], fails=2)


def test_an_unreadable_data_version_is_a_usage_error(loaded, command):
    for text in ("2023Q1", "2023Q1=xyz", "2023Q1=abc"):
        assert "no data version" in command(loaded, "resolve", "--data-version", text, fails=2)
    assert "2023Q1 has 0 archives" in command(loaded, "resolve", "--data-version", "2023Q1=ffffffffff", fails=15)


def test_a_zip_of_two_quarters_loads_both(archives, tmp_path, command):
    both = tmp_path / "both.zip"
    with zipfile.ZipFile(both, "w", zipfile.ZIP_DEFLATED) as new:
        for name in ("second", "third"):
            with zipfile.ZipFile(archives[name]) as old:
                for info in old.infolist():
                    if info.filename not in new.namelist():
                        new.writestr(info, old.read(info))
    command(tmp_path / "lake", "ingest", "faers", both)
    held = command(tmp_path / "lake", "status")["counts"]["quarters"]
    assert [(row["quarter"], row["reports"]) for row in held] == [("2023Q2", 600), ("2023Q3", 600)]


def test_an_archive_the_gate_refused_may_still_be_given_its_place(archives, tmp_path, command):
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder in (good, bad):
        with zipfile.ZipFile(archives["first"]) as archive:
            archive.extractall(folder)
    for path in bad.rglob("REAC*.txt"):
        head, *lines = path.read_bytes().splitlines(keepends=True)
        empty = [b"$".join([*line.split(b"$")[:2], b"", *line.split(b"$")[3:]]) for line in lines]
        path.write_bytes(b"".join([head, *empty]))
    root = tmp_path / "lake"
    command(root, "ingest", "faers", bad, fails=11)
    assert command(root, "status")["counts"]["quarters"][0]["typed"] == "none"
    command(root, "ingest", "faers", good)
    assert "--rank" in command(root, "ingest", "faers", bad, fails=2)
    command(root, "ingest", "faers", "--rank", "-1", bad, fails=11)
    assert "critical" in command(root, "validate", fails=11), "what the gate never let through is judged again"
    rows = command(root, "status")["counts"]["quarters"]
    assert [row["typed"] for row in rows if row["is_current"]] == ["current"]


def test_undated_archives_and_pins_given_twice_are_told(archives, tmp_path, command):
    with zipfile.ZipFile(archives["first"]) as archive:
        archive.extractall(tmp_path / "folder")
    command(tmp_path / "lake", "ingest", "faers", tmp_path / "folder")
    said = command(tmp_path / "lake", "resolve")["warnings"]
    assert any(line.startswith("Archives without a publisher's date: 2023Q1;") for line in said)
    twice = ["--data-version", "2023Q1=aaaaaa", "--data-version", "2023Q1=bbbbbb"]
    assert "a quarter twice" in command(tmp_path / "lake", "resolve", *twice, fails=2)


def test_a_lake_partitioned_otherwise_is_refused(tmp_path, command):
    import pyarrow as pa
    from deltalake import write_deltalake

    rows = pa.table({"quarter": ["2023Q1"], "n": [1]})
    write_deltalake(str(tmp_path / "report_version"), rows, partition_by=["quarter"])
    assert "another version of cartwatch" in command(tmp_path, "resolve", fails=14)
