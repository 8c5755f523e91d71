"""What a registry tells of safety reports it sent: read as numbers or refused, and never a word that somebody typed."""

import datetime as dt
import json

import pytest
from tables import rows_of

from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.intake.registryvalues import read_report_number
from pipeline.study.gradingscales import scales
from tests.registryfiles import CUTOFF, KEY, records, small, write

DAY = dt.date.fromisoformat(CUTOFF)
SENT = """
USUBJID  | AESEQ | AEREFID            | AEDECOD                   | AESTDTC    | AESER | AEDTC
CRID7001 | 1     | US-ACME-2023012345 | Cytokine release syndrome | 2022-01-13 | Y     | 2022-02-01
CRID7001 | 2     | US-ACME-2023012345 | Pneumonia                 | 2022-05    | Y     | 2022-07-01
CRID7001 | 3     | -                  | Headache                  | 2022-06-01 | N     | 2022-07-01
CRID7002 | 1     | 21234567           | Pneumonia                 | 2022-03-06 | Y     | 2022-04-02
CRID7002 | 2     | US-ACME-2024000001 | Sepsis                    | 2024-07-01 | Y     | 2024-07-02
CRID7002 | 3     | US-ACME-2024000002 | Sepsis                    | 2024-06-01 | Y     | 2024-07-02"""
NUMBERS = """
text                                 | read
US-ACME-2023012345                   | US-ACME-2023012345
US-KITE, A GILEAD COMPANY-2020KPT012 | US-KITE, A GILEAD COMPANY-2020KPT012
DE-MÜLLER & CO-4711/2                | DE-MÜLLER & CO-4711/2
US  ACME  2023012345                 | US ACME 2023012345
21234567                             | 21234567
123                                  | -
N/A                                  | -
UNKNOWN                              | -
٢٠٢٣٠١٢٣                             | -
<b>20230123</b>                      | -
2023"; DROP TABLE study_subject      | -
=HYPERLINK(20230123;"x")             | -
"""


def typed(folder, domains, mapping=None):
    """Tables of an extract, the reasons told, and the contents kept of each record."""
    done = type_extract(read_extract(write(folder, domains), mapping), Pseudonyms(KEY, "ltfu"), DAY, scales())
    tables = {name: table.to_pylist() for name, table in study_tables(done.rows).items()}
    told = {(row["domain"], row["line"], row["reason"]) for row in done.contents.rejected().to_pylist()}
    kept = [json.loads(text) for batch in done.contents.record_batches() for text in batch["content"].to_pylist()]
    return tables, told, kept


@pytest.mark.parametrize("row", rows_of(NUMBERS), ids=lambda row: row["text"])
def test_a_number_is_read_or_refused(row):
    found = read_report_number(row["text"])
    assert found.value == row["read"]
    assert found.reason == (None if row["read"] else "is no number of a safety report")


def test_a_number_longer_than_any_is_refused():
    assert read_report_number("2023-" + "0" * 96).reason
    assert read_report_number("2023-" + "0" * 95).value


def test_each_safety_report_of_a_patient_is_a_row_up_to_the_cut_off(tmp_path):
    tables, told, _ = typed(tmp_path, small(AE=SENT))
    first, second = (Pseudonyms(KEY, "ltfu").of(name) for name in ("CRID7001", "CRID7002"))
    found = {
        (row["subject_id"], row["safety_report_number"], row["pt"], str(row["start_date"]), row["safety_report_id"])
        for row in tables["study_safety_report"]
    }
    assert found == {
        (first, 1, "Cytokine release syndrome", "2022-01-13", "US-ACME-2023012345"),
        (first, 2, "Pneumonia", "None", "US-ACME-2023012345"),
        (second, 1, "Pneumonia", "2022-03-06", "21234567"),
    }
    assert told == {("AE", 5, "AESTDTC is after the cut-off"), ("AE", 6, "AEDTC is after the cut-off")}


def test_a_text_that_is_no_number_is_told_and_the_event_stays(tmp_path):
    hostile = SENT.replace("21234567", "Mrs Miller 1960-03-04 called <script>")
    tables, told, kept = typed(tmp_path, small(AE=hostile))
    assert len(tables["study_safety_report"]) == 2
    assert len(tables["study_event"]) == 4
    assert ("AE", 4, "AEREFID is no number of a safety report") in told
    assert "Miller" not in json.dumps([kept, sorted(told)])


def test_the_number_stands_in_no_record_that_is_kept(tmp_path):
    _, _, kept = typed(tmp_path, small(AE=SENT))
    assert "2023012345" not in json.dumps(kept)
    assert any("AEREFID" in record.get("_withheld", []) for record in kept)


def test_an_extract_without_the_column_or_with_an_empty_one_has_no_safety_report(tmp_path):
    empty = {
        name: rows if name != "AE" else [row | {"AEREFID": None} for row in rows] for name, rows in small().items()
    }
    for name, domains in (("without", small()), ("empty", empty)):
        tables, told, _ = typed(tmp_path / name, domains)
        assert tables["study_safety_report"] == []
        assert told == set()


def test_analysis_data_sets_tell_them_too(tmp_path):
    adam = {
        "ADSL": """
            STUDYID | USUBJID  | SEX | TRT01A  | TRTSDT
            ltfu    | CRID7001 | F   | Kymriah | 2022-01-10""",
        "ADAE": """
            USUBJID  | AEDECOD                   | ASTDT      | AEREFID
            CRID7001 | Cytokine release syndrome | 2022-01-13 | US-ACME-2023012345""",
    }
    tables, _, _ = typed(tmp_path, {name: records(text) for name, text in adam.items()})
    assert [(row["pt"], row["safety_report_id"]) for row in tables["study_safety_report"]] == [
        ("Cytokine release syndrome", "US-ACME-2023012345")
    ]


def test_forms_tell_them_once_for_a_form_and_once_for_a_neoplasm(tmp_path):
    forms = {
        "4000": """
            STUDY | CRID     | FORM_REV | ENROLMENT_DATE | DISEASE
            ltfu  | CRID7001 | 1        | 2021-12-02     | lbcl""",
        "4006": """
            CRID     | FORM_REV | INFUSION_NO | INFUSION_DATE | PRODUCT
            CRID7001 | 1        | 1           | 2022-01-10    | Kymriah""",
        "4100": """
            CRID     | FORM_REV | VISIT   | CONTACT_DATE | STATUS | RECEIVED_DATE | SAFETY_REPORT
            CRID7001 | 1        | DAY 100 | 2022-04-20   | ALIVE  | 2022-05-01    | US-ACME-2022000001""",
        "3500": """
            CRID     | FORM_REV | NEOPLASM_NO | DIAGNOSIS_DATE | RECEIVED_DATE | DIAGNOSIS       | SAFETY_REPORT
            CRID7001 | 1        | 1           | 2023-02        | 2023-05-01    | T-cell lymphoma | US-ACME-2023000002""",
    }
    tables, _, kept = typed(tmp_path, {name: records(text) for name, text in forms.items()})
    assert [(row["pt"], row["start_precision"], row["safety_report_id"]) for row in tables["study_safety_report"]] == [
        (None, None, "US-ACME-2022000001"),
        ("T-cell lymphoma", "month", "US-ACME-2023000002"),
    ]
    assert "US-ACME" not in json.dumps(kept)
