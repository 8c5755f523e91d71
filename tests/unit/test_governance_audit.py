"""The audit trail: whole as it is written, and every tampering at the database found, on both engines."""

import csv
import json
from contextlib import contextmanager

import pytest
from sqlalchemy import insert, select, text, update

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, InputRefused, UsageError
from pipeline.governance.assessment import Assessment, assess
from pipeline.governance.audit import GENESIS, Change, event_hash, events, head, written
from pipeline.governance.auditexport import export_trail, head_path, read_export
from pipeline.governance.decisions import move, sign
from pipeline.governance.ledger import CROSSED, record_look
from pipeline.governance.schema import ACTOR, AUDIT_EVENT, AUDIT_HEAD
from pipeline.governance.signals import open_from_look
from pipeline.governance.store import fetched
from pipeline.governance.verification import verify
from tests.governing import ENGINES, Clock, founded, look_row, registered, settings_of


def lived(settings, tmp_path):
    """A store in which a plan was registered, looked by, and its signal refuted by two people."""
    clock = Clock()
    store = founded(settings, clock)
    plan = registered(store, tmp_path)
    with store.writing("system") as writing:
        open_from_look(writing, plan, record_look(writing, plan, look_row(plan, 1, decision=CROSSED)))
    clock.go(hours=1)
    with store.writing("ada") as writing:
        assess(writing, 1, Assessment(strength="weak"), "= a reason that looks like a formula")
        move(writing, 1, "not_validated", "A duplicate of case “7”")
        sign(writing, 1, "authorship")
    with store.writing("bob") as writing:
        sign(writing, 1, "approval")
    return store


@pytest.fixture(scope="module", params=ENGINES)
def store(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    return lived(settings_of(request.param, folder, request), folder)


class Undo(Exception):
    """Ends a transaction whose changes are not kept."""


@contextmanager
def tampered(store):
    """A connection on which the guards are off; what is done on it is undone afterwards."""

    def work():
        with store.locked() as connection:
            for table in ("audit_event", "audit_head", "plan", "look", "signature"):
                if store.url.get_backend_name() == "postgresql":
                    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
                else:
                    for verb in ("UPDATE", "DELETE"):
                        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")
            yield connection
            raise Undo

    undone = work()
    yield next(undone)
    with pytest.raises(Undo):
        next(undone)


def rehashed(connection, number):
    """What a clever hand does: give the changed record the hash that its content has now."""
    row = fetched(connection, select(AUDIT_EVENT).where(AUDIT_EVENT.c.number == number))[0]
    connection.execute(update(AUDIT_EVENT).where(AUDIT_EVENT.c.number == number).values(hash=event_hash(row)))


def test_a_trail_that_nobody_touched_is_whole(store):
    with store.reading() as connection:
        verdict = verify(connection)
        kinds = {event["subject_kind"] for event in events(connection)}
    assert verdict.first_bad is None
    assert verdict.n_events == 14
    assert kinds == {"store", "actor", "plan", "look", "signal", "signature"}


COLUMNS = [column.name for column in AUDIT_EVENT.columns if column.name not in {"number", "hash"}]


@pytest.mark.parametrize("column", COLUMNS)
def test_any_column_altered_is_found_and_the_record_named(store, column):
    with tampered(store) as connection:
        connection.execute(text(f"UPDATE audit_event SET {column} = '{'0' * 10}' WHERE number = 9"))
        assert verify(connection).first_bad.startswith("record 9 was altered")


@pytest.mark.parametrize("column", COLUMNS)
def test_so_it_is_when_the_record_is_given_the_hash_it_now_has(store, column):
    with tampered(store) as connection:
        connection.execute(text(f"UPDATE audit_event SET {column} = '{'0' * 10}' WHERE number = 9"))
        rehashed(connection, 9)
        named = "record 9" if column in {"previous_hash", "at"} else "record 10"
        assert verify(connection).first_bad.startswith(named)


TAMPERINGS = [
    ("DELETE FROM audit_event WHERE number = 1", "record 1 is missing"),
    ("DELETE FROM audit_event WHERE number = 7", "record 7 is missing: record 8 comes next"),
    ("DELETE FROM audit_event WHERE number BETWEEN 4 AND 6", "record 4 is missing: record 7 comes next"),
    ("DELETE FROM audit_event WHERE number = 14", "record 14 is missing: the trail was cut off after record 13 of 14"),
    ("DELETE FROM audit_event WHERE number > 3", "record 4 is missing: the trail was cut off after record 3 of 14"),
    ("DELETE FROM audit_event", "record 1 is missing: the trail was cut off after record 0 of 14"),
    ("UPDATE audit_event SET number = 15 WHERE number = 14", "record 14 is missing: record 15 comes next"),
    ("UPDATE audit_event SET number = 0 WHERE number = 1", "record 0 stands out of its place"),
    ("UPDATE audit_head SET n_events = 13", "record 14 was added after the last one: the head tells 13"),
    ("UPDATE audit_head SET hash = '0'", "record 14 is not the one that the head tells"),
    ("DELETE FROM audit_head", "record 1 was added after the last one: the head tells 0"),
    ("UPDATE signal SET state = 'refuted'", "signal 1 was altered past the audit trail"),
    ("UPDATE signal SET version = 1", "signal 1 was altered past"),
    ("UPDATE look SET alpha_spent = 0", "look tisa-tcell:1 was altered past"),
    ("UPDATE plan SET alpha = 0.02", "plan tisa-tcell was altered past"),
    ("UPDATE actor SET roles = '[\"approver\"]' WHERE id = 'ada'", "actor ada was altered past"),
    ("UPDATE signature SET meaning = 'review' WHERE actor = 'bob'", "signature 1:1:bob was altered past"),
    ("DELETE FROM signature WHERE actor = 'bob'", "signature 1:1:bob is missing: the trail tells it"),
    ("INSERT INTO actor VALUES ('mallory', 'M', '[]')", "actor mallory was added past the audit trail"),
]


@pytest.mark.parametrize(("statement", "said"), TAMPERINGS, ids=[statement for statement, _ in TAMPERINGS])
def test_what_is_done_past_the_code_is_found_and_named(store, statement, said):
    with tampered(store) as connection:
        connection.execute(text(statement))
        assert verify(connection).first_bad.startswith(said)


def test_two_records_that_changed_places_are_found(store):
    with tampered(store) as connection:
        for old, new in ((6, 99), (7, 6), (99, 7)):
            connection.execute(update(AUDIT_EVENT).where(AUDIT_EVENT.c.number == old).values(number=new))
        assert verify(connection).first_bad.startswith("record 6 was altered")
        rehashed(connection, 6)
        assert verify(connection).first_bad.startswith("record 6 does not follow record 5")


def test_an_earlier_time_in_a_chain_that_was_made_anew_is_found(store):
    with tampered(store) as connection:
        remake(connection, {"at": "2020-01-01T00:00:00.000000Z"}, number=9)
        assert verify(connection).first_bad == "record 9 is of an earlier time than record 8"


def remake(connection, changed, number):
    """Rewrite the whole chain from one record on, and the head: what somebody with every right can do."""
    previous = GENESIS
    for row in fetched(connection, select(AUDIT_EVENT).order_by(AUDIT_EVENT.c.number)):
        new = {**row, **(changed if row["number"] == number else {}), "previous_hash": previous}
        new["hash"] = previous = event_hash(new)
        connection.execute(update(AUDIT_EVENT).where(AUDIT_EVENT.c.number == row["number"]).values(new))
    connection.execute(update(AUDIT_HEAD).values(hash=previous))


class TestExport:
    def test_a_chain_made_anew_shows_against_an_export_and_only_there(self, store, tmp_path):
        with store.reading() as connection:
            export_trail(connection, tmp_path / "a.jsonl")
        exported = read_export(tmp_path / "a.jsonl")
        with tampered(store) as connection:
            remake(connection, {"reason": "another reason"}, number=12)
            assert verify(connection).first_bad is None
            assert verify(connection, exported).first_bad == "record 12 is another one than in the export"

    def test_so_does_a_trail_cut_off_together_with_its_head(self, store, tmp_path):
        with store.reading() as connection:
            export_trail(connection, tmp_path / "a.jsonl")
        with tampered(store) as connection:
            connection.execute(text("DELETE FROM audit_event WHERE number > 12"))
            last = list(events(connection))[-1]
            connection.execute(update(AUDIT_HEAD).values(n_events=12, hash=last["hash"]))
            found = verify(connection, read_export(tmp_path / "a.jsonl")).first_bad
            assert found == "record 13 is missing: the export has it, the store's trail was cut off"

    def test_a_trail_that_went_on_still_holds_an_older_export(self, tmp_path):
        store = lived(Settings(lake=str(tmp_path / "lake")), tmp_path)
        with store.reading() as connection:
            export_trail(connection, tmp_path / "a.jsonl")
        with store.writing("ada") as writing:
            move(writing, 1, "detected", "A regulator asks", rule="regulator_request")
        with store.reading() as connection:
            verdict = verify(connection, read_export(tmp_path / "a.jsonl"))
        assert (verdict.first_bad, verdict.is_compared, verdict.n_events) == (None, True, 15)

    def test_an_export_that_was_changed_is_found(self, store, tmp_path):
        path = tmp_path / "a.jsonl"
        with store.reading() as connection:
            export_trail(connection, path)
            path.write_text(path.read_text().replace("A duplicate", "A triplicate"))
            assert verify(connection, read_export(path)).first_bad.startswith("in the export, record 11 was altered")
            export_trail(connection, path)
            path.write_text("\n".join(path.read_text().splitlines()[:-2]) + "\n")
            found = verify(connection, read_export(path)).first_bad
            assert found == "in the export, record 13 is missing: the trail was cut off after record 12 of 14"

    def test_the_same_trail_gives_the_same_bytes(self, store, tmp_path):
        with store.reading() as connection:
            for form in ("jsonl", "csv"):
                one, two = (export_trail(connection, tmp_path / f"{name}.{form}") for name in "ab")
                assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]

    def test_both_forms_hold_every_record_and_the_head(self, store, tmp_path):
        with store.reading() as connection:
            export_trail(connection, tmp_path / "a.jsonl")
            export_trail(connection, tmp_path / "a.csv")
            trail, told = list(events(connection)), head(connection)
        assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()] == trail
        with (tmp_path / "a.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [int(row["number"]) for row in rows] == [event["number"] for event in trail]
        assert json.loads(head_path(tmp_path / "a.csv").read_text()) == told

    def test_a_spreadsheet_runs_nothing_of_it(self, store, tmp_path):
        with store.reading() as connection:
            export_trail(connection, tmp_path / "a.csv")
        assert '"\'= a reason that looks like a formula"' in (tmp_path / "a.csv").read_text()

    def test_another_ending_is_refused(self, store, tmp_path):
        with store.reading() as connection, pytest.raises(UsageError, match=r"neither \.jsonl nor \.csv"):
            export_trail(connection, tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("lines", "told", "said"),
        [
            (None, '{"n_events":0,"hash":"0"}', "cannot be read as an export"),
            ("", None, "cannot be read as an export"),
            ("{", "{}", "cannot be read as an export"),
            ("[1]\n", "{}", "does not hold the columns"),
            ('{"number": 1}\n', "{}", "does not hold the columns"),
            ("", "[]", "does not tell the number of records"),
            ("", '{"n_events": 1}', "does not tell the number of records"),
        ],
    )
    def test_a_file_that_is_no_export_is_refused(self, tmp_path, lines, told, said):
        path = tmp_path / "a.jsonl"
        if lines is not None:
            path.write_text(lines)
        if told is not None:
            head_path(path).write_text(told)
        with pytest.raises(InputRefused, match=said):
            read_export(path)


def test_a_record_has_the_hash_it_always_had():
    """Computed once and written down: a trail of today must be verified by every later version."""
    event = {
        "number": 2, "at": "2026-06-01T09:00:00.000000Z", "actor": "ada", "subject_kind": "signal", "subject_id": "1",
        "action": "move", "before": None, "after": '{"state":"validated"}', "reason": "Größer als „3“", "previous_hash": GENESIS,
    }  # fmt: skip
    assert event_hash(event) == "162d0b0db4e1418df2fdb3e0ad60a24d0e0c08bad50d2d9745bb57100960a60a"


def test_a_statement_that_finds_no_row_writes_nothing(tmp_path):
    store = founded(Settings(lake=str(tmp_path)), Clock())
    nobody = update(ACTOR).where(ACTOR.c.id == "nobody").values(name="N")
    with pytest.raises(DecisionConflict, match="changed by somebody else meanwhile"), store.writing("eve") as writing:
        written(writing, nobody, Change("actor", "nobody", "replace", None, {}))


def test_a_row_that_is_there_already_is_a_conflict(tmp_path):
    store = founded(Settings(lake=str(tmp_path)), Clock())
    row = {"id": "ada", "name": "A", "roles": "[]"}
    with pytest.raises(DecisionConflict, match="Somebody else wrote the same thing"), store.writing("eve") as writing:
        written(writing, insert(ACTOR).values(row), Change("actor", "ada", "add", None, row))
