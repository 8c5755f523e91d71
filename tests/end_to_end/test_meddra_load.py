"""A person loads a licensed MedDRA: whole or not at all, and twice changes nothing. The dictionary is made up."""

import hashlib

import pytest

from pipeline.cases.meddra import chosen_version
from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.meddra import load_meddra
from tests.meddrafiles import small


def contents(lake):
    """Every file of the lake with the hash of its bytes."""
    return {
        path.relative_to(lake).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lake.rglob("*"))
        if path.is_file() and "_locks" not in path.parts
    }


def rows(lake, query):
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.mount(Lake(lake), "meddra_pt", "meddra_llt", "meddra_hierarchy", "meddra_smq")
        return warehouse.rows(query)


def test_a_distribution_is_loaded_and_counted(tmp_path, command):
    small().write(tmp_path / "given" / "MedAscii")
    report = command(tmp_path / "lake", "meddra", "load", tmp_path / "given")
    assert report["counts"]["meddra_version"] == "29.0"
    assert report["counts"]["rows"] == {"meddra_pt": 7, "meddra_llt": 10, "meddra_hierarchy": 9, "meddra_smq": 8}
    for file in report["counts"]["files"]:
        assert file["n_read"] == file["n_kept"] + file["n_rejected"]
    assert rows(tmp_path / "lake", "SELECT pt, soc FROM meddra_pt WHERE pt_text = 'Copper yawn'") == [
        ("COPPER YAWN", "Metals")
    ]


def test_the_same_distribution_again_changes_no_byte(tmp_path, command):
    small().write(tmp_path / "given")
    first = command(tmp_path / "lake", "meddra", "load", tmp_path / "given")
    before = contents(tmp_path / "lake")
    again = command(tmp_path / "lake", "meddra", "load", tmp_path / "given")
    assert contents(tmp_path / "lake") == before
    assert again["run_id"] == first["run_id"]
    assert "MedDRA 29.0 is unchanged: nothing was done." in again["warnings"]


def test_two_lakes_hold_the_same_bytes_wherever_the_distribution_lay(tmp_path, command):
    for name in ("one", "two"):
        small().write(tmp_path / name / "MedAscii", upper=name == "two")
        command(tmp_path / f"lake-{name}", "meddra", "load", tmp_path / name)
    one, two = (
        {path: hash_ for path, hash_ in contents(tmp_path / f"lake-{name}").items() if path.endswith(".parquet")}
        for name in ("one", "two")
    )
    assert {path: hash_ for path, hash_ in one.items() if path.startswith("meddra")} == {
        path: hash_ for path, hash_ in two.items() if path.startswith("meddra")
    }


def test_another_version_stands_beside_the_first_and_a_corrected_one_replaces_its_own(tmp_path, command):
    lake = tmp_path / "lake"
    small().write(tmp_path / "one")
    command(lake, "meddra", "load", tmp_path / "one")
    newer = small()
    newer.version = "29.1"
    command(lake, "meddra", "load", newer.write(tmp_path / "two"))
    corrected = [line.replace("Blue oedema", "Blue swelling") for line in small().lines()["pt.asc"]]
    paths = [line.replace("Blue oedema", "Blue swelling") for line in small().lines()["mdhier.asc"]]
    command(lake, "meddra", "load", small().write(tmp_path / "three", pt=corrected, mdhier=paths))
    found = rows(lake, "SELECT meddra_version, pt FROM meddra_pt WHERE pt_code = 94000003 ORDER BY meddra_version")
    assert found == [("29.0", "BLUE SWELLING"), ("29.1", "BLUE OEDEMA")]


def test_a_distribution_with_one_bad_line_is_refused_and_the_lake_stays_as_it_was(tmp_path, command):
    lake = tmp_path / "lake"
    command(lake, "meddra", "load", small().write(tmp_path / "one"))
    before = contents(lake)
    broken = [*small().lines()["smq_content.asc"], "97000001$94000099$4$2$A$0$A$1.0$1.0$"]
    said = command(lake, "meddra", "load", small().write(tmp_path / "two", smq_content=broken), fails=13)
    assert "smq_content.asc line 11: term_code 94000099 is not in pt.asc" in said
    assert "nothing was loaded" in said
    assert contents(lake) == before


def test_a_load_that_was_killed_half_way_is_not_seen_and_is_made_good_by_the_next(tmp_path, command, monkeypatch):
    lake = tmp_path / "lake"
    command(lake, "meddra", "load", small().write(tmp_path / "one"))
    newer = small()
    newer.version = "29.1"
    newer.write(tmp_path / "two")
    commit, done = Lake.commit, []

    def killed(self, name, *rest):
        done.append(name)
        if len(done) > 2:
            raise KeyboardInterrupt
        return commit(self, name, *rest)

    monkeypatch.setattr(Lake, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        load_meddra(Settings(lake=str(lake), threads=1), tmp_path / "two")
    monkeypatch.undo()
    assert len(done) == 3
    assert chosen_version(Lake(lake)) == "29.0"
    command(lake, "meddra", "load", tmp_path / "two")
    assert chosen_version(Lake(lake)) == "29.1"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("MedDRA.zip", 2, "is a file: unpack"),
        ("nowhere", 15, "does not exist"),
        ("empty", 15, "holds no llt.asc"),
    ],
)
def test_what_is_no_distribution_leaves_no_lake_behind(tmp_path, command, given, code, said):
    (tmp_path / "MedDRA.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty").mkdir()
    assert said in command(tmp_path / "lake", "meddra", "load", tmp_path / given, fails=code)
    assert not (tmp_path / "lake").exists()


def test_the_version_is_given_where_the_files_do_not_say_it(tmp_path, command):
    mixed = [line.replace("$29.0$", f"${n}.0$") for n, line in enumerate(small().lines()["smq_list.asc"], 20)]
    given = small().write(tmp_path / "given", release=False, smq_list=mixed)
    assert "give it with --version" in command(tmp_path / "lake", "meddra", "load", given, fails=13)
    report = command(tmp_path / "lake", "meddra", "load", given, "--version", "28.1")
    assert report["counts"]["meddra_version"] == "28.1"


def test_the_files_are_shown_to_a_person(tmp_path):
    from click.testing import CliRunner

    from pipeline.cli import main

    words = ["--lake", str(tmp_path / "lake"), "meddra", "load", str(small().write(tmp_path / "given"))]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "MedDRA 29.0: lines by file" in done.output
    assert "smq_content.asc" in done.output
