"""Files of a registry extract: every format good, broken, hostile and empty."""

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake import registrysheet
from pipeline.intake.registry import read_extract, study_of
from pipeline.intake.registrycsv import read_csv
from pipeline.intake.registryfiles import READERS, chosen, extract_in
from pipeline.intake.registryjson import read_json
from pipeline.intake.registryparquet import read_parquet
from pipeline.intake.registrysheet import number_text
from pipeline.intake.registryxport import read_xport
from tests.registryfiles import WRITERS, small, write

ROWS = [{"USUBJID": "P1", "AGE": "61"}, {"USUBJID": "P2", "AGE": None}]
WANTED = [("P1", "61"), ("P2", None)]


def read(path):
    return READERS[path.suffix](path)


def refused(path, match):
    with pytest.raises(InputRefused, match=match) as caught:
        read(path)
    assert str(caught.value).startswith(path.name)
    return str(caught.value)


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_gives_columns_in_capitals_and_texts(tmp_path, form):
    ending = "json" if form == "json 1.0" else form
    path = tmp_path / f"dm.{ending}"
    WRITERS[form](path, "DM", [{name.lower(): value for name, value in row.items()} for row in ROWS])
    sheet = read(path)
    assert (sheet.columns, sheet.rows, sheet.defects) == (("USUBJID", "AGE"), WANTED, {})


@pytest.mark.parametrize("ending", READERS)
def test_an_empty_file_is_refused(tmp_path, ending):
    path = tmp_path / f"dm{ending}"
    path.touch()
    refused(path, "is empty")


@pytest.mark.parametrize("ending", READERS)
def test_rubbish_is_refused(tmp_path, ending):
    path = tmp_path / f"dm{ending}"
    path.write_bytes(bytes(range(256)) * 40)
    refused(path, "export it again|save it as UTF-8")


@pytest.mark.parametrize("ending", READERS)
def test_a_file_larger_than_any_extract_is_refused(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(registrysheet, "LARGEST_FILE", 10)
    path = tmp_path / f"dm{ending}"
    path.write_bytes(b"x" * 11)
    refused(path, "more than 10")


@pytest.mark.parametrize("form", ["parquet", "xpt", "json"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path, form):
    path = tmp_path / f"dm.{form}"
    WRITERS[form](path, "DM", [{"USUBJID": f"P{n:03}", "AGE": "61", "NOTE": "x" * 90} for n in range(50)])
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(path, "export it again")


def test_a_csv_may_be_quoted_have_a_bom_and_any_line_ends(tmp_path):
    path = tmp_path / "dm.csv"
    path.write_bytes(b'\xef\xbb\xbfUSUBJID, age\r\n"P1","6\r\n1"\r\n\r\nP2,\n')
    sheet = read_csv(path)
    assert (sheet.columns, sheet.rows) == (("USUBJID", "AGE"), [("P1", "6\r\n1"), ("P2", None)])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"USUBJID,AGE\nP1,\xe961\n", "is no UTF-8"),
        (b'USUBJID,AGE\n"P1,61\n', "is no CSV near line"),
        (b'USUBJID,AGE\nP1,"6"1\n', "is no CSV near line"),
        (b"\n", "has no columns"),
        (b"USUBJID,,AGE\nP1,1,2\n", "a column without a name"),
        (b"USUBJID,usubjid\nP1,P2\n", "has USUBJID twice"),
        (b"A" + b",A" * 3_000 + b"\n", "has 3001 columns"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused(tmp_path, content, match):
    path = tmp_path / "dm.csv"
    path.write_bytes(content)
    assert "P1" not in refused(path, match)


def test_a_csv_record_that_does_not_fit_is_a_defect_of_its_own(tmp_path):
    path = tmp_path / "dm.csv"
    path.write_bytes(b"USUBJID,AGE\nP1\nP2,1\nP3,1,2\nP4,a\0b\nP5," + b"x" * 100_001 + b"\n")
    sheet = read_csv(path)
    assert sheet.rows == [None, ("P2", "1"), None, None, None]
    assert sheet.defects[1] == "1 fields where the header has 2"
    assert sheet.defects[3] == "3 fields where the header has 2"
    assert sheet.defects[4] == sheet.defects[5] == "a value with NUL or of more than 100000 characters"


def test_a_csv_with_a_header_alone_has_no_records(tmp_path):
    path = tmp_path / "dm.csv"
    path.write_bytes(b"USUBJID,AGE\n")
    assert read_csv(path).rows == []


def test_typed_parquet_reads_as_a_person_would_write_it(tmp_path):
    path = tmp_path / "dm.parquet"
    columns = {
        "WHOLE": pa.array([1, None]),
        "REAL": pa.array([63.0, 0.1]),
        "NAN": pa.array([float("nan"), 2.5]),
        "DAY": pa.array([dt.date(2024, 1, 31), None]),
        "TIME": pa.array(["2024-01-31T00:00:00", "2024-01-31T10:30:00"]).cast(pa.timestamp("s")),
        "TRUTH": pa.array([True, False]),
        "CODE": pa.array(["a ", " "]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), path)
    assert read_parquet(path).rows == [
        ("1", "63", None, "2024-01-31", "2024-01-31", "Y", "a"),
        (None, "0.1", "2.5", None, "2024-01-31T10:30:00", "N", None),
    ]


@pytest.mark.parametrize("value", [[["a"]], [{"a": 1}], [b"bytes"]])
def test_parquet_with_nested_or_binary_cells_is_refused(tmp_path, value):
    path = tmp_path / "dm.parquet"
    pq.write_table(pa.table({"USUBJID": pa.array(value)}), path)
    refused(path, "give one text, number or date a cell")


def test_parquet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "dm.parquet"
    pq.write_table(pa.table({"USUBJID": ["x" * 100_000] * 100}), path)
    monkeypatch.setattr("pipeline.intake.registryparquet.LARGEST_TEXT", 1_000)
    refused(path, "unpacks to")


def test_a_number_keeps_every_digit_it_has():
    assert [number_text(value) for value in (63.0, 0.1, 1e22, -2.50, 1 / 3)] == [
        "63",
        "0.1",
        "1e+22",
        "-2.5",
        "0.3333333333333333",
    ]


def xport(tmp_path, **columns):
    import pandas as pd
    import pyreadstat

    path = tmp_path / "dm.xpt"
    frame = pd.DataFrame(columns)
    pyreadstat.write_xport(frame, path, table_name="DM", file_format_version=5)
    return path


def test_a_transport_file_has_numbers_and_missing_values(tmp_path):
    path = xport(tmp_path, USUBJID=["P1", "P2"], AGE=[61.0, None], DOSE=[0.5, 2.0])
    assert read_xport(path).rows == [("P1", "61", "0.5"), ("P2", None, "2")]


def test_a_transport_file_without_records_has_none(tmp_path):
    path = xport(tmp_path, USUBJID=["P1"], AGE=[61.0])
    path.write_bytes(path.read_bytes()[:-80])
    assert read_xport(path).rows == []


def test_a_transport_file_of_version_eight_is_refused(tmp_path):
    import pandas as pd
    import pyreadstat

    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(pd.DataFrame({"USUBJID": ["P1"]}), path, table_name="DM", file_format_version=8)
    refused(path, "version 8; write it as version 5")


def test_a_transport_file_with_two_data_sets_is_refused(tmp_path):
    path = xport(tmp_path, USUBJID=["P1"])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[240:])
    refused(path, "several data sets")


@pytest.mark.parametrize(
    ("at", "wrong"), [(0, b"X"), (240, b"X"), (315, b"9"), (560, b"X"), (616, b"9"), (640, b"\x07")]
)
def test_a_transport_file_with_a_damaged_header_is_refused(tmp_path, at, wrong):
    path = xport(tmp_path, USUBJID=["P1"])
    whole = bytearray(path.read_bytes())
    whole[at : at + len(wrong)] = wrong
    path.write_bytes(bytes(whole))
    refused(path, "is no SAS transport file")


def document(**changed):
    return {
        "datasetJSONVersion": "1.1.0",
        "name": "DM",
        "records": 2,
        "columns": [{"name": "USUBJID"}, {"name": "AGE"}],
        "rows": [["P1", 61], ["P2", None]],
    } | changed


def test_dataset_json_keeps_numbers_as_they_are_written(tmp_path):
    path = tmp_path / "dm.json"
    path.write_text(
        '{"datasetJSONVersion": "1.1.0", "records": 1, "columns": [{"name": "A"}, {"name": "B"}, {"name": "C"}], '
        '"rows": [[1.50, true, 100000000000000000001]]}'
    )
    assert read_json(path).rows == [("1.50", "Y", "100000000000000000001")]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (document(datasetJSONVersion="2.0"), "does not say version"),
        (document(records=3), "says 3 records and has 2"),
        (document(records=None), "no number of records"),
        (document(columns=[]), "names no variables"),
        (document(columns=[{"label": "x"}]), "names no variables"),
        (document(columns="USUBJID"), "are no lists"),
        (document(rows=[{"USUBJID": "P1"}, ["P2", 1]]), "record 1 is no list"),
        ([], "no JSON object"),
        ({"datasetJSONVersion": "1.0.0"}, "does not hold one data set"),
        ({"datasetJSONVersion": "1.0.0", "clinicalData": {"itemGroupData": {"A": {}, "B": {}}}}, "one data set"),
    ],
)
def test_json_that_is_no_data_set_is_refused(tmp_path, content, match):
    path = tmp_path / "dm.json"
    path.write_text(json.dumps(content))
    refused(path, match)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": ', "\ufeff", "null x"])
def test_hostile_json_is_refused(tmp_path, text):
    path = tmp_path / "dm.json"
    path.write_text(text)
    refused(path, "is no JSON")


def test_a_json_record_that_does_not_fit_is_a_defect_of_its_own(tmp_path):
    path = tmp_path / "dm.json"
    path.write_text(json.dumps(document(rows=[["P1"], ["P2", {"deep": 1}]])))
    sheet = read_json(path)
    assert sheet.rows == [None, None]
    assert sheet.defects == {1: "1 fields where the header has 2", 2: "a value that is a list or an object"}


def test_a_folder_gives_its_files_by_domain_in_any_case(tmp_path):
    for name in ("DM.csv", "ae.CSV", "Ex.Parquet", "notes.txt"):
        (tmp_path / name).write_text("USUBJID\n")
    (tmp_path / "more").mkdir()
    extract = extract_in(tmp_path)
    assert list(extract.files) == ["AE", "DM", "EX"]
    files, remarks = chosen(extract, ["DM", "ae"])
    assert [file.name for file in files] == ["ae.CSV", "DM.csv"]
    assert [remark.split(" was")[0] for remark in remarks] == ["./more", "./notes.txt", "./Ex.Parquet"]


def test_two_files_of_one_domain_are_refused(tmp_path):
    for name in ("DM.csv", "dm.xpt"):
        (tmp_path / name).write_text("USUBJID\n")
    with pytest.raises(InputRefused, match="are both DM: keep one"):
        extract_in(tmp_path)


def test_a_link_is_not_followed(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("USUBJID\n")
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "dm.csv").symlink_to(outside)
    with pytest.raises(InputRefused, match="is a link"):
        extract_in(folder)


def test_a_folder_that_is_none_or_holds_nothing_is_told(tmp_path):
    with pytest.raises(NothingThere, match="does not exist"):
        extract_in(tmp_path / "none")
    with pytest.raises(NothingThere, match="holds no file of an extract"):
        extract_in(tmp_path)
    (tmp_path / "dm.csv").touch()
    with pytest.raises(UsageError, match="is a file"):
        extract_in(tmp_path / "dm.csv")


def test_the_mapping_is_chosen_by_the_files(tmp_path):
    assert read_extract(write(tmp_path / "sdtm", small())).mapping.id == "sdtm"
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "lb.csv").write_text("USUBJID\n")
    with pytest.raises(UsageError, match="fits no mapping by the names of its files"):
        read_extract(tmp_path / "x")
    (tmp_path / "sdtm" / "adsl.csv").write_text("USUBJID\nx\n")
    with pytest.raises(UsageError, match=r"fits several mappings by the names of its files \(sdtm, adam\)"):
        read_extract(tmp_path / "sdtm")
    assert read_extract(tmp_path / "sdtm", "sdtm").mapping.id == "sdtm"


def test_files_that_are_not_read_are_named(tmp_path):
    folder = write(tmp_path, small())
    (folder / "define.xml").write_text("<ODM/>")
    (folder / "SUPPDM.csv").write_text("USUBJID\nx\n")
    (folder / "LB.csv").write_text("USUBJID\nx\n")
    told = read_extract(folder).remarks
    assert "./SUPPDM.csv was not read: supplemental qualifiers are not used." in told
    assert "./LB.csv was not read: the mapping has no such domain." in told
    assert any(remark.startswith("./define.xml was not read") for remark in told)


def test_a_file_without_the_column_that_names_the_patient_or_the_event_is_refused(tmp_path):
    folder = write(tmp_path, small())
    (folder / "AE.csv").write_text("USUBJID,AESTDTC\nx,2024-01-01\n")
    with pytest.raises(InputRefused, match=r"AE\.csv has no column AEDECOD, which fills pt of study_event"):
        read_extract(folder)
    (folder / "DM.csv").unlink()
    with pytest.raises(InputRefused, match="has no DM, which names the patients"):
        read_extract(folder, "sdtm")


def test_the_study_is_what_the_extract_says(tmp_path):
    assert study_of(read_extract(write(tmp_path / "one", small())), None) == "ltfu"
    two = small()
    two["DM"][0]["STUDYID"] = "other"
    given = read_extract(write(tmp_path / "two", two))
    with pytest.raises(UsageError, match="STUDYID has 2 values: give the study's id with --study"):
        study_of(given, None)
    with pytest.raises(UsageError, match="small letters"):
        study_of(given, "Not an id/..")
    assert study_of(given, "mine") == "mine"
