"""A FAERS text file to rows or rejections."""

import pyarrow as pa
import pytest

from pipeline.intake.records import DeletedReader, TableReader, header_fields

REAC = ["primaryid", "caseid", "pt", "drug_rec_act"]
AERS_DRUG = [
    "primaryid",
    "drug_seq",
    "role_cod",
    "drugname",
    "val_vbm",
    "route",
    "dose_vbm",
    "dechal",
    "rechal",
    "lot_num",
    "exp_dt",
    "nda_num",
]
HEAD = b"primaryid$caseid$pt$drug_rec_act\r\n"
BLEOMYCIN = b"7475791$1016572493$SS$BLEOMYCIN SULFATE$1$INTRAVENOUS$10 MG/M2$$$$$$"
DOXORUBICIN = b"7475791$1016572490$SS$DOXORUBICIN$2$INTRAVENOUS$25 MG/M2$$$$$$"


def read(body: bytes, columns=REAC, n_phantom=0):
    found = TableReader(body, columns, n_phantom)
    found.rows = pa.concat_tables(found.batches())
    assert found.n_read == found.rows.num_rows + len(found.rejected)
    return found


def test_well_formed_lines_are_kept_with_their_line_numbers():
    found = read(HEAD + b"1001$100$Pyrexia$\r\n1001$100$Rash$Rash\r\n")
    assert found.rows.to_pylist() == [
        {"primaryid": "1001", "caseid": "100", "pt": "Pyrexia", "drug_rec_act": None, "line": 2},
        {"primaryid": "1001", "caseid": "100", "pt": "Rash", "drug_rec_act": "Rash", "line": 3},
    ]
    assert (found.newline, found.encoding) == ("CRLF", "utf-8")


@pytest.mark.parametrize(("end", "name"), [(b"\n", "LF"), (b"\r\n", "CRLF")])
def test_newlines_are_recorded(end, name):
    assert read(b"h$h$h$h" + end + b"1$1$x$" + end).newline == name


def test_mixed_newlines_are_read_and_recorded():
    found = read(HEAD + b"1001$100$A$\n1002$100$B$\r\n")
    assert found.newline == "mixed"
    assert found.rows["pt"].to_pylist() == ["A", "B"]


def test_a_last_line_without_newline_is_kept():
    assert read(HEAD + b"1001$100$A$").rows.num_rows == 1


def test_a_record_written_unlike_the_rest_of_its_file_is_rejected():
    found = read(b"header\n" + BLEOMYCIN + b"\n" + BLEOMYCIN + b"\n" + BLEOMYCIN[:-1] + b"\n", AERS_DRUG)
    assert (found.rows.num_rows, found.rejected[0].line) == (2, 4)


def test_a_trailing_delimiter_that_the_header_lacks_is_no_field():
    found = read(b"\n" + BLEOMYCIN + b"\n", AERS_DRUG)
    assert found.rows["nda_num"].to_pylist() == [None]
    assert not found.rejected


def test_two_records_run_together_are_split_and_share_a_line():
    found = read(b"header\n" + BLEOMYCIN + DOXORUBICIN + b"\n" + BLEOMYCIN + b"\n", AERS_DRUG)
    assert found.rows["drugname"].to_pylist() == ["BLEOMYCIN SULFATE", "DOXORUBICIN", "BLEOMYCIN SULFATE"]
    assert found.rows["line"].to_pylist() == [2, 2, 3]
    assert (found.n_split, found.n_read) == (1, 3)


def test_records_run_together_without_trailing_delimiter_are_split_only_where_the_ids_prove_it():
    glued = b"1001$100$Pyrexia$1002$100$Rash$\n"
    assert read(HEAD + glued).rows["pt"].to_pylist() == ["Pyrexia", "Rash"]


def test_a_value_run_into_the_next_report_number_is_parted_by_the_case_number_behind_it():
    found = read(HEAD + b"1001$100$Pyrexia$Fever1002$100$Rash$\n")
    assert found.rows.to_pylist() == [
        {"primaryid": "1001", "caseid": "100", "pt": "Pyrexia", "drug_rec_act": "Fever", "line": 2},
        {"primaryid": "1002", "caseid": "100", "pt": "Rash", "drug_rec_act": None, "line": 2},
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"1111$111$Pyrexia$51111$11$Rash$",
        b"1001$100$Pyrexia$Fever$100$Rash$",
        b"1001$100$Pyrexia$Feverx$x$Rash$",
        b"9$100$A$1002$100$B$",
    ],
)
def test_records_run_together_are_never_guessed_apart(line):
    found = read(HEAD + line + b"\n")
    assert found.rows.num_rows == 0
    assert found.rejected[0].text == line.decode()
    assert found.rejected[0].reason == "6 delimiters where the file has 3"


def test_a_delimiter_inside_a_field_rejects_the_line_with_its_text():
    line = b"1001$100$Pyr$exia$"
    found = read(HEAD + line + b"\n1001$100$A$\n")
    assert [(item.line, item.text) for item in found.rejected] == [(2, line.decode())]
    assert found.rejected[0].reason == "4 delimiters where the file has 3"


def test_a_rejected_line_names_its_report_where_its_ids_agree():
    found = read(HEAD + b"10010$1001$Pyr$e$x$ia$\n100$200$a$b$c$d$e\n")
    assert [(item.report_id, item.case_id, item.version_number) for item in found.rejected] == [
        (10010, 1001, 0),
        (None, None, None),
    ]


def test_a_short_line_is_rejected():
    assert read(HEAD + b"1001$100\n").rejected[0].reason == "1 delimiters where the file has 3"


def test_blank_lines_are_rejected_as_blank():
    found = read(HEAD + b"\n  \r\n1001$100$A$\n\x1a")
    assert [item.reason for item in found.rejected] == ["blank line"] * 3
    assert found.rows.num_rows == 1


def test_stray_quotes_are_text():
    found = read(HEAD + b'1001$100$"VITAMINS" (NOS)$"\n1002$100$5" wide$\n')
    assert found.rows["pt"].to_pylist() == ['"VITAMINS" (NOS)', '5" wide']


def test_latin_1_is_recognised_for_the_whole_file():
    found = read(HEAD + "1001$100$Guillain-Barré$\n".encode("latin-1"))
    assert found.encoding == "latin-1"
    assert found.rows["pt"].to_pylist() == ["Guillain-Barré"]


def test_utf_8_stays_utf_8():
    found = read(HEAD + "1001$100$Sjögren's syndrome$\n".encode())
    assert found.encoding == "utf-8"
    assert found.rows["pt"].to_pylist() == ["Sjögren's syndrome"]


def test_a_nul_is_kept_and_counted():
    found = read(HEAD + b"1001$100$A\x00B$\n")
    assert found.rows["pt"].to_pylist() == ["A\x00B"]
    assert found.n_nul == 1


def test_a_carriage_return_inside_a_field_is_text():
    found = read(HEAD + b"1001$100$A\rB$\r\n1002$100$C$\r\n")
    assert found.rows["pt"].to_pylist() == ["A\rB", "C"]
    assert found.rows["line"].to_pylist() == [2, 3]


def test_phantom_columns_are_dropped_only_while_empty():
    columns = ["primaryid", "pt"]
    found = read(b"isr$pt$v3\n1$A$\n2$B$x\n3$C$\n", columns, 1)
    assert found.rows["pt"].to_pylist() == ["A", "C"]
    assert found.rejected[0].reason == "a value stands behind the last column"


def test_a_header_alone_gives_no_rows():
    found = read(HEAD)
    assert (found.n_read, found.rows.column_names) == (0, [*REAC, "line"])


def test_a_line_longer_than_any_block_is_kept():
    long = b"x" * 9_000_000
    assert read(HEAD + b"1001$100$" + long + b"$\n1002$100$B$\n").rows["pt"].to_pylist() == [long.decode(), "B"]


def test_an_empty_file_gives_no_rows():
    assert read(b"").n_read == 0


def test_the_byte_order_mark_is_no_part_of_the_first_name():
    assert header_fields(b"\xef\xbb\xbfprimaryid$caseid$\r\n") == ["primaryid", "caseid", ""]


def test_a_deleted_list_keeps_every_number_and_rejects_blanks():
    found = DeletedReader(b" \n10153291\n10172236$\r\n 9999 $\nabc\n")
    assert found.rows()["caseid"].to_pylist() == ["10153291", "10172236$", " 9999 $"]
    assert [(item.line, item.reason) for item in found.rejected] == [(1, "blank line"), (5, "not a case number")]
    assert found.n_read == 5


def test_rows_are_plain_text_columns():
    schema = read(HEAD + b"1001$100$A$\n").rows.schema
    assert [str(field.type) for field in schema] == ["string"] * 4 + ["int64"]
    assert isinstance(schema, pa.Schema)
