"""A real scheduler on PostgreSQL backfills two quarters from a loopback copy of FDA's site."""

import re

import pytest

from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.audit import events
from pipeline.governance.ledger import CROSSED, record_look
from pipeline.governance.migration import upgraded
from pipeline.governance.signals import open_from_look, signal
from pipeline.governance.store import open_store
from pipeline.governance.verification import verify
from pipeline.lake.delta import Lake
from tests.components import Airflow, database, free_port, named_postgres, postgres, server_programs, wait_until
from tests.damage import with_empty_terms
from tests.governing import look_row, registered
from tests.loopback import Fault, FdaSite

pytestmark = [pytest.mark.slow, pytest.mark.scheduler, pytest.mark.timeout(600)]
QUARTERS = ["2023Q2", "2023Q3"]
KEYS = ["2023-05-01", "2023-08-01"]
REPORTS = 120
STATES = "SELECT partition_key, state FROM dag_run WHERE dag_id = '{}' AND run_type = '{}' ORDER BY partition_key"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fda")
    write_history(folder, QUARTERS[0], QUARTERS[-1], reports=REPORTS, seed=7)
    with FdaSite(folder) as running:
        yield running


@pytest.fixture(scope="module")
def airflow(site, tmp_path_factory):
    """Healthy, both DAGs read; the schedule itself waits for 2017Q3, which the site does not have."""
    home = tmp_path_factory.mktemp("airflow")
    more = {"CARTWATCH_LAKE": str(home / "lake"), "CARTWATCH_FAERS_URL": site.url, "GX_ANALYTICS_ENABLED": "False"}
    more |= {"CARTWATCH_REVIEWERS": "ada"}
    with postgres() as server, database(server) as name, Airflow(home, server, name, more=more).running() as running:
        wait_until(lambda: running.ask("SELECT 1 FROM serialized_dag HAVING count(*) >= 2"), 180, "DAG in the database")
        yield running


@pytest.fixture(scope="module")
def backfilled(airflow, site):
    """The lake after a backfill of two quarters and the signal runs that it set off."""
    site.faults = [Fault(status=500), Fault(cut=8_000)]
    airflow.command(
        *("backfill", "create", "--dag-id", "faers_quarter", "--max-active-runs", "1"),
        *("--from-date", KEYS[0], "--to-date", KEYS[-1]),
    )
    wait_until(lambda: airflow.ask("SELECT 1 FROM backfill WHERE completed_at IS NOT NULL"), 300, "completed backfill")
    wait_until(lambda: len(_ended(airflow, "signal_run")) == len(QUARTERS), 240, "every signal run")
    return Lake(airflow.home / "lake")


def _ended(airflow, dag):
    states = f"SELECT partition_key FROM dag_run WHERE dag_id = '{dag}' AND state IN ('success', 'failed')"
    return airflow.ask(states)


def test_a_backfill_brings_every_quarter_into_the_lake_once(airflow, backfilled):
    assert airflow.ask(STATES.format("faers_quarter", "backfill")) == [(key, "success") for key in KEYS], (
        airflow.errors()
    )
    assert backfilled.partitions("report_version") == QUARTERS
    assert [file.n_rows for file in backfilled.files("raw_demo")] == [REPORTS] * len(QUARTERS)
    assert backfilled.partitions("case_current", "as_of") == QUARTERS
    assert len(backfilled.history("report_version")) == len(QUARTERS) + 1


def test_every_published_quarter_sets_off_one_signal_run(airflow, backfilled):
    states = airflow.ask(STATES.format("signal_run", "asset_triggered"))
    assert states == [(quarter, "success") for quarter in QUARTERS], airflow.errors()
    assert backfilled.partitions("signal", "as_of") == QUARTERS
    pages = sorted(path.parent.name for path in (backfilled.root / "report").glob("*/*.html"))
    assert pages == QUARTERS


def test_the_schedule_catches_up_from_its_start_and_waits_for_what_is_not_there(airflow, backfilled):
    assert backfilled
    assert airflow.ask(STATES.format("faers_quarter", "scheduled")) == [("2017-08-01", "running")]
    tasks = "SELECT t.task_id, t.state FROM task_instance t JOIN dag_run r USING (dag_id, run_id)"
    waiting = airflow.ask(f"{tasks} WHERE r.run_type = 'scheduled' AND t.state IS NOT NULL")
    assert waiting == [("fetch", "up_for_retry")]


def test_one_task_runs_again_alone_and_changes_nothing(airflow, backfilled):
    ((run_id,),) = airflow.ask(
        f"SELECT run_id FROM dag_run WHERE run_type = 'backfill' AND partition_key = '{KEYS[-1]}'"
    )
    before, tries = _data(backfilled), _tries(airflow, run_id)
    cleared = {"dag_run_id": run_id, "task_ids": ["stage"], "only_failed": False, "dry_run": False}
    airflow.post("dags/faers_quarter/clearTaskInstances", cleared)
    again = f"SELECT 1 FROM task_instance WHERE run_id = '{run_id}' AND try_number = 2 AND state = 'success'"
    wait_until(lambda: airflow.ask(again), 180, "second success of stage")
    assert _tries(airflow, run_id) == tries | {"stage": 2}
    assert _data(backfilled) == before


def _data(lake):
    return {path: path.stat().st_mtime_ns for path in lake.root.rglob("*.parquet")}


def test_a_failed_gate_is_tried_once_shows_its_rules_and_keeps_the_data(airflow, backfilled, site):
    before = {file.path: file.path.read_bytes() for file in backfilled.files("case_reaction")}
    name = "faers_ascii_2023q3.zip"
    site.files[name] = with_empty_terms(site.files[name])
    ((run_id,),) = airflow.ask(
        "SELECT run_id FROM dag_run WHERE run_type = 'backfill' AND partition_key = '2023-08-01'"
    )
    tries = _tries(airflow, run_id)
    airflow.command("dags", "clear", "faers_quarter", "--partition-key", "2023-08-01", "--yes")
    wait_until(
        lambda: airflow.ask(f"SELECT 1 FROM dag_run WHERE run_id = '{run_id}' AND state = 'failed'"), 240, "failed run"
    )
    log = airflow.task_log(run_id, "validate")
    assert "empty_pt_share" in log
    assert "GateFailed" in log
    assert _tries(airflow, run_id)["validate"] == tries["validate"] + 1
    assert {file.path: file.path.read_bytes() for file in backfilled.files("case_reaction")} == before


QUESTION = "dags/signal_review/dagRuns/signal-1-version-1/taskInstances/review.asked/0/hitlDetails"
# The scheduler takes a question answered before it has noticed that it waits for a task killed from outside.
WAITS = re.compile(r"Finished: dag_id=signal_review, task_id=review\.asked,.* state=awaiting_input,.* try_number=(\d+)")


@pytest.fixture(scope="module")
def crossed(airflow, backfilled, tmp_path_factory):
    """The store of that lake, with a signal that a look has opened and nobody has judged.

    Surveillance that the backfill set off has failed by then: there was no store to look into.
    """
    waiting = "SELECT 1 FROM dag_run WHERE dag_id = 'surveillance' AND state IN ('queued', 'running')"
    wait_until(lambda: not airflow.ask(waiting), 240, "end of the surveillance that the backfill set off")
    settings = Settings(lake=str(backfilled.root))
    upgraded(settings)
    store = open_store(settings)
    add_actor(store, None, Actor("eve", "Eve Adams", ("engineer",)))
    add_actor(store, "eve", Actor("ada", "Ada Byron", ("scientist",)))
    plan = registered(store, tmp_path_factory.mktemp("plan"))
    with store.writing("system") as writing:
        open_from_look(writing, plan, record_look(writing, plan, look_row(plan, 1, decision=CROSSED)))
    return store


def _surveyed(airflow):
    """A run of surveillance that a person starts, once it has ended well and its question waits for an answer."""
    before = _questions(airflow)
    run_id = airflow.post("dags/surveillance/dagRuns", {"logical_date": None})["dag_run_id"]
    ended = f"SELECT state FROM dag_run WHERE dag_id = 'surveillance' AND run_id = '{run_id}' AND state IN ('success', 'failed')"
    assert wait_until(lambda: airflow.ask(ended), 240, "end of surveillance") == [("success",)], airflow.errors()
    wait_until(lambda: _questions(airflow) > before, 180, "question that the scheduler knows of")


def _questions(airflow):
    """How often the question was asked, as the scheduler has noticed."""
    return len(set(WAITS.findall(airflow.part_log("scheduler"))))


def test_a_review_is_answered_by_who_may_and_an_open_one_keeps_no_look_waiting(airflow, crossed):
    _surveyed(airflow)
    _surveyed(airflow)  # the first question is still open, and is asked anew in its own run
    assert airflow.ask("SELECT run_id, state FROM dag_run WHERE dag_id = 'signal_review'") == [
        ("signal-1-version-1", "running")
    ]
    answer = {"chosen_options": ["Approve"], "params_input": {"comment": "Seen in both sexes"}}
    refused = airflow.send("PATCH", QUESTION, answer, user="mallory")
    assert (refused.status_code, "not a respondent" in refused.text) == (403, True)
    with crossed.reading() as connection:
        assert signal(connection, 1).state == "detected"
    assert airflow.send("PATCH", QUESTION, answer, user="ada").status_code == 200
    ended = "SELECT state FROM dag_run WHERE dag_id = 'signal_review' AND state IN ('success', 'failed')"
    assert wait_until(lambda: airflow.ask(ended), 180, "end of the review") == [("success",)], airflow.errors()
    assert airflow.send("PATCH", QUESTION, answer, user="ada").status_code == 409
    with crossed.reading() as connection:
        assert signal(connection, 1).state == "validated"
        last = list(events(connection))[-1]
        assert verify(connection).first_bad is None
    assert (last["actor"], last["action"], last["reason"]) == ("ada", "move", "Seen in both sexes")


def _tries(airflow, run_id):
    return dict(airflow.ask(f"SELECT task_id, try_number FROM task_instance WHERE run_id = '{run_id}'"))


def test_a_database_server_of_our_own_starts_and_ends(monkeypatch):
    if server_programs() is None:
        pytest.skip("no initdb on this machine; the server that is named is enough")
    monkeypatch.setenv("CARTWATCH_TEST_POSTGRES", f"127.0.0.1:{free_port()}")
    with postgres() as server, database(server) as name:
        assert server.port != named_postgres().port
        assert server.run("SELECT 1", name) == [(1,)]
    assert not server.answers()


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_any_database_server_ci_fails_and_others_skip(monkeypatch, ci, outcome):
    monkeypatch.setenv("CARTWATCH_TEST_POSTGRES", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("tests.components.server_programs", lambda: None)
    with pytest.raises(outcome, match="no PostgreSQL"), postgres():
        pass
