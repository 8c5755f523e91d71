"""Each query in sql/check/study returns exactly the rows of patients that break its rule."""

import re
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Settings, carried
from pipeline.contract.tables import ALL_TABLES
from pipeline.lake.warehouse import Warehouse, model
from pipeline.quality.studyrules import study_rules
from pipeline.steps.studygate import register_rules

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))
from tables import rows_of, typed

CHECKS = sorted(path.stem for path in (carried("sql") / "check" / "study").glob("*.sql"))
RETURNED = ["table", "subject_id", "row_number", "reason"]
DECLARED = {table.name for table in ALL_TABLES}
AS_OF = "2024-06-30"

# check, given tables, and the rows that break it
CASES = [
    (
        "repeated_key",
        {
            "study_subject": """
                subject_id
                a
                b
                b""",
            "study_event": """
                subject_id | event_number
                a          | 1
                a          | 2
                b          | 2
                b          | 2""",
        },
        """
        table         | subject_id | row_number | reason
        study_event   | b          | 2          | the key stands 2 times
        study_subject | b          | -          | the key stands 2 times""",
    ),
    (
        "orphan",
        {
            "study_subject": """
                subject_id
                a""",
            "study_visit": """
                subject_id | visit_number
                a          | 1
                z          | 1""",
            "study_sample": """
                subject_id | sample_number
                z          | 3""",
        },
        """
        table        | subject_id | row_number | reason
        study_sample | z          | 3          | study_subject has no such patient
        study_visit  | z          | 1          | study_subject has no such patient""",
    ),
    (
        "impossible_follow_up",
        {
            "study_subject": """
                subject_id | infusion_date | death_date | last_contact_date | withdrawal_date | enrolment_date
                a          | 2022-01-10    | 2022-01-10 | 2022-01-10        | 2022-01-10      | 2022-01-10
                b          | 2022-01-10    | 2022-01-09 | -                 | -               | -
                c          | 2022-01-10    | -          | 2022-01-09        | 2022-01-09      | -
                d          | 2022-01-10    | 2022-02-01 | 2022-02-02        | -               | 2022-02-03
                e          | -             | 2022-02-01 | 2022-01-02        | -               | -"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | b          | -          | death before infusion
        study_subject | c          | -          | last contact before infusion
        study_subject | c          | -          | withdrawal before infusion
        study_subject | d          | -          | enrolment after death
        study_subject | d          | -          | last contact after death""",
    ),
    (
        "index_infusion",
        {
            "study_subject": """
                subject_id | infusion_date
                a          | 2022-01-10
                b          | 2022-01-10
                c          | 2022-01-10
                d          | -
                e          | -
                f          | 2022-01-10""",
            "study_infusion": """
                subject_id | infusion_date | is_index
                a          | 2022-01-10    | yes
                a          | 2023-01-10    | no
                b          | 2022-01-11    | no
                c          | 2022-01-10    | yes
                c          | 2022-01-10    | yes
                e          | 2022-01-10    | yes
                f          | 2022-01-11    | yes""",
        },
        """
        table         | subject_id | row_number | reason
        study_subject | b          | -          | no infusion on the day the clock starts
        study_subject | c          | -          | 2 infusions on the day the clock starts
        study_subject | e          | -          | an index infusion without its day
        study_subject | f          | -          | the index infusion is on another day""",
    ),
    (
        "undated_death",
        {
            "study_subject": """
                subject_id | death_date | undated
                a          | -          | infusion\\death
                b          | -          | \\
                c          | 2023-01-10 | -
                d          | -          | loss"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | a          | -          | a death without its day: survival is overstated""",
    ),
    (
        "undated_infusion",
        {
            "study_subject": """
                subject_id | infusion_date | undated
                a          | -             | infusion
                b          | -             | -
                c          | 2023-01-10    | -
                d          | -             | death""",
            "study_infusion": """
                subject_id | product
                b          | tisagenlecleucel
                c          | tisagenlecleucel
                d          | xanomeline""",
        },
        """
        table         | subject_id | row_number | reason
        study_subject | a          | -          | an infusion without day 0: not followed up
        study_subject | b          | -          | an infusion without day 0: not followed up""",
    ),
    (
        "undated_leaving",
        {
            "study_subject": """
                subject_id | withdrawal_date | undated
                a          | -               | withdrawal
                b          | -               | loss
                c          | -               | withdrawal\\loss
                d          | 2023-01-10      | \\
                e          | -               | death"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | a          | -          | a withdrawal without its day
        study_subject | b          | -          | a loss to follow-up without its day
        study_subject | c          | -          | a loss to follow-up without its day
        study_subject | c          | -          | a withdrawal without its day""",
    ),
    (
        "undated_outcome",
        {
            "study_malignancy": """
                subject_id | malignancy_number | diagnosis_date
                a          | 1                 | 2023-01-10
                a          | 2                 | -""",
            "study_treatment": """
                subject_id | treatment_number | kind       | start_date
                a          | 1                | transplant | -""",
        },
        """
        table            | subject_id | row_number | reason
        study_malignancy | a          | 2          | a malignancy without its day
        study_treatment  | a          | 1          | transplant without its day""",
    ),
    (
        "leukapheresis_after_infusion",
        {
            "study_subject": """
                subject_id | infusion_date | leukapheresis_date
                a          | 2022-01-10    | 2021-12-10
                b          | 2022-01-10    | 2022-01-10
                c          | 2022-01-10    | 2022-01-11
                d          | -             | 2022-01-11"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | c          | -          | leukapheresis after infusion""",
    ),
    (
        "before_infusion",
        {
            "study_subject": """
                subject_id | infusion_date
                a          | 2022-01-10
                b          | -""",
            "study_event": """
                subject_id | event_number | start_date
                a          | 1            | 2022-01-09
                a          | 2            | 2022-01-10
                a          | 3            | -
                b          | 1            | 2000-01-01""",
            "study_visit": """
                subject_id | visit_number | visit     | visit_date
                a          | 1            | -         | 2022-01-01
                a          | 2            | day_100   | 2022-01-01""",
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 1          | before infusion
        study_visit | a          | 2          | before infusion""",
    ),
    (
        "after_death",
        {
            "study_subject": """
                subject_id | death_date
                a          | 2023-01-10
                b          | -""",
            "study_event": """
                subject_id | event_number | start_date
                a          | 1            | 2023-01-10
                a          | 2            | 2023-01-11
                b          | 1            | 2024-01-01""",
            "study_infusion": """
                subject_id | infusion_number | infusion_date
                a          | 1               | 2023-02-01""",
        },
        """
        table          | subject_id | row_number | reason
        study_event    | a          | 2          | after death
        study_infusion | a          | 1          | after death""",
    ),
    (
        "end_out_of_order",
        {
            "study_event": """
                subject_id | event_number | start_date | start_earliest | end_date   | end_latest | ongoing_date
                a          | 1            | 2022-01-10 | 2022-01-10     | 2022-01-10 | 2022-01-10 | -
                a          | 2            | 2022-01-10 | 2022-01-10     | 2022-01-09 | 2022-01-09 | -
                a          | 3            | -          | 2022-01-01     | -          | 2022-01-31 | 2022-01-31
                a          | 4            | -          | 2022-02-01     | -          | 2022-01-31 | -
                a          | 5            | 2022-01-10 | -              | 2022-01-20 | -          | 2022-01-21
                a          | 6            | 2022-01-10 | -              | -          | -          | 2024-01-21"""
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 2          | end before beginning
        study_event | a          | 4          | end before beginning
        study_event | a          | 5          | told to go on after its end""",
    ),
    (
        "end_after_death",
        {
            "study_subject": """
                subject_id | death_date
                a          | 2023-01-10
                b          | -""",
            "study_event": """
                subject_id | event_number | end_date   | end_earliest | ongoing_date
                a          | 1            | 2023-01-10 | 2023-01-10   | -
                a          | 2            | 2023-01-11 | 2023-01-11   | -
                a          | 3            | -          | 2023-01-01   | -
                a          | 4            | -          | 2023-02-01   | -
                a          | 5            | -          | -            | 2023-01-11
                b          | 1            | 2024-01-01 | 2024-01-01   | -""",
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 2          | end after death
        study_event | a          | 4          | end after death
        study_event | a          | 5          | end after death""",
    ),
    (
        "grade_beyond_scale",
        {
            "study_event": """
                subject_id | event_number | grade | scale
                a          | 1            | 5     | crs_astct_2019
                a          | 2            | 3     | aki_kdigo
                a          | 3            | 4     | aki_kdigo
                a          | 4            | 6     | -
                a          | 5            | -     | -"""
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 3          | grade 4 on aki_kdigo
        study_event | a          | 4          | grade 6 on no scale""",
    ),
    (
        "grade_without_scale",
        {
            "study_event": """
                subject_id | event_number | grade | scale
                a          | 1            | 3     | crs_astct_2019
                a          | 2            | 3     | -
                a          | 3            | -     | -"""
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 2          | a grade without a scale""",
    ),
    (
        "undated_event",
        {
            "study_event": """
                subject_id | event_number | start_date | start_precision
                a          | 1            | 2022-01-10 | day
                a          | 2            | -          | month
                a          | 3            | -          | -"""
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 2          | only the month is known
        study_event | a          | 3          | no day that can be read""",
    ),
    (
        "repeated_event",
        {
            "study_event": """
                subject_id | event_number | pt        | start_date
                a          | 1            | Pyrexia   | 2022-01-10
                a          | 2            | PYREXIA   | 2022-01-10
                a          | 3            | Pyrexia   | 2022-01-11
                a          | 4            | Pyrexia   | -
                a          | 5            | Pyrexia   | -
                b          | 1            | Pyrexia   | 2022-01-10"""
        },
        """
        table       | subject_id | row_number | reason
        study_event | a          | 2          | the same term on the same day""",
    ),
    (
        "visit_outside_window",
        {
            "study_subject": """
                subject_id | infusion_date
                a          | 2022-01-01
                b          | -""",
            "study_visit": """
                subject_id | visit_number | visit   | visit_date
                a          | 1            | day_100 | 2022-04-11
                a          | 2            | day_100 | 2022-12-11
                a          | 3            | -       | 2022-12-12
                b          | 1            | day_100 | 2022-12-11""",
        },
        """
        table       | subject_id | row_number | reason
        study_visit | a          | 2          | day_100 outside its window""",
    ),
    (
        "overlapping_follow_up",
        {
            "study_visit": """
                subject_id | visit_number | visit   | visit_date
                a          | 1            | day_100 | 2022-04-11
                a          | 2            | day_100 | 2022-04-20
                a          | 3            | month_6 | 2022-04-20
                a          | 4            | -       | 2022-07-20
                b          | 1            | day_100 | 2022-04-11"""
        },
        """
        table       | subject_id | row_number | reason
        study_visit | a          | 2          | day_100 reported before
        study_visit | a          | 3          | another visit on the same day""",
    ),
    (
        "alike_patients",
        {
            "study_subject": """
                subject_id | centre_id | sex_code | age_years | product | infusion_date
                a          | 101       | F        | 61        | x       | 2022-01-10
                b          | 101       | F        | 61        | x       | 2022-01-10
                c          | 102       | F        | 61        | x       | 2022-01-10
                d          | 101       | -        | 61        | x       | 2022-01-10
                e          | 101       | -        | 61        | x       | 2022-01-10"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | a          | -          | agrees with 1 other of the centre
        study_subject | b          | -          | agrees with 1 other of the centre""",
    ),
    (
        "transgene_without_sample",
        {
            "study_malignancy": """
                subject_id | malignancy_number | transgene_result | is_sample_sent | sample_date
                a          | 1                 | positive         | yes            | -
                a          | 2                 | negative         | -              | 2022-01-10
                a          | 3                 | low              | no             | -
                a          | 4                 | not_tested       | no             | -
                a          | 5                 | positive         | -              | -"""
        },
        """
        table            | subject_id | row_number | reason
        study_malignancy | a          | 3          | transgene low without a sample
        study_malignancy | a          | 5          | transgene positive without a sample""",
    ),
    (
        "shared_safety_report",
        {
            "study_safety_report": """
                subject_id | safety_report_number | safety_report_id
                a          | 1                    | US-ACME-2023012345
                a          | 2                    | us acme 2023012345
                a          | 3                    | US-ACME-2023099999
                b          | 1                    | US/ACME/2023012345
                c          | 1                    | US-ACME-2023000001
                c          | 2                    | US-ACME-2023000001"""
        },
        """
        table               | subject_id | row_number | reason
        study_safety_report | a          | 1          | another patient has a safety report of that number
        study_safety_report | a          | 2          | another patient has a safety report of that number
        study_safety_report | b          | 1          | another patient has a safety report of that number""",
    ),
    (
        "unknown_product",
        {
            "study_infusion": """
                subject_id | infusion_number | product
                a          | 1               | tisagenlecleucel
                a          | 2               | xanomeline
                a          | 3               | -"""
        },
        """
        table          | subject_id | row_number | reason
        study_infusion | a          | 2          | no CAR-T product that is known
        study_infusion | a          | 3          | no CAR-T product that is known""",
    ),
    (
        "missing_visit",
        {
            "study_subject": """
                subject_id | infusion_date | reporting_track | death_date | lost_date  | enrolment_date
                a          | 2023-01-01    | fifteen_years   | -          | -          | -
                b          | 2023-01-01    | fifteen_years   | -          | -          | -
                c          | 2023-01-01    | hundred_days    | -          | -          | -
                d          | 2023-01-01    | fifteen_years   | 2023-02-01 | -          | -
                e          | 2023-01-01    | unknown         | -          | 2023-08-30 | -
                f          | 2024-06-01    | fifteen_years   | -          | -          | -
                g          | 2023-01-01    | fifteen_years   | -          | -          | 2023-06-01
                h          | 2023-01-01    | none            | -          | -          | -
                i          | 2023-01-01    | -               | -          | -          | -""",
            "study_visit": """
                subject_id | visit_number | visit
                a          | 1            | day_100
                a          | 2            | month_6
                a          | 3            | year_1
                b          | 1            | month_6""",
        },
        """
        table         | subject_id | row_number | reason
        study_subject | b          | -          | visits due without a form: 2
        study_subject | c          | -          | visits due without a form: 1
        study_subject | e          | -          | visits due without a form: 1
        study_subject | g          | -          | visits due without a form: 2
        study_subject | i          | -          | visits due without a form: 3""",
    ),
    (
        "missing_by_design",
        {
            "study_subject": """
                subject_id | infusion_date | reporting_track | death_date
                a          | 2023-01-01    | fifteen_years   | -
                c          | 2023-01-01    | hundred_days    | -
                d          | 2023-01-01    | hundred_days    | 2023-05-01
                h          | 2023-01-01    | none            | -
                i          | 2024-06-01    | none            | -"""
        },
        """
        table         | subject_id | row_number | reason
        study_subject | c          | -          | no form is due on track hundred_days
        study_subject | h          | -          | no form is due on track none""",
    ),
    (
        "rejected_record",
        {
            "registry_rejected": """
                domain | file   | line | subject_id | reason_number | column | reason
                AE     | ae.csv | 3    | a          | 1             | -      | AEDECOD is empty
                AE     | ae.csv | 3    | a          | 2             | -      | AEDTC is no date
                AE     | ae.csv | 4    | a          | 1             | AESCAL | AESCAL is no scale
                AE     | ae.csv | 5    | a          | 1             | -      | AESTDTC is after the cut-off
                DM     | dm.csv | 3    | -          | 1             | -      | USUBJID is empty"""
        },
        """
        table           | subject_id | row_number | reason
        registry_record | -          | 3          | DM: USUBJID is empty
        registry_record | a          | 3          | AE: AEDECOD is empty""",
    ),
]


def _read_tables(check):
    return re.search(r"^-- Reads: (.+)$", model(f"check/study/{check}"), re.MULTILINE).group(1).split(", ")


@pytest.fixture
def warehouse():
    with Warehouse(Settings(threads=1)) as opened:
        register_rules(opened)
        yield opened


def _register(warehouse, check, given):
    for name in set(_read_tables(check)) & DECLARED:
        warehouse.register(name, typed(name, given.get(name, "study_id")))


@pytest.mark.parametrize(("check", "given", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_check_returns_exactly_the_rows_that_break_its_rule(warehouse, check, given, expected):
    _register(warehouse, check, given)
    query = f'SELECT "table", subject_id, row_number, reason FROM ({model(f"check/study/{check}")}) ORDER BY ALL NULLS FIRST'
    found = warehouse.rows(query, {"as_of": AS_OF})
    wanted = [tuple(row[name] for name in RETURNED) for row in rows_of(expected)]
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in found] == wanted


def test_every_check_has_a_case_and_a_rule():
    assert sorted(case[0] for case in CASES) == CHECKS
    named = {rule.subject for rules in study_rules().values() for rule in rules if rule.is_query}
    assert sorted(named) == [f"study/{check}" for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_names_a_row_and_a_reason_and_finds_nothing_in_empty_tables(warehouse, check):
    _register(warehouse, check, {})
    found = warehouse.arrow(model(f"check/study/{check}"), {"as_of": AS_OF})
    assert found.column_names == RETURNED
    assert found.num_rows == 0


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_names_the_tables_its_rules_are_about(check):
    tables = {rule.table for rules in study_rules().values() for rule in rules if rule.subject == f"study/{check}"}
    said = set(re.findall(r"'((?:study|registry)_\w+)'", model(f"check/study/{check}")))
    assert said >= tables


def test_the_schedule_and_the_tracks_are_those_of_the_study(warehouse):
    windows = warehouse.rows("SELECT count(*), min(first_day), max(due_day) FROM visit_window")
    assert windows == [(17, 70, 5479)]
    tracks = warehouse.arrow("SELECT track FROM track ORDER BY track")["track"].to_pylist()
    assert tracks == ["fifteen_years", "hundred_days", "none", "standard", "unknown"]
    assert isinstance(warehouse.arrow("SELECT * FROM car_t_product"), pa.Table)
