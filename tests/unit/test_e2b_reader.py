"""Files of case messages that are broken, hostile, empty or of another kind, and what a good one holds."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake.e2b import MOST_REACTIONS, NO_FILE, NOT_ALLOWED, read_messages
from pipeline.intake.e2br3 import CASE_ID, CHARACTERISTIC, NULLIFICATION, SENDER_ID
from pipeline.intake.e2bvalues import ABSENT, Told, formatted_moment, instant, moment
from pipeline.intake.e2bxml import DEEPEST, LONGEST_TEXT
from pipeline.steps.reactiononset import compute_reaction_onset
from tests.e2bfiles import BORN, INITIALS, NARRATIVE, Case, Drug, Reaction, r2, r3

BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"


def rejected(folder, data, name="a.xml"):
    """What is said of one file from which nothing was kept."""
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    intake = read_messages([folder])
    assert not intake.kept
    assert intake.n_read == {f"{folder.name}/{name}": len(intake.rejected)}
    return [(one.number, one.reason) for one in intake.rejected]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04rest", "a zip archive: unpack it and name the folder"),
        (b"\x1f\x8brest", "a gzip archive: unpack it and name the folder"),
        ("<a/>", "its root is 'a': no E2B(R3) batch and no E2B(R2) file"),
        ("<MCCI_IN200100UV01/>", "its root is 'MCCI_IN200100UV01': no E2B(R3) batch and no E2B(R2) file"),
        ('<MCCI_IN200101UV01 xmlns="urn:hl7-org:v3"/>', "an acknowledgement (MCCI_IN200101UV01), no case message"),
        ("<ichicsrack/>", "an acknowledgement (ichicsrack), no case message"),
        ('<MCCI_IN200100UV01 xmlns="urn:hl7-org:v3"/>', "it holds no message"),
        ("not XML", "no whole XML: syntax error, line 1"),
        (BOMB + "<ichicsr/>", "it brings a document type of its own, which may hide entities"),
        (r3(Case(), head=BOMB), "it brings a document type of its own, which may hide entities"),
        (
            r3(Case(recent="2021&x;0310"), head='<!DOCTYPE x SYSTEM "x.dtd">').replace("&amp;x", "&x"),
            "it refers to a document type, which E2B(R3) has not",
        ),
        (b'<?xml version="1.0" encoding="no-such"?><ichicsr/>', "it declares an encoding that cannot be read"),
        (b'<?xml version="1.0" encoding="gb18030"?><ichicsr/>', "it declares an encoding that cannot be read"),
    ],
)
def test_a_file_that_is_no_case_message_is_refused_whole(data, reason, tmp_path):
    assert rejected(tmp_path, data) == [(0, reason)]


def test_an_entity_from_outside_is_neither_fetched_nor_passed_over(tmp_path):
    (tmp_path / "secret.txt").write_text("KYMRIAH")
    own = f'<!DOCTYPE ichicsr [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]><ichicsr>&x;</ichicsr>'
    folder = tmp_path / "files"
    folder.mkdir()
    assert rejected(folder, own)[0][1].startswith("it brings a document type of its own")
    said = r2(Case(drugs=(Drug("KYMRIAH"),))).replace("KYMRIAH", "&kymriah;")
    assert rejected(folder, said) == [(0, "it uses an entity that is not XML's own, line 1")]


def test_a_file_cut_off_is_refused_with_every_message_in_it(tmp_path):
    text = r3(Case("A"), Case("B"), Case("C"))
    cut = text[: text.index("sender-C")]
    said = rejected(tmp_path, cut)
    assert [number for number, _ in said] == [1, 2, 3]
    assert said[0][1] == said[1][1] == "the file is broken further on, at message 3"
    assert said[2][1].startswith("no whole XML: ")
    intake = read_messages([tmp_path])
    assert [one.case_id for one in intake.rejected] == ["A", "B", None]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (Case(None), "it has no worldwide unique case identification (C.1.8.1)"),
        (Case(recent=None), "its date of most recent information (C.1.5, receiptdate) is not known to the day"),
        (Case(recent="202103"), "its date of most recent information (C.1.5, receiptdate) is not known to the day"),
        (Case(recent="20210230"), "its date of most recent information (C.1.5, receiptdate) is not known to the day"),
        (Case(reactions=(Reaction(),) * (MOST_REACTIONS + 1)), f"it has more than {MOST_REACTIONS} reactions"),
        (Case(processing="T"), "marked by its sender as a test (processingCode)"),
        (Case(standing="3"), "it does not say clearly whether it is a nullification or an amendment (C.1.11.1)"),
        (Case(drugs=(Drug("K" * (LONGEST_TEXT + 1)),)), f"name has more than {LONGEST_TEXT} characters"),
    ],
)
def test_a_message_that_cannot_stand_is_rejected_alone(case, reason, tmp_path):
    (tmp_path / "a.xml").write_text(r3(Case("first"), case, Case("last")))
    intake = read_messages([tmp_path])
    assert [one.case_id for one in intake.kept] == ["first", "last"]
    assert [(one.number, one.reason) for one in intake.rejected] == [(2, reason)]
    assert intake.n_read == {f"{tmp_path.name}/a.xml": 3}


def test_another_kind_of_message_in_a_batch_is_rejected_with_its_place(tmp_path):
    (tmp_path / "a.xml").write_text(r3(Case(), extra="<PORR_IN000000UV/>"))
    intake = read_messages([tmp_path])
    assert [(one.number, one.reason) for one in intake.rejected] == [
        (2, "its kind is PORR_IN000000UV, not PORR_IN049016UV")
    ]
    assert len(intake.kept) == 1


def test_nothing_of_the_patient_stands_in_a_rejection(tmp_path):
    text = r3(Case("A"), Case(None), Case(recent=None))
    for number, data in enumerate((text, text[: len(text) // 2], r3(Case(), head=BOMB), r2(Case(recent="x")))):
        (tmp_path / f"{number}.xml").write_text(data)
    said = " ".join(map(str, read_messages([tmp_path]).rejected))
    assert said
    assert not any(word in said for word in (INITIALS, NARRATIVE, BORN))


def test_a_large_attachment_is_passed_over(tmp_path):
    attachment = (
        f'<subjectOf2><text mediaType="application/pdf" representation="B64">{"QUJD" * 1_000_000}</text></subjectOf2>'
    )
    text = r3(Case()).replace("</investigationEvent>", f"{attachment}</investigationEvent>")
    (tmp_path / "a.xml").write_text(text)
    (message,) = read_messages([tmp_path]).kept
    assert message.reactions[0].term == "Cytokine release syndrome"


def test_an_element_of_another_namespace_says_nothing(tmp_path):
    alien = '<x:availabilityTime xmlns:x="urn:other" value="20200101"/><availabilityTime '
    (tmp_path / "a.xml").write_text(r3(Case(recent="20210310")).replace("<availabilityTime ", alien))
    (message,) = read_messages([tmp_path]).kept
    assert message.most_recent.told.text == "20210310"


def test_elements_nested_without_end_are_refused(tmp_path):
    text = r3(Case()).replace("<receiver/>", "<receiver>" + "<a>" * DEEPEST + "</a>" * DEEPEST + "</receiver>")
    assert rejected(tmp_path, text)[-1] == (2, f"elements lie more than {DEEPEST} deep")


def test_a_folder_is_read_with_its_subfolders_once_and_other_files_are_named(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.XML").write_text(r3(Case("B")), encoding="utf-8")
    (tmp_path / "a.xml").write_text(r2(Case("A")), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("hello")
    intake = read_messages([tmp_path, tmp_path / "a.xml"])
    assert [(one.file.split("/", 1)[1], one.case_id) for one in intake.kept] == [("a.xml", "A"), ("sub/b.XML", "B")]
    assert [(one.file.split("/", 1)[1], one.reason) for one in intake.rejected] == [
        ("notes.txt", "its name does not end in .xml"),
    ]
    with pytest.raises(NothingThere, match="does not exist"):
        read_messages([tmp_path / "none.xml"])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        read_messages([tmp_path / "pipe"])


def test_what_is_no_file_in_a_folder_is_named_and_never_passed_over(tmp_path, monkeypatch):
    folder = tmp_path / "files"
    (folder / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "to-nothing.xml").symlink_to("nothing.xml")
    (folder / "loop.xml").symlink_to("loop.xml")
    os.mkfifo(folder / "pipe.xml")
    (folder / "inner" / "locked.xml").write_text(r3(Case()))
    monkeypatch.setattr("os.access", lambda path, _: path.name != "locked.xml")
    intake = read_messages([folder])
    assert {one.file.removeprefix("files/"): one.reason for one in intake.rejected} == {
        "inner/locked.xml": NOT_ALLOWED,
        **dict.fromkeys(("link", "loop.xml", "pipe.xml", "to-nothing.xml"), NO_FILE),
    }
    assert (intake.checksums, sum(intake.n_read.values())) == ({}, 5)

    def scandir(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(InputRefused, match="cannot be listed"):
        read_messages([folder])


def test_a_file_named_itself_is_read_whatever_its_name_and_however_it_is_spelled(tmp_path, monkeypatch):
    (tmp_path / "messages.dat").write_text(r3(Case()))
    monkeypatch.chdir(tmp_path)
    intake = read_messages([tmp_path, Path("messages.dat")])
    assert ([one.case_id for one in intake.kept], intake.rejected) == (["US-MADEUP-1"], [])


def test_a_file_whose_name_is_no_text_is_read_under_one_that_is(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.xml")).write_text(r3(Case()))
    (message,) = read_messages([tmp_path]).kept
    assert message.file == f"{tmp_path.name}/\\udcff.xml"


def test_two_files_of_one_name_given_apart_keep_their_own_names(tmp_path):
    for folder in ("one/x", "two/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.xml").write_text(r3(Case(folder)))
    intake = read_messages([tmp_path / "one" / "x", tmp_path / "two" / "x"])
    assert len(intake.checksums) == len(intake.n_read) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_file_is_read_in_the_encoding_it_declares(encoding, tmp_path):
    text = r3(Case(reactions=(Reaction(reported="Fièvre"),))).replace("UTF-8", encoding)
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))
    (message,) = read_messages([tmp_path]).kept
    assert message.reactions[0].reported.text == "Fièvre"


def test_what_is_told_of_a_reaction_is_kept_as_told(tmp_path):
    one = Reaction(start="MSK", end="202104", serious=("34", "26"), outcome="5", reported="  Storm,\n severe ")
    (tmp_path / "a.xml").write_text(r3(Case(reactions=(one,), first="ASKU")))
    (message,) = read_messages([tmp_path]).kept
    (reaction,) = message.reactions
    assert (reaction.start.told, reaction.end.precision) == (Told(None, "MSK"), "month")
    assert reaction.serious == ("death", "other")
    assert reaction.seriousness_withheld == (
        "life-threatening NI",
        "hospitalisation NI",
        "disability NI",
        "congenital anomaly NI",
    )
    assert (reaction.outcome.text, reaction.reported.text) == ("5", "Storm, severe")
    assert (reaction.meddra_version, message.first_receipt.told.null_flavor) == ("29.0", "ASKU")


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2015", None, "year"),
        ("201502", None, "month"),
        ("20150227", "2015-02-27", "day"),
        ("2015022710", "2015-02-27", "day"),
        ("201502271030", "2015-02-27", "day"),
        ("20150227000000-0500", "2015-02-27", "day"),
        ("20150227000000.1234+0100", "2015-02-27", "day"),
        ("20150229", None, None),
        ("99991231", None, None),
        ("201513", None, None),
        ("2015-02-27", None, None),
        ("201", None, None),
        ("", None, None),
    ],
)
def test_a_date_keeps_its_precision(text, day, precision):
    read = moment(Told(text or None))
    assert (None if read.day is None else read.day.isoformat(), read.precision) == (day, precision)
    assert read.is_invalid == (bool(text) and precision is None)


@pytest.mark.parametrize(
    ("text", "form", "precision"),
    [
        ("20150227", "102", "day"),
        ("201502", "610", "month"),
        ("2015", "602", "year"),
        ("201502", "102", None),
        ("2015", None, "year"),
        ("20150227", "999", None),
    ],
)
def test_a_date_of_r2_has_the_length_its_format_says(text, form, precision):
    assert formatted_moment(Told(text), Told(form)).precision == precision
    assert formatted_moment(ABSENT, Told(form)) == moment(ABSENT)


def test_stamps_are_compared_on_one_clock():
    assert instant(Told("20210311101010+0200")) < instant(Told("20210311091010+0000"))
    assert instant(Told("20210311101010-0500")) > instant(Told("20210311140000+0000"))
    assert instant(Told("20210311")) < instant(Told("20210311000001"))
    assert instant(Told("202103")) is None
    assert instant(Told("20210311250000")) is None


def test_a_case_told_twice_in_one_message_is_refused(tmp_path):
    text = r3(Case())
    event = text[text.index("<investigationEvent>") : text.index("</subject></controlActProcess>")]
    assert rejected(tmp_path, text.replace(event, event + event)) == [
        (1, "it does not hold one case (investigationEvent)")
    ]


def test_what_contradicts_itself_within_a_message_is_refused(tmp_path):
    two_ids = r3(Case()).replace("reaction-1", "reaction")
    assert (
        read_of(
            tmp_path,
            two_ids.replace(
                '<id extension="sender-',
                '<id extension="other" root="2.16.840.1.113883.3.989.2.1.3.2"/><id extension="sender-',
            ),
        )
        == "it has 2 identifications of one kind"
    )
    text = r3(Case())
    patient = text[text.index("<subject1>") : text.index("</subject1>")] + "</subject1>"
    assert read_of(tmp_path, text.replace(patient, patient * 2)) == "it has several patients"
    assert read_of(tmp_path, r3(Case(created="2" * 4001))) == "effectiveTime has more than 4000 characters"
    same = r3(Case(reactions=(Reaction(), Reaction()))).replace("reaction-2", "reaction-1")
    assert read_of(tmp_path, same) == "two reactions have one id"


@pytest.mark.parametrize("lost", [f' codeSystem="{NULLIFICATION}"', f' codeSystem="{CHARACTERISTIC}"'])
def test_a_case_is_taken_back_though_one_of_two_code_systems_is_missing(lost, tmp_path):
    text = r3(Case(standing="1"))
    assert lost in text
    (tmp_path / "a.xml").write_text(text.replace(lost, ""))
    (message,) = read_messages([tmp_path]).kept
    assert message.standing == "nullification"


def test_a_role_that_names_no_drug_is_nobodys(tmp_path):
    text = r3(Case()).replace('<id root="drug-1"/>', "")
    (tmp_path / "a.xml").write_text(text)
    (message,) = read_messages([tmp_path]).kept
    assert [drug.role for drug in message.drugs] == [ABSENT]


def read_of(folder, text):
    (folder / "a.xml").write_text(text)
    (one,) = read_messages([folder]).rejected
    return one.reason


def samples(shared):
    return shared / "data" / "e2b"


def test_the_publishers_samples_are_read_and_its_acknowledgements_are_not(shared, tmp_path):
    folder = samples(shared)
    if not folder.is_dir():
        pytest.skip(f"no sample messages at {folder}")
    intake = read_messages(sorted(folder.glob("FAERS2022Scenario*.xml")))
    assert intake.rejected == []
    one = next(message for message in intake.kept if message.file == "FAERS2022Scenario1.xml")
    assert (one.case_id, one.sender_id, one.standing) == ("US-APHARMA-8744554B", "US-APHARMA-8744554B", "report")
    assert [(reaction.code, reaction.meddra_version, reaction.start.told.text) for reaction in one.reactions] == [
        ("10027940", "25.0", "20141010"),
        ("10009896", "25.0", "20141010"),
    ]
    assert one.reactions[0].reported.text == "THROMBOSE VEINEUSE PROFONDE"
    assert (one.reactions[0].serious, one.reactions[0].outcome.text) == (("disability", "other"), "3")
    assert [(drug.name.text, drug.role.text, drug.substances) for drug in one.drugs][:1] == [
        ("Drug A", "1", ("Ingredient A",))
    ]
    assert [drug.role.text for drug in one.drugs] == ["1", "1", "2"]
    assert one.drugs[0].dosings[0].first.told == Told(None, "ASKU")
    assert one.most_recent.day.isoformat() == "2022-06-14"
    for path in folder.glob("*.ack"):
        (refused,) = read_messages([path]).rejected
        assert refused.reason == "an acknowledgement (MCCI_IN200101UV01), no case message"


def test_the_publishers_quarterly_file_is_read(shared):
    path = samples(shared) / "1_ADR22Q1_example.xml"
    if not path.exists():
        pytest.skip(f"no sample file at {path}")
    intake = read_messages([path])
    assert len(intake.kept) == 7
    assert intake.rejected == []
    first = intake.kept[0]
    assert (first.case_id, first.sender_id, first.version) == ("US-KYOWAKIRIN-2021BKK010344", "19454107", 3)
    assert [reaction.term for reaction in first.reactions] == ["Constipation", "Decreased appetite"]
    assert first.drugs[0].dosings[0].first.day.isoformat() == "2020-11-13"
    assert first.drugs[0].substances == ("ISTRADEFYLLINE",)


def test_the_roots_of_identifications_are_those_of_the_element_list(shared):
    path = samples(shared) / "ich-core-data-elements-v1.csv"
    if not path.exists():
        pytest.skip(f"no element list at {path}")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        systems = {row[2].strip(): " ".join(row[19:]) for row in csv.reader(stream)}
    for number, own in (("C.1.1", SENDER_ID), ("C.1.8.1", CASE_ID), ("C.1.11.1", NULLIFICATION)):
        assert own in systems[number].split()


def test_what_stands_in_place_of_a_date_is_not_shown_in_a_rejection(tmp_path):
    (tmp_path / "a.xml").write_text(r2(Case("A"), Case("B", recent=f"told by {INITIALS}"), Case("C", recent="202103")))
    said = compute_reaction_onset([tmp_path], dt.date(2024, 3, 31)).details["e2b_rejected"]
    assert [(row["worldwide_case_id"], row["most_recent_date_text"]) for row in said] == [("B", None), ("C", "202103")]


def test_nothing_readable_is_refused_by_the_step(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(
        InputRefused, match=r"a\.zip: a zip archive: unpack it and name the folder\. Nothing was written"
    ):
        compute_reaction_onset([tmp_path / "a.zip"], dt.date(2024, 3, 31), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
