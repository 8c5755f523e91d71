"""What keeps the trail as it was written must stand: triggers, constraints, the schema's revision, and heads kept outside."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import make_url, text, update

from pipeline.config import Settings
from pipeline.errors import CartwatchError, InputRefused
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.anchors import FILE, kept_heads, store_name
from pipeline.governance.audit import events
from pipeline.governance.guards import missing_guards
from pipeline.governance.migration import upgraded
from pipeline.governance.schema import AUDIT_HEAD, REVISION_TABLE
from pipeline.governance.signals import Opening, open_signal
from pipeline.governance.store import open_store
from pipeline.governance.verification import verify
from pipeline.steps.audit import verify_audit
from tests.governing import ENGINES, Clock, founded, settings_of

OPENING = Opening(
    title="T-cell lymphoma", source="literature", world="spontaneous", product="tisagenlecleucel", endpoint="spm_tcell",
    reason="Two cases", owner="ada", reference="doi:10/x",
)  # fmt: skip


class Undo(Exception):
    """Ends a transaction whose changes are not kept."""


@pytest.fixture(scope="module", params=ENGINES)
def store(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("guards")
    return founded(settings_of(request.param, folder, request), Clock())


def missing_after(store, *statements):
    """What is missing once these have been carried out by somebody with every right; nothing of it is kept."""
    found = []

    def work():
        with store.locked() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            found.extend(missing_guards(connection))
            raise Undo

    with pytest.raises(Undo):
        work()
    return found


def is_sqlite(store):
    return store.url.get_backend_name() == "sqlite"


def drop(store, table, verb):
    return f"DROP TRIGGER {table}_no_{verb}" + ("" if is_sqlite(store) else f" ON {table}")


def test_everything_stands_in_a_store_that_nobody_touched(store):
    assert missing_after(store) == []


@pytest.mark.parametrize("table", ["audit_event", "audit_head", "plan", "look", "signature"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_dropped_trigger_is_named(store, table, verb):
    assert missing_after(store, drop(store, table, verb)) == [f"the trigger {table}_no_{verb} is missing"]


def test_a_trigger_that_does_less_is_found(store):
    harmless = {
        True: "CREATE TRIGGER audit_head_no_UPDATE BEFORE UPDATE ON audit_head WHEN (0) BEGIN SELECT 1; END",
        False: "CREATE TRIGGER audit_head_no_UPDATE BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (false) "
        "EXECUTE FUNCTION cartwatch_refuse()",
    }[is_sqlite(store)]
    found = missing_after(store, drop(store, "audit_head", "UPDATE"), harmless)
    assert found == ["the trigger audit_head_no_UPDATE is another one than was made"]


def test_a_trigger_of_somebody_else_is_found(store):
    foreign = {
        True: "CREATE TRIGGER mine AFTER INSERT ON audit_event BEGIN SELECT 1; END",
        False: "CREATE TRIGGER mine AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION cartwatch_refuse()",
    }[is_sqlite(store)]
    assert missing_after(store, foreign) == ["the trigger mine is none of ours"]


def test_what_others_keep_in_the_same_schema_is_theirs(store):
    trigger = {
        True: "CREATE TRIGGER mine AFTER INSERT ON theirs BEGIN SELECT 1; END",
        False: "CREATE TRIGGER mine AFTER INSERT ON theirs FOR EACH ROW EXECUTE FUNCTION cartwatch_refuse()",
    }[is_sqlite(store)]
    assert missing_after(store, "CREATE TABLE theirs (id int)", trigger) == []


OFF = "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_update"
GUTTED = "CREATE OR REPLACE FUNCTION cartwatch_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"


def test_postgresql_s_triggers_switched_off_or_gutted_are_found(store):
    if is_sqlite(store):
        pytest.skip("SQLite cannot switch a trigger off")
    assert missing_after(store, OFF) == ["the trigger audit_event_no_UPDATE is switched off"]
    assert set(missing_after(store, GUTTED)) == {"the function cartwatch_refuse is another one than was made"}
    assert missing_after(store, "DROP TRIGGER look_no_truncate ON look") == ["the trigger look_no_truncate is missing"]


def test_postgresql_s_ways_round_a_trigger_are_found(store):
    if is_sqlite(store):
        pytest.skip("SQLite has no rules")
    rule = "CREATE RULE mine AS ON UPDATE TO plan DO INSTEAD NOTHING"
    assert missing_after(store, rule) == ["the rule mine on plan is none of ours"]
    found = missing_after(store, "SET LOCAL session_replication_role = replica")
    assert found == ["session_replication_role is replica, under which triggers do not fire"]


def test_dropped_constraints_are_named(store):
    if is_sqlite(store):
        changed = missing_after(
            store,
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'CONSTRAINT plan_alpha CHECK (alpha > 0 AND alpha <= 0.5), ', '') "
            "WHERE name = 'plan'",
        )
        assert changed == ["the table plan lacks the check plan_alpha"]
        return
    for statement, lacking in (
        ("ALTER TABLE plan DROP CONSTRAINT plan_alpha", "the table plan lacks the check plan_alpha"),
        ("ALTER TABLE look DROP CONSTRAINT look_number", "the table look lacks the unique constraint on number, plan_id"),
        ("ALTER TABLE signature DROP CONSTRAINT signature_signal_id_fkey", "the table signature lacks the reference of signal_id to signal.id"),
        ("ALTER TABLE signature DROP CONSTRAINT signature_pkey", "the table signature lacks the primary key on actor, decision, signal_id"),
        ("ALTER TABLE audit_event ALTER COLUMN at DROP NOT NULL", "the table audit_event lacks the column at NOT NULL"),
    ):  # fmt: skip
        assert missing_after(store, statement) == [lacking]


class TestVerify:
    """As the command verifies."""

    @pytest.fixture(params=ENGINES)
    def settings(self, request, tmp_path):
        (tmp_path / "lake").mkdir()
        settings = settings_of(request.param, tmp_path, request)
        founded(settings, Clock())
        return settings

    def changed(self, settings, statement):
        with open_store(settings, Clock()).migrating() as connection:
            connection.exec_driver_sql(statement)

    def test_a_store_whose_trigger_is_gone_is_refused_though_its_trail_is_whole(self, settings):
        assert verify_audit(settings).counts["first_bad"] is None
        self.changed(settings, drop(open_store(settings), "look", "DELETE"))
        with pytest.raises(InputRefused, match="no longer guards them: the trigger look_no_DELETE is missing"):
            verify_audit(settings)

    def test_a_revision_that_the_trail_does_not_tell_is_refused(self, settings, monkeypatch):
        self.changed(settings, f"UPDATE {REVISION_TABLE} SET version_num = '0001'")
        with pytest.raises(InputRefused, match="older schema 0001"):
            verify_audit(settings)
        monkeypatch.setattr("pipeline.governance.store.REVISIONS", ("0001",))
        monkeypatch.setattr("pipeline.steps.audit.REVISIONS", ("0001",))
        with pytest.raises(InputRefused, match="the schema says it is 0001, the trail tells 0002"):
            verify_audit(settings)


class TestHeads:
    """A trail cut off together with its own head is whole in itself: the heads kept in the lake tell."""

    @pytest.fixture
    def settings(self, tmp_path):
        return Settings(lake=str(tmp_path))

    @pytest.fixture
    def lived(self, settings):
        store = founded(settings, Clock())
        for _ in range(2):
            with store.writing("ada") as writing:
                open_signal(writing, OPENING)
        return store

    def test_every_writing_leaves_the_trail_s_head_in_the_lake_and_reading_leaves_none(self, lived, settings):
        with lived.reading() as connection:
            trail = list(events(connection))
        heads = kept_heads(lived.heads)
        assert [(one["n_events"], one["hash"]) for one in heads] == [(one["number"], one["hash"]) for one in trail[-2:]]
        told = verify_audit(settings)
        assert (told.counts["n_heads"], told.warnings) == (2, [])
        assert kept_heads(lived.heads) == heads

    def test_what_is_undone_leaves_no_head(self, lived):
        before = kept_heads(lived.heads)

        def work():
            with lived.writing("ada") as writing:
                open_signal(writing, OPENING)
                raise Undo

        with pytest.raises(Undo):
            work()
        assert kept_heads(lived.heads) == before

    def cut_off(self, store, n):
        """Remove the last n records and what they tell, and rewrite the head: what somebody with every right can do."""
        with store.migrating() as connection:
            for table in ("audit_event", "audit_head"):
                for verb in ("UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")
            last = len(list(events(connection))) - n
            connection.execute(text(f"DELETE FROM audit_event WHERE number > {last}"))
            connection.execute(text("DELETE FROM signal WHERE id = (SELECT max(id) FROM signal)"))
            head = list(events(connection))[-1]
            connection.execute(update(AUDIT_HEAD).values(n_events=last, hash=head["hash"]))
            return last

    def test_a_trail_cut_off_with_its_head_is_found(self, lived, settings):
        last = self.cut_off(lived, 1)
        with lived.reading() as connection:
            assert verify(connection).first_bad is None
        with pytest.raises(InputRefused, match=f"record {last + 1} is missing: the trail once had {last + 1} records"):
            verify_audit(settings)

    def test_so_is_another_trail_of_the_same_length(self, lived, settings):
        path = lived.heads
        lines = path.read_text().splitlines()
        path.write_text("\n".join([lines[0].replace('"hash":"', '"hash":"0'), *lines[1:]]) + "\n")
        with pytest.raises(InputRefused, match=r"record \d+ is another one than the heads kept in the lake tell"):
            verify_audit(settings)

    @pytest.mark.parametrize("engine", ENGINES)
    def test_another_store_on_the_same_lake_is_no_trail_made_anew(self, lived, settings, engine, tmp_path, request):
        url = settings_of(engine, tmp_path, request).store_url or f"sqlite:///{tmp_path}/elsewhere/other.sqlite"
        other = replace(settings, store_url=url)
        if engine == "sqlite":
            (tmp_path / "elsewhere").mkdir()
        add_actor(upgraded(other, Clock())[0], None, Actor("eve", "Eve Adams", ("engineer",)))
        for one, n_heads in ((settings, 2), (other, 1)):
            told = verify_audit(one)
            assert told.counts["n_heads"] == n_heads
            (said,) = told.warnings
            assert "they were left aside" in said
        self.cut_off(lived, 1)
        with pytest.raises(InputRefused, match="the trail once had"):
            verify_audit(settings)

    @pytest.mark.usefixtures("lived")
    def test_a_lake_that_was_moved_keeps_its_heads(self, settings, tmp_path):
        moved = replace(settings, lake=str(tmp_path / "moved"))
        (tmp_path / "moved").mkdir()
        for name in ("governance.sqlite", FILE):
            (tmp_path / name).rename(tmp_path / "moved" / name)
        told = verify_audit(moved)
        assert (told.counts["n_heads"], told.warnings) == (2, [])

    def test_who_asks_and_by_what_password_makes_no_other_store(self):
        one, other = (
            make_url(f"postgresql+pg8000://{who}@host:5432/x?schema=s{more}")
            for who, more in (("ada:secret", ""), ("eve", "&sslmode=disable"))
        )
        assert store_name(one, None) == store_name(other, None) == "postgresql+pg8000://host:5432/x?schema=s"

    def test_without_the_file_it_is_said_what_cannot_be_found(self, lived, settings):
        lived.heads.unlink()
        (said,) = verify_audit(settings).warnings
        assert "shows only against an export; give --against" in said

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "x",
            "[]",
            '{"n_events": 1}',
            '{"n_events": "x", "hash": "0", "store": "x"}',
            '{"n_events": 1, "hash": "0"}',
        ],
    )
    def test_a_line_that_is_no_head_is_refused(self, lived, settings, line):
        with lived.heads.open("a") as stream:
            stream.write(f"{line}\n")
        with pytest.raises(InputRefused, match=f"Line 3 of .*{FILE} tells no head"):
            verify_audit(settings)

    def test_a_file_that_cannot_be_written_is_said_and_the_decision_stands(self, lived):
        lived.heads.unlink()
        lived.heads.mkdir()
        with (
            pytest.raises(CartwatchError, match="What was asked for is written, but the head"),
            lived.writing("ada") as writing,
        ):
            open_signal(writing, OPENING)
        lived.heads.rmdir()
        with lived.reading() as connection:
            assert json.loads(list(events(connection))[-1]["after"])["id"] == 3
            assert verify(connection).first_bad is None

    def test_a_store_without_a_lake_beside_it_keeps_none(self, tmp_path):
        kept = Settings(lake="s3://bucket/lake", store_url=f"sqlite:///{tmp_path}/x.sqlite")
        store = founded(kept, Clock())
        assert store.heads is None
        assert "give --against" in verify_audit(kept).warnings[0]
