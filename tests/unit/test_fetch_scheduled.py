"""What a scheduled run is about, and what reaches its log."""

import datetime as dt

import pytest

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.steps.result import StepReport
from pipeline.steps.scheduled import data_lock_point_of_run, log_report, quarter_of_run, report_folder


@pytest.mark.parametrize(
    ("asked", "day", "quarter"),
    [
        ("2024q1", None, "2024Q1"),
        ("2023Q3", dt.datetime(2024, 2, 1, tzinfo=dt.UTC), "2023Q3"),
        (None, dt.datetime(2024, 2, 1, tzinfo=dt.UTC), "2024Q1"),
        (None, dt.datetime(2024, 11, 1, tzinfo=dt.UTC), "2024Q4"),
    ],
)
def test_a_run_is_about_the_quarter_asked_for_else_that_of_its_partition(asked, day, quarter):
    assert quarter_of_run(asked, day) == quarter


def test_a_run_without_a_quarter_is_refused():
    with pytest.raises(UsageError, match="names no quarter"):
        quarter_of_run(None, None)


@pytest.mark.parametrize(
    ("asked", "key", "as_of"),
    [(None, "2024Q1", "2024Q1"), ("2023q4", None, "2023Q4"), ("2023Q4", "2024Q1", "2024Q1"), (None, None, None)],
)
def test_signals_are_as_of_what_was_published_else_as_asked(asked, key, as_of):
    assert data_lock_point_of_run(asked, key) == as_of


def test_a_date_is_no_data_lock_point():
    with pytest.raises(UsageError, match="is no quarter"):
        data_lock_point_of_run(None, "2024-02-01")


def test_reports_of_two_data_lock_points_do_not_meet(tmp_path):
    settings = Settings(lake=str(tmp_path))
    assert report_folder(settings, "2024Q1") != report_folder(settings, "2024Q2")
    assert report_folder(settings, "2024Q1").is_relative_to(tmp_path)


def test_a_log_has_a_line_for_each_thing_counted_and_each_warning(caplog):
    caplog.set_level("INFO")
    counts = {"read": 3, "files": [{"file": "DEMO24Q1.txt"}, {"file": "DRUG24Q1.txt"}]}
    log_report(StepReport("stage", "abc", "2024Q1", outputs=["/lake/raw_demo"], counts=counts, warnings=["odd"]))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "stage 2024Q1 done in 0.0 s (run abc)"),
        ("INFO", "read: 3"),
        ("INFO", 'files: {"file": "DEMO24Q1.txt"}'),
        ("INFO", 'files: {"file": "DRUG24Q1.txt"}'),
        ("INFO", "written: /lake/raw_demo"),
        ("WARNING", "odd"),
    ]
