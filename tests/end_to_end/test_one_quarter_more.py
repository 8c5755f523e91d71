"""Cases as of one quarter after another are the same bytes as worked out at once, also where FDA published a quarter again."""

import re
import shutil
import zipfile

import pytest

from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.errors import LakeConflict
from pipeline.lake.delta import Lake
from pipeline.steps import cases
from pipeline.steps.cases import resolve_cases
from pipeline.steps.ingest import ingest

pytestmark = pytest.mark.slow
TABLES = ("case_current", "duplicate_pair", "overfull_block", "waterfall")
POINTS = ("2023Q2", "2023Q3", "2023Q4")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A lake of four quarters; the first was published again in time for the fourth. Nothing is resolved."""
    folder = tmp_path_factory.mktemp("one-more")
    quarters = write_history(folder / "zips", "2023Q1", "2023Q4", 150, 5)
    issues = [
        issued(quarters[0], folder / "first" / quarters[0].name, (2023, 4, 28, 9, 30, 0), every=1),
        issued(quarters[0], folder / "again" / quarters[0].name, (2024, 1, 30, 9, 30, 0), every=2),
    ]
    for archive in (*issues, *quarters[1:]):
        ingest(Settings(lake=str(folder / "lake")), [archive])
    return folder / "lake"


def issued(archive, target, date, every):
    """The archive as published on that date, every woman but one of so many a man."""
    target.parent.mkdir()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            header, *lines = old.read(info).splitlines(keepends=True) or [b""]
            if "DEMO" in info.filename.upper():
                lines = [line.replace(b"$F$", b"$M$") if place % every else line for place, line in enumerate(lines)]
            new.writestr(zipfile.ZipInfo(info.filename, date), b"".join([header, *lines]), zipfile.ZIP_DEFLATED)
    return target


def bytes_of(lake, *names):
    return {(name, *file.partition.values()): file.path.read_bytes() for name in names for file in lake.files(name)}


def at(lake, point):
    """What the lake holds of the cases as of that point, and of the keys."""
    held = bytes_of(lake, *TABLES)
    return {key: rows for key, rows in held.items() if key[1] == point}, bytes_of(lake, "keyed_version")


@pytest.fixture
def went_on(monkeypatch):
    """Pairs of points: from which cases were gone on to which, however much changed between them."""
    pairs, again = [], cases.resolve_again
    monkeypatch.setattr(cases, "MOST_CHANGED", 1.0)
    monkeypatch.setattr(cases, "resolve_again", lambda *given: pairs.append(given[1:3]) or again(*given))
    return pairs


@pytest.fixture(scope="module")
def newer_first(loaded, tmp_path_factory):
    """The newest point worked out at once, then the one before it: what each holds."""
    root = tmp_path_factory.mktemp("newer first") / "lake"
    shutil.copytree(loaded, root)
    told = [resolve_cases(Settings(lake=str(root)), point).details["start"] for point in ("2023Q4", "2023Q3")]
    assert told == ["anew: no earlier data-lock point has cases"] * 2
    return {point: at(Lake(root), point) for point in ("2023Q4", "2023Q3")}


@pytest.mark.parametrize("with_duplicates", [False, True])
def test_one_quarter_after_another_ends_as_the_newest_first(loaded, newer_first, went_on, tmp_path, with_duplicates):
    shutil.copytree(loaded, tmp_path / "lake")
    chosen = Settings(lake=str(tmp_path / "lake"), with_duplicates=with_duplicates)
    said = []
    told = [resolve_cases(chosen, point, said.append).details["start"] for point in POINTS]
    assert told == ["anew: no earlier data-lock point has cases", "from 2023Q2", "from 2023Q3"]
    assert "2023Q4 resolving cases from 2023Q3" in said
    assert went_on == [("2023Q2", "2023Q3"), ("2023Q3", "2023Q4")]
    lake = Lake(chosen.lake, variant=chosen.variant)
    for point, (resolved, keys) in newer_first.items():
        found, all_keys = at(lake, point)
        assert found == resolved
        assert all_keys | keys == all_keys


def test_one_quarter_after_another_ends_as_all_at_once_where_an_issue_is_pinned(loaded, went_on, tmp_path):
    found = {}
    for name, points in (("step by step", POINTS), ("at once", POINTS[-1:])):
        root = tmp_path / name
        shutil.copytree(loaded, root)
        first = next(file.partition["edition"] for file in Lake(root).files("report_version", {"quarter": "2023Q1"}))
        chosen = Settings(lake=str(root), data_versions=(("2023Q1", first.split("_")[2]),))
        for point in points:
            resolve_cases(chosen, point)
        resolved, keys = at(Lake(root, variant=chosen.variant), POINTS[-1])
        found[name] = resolved | keys
    assert went_on == [("2023Q2", "2023Q3"), ("2023Q3", "2023Q4")]
    assert found["step by step"] | found["at once"] == found["step by step"]


def test_a_point_broken_off_between_its_tables_is_passed_over_and_mended(
    loaded, newer_first, went_on, tmp_path, monkeypatch
):
    shutil.copytree(loaded, tmp_path / "lake")
    chosen, said = Settings(lake=str(tmp_path / "lake")), []
    lake, commit = Lake(chosen.lake), Lake.commit
    resolve_cases(chosen, "2023Q2")

    def broken_off(self, name, *given):
        if name == TABLES[1]:
            raise KeyboardInterrupt
        return commit(self, name, *given)

    monkeypatch.setattr(Lake, "commit", broken_off)
    with lake.shared_staging("keyed_version"), pytest.raises(KeyboardInterrupt):
        resolve_cases(chosen, "2023Q3", said.append)
    assert said[-1] == "2023Q3 resolving cases anew: another process is writing the keys of the versions"
    monkeypatch.setattr(Lake, "commit", commit)
    assert lake.partitions(TABLES[0], "as_of") == ["2023Q2", "2023Q3"]
    assert lake.partitions(TABLES[1], "as_of") == ["2023Q2"]
    resolve_cases(chosen, "2023Q4")
    resolve_cases(chosen, "2023Q3")
    assert went_on == [("2023Q2", "2023Q4"), ("2023Q2", "2023Q3")]
    for point, (resolved, keys) in newer_first.items():
        found, all_keys = at(lake, point)
        assert found == resolved
        assert all_keys | keys == all_keys


def test_cases_are_gone_on_from_only_where_they_are_todays_and_little_changed(loaded, tmp_path, monkeypatch):
    shutil.copytree(loaded, tmp_path / "lake")
    chosen = Settings(lake=str(tmp_path / "lake"))
    resolve_cases(chosen, "2023Q3")
    lake = Lake(chosen.lake)
    start = cases.starting_point(lake, "2023Q4")
    assert start.earlier is None
    assert re.fullmatch(r"anew: \d\d% of the report versions changed since 2023Q3", start.told)
    monkeypatch.setattr(cases, "MOST_CHANGED", 1.0)
    assert cases.starting_point(lake, "2023Q4").earlier.as_of == "2023Q3"
    monkeypatch.setattr(cases, "resolution_id", lambda *_: "other data")
    assert cases.starting_point(lake, "2023Q4") == (None, "anew: no cases of 2023Q3 come from today's data and code")


def test_a_mixture_is_refused_before_any_key_is_made(loaded, tmp_path, monkeypatch):
    def refuse(*_):
        raise LakeConflict("2023Q4 was interrupted")

    shutil.copytree(loaded, tmp_path / "lake")
    monkeypatch.setattr(cases, "mount_core", refuse)
    with pytest.raises(LakeConflict, match="2023Q4 was interrupted"):
        resolve_cases(Settings(lake=str(tmp_path / "lake")), "2023Q4")
    assert Lake(tmp_path / "lake").files("keyed_version") == []
