"""A MedDRA distribution is read whole or refused with file, line and reason; the one read here is made up."""

import zipfile
from itertools import pairwise

import pytest

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake import meddra
from pipeline.intake.meddra import read_distribution, refuse_rejected, version_order
from pipeline.intake.meddrachecks import contradictions
from pipeline.intake.meddralayout import LAYOUT
from pipeline.intake.meddratables import dictionary_tables
from tests.meddrafiles import MadeUp, small


def reasons(distribution):
    """What is wrong with a distribution, lines first: (file, line, reason)."""
    found = distribution.rejected or contradictions(distribution)
    return [(item.file, item.line, item.reason) for item in found]


def damaged(tmp_path, file, change):
    """What is wrong once a file's lines have been changed."""
    name = file.removesuffix(".asc")
    return reasons(read_distribution(small().write(tmp_path, **{name: change(small().lines()[file])})))


def appended(line):
    return lambda lines: [*lines, line]


def edited(number, old, new):
    def change(lines):
        assert old in lines[number - 1]
        return [*lines[: number - 1], lines[number - 1].replace(old, new), *lines[number:]]

    return change


def test_every_line_of_a_sound_distribution_is_kept(tmp_path):
    distribution = read_distribution(small().write(tmp_path))
    assert reasons(distribution) == []
    assert {name: len(lines) for name, lines in distribution.lines.items()} == {
        name: len(lines) for name, lines in small().lines().items()
    }
    assert distribution.version == "29.0"


@pytest.mark.parametrize("folder", [".", "MedAscii", "medascii", "MEDASCII", "ascii-260", "ascii-290"])
@pytest.mark.parametrize("upper", [True, False])
def test_the_files_lie_in_the_folder_or_in_one_of_its_own_in_any_case(tmp_path, folder, upper):
    small().write(tmp_path / folder, upper=upper)
    assert reasons(read_distribution(tmp_path)) == []


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_line_ends_and_encodings_give_the_same_rows(tmp_path, newline, encoding):
    drawn = MadeUp(
        {"Ménière's glow": ["Blue"], "Plain glow": ["Blue"]}, queries={"Glows": [("pt", "Plain glow", "narrow")]}
    )
    drawn.write(tmp_path, newline=newline, encoding=encoding)
    rows = dictionary_tables(read_distribution(tmp_path))["meddra_pt"].to_pylist()
    assert [(row["pt"], row["pt_text"]) for row in rows] == [
        ("MÉNIÈRE'S GLOW", "Ménière's glow"),
        ("PLAIN GLOW", "Plain glow"),
    ]


def test_a_last_line_without_its_end_is_read(tmp_path):
    small().write(tmp_path)
    data = (tmp_path / "pt.asc").read_bytes()
    (tmp_path / "pt.asc").write_bytes(data.removesuffix(b"\r\n"))
    assert reasons(read_distribution(tmp_path)) == []


@pytest.mark.parametrize("name", sorted(LAYOUT))
def test_a_missing_file_is_named(tmp_path, name):
    small().write(tmp_path / "MedAscii")
    (tmp_path / "MedAscii" / name).unlink()
    with pytest.raises((InputRefused, NothingThere), match=name):
        read_distribution(tmp_path)


@pytest.mark.parametrize("name", sorted(LAYOUT))
def test_an_empty_file_is_named(tmp_path, name):
    assert damaged(tmp_path, name, lambda _: [])[0] == (name, 0, "the file is empty")


@pytest.mark.parametrize("name", sorted(LAYOUT))
def test_a_file_of_another_kind_is_rejected_line_by_line(tmp_path, name):
    found = damaged(tmp_path, name, lambda _: ["pt_code;pt_name", "one;two"])
    assert found == [(name, 1, "does not end with $"), (name, 2, "does not end with $")]


@pytest.mark.parametrize(
    ("file", "change", "line", "said"),
    [
        ("llt.asc", appended("95000099$One more$94000001$$$$$$$Y$"), 11, "10 fields where llt.asc has 11"),
        ("llt.asc", appended("95000099$One more$94000001$$$$$$$Y$$$"), 11, "12 fields where llt.asc has 11"),
        ("llt.asc", appended("95000099$One more$94000001$$$$$$$Y$$x"), 11, "does not end with $"),
        ("llt.asc", appended("95000099$One more$94000001$$$$$$$yes$$"), 11, "llt_currency is none of Y, N"),
        ("llt.asc", appended("$One more$94000001$$$$$$$Y$$"), 11, "llt_code is no code"),
        ("llt.asc", appended("95 000 099$One more$94000001$$$$$$$Y$$"), 11, "llt_code is no code"),
        ("llt.asc", appended("95000099$  $94000001$$$$$$$Y$$"), 11, "llt_name is empty"),
        ("llt.asc", appended("95000008$One more$94000001$$$$$$$Y$$"), 11, "llt_code 95000008 stands on line 8 already"),
        ("llt.asc", appended("95000099$One more$94009999$$$$$$$Y$$"), 11, "pt_code 94009999 is not in pt.asc"),
        ("llt.asc", appended(""), 11, "blank line"),
        ("llt.asc", appended(" \t "), 11, "blank line"),
        ("llt.asc", appended("95000099$One\x07more$94000001$$$$$$$Y$$"), 11, "holds control characters"),
        ("llt.asc", appended("9" * 300_000), 11, "longer than 200000 characters"),
        ("pt.asc", appended("94000001$Again$$91000001$$$$$$$$"), 8, "pt_code 94000001 stands on line 1 already"),
        ("pt.asc", appended("94000009$Lone$$91000001$$$$$$$$"), 8, "pt_code 94000009 has no path in mdhier.asc"),
        ("pt.asc", edited(4, "Blue shiver", "blue  OEDEMA"), 4, "names the term of line 3 again"),
        ("pt.asc", edited(1, "91000001", "91000099"), 1, "pt_soc_code 91000099 is not in soc.asc"),
        ("pt.asc", edited(1, "91000001", "91000002"), 1, "pt_code 94000001 has its primary path to another class in mdhier.asc"),
        ("mdhier.asc", edited(1, "$Y$", "$N$"), 1, "pt_code 94000001 has 0 primary paths in mdhier.asc"),
        ("mdhier.asc", edited(3, "$N$", "$Y$"), 2, "pt_code 94000002 has 2 primary paths in mdhier.asc"),
        ("mdhier.asc", edited(1, "Glimmer fever", "Glitter"), 1, "pt_name is not that of pt_code 94000001 in pt.asc"),
        ("mdhier.asc", edited(1, "93000001", "93000002"), 1, "its step from pt to hlt is not in hlt_pt.asc"),
        ("hlt_pt.asc", appended("93000001$94000099$"), 10, "pt_code 94000099 is not in pt.asc"),
        ("soc_hlgt.asc", lambda lines: lines[1:], 1, "its step from hlgt to soc is not in soc_hlgt.asc"),
        ("intl_ord.asc", appended("4$91000099$"), 4, "soc_code 91000099 is not in soc.asc"),
        ("smq_list.asc", edited(1, "$A$N$", "$?$N$"), 1, "status is none of A, I"),
        ("smq_list.asc", edited(1, "$1$", "$9$"), 1, "smq_level is none of 1, 2, 3, 4, 5"),
        ("smq_content.asc", appended("97000099$94000001$4$2$A$0$A$1.0$1.0$"), 11, "smq_code 97000099 is not in smq_list.asc"),
        ("smq_content.asc", appended("97000001$94000099$4$2$A$0$A$1.0$1.0$"), 11, "term_code 94000099 is not in pt.asc"),
        ("smq_content.asc", appended("97000001$95000099$5$2$A$0$A$1.0$1.0$"), 11, "term_code 95000099 is not in llt.asc"),
        ("smq_content.asc", appended("97000001$97000099$0$0$S$0$A$1.0$1.0$"), 11, "term_code 97000099 is not in smq_list.asc"),
        ("smq_content.asc", appended("97000001$94000001$4$0$A$0$A$1.0$1.0$"), 11, "term_scope is neither 1 (broad) nor 2 (narrow)"),
        ("smq_content.asc", appended("97000001$94000001$3$2$A$0$A$1.0$1.0$"), 11, "term_level is none of 0, 4, 5"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_told_with_its_reason(tmp_path, file, change, line, said):
    found = damaged(tmp_path, file, change)
    told = "mdhier.asc" if "its step" in said else "pt.asc" if "primary path" in said else file
    assert (told, line, said) in found


def test_a_term_gone_from_pt_is_missed_wherever_it_is_named(tmp_path):
    found = damaged(tmp_path, "pt.asc", lambda lines: lines[1:])
    assert {file for file, _, _ in found} == {"llt.asc", "hlt_pt.asc", "mdhier.asc"}


@pytest.mark.parametrize("circle", [["A", "A"], ["A", "B", "A"], ["A", "B", "C", "A"]])
def test_sub_queries_that_run_in_a_circle_are_told(tmp_path, circle):
    queries = {name: [("pt", "Glow", "narrow")] for name in sorted(set(circle))}
    for above, below in pairwise(circle):
        queries[above].append(("smq", below, ""))
    drawn = MadeUp({"Glow": ["Blue"]}, queries=queries)
    found = reasons(read_distribution(drawn.write(tmp_path)))
    assert {(file, reason.split(":")[0]) for file, _, reason in found} == {
        ("smq_content.asc", "sub-queries run in a circle")
    }
    assert len(found) == len(circle) - 1


def test_a_query_of_a_thousand_levels_is_resolved(tmp_path):
    names = [f"Q{i}" for i in range(1_000)]
    queries = {name: [("smq", below, "")] for name, below in pairwise(names)}
    queries[names[-1]] = [("pt", "Glow", "narrow")]
    drawn = MadeUp({"Glow": ["Blue"]}, queries=queries)
    rows = dictionary_tables(read_distribution(drawn.write(tmp_path)))["meddra_smq"].to_pylist()
    assert {row["smq"] for row in rows} == set(names)


def test_a_query_that_two_others_share_is_no_circle(tmp_path):
    queries = {
        "Top": [("smq", "Left", ""), ("smq", "Right", "")],
        "Left": [("smq", "Low", "")],
        "Right": [("smq", "Low", "")],
        "Low": [("pt", "Glow", "broad")],
    }
    assert reasons(read_distribution(MadeUp({"Glow": ["Blue"]}, queries=queries).write(tmp_path))) == []


def test_an_inactive_member_is_kept_but_belongs_to_no_query(tmp_path):
    distribution = read_distribution(small().write(tmp_path))
    rows = dictionary_tables(distribution)["meddra_smq"].to_pylist()
    assert [(row["pt"], row["scope"]) for row in rows if row["smq"] == "Yawns"] == [("COPPER YAWN", "narrow")]


def test_narrow_in_a_sub_query_makes_a_term_narrow(tmp_path):
    rows = dictionary_tables(read_distribution(small().write(tmp_path)))["meddra_smq"].to_pylist()
    assert {row["pt"]: (row["scope"], row["is_own"]) for row in rows if row["smq"] == "Blue states"} == {
        "BLUE OEDEMA": ("narrow", True),
        "BLUE SHIVER": ("narrow", True),
        "COPPER YAWN": ("broad", False),
    }


def test_a_term_listed_as_a_lower_level_alone_is_no_member(tmp_path):
    drawn = MadeUp(
        {"Glow": ["Blue"], "Shine": ["Blue"]},
        others={"Faint glow": ("Glow", True)},
        queries={"Glows": [("llt", "Faint glow", "narrow"), ("pt", "Shine", "narrow")]},
    )
    rows = dictionary_tables(read_distribution(drawn.write(tmp_path)))["meddra_smq"].to_pylist()
    assert [row["pt"] for row in rows] == ["SHINE"]


def test_the_rows_do_not_depend_on_the_order_of_lines(tmp_path):
    drawn = small()
    turned = {name.removesuffix(".asc"): lines[::-1] for name, lines in drawn.lines().items()}
    straight = dictionary_tables(read_distribution(drawn.write(tmp_path / "one")))
    assert dictionary_tables(read_distribution(drawn.write(tmp_path / "two", **turned))) == straight


@pytest.mark.parametrize(
    ("release", "versions", "said", "found"),
    [
        ("29.0$English$$$$$", "28.1", None, "29.0"),
        ("29.0$English$$", "29.0", "29.0", "29.0"),
        ("29.0$ENGLISH$", "29.0", None, "29.0"),
        (None, "29.0", None, "29.0"),
        (None, "28.1 29.0", "29.0", "29.0"),
        (None, "28.1", "28.1", "28.1"),
    ],
)
def test_the_version_is_what_the_distribution_says_else_what_is_given(tmp_path, release, versions, said, found):
    write_versions(tmp_path, release, versions)
    assert read_distribution(tmp_path, said).version == found


@pytest.mark.parametrize(
    ("release", "versions", "said", "error", "told"),
    [
        (None, "28.1 29.0", None, InputRefused, "does not say its version: give it with --version"),
        ("29.0$English$", "29.0", "28.1", InputRefused, "is MedDRA 29.0, not 28.1"),
        (None, "28.1", "29.0", InputRefused, "is MedDRA 28.1, not 29.0"),
        (None, "28.1 29.0", "twenty-nine", UsageError, "is no MedDRA version"),
        (None, "new", None, InputRefused, "says version 'new'"),
        ("29.0$Japanese$", "29.0", None, InputRefused, "says Japanese"),
        ("English$29.0$", "29.0", None, InputRefused, "is not of the form"),
        ("29.0$English$\r\n28.1$English$", "29.0", None, InputRefused, "is not of the form"),
        ("", "29.0", None, InputRefused, "is not of the form"),
    ],
)
def test_a_version_is_never_guessed(tmp_path, release, versions, said, error, told):
    write_versions(tmp_path, release, versions)
    with pytest.raises(error, match=told):
        read_distribution(tmp_path, said)


def write_versions(folder, release, versions):
    """The small distribution with these versions of its queries, by turns, and this release file."""
    wanted = versions.split()
    lines = [
        line.replace("$29.0$", f"${wanted[i % len(wanted)]}$") for i, line in enumerate(small().lines()["smq_list.asc"])
    ]
    small().write(folder, release=False, smq_list=lines)
    if release is not None:
        (folder / "meddra_release.asc").write_text(release, encoding="utf-8", newline="")


def test_versions_are_ordered_as_numbers():
    assert sorted(["29.0", "9.1", "10.0", "28.1"], key=version_order) == ["9.1", "10.0", "28.1", "29.0"]


def test_a_zip_is_to_be_unpacked_first(tmp_path):
    with zipfile.ZipFile(tmp_path / "MedDRA.zip", "w") as archive:
        archive.writestr("MedAscii/llt.asc", "1$a$")
    with pytest.raises(UsageError, match="is a file: unpack"):
        read_distribution(tmp_path / "MedDRA.zip")


def test_a_folder_that_does_not_exist_or_holds_nothing_is_told(tmp_path):
    with pytest.raises(NothingThere, match="does not exist"):
        read_distribution(tmp_path / "nowhere")
    with pytest.raises(NothingThere, match=r"holds no llt\.asc"):
        read_distribution(tmp_path)


def test_two_distributions_in_one_folder_are_refused(tmp_path):
    small().write(tmp_path / "ascii-281")
    small().write(tmp_path / "ascii-290")
    with pytest.raises(UsageError, match="several distributions, ascii-281, ascii-290"):
        read_distribution(tmp_path)


def test_a_file_given_in_two_spellings_is_refused(tmp_path):
    small().write(tmp_path)
    (tmp_path / "PT.ASC").write_bytes((tmp_path / "pt.asc").read_bytes())
    with pytest.raises(InputRefused, match=r"PT\.ASC and pt\.asc"):
        read_distribution(tmp_path)


def test_a_link_is_not_followed(tmp_path):
    small().write(tmp_path / "real")
    small().write(tmp_path / "given")
    (tmp_path / "given" / "pt.asc").unlink()
    (tmp_path / "given" / "pt.asc").symlink_to(tmp_path / "real" / "pt.asc")
    with pytest.raises(InputRefused, match=r"has no pt\.asc"):
        read_distribution(tmp_path / "given")


def test_binary_garbage_is_refused(tmp_path):
    small().write(tmp_path)
    (tmp_path / "mdhier.asc").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(InputRefused, match=r"mdhier\.asc holds NUL bytes"):
        read_distribution(tmp_path)


def test_garbage_without_a_nul_byte_is_rejected(tmp_path):
    small().write(tmp_path)
    (tmp_path / "mdhier.asc").write_bytes(bytes(range(1, 256)) * 40)
    assert all(item.file == "mdhier.asc" for item in read_distribution(tmp_path).rejected)


def test_a_file_larger_than_any_distribution_is_refused_unread(tmp_path, monkeypatch):
    small().write(tmp_path)
    monkeypatch.setattr(meddra, "LARGEST_FILE", 100)
    with pytest.raises(InputRefused, match=r"llt\.asc is larger than 100 bytes"):
        read_distribution(tmp_path)


def test_the_refusal_shows_the_first_lines_and_how_many_more(tmp_path):
    lines = [*small().lines()["llt.asc"], *["blank"] * 8]
    distribution = read_distribution(small().write(tmp_path, llt=lines))
    with pytest.raises(InputRefused) as refusal:
        refuse_rejected(distribution, distribution.rejected)
    assert "8 lines that cannot be used: llt.asc line 11: does not end with $; llt.asc line 12" in str(refusal.value)
    assert "and 3 more" in str(refusal.value)
    assert "nothing was loaded" in str(refusal.value)
