"""The study's gate: a planted defect breaks the rule meant for it, and only critical rules keep the tables out."""

import datetime as dt

import pytest
from tables import rows_of

from pipeline.config import Settings
from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.contract.tables import table as declared
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.lake.parquet import write_batches, write_rows
from pipeline.lake.warehouse import Warehouse
from pipeline.quality import gate
from pipeline.quality.studygate import check_study, ranked
from pipeline.quality.studyrules import study_rules
from pipeline.steps.studygate import register_rules
from pipeline.study.gradingscales import scales
from tests.registryfiles import CUTOFF, KEY, small, write

PLACE = {"study_id": "ltfu", "as_of": CUTOFF}

# In one record of the small extract a column becomes another value; the rule that breaks, how strict it is, and how many
# rows of patients are marked.
PLANTED = """
rule                         | table            | severity | domain | line | column   | value      | marks
impossible_follow_up         | study_subject    | critical | DM     | 2    | DTHDTC   | 2022-02-01 | 0
index_infusion               | study_subject    | critical | EX     | 1    | EXSTDTC  | 2022-01-11 | 0
undated_death                | study_subject    | warning  | DM     | 1    | DTHDTC   | 2024-05    | 1
undated_death                | study_subject    | warning  | AE     | 1    | AESDTH   | Y          | 1
undated_infusion             | study_subject    | warning  | DM     | 1    | RFSTDTC  | 2022-02    | 1
undated_infusion             | study_subject    | warning  | DM     | 3    | RFSTDTC  | 2024       | 1
undated_leaving              | study_subject    | warning  | DS     | 1    | DSDECOD  | LOST TO FOLLOW-UP | 1
undated_leaving              | study_subject    | warning  | DS     | 1    | DSDECOD  | WITHDRAWAL BY SUBJECT | 1
undated_outcome              | study_malignancy | warning  | FA     | 8    | FAORRES  | 2022-12    | 1
undated_outcome              | study_treatment  | warning  | CM     | 3    | CMSTDTC  | 2022       | 1
leukapheresis_after_infusion | study_subject    | warning  | FA     | 2    | FAORRES  | 2022-02-10 | 1
before_infusion              | study_event      | warning  | AE     | 1    | AESTDTC  | 2022-01-09 | 1
after_death                  | study_event      | warning  | AE     | 3    | AESTDTC  | 2023-03-06 | 1
end_out_of_order             | study_event      | warning  | AE     | 1    | AEENDTC  | 2022-01-12 | 1
end_after_death              | study_event      | warning  | AE     | 3    | AEENDTC  | 2023-03-06 | 1
grade_beyond_scale           | study_event      | warning  | AE     | 1    | AESCAL   | aki_kdigo  | 1
grade_without_scale          | study_event      | info     | AE     | 1    | AESCAL   | -          | 0
undated_event                | study_event      | info     | AE     | 1    | AESTDTC  | 2022       | 0
visit_outside_window         | study_visit      | warning  | SV     | 1    | SVSTDTC  | 2023-06-20 | 1
overlapping_follow_up        | study_visit      | warning  | SV     | 3    | VISIT    | DAY 100    | 1
transgene_without_sample     | study_malignancy | warning  | FA     | 11   | FAORRES  | N          | 1
unknown_product              | study_infusion   | warning  | EX     | 1    | EXTRT    | Placebo    | 1
missing_visit                | study_subject    | info     | SV     | 1    | VISIT    | OTHER      | 0
"""
PLANTED_ROWS = rows_of(PLANTED)


@pytest.fixture
def judged(tmp_path):
    """The gate's outcome for an extract."""

    def judge(domains, table=None, change=None):
        given = read_extract(write(tmp_path / "extract", domains))
        typed = type_extract(given, Pseudonyms(KEY, "ltfu"), dt.date.fromisoformat(CUTOFF), scales())
        with Warehouse(Settings(threads=1)) as warehouse:
            for name, rows in study_tables(typed.rows).items():
                path = tmp_path / f"{name}.parquet"
                write_rows(declared(name), rows, path)
                warehouse.show_parquet(declared(name), path, PLACE)
            path = tmp_path / "registry_record.parquet"
            write_batches(declared("registry_record"), typed.contents.record_batches(), path)
            warehouse.show_parquet(declared("registry_record"), path, PLACE)
            path = tmp_path / "registry_rejected.parquet"
            write_rows(declared("registry_rejected"), typed.contents.rejected(), path)
            warehouse.show_parquet(declared("registry_rejected"), path, PLACE)
            register_rules(warehouse)
            if change is not None:
                change(warehouse)
            return check_study(warehouse, CUTOFF, table)

    return judge


def broken(outcome):
    return {(row["table"], row["rule"]): row for row in outcome.results if not row["passed"]}


@pytest.fixture(scope="module")
def clean_rules():
    """Rules that the small extract itself breaks."""
    return {("study_event", "grade_without_scale"), ("study_event", "undated_event")} | {
        ("study_subject", "missing_by_design")
    }


def test_the_small_extract_breaks_no_critical_rule(judged, clean_rules):
    outcome = judged(small())
    assert not outcome.failed
    assert set(broken(outcome)) == clean_rules
    assert {row["severity"] for row in broken(outcome).values()} == {"info"}
    assert outcome.flagged == []


@pytest.mark.parametrize("spec", PLANTED_ROWS, ids=[row["rule"] for row in PLANTED_ROWS])
def test_a_planted_defect_breaks_its_rule(judged, spec):
    domains = small()
    domains[spec["domain"]][int(spec["line"]) - 1][spec["column"]] = spec["value"]
    if spec["rule"] == "grade_beyond_scale":
        domains["AE"][0]["AETOXGR"] = "4"
    if spec["rule"] == "undated_leaving":
        domains["DS"][0]["DSSTDTC"] = "2023"
    outcome = judged(domains, spec["table"])
    row = broken(outcome)[spec["table"], spec["rule"]]
    assert (row["severity"], row["raised"]) == (spec["severity"], False)
    assert row["n_violating"] > 0
    assert outcome.failed == (spec["severity"] == "critical")
    marked = [each for each in outcome.flagged if each["rule"] == spec["rule"]]
    assert len(marked) == int(spec["marks"])
    assert all(len(each["subject_id"]) == 24 for each in marked)


def another_bag(domains, product="KYMRIAH", day="2022-01-10"):
    """The first patient's infusion came in a second bag."""
    domains["EX"].append(dict(domains["EX"][0], EXSEQ="2", EXTRT=product, EXSTDTC=day))
    return domains


@pytest.mark.parametrize(("product", "is_one"), [("Kymriah", True), ("tisagenlecleucel", True), ("Yescarta", False)])
def test_two_bags_of_one_product_on_one_day_are_one_index_infusion_and_two_products_are_critical(
    judged, product, is_one
):
    outcome = judged(another_bag(small(), product), "study_subject")
    assert outcome.failed is not is_one
    assert (("study_subject", "index_infusion") in broken(outcome)) is not is_one


def test_what_can_bias_survival_is_told_first_among_rules_of_one_severity():
    rows = [
        {"rule": rule, "severity": severity, "raised": False, "passed": passed}
        for rule, severity, passed in (
            ("grade_without_scale", "info", False),
            ("visit_outside_window", "warning", False),
            ("after_death", "warning", True),
            ("undated_death", "warning", False),
            ("keys", "critical", False),
        )
    ]
    told = [row["rule"] for row in ranked(rows)]
    assert told == ["keys", "undated_death", "visit_outside_window", "grade_without_scale"]


def test_alike_patients_are_marked(judged):
    domains = small()
    twin = {"USUBJID": "CRID7010"}
    for name in ("DM", "EX"):
        domains[name].append(domains[name][0] | twin)
    outcome = judged(domains, "study_subject")
    assert len([row for row in outcome.flagged if row["rule"] == "alike_patients"]) == 2


def test_a_mapping_for_another_layout_is_refused_by_the_share_of_rejected_records(judged):
    domains = small()
    domains["AE"] = [dict(domains["AE"][0], AESEQ=str(number), AEDECOD=None) for number in range(200)]
    outcome = judged(domains, "registry_record")
    assert outcome.failed
    row = broken(outcome)["registry_record", "rejected_share_high"]
    assert row["n_violating"] == 200
    assert "CRID" not in outcome.table_of_broken_rules()


def test_a_column_that_the_contract_does_not_have_is_critical(judged):
    def change(warehouse):
        warehouse.view("study_event", 'SELECT *, 1 AS more FROM main."study_event"')

    outcome = judged(small(), "study_event", change)
    assert broken(outcome)["study_event", "columns"]["severity"] == "critical"
    assert outcome.failed


def test_a_rule_that_cannot_be_evaluated_is_critical(judged):
    outcome = judged(small(), "study_visit", lambda warehouse: warehouse.unregister("visit_window"))
    assert broken(outcome)["study_visit", "visit_outside_window"]["raised"]
    assert outcome.failed


def test_a_rule_that_the_suite_lacks_is_critical(judged, tmp_path, monkeypatch):
    kept = tmp_path / "expectations"
    kept.mkdir()
    for path in gate.carried("expectations").glob("*.json"):
        (kept / path.name).write_text(path.read_text().replace('"before_infusion"', '"gone"'))
    monkeypatch.setattr(gate, "carried", lambda _: kept)
    outcome = judged(small(), "study_visit")
    assert "make render" in broken(outcome)["study_visit", "before_infusion"]["found"]
    assert outcome.failed


def test_every_table_of_patients_has_rules_with_a_reason():
    rules = study_rules()
    assert set(rules) == {"registry_record", *(table.name for table in EXTRACT_TABLES)}
    for each in rules.values():
        names = [rule.name for rule in each]
        assert len(set(names)) == len(names)
        assert all(rule.note.endswith(".") and rule.threshold for rule in each)
        assert names[0] == "columns"
