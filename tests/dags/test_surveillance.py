"""The surveillance DAG: a crossing asks, and the reviewer's answer is kept in the audit trail."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from pipeline.config import Settings
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.audit import events
from pipeline.governance.migration import upgraded
from pipeline.governance.signals import Opening, open_signal, signal
from pipeline.governance.store import open_store
from pipeline.steps import scheduledlooks

OPENING = Opening(
    title="Fever with tisagenlecleucel", source="literature", world="spontaneous", product="tisagenlecleucel",
    endpoint="fever", reason="a series of cases", owner="ada", reference="a paper",
)  # fmt: skip


@pytest.fixture
def store(lake):
    """A store with two people and an open signal, which the crossing is said to have opened."""
    settings = Settings(lake=str(lake), actor="eve")
    upgraded(settings)
    opened = open_store(settings)
    add_actor(opened, None, Actor("eve", "Eve Adams", ("engineer",)))
    add_actor(opened, "eve", Actor("ada", "Ada Byron", ("scientist",)))
    with opened.writing("ada") as writing:
        open_signal(writing, OPENING)
    return opened


def crossing(number=1):
    return {
        "look_id": f"tisa-fever:{number}", "plan_id": "tisa-fever", "number": number, "dlp": "2024Q1", "observed": 12,
        "statistic": 4.5, "critical_value": 3.2, "signal_id": 1, "is_crossed": True,
    }  # fmt: skip


def run(dag_of, crossings, answer):
    """One run in which these looks cross, and a reviewer answers at once."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    given = {
        "responded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "responded_by_user": {"id": "ada", "name": "ada"},
        **answer,
    }
    with (
        patch.object(scheduledlooks, "due_crossings", lambda *_: ([], crossings)),
        patch.object(ApprovalOperator, "execute", lambda self, context: self.execute_complete(context, given)),
    ):
        return dag_of("surveillance").test(logical_date=None)


def states(done):
    return {(task.task_id, task.map_index): str(task.state) for task in done.get_task_instances()}


def test_an_approved_crossing_validates_its_signal_with_the_comment_as_rationale(dag_of, store):
    done = run(
        dag_of, [crossing()], {"chosen_options": ["Approve"], "params_input": {"comment": "clear in both sexes"}}
    )
    assert states(done)["review.keep", 0] == "success"
    with store.reading() as connection:
        assert signal(connection, 1).state == "validated"
        last = list(events(connection))[-1]
    assert (last["actor"], last["reason"]) == ("ada", "clear in both sexes")


def test_a_rejected_crossing_is_proposed_as_not_validated_and_waits_for_signatures(dag_of, store):
    done = run(dag_of, [crossing()], {"chosen_options": ["Reject"], "params_input": {"comment": "one centre alone"}})
    assert states(done)["review.keep", 0] == "success"
    with store.reading() as connection:
        held = signal(connection, 1)
    assert (held.state, held.pending["to"]) == ("detected", "not_validated")


def test_without_a_crossing_nobody_is_asked(dag_of, store):
    assert store
    done = run(dag_of, [], {"chosen_options": ["Approve"], "params_input": {}})
    assert str(done.state) == "success"
    assert not [task for task, _ in states(done).items() if task[0] == "review.asked" and task[1] >= 0]


@pytest.mark.parametrize(
    "answer",
    [
        {"chosen_options": ["Approve"], "params_input": {"comment": " "}},
        {"chosen_options": ["Approve"], "params_input": {"comment": "x"}, "responded_by_user": None},
        {
            "chosen_options": ["Approve"],
            "params_input": {"comment": "x"},
            "responded_by_user": {"id": "m", "name": "mallory"},
        },
    ],
    ids=["no comment", "nobody", "unknown actor"],
)
def test_an_answer_that_says_too_little_decides_nothing(dag_of, store, answer):
    done = run(dag_of, [crossing()], answer)
    assert states(done)["review.keep", 0] == "failed"
    with store.reading() as connection:
        assert signal(connection, 1).state == "detected"


def test_looks_follow_new_signals_and_new_estimates(dag_of):
    asked = dag_of("surveillance").timetable.asset_condition
    assert {asset.name for asset in asked.objects} == {"cartwatch_signals", "cartwatch_study"}
    for dag, task in (("signal_run", "report"), ("follow_up_study", "run")):
        assert {asset.name for asset in dag_of(dag).task_dict[task].outlets} <= {asset.name for asset in asked.objects}
        assert dag_of(dag).task_dict[task].outlets
