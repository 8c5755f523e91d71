"""Broken, hostile and empty input: told in one sentence, and nothing is written."""

import zipfile

import pytest

pytestmark = pytest.mark.slow


def rewritten(source, target, change):
    """A copy of the archive with each member's name and bytes as change gives them."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            for new_name, data in change(name, archive.read(name)):
                copy.writestr(new_name, data)
    return target


def renamed_column(name, data):
    return [(name, data.replace(b"outc_cod", b"outcome_text", 1) if "OUTC" in name else data)]


def without_therapies(name, data):
    return [] if "THER" in name else [(name, data)]


def climbing(name, data):
    return [(f"../{name}" if "INDI" in name else name, data)]


def bomb(name, data):
    return [(name, data + b"0" * 50_000_000 if "RPSR" in name else data)]


def twice(name, data):
    return [(name, data), (name.replace(".txt", "_new.txt"), data)] if "DEMO" in name else [(name, data)]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (renamed_column, 10, "OUTC23Q1.txt has a column FDA never published before, 'outcome_text'"),
        (without_therapies, 10, "has no THER file"),
        (twice, 10, "2023Q1 has DEMO twice"),
        (climbing, 13, "climbs out of its folder"),
        (bomb, 13, "which unpacks from"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_changed_or_hostile_archive_writes_nothing(history, tmp_path, command, change, code, said):
    archive = rewritten(history[0], tmp_path / "faers_ascii_2023q1.zip", change)
    assert said in command(tmp_path / "lake", "ingest", "faers", archive, fails=code)
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_archive_writes_nothing(history, tmp_path, command, damage):
    data = bytearray(history[1].read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    else:
        data[5_000:5_050] = bytes(50)
    (tmp_path / "faers_ascii_2023q2.zip").write_bytes(bytes(data))
    error = command(tmp_path / "lake", "ingest", "faers", history[0], tmp_path / "faers_ascii_2023q2.zip", fails=13)
    assert "download" in error
    assert list(tmp_path.glob("lake/raw_*")) == list(tmp_path.glob("lake/landing/**/*.zip")) == []


def test_a_damaged_archive_on_its_own_leaves_no_table(history, tmp_path, command):
    data = bytearray(history[0].read_bytes())
    data[5_000:5_050] = bytes(50)
    (tmp_path / "faers_ascii_2023q1.zip").write_bytes(bytes(data))
    assert "damaged" in command(tmp_path / "lake", "ingest", "faers", tmp_path / "faers_ascii_2023q1.zip", fails=13)
    assert list(tmp_path.glob("lake/raw_*")) == list(tmp_path.glob("lake/landing/**/*.zip")) == []


def test_an_error_names_no_patient(history, tmp_path, command):
    def broken(name, data):
        return [(name, b"\n".join(data.split(b"\n")[:1] + [b"1$JOHN DOE$X$Y"] * 900) if "OUTC" in name else data)]

    archive = rewritten(history[0], tmp_path / "faers_ascii_2023q1.zip", broken)
    error = command(tmp_path / "lake", "ingest", "faers", archive, fails=11)
    assert "JOHN" not in error
    assert "rejected" in error


def test_header_only_tables_load_from_a_zip_named_after_another_quarter_which_is_said(history, tmp_path, command):
    def headers(name, data):
        kept = {"OUTC", "RPSR", "THER", "INDI"}
        return [(name, data.split(b"\n")[0] + b"\n" if any(kind in name for kind in kept) else data)]

    archive = rewritten(history[0], tmp_path / "faers_ascii_2022q4.zip", headers)
    report = command(tmp_path / "lake", "ingest", "faers", archive)
    counted = {item["table"]: item["n_kept"] for item in report["counts"]["files"]}
    assert (counted["raw_outc"], counted["raw_demo"] > 0) == (0, True)
    assert any("is named after 2022Q4 and holds the files of 2023Q1" in told for told in report["warnings"])
