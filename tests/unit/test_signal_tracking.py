"""The signal tracking report: what was new, ongoing and closed in an interval, as it stood at its end."""

import csv
import datetime as dt

import openpyxl
import pytest

from pipeline.config import Settings
from pipeline.errors import CartwatchError, UsageError
from pipeline.governance.assessment import Assessment, assess
from pipeline.governance.decisions import move, sign
from pipeline.governance.signals import Opening, open_signal
from pipeline.governance.tracking import SIGNAL_COLUMNS, tracking, tracking_rows
from pipeline.report.signaltracking import tracking_page, write_tracking
from pipeline.steps.tracking import tracking_facts
from tests.governing import Clock, founded
from tests.spec.tables import rows_of

DAY = dt.date.fromisoformat
# A course of three signals: what each person did on which day.
COURSE = """
day        | who | act    | signal | word                      | why
2026-01-10 | ada | open   | 1      | T-cell lymphoma <script>  | Two cases
2026-02-01 | ada | move   | 1      | validated                 | Confirmed by the reporter
2026-02-20 | ada | open   | 2      | Guillain-Barré syndrome   | =1+1
2026-04-05 | ada | move   | 2      | validated                 | Late by two weeks
2026-04-10 | ada | move   | 1      | prioritised               | Fatal
2026-04-11 | ada | move   | 1      | under_assessment          | Team met
2026-05-02 | ada | action | 1      | Write to the centres      | Agreed
2026-05-03 | ada | move   | 1      | refuted                   | The clone was there before infusion
2026-05-03 | ada | sign   | 1      | authorship                | -
2026-05-04 | bob | sign   | 1      | approval                  | -
2026-06-15 | ada | open   | 3      | Third                     | One case
2026-07-05 | ada | reopen | 1      | under_assessment          | A second clone
"""
ANSWERS = """
from       | to         | signal | status  | closed     | state            | overdue
2026-01-01 | 2026-01-31 | 1      | new     | -          | detected         | no
2026-02-01 | 2026-03-31 | 1      | ongoing | -          | validated        | no
2026-02-01 | 2026-03-31 | 2      | new     | -          | detected         | yes
2026-04-01 | 2026-06-30 | 1      | closed  | 2026-05-04 | refuted          | no
2026-04-01 | 2026-06-30 | 2      | ongoing | -          | validated        | yes
2026-04-01 | 2026-06-30 | 3      | new     | -          | detected         | no
2026-05-05 | 2026-06-30 | 2      | ongoing | -          | validated        | yes
2026-05-05 | 2026-06-30 | 3      | new     | -          | detected         | no
2026-07-01 | 2026-07-31 | 1      | ongoing | -          | under_assessment | no
2026-07-01 | 2026-07-31 | 2      | ongoing | -          | validated        | yes
2026-07-01 | 2026-07-31 | 3      | ongoing | -          | detected         | yes
"""


def carried_out(writing, row):
    number = int(row["signal"])
    match row["act"]:
        case "open":
            told = {
                "source": "literature",
                "world": "spontaneous",
                "product": "tisagenlecleucel",
                "endpoint": "spm_tcell",
            }
            open_signal(
                writing, Opening(title=row["word"], reason=row["why"], owner="ada", reference="doi:10/x", **told)
            )
        case "move":
            move(writing, number, row["word"], row["why"])
        case "reopen":
            move(writing, number, row["word"], row["why"], rule="new_evidence")
        case "action":
            assess(writing, number, Assessment(action=row["word"], action_due_on=DAY("2026-06-01")), row["why"])
        case "sign":
            sign(writing, number, row["word"])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    clock = Clock("2026-01-01T12:00:00+00:00")
    kept = founded(Settings(lake=str(tmp_path_factory.mktemp("tracking"))), clock)
    for row in rows_of(COURSE):
        clock.set(f"{row['day']}T12:00:00+00:00")
        with kept.writing(row["who"]) as writing:
            carried_out(writing, row)
    return kept


def told(store, start, end):
    with store.reading() as connection:
        return tracking(connection, DAY(start), DAY(end))


INTERVALS = sorted({(row["from"], row["to"]) for row in rows_of(ANSWERS)})


@pytest.mark.parametrize(("start", "end"), INTERVALS)
def test_each_signal_stands_as_the_table_says(store, start, end):
    wanted = [row for row in rows_of(ANSWERS) if (row["from"], row["to"]) == (start, end)]
    with store.reading() as connection:
        found = tracking_rows(connection, DAY(start), DAY(end))
    told_rows = [
        (
            str(row["signal_id"]),
            row["status"],
            row["date_closed"] and str(row["date_closed"]),
            row["state"],
            row["is_overdue"],
        )
        for row in found
    ]
    assert told_rows == [
        (row["signal"], row["status"], row["closed"], row["state"], row["overdue"] == "yes") for row in wanted
    ]


def test_nothing_before_the_first_signal(store):
    assert told(store, "2025-12-01", "2026-01-09").signals == []


def test_an_interval_that_runs_backwards_is_refused(store):
    with pytest.raises(UsageError, match="runs backwards"):
        told(store, "2026-02-01", "2026-01-31")


def test_timeliness_counts_what_was_done_in_the_interval_and_what_is_open_at_its_end(store):
    first, second = told(store, "2026-01-01", "2026-03-31"), told(store, "2026-04-01", "2026-06-30")
    assert first.timeliness[0] == {
        "step": "validation", "n_done": 1, "n_done_in_time": 1, "median_days": 22, "longest_days": 22, "n_open": 1, "n_overdue": 1,
    }  # fmt: skip
    assert second.timeliness[0] == {
        "step": "validation", "n_done": 1, "n_done_in_time": 0, "median_days": 44, "longest_days": 44, "n_open": 1, "n_overdue": 0,
    }  # fmt: skip
    assert second.timeliness[1] == {
        "step": "assessment", "n_done": 1, "n_done_in_time": 0, "median_days": 92, "longest_days": 92, "n_open": 1, "n_overdue": 1,
    }  # fmt: skip


def test_who_signed_stands_beside_what_was_decided(store):
    row = told(store, "2026-04-01", "2026-06-30").signals[0]
    assert row["signatures"] == (
        "Ada Byron (scientist), authorship, 2026-05-03; Bob Crick (approver), approval, 2026-05-04"
    )
    assert row["decision_rationale"] == "The clone was there before infusion"


def test_an_action_stays_open_after_the_decision(store):
    (action,) = told(store, "2026-04-01", "2026-06-30").actions
    assert (action["action"], action["due_on"], action["is_overdue"]) == (
        "Write to the centres",
        DAY("2026-06-01"),
        True,
    )


def test_the_report_of_a_past_interval_never_changes(store, tmp_path):
    """Signal 1 was reopened in July; the second quarter's report still has it closed, under the trail's hash of then."""
    clock = Clock("2026-01-01T12:00:00+00:00")
    other = founded(Settings(lake=str(tmp_path)), clock)
    for row in rows_of(COURSE)[:-1]:
        clock.set(f"{row['day']}T12:00:00+00:00")
        with other.writing(row["who"]) as writing:
            carried_out(writing, row)
    assert told(other, "2026-04-01", "2026-06-30") == told(store, "2026-04-01", "2026-06-30")


@pytest.fixture(scope="module")
def facts(store):
    return tracking_facts(told(store, "2026-04-01", "2026-06-30"))


class TestFiles:
    def test_the_same_interval_gives_the_same_bytes(self, facts, tmp_path):
        one, two = (write_tracking(facts, tmp_path / name) for name in "ab")
        assert [path.name for path in one] == [
            "signal-tracking-2026-04-01-2026-06-30.html",
            "signal-tracking-2026-04-01-2026-06-30.xlsx",
            "signal-tracking-2026-04-01-2026-06-30-signals.csv",
            "signal-tracking-2026-04-01-2026-06-30-timeliness.csv",
            "signal-tracking-2026-04-01-2026-06-30-open_actions.csv",
            "signal-tracking-2026-04-01-2026-06-30-plans.csv",
            "signal-tracking-2026-04-01-2026-06-30-plan_power.csv",
        ]
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]

    def test_the_columns_of_the_tabular_summary_come_first(self, facts, tmp_path):
        write_tracking(facts, tmp_path)
        with (tmp_path / "signal-tracking-2026-04-01-2026-06-30-signals.csv").open(
            newline="", encoding="utf-8"
        ) as stream:
            rows = list(csv.DictReader(stream))
        assert list(rows[0])[1:9] == [
            "signal_term", "date_detected", "status", "date_closed", "source", "reason_and_key_data",
            "method_of_evaluation", "action_taken_or_planned",
        ]  # fmt: skip
        assert [row["status"] for row in rows] == ["closed", "ongoing", "new"]
        assert rows[1]["reason_and_key_data"] == "'=1+1"  # no spreadsheet runs it

    def test_the_workbook_holds_the_same(self, facts, tmp_path):
        write_tracking(facts, tmp_path)
        book = openpyxl.load_workbook(tmp_path / "signal-tracking-2026-04-01-2026-06-30.xlsx")
        assert book.sheetnames == ["README", "signals", "timeliness", "open_actions", "plans", "plan_power"]
        head, first, second, _ = book["signals"].iter_rows(values_only=True)
        assert list(head) == list(SIGNAL_COLUMNS)
        assert first[2].date() == DAY("2026-01-10")
        assert second[list(head).index("reason_and_key_data")] == "=1+1"
        assert book["signals"].cell(3, list(head).index("reason_and_key_data") + 1).data_type == "s"
        book.close()

    def test_the_page_escapes_what_people_wrote_and_needs_no_network(self, facts):
        page = tracking_page(facts)
        assert "T-cell lymphoma &lt;script&gt;" in page
        assert "<script" not in page
        assert "://" not in page
        assert page.count("<h2") == 7

    def test_without_a_label_on_file_listedness_is_not_known_and_no_label_is_called_unverified(self, tmp_path):
        store = founded(Settings(lake=str(tmp_path)), Clock("2026-05-01T12:00:00+00:00"))
        opening = Opening(
            title="CRS", source="literature", world="spontaneous", product="idecabtagene vicleucel", endpoint="crs",
            reason="Two cases", owner="ada", reference="doi:10/x",
        )  # fmt: skip
        with store.writing("ada") as writing:
            open_signal(writing, opening)
        found = tracking_facts(told(store, "2026-04-01", "2026-06-30"))
        (row,) = found.tables["signals"]
        assert (row["listedness"], row["label_version"], row["is_label_verified"]) == ("unknown", None, None)
        page = tracking_page(found)
        assert "listedness: not known" in page
        assert "label not verified" not in page

    def test_an_empty_interval_is_a_report_that_says_none(self, store, tmp_path):
        facts = tracking_facts(told(store, "2025-01-01", "2025-12-31"))
        write_tracking(facts, tmp_path)
        assert tracking_page(facts).count(">None.<") == 5

    def test_a_column_of_a_forbidden_name_is_refused_before_anything_is_written(self, facts, tmp_path):
        from dataclasses import replace

        spoilt = replace(facts, columns={**facts.columns, "signals": {"crs_rate": "real"}})
        with pytest.raises(CartwatchError, match="says 'rate'"):
            write_tracking(spoilt, tmp_path / "out")
        assert not (tmp_path / "out").exists()
