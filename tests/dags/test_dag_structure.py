"""What the DAGs are made of, read without running them; and that their files stay tables of contents."""

import ast
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import GateFailed, SourceOutage, UsageError
from tests.conftest import ROOT

FILES = sorted((ROOT / "dags").glob("*.py"))
HEAVY = ("great_expectations", "pandas", "duckdb", "pyarrow", "deltalake", "numpy", "scipy")
ORDER = {
    "faers_quarter": ["fetch", "land", "stage", "validate", "resolve", "publish"],
    "signal_run": ["signals", "onset", "trend", "report"],
    "follow_up_study": ["ingest", "run", "report"],
}
ONE_AT_A_TIME = (*ORDER, "surveillance")
DAGS = (*ONE_AT_A_TIME, "signal_review")


def test_every_dag_file_is_read_without_error(airflow_home):
    assert airflow_home
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(ROOT / "dags")
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(DAGS)


@pytest.mark.parametrize("name", ORDER)
def test_tasks_stand_in_one_row(dag_of, name):
    dag = dag_of(name)
    assert [task.task_id for task in dag.topological_sort()] == ORDER[name]
    for before, after in zip(ORDER[name], ORDER[name][1:], strict=False):
        assert dag.task_dict[before].downstream_task_ids == {after}


def test_a_signal_opened_gets_its_review_and_the_answer_is_kept(dag_of):
    follows = {task.task_id: task.downstream_task_ids for task in dag_of("surveillance").tasks}
    assert follows == {"look": {"tell", "list_reviews"}, "tell": set(), "list_reviews": {"review"}, "review": set()}
    follows = {task.task_id: task.downstream_task_ids for task in dag_of("signal_review").tasks}
    assert follows["find"] >= {"review.ask"}
    assert follows["review.ask"] == {"review.asked"}
    assert follows["review.asked"] == {"review.approved"}
    assert follows["review.approved"] == {"review.keep"}


@pytest.mark.parametrize("name", ONE_AT_A_TIME)
def test_one_run_at_a_time(dag_of, name):
    assert dag_of(name).max_active_runs == 1


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_says_what_it_is_and_carries_its_tag(dag_of, name):
    dag = dag_of(name)
    assert "cartwatch" in dag.tags
    assert dag.description
    assert dag.doc_md


def test_quarters_missed_are_caught_up_and_signals_are_not(dag_of):
    assert dag_of("faers_quarter").catchup is True
    assert dag_of("signal_run").catchup is False


def test_only_the_fetch_is_tried_again(dag_of):
    tasks = [task for name in DAGS for task in dag_of(name).tasks]
    assert {task.task_id: task.retries for task in tasks if task.retries} == {"fetch": 12}


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (SourceOutage("away"), "retry"),
        (UsageError("2027Q1 has not ended"), "fail"),
        (GateFailed("broken"), "fail"),
        (ValueError("a bug"), "fail"),
    ],
)
def test_only_an_outage_is_worth_another_try(dag_of, error, action):
    policy = dag_of("faers_quarter").task_dict["fetch"].retry_policy
    assert policy.evaluate(error, try_number=1, max_tries=12).action.value == action


def test_waiting_for_fda_grows_from_minutes_to_days(dag_of):
    fetch = dag_of("faers_quarter").task_dict["fetch"]
    assert fetch.retry_delay == timedelta(minutes=5)
    assert fetch.max_retry_delay == timedelta(days=1)
    assert fetch.retry_exponential_backoff == 2


def test_a_run_is_about_the_quarter_that_ended_a_month_before(dag_of):
    from airflow.timetables.trigger import CronPartitionTimetable

    declared = dag_of("faers_quarter").timetable
    table = CronPartitionTimetable("0 0 1 2,5,8,11 *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d")
    assert (declared.expression, declared.run_offset, declared.key_format) == (table._expression, -1, "%Y-%m-%d")
    _, key = table._get_partition_info(datetime(2024, 5, 1, tzinfo=UTC))
    assert key == "2024-02-01"


def test_ticks_stand_at_midnight_so_that_a_key_by_hand_names_the_same_partition(dag_of):
    minute, hour, *_ = dag_of("faers_quarter").timetable.expression.split()
    assert (minute, hour) == ("0", "0")


def test_both_dags_speak_of_the_same_asset(dag_of):
    outlets = dag_of("faers_quarter").task_dict["publish"].outlets
    listens = dag_of("signal_run").timetable.asset_condition
    assert [(asset.name, asset.uri) for asset in outlets] == [(listens.name, listens.uri)]


@pytest.mark.parametrize("text", ["2024q1", "2024Q5", "24Q1", "2024-02-01"])
def test_a_quarter_by_hand_must_be_one(dag_of, text):
    from airflow.sdk.exceptions import ParamValidationError

    param = dag_of("faers_quarter").params.get_param("quarter")
    assert param.resolve("2024Q1") == "2024Q1"
    with pytest.raises(ParamValidationError):
        param.resolve(text)


@pytest.mark.parametrize("text", ["2024Q1", "2024Q1=3f2a9", "2024Q5=3f2a9c", "2024Q1=3f2a9g"])
def test_a_data_version_must_name_a_quarter_and_an_issue(dag_of, text):
    from airflow.sdk.exceptions import ParamValidationError

    param = dag_of("signal_run").params.get_param("data_versions")
    assert param.resolve(["2024Q1=3f2a9c"]) == ["2024Q1=3f2a9c"]
    with pytest.raises(ParamValidationError):
        param.resolve([text])


def test_a_run_reads_and_counts_what_its_parameters_choose(dag_of, monkeypatch):
    from pipeline.config import Settings
    from pipeline.steps.scheduled import run_settings

    monkeypatch.delenv("CARTWATCH_MEDDRA", raising=False)
    params = {name: dag_of("signal_run").params[name] for name in ("data_versions", "with_duplicates", "meddra")}
    assert run_settings(params).variant == ""
    chosen = run_settings(params | {"data_versions": ["2024q1=3F2A9C"]})
    assert chosen.data_versions == (("2024Q1", "3f2a9c"),)
    assert chosen.variant == Settings(data_versions=(("2024Q1", "3f2a9c"),)).variant
    with pytest.raises(UsageError, match="a quarter twice"):
        run_settings(params | {"data_versions": ["2024Q1=3f2a9c", "2024q1=aaaaaa"]})


def test_reading_the_dag_files_loads_nothing_heavy(tmp_path):
    code = (
        "import sys, airflow.sdk\n"
        f"before = {{name for name in {HEAVY} if name in sys.modules}}\n"
        f"sys.path.insert(0, {str(ROOT / 'dags')!r})\n"
        f"import {', '.join(file.stem for file in FILES)}\n"
        f"print(sorted({{name for name in {HEAVY} if name in sys.modules}} - before))\n"
    )
    env = os.environ | {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_a_table_of_contents(file):
    tree = ast.parse(file.read_text())
    nodes = list(ast.walk(tree))
    assert not [node for node in nodes if isinstance(node, ast.Try | ast.For | ast.While | ast.ClassDef)]
    assert not [node.id for node in nodes if isinstance(node, ast.Name) and node.id in {"Path", "open"}]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if "SELECT" in text]
    for function in (node for node in nodes if isinstance(node, ast.FunctionDef)):
        assert len(function.body) <= 7, f"{function.name} does more than call a step"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_imports_airflow_sdk_and_the_steps_alone(file):
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    assert all(
        name in {"datetime", "typing", "airflow.sdk", "pipeline.config"}
        or name.startswith(("pipeline.steps.", "airflow.providers.standard.operators."))
        for name in found
    )
