"""What a record of an extract becomes: a row of the study, or a reason that says which column and never what it held."""

import csv
import datetime as dt
import json

import pytest
from tables import rows_of

from pipeline.errors import InputRefused
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.study.gradingscales import scales
from tests.registryfiles import CUTOFF, KEY, small, write

DAY = dt.date.fromisoformat(CUTOFF)
SECRET = Pseudonyms(KEY, "ltfu")


@pytest.fixture
def typing(tmp_path):
    """Type an extract; gives the tables, the rejected rows and the counts by file."""

    def typed(domains, mapping=None, pseudonyms=SECRET):
        given = read_extract(write(tmp_path / "extract", domains), mapping)
        done = type_extract(given, pseudonyms, DAY, scales())
        tables = {name: table.to_pylist() for name, table in study_tables(done.rows).items()}
        files = {file["domain"]: file for file in done.files(given)}
        for file in files.values():
            assert file["n_read"] == file["n_kept"] + file["n_rejected"]
        rejected = done.contents.rejected().to_pylist()
        whole = {(row["domain"], row["line"]) for row in rejected if row["column"] is None}
        assert len(whole) == sum(file["n_rejected"] for file in files.values())
        return tables, rejected, files

    return typed


# The value of one column of one record becomes another (- is nothing, … is left as it is); what is then told. `whole`:
# the record is rejected; else only the column is lost. `rows`: rows the table then has.
TOLD = """
domain | line | column   | value            | whole | reason                                              | table            | rows
DM     | 1    | USUBJID  | -                | yes   | USUBJID is empty                                    | study_subject    | 2
DM     | 1    | AGE      | sixty            | no    | AGE is no number                                    | study_subject    | 3
DM     | 1    | AGE      | -5               | no    | AGE is out of range                                 | study_subject    | 3
DM     | 1    | AGEU     | FORTNIGHTS       | no    | AGE has no unit that the mapping knows              | study_subject    | 3
DM     | 1    | COUNTRY  | Atlantis         | no    | COUNTRY is no country that is known                 | study_subject    | 3
DM     | 1    | SEX      | Z                | no    | SEX is none of the values the mapping knows         | study_subject    | 3
DM     | 1    | RFPENDTC | 2024-02-30       | no    | RFPENDTC is no possible date                        | study_subject    | 3
DM     | 1    | RFPENDTC | 31.01.2024       | no    | RFPENDTC is no date as 2024-01-31                   | study_subject    | 3
DM     | 1    | RFPENDTC | 0024-01-31       | no    | RFPENDTC is before 1900                             | study_subject    | 3
DM     | 1    | RFPENDTC | 2024-07-01       | no    | RFPENDTC is after the cut-off: the cut-off counts instead | study_subject    | 3
DM     | 1    | RFPENDTC | 2024-05          | no    | RFPENDTC is not known to the day                    | study_subject    | 3
DM     | 1    | RFICDTC  | 2021             | no    | RFICDTC is not known to the day                     | study_subject    | 3
DM     | 1    | RFSTDTC  | 2022-01          | no    | RFSTDTC is not known to the day: EXSTDTC of EX counts instead | study_subject    | 3
DM     | 1    | RFSTDTC  | 2022-02          | no    | RFSTDTC is not known to the day: infusion_date stays empty | study_subject    | 3
DM     | 1    | RFSTDTC  | soon             | no    | RFSTDTC is no date as 2024-01-31: EXSTDTC of EX counts instead | study_subject    | 3
DM     | 1    | RFSTDTC  | -                | no    | RFSTDTC is empty: EXSTDTC of EX counts instead      | study_subject    | 3
DM     | 1    | RFSTDTC  | 2024-07-01       | no    | RFSTDTC is after the cut-off                        | study_subject    | 3
DM     | 3    | RFSTDTC  | 2024-06          | no    | RFSTDTC is not known to the day: infusion_date stays empty | study_subject    | 3
DM     | 1    | DTHFL    | Y                | no    | DTHDTC is empty though DTHFL is Y: death_date stays empty | study_subject    | 3
DM     | 1    | DTHDTC   | 2024-05          | no    | DTHDTC is not known to the day: death_date stays empty | study_subject    | 3
DM     | 2    | DTHDTC   | 2023-02          | no    | DTHDTC is not known to the day: DSSTDTC of DS counts instead | study_subject    | 3
DM     | 2    | DTHDTC   | 2023-03          | no    | DTHDTC is not known to the day: death_date stays empty | study_subject    | 3
DM     | 2    | DTHDTC   | -                | no    | DTHDTC is empty though DTHFL is Y: DSSTDTC of DS counts instead | study_subject    | 3
DM     | 1    | DTHDTC   | 2024-07-01       | no    | DTHDTC is after the cut-off                         | study_subject    | 3
DM     | 1    | DTHDTC   | 2025             | no    | DTHDTC is after the cut-off                         | study_subject    | 3
DS     | 2    | DSSTDTC  | 2021-12          | no    | DSSTDTC is not known to the day                     | study_subject    | 3
DS     | 1    | DSDECOD  | WITHDRAWAL BY SUBJECT | no | DSSTDTC is not known to the day: withdrawal_date stays empty | study_subject | 3
DS     | 1    | DSDECOD  | LOST TO FOLLOW-UP | no   | DSSTDTC is not known to the day: lost_date stays empty | study_subject | 3
DS     | 2    | DSSTDTC  | 2024-07-01       | yes   | DSSTDTC is after the cut-off                        | study_subject    | 2
DM     | 2    | DTHDTC   | 2022-12-01       | no    | RFPENDTC is after death_date                        | study_subject    | 3
EX     | 1    | EXSTDTC  | 2022-01          | yes   | EXSTDTC is not known to the day                     | study_infusion   | 1
EX     | 1    | EXSTDTC  | -                | yes   | EXSTDTC is empty                                    | study_infusion   | 1
EX     | 1    | EXTRT    | Kymriah/Yescarta | no    | EXTRT names several CAR-T products                  | study_infusion   | 2
EX     | 1    | EXDOSU   | mg               | no    | EXDOSE has no unit that the mapping knows           | study_infusion   | 2
EX     | 1    | EXDOSE   | many             | no    | EXDOSE is no number                                 | study_infusion   | 2
AE     | 1    | AEDECOD  | -                | yes   | AEDECOD is empty                                    | study_event      | 2
AE     | 1    | USUBJID  | CRID7009         | yes   | its patient has no record in DM that can be used    | study_event      | 2
AE     | 1    | AESTDTC  | 2024-07-01       | yes   | AESTDTC is after the cut-off                        | study_event      | 2
AE     | 1    | AESTDTC  | 2025             | yes   | AESTDTC is after the cut-off                        | study_event      | 2
AE     | 1    | AESTDTC  | soon             | no    | AESTDTC is no date as 2024-01-31                    | study_event      | 3
AE     | 1    | AEDTC    | 2024-07-01       | yes   | AEDTC is after the cut-off                          | study_event      | 2
AE     | 1    | AEENDTC  | 2024-07-01       | no    | AEENDTC is after the cut-off                        | study_event      | 3
AE     | 1    | AEENDTC  | 2022-02          | no    | AEENDTC is not known to the day                     | study_event      | 3
AE     | 1    | AEDTC    | 2022-02          | no    | AEDTC is not known to the day                       | study_event      | 3
AE     | 1    | AETOXGR  | 6                | no    | AETOXGR is out of range                             | study_event      | 3
AE     | 1    | AETOXGR  | 2.5              | no    | AETOXGR is no whole number                          | study_event      | 3
AE     | 1    | AESCAL   | own scale        | no    | AESCAL is no grading scale that is known            | study_event      | 3
AE     | 1    | AESER    | perhaps          | no    | AESER is none of the values the mapping knows       | study_event      | 3
SV     | 1    | SVSTDTC  | -                | yes   | SVSTDTC is empty                                    | study_visit      | 5
CM     | 1    | CMSTDTC  | 2024-07-01       | yes   | CMSTDTC is after the cut-off                        | study_treatment  | 1
CM     | 1    | CMSTDTC  | 2022-01          | no    | CMSTDTC is not known to the day                     | study_treatment  | 2
CM     | 1    | CMENDTC  | 2022             | no    | CMENDTC is not known to the day                     | study_treatment  | 2
FA     | 1    | FADTC    | 2022-02          | yes   | FADTC is not known to the day                       | study_response   | 0
FA     | 1    | FAORRES  | better           | yes   | FAORRES is none of the values the mapping knows     | study_response   | 0
FA     | 2    | FAORRES  | 2021-13-10       | no    | FAORRES is no possible date                         | study_subject    | 3
FA     | 2    | FAORRES  | 2021-12          | no    | FAORRES is not known to the day                     | study_subject    | 3
FA     | 4    | FAORRES  | own track        | no    | FAORRES is none of the values the study knows       | study_subject    | 3
FA     | 6    | FATESTCD | OTHER            | yes   | FATESTCD is none of the values the mapping knows    | study_sample     | 1
FA     | 8    | FASPID   | -                | yes   | FASPID is empty                                     | study_malignancy | 1
FA     | 8    | FAORRES  | 2022-12          | no    | DIAGDTC is not known to the day                     | study_malignancy | 1
FA     | 12   | FAORRES  | perhaps          | no    | TRANSGEN is none of the values the study knows      | study_malignancy | 1
FA     | 15   | FAORRES  | two              | no    | NADJ is no number                                   | study_malignancy | 1
MH     | 4    | MHORRES  | several          | no    | MHORRES is no number                                | study_subject    | 3
"""
TOLD_ROWS = rows_of(TOLD)


@pytest.mark.parametrize(
    "case", TOLD_ROWS, ids=[f"{row['domain']} {row['column']} {row['value']}" for row in TOLD_ROWS]
)
def test_what_cannot_be_used_is_told_with_its_place_and_reason(typing, case):
    domains = small()
    domains[case["domain"]][int(case["line"]) - 1][case["column"]] = case["value"]
    if case["column"] == "DSDECOD":
        domains["DS"][0]["DSSTDTC"] = "2023"
    tables, rejected, _ = typing(domains)
    found = [row for row in rejected if row["domain"] == case["domain"] and row["reason"] == case["reason"]]
    (row,) = found
    assert (row["column"] is None) == (case["whole"] == "yes")
    assert row["file"] == f"{case['domain']}.csv"
    assert len(tables[case["table"]]) == int(case["rows"])
    if case["value"] and len(case["value"]) > 3 and not case["reason"].startswith("its"):
        assert case["value"] not in row["reason"]


# Days of one patient in DM, the infusion in EX, the death in DS (… is as in the small extract); what then stands.
DAYS = """
patient  | RFSTDTC    | EXSTDTC    | DTHDTC     | DTHFL | DSSTDTC    | RFPENDTC   | infusion   | death      | contact
CRID7001 | 2022-01    | 2022-01-10 | -          | -     | -          | 2024-05-01 | 2022-01-10 | -          | 2024-05-01
CRID7001 | 2022       | 2022-01-10 | -          | -     | -          | 2024-05-01 | 2022-01-10 | -          | 2024-05-01
CRID7001 | 2022-01    | 2022-02-10 | -          | -     | -          | 2024-05-01 | -          | -          | 2024-05-01
CRID7001 | 2022-01    | 2022-01    | -          | -     | -          | 2024-05-01 | -          | -          | 2024-05-01
CRID7001 | 2024-08-01 | 2024-08-01 | -          | -     | -          | 2024-09-01 | -          | -          | 2024-06-30
CRID7001 | 2022-01-10 | 2022-01-10 | -          | -     | -          | 2025       | 2022-01-10 | -          | 2024-06-30
CRID7001 | 2022-01-10 | 2022-01-10 | 2024-07-01 | Y     | 2024-07-01 | 2024-07-01 | 2022-01-10 | -          | 2024-06-30
CRID7002 | 2022-03-01 | 2022-03-01 | 2023-02    | Y     | 2023-02-03 | 2023-02-03 | 2022-03-01 | 2023-02-03 | 2023-02-03
CRID7002 | 2022-03-01 | 2022-03-01 | -          | -     | 2023-02-03 | 2023-02-03 | 2022-03-01 | 2023-02-03 | 2023-02-03
CRID7002 | 2022-03-01 | 2022-03-01 | 2023-02    | Y     | 2023-04-03 | 2023-02-01 | 2022-03-01 | -          | 2023-02-01
CRID7002 | 2022-03-01 | 2022-03-01 | 2023-02    | Y     | -          | 2023-03-01 | 2022-03-01 | -          | -
CRID7002 | 2022-03-01 | 2022-03-01 | -          | Y     | -          | 2024-07-01 | 2022-03-01 | -          | -
CRID7002 | 2022-03-01 | 2022-03-01 | -          | -     | -          | 2024-07-01 | 2022-03-01 | -          | -
CRID7002 | 2022-03-01 | 2022-03-01 | 2023-02-03 | Y     | 2023-02-03 | 2024-07-01 | 2022-03-01 | 2023-02-03 | -
"""
DAYS_ROWS = rows_of(DAYS)


@pytest.mark.parametrize("case", DAYS_ROWS, ids=[str(number) for number in range(1, len(DAYS_ROWS) + 1)])
def test_a_day_that_one_domain_lacks_is_taken_from_another_and_nobody_is_alive_after_death(typing, case):
    domains = small()
    of = {name: [row for row in domains[name] if row["USUBJID"] == case["patient"]] for name in ("DM", "EX")}
    of["DM"][0] |= {name: case[name] for name in ("RFSTDTC", "DTHDTC", "DTHFL", "RFPENDTC")}
    of["EX"][0]["EXSTDTC"] = case["EXSTDTC"]
    domains["DS"] = [row for row in domains["DS"] if row["DSDECOD"] != "DEATH"]
    domains["DS"].append({"USUBJID": case["patient"], "DSDECOD": "DEATH", "DSSTDTC": case["DSSTDTC"]})
    if case["DSSTDTC"] is None:
        domains["DS"].pop()
    tables, rejected, _ = typing(domains)
    name = SECRET.of(case["patient"])
    (row,) = [row for row in tables["study_subject"] if row["subject_id"] == name]
    found = [row[column] for column in ("infusion_date", "death_date", "last_contact_date")]
    assert [None if day is None else str(day) for day in found] == [case["infusion"], case["death"], case["contact"]]
    told = {each["reason"].rpartition(": ")[2] for each in rejected if each["subject_id"] == name}
    is_dead = case["DTHFL"] == "Y" or case["patient"] == "CRID7002"
    is_later = (case["DTHDTC"] or "") > CUTOFF
    assert ("death_date stays empty" in told) == (is_dead and not is_later and case["death"] is None)
    assert ("infusion_date stays empty" in told) == (case["infusion"] is None and case["RFSTDTC"] < CUTOFF)
    assert row["undated"] == [
        what
        for what, is_told in (("infusion", "infusion_date stays empty"), ("death", "death_date stays empty"))
        if is_told in told
    ]
    assert [each["is_index"] for each in tables["study_infusion"] if each["subject_id"] == name] == (
        [True] if case["infusion"] else [False] if case["EXSTDTC"] == "2022-02-10" else []
    )


def test_an_infusion_of_another_medicine_starts_no_clock(typing):
    domains = small()
    domains["DM"][0]["RFSTDTC"] = "2022-01"
    domains["EX"][0]["EXTRT"] = "Fludarabine"
    tables, rejected, _ = typing(domains)
    assert dt.date(2022, 1, 10) not in [row["infusion_date"] for row in tables["study_subject"]]
    assert [row["reason"] for row in rejected] == ["RFSTDTC is not known to the day: infusion_date stays empty"]


# Records of a patient's disposition, and what then is undated.
LEAVING = """
WITHDRAWAL BY SUBJECT | LOST TO FOLLOW-UP | undated          | withdrawn  | lost
2023-05-01            | …                 | -                | 2023-05-01 | -
2023                  | …                 | withdrawal       | -          | -
-                     | …                 | withdrawal       | -          | -
-, 2023-05-01         | …                 | -                | 2023-05-01 | -
2024-08               | …                 | -                | -          | -
…                     | -                 | loss             | -          | -
…                     | 2023-05           | loss             | -          | -
-                     | 2023-05-01        | withdrawal       | -          | 2023-05-01
soon                  | -                 | withdrawal, loss | -          | -
"""


@pytest.mark.parametrize("case", rows_of(LEAVING))
def test_a_withdrawal_and_a_loss_without_a_day_are_told_as_undated(typing, case):
    domains = small()
    for word in ("WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP"):
        days = [] if case[word] == "…" else (case[word] or "-").split(", ")
        domains["DS"] += [
            {"USUBJID": "CRID7001", "DSDECOD": word, "DSSTDTC": None if day == "-" else day} for day in days
        ]
    subjects = {row["subject_id"]: row for row in typing(domains)[0]["study_subject"]}
    row = subjects[SECRET.of("CRID7001")]
    assert ", ".join(row["undated"]) == (case["undated"] or "")
    found = [row[name] and row[name].isoformat() for name in ("withdrawal_date", "lost_date")]
    assert found == [case["withdrawn"], case["lost"]]


# Bags of the first patient besides 300 million cells of Kymriah on the first day; what they make of it.
BAGS = """
EXTRT     | EXSTDTC    | EXDOSE | infusions | dose  | joined
KYMRIAH   | 2022-01-10 | 100    | 1         | 4.0e8 | 1
CTL019    | 2022-01-10 | 0.5    | 1         | 3.005e8 | 1
KYMRIAH   | 2022-01-10 | -      | 1         | -     | 1
KYMRIAH   | 2022-01-10 | many   | 1         | -     | 1
KYMRIAH   | 2022-01-11 | 100    | 2         | 3.0e8 | 0
Yescarta  | 2022-01-10 | 100    | 2         | 3.0e8 | 0
-         | 2022-01-10 | 100    | 2         | 3.0e8 | 0
"""


@pytest.mark.parametrize("case", rows_of(BAGS), ids=lambda case: f"{case['EXTRT']} {case['EXSTDTC']} {case['EXDOSE']}")
def test_bags_of_one_product_on_one_day_are_one_infusion_with_the_dose_of_all(tmp_path, case):
    domains = small()
    told = {name: case[name] for name in ("EXTRT", "EXSTDTC", "EXDOSE")}
    domains["EX"].insert(0, dict(domains["EX"][0], EXSEQ="2", **told))
    done = type_extract(read_extract(write(tmp_path / "extract", domains)), SECRET, DAY, scales())
    found = [row for row in done.rows["study_infusion"] if row["subject_id"] == SECRET.of("CRID7001")]
    first = next(
        row for row in found if (row["product"], str(row["infusion_date"])) == ("tisagenlecleucel", "2022-01-10")
    )
    assert (len(found), done.n_joined) == (int(case["infusions"]), int(case["joined"]))
    assert first["dose_cells"] == (pytest.approx(float(case["dose"])) if case["dose"] else None)
    assert first["is_index"]


def test_a_copy_of_an_infusions_record_adds_no_dose(typing):
    domains = small()
    domains["EX"].append(dict(domains["EX"][0]))
    tables, rejected, files = typing(domains)
    assert sorted(row["dose_cells"] for row in tables["study_infusion"]) == [1.5e8, 3e8]
    assert [(row["line"], row["reason"]) for row in rejected] == [(3, "is a copy of another record")]
    assert files["EX"]["n_rejected"] == 1


# How an age is given, and how the study has it.
AGES = """
AGE  | AGEU   | BRTHDTC    | years     | resolution
61   | YEARS  | -          | 61        | completed_years
61.0 | YEARS  | -          | 61        | completed_years
61.5 | YEARS  | -          | 61.5      | fraction
24   | MONTHS | -          | 2         | completed_months
30   | months | 1960-03-04 | 2.5       | completed_months
30.5 | MONTHS | -          | 2.5416667 | fraction
52   | WEEKS  | -          | 0.9965777 | completed_weeks
200  | DAYS   | -          | 0.5475702 | completed_days
-    | MONTHS | 1960-03-04 | 61        | completed_years
-    | -      | -          | -         | -
61   | -      | -          | -         | -
"""


@pytest.mark.parametrize("case", rows_of(AGES), ids=lambda case: f"{case['AGE']} {case['AGEU']}")
def test_an_age_says_in_what_units_it_is_completed(typing, case):
    domains = small()
    domains["DM"][0] |= {name: case[name] for name in ("AGE", "AGEU", "BRTHDTC")}
    subjects = {row["subject_id"]: row for row in typing(domains)[0]["study_subject"]}
    row = subjects[SECRET.of("CRID7001")]
    assert row["age_years"] == (pytest.approx(float(case["years"]), abs=1e-7) if case["years"] else None)
    assert row["age_resolution"] == case["resolution"]


@pytest.mark.parametrize("birth", ["2009", "2030-11-30", "about 1960"])
def test_a_birth_date_that_gives_no_age_is_told(typing, birth):
    domains = small()
    domains["DM"][0] |= {"AGE": None, "AGEU": None, "BRTHDTC": birth}
    tables, rejected, _ = typing(domains)
    assert {row["subject_id"]: row["age_years"] for row in tables["study_subject"]}[SECRET.of("CRID7001")] is None
    assert [row["reason"] for row in rejected] == ["AGE is empty, and BRTHDTC gives none"]


def test_a_registry_whose_ages_are_exact_says_so_in_its_mapping(typing, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: sdtm\nmapping: own\n"
        "tables: {study_subject: {dm: {columns: {age_resolution: {values: {YEARS: fraction}}}}}}\n"
    )
    assert [row["age_resolution"] for row in typing(small(), str(own))[0]["study_subject"]].count("fraction") == 2


def test_a_fatal_event_tells_of_a_death_that_has_no_day(typing):
    domains = small()
    domains["AE"][0]["AESDTH"] = "Y"
    _, rejected, _ = typing(domains)
    assert [row["reason"] for row in rejected] == [
        "DTHDTC is empty though AE has a record of it: death_date stays empty"
    ]


@pytest.mark.parametrize(("column", "said"), [("AEOUT", "Fatal"), ("AETOXGR", "5")])
def test_an_event_fatal_by_its_outcome_or_grade_tells_of_a_death_without_a_day(typing, column, said):
    domains = small()
    for row in domains["AE"]:
        row.setdefault(column, None)
    domains["AE"][0][column] = said
    tables, rejected, _ = typing(domains)
    told = {row["subject_id"]: row["undated"] for row in tables["study_subject"]}
    assert told[SECRET.of("CRID7001")] == ["death"]
    assert [row["reason"] for row in rejected] == [
        "DTHDTC is empty though AE has a record of it: death_date stays empty"
    ]


def test_a_child_whose_parents_withdrew_has_withdrawn_and_loss_needs_no_hyphen(typing):
    domains = small()
    domains["DS"].append({"USUBJID": "CRID7001", "DSDECOD": "Withdrawal by Parent/Guardian", "DSSTDTC": "2023-05-01"})
    domains["DS"].append({"USUBJID": "CRID7002", "DSDECOD": "Lost to follow up", "DSSTDTC": "2022-05-01"})
    found = {row["subject_id"]: row for row in typing(domains)[0]["study_subject"]}
    assert found[SECRET.of("CRID7001")]["withdrawal_date"] == dt.date(2023, 5, 1)
    assert found[SECRET.of("CRID7002")]["lost_date"] == dt.date(2022, 5, 1)


def test_a_patient_enrolled_after_the_cut_off_is_no_patient_yet_with_all_that_hangs_on_her(typing):
    domains = small()
    for row in domains["DS"]:
        if row["USUBJID"] == "CRID7001" and row["DSDECOD"] == "ENROLLED":
            row["DSSTDTC"] = "2024-07-02"
    tables, rejected, files = typing(domains)
    assert len(tables["study_subject"]) == 2
    name = SECRET.of("CRID7001")
    assert [row for rows in tables.values() for row in rows if row["subject_id"] == name] == []
    reasons = {(row["domain"], row["reason"]) for row in rejected if row["subject_id"] == name}
    assert reasons >= {
        ("DM", "DSSTDTC is after the cut-off"),
        ("DS", "DSSTDTC is after the cut-off"),
        ("EX", "its patient came after the cut-off"),
    }
    assert (files["DM"]["n_rejected"], files["EX"]["n_rejected"], files["AE"]["n_rejected"]) == (1, 1, 2)


def test_a_patient_infused_after_the_cut_off_is_one_only_if_enrolled_before(typing):
    domains = small()
    domains["DM"][2]["RFSTDTC"] = "2024-07-15"
    subjects = {row["subject_id"]: row for row in typing(domains)[0]["study_subject"]}
    assert subjects[SECRET.of("CRID7003")]["infusion_date"] is None
    domains["DS"] = [row for row in domains["DS"] if row["USUBJID"] != "CRID7003"]
    tables, rejected, _ = typing(domains)
    assert len(tables["study_subject"]) == 2
    assert [(row["domain"], row["reason"]) for row in rejected] == [("DM", "RFSTDTC is after the cut-off")]


# What stands in the extract as the reason of a decision, what is shown, and whether the record keeps it.
REASONS_OF_DECISIONS = """
given                                | shown                                    | kept
HISTOLOGY DIFFERS                    | Histology differs from the index disease | yes
histology  same                      | Histology is that of the index disease   | yes
Seen by Dr Miller: Mr K. is a smoker | -                                        | no
"""


@pytest.mark.parametrize("case", rows_of(REASONS_OF_DECISIONS), ids=["coded", "other letters", "free"])
def test_only_a_coded_reason_of_a_decision_is_kept_or_shown(typing, tmp_path, case):
    domains = small()
    reason = dict(domains["FA"][12], FATESTCD="REASON", FAORRES=case["given"])
    domains["FA"] += [reason, dict(reason, USUBJID="CRID7009"), dict(reason, FASPID=None)]
    tables, rejected, files = typing(domains)
    assert [row["decision_reason"] for row in tables["study_malignancy"]] == [case["shown"]]
    said = [row["reason"] for row in rejected if row["column"]]
    assert said == ([] if case["shown"] else ["REASON is none of the values the mapping knows"])
    assert files["FA"]["n_incomplete"] == len(said)
    done = type_extract(read_extract(tmp_path / "extract"), SECRET, DAY, scales())
    contents = [text for batch in done.contents.record_batches() for text in batch["content"].to_pylist()]
    held = [json.loads(text) for text in contents if '"REASON"' in text]
    assert len(held) == 3
    assert all(("FAORRES" in each) == (case["kept"] == "yes") for each in held)
    assert any("Miller" in text for text in [*contents, str(rejected), str(tables)]) is False


def test_an_extract_that_names_no_patient_is_refused_and_one_without_anything_else_is_read(typing, tmp_path):
    tables, rejected, _ = typing({name: rows for name, rows in small().items() if name == "DM"})
    assert (len(tables["study_subject"]), len(tables["study_event"])) == (3, 0)
    assert {row["reason"].rpartition(": ")[2] for row in rejected} <= {"death_date stays empty"}
    path = tmp_path / "extract" / "DM.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(InputRefused, match=r"DM\.csv names no patient"):
        read_extract(tmp_path / "extract")


def test_a_clean_extract_has_no_rejections(typing):
    assert typing(small())[1] == []


def test_records_of_a_rejected_patient_are_rejected_and_none_is_lost(typing):
    domains = small()
    domains["DM"].append(dict(domains["DM"][0], AGE="62"))
    tables, rejected, files = typing(domains)
    assert len(tables["study_subject"]) == 2
    reasons = {(row["domain"], row["reason"]) for row in rejected}
    assert ("DM", "the patient has several records that differ") in reasons
    assert ("AE", "its patient has no record in DM that can be used") in reasons
    assert files["DM"]["n_rejected"] == 2
    assert files["AE"]["n_rejected"] == 2


def test_a_copy_of_a_patients_record_counts_once(typing):
    domains = small()
    domains["DM"].append(dict(domains["DM"][0]))
    tables, rejected, _ = typing(domains)
    assert len(tables["study_subject"]) == 3
    assert [(row["line"], row["reason"]) for row in rejected] == [(4, "is a copy of another record")]


def test_a_finding_given_twice_counts_where_it_agrees(typing):
    domains = small()
    pt = next(row for row in domains["FA"] if row["FATESTCD"] == "PT")
    domains["FA"].append(dict(pt))
    assert typing(domains)[1] == []
    domains["FA"].append(dict(pt, FAORRES="Lymphoma"))
    tables, rejected, _ = typing(domains)
    assert tables["study_malignancy"] == []
    assert {row["reason"] for row in rejected} >= {"PT is given twice, and not the same", "PT is empty"}


def test_a_record_that_does_not_fit_its_header_tells_nothing_of_itself(typing, tmp_path):
    folder = write(tmp_path / "extract", small())
    with (folder / "AE.csv").open("a") as handle:
        handle.write("CRID7001,Miller\n")
    given = read_extract(folder)
    done = type_extract(given, SECRET, DAY, scales())
    (row,) = done.contents.rejected().to_pylist()
    assert (row["line"], row["subject_id"], row["reason"]) == (4, None, "2 fields where the header has 11")
    assert "Miller" not in row["content"]


def test_the_infusion_on_the_patients_first_day_is_the_index(typing):
    domains = small()
    domains["EX"].append(dict(domains["EX"][0], EXSEQ="2", EXSTDTC="2023-05-01", EXTRT="Yescarta"))
    tables, _, _ = typing(domains)
    found = [(row["infusion_date"].year, row["is_index"], row["product"]) for row in tables["study_infusion"]]
    assert sorted(found) == [
        (2022, True, "tisagenlecleucel"),
        (2022, True, "tisagenlecleucel"),
        (2023, False, "axicabtagene ciloleucel"),
    ]
    assert {row["product"] for row in tables["study_subject"]} == {"tisagenlecleucel", None}


def test_another_medicine_keeps_its_name(typing):
    domains = small()
    domains["EX"][0]["EXTRT"] = "XANOMELINE  High Dose"
    assert {row["product"] for row in typing(domains)[0]["study_infusion"]} == {
        "tisagenlecleucel",
        "xanomeline high dose",
    }


def test_a_death_without_a_known_cause_is_of_unknown_cause_and_the_living_have_none(typing):
    tables, _, _ = typing(small(DD=None))
    assert sorted((row["death_cause"] or "") for row in tables["study_subject"]) == ["", "", "unknown"]


def test_whether_there_was_a_transplant_is_not_known_without_the_history(typing):
    tables, _, _ = typing(small(MH=None))
    assert {row["has_prior_transplant"] for row in tables["study_subject"]} == {None}


def test_rows_are_numbered_by_day_with_unknown_days_last(typing):
    tables, _, _ = typing(small())
    events = [row for row in tables["study_event"] if row["start_text"] in {"2022-01-13", "2022-05"}]
    assert [(row["event_number"], row["start_text"]) for row in events] == [(1, "2022-01-13"), (2, "2022-05")]


def test_a_form_under_two_pseudonyms_is_refused(typing, monkeypatch):
    monkeypatch.setattr("pipeline.intake.pseudonym.HEX_DIGITS", 0)
    with pytest.raises(InputRefused, match="Two patients would have one pseudonym") as refused:
        typing(small(), pseudonyms=Pseudonyms(KEY, "ltfu"))
    assert "CRID" not in str(refused.value)


CIBMTR = {
    "4000": """
        STUDY | CRID | FORM_REV | CENTER | COUNTRY | SEX    | BIRTH_DATE | FIRST_NAME | CONSENT_DATE | ENROLMENT_DATE | DISEASE | TRACK   | PRIOR_ALLO | PRIOR_LINES
        b2401 | 501  | 1        | 10     | USA     | Female | 1960-01-11 | Miller     | 2021-12-01   | 2021-12-02     | LBCL    | CRF     | N          | 2
        b2401 | 501  | 2        | 10     | USA     | Female | 1960-01-11 | Miller     | 2021-12-01   | 2021-12-02     | LBCL    | CRF     | N          | 3
        b2401 | 502  | 1        | 11     | USA     | Male   | 2010-05-05 | Miller     | 2022-02-01   | 2022-02-01     | B_ALL   | 100 Days | Y         | 4""",
    "4006": """
        CRID | FORM_REV | INFUSION_NO | PRODUCT | INFUSION_DATE | DOSE | DOSE_UNIT  | LOT | IN_SPECIFICATION | LYMPHODEPLETION | LYMPHODEPLETION_DATE
        501  | 1        | 1           | Kymriah | 2022-01-10    | 3    | 10^8 cells | L1  | Y                | Flu/Cy          | 2022-01-04
        502  | 1        | 1           | Kymriah | 2022-03-01    | 2    | 10^8 cells | L2  | N                | -               | -""",
    "4100": """
        CRID | FORM_REV | VISIT   | STATUS | CONTACT_DATE | RECEIVED_DATE | DEATH_DATE | DEATH_CAUSE | CRS | CRS_DATE   | CRS_GRADE | CRS_SCALE      | OTHER_EVENT | OTHER_EVENT_DATE | RESPONSE | TOCILIZUMAB | TOCILIZUMAB_DATE
        501  | 1        | Day 100 | Alive  | 2022-04-20   | 2022-05-01    | -          | -           | Y   | 2022-01-13 | 4         | crs_astct_2019 | -           | -                | CR       | Y           | 2022-01-14
        501  | 2        | Day 100 | Alive  | 2022-04-20   | 2022-05-09    | -          | -           | Y   | 2022-01-13 | 3         | crs_astct_2019 | Pneumonia   | 2022-02          | CR       | Y           | 2022-01-14
        501  | 1        | Year 1  | Alive  | 2023-01-12   | 2023-02-01    | -          | -           | N   | -          | -         | -              | -           | -                | Relapse  | N           | -
        502  | 1        | Day 100 | Dead   | 2022-05-01   | 2022-05-20    | 2022-05-01 | Infection   | N   | -          | -         | -              | -           | -                | -        | -           | -""",
    "3500": """
        CRID | FORM_REV | NEOPLASM_NO | DIAGNOSIS       | DIAGNOSIS_DATE | SAMPLE_SENT | TRANSGENE | DECISION | RECEIVED_DATE
        501  | 1        | 1           | T-cell lymphoma | 2023-05-01     | N           | not tested | pending  | 2023-06-01""",
}


def test_the_latest_revision_of_a_form_counts_and_the_older_is_kept(typing):
    tables, rejected, files = typing(small(**dict.fromkeys(small()), **CIBMTR))
    assert rejected == []
    assert (files["4100"]["n_superseded"], files["4100"]["n_typed"]) == (1, 3)
    assert (files["4000"]["n_superseded"], files["4000"]["n_typed"]) == (1, 2)
    first, second = sorted(tables["study_subject"], key=lambda row: row["centre_id"])
    assert (first["n_prior_lines"], first["reporting_track"], first["age_years"]) == (3, "fifteen_years", 61.0)
    assert first["last_contact_date"] == dt.date(2023, 1, 12)
    assert (second["reporting_track"], second["death_cause"], second["age_years"]) == (
        "hundred_days",
        "infection",
        11.0,
    )
    events = {row["pt"]: row for row in tables["study_event"]}
    assert (events["Cytokine release syndrome"]["grade"], events["Cytokine release syndrome"]["endpoints"]) == (
        3,
        ["crs"],
    )
    assert events["Pneumonia"]["start_precision"] == "month"
    assert {row["kind"] for row in tables["study_treatment"]} == {"lymphodepletion", "tocilizumab"}
    assert [row["response"] for row in tables["study_response"]] == ["complete_remission", "relapse"]
    (malignancy,) = tables["study_malignancy"]
    assert (malignancy["transgene_result"], malignancy["decision"]) == ("not_tested", "pending")


def test_a_form_that_tells_a_death_or_an_infusion_without_its_day_is_told(typing):
    forms = small(**dict.fromkeys(small()), **CIBMTR)
    forms["4100"][3]["DEATH_DATE"] = None
    forms["4006"][0]["INFUSION_DATE"] = None
    forms["4006"][1]["INFUSION_DATE"] = "2022-03"
    _, rejected, _ = typing(forms)
    assert [(row["domain"], row["reason"]) for row in rejected] == [
        ("4006", "INFUSION_DATE is empty"),
        ("4006", "INFUSION_DATE is empty though 4006 has a record of it: infusion_date stays empty"),
        ("4006", "INFUSION_DATE is not known to the day"),
        ("4006", "INFUSION_DATE is not known to the day: infusion_date stays empty"),
        ("4100", "DEATH_DATE is empty though 4100 has a record of it: death_date stays empty"),
    ]


@pytest.mark.parametrize(
    ("status", "day", "died", "undated"),
    [
        ("Deceased", "2022-05-01", dt.date(2022, 5, 1), []),
        ("died", None, None, ["death"]),
        ("Expired", "2022-05-01", dt.date(2022, 5, 1), []),
        (None, "2022-05-01", dt.date(2022, 5, 1), []),
        (None, "2022-05", None, ["death"]),
    ],
)
def test_a_form_with_a_day_of_death_tells_a_death_whatever_word_it_has_for_it(typing, status, day, died, undated):
    forms = small(**dict.fromkeys(small()), **CIBMTR)
    forms["4100"][3] |= {"STATUS": status, "DEATH_DATE": day}
    row = max(typing(forms)[0]["study_subject"], key=lambda row: row["centre_id"])
    assert (row["death_date"], row["undated"]) == (died, undated)


def test_an_infusion_after_the_cut_off_is_rejected_and_the_enrolled_patient_stays(typing):
    forms = small(**dict.fromkeys(small()), **CIBMTR)
    forms["4006"][1]["INFUSION_DATE"] = "2024-07-15"
    tables, rejected, files = typing(forms)
    assert len(tables["study_subject"]) == 2
    assert (files["4006"]["n_typed"], files["4006"]["n_rejected"]) == (1, 1)
    assert [(row["column"], row["reason"]) for row in rejected] == [(None, "INFUSION_DATE is after the cut-off")]
    forms["4000"][2]["ENROLMENT_DATE"] = None
    tables, _, files = typing(forms)
    assert len(tables["study_subject"]) == 1
    assert (files["4000"]["n_superseded"], files["4000"]["n_rejected"]) == (1, 1)


def test_a_form_in_words_keeps_only_a_coded_reason(typing, tmp_path):
    forms = small(**dict.fromkeys(small()), **CIBMTR)
    forms["3500"][0]["DECISION_REASON"] = "Mr Miller was told"
    tables, rejected, _ = typing(forms)
    assert tables["study_malignancy"][0]["decision_reason"] is None
    assert [row["reason"] for row in rejected] == ["DECISION_REASON is none of the values the mapping knows"]
    done = type_extract(read_extract(tmp_path / "extract"), SECRET, DAY, scales())
    assert "told" not in str([batch["content"].to_pylist() for batch in done.contents.record_batches()])


def test_two_forms_of_one_revision_that_differ_are_both_refused(typing):
    forms = small(**dict.fromkeys(small()), **CIBMTR)
    forms["4100"][1]["FORM_REV"] = "1"
    forms["4100"][2]["FORM_REV"] = "last"
    tables, rejected, _ = typing(forms)
    assert [(row["line"], row["reason"]) for row in rejected] == [
        (1, "the same revision of the form says two things"),
        (2, "the same revision of the form says two things"),
        (3, "FORM_REV is no revision number"),
    ]
    assert tables["study_event"] == []


ADAM = {
    "ADSL": """
        STUDYID | USUBJID  | SITEID | SEX | AGE | AGEU  | TRT01A  | TRTSDT     | DTHDT | DTHFL | LSTALVDT   | INDIC
        ltfu    | CRID7001 | 101    | F   | 61  | YEARS | Kymriah | 2022-01-10 | -     | -     | 2024-05-01 | LBCL
        ltfu    | CRID7002 | 101    | M   | 12  | YEARS | -       | -          | -     | -     | -          | -""",
    "ADAE": """
        USUBJID  | AEDECOD                   | ASTDT      | ASTDTF | AENDT      | ATOXGR | AESCAL         | AESER | AESDTH
        CRID7001 | Cytokine release syndrome | 2022-01-13 | -      | 2022-01-20 | 3      | crs_astct_2019 | Y     | N
        CRID7001 | Pneumonia                 | 2022-05-01 | D      | -          | -      | -              | N     | N
        CRID7001 | Headache                  | 2022-01-01 | M      | -          | -      | -              | N     | N""",
    "ADTTE": """
        USUBJID  | PARAMCD | CNSR | ADT
        CRID7001 | TTCR    | 0    | 2022-02-08
        CRID7001 | OS      | 1    | 2024-05-01""",
}


def test_analysis_data_sets_fill_the_study_and_imputed_days_are_not_days(typing):
    tables, rejected, files = typing(small(**dict.fromkeys(small()), **ADAM))
    assert rejected == []
    assert [(row["product"], row["indication"]) for row in tables["study_subject"]] in (
        [("tisagenlecleucel", "lbcl"), (None, "unknown")],
        [(None, "unknown"), ("tisagenlecleucel", "lbcl")],
    )
    assert [row["is_index"] for row in tables["study_infusion"]] == [True]
    found = {row["pt"]: (row["start_date"], row["start_precision"]) for row in tables["study_event"]}
    assert found == {
        "Cytokine release syndrome": (dt.date(2022, 1, 13), "day"),
        "Pneumonia": (None, "month"),
        "Headache": (None, "year"),
    }
    assert [row["response"] for row in tables["study_response"]] == ["complete_remission"]
    assert files["ADTTE"]["n_set_aside"] == 1


# Why a patient left the study and when, by ADSL; what then stands.
LEFT = """
DCSREAS                       | EOSDT      | EOSDTF | withdrawn  | lost       | undated
WITHDRAWAL BY SUBJECT         | 2023-05-01 | -      | 2023-05-01 | -          | -
Withdrawal by Parent/Guardian | 2023-05-01 | -      | 2023-05-01 | -          | -
Withdrew Consent              | 2023-05-01 | D      | -          | -          | withdrawal
Withdrew Consent              | -          | -      | -          | -          | withdrawal
LOST TO FOLLOW-UP             | 2023-05-01 | -      | -          | 2023-05-01 | -
LOST TO FOLLOW-UP             | -          | -      | -          | -          | loss
DEATH                         | 2023-05-01 | -      | -          | -          | death
ADVERSE EVENT                 | 2023-05-01 | -      | -          | -          | -
"""


@pytest.mark.parametrize("case", rows_of(LEFT), ids=lambda case: f"{case['DCSREAS']} {case['EOSDT']} {case['EOSDTF']}")
def test_who_left_the_study_by_its_analysis_data_has_left(typing, case):
    domains = small(**dict.fromkeys(small()), **ADAM)
    names = ("DCSREAS", "EOSDT", "EOSDTF")
    for row in domains["ADSL"]:
        row.update(dict.fromkeys(names))
    domains["ADSL"][0] |= {name: case[name] for name in names}
    (row,) = [row for row in typing(domains)[0]["study_subject"] if row["subject_id"] == SECRET.of("CRID7001")]
    found = [row[name] and row[name].isoformat() for name in ("withdrawal_date", "lost_date")]
    assert found == [case["withdrawn"], case["lost"]]
    assert row["undated"] == ([case["undated"]] if case["undated"] else [])


@pytest.mark.parametrize(("column", "said"), [("AESDTH", "Y"), ("AEOUT", "FATAL"), ("ATOXGR", "5"), ("AETOXGR", "5")])
def test_a_fatal_event_of_the_analysis_data_tells_of_a_death(typing, column, said):
    domains = small(**dict.fromkeys(small()), **ADAM)
    for row in domains["ADAE"]:
        row.setdefault(column, None)
    domains["ADAE"][0][column] = said
    tables, _, _ = typing(domains)
    assert sorted(row["undated"] for row in tables["study_subject"]) == [[], ["death"]]


# A date of ADSL, the flag of how much of it was imputed, and what then stands; the reason, if told.
IMPUTED = """
column   | value      | flag      | mark | fills             | stands     | reason
DTHDT    | 2023-02-15 | DTHDTF    | -    | death_date        | 2023-02-15 | -
DTHDT    | 2023-02-15 | DTHDTF    | D    | death_date        | -          | DTHDT is not known to the day: death_date stays empty
DTHDT    | 2023-07-01 | DTHDTF    | M    | death_date        | -          | DTHDT is not known to the day: death_date stays empty
DTHDT    | 2023-07-01 | DTHDTF    | Y    | death_date        | -          | DTHDT is imputed: death_date stays empty
DTHDT    | 2024-07-15 | DTHDTF    | D    | death_date        | -          | DTHDT is after the cut-off
DTHDT    | 2024-06-30 | DTHDTF    | D    | death_date        | -          | DTHDT is not known to the day: death_date stays empty
TRTSDT   | 2022-01-15 | TRTSDTF   | D    | infusion_date     | -          | TRTSDT is not known to the day: infusion_date stays empty
ENRLDT   | 2021-12-01 | ENRLDTF   | D    | enrolment_date    | -          | ENRLDT is not known to the day
RFICDT   | 2021-12-01 | RFICDTF   | D    | consent_date      | -          | RFICDT is not known to the day
LSTALVDT | 2024-05-15 | LSTALVDTF | D    | last_contact_date | -          | LSTALVDT is not known to the day
LSTALVDT | 2024-05-15 | EOSDTF    | D    | last_contact_date | 2024-05-15 | -
"""


@pytest.mark.parametrize("case", rows_of(IMPUTED), ids=lambda case: f"{case['value']} {case['flag']} {case['mark']}")
def test_an_imputed_date_is_no_exact_day(typing, case):
    domains = small(**dict.fromkeys(small()), **ADAM)
    first = domains["ADSL"][0]
    for row in domains["ADSL"]:
        row.setdefault(case["flag"], None)
        row.setdefault(case["column"], None)
    first |= {case["column"]: case["value"], case["flag"]: case["mark"]}
    if case["column"] == "DTHDT":
        first["LSTALVDT"] = None
    tables, rejected, _ = typing(domains)
    (row,) = [row for row in tables["study_subject"] if row["subject_id"] == SECRET.of("CRID7001")]
    assert (row[case["fills"]] and row[case["fills"]].isoformat()) == case["stands"]
    told = {each["reason"] for each in rejected if each["column"] == case["column"] and each["domain"] == "ADSL"}
    assert case["reason"] in told if case["reason"] else told == set()
    assert bool(row["undated"]) == ("stays empty" in (case["reason"] or ""))


def test_no_age_comes_from_an_imputed_birth_date_and_no_assessment_from_an_imputed_day(typing):
    domains = small(**dict.fromkeys(small()), **ADAM)
    for row, mark in zip(domains["ADSL"], ("D", None), strict=True):
        row |= {"AGE": None, "BRTHDT": "1960-01-01", "BRTHDTF": mark, "ENRLDT": "2022-01-10"}
    for row in domains["ADTTE"]:
        row["ADTF"] = "D"
    tables, rejected, _ = typing(domains)
    found = {row["subject_id"]: row["age_years"] for row in tables["study_subject"]}
    assert found == {SECRET.of("CRID7001"): None, SECRET.of("CRID7002"): 62.0}
    assert tables["study_response"] == []
    assert [row["reason"] for row in rejected] == [
        "AGE is empty, and BRTHDT gives none",
        "ADT is not known to the day",
    ]


def test_an_own_mapping_extends_a_shipped_one(typing, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: sdtm\nmapping: own\n"
        "domains: {DM: {kept: [PATNAME]}}\n"
        "tables: {study_subject: {dm: {columns: {centre_id: {column: PATNAME}}}}, study_event: {ae: null}}\n"
    )
    tables, _, files = typing(small(), str(own))
    assert {row["centre_id"] for row in tables["study_subject"]} == {"Miller"}
    assert tables["study_event"] == []
    assert files["AE"]["n_set_aside"] == 3


def test_pseudonyms_agree_between_cut_offs_and_differ_between_studies_and_keys():
    again, other_study, other_key = (Pseudonyms(*each) for each in ((KEY, "ltfu"), (KEY, "two"), (KEY[::-1], "ltfu")))
    names = {each.of("CRID7001") for each in (SECRET, again, other_study, other_key)}
    assert len(names) == 3
    assert len({each.fingerprint for each in (SECRET, again, other_study, other_key)}) == 3
    assert all(len(name) == 24 and int(name, 16) for name in names)


def test_the_extract_is_read_whatever_the_order_of_its_columns(typing, tmp_path):
    folder = write(tmp_path / "turned", small())
    first = typing(small())[0]
    for path in folder.iterdir():
        with path.open(newline="") as handle:
            rows = [list(reversed(row)) for row in csv.reader(handle)]
        with path.open("w", newline="") as handle:
            csv.writer(handle).writerows(rows)
    done = type_extract(read_extract(folder), SECRET, DAY, scales())
    assert {name: table.to_pylist() for name, table in study_tables(done.rows).items()} == first
    contents = [json.loads(text) for batch in done.contents.record_batches() for text in batch["content"].to_pylist()]
    assert all("PATNAME" not in content for content in contents)
