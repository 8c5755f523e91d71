"""Both DAGs run whole, on SQLite, against a loopback copy of FDA's site."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.steps.ingest import ingest
from tests.damage import with_empty_terms
from tests.loopback import Fault
from tests.priors import no_priors

QUARTERS = ["2023Q2", "2023Q3", "2023Q4"]


def states(run):
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def tries(run):
    return {task.task_id: task.try_number for task in run.get_task_instances()}


def run_quarter(dag_of, quarter):
    return dag_of("faers_quarter").test(logical_date=None, run_conf={"quarter": quarter})


def with_partition(dag, key, date=None):
    """dag.test() takes no partition; a scheduled run has a key and a date, one opened by an asset only a key."""
    from airflow.models import dagrun

    real = dagrun.get_or_create_dagrun

    def create(**more):
        run = real(**more)
        run.partition_key = key
        run.partition_date = date
        more["session"].commit()
        return run

    with patch.object(dagrun, "get_or_create_dagrun", create):
        return dag.test(logical_date=None)


def data_files(lake):
    """Every data file of the lake with its bytes' age, which a harmless rerun leaves alone."""
    return {path.relative_to(lake): path.stat().st_mtime_ns for path in lake.rglob("*.parquet")}


class Done(NamedTuple):
    """A run that has ended: its tasks' states, the lake it filled, what it asked the site for, what it published."""

    states: dict[str, str]
    lake: Path
    asked: list[str]
    published: list[tuple[str, str]]


@pytest.fixture(scope="module")
def done(dag_of, site, tmp_path_factory):
    """A run of 2023Q2, read at once: the next test run of a DAG takes its place in the database."""
    root = tmp_path_factory.mktemp("done") / "lake"
    with site() as fda, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARTWATCH_LAKE", str(root))
        run = run_quarter(dag_of, "2023Q2")
    return Done(states(run), root, [name for name, _ in fda.asked], events_of(run))


def events_of(run):
    """Asset and partition of each event that a run set off."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        events = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == run.run_id)).all()
        return [(event.asset.name, event.partition_key) for event in events]


@pytest.fixture
def held(done, lake):
    """The lake that the run filled, as the lake of the test."""
    return shutil.copytree(done.lake, lake)


def test_a_quarter_runs_from_the_site_to_resolved_cases(done):
    assert done.states == dict.fromkeys(["fetch", "land", "stage", "validate", "resolve", "publish"], "success")
    assert done.asked == ["faers_ascii_2023q2.zip"]
    filled = Lake(done.lake)
    assert filled.partitions("report_version") == ["2023Q2"]
    assert filled.partitions("case_current", "as_of") == ["2023Q2"]
    assert sum(file.n_rows for file in filled.files("raw_demo")) == 120


def test_what_the_dag_makes_is_what_the_command_makes(done, archives, tmp_path):
    by_hand = tmp_path / "by_hand"
    ingest(Settings(lake=str(by_hand)), [archives / "faers_ascii_2023q2.zip"])
    for table in ("raw_demo", "raw_reac", "report_version", "case_drug"):
        assert [file.path.name for file in Lake(done.lake).files(table)] == [
            file.path.name for file in Lake(by_hand).files(table)
        ]


def test_a_scheduled_run_is_about_the_quarter_of_its_partition(dag_of, fda, lake):
    run = with_partition(dag_of("faers_quarter"), "2024-02-01", datetime(2024, 2, 1, tzinfo=UTC))
    assert str(run.state) == "success"
    assert [name for name, _ in fda.asked] == ["faers_ascii_2024q1.zip"]
    assert Lake(lake).partitions("report_version") == ["2024Q1"]


def test_publishing_names_the_quarter_as_the_assets_partition(done):
    assert done.published == [("cartwatch_faers_quarter", "2023Q2")]


def test_a_run_without_a_quarter_fails_before_anything_is_asked_for(dag_of, fda, lake, capfd):
    run = dag_of("faers_quarter").test(logical_date=None)
    assert "The run names no quarter" in capfd.readouterr().out
    assert str(run.state) == "failed"
    assert states(run)["fetch"] == "failed"
    assert fda.asked == []
    assert not lake.exists()


def test_a_quarter_of_the_future_fails_at_the_first_try(dag_of, fda, lake):
    run = with_partition(dag_of("faers_quarter"), "2090-02-01", datetime(2090, 2, 1, tzinfo=UTC))
    assert states(run)["fetch"] == "failed"
    assert tries(run)["fetch"] == 1
    assert fda.asked == []
    assert not list(lake.glob("**/*.parquet"))


def test_an_outage_is_waited_out_by_a_second_try(dag_of, fda, lake, monkeypatch):
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.timezone import utcnow

    monkeypatch.setattr(TaskInstance, "next_retry_datetime", lambda _: utcnow())
    fda.faults = [Fault(status=503)] * 3
    run = run_quarter(dag_of, "2023Q2")
    assert str(run.state) == "success"
    assert tries(run) == {"fetch": 2, "land": 1, "stage": 1, "validate": 1, "resolve": 1, "publish": 1}
    assert Lake(lake).partitions("report_version") == ["2023Q2"]


def test_a_failed_gate_fails_once_with_the_broken_rules_in_the_log_and_keeps_the_data(dag_of, fda, held, capfd, caplog):
    before = {file.path: file.path.read_bytes() for file in Lake(held).files("case_reaction")}
    assert before
    good = fda.files["faers_ascii_2023q2.zip"]
    fda.files["faers_ascii_2023q2.zip"] = with_empty_terms(good)
    capfd.readouterr()
    caplog.clear()
    run = run_quarter(dag_of, "2023Q2")
    assert states(run) == {
        "fetch": "success",
        "land": "success",
        "stage": "success",
        "validate": "failed",
        "resolve": "upstream_failed",
        "publish": "upstream_failed",
    }
    assert tries(run)["validate"] == 1
    log = capfd.readouterr().out + caplog.text
    assert "empty_pt_share" in log
    assert "GateFailed" in log
    assert {file.path: file.path.read_bytes() for file in Lake(held).files("case_reaction")} == before
    failed = {file.run_id for file in Lake(held).files("gate_result")}
    assert len(failed) == 2


def test_any_task_may_run_again_alone(dag_of, fda, lake):
    dag = dag_of("faers_quarter")
    run = dag.test(logical_date=None, run_conf={"quarter": "2023Q2"})
    before, versions = data_files(lake), {name: Lake(lake).version(name) for name in ("raw_demo", "report_version")}
    sent = fda.sent
    from airflow.sdk.definitions.dag import _run_task

    for task_id in ("resolve", "stage", "publish", "fetch", "validate", "land"):
        again = run.get_task_instance(task_id)
        _run_task(ti=again, task=dag.task_dict[task_id])
        assert str(run.get_task_instance(task_id).state) == "success", task_id
    assert data_files(lake) == before
    assert {name: Lake(lake).version(name) for name in versions} == versions
    assert fda.sent == sent


@pytest.mark.slow
def test_three_quarters_stand_beside_each_other_once(dag_of, fda, held):
    assert fda.url
    for quarter in ("2023Q4", "2023Q3", "2023Q4"):
        assert str(run_quarter(dag_of, quarter).state) == "success"
    assert Lake(held).partitions("report_version") == QUARTERS
    assert [file.n_rows for file in Lake(held).files("raw_demo")] == [120] * 3


@pytest.fixture(scope="module")
def two_quarters(archives, tmp_path_factory):
    """A lake of two quarters, as the first DAG would leave it; never written to."""
    root = tmp_path_factory.mktemp("two-quarters") / "lake"
    ingest(Settings(lake=str(root)), [archives / f"faers_ascii_{name}.zip" for name in ("2023q2", "2023q3")])
    return root


@pytest.fixture
def ingested(two_quarters, lake):
    """Two quarters in the lake of the test."""
    return shutil.copytree(two_quarters, lake)


def test_a_published_quarter_gets_its_signals_and_its_report(dag_of, ingested):
    run = with_partition(dag_of("signal_run"), "2023Q2")
    assert states(run) == dict.fromkeys(("signals", "onset", "trend", "report"), "success")
    assert {"onset.csv", "onset_exclusion.csv", "trend.csv", "interruption.csv"} <= {
        path.name for path in (ingested / "report" / "2023Q2").glob("*.csv")
    }
    assert Lake(ingested).partitions("signal", "as_of") == ["2023Q2"]
    assert [path.suffix for path in (ingested / "report" / "2023Q2").glob("*.html")] == [".html"]


def test_a_signal_run_by_hand_takes_the_newest_quarter_and_reports_the_products_asked_for(dag_of, ingested):
    wanted = ["tisagenlecleucel", "axicabtagene ciloleucel"]
    with no_priors():  # the run of a published quarter fits them
        run = dag_of("signal_run").test(logical_date=None, run_conf={"products": wanted})
    assert str(run.state) == "success"
    assert Lake(ingested).partitions("signal", "as_of") == ["2023Q3"]
    folder = ingested / "report" / "2023Q3"
    assert len(list(folder.glob("*.html"))) == 2
    for name in ("onset.csv", "trend.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            assert {row["product"] for row in csv.DictReader(stream)} > set(wanted), name


def test_a_signal_run_as_of_a_quarter_before_the_lake_fails(dag_of, ingested, capfd):
    assert ingested
    run = dag_of("signal_run").test(logical_date=None, run_conf={"as_of": "2010Q1"})
    assert states(run)["signals"] == "failed"
    assert "NothingThere" in capfd.readouterr().out
