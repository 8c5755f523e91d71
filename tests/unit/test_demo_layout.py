"""Each era's files look as FDA published them: names, headers, line ends, marks."""

from zipfile import ZipFile

import pytest

from pipeline.demo.layout import TABLES, archive_name, deleted_name, era_of, line_end, meaning, member_name
from pipeline.demo.quarter import write_quarter
from pipeline.demo.quarters import day_span, name, ordinal, short_name
from pipeline.errors import UsageError

DEMO_2004 = (
    "ISR$CASE$I_F_COD$FOLL_SEQ$IMAGE$EVENT_DT$MFR_DT$FDA_DT$REPT_COD$MFR_NUM$MFR_SNDR$AGE$AGE_COD$GNDR_COD$E_SUB$WT$WT_COD$"
    "REPT_DT$OCCP_COD$DEATH_DT$TO_MFR$CONFID"
)
DEMO_2012Q4 = (
    "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$mfr_num$mfr_sndr$age$age_cod$gndr_cod$"
    "e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country"
)
DEMO_2014Q3 = (
    "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$auth_num$mfr_num$mfr_sndr$lit_ref$age$"
    "age_cod$age_grp$sex$e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country"
)


def member(folder, quarter, table, reports=30):
    at = ordinal(quarter)
    with ZipFile(write_quarter(folder, quarter, reports=reports, seed=4)) as archive:
        return archive.read(member_name(table, at))


@pytest.mark.parametrize(
    ("quarter", "header"),
    [
        ("2004Q1", DEMO_2004),
        ("2005Q2", DEMO_2004),
        ("2005Q3", DEMO_2004 + "$REPORTER_COUNTRY"),
        ("2012Q3", DEMO_2004 + "$REPORTER_COUNTRY"),
        ("2012Q4", DEMO_2012Q4.replace("$rept_dt", "$ rept_dt")),
        ("2013Q1", DEMO_2012Q4),
        ("2014Q2", DEMO_2012Q4),
        ("2014Q3", DEMO_2014Q3),
        ("2026Q2", DEMO_2014Q3),
    ],
)
def test_demo_has_the_columns_of_its_era(tmp_path, quarter, header):
    assert member(tmp_path, quarter, "demo").decode().splitlines()[0] == header


@pytest.mark.parametrize(
    ("quarter", "table", "present", "absent"),
    [
        ("2012Q3", "drug", "LOT_NUM", "PROD_AI"),
        ("2012Q4", "drug", "lot_nbr", "lot_num"),
        ("2013Q1", "drug", "lot_num", "lot_nbr"),
        ("2014Q2", "drug", "dose_freq", "prod_ai"),
        ("2014Q3", "drug", "prod_ai", "lot_nbr"),
        ("2012Q4", "outc", "outc_code", "outc_cod"),
        ("2013Q1", "outc", "outc_cod", "outc_code"),
        ("2014Q2", "reac", "pt", "drug_rec_act"),
        ("2014Q3", "reac", "drug_rec_act", "PT"),
        ("2008Q2", "ther", "DRUG_SEQ", "dsg_drug_seq"),
        ("2019Q1", "ther", "dsg_drug_seq", "drug_seq"),
        ("2019Q1", "indi", "indi_drug_seq", "drug_seq"),
    ],
)
def test_a_column_comes_and_goes_with_its_era(tmp_path, quarter, table, present, absent):
    columns = member(tmp_path, quarter, table).decode("utf-8-sig").splitlines()[0].split("$")
    assert present in columns
    assert absent not in columns


@pytest.mark.parametrize("quarter", ["2004Q1", "2012Q3", "2012Q4", "2014Q3", "2024Q1"])
@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_its_headers_fields_and_legacy_rows_one_dollar_more(tmp_path, quarter, table):
    header, *rows = member(tmp_path, quarter, table, reports=100).decode("utf-8-sig").splitlines()
    extra = 1 if quarter < "2012Q4" and table != "indi" else 0
    assert rows
    assert {row.count("$") for row in rows} == {header.count("$") + extra}


@pytest.mark.parametrize(
    ("quarter", "path"),
    [
        ("2004Q1", "ascii/DEMO04Q1.TXT"),
        ("2012Q4", "ascii/demo12q4.txt"),
        ("2013Q1", "ascii/DEMO13Q1.txt"),
        ("2018Q1", "ascii/DEMO18Q1_new.txt"),
        ("2018Q2", "ascii/DEMO18Q2.txt"),
        ("2022Q3", "ASCII/DEMO22Q3.txt"),
    ],
)
def test_files_are_named_as_in_their_year(quarter, path):
    assert member_name("demo", ordinal(quarter)) == path


def test_only_demo_was_renamed_in_2018q1():
    assert member_name("drug", ordinal("2018Q1")) == "ascii/DRUG18Q1.txt"


def test_archives_are_named_by_system():
    assert archive_name(ordinal("2008Q2")) == "aers_ascii_2008q2.zip"
    assert archive_name(ordinal("2012Q4")) == "faers_ascii_2012q4.zip"


@pytest.mark.parametrize(
    ("quarter", "path"),
    [
        ("2018Q4", None),
        ("2019Q1", "deleted/ADR19Q1DeletedCases.txt"),
        ("2020Q1", "DELETED/ADR20Q1DeletedCases.txt"),
        ("2020Q3", "Deleted/ADR20Q3DeletedCases.txt"),
        ("2020Q4", "Deleted/20Q4DeletedCases.txt"),
        ("2021Q4", "Deleted/DELETE21Q4.txt"),
    ],
)
def test_deleted_lists_have_the_style_of_their_year(quarter, path):
    assert deleted_name(ordinal(quarter)) == path


def test_2019q1_also_has_the_whole_history_list(tmp_path):
    with ZipFile(write_quarter(tmp_path, "2019Q1", reports=10, seed=1)) as archive:
        assert "deleted/AllDeletedCases.txt" in archive.namelist()


def test_a_deleted_list_starts_with_one_space_and_has_no_header(tmp_path):
    with ZipFile(write_quarter(tmp_path, "2021Q4", reports=10, seed=1)) as archive:
        first, *rest = archive.read("Deleted/DELETE21Q4.txt").decode().splitlines()
    assert first == " "
    assert rest
    assert all(line.isdigit() for line in rest)


def test_lines_end_in_crlf_but_in_2017q4(tmp_path):
    assert b"\r\n" in member(tmp_path, "2017Q3", "reac")
    assert b"\r" not in member(tmp_path, "2017Q4", "reac")
    assert line_end(ordinal("2018Q1")) == "\r\n"


def test_only_drug_of_2012q4_starts_with_a_byte_order_mark(tmp_path):
    assert member(tmp_path, "2012Q4", "drug").startswith(b"\xef\xbb\xbfprimaryid")
    assert member(tmp_path, "2012Q4", "demo").startswith(b"primaryid")
    assert member(tmp_path, "2013Q1", "drug").startswith(b"primaryid")


def test_files_to_be_ignored_lie_beside_the_tables(tmp_path):
    with ZipFile(write_quarter(tmp_path, "2023Q4", reports=5, seed=1)) as archive:
        assert {"ascii/STAT23Q4.txt", "Readme.pdf"} <= set(archive.namelist())


@pytest.mark.parametrize("table", TABLES)
def test_headers_agree_with_fdas_own_files(shared, table):
    for quarter, folder in (("2012Q4", "2012q4_heads"), ("2026Q2", "2026q2_heads")):
        stem = table.upper() + short_name(ordinal(quarter))
        (file,) = (path for path in (shared / "data/faers" / folder).iterdir() if path.stem.upper() == stem)
        published = file.read_text(encoding="utf-8-sig").splitlines()[0].rstrip("$")
        assert era_of(ordinal(quarter)).headers[table] == published


def test_one_meaning_per_column_across_eras():
    assert {meaning(column) for column in ("GNDR_COD", "gndr_cod", "sex")} == {"sex"}
    assert meaning(" rept_dt") == "rept_dt"


def test_a_quarter_has_a_name_and_a_place_in_the_count():
    assert name(ordinal("2023Q4")) == "2023Q4"
    assert ordinal("2024Q1") - ordinal("2023Q4") == 1


def test_2012q4_begins_where_legacy_aers_stopped():
    assert day_span(ordinal("2012Q3"))[1] == day_span(ordinal("2012Q4"))[0]
    assert day_span(ordinal("2012Q4"))[1] == day_span(ordinal("2013Q1"))[0]


@pytest.mark.parametrize("text", ["2023", "2023Q5", "23Q4", "2003Q4", "2023q4", " 2023Q4"])
def test_a_text_that_is_no_quarter_is_refused(tmp_path, text):
    with pytest.raises(UsageError, match="no FAERS quarter"):
        write_quarter(tmp_path, text, reports=5, seed=1)


def test_an_empty_quarter_is_refused(tmp_path):
    with pytest.raises(UsageError, match="at least 1"):
        write_quarter(tmp_path, "2023Q4", reports=0, seed=1)
