"""When an event began and ended, as far as an extract tells, and the lots of an infusion's bags."""

import datetime as dt
import sys
from pathlib import Path

import pytest

from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.study.gradingscales import scales

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from registryfiles import CUTOFF, KEY, small, write
from tables import rows_of

SECRET = Pseudonyms(KEY, "ltfu")
LIMITS = ("start_earliest", "start_latest", "end_date", "end_earliest", "end_latest", "ongoing_date")


@pytest.fixture
def typed(tmp_path):
    def type_(domains):
        done = type_extract(
            read_extract(write(tmp_path / "extract", domains)), SECRET, dt.date.fromisoformat(CUTOFF), scales()
        )
        tables = {name: table.to_pylist() for name, table in study_tables(done.rows).items()}
        return tables, done.contents.rejected().to_pylist()

    return type_


# What SDTM says of one event (the cut-off is 2024-06-30), and what the study then has: beginning, end, last day it went on.
ENDS = """
AESTDTC    | AEENDTC    | AEENRTPT | AEENTPT    | began      | began_by   | end        | ended      | ended_by   | went_on
2022-01-13 | 2022-01-20 | -        | -          | 2022-01-13 | 2022-01-13 | 2022-01-20 | 2022-01-20 | 2022-01-20 | -
2022-01-13 | 2022-02    | -        | -          | 2022-01-13 | 2022-01-13 | -          | 2022-02-01 | 2022-02-28 | -
2022-01-13 | 2024       | -        | -          | 2022-01-13 | 2022-01-13 | -          | 2024-01-01 | -          | -
2022-01-13 | 2024-08-01 | -        | -          | 2022-01-13 | 2022-01-13 | -          | 2024-06-30 | -          | -
2022-01    | -          | -        | -          | 2022-01-01 | 2022-01-31 | -          | -          | -          | -
2024       | -          | -        | -          | 2024-01-01 | 2024-06-30 | -          | -          | -          | -
soon       | -          | -        | -          | -          | -          | -          | -          | -          | -
2022-01-13 | -          | ONGOING  | 2024-05-01 | 2022-01-13 | 2022-01-13 | -          | -          | -          | 2024-05-01
2022-01-13 | -          | ongoing  | 2025-05-01 | 2022-01-13 | 2022-01-13 | -          | -          | -          | 2024-06-30
2022-01-13 | -          | AFTER    | 2024-05-01 | 2022-01-13 | 2022-01-13 | -          | -          | -          | 2024-05-01
2022-01-13 | -          | BEFORE   | 2024-05-01 | 2022-01-13 | 2022-01-13 | -          | -          | -          | -
2022-01-13 | -          | -        | 2024-05-01 | 2022-01-13 | 2022-01-13 | -          | -          | -          | -
2022-01-13 | -          | ONGOING  | VISIT 3    | 2022-01-13 | 2022-01-13 | -          | -          | -          | -
"""


@pytest.mark.parametrize("case", rows_of(ENDS), ids=str)
def test_what_is_known_of_a_beginning_and_an_end(typed, case):
    domains = small()
    named = ("AESTDTC", "AEENDTC", "AEENRTPT", "AEENTPT")
    domains["AE"] = [row | dict.fromkeys(named[2:]) for row in domains["AE"]]
    domains["AE"][0] |= {name: case[name] for name in named}
    tables, rejected = typed(domains)
    (row,) = [row for row in tables["study_event"] if row["pt"] == "Cytokine release syndrome"]
    expected = [case[name] for name in ("began", "began_by", "end", "ended", "ended_by", "went_on")]
    assert [str(row[name]) if row[name] else None for name in LIMITS] == expected
    told = {each["column"] for each in rejected if each["domain"] == "AE" and each["line"] == 1}
    assert told == (
        ({"AEENDTC"} if case["AEENDTC"] in ("2022-02", "2024", "2024-08-01") else set())
        | ({"AEENTPT"} if case["AEENTPT"] in ("2025-05-01", "VISIT 3") and case["AEENRTPT"] else set())
        | ({"AESTDTC"} if case["AESTDTC"] == "soon" else set())
    )
    assert "VISIT 3" not in str(rejected)


def test_a_form_tells_until_when_an_event_went_on(typed):
    form = {
        "CRID": "1", "VISIT": "DAY 100", "FORM_REV": "1", "CONTACT_DATE": "2022-04-20", "STATUS": "ALIVE",
        "OTHER_EVENT": "Hypogammaglobulinaemia", "OTHER_EVENT_DATE": "2022-02", "OTHER_EVENT_ONGOING": "Y", "OTHER_EVENT_END_DATE": None,
        "INFECTION": "Y", "INFECTION_DATE": "2022-03-01", "INFECTION_ONGOING": "N", "INFECTION_END_DATE": "2022-03-09",
    }  # fmt: skip
    domains = {
        "4000": [{"CRID": "1", "STUDY": "ltfu", "FORM_REV": "1", "ENROLMENT_DATE": "2022-01-01", "AGE": "40"}],
        "4006": [
            {"CRID": "1", "INFUSION_NO": "1", "FORM_REV": "1", "INFUSION_DATE": "2022-01-10", "PRODUCT": "Kymriah"}
        ],
        "4100": [form],
    }
    tables, _ = typed(domains)
    rows = {row["pt"]: [str(row[name]) if row[name] else None for name in LIMITS] for row in tables["study_event"]}
    assert rows["Hypogammaglobulinaemia"] == ["2022-02-01", "2022-02-28", None, None, None, "2022-04-20"]
    assert rows["Infection"] == ["2022-03-01", "2022-03-01", *["2022-03-09"] * 3, None]


def test_every_lot_of_an_infusions_bags_is_kept_in_a_stated_order(typed):
    domains = small()
    more = [("LOT-900", "1"), ("LOT-100", "2"), ("LOT-778", "3"), (None, "4")]
    domains["EX"] += [dict(domains["EX"][0], EXLOT=lot, EXSEQ=f"1{at}") for lot, at in more]
    tables, _ = typed(domains)
    (lots,) = [row["lots"] for row in tables["study_infusion"] if row["subject_id"] == SECRET.of("CRID7001")]
    assert lots == sorted(map(SECRET.of, ("LOT-778", "LOT-900", "LOT-100")))
    domains["EX"].reverse()
    assert typed(domains)[0]["study_infusion"] == tables["study_infusion"]


def test_an_infusion_without_a_lot_has_none(typed):
    domains = small()
    domains["EX"][0]["EXLOT"] = None
    tables, _ = typed(domains)
    assert [row["lots"] for row in tables["study_infusion"]].count(None) == 1
