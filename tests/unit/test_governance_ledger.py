"""The look ledger: each look once, in turn, its alpha never given back."""

import pytest

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.audit import events
from pipeline.governance.judging import judged_look
from pipeline.governance.ledger import (
    CROSSED,
    ENDED,
    due_day,
    due_looks,
    look,
    looks_of,
    plan_of,
    record_look,
    skip_look,
)
from pipeline.governance.plan import plan, register_plan
from pipeline.sequential.judgement import Counts
from tests.governing import Clock, any_design, content, founded, look_row, registered


@pytest.fixture
def clock():
    return Clock("2026-04-20T09:00:00+00:00")


@pytest.fixture
def store(tmp_path, clock):
    return founded(Settings(lake=str(tmp_path)), clock)


@pytest.fixture
def tcell(store, tmp_path):
    return registered(store, tmp_path)


def record(store, plan, row, actor="system"):
    with store.writing(actor) as writing:
        return record_look(writing, plan, row)


def n_events(store):
    with store.reading() as connection:
        return len(list(events(connection)))


def test_a_look_is_written_with_all_that_it_rests_on(store, tcell):
    kept = record(store, tcell, look_row(tcell, 1, expected=0.5, note="first", run_id="abc"))
    assert (kept.id, kept.dlp, kept.recorded_by, kept.is_late) == ("tisa-tcell:1", "2026Q1", "system", False)
    assert kept.snapshot == {"tables": {"signal": 1}}
    with store.reading() as connection:
        assert look(connection, "tisa-tcell:1") == kept
        assert plan_of(connection, "tisa-tcell:1") == tcell


def test_the_same_look_at_the_same_data_finds_its_row_and_changes_nothing(store, tcell, clock):
    first = record(store, tcell, look_row(tcell, 1))
    before = n_events(store)
    clock.go(days=200)
    again = record(store, tcell, look_row(tcell, 1, statistic=9.9, code_version="later"), actor="ada")
    assert again == first
    assert n_events(store) == before


@pytest.mark.parametrize(
    "changed", [{"snapshot": {"tables": {"signal": 7}}}, {"counts": {"observed": 2}}, {"observed": 2}]
)
def test_a_look_at_other_data_under_the_same_number_is_refused(store, tcell, changed):
    record(store, tcell, look_row(tcell, 1))
    with pytest.raises(DecisionConflict, match="was made on 2026-04-20 on other data"):
        record(store, tcell, look_row(tcell, 1, **changed))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"number": 2, "dlp": "2026Q2"}, "The next look of plan tisa-tcell is 1, not 2"),
        ({"number": 5, "dlp": "2027Q1"}, "has 4 looks: there is no look 5"),
        ({"number": 0, "dlp": "2025Q4"}, "there is no look 0"),
        ({"number": 1, "dlp": "2026Q2"}, "is planned for 2026Q1, not for 2026Q2"),
        ({"decision": "maybe"}, "'maybe' is no decision"),
        ({"decision": "skipped"}, "'skipped' is no decision"),
        ({"statistic": float("inf")}, "has the statistic inf: give a finite number, or none"),
        ({"alpha_spent": float("nan")}, "has the alpha_spent nan"),
        ({"snapshot": {}}, "does not say what data it read"),
        ({"plan_id": "other"}, "is not of plan tisa-tcell"),
    ],
)
def test_a_look_that_is_not_the_next_or_says_too_little_is_refused(store, tcell, row, said):
    from dataclasses import replace

    with pytest.raises(UsageError, match=said):
        record(store, tcell, replace(look_row(tcell, 1), **row))
    with store.reading() as connection:
        assert looks_of(connection, tcell.id) == []


def test_spent_alpha_never_falls_nor_passes_the_plans(store, tcell):
    record(store, tcell, look_row(tcell, 1, alpha_spent=0.004))
    with pytest.raises(DecisionConflict, match=r"never falls below the 0.004"):
        record(store, tcell, look_row(tcell, 2, alpha_spent=0.003))
    with pytest.raises(DecisionConflict, match=r"nor passes the plan's 0.01"):
        record(store, tcell, look_row(tcell, 2, alpha_spent=0.011))
    assert record(store, tcell, look_row(tcell, 2, alpha_spent=0.004)).alpha_spent == 0.004


def test_an_endpoint_that_is_defined_otherwise_needs_an_amended_plan(store, tcell, monkeypatch):
    made = record(store, tcell, look_row(tcell, 1))
    monkeypatch.setattr("pipeline.governance.ledger.version_today", lambda _: "ffffffffffffffff")
    with pytest.raises(DecisionConflict, match="the vocabulary has ffffffffffffffff now: amend the plan"):
        record(store, tcell, look_row(tcell, 2))
    assert record(store, tcell, look_row(tcell, 1)) == made  # what was made is still found


def test_a_late_look_is_marked(store, tcell, clock):
    assert due_day(tcell, "2026Q1").isoformat() == "2026-06-29"
    clock.set("2026-06-29T23:59:00+00:00")
    assert not record(store, tcell, look_row(tcell, 1)).is_late
    clock.set("2026-09-29T00:00:00+00:00")
    assert record(store, tcell, look_row(tcell, 2)).is_late


class TestSkipped:
    def test_a_skipped_look_says_why_and_spends_nothing(self, store, tcell):
        record(store, tcell, look_row(tcell, 1, alpha_spent=0.002))
        with store.writing("ada") as writing:
            kept = skip_look(writing, tcell, 2, "The quarter was never published")
            assert skip_look(writing, tcell, 2, "again") == kept
        assert (kept.status, kept.decision, kept.alpha_spent, kept.observed) == ("skipped", "skipped", 0.002, None)
        assert record(store, tcell, look_row(tcell, 3)).number == 3

    def test_a_skipped_look_cannot_be_made_nor_a_made_one_skipped(self, store, tcell):
        record(store, tcell, look_row(tcell, 1))
        with store.writing("ada") as writing:
            skip_look(writing, tcell, 2, "No data")
        with pytest.raises(DecisionConflict, match="was skipped on 2026-04-20: No data; it cannot be made any more"):
            record(store, tcell, look_row(tcell, 2))
        with (
            pytest.raises(DecisionConflict, match="was made on 2026-04-20: it cannot be skipped"),
            store.writing("ada") as w,
        ):
            skip_look(w, tcell, 1, "Regret")

    @pytest.mark.parametrize(
        ("number", "reason", "said"),
        [(1, " ", "reason to skip look 1 of plan tisa-tcell is missing"), (2, "x", "next look"), (9, "x", "no look 9")],
    )
    def test_skipping_needs_a_reason_and_its_turn(self, store, tcell, number, reason, said):
        with pytest.raises(UsageError, match=said), store.writing("ada") as writing:
            skip_look(writing, tcell, number, reason)


class TestEnded:
    @pytest.mark.parametrize("decision", [CROSSED, ENDED])
    def test_no_look_follows_a_crossing_or_the_end(self, store, tcell, decision):
        record(store, tcell, look_row(tcell, 1, decision=decision))
        with pytest.raises(DecisionConflict, match=f"ended with look 1 \\({decision}\\)"):
            record(store, tcell, look_row(tcell, 2))
        with store.reading() as connection:
            assert due_looks(connection, "2026Q4", "spontaneous") == []

    def test_an_amended_plan_takes_no_more_looks(self, store, tcell, tmp_path):
        record(store, tcell, look_row(tcell, 1))
        registered(store, tmp_path, id="second", amends=tcell.id, looks="{listed: [2026Q2]}")
        with store.reading() as connection:
            closed = plan(connection, tcell.id)
        with pytest.raises(DecisionConflict, match="amended by second: look by that plan"):
            record(store, closed, look_row(closed, 2))
        assert record(store, closed, look_row(closed, 1)).number == 1  # what was made is still found


def test_due_are_the_looks_up_to_a_data_lock_point_that_are_not_written(store, tcell, tmp_path):
    registered(store, tmp_path, id="crs", endpoint="{id: crs, scope: narrow}")
    cohort = {"world": "cohort", "design": "{id: x}", "expected": "{per_100_person_years: 1, citation: x}"}
    registered(store, tmp_path, id="c", endpoint="{id: aki, scope: narrow}", **cohort)
    record(store, tcell, look_row(tcell, 1))
    with store.reading() as connection:
        due = due_looks(connection, "2026Q2", "spontaneous")
        assert [(one.plan.id, one.number, one.dlp) for one in due] == [
            ("crs", 1, "2026Q1"),
            ("crs", 2, "2026Q2"),
            ("tisa-tcell", 2, "2026Q2"),
        ]
        assert [one.dlp for one in due_looks(connection, "2026-07-01", "cohort")] == ["2026-03-31", "2026-06-30"]


def test_a_look_that_is_not_there_says_where_to_look(store):
    with store.reading() as connection, pytest.raises(NothingThere, match="has no look 'x:1'"):
        look(connection, "x:1")


def test_only_those_who_may_record_a_look(store, tcell):
    with pytest.raises(UsageError, match=r"rex \(reviewer\) may not record look"):
        record(store, tcell, look_row(tcell, 1), actor="rex")


class TestJudged:
    @pytest.fixture
    def judged(self, store, tmp_path):
        with store.writing("ada") as writing:
            return register_plan(writing, content(tmp_path))[0]

    def test_the_plans_own_design_decides_on_all_looks_made(self, store, judged):
        rows = []
        for dlp, observed, compared in (("2026Q1", 3, 40), ("2026Q2", 6, 90), ("2026Q3", 60, 140)):
            counts = Counts(observed, compared=compared)
            rows.append(record(store, judged, judged_look(judged, rows, dlp, counts, {"tables": {"signal": dlp}})))
        assert [row.decision for row in rows] == ["continue", "continue", "crossed"]
        assert [row.alpha_spent for row in rows] == sorted(row.alpha_spent for row in rows)
        assert rows[-1].statistic > rows[0].statistic

    def test_a_look_judged_again_gives_the_same_row(self, store, judged):
        first = record(store, judged, judged_look(judged, [], "2026Q1", Counts(3, compared=40), {"t": 1}))
        with store.reading() as connection:
            held = looks_of(connection, judged.id)
        assert record(store, judged, judged_look(judged, held, "2026Q1", Counts(3, compared=40), {"t": 1})) == first

    def test_a_skipped_look_is_not_seen_by_the_design(self, store, judged):
        with store.writing("ada") as writing:
            skipped = skip_look(writing, judged, 1, "No data")
        alone = judged_look(judged, [], "2026Q2", Counts(3, compared=40), {"t": 1})
        assert judged_look(judged, [skipped], "2026Q2", Counts(3, compared=40), {"t": 1}) == alone

    def test_an_error_says_which_look_of_the_plan_is_meant_where_one_was_skipped(self, store, judged):
        with store.writing("ada") as writing:
            skipped = skip_look(writing, judged, 1, "No data")
        wrong = "Look 1 has -3 observed events: a count cannot be below 0."
        with pytest.raises(UsageError, match=f"^{wrong}$"):
            judged_look(judged, [], "2026Q1", Counts(-3, compared=40), {"t": 1})
        with pytest.raises(
            UsageError, match=f"^{wrong} Look 1 of those made is look 2 of the plan: look 1 was skipped.$"
        ):
            judged_look(judged, [skipped], "2026Q2", Counts(-3, compared=40), {"t": 1})

    def test_a_data_lock_point_that_is_not_planned_is_refused(self, judged):
        with pytest.raises(UsageError, match="has no look at 2025Q4"):
            judged_look(judged, [], "2025Q4", Counts(3, compared=40), {"t": 1})


def test_any_design_is_asked_for_only_when_a_plan_is_registered(store, tmp_path):
    asked = []
    with store.writing("ada") as writing:
        register_plan(writing, content(tmp_path), lambda *told: asked.append(told) or any_design())
        register_plan(writing, content(tmp_path), lambda *_: pytest.fail("asked again"))
    assert asked[0][0] == "binomial_spending"
