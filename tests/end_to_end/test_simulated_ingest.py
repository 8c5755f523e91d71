"""What the simulated registry writes, the registry's intake reads: no record and no value of it is refused."""

import datetime as dt

import pyarrow.parquet as pq
import pytest

from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.steps.registry import ingest_registry
from pipeline.steps.simulate import simulate_registry
from tests.cohortextracts import extract_of

CUTOFF = dt.date(2026, 6, 30)
KEY = "only-for-this-test-" * 3
ONE_FOR_ONE = {
    "DM": "study_subject",
    "EX": "study_infusion",
    "AE": "study_event",
    "SV": "study_visit",
    "CM": "study_treatment",
}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    top = tmp_path_factory.mktemp("simulated")
    simulate_registry(top / "extract", n=80, seed=6, cutoff=CUTOFF)
    settings = Settings(lake=str(top / "lake"), pseudonym_key=KEY)
    report = ingest_registry(settings, top / "extract", CUTOFF)
    lake = Lake(settings.lake)

    def rows(table):
        return [row for file in lake.files(table) for row in pq.read_table(file.path).to_pylist()]

    return extract_of(top / "extract"), report, rows


@pytest.mark.slow
def test_no_record_is_refused_and_only_ends_that_are_not_days_are_told(done):
    _, report, rows = done
    refused = {(row["domain"], row["column"], row["reason"]) for row in rows("registry_rejected")}
    assert refused == {("AE", "AEENDTC", "AEENDTC is not known to the day")}
    assert report.counts["n_rejected"] == 0


@pytest.mark.slow
def test_decisions_have_the_reasons_that_the_mapping_knows(done):
    _, _, rows = done
    told = {(row["decision"], row["decision_reason"]) for row in rows("study_malignancy")}
    assert told <= {
        ("pending", None),
        ("second_primary", "Histology differs from the index disease"),
        ("relapse", "Histology is that of the index disease"),
    }
    assert any(reason for _, reason in told)


@pytest.mark.slow
@pytest.mark.parametrize(("domain", "table"), ONE_FOR_ONE.items())
def test_every_record_becomes_a_row_of_its_table(done, domain, table):
    extract, _, rows = done
    assert len(rows(table)) == len(extract[domain])


@pytest.mark.slow
def test_findings_become_responses_samples_and_malignancies(done):
    extract, _, rows = done
    findings = extract["FA"]
    assert len(rows("study_response")) == sum(row["FACAT"] == "RESPONSE" for row in findings)
    assert len(rows("study_sample")) == sum(row["FACAT"] == "SAMPLE" for row in findings)
    reported = {(row["USUBJID"], row["FASPID"]) for row in findings if row["FACAT"] == "SECOND MALIGNANCY"}
    assert len(rows("study_malignancy")) == len(reported)


@pytest.mark.slow
def test_no_critical_rule_is_broken(done):
    _, report, _ = done
    assert [rule["rule"] for rule in report.gate if rule["severity"] == "critical" and not rule["passed"]] == []


@pytest.mark.slow
def test_patients_keep_what_was_planted_of_them(done):
    extract, _, rows = done
    subjects = rows("study_subject")
    assert {row["indication"] for row in subjects} <= {"b_all", "lbcl", "fl"}
    assert sum(row["death_date"] is not None for row in subjects) == sum(row["DTHFL"] == "Y" for row in extract["DM"])
    assert sum(row["infusion_date"] is None for row in subjects) == sum(not row["RFSTDTC"] for row in extract["DM"])
    assert all(row["age_years"] is not None and row["country_code"] and row["reporting_track"] for row in subjects)
