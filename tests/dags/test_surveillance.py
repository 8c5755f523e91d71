"""Surveillance tells and asks for reviews, each in a run of its own; a reviewer's answer is kept in the audit trail."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from pipeline.config import Settings
from pipeline.errors import SourceOutage
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.audit import events
from pipeline.governance.decisions import move
from pipeline.governance.designated import Found, record_found
from pipeline.governance.migration import upgraded
from pipeline.governance.signals import signal
from pipeline.governance.store import open_store
from pipeline.steps import scheduledlooks

FOUND = Found("tisagenlecleucel", "spm_tcell", "reports", "2024Q1", {"n_cases": 1, "n_fatal": 0}, (101,))


@pytest.fixture
def store(lake):
    """A store with two people and a signal that a designated event opened."""
    settings = Settings(lake=str(lake), actor="eve")
    upgraded(settings)
    opened = open_store(settings)
    add_actor(opened, None, Actor("eve", "Eve Adams", ("engineer",)))
    add_actor(opened, "eve", Actor("ada", "Ada Byron", ("scientist",)))
    with opened.writing("system") as writing:
        record_found(writing, FOUND)
    return opened


def approved(comment, **more):
    return {"chosen_options": ["Approve"], "params_input": {"comment": comment}, **more}


def reviewed(dag_of, answer, before=None):
    """One review, in which somebody answers at once, once `before` has happened."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    given = {
        "responded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "responded_by_user": {"id": "ada", "name": "ada"},
        **answer,
    }
    seen = []

    def execute(self, context):
        seen.append((self.subject, self.body))
        (before or (lambda: None))()
        return self.execute_complete(context, given)

    with patch.object(ApprovalOperator, "execute", execute):
        conf = {"signal_id": 1, "version": 1}
        return dag_of("signal_review").test(logical_date=None, run_conf=conf), seen


def surveyed(dag_of, store, waiting=None):
    """One run of surveillance, and the reviews it asks for; waiting: what the looks found, by default what is there."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    asked, settings = [], Settings(lake=str(store.heads.parent))
    if waiting is None:
        from pipeline.steps.awaiting import awaiting_review

        waiting = awaiting_review(settings)

    def execute(self, context):
        assert context
        asked.append(
            (self.trigger_dag_id, self.trigger_run_id, self.conf, self.reset_dag_run, self.wait_for_completion)
        )

    with (
        patch.object(scheduledlooks, "due_reviews", lambda *_: ([], waiting)),
        patch.object(TriggerDagRunOperator, "execute", execute),
    ):
        return dag_of("surveillance").test(logical_date=None), asked


def states(done):
    return {task.task_id.removeprefix("review."): str(task.state) for task in done.get_task_instances()}


def held(store):
    with store.reading() as connection:
        return signal(connection, 1), list(events(connection))[-1]


class TestSurveillance:
    def test_each_signal_that_waits_gets_a_review_that_nothing_waits_for(self, dag_of, store):
        done, asked = surveyed(dag_of, store)
        assert str(done.state) == "success"
        assert asked == [("signal_review", "signal-1-version-1", {"signal_id": 1, "version": 1}, True, False)]

    def test_a_mail_server_that_is_down_stops_no_review(self, dag_of, store):
        down = SourceOutage("The mail server did not take the message.")
        with patch.object(scheduledlooks, "told", side_effect=down):
            done, asked = surveyed(dag_of, store)
        assert {name: state for name, state in states(done).items() if name == "tell"} == {"tell": "failed"}
        assert [run_id for _, run_id, *_ in asked] == ["signal-1-version-1"]
        assert str(done.state) == "failed"  # somebody has to see it

    def test_without_a_signal_that_waits_nobody_is_asked(self, dag_of, store):
        done, asked = surveyed(dag_of, store, waiting=[])
        assert (str(done.state), asked) == ("success", [])


class TestReview:
    def test_an_approved_signal_is_validated_with_the_comment_as_rationale(self, dag_of, store):
        done, ((subject, body),) = reviewed(dag_of, approved("clear in both sexes"))
        assert states(done)["keep"] == "success"
        kept, last = held(store)
        assert (kept.state, last["actor"], last["reason"]) == ("validated", "ada", "clear in both sexes")
        assert subject == "Validate signal 1? designated event spm_tcell with tisagenlecleucel as of 2024Q1"
        assert "1 case, 0 fatal; signal 1. Approve: the signal is validated." in body
        assert "101" not in body

    def test_a_rejected_one_is_proposed_as_not_validated_and_waits_for_signatures(self, dag_of, store):
        done, _ = reviewed(dag_of, {"chosen_options": ["Reject"], "params_input": {"comment": "one centre alone"}})
        assert states(done)["keep"] == "success"
        kept, _ = held(store)
        assert (kept.state, kept.pending["to"]) == ("detected", "not_validated")

    @pytest.mark.parametrize(
        "answer",
        [
            approved(" "),
            approved("x", responded_by_user=None),
            approved("x", responded_by_user={"id": "m", "name": "mallory"}),
        ],
        ids=["no comment", "nobody", "unknown actor"],
    )
    def test_an_answer_that_says_too_little_decides_nothing(self, dag_of, store, answer):
        before = held(store)
        done, _ = reviewed(dag_of, answer)
        assert states(done)["keep"] == "failed"
        assert held(store) == before

    def test_an_answer_about_less_than_there_is_now_decides_nothing(self, dag_of, store):
        def evidence_comes():
            with store.writing("system") as writing:
                record_found(writing, Found(**told | {"dlp": "2024Q2", "counts": {"n_cases": 1, "n_fatal": 1}}))

        told = {name: getattr(FOUND, name) for name in ("product", "endpoint", "source", "dlp", "counts", "case_ids")}
        done, _ = reviewed(dag_of, approved("x"), before=evidence_comes)
        assert states(done)["keep"] == "failed"
        assert held(store)[0].state == "detected"

    def test_a_signal_that_was_judged_meanwhile_is_not_asked_about(self, dag_of, store):
        with store.writing("ada") as writing:
            move(writing, 1, "validated", "Seen by hand")
        done, seen = reviewed(dag_of, approved("x"))
        assert (str(done.state), seen) == ("success", [])
        assert {states(done)[name] for name in ("asked", "approved", "keep")} == {"skipped"}


def test_an_unanswered_review_keeps_no_look_waiting(dag_of):
    surveillance, review = dag_of("surveillance"), dag_of("signal_review")
    assert not [task for task in surveillance.tasks if "Approval" in task.task_type]
    assert surveillance.max_active_runs == 1
    assert review.max_active_runs >= 100
    trigger = surveillance.task_dict["review"].partial_kwargs
    assert (trigger["trigger_dag_id"], trigger.get("wait_for_completion", False)) == ("signal_review", False)
    assert trigger["fail_when_dag_is_paused"] is True  # a review that nobody will see is no review


def test_looks_follow_new_signals_and_new_estimates(dag_of):
    asked = dag_of("surveillance").timetable.asset_condition
    assert {asset.name for asset in asked.objects} == {"cartwatch_signals", "cartwatch_study"}
    for dag, task in (("signal_run", "report"), ("follow_up_study", "run")):
        assert {asset.name for asset in dag_of(dag).task_dict[task].outlets} <= {asset.name for asset in asked.objects}
        assert dag_of(dag).task_dict[task].outlets
