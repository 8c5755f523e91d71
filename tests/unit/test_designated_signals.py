"""A designated event opens one signal; what changes later is recorded, and nothing is opened or closed by it."""

import pytest

from pipeline.config import Settings
from pipeline.errors import NothingThere, UsageError
from pipeline.governance.audit import events
from pipeline.governance.canonical import content_hash
from pipeline.governance.decisions import move, sign
from pipeline.governance.designated import Found, Outcome, record_found
from pipeline.governance.evidence import Evidence
from pipeline.governance.signals import open_signal, signals
from pipeline.governance.verification import verify
from pipeline.steps.awaiting import awaiting_review, waiting_signal
from pipeline.steps.designated import unrecorded
from pipeline.steps.notify import message
from pipeline.steps.result import StepReport
from pipeline.steps.scheduledlooks import due_reviews, questions, reviews_of
from tests.governing import BY_HAND, Clock, acting, founded, registered
from tests.spec.tables import rows_of


@pytest.fixture
def settings(tmp_path):
    return Settings(lake=str(tmp_path))


@pytest.fixture
def store(settings):
    return founded(settings, Clock("2026-06-01T09:00:00+00:00"))


@pytest.fixture
def act(store):
    return acting(store)


def reports(dlp, *case_ids, fatal=0, own=0, endpoint="spm_tcell"):
    """What reports hold as of a quarter."""
    counts = {"n_cases": len(case_ids), "n_fatal": fatal} | ({"n_own_cohort": own} if own else {})
    return Found("tisagenlecleucel", endpoint, "reports", dlp, counts, case_ids, snapshot={"run_id": f"run-{dlp}"})


def study(dlp, adjudicated, positive, patients=None):
    """What a study holds as of a cut-off."""
    counts = {"n_patients": patients or max(adjudicated, positive)}
    counts |= {"n_adjudicated": adjudicated, "n_car_positive": positive}
    return Found("tisagenlecleucel", "spm_tcell", "demo", dlp, counts)


def n_records(store):
    with store.reading() as connection:
        assert verify(connection).first_bad is None
        return len(list(events(connection)))


def closed(act, number=1):
    act("ada", move, number, "not_validated", "Not the event")
    act("ada", sign, number, "authorship")
    act("bob", sign, number, "approval")


# What the data hold, quarter after quarter; what becomes of it, and what the evidence then says came and went.
COURSE = """
as_of  | cases       | outcome   | added  | withdrawn | why
2025Q3 | -           | unchanged | -      | -         | nothing was ever held
2025Q4 | 101         | opened    | 101    | -         | the first case
2025Q4 | 101         | unchanged | -      | -         | the same again
2026Q1 | 101         | unchanged | -      | -         | nothing new a quarter later
2026Q1 | 101,102,104 | added     | 102,104| -         | two more
2025Q4 | 101         | unchanged | -      | -         | as of a quarter before the one recorded
2026Q1 | 101,104     | added     | -      | 102       | one is withdrawn: recorded, and the signal stays open
2026Q2 | -           | added     | -      | 101,104   | all are withdrawn: it stays open all the same
2026Q3 | 102         | added     | 102    | -         | one comes back
"""


def test_a_course_of_quarters_opens_one_signal_and_records_each_change_once(act, store):
    for row in rows_of(COURSE):
        held = tuple(map(int, (row["cases"] or "").split(","))) if row["cases"] else ()
        before = n_records(store)
        found = act("system", record_found, reports(row["as_of"], *held))
        assert str(found.outcome) == row["outcome"], row["why"]
        assert n_records(store) - before == (row["outcome"] != "unchanged"), row["why"]
        if row["outcome"] in {"opened", "added"}:
            said = found.signal.evidence[-1]["snapshot"]
            told = [",".join(map(str, said[name])) or None for name in ("added", "withdrawn")]
            assert told == [row["added"], row["withdrawn"]], row["why"]
            assert said["case_hash"] == content_hash(sorted(held))
            assert found.signal.state == "detected"
    with store.reading() as connection:
        assert len(signals(connection)) == 1
        own = list(events(connection, subject_kind="signal"))
    assert {event["actor"] for event in own} == {"system"}
    assert [event["action"] for event in own] == ["open", "evidence", "evidence", "evidence", "evidence"]
    assert "no longer counted FAERS 102" in own[2]["reason"]


def test_the_signal_says_what_triggered_it_and_by_which_label_it_was_judged(act):
    new = act("system", record_found, reports("2025Q4", 101, 102, fatal=1)).signal
    assert new.content["title"] == "Second malignancy of T cells with Tisagenlecleucel (Kymriah)"
    assert new.content["reason"].startswith(
        "Designated event in spontaneous reports as of 2025Q4: 2 cases, 1 fatal, unadjudicated: FAERS 101, 102."
    )
    assert (new.content["source"], new.content["world"], new.content["scope"]) == (
        "designated_event", "spontaneous", "narrow",
    )  # fmt: skip
    assert (new.origin, new.content["reference"]) == (
        "designated_event:tisagenlecleucel:spm_tcell:reports",
        "spm_tcell:reports:2025Q4:1",
    )
    assert new.content["received_on"] == "2025-12-31"  # no day of receipt is known: the last one it can have been
    assert new.content["listedness"]["version"] == "us-2024-04"
    assert new.evidence[0]["snapshot"]["data"] == {"run_id": "run-2025Q4"}
    assert new.content["owner"] == "system"


def test_whoever_owns_a_plan_of_the_same_question_owns_the_signal(act, store, tmp_path):
    registered(store, tmp_path)
    assert act("system", record_found, reports("2025Q4", 101)).signal.content["owner"] == "ada"


def test_an_event_of_an_endpoint_that_is_not_designated_is_refused(act):
    with pytest.raises(UsageError, match="fever is no designated event"):
        act("system", record_found, reports("2025Q4", 101, endpoint="fever"))


def test_somebody_who_may_not_open_a_signal_is_refused(act):
    with pytest.raises(UsageError, match=r"eve \(engineer\) may not open signal"):
        act("eve", record_found, reports("2025Q4", 101))


class TestAlike:
    def test_an_open_signal_of_the_same_question_gets_the_event_as_evidence(self, act):
        act("ada", open_signal, BY_HAND)
        found = act("system", record_found, reports("2025Q4", 101))
        assert (found.outcome, found.signal.id, len(found.signal.evidence)) == (Outcome.ADDED, 1, 1)
        assert act("system", record_found, reports("2025Q4", 101)).outcome == Outcome.UNCHANGED

    def test_a_decision_that_waits_is_not_disturbed(self, act, store):
        act("system", record_found, reports("2025Q4", 101))
        act("ada", move, 1, "not_validated", "A duplicate")
        before = n_records(store)
        found = act("system", record_found, reports("2026Q1", 101, 102))
        assert (found.outcome, found.signal.id, found.n_added) == (Outcome.TOLD, 1, 1)
        assert n_records(store) == before

    def test_a_closed_signal_is_neither_reopened_nor_doubled(self, act, store):
        act("system", record_found, reports("2025Q4", 101))
        closed(act)
        before = n_records(store)
        assert act("system", record_found, reports("2026Q1", 101, 102)).outcome == Outcome.TOLD
        assert act("system", record_found, reports("2026Q1", 101)).outcome == Outcome.UNCHANGED
        assert n_records(store) == before

    def test_a_signal_closed_before_the_first_case_does_not_hide_it(self, act):
        act("ada", open_signal, BY_HAND)
        closed(act)
        found = act("system", record_found, reports("2025Q4", 101))
        assert (found.outcome, found.signal.id) == (Outcome.OPENED, 2)
        assert "Signal 1 of the same question is not_validated." in found.signal.content["reason"]


class TestStudy:
    def test_the_first_patient_opens_a_signal_by_counts_alone(self, act):
        new = act("system", record_found, study("2026-03-31", 0, 1)).signal
        assert new.content["world"] == "cohort"
        assert (
            "the followed study demo as of 2026-03-31: 1 patient, 0 adjudicated, 1 CAR-positive"
            in new.content["reason"]
        )
        assert new.evidence[0]["snapshot"]["counts"] == {"n_patients": 1, "n_adjudicated": 0, "n_car_positive": 1}

    def test_both_worlds_speak_in_one_signal_and_must_be_judged(self, act):
        act("system", record_found, reports("2025Q4", 101))
        found = act("system", record_found, study("2026-03-31", 1, 1))
        assert (found.outcome, found.signal.id) == (Outcome.ADDED, 1)
        for state in ("validated", "prioritised", "under_assessment"):
            act("ada", move, 1, state, "on")
        with pytest.raises(UsageError, match="nobody has judged whether spm_tcell:reports:2025Q4:1 is independent"):
            act("ada", move, 1, "confirmed_identified_risk", "Two worlds")

    def test_an_adjudication_and_a_patient_less_are_recorded(self, act):
        act("system", record_found, study("2026-03-31", 0, 1))
        outcomes = [
            act("system", record_found, study(*told)).outcome
            for told in (("2026-03-31", 0, 1), ("2026-06-30", 1, 1), ("2026-06-30", 1, 1), ("2026-09-30", 0, 0))
        ]
        assert list(map(str, outcomes)) == ["unchanged", "added", "unchanged", "added"]


@pytest.mark.parametrize(("own", "is_independent"), [(0, None), (1, None), (2, False)])
def test_cases_of_a_followed_cohort_alone_are_not_independent(act, own, is_independent):
    item = act("system", record_found, reports("2025Q4", 101, 102, own=own)).signal.evidence[0]
    assert item["is_independent"] is is_independent
    assert (item["reason"] or "").startswith(f"{own} of 2 cases" if own else "")


def test_many_cases_are_named_in_the_evidence_and_a_few_in_the_sentence(act):
    new = act("system", record_found, reports("2025Q4", *range(1, 400))).signal
    assert " and 379 more" in new.content["reason"]
    assert len(new.evidence[0]["snapshot"]["added"]) == 399


class TestAwaiting:
    def test_what_the_system_opened_waits_and_what_people_opened_does_not(self, act, settings):
        act("system", record_found, reports("2025Q4", 101, 102, fatal=1))
        act("ada", open_signal, BY_HAND)
        (told,) = awaiting_review(settings)
        assert (told["signal_id"], told["version"], told["kind"]) == (1, 1, "designated_event")
        assert told["sentence"] == (
            "Designated event spm_tcell with tisagenlecleucel in spontaneous reports as of 2025Q4: 2 cases, 1 fatal; signal 1."
        )
        assert waiting_signal(settings, 2)["kind"] == "opened_by_hand"

    def test_no_case_is_named(self, act, settings):
        act("system", record_found, reports("2025Q4", 987654321))
        assert "987654321" not in str(awaiting_review(settings))

    def test_one_that_is_judged_or_put_forward_waits_no_more(self, act, settings):
        act("system", record_found, reports("2025Q4", 101))
        act("ada", move, 1, "not_validated", "A duplicate")
        assert awaiting_review(settings) == []

    def test_evidence_that_people_added_is_no_trigger(self, act, settings):
        from dataclasses import replace

        act("ada", open_signal, replace(BY_HAND, evidence=(Evidence("look", "nonsense:1", "spontaneous"),)))
        assert awaiting_review(settings) == []


class TestUnrecorded:
    """What a closed signal, or one that waits for signatures, could not take is told, and asked of nobody."""

    def waits(self, act):
        opened = act("system", record_found, reports("2025Q4", 101))
        act("ada", move, opened.signal.id, "not_validated", "A duplicate")
        more = reports("2026Q1", 101, 987654321, fatal=1)
        return more, act("system", record_found, more)

    def test_it_is_told_by_the_scheduler_too(self, act, settings, monkeypatch):
        (row,) = unrecorded([self.waits(act)])
        report = StepReport("signal watch", "0", "2026Q1", details={"unrecorded": [row]})
        monkeypatch.setattr("pipeline.steps.scheduledlooks._holds", lambda *_: True)
        monkeypatch.setattr("pipeline.steps.surveillance.run_looks", lambda *_, **__: StepReport("look", "0", "2026Q1"))
        monkeypatch.setattr("pipeline.steps.designated.watch_designated", lambda *_: report)
        done, told = due_reviews(settings, None, None)
        assert (len(done), told) == (3, [row])
        assert reviews_of(told) == []
        subject, text = message(settings, told)
        assert subject.endswith("designated event spm_tcell with tisagenlecleucel as of 2026Q1, not recorded")
        assert (
            "2 cases, 1 fatal, 1 new and 0 no longer counted, but signal 1 is detected and a decision on it waits"
            in text
        )
        assert "987654321" not in str(told)

    def test_what_was_written_or_changed_nothing_is_not_among_them(self, act):
        found = [reports("2025Q4", 101), reports("2025Q4", 101), reports("2026Q1", 101, 102)]
        assert unrecorded([(one, act("system", record_found, one)) for one in found]) == []


class TestQuestions:
    """What surveillance asks for, and what a review then asks."""

    def test_a_signal_keeps_its_review_until_it_gains_evidence(self, act, settings):
        act("system", record_found, reports("2025Q4", 101))
        first, again = reviews_of(awaiting_review(settings)), reviews_of(awaiting_review(settings))
        act("system", record_found, reports("2026Q1", 101, 102))
        later = reviews_of(awaiting_review(settings))
        assert first == again == [{"trigger_run_id": "signal-1-version-1", "conf": {"signal_id": 1, "version": 1}}]
        assert later == [{"trigger_run_id": "signal-1-version-2", "conf": {"signal_id": 1, "version": 2}}]

    def test_the_older_of_two_questions_is_not_asked_again_and_today_s_is(self, act, settings):
        act("system", record_found, reports("2025Q4", 101))
        act("system", record_found, reports("2026Q1", 101, 102))
        said = []
        assert questions(settings, 1, 1, said.append) == []
        assert said == ["signal 1 is detected and of version 2: nobody is asked"]
        assert [one["version"] for version in (2, None) for one in questions(settings, 1, version)] == [2, 2]

    def test_a_signal_opened_by_hand_can_be_put_to_a_reviewer(self, act, settings):
        act("ada", open_signal, BY_HAND)
        (asked,) = questions(settings, 1, None)
        assert asked["subject"] == "Validate signal 1? T-cell lymphoma"
        assert asked["body"].startswith("Opened by hand from literature: Two cases")

    def test_a_signal_that_is_not_there_is_said(self, store, settings):
        assert store
        with pytest.raises(NothingThere, match="There is no signal 7"):
            questions(settings, 7, None)
