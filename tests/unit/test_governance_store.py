"""The store: made once, of one schema, written by one transaction at a time, by somebody known, in the order of time."""

import threading
import uuid

import pg8000.native
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, InputRefused, NothingThere, SourceOutage, UsageError
from pipeline.governance.actors import Actor, actors, add_actor
from pipeline.governance.audit import Change, events, record
from pipeline.governance.decisions import move
from pipeline.governance.ledger import record_look
from pipeline.governance.migration import alembic_configuration, upgraded
from pipeline.governance.schema import METADATA, REVISION_TABLE, REVISIONS, WRITTEN_ONCE
from pipeline.governance.signals import open_from_look
from pipeline.governance.store import open_store, time_text
from pipeline.governance.verification import verify
from tests.governing import DATABASE, ENGINES, HOST, PORT, USER, Clock, founded, look_row, registered, settings_of


@pytest.fixture(params=ENGINES)
def settings(request, tmp_path):
    return settings_of(request.param, tmp_path, request)


@pytest.fixture
def store(tmp_path):
    return founded(Settings(lake=str(tmp_path)), Clock())


def test_the_migrations_make_exactly_the_tables_that_the_code_declares(settings):
    store, _ = upgraded(settings, Clock())
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": REVISION_TABLE})
        assert compare_metadata(context, METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, REVISION_TABLE}


def test_the_revisions_that_the_code_knows_are_those_of_alembic():
    walked = ScriptDirectory.from_config(alembic_configuration()).walk_revisions()
    assert tuple(reversed([script.revision for script in walked])) == REVISIONS


def test_a_store_of_an_older_schema_is_refused_until_it_is_upgraded(settings):
    upgraded(settings, Clock(), to="0001")
    with pytest.raises(InputRefused, match=r"older schema 0001, not 0002: run 'cartwatch store upgrade'"):
        open_store(settings)
    store, before = upgraded(settings, Clock())
    assert before == "0001"
    with store.reading() as connection:
        assert [(event["action"], event["after"]) for event in events(connection, subject_kind="store")] == [
            ("create", '{"revision":"0001"}'),
            ("upgrade", '{"revision":"0002"}'),
        ]


def test_a_store_of_a_newer_schema_is_refused(settings):
    store, _ = upgraded(settings, Clock())
    with store.migrating() as connection:
        connection.exec_driver_sql(f"UPDATE {REVISION_TABLE} SET version_num = '9999'")
    with pytest.raises(InputRefused, match="schema 9999, which this version does not know: use a newer cartwatch"):
        open_store(settings)
    with pytest.raises(InputRefused, match="newer schema 9999"):
        upgraded(settings, Clock())


def test_upgrading_twice_changes_nothing(settings):
    upgraded(settings, Clock())
    store, before = upgraded(settings, Clock())
    assert before == REVISIONS[-1]
    with store.reading() as connection:
        assert len(list(events(connection))) == 2


def test_two_that_make_the_store_at_once_make_one(settings):
    made, wrong = [], []

    def make():
        try:
            made.append(upgraded(settings, Clock())[1])
        except Exception as error:  # noqa: BLE001 -- told below
            wrong.append(error)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(map(str, made)) == ["0002", "0002", "None"]


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_the_database_itself_refuses_to_change_what_is_written_once(settings, table):
    store, _ = upgraded(settings, Clock())
    guards = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'"}.get(
        store.url.get_backend_name(), "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with store.reading() as connection:
        names = {row[0].lower() for row in connection.exec_driver_sql(guards)}
    assert {f"{table}_no_update", f"{table}_no_delete"} <= names


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'eve'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET n_events = 0",
    ],
)
def test_the_trail_is_neither_changed_nor_deleted_by_plain_sql(settings, statement):
    store, _ = upgraded(settings, Clock())
    with pytest.raises(InputRefused, match="is written once"), store.locked() as connection:
        connection.exec_driver_sql(statement)


def test_a_store_that_is_not_there_says_how_to_begin(tmp_path):
    with pytest.raises(NothingThere, match="cartwatch actor add"):
        open_store(Settings(lake=str(tmp_path / "none")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("mysql://somebody:secret@host/x", UsageError, "cannot be kept in mysql"),
        ("not an address", UsageError, "cannot be read"),
        ("sqlite://", UsageError, "cannot be kept"),
        ("postgresql://somebody:secret@127.0.0.1:1/x", SourceOutage, "does not answer"),
        ("postgresql://postgres@127.0.0.1/x?schema=A-b", UsageError, "must be a schema's name"),
        (
            "postgresql://postgres@127.0.0.1/x?sslmode=prefer",
            UsageError,
            "sslmode='prefer': it must be a way to connect",
        ),
        ("postgresql://postgres@127.0.0.1/x?user=eve", UsageError, "has the option user, which it may not have"),
        ("postgresql://somebody:secret@127.0.0.1:1/x?sslmode=verify-full", SourceOutage, "does not answer"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(url, kind, said):
    with pytest.raises(kind, match=said) as found:
        open_store(Settings(store_url=url))
    assert "secret" not in str(found.value)


def test_a_lake_that_is_no_folder_needs_an_address_of_the_store():
    with pytest.raises(UsageError, match="s3://bucket is no folder that can hold the store: give CARTWATCH_STORE"):
        open_store(Settings(lake="s3://bucket"))


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "governance.sqlite"
    path.write_bytes(b"not a database, and long enough to have a header" * 40)
    before = path.read_bytes()
    for act in (open_store, upgraded):
        with pytest.raises(InputRefused, match="not a database"):
            act(Settings(lake=str(tmp_path)))
    assert path.read_bytes() == before


def test_tables_of_ours_without_a_revision_are_refused(tmp_path):
    settings = Settings(lake=str(tmp_path))
    store, _ = upgraded(settings, Clock())
    with store.migrating() as connection:
        connection.exec_driver_sql(f"DROP TABLE {REVISION_TABLE}")
    with pytest.raises(InputRefused, match="do not say their schema"):
        open_store(settings)


def test_a_clock_that_runs_backwards_is_refused_and_nothing_is_written(settings):
    clock = Clock("2026-06-02T00:00:00+00:00")
    store = founded(settings, clock)
    clock.set("2026-06-01T23:59:59+00:00")
    with pytest.raises(DecisionConflict, match=r"The clock says 2026-06-01T23:59:59.*last record.*2026-06-02"):
        add_actor(store, "eve", Actor("zoe", "Zoe", ("reviewer",)))
    with store.reading() as connection:
        assert "zoe" not in {one.id for one in actors(connection)}


def test_a_time_is_kept_in_utc_wherever_it_was_told(store):
    assert time_text(Clock("2026-06-01T02:00:00+02:00")()) == "2026-06-01T00:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        time_text(Clock("2026-06-01T02:00:00")())


def test_a_reader_cannot_write(settings):
    store, _ = upgraded(settings, Clock())
    with pytest.raises(InputRefused, match=r"read-?only"), store.reading() as connection:
        connection.exec_driver_sql("DELETE FROM actor")


def test_a_reader_sees_one_state_while_somebody_writes(settings):
    store = founded(settings, Clock())
    with store.reading() as connection:
        before = len(actors(connection))
        if settings.store_url is not None:  # SQLite's writer waits for its readers
            add_actor(store, "eve", Actor("zoe", "Zoe", ("reviewer",)))
        assert len(actors(connection)) == before


def test_nobody_and_somebody_unknown_are_refused(store):
    for who, said in ((None, "Nobody is named"), ("mallory", "no actor 'mallory'")):
        with pytest.raises(UsageError, match=said), store.writing(who):
            pytest.fail("the block must not be entered")


def test_what_fails_inside_is_not_kept(store):
    with store.reading() as connection:
        before = list(events(connection))
    with pytest.raises(UsageError, match="changed my mind"):
        _record_and_fail(store)
    with store.reading() as connection:
        assert list(events(connection)) == before


def _record_and_fail(store):
    with store.writing("eve") as writing:
        record(writing, Change("actor", "x", "add", None, {}))
        raise UsageError("changed my mind")


@pytest.fixture
def least_role(tmp_path, request):
    """Settings of a store on PostgreSQL, and of the same one for a role with the rights that docs/governance.md names."""
    owner = settings_of("postgresql", tmp_path, request)
    schema, role = owner.store_url.rpartition("=")[2], f"role_{uuid.uuid4().hex[:12]}"

    def run(*statements):
        connection = pg8000.native.Connection(USER, host=HOST, port=PORT, database=DATABASE)
        for statement in statements:
            connection.run(statement)
        connection.close()

    founded(owner, Clock())
    tables = f"ON ALL TABLES IN SCHEMA {schema} TO {role}"
    changing = ", ".join(f"{schema}.{name}" for name in ("actor", "signal", "audit_head"))
    run(f"CREATE ROLE {role} LOGIN", f"GRANT USAGE ON SCHEMA {schema} TO {role}", f"GRANT SELECT, INSERT {tables}")
    run(f"GRANT UPDATE ON {changing} TO {role}")
    yield Settings(store_url=owner.store_url.replace(f"{USER}@", f"{role}@"))
    run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_the_rights_that_the_guide_names_are_enough_and_no_more(least_role, tmp_path):
    store = open_store(least_role, Clock())
    plan = registered(store, tmp_path)
    with store.writing("system") as writing:
        open_from_look(writing, plan, record_look(writing, plan, look_row(plan, 1, decision="crossed")))
    with store.writing("ada") as writing:
        move(writing, 1, "validated", "Confirmed")
    for statement in (
        "DELETE FROM audit_event",
        "UPDATE audit_event SET actor = 'eve'",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DELETE FROM signal",
    ):
        with pytest.raises(UsageError, match="does not let us in"), store.locked() as connection:
            connection.exec_driver_sql(statement)
    with store.reading() as connection:
        assert verify(connection).first_bad is None


class TestPeople:
    def test_the_first_person_must_be_an_engineer_and_add_himself(self, tmp_path):
        store, _ = upgraded(Settings(lake=str(tmp_path)), Clock())
        with pytest.raises(UsageError, match="needs the role engineer"):
            add_actor(store, None, Actor("ada", "Ada", ("scientist",)))
        with pytest.raises(UsageError, match="knows nobody yet"):
            add_actor(store, "mallory", Actor("eve", "Eve", ("engineer",)))
        assert add_actor(store, "eve", Actor("eve", "Eve", ("engineer",)))

    def test_only_an_engineer_adds_others(self, store):
        with pytest.raises(
            UsageError, match=r"ada \(scientist\) may not add actor: this takes one of the roles engineer"
        ):
            add_actor(store, "ada", Actor("zoe", "Zoe", ("approver",)))

    def test_the_same_person_again_changes_nothing_and_another_role_needs_a_reason(self, store):
        again = Actor("ada", "Ada Byron", ("scientist",))
        assert not add_actor(store, "eve", again)
        other = Actor("ada", "Ada Byron", ("approver", "scientist"))
        with pytest.raises(DecisionConflict, match="--replace"):
            add_actor(store, "eve", other)
        assert add_actor(store, "eve", other, replaces="stands in for Bob")
        with store.reading() as connection:
            last = list(events(connection))[-1]
            assert (last["action"], last["reason"]) == ("replace", "stands in for Bob")

    @pytest.mark.parametrize(
        ("actor", "said"),
        [
            (Actor("Ada", "Ada", ("scientist",)), "cannot be an actor's id"),
            (Actor("a b", "Ada", ("scientist",)), "cannot be an actor's id"),
            (Actor("zoe", "  ", ("scientist",)), "The name of zoe, as it is printed beside a signature is missing"),
            (Actor("zoe", "Zoe", ()), "no role of a person"),
            (Actor("zoe", "Zoe", ("king",)), "'king' is no role of a person"),
            (Actor("zoe", "Zoe", ("system",)), "'system' is no role of a person"),
        ],
    )
    def test_somebody_unfit_is_refused(self, store, actor, said):
        with pytest.raises(UsageError, match=said):
            add_actor(store, "eve", actor)
