"""Which quarters were given, and what is refused before anything is written."""

import zipfile
from dataclasses import replace

import pytest

from pipeline.config import ArchiveLimits
from pipeline.errors import InputRefused, LayoutChanged, NothingThere, UsageError
from pipeline.intake.archive import parsed_quarter, quarters_in

LIMITS = ArchiveLimits()
TABLES = ("DEMO", "DRUG", "REAC", "OUTC", "RPSR", "THER", "INDI")


def folder_with(path, names):
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(b"primaryid$caseid\n")
    return path


def zip_with(path, contents):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def quarter_names(code="24Q1", suffix=".txt", folder="ascii/"):
    return [f"{folder}{table}{code}{suffix}" for table in TABLES]


@pytest.mark.parametrize(
    ("names", "quarter"),
    [
        (quarter_names("04Q1", ".TXT"), "2004Q1"),
        ([name.lower() for name in quarter_names("12Q4")], "2012Q4"),
        ([*quarter_names("18Q1")[1:], "deep/er/ascii/DEMO18Q1_new.txt"], "2018Q1"),
    ],
)
def test_files_are_found_by_table_at_any_depth_and_case(tmp_path, names, quarter):
    found = quarters_in([folder_with(tmp_path, names)], LIMITS)
    assert [(item.quarter, sorted(item.tables)) for item in found] == [(quarter, sorted(TABLES))]


def test_papers_beside_the_tables_are_ignored(tmp_path):
    papers = ["ascii/STAT24Q1.TXT", "SIZE24Q1.TXT", "ASC_NTS.pdf", "README.doc", "FAQs.pdf"]
    found = quarters_in([folder_with(tmp_path, quarter_names() + papers)], LIMITS)
    assert len(found[0].members) == 7


@pytest.mark.parametrize(
    "name",
    [
        "deleted/ADR19Q1DeletedCases.txt",
        "DELETED/ADR20Q1DeletedCases.txt",
        "Deleted/20Q4DeletedCases.txt",
        "Deleted/DELETE21Q4.txt",
    ],
)
def test_deleted_lists_of_every_naming_style_are_found(tmp_path, name):
    code = "".join(part for part in ("19Q1", "20Q1", "20Q4", "21Q4") if part in name)
    found = quarters_in([folder_with(tmp_path, [*quarter_names(code), name])], LIMITS)
    assert [member.name for member in found[0].deleted] == [name]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("faers_ascii_2024q1.zip", None),
        ("faers_ascii_2023Q3.ZIP", "2023Q3"),
        ("aers_ascii_04q2.zip", "2004Q2"),
        ("download (1).zip", None),
        ("faers_ascii_2023q1-2023q4.zip", None),
        ("FAERS_2023Q1toQ4.zip", None),
    ],
)
def test_a_zip_named_after_another_quarter_than_its_files_is_told(tmp_path, name, told):
    (quarter,) = quarters_in([zip_with(tmp_path / name, dict.fromkeys(quarter_names(), b"a$b\n"))], LIMITS)
    assert (quarter.quarter, quarter.named_otherwise) == ("2024Q1", told)


def test_a_folder_may_be_named_after_anything(tmp_path):
    (quarter,) = quarters_in([folder_with(tmp_path / "from_2023q3_on", quarter_names())], LIMITS)
    assert quarter.named_otherwise is None


def test_the_whole_history_list_belongs_to_the_quarter_it_came_with(tmp_path):
    names = [*quarter_names("19Q1"), "deleted/ADR19Q1DeletedCases.txt", "deleted/AllDeletedCases.txt"]
    assert len(quarters_in([folder_with(tmp_path, names)], LIMITS)[0].deleted) == 2


def test_a_folder_may_hold_zips_and_folders_of_any_quarters(tmp_path):
    folder_with(tmp_path / "2012", quarter_names("12Q4"))
    zip_with(tmp_path / "faers_ascii_2024q1.zip", dict.fromkeys(quarter_names(), b"x\n"))
    assert [item.quarter for item in quarters_in([tmp_path], LIMITS)] == ["2012Q4", "2024Q1"]


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(LayoutChanged, match=r"2024Q1 .* has no THER, INDI file"):
        quarters_in([folder_with(tmp_path, quarter_names()[:-2])], LIMITS)


def test_a_table_given_twice_is_named(tmp_path):
    with pytest.raises(LayoutChanged, match=r"2018Q1 has DEMO twice, .*DEMO18Q1.txt and .*DEMO18Q1_new.txt"):
        quarters_in([folder_with(tmp_path, [*quarter_names("18Q1"), "ascii/DEMO18Q1_new.txt"])], LIMITS)


def test_a_quarter_given_twice_is_named(tmp_path):
    first = zip_with(tmp_path / "a.zip", dict.fromkeys(quarter_names(), b"x\n"))
    second = zip_with(tmp_path / "b.zip", dict.fromkeys(quarter_names(), b"x\n"))
    with pytest.raises(UsageError, match=r"2024Q1 was given twice, in .*a\.zip and .*b\.zip"):
        quarters_in([first, second], LIMITS)


def test_nothing_given_is_said(tmp_path):
    with pytest.raises(NothingThere, match="no FAERS file"):
        quarters_in([tmp_path], LIMITS)
    with pytest.raises(NothingThere, match="does not exist"):
        quarters_in([tmp_path / "nowhere.zip"], LIMITS)


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(InputRefused, match="not a readable zip"):
        quarters_in([tmp_path / "x.zip"], LIMITS)


@pytest.mark.parametrize(
    "name", ["../DEMO24Q1.txt", "/etc/DEMO24Q1.txt", "a/../../DEMO24Q1.txt", "..\\DEMO24Q1.txt", "C:/DEMO24Q1.txt"]
)
def test_a_path_that_climbs_out_is_refused(tmp_path, name):
    path = zip_with(tmp_path / "x.zip", {name: b"x\n"})
    with pytest.raises(InputRefused, match="climbs out"):
        quarters_in([path], LIMITS)


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path):
    path = zip_with(tmp_path / "x.zip", {"DEMO24Q1.txt": b"0" * 3_000_000})
    with pytest.raises(InputRefused, match="unpacks from"):
        quarters_in([path], LIMITS)


def test_a_zip_too_large_in_all_is_refused(tmp_path):
    path = zip_with(tmp_path / "x.zip", dict.fromkeys(quarter_names(), bytes(range(256)) * 8))
    with pytest.raises(InputRefused, match="more than 5000 bytes"):
        quarters_in([path], replace(LIMITS, max_total_bytes=5_000))
    with pytest.raises(InputRefused, match="7 files, more than 3"):
        quarters_in([path], replace(LIMITS, max_members=3))


def test_a_damaged_member_is_refused_when_read(tmp_path):
    path = zip_with(tmp_path / "x.zip", dict.fromkeys(quarter_names(), bytes(range(256)) * 40))
    data = bytearray(path.read_bytes())
    data[200:240] = b"\x00" * 40
    path.write_bytes(bytes(data))
    member = quarters_in([path], LIMITS)[0].tables["DEMO"]
    with pytest.raises(InputRefused, match="damaged"):
        member.read()


def test_a_truncated_zip_is_refused(tmp_path):
    path = zip_with(tmp_path / "x.zip", dict.fromkeys(quarter_names(), bytes(range(256)) * 40))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(InputRefused):
        quarters_in([path], LIMITS)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    inside = folder_with(tmp_path / "in", quarter_names()[1:])
    (tmp_path / "DEMO24Q1.txt").write_bytes(b"x\n")
    (inside / "DEMO24Q1.txt").symlink_to(tmp_path / "DEMO24Q1.txt")
    with pytest.raises(LayoutChanged, match="no DEMO file"):
        quarters_in([inside], LIMITS)


@pytest.mark.parametrize("text", ["2024", "24Q1", "2024Q5", "", "2024-Q1"])
def test_what_is_no_quarter_is_said(text):
    with pytest.raises(UsageError, match="is no quarter"):
        parsed_quarter(text)


def test_a_quarter_may_be_written_small():
    assert parsed_quarter(" 2024q1 ") == "2024Q1"
