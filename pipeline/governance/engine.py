"""The two database engines the store runs on, SQLite and PostgreSQL, and everything in which they differ."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from pipeline.config import Settings
from pipeline.errors import CartwatchError, DecisionConflict, InputRefused, SourceOutage, UsageError

FILE = "governance.sqlite"
VERIFIED = "verify-full"
SSL_MODE = re.compile(rf"disable|{VERIFIED}")
SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
WRITES = "cartwatch_writes"
# Seconds a writer waits for the one before it.
PATIENCE = 30
# PostgreSQL: serialisation failure, deadlock, and a lock not had in time.
OVERTAKEN = {"40001", "40P01", "55P03"}
NOT_ADMITTED = {"28000", "28P01", "3D000", "42501"}
CONNECTION_LOST = {"08000", "08001", "08003", "08004", "08006", "57P01", "57P03"}
# Any number that no other program on the same database takes: it names the lock of whoever changes the schema.
SCHEMA_LOCK = 7_226_041
# What our triggers say.
GUARDED = "is written once"
ADVICE = "give CARTWATCH_STORE as sqlite:////folder/governance.sqlite or postgresql://user@host/database"


def store_url(settings: Settings) -> URL:
    """Where the store is: settings.store_url, else a SQLite file in the lake.

    postgresql://…?schema=NAME keeps the tables in that schema; &sslmode=verify-full speaks only to a server whose
    certificate holds. UsageError for an address that is none, or of an engine
    we do not run on; the password is never told.
    """
    if settings.store_url is None:
        if "://" in settings.lake.removeprefix("file://"):
            raise UsageError(f"The lake {settings.lake} is no folder that can hold the store: {ADVICE}.")
        return URL.create("sqlite", database=str(Path(settings.lake.removeprefix("file://")).absolute() / FILE))
    try:
        url = make_url(settings.store_url)
    except ArgumentError as error:
        raise UsageError(f"The store's address cannot be read: {ADVICE}.") from error
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        return url
    if kind == "postgresql":
        return url.set(drivername="postgresql+pg8000")
    raise UsageError(f"The store cannot be kept in {url.drivername}: {ADVICE}.")


def shown(url: URL) -> str:
    """The address as it may be told: without its password."""
    return url.render_as_string(hide_password=True)


def engine_of(url: URL) -> Engine:
    """An engine whose transactions are serialisable; each connection is closed when it is given back."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgresql(url)


def is_there(url: URL) -> bool:
    """Whether there can be a store: a SQLite file that does not exist is none."""
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).is_file()


def prepare(url: URL) -> None:
    """Make room for a new store: the folder of a SQLite file."""
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def lock(connection: Connection) -> None:
    """Wait until this transaction is the only one that writes; SQLite has done so when it began.

    PostgreSQL takes the lock before the transaction's snapshot, so that what is then read is the last word.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        connection.exec_driver_sql("LOCK TABLE audit_head IN EXCLUSIVE MODE")


def reading_options(connection: Connection) -> dict[str, Any]:
    """How a transaction that only reads runs: on one state, never overtaken, and unable to write."""
    if connection.dialect.name == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


def migration_options(connection: Connection) -> dict[str, Any]:
    """How a transaction that changes the schema runs: it must see what another one made while it waited."""
    return {"isolation_level": "READ COMMITTED"} if connection.dialect.name == "postgresql" else {}


def lock_schema(connection: Connection, url: URL) -> None:
    """Wait until no other transaction changes the schema, and make the schema the address names."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        if "schema" in url.query:
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{url.query["schema"]}"')


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn the database's own errors into ours.

    DecisionConflict: somebody else wrote first. SourceOutage: the database does not answer. InputRefused: it is not one
    of ours or is damaged, or it refused to change what is written once.
    """
    try:
        yield
    except DBAPIError as error:
        raise _ours(error, where) from error


def _ours(error: DBAPIError, where: str) -> CartwatchError:
    code, said = _told_by(error)
    if code in OVERTAKEN or "database is locked" in said:
        return DecisionConflict(f"Somebody else was writing to {where}: nothing was written; try again.")
    if isinstance(error, IntegrityError) and GUARDED not in said:
        return DecisionConflict(
            f"Somebody else wrote the same thing to {where} first, or what it rests on is not there: "
            "nothing was written; look at it again, then decide."
        )
    if code in NOT_ADMITTED:
        return UsageError(f"The store {where} does not let us in: {said}; {ADVICE}.")
    if code in CONNECTION_LOST or (code is None and _is_remote(error)):
        return SourceOutage(f"The store {where} does not answer: see that the database runs, then try again.")
    return InputRefused(f"The store {where} refused: {said}. See that the address names a cartwatch store, undamaged.")


def _told_by(error: DBAPIError) -> tuple[str | None, str]:
    """PostgreSQL's code, None where there is none, and what the database said."""
    said = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    return (said.get("C"), str(said.get("M"))) if isinstance(said, dict) else (None, str(said))


def _is_remote(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError | InterfaceError) and type(error.orig).__module__.startswith("pg8000")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transaction of its own
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    schema = _option(url, "schema", SCHEMA_NAME, "a schema's name: lower-case letters, digits and underscores")
    mode = _option(url, "sslmode", SSL_MODE, f"a way to connect that we know: {VERIFIED}, or leave it out")
    if others := sorted(set(url.query) - {"schema", "sslmode"}):
        raise UsageError(f"The store's address has the option {others[0]}, which it may not have: schema, sslmode.")
    arguments = {"ssl_context": ssl.create_default_context()} if mode == VERIFIED else {}
    plain = url.difference_update_query(["schema", "sslmode"])
    engine = create_engine(plain, poolclass=NullPool, isolation_level="SERIALIZABLE", connect_args=arguments)
    if schema:

        @event.listens_for(engine, "connect")
        def _opened(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f'SET search_path TO "{schema}"')
            connection.commit()
            cursor.close()

    return engine


def _option(url: URL, name: str, pattern: re.Pattern[str], said: str) -> str | None:
    """An option of the address, None where it is not given; UsageError for one that cannot be."""
    value = url.query.get(name)
    if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
        raise UsageError(f"The store's address has {name}={value!r}: it must be {said}.")
    return value
