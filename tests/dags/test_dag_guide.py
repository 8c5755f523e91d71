"""The guide for the data engineer says what the DAGs do."""

import re
from datetime import UTC, datetime

from pipeline.intake.publication import quarter_of_day
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "airflow.md").read_text(encoding="utf-8")


def test_the_guide_names_the_dags_with_their_tasks_in_order(dag_of):
    for name in ("faers_quarter", "signal_run", "surveillance"):
        tasks = " → ".join(task.task_id for task in dag_of(name).topological_sort())
        assert f"`{name}`" in GUIDE
        assert f"`{tasks}`" in GUIDE


def test_every_key_in_the_guide_names_the_quarter_beside_it():
    rows = re.findall(r"^\| (\d{4}Q[1-4]) \| `(\d{4}-\d\d-\d\d)` \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 4
    assert all(quarter_of_day(datetime.fromisoformat(key).replace(tzinfo=UTC)) == quarter for quarter, key in rows)


def test_the_guide_names_the_first_quarter_that_is_caught_up(dag_of):
    table = dag_of("faers_quarter").timetable
    assert (table.expression, table.run_offset) == ("0 0 1 2,5,8,11 *", -1)
    assert dag_of("faers_quarter").start_date == datetime(2017, 11, 1, tzinfo=UTC)
    assert "every quarter since 2017Q3" in GUIDE


def test_every_setting_in_the_guide_is_one_that_is_read():
    read = set(re.findall(r"CARTWATCH_[A-Z_]+", (ROOT / "pipeline" / "config.py").read_text(encoding="utf-8")))
    named = set(re.findall(r"CARTWATCH_[A-Z_]+", GUIDE))
    assert named <= read
    assert {"CARTWATCH_LAKE", "CARTWATCH_FAERS_URL"} <= named


def test_every_parameter_of_a_signal_run_but_the_quarter_is_told(dag_of):
    assert all(f'"{name}":' in GUIDE for name in dag_of("signal_run").params)
