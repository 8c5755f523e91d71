"""The store: one place for plans, looks, signals and the audit trail, written by one transaction at a time."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, inspect, select
from sqlalchemy.engine import URL

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, InputRefused, NothingThere, UsageError
from pipeline.governance.anchors import heads_path, keep_head, store_name
from pipeline.governance.canonical import restored
from pipeline.governance.engine import (
    WRITES,
    engine_of,
    is_there,
    lock,
    lock_schema,
    migration_options,
    reading_options,
    shown,
    store_url,
    told,
)
from pipeline.governance.schema import ACTOR, AUDIT_EVENT, AUDIT_HEAD, METADATA, REVISION_TABLE, REVISIONS

Clock = Callable[[], dt.datetime]
Row = dict[str, Any]
SYSTEM = "system"


def utc_now() -> dt.datetime:
    """The one clock of the store."""
    return dt.datetime.now(dt.UTC)


def time_text(moment: dt.datetime) -> str:
    """A moment as it is kept: UTC to the microsecond, 2026-11-22T08:13:09.000000Z; ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the clock must tell the zone of its time")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Writing:
    """One transaction in which one person, or the system, writes.

    roles: what the actor may act as. at: the time of everything written in it, UTC.
    """

    connection: Connection
    actor: str
    roles: tuple[str, ...]
    at: str

    @property
    def day(self) -> dt.date:
        """The day of `at`, UTC."""
        return dt.date.fromisoformat(self.at[:10])


class Store:
    """An opened store. Readers see a state that was whole at one moment; writers go one after the other.

    heads: file that gets the trail's head after every writing, None for none.
    """

    def __init__(self, url: URL, clock: Clock = utc_now, heads: Path | None = None) -> None:
        self.url = url
        self.clock = clock
        self.heads = heads
        self._engine: Engine = engine_of(url)

    @property
    def where(self) -> str:
        """Its address without a password."""
        return shown(self.url)

    @property
    def name(self) -> str:
        """By what its heads are known, see `anchors.store_name`."""
        return store_name(self.url, self.heads)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store and on which nothing can be written."""
        with told(self.where), self._engine.connect() as opened:
            yield opened.execution_options(**reading_options(opened))

    @contextmanager
    def writing(self, actor: str | None) -> Iterator[Writing]:
        """All or nothing: what is written inside is kept together when the block ends, or not at all.

        UsageError: nobody, or somebody unknown, acts. DecisionConflict: somebody else wrote first, or the clock says an
        earlier time than the last record has. Before this block, PATIENCE seconds are waited for another writer.
        """
        with self.locked() as connection:
            yield self.acting(connection, actor)

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """The transaction of the only writer; for `writing`, and for what comes before anybody is known."""
        with told(self.where), self._engine.connect() as opened:
            connection = opened.execution_options(**{WRITES: True})
            with connection.begin():
                lock(connection)
                before = fetched(connection, select(AUDIT_HEAD))
                yield connection
                after = fetched(connection, select(AUDIT_HEAD))
        if after and after != before:
            keep_head(self.heads, self.name, after[0]["n_events"], after[0]["hash"])

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """The transaction of the only one who changes the schema; the store need not be there yet."""
        with told(self.where), self._engine.connect() as opened:
            connection = opened.execution_options(**{WRITES: True}, **migration_options(opened))
            with connection.begin():
                lock_schema(connection, self.url)
                yield connection

    def acting(self, connection: Connection, actor: str | None) -> Writing:
        """The writing of somebody known, in a transaction that is locked; errors as in `writing`."""
        roles = roles_of(connection, actor)
        return Writing(connection, str(actor), roles, self._now(connection))

    def founding(self, connection: Connection, actor: str) -> Writing:
        """A writing of somebody not known yet: how the first person of a store gets in."""
        return Writing(connection, actor, (), self._now(connection))

    def _now(self, connection: Connection) -> str:
        now = time_text(self.clock())
        last = fetched(connection, select(AUDIT_EVENT.c.at).order_by(AUDIT_EVENT.c.number.desc()).limit(1))
        if last and now < last[0]["at"]:
            raise DecisionConflict(
                f"The clock says {now}, but the last record of {self.where} is of {last[0]['at']}: "
                "nothing was written; set this machine's clock, then try again. Where it is right, that record was made under "
                "a clock that was ahead, and nothing can be written before the time it tells."
            )
        return now


def open_store(settings: Settings, clock: Clock = utc_now) -> Store:
    """The store of these settings, of the schema this code knows.

    NothingThere: there is none yet. InputRefused: it is of another schema; what to do is said.
    """
    store = Store(store_url(settings), clock, heads_path(settings))
    revision = held_revision(store)
    if revision is None:
        raise NothingThere(
            f"There is no governance store at {store.where}: add the first person with "
            "'cartwatch actor add ID --name NAME --role engineer'."
        )
    if revision != REVISIONS[-1]:
        raise InputRefused(_other_schema(store, revision))
    return store


def held_revision(store: Store) -> str | None:
    """As revision_of, on a connection of its own; None where there is no file of that name either."""
    if not is_there(store.url):
        return None
    with store.reading() as connection:
        return revision_of(connection, store.where)


def revision_of(connection: Connection, where: str) -> str | None:
    """The revision of the store's schema; None where it holds none of our tables.

    InputRefused where tables of ours stand there without saying their revision.
    """
    names = set(inspect(connection).get_table_names())
    if REVISION_TABLE in names:
        rows = connection.exec_driver_sql(f"SELECT version_num FROM {REVISION_TABLE}").all()
        if rows:
            return str(rows[0][0])
    if names & set(METADATA.tables):
        raise InputRefused(
            f"{where} holds tables of a store that do not say their schema: name another store, or restore a copy."
        )
    return None


def fetched(connection: Connection, query: Executable) -> list[Row]:
    """All rows of a query, each by its columns' names."""
    return [dict(row) for row in connection.execute(query).mappings()]


def roles_of(connection: Connection, actor: str | None) -> tuple[str, ...]:
    """What somebody may act as; UsageError where nobody is named or nobody of that name is known."""
    if actor is None:
        raise UsageError("Nobody is named who acts: give --actor ID, or set CARTWATCH_ACTOR.")
    rows = fetched(connection, select(ACTOR.c.roles).where(ACTOR.c.id == actor))
    if not rows:
        raise UsageError(
            f"There is no actor {actor!r}: 'cartwatch actor list' shows who is known; an engineer adds others."
        )
    return tuple(restored(rows[0]["roles"]))


def _other_schema(store: Store, revision: str) -> str:
    if revision in REVISIONS:
        return f"{store.where} has the older schema {revision}, not {REVISIONS[-1]}: run 'cartwatch store upgrade'."
    return f"{store.where} has the schema {revision}, which this version does not know: use a newer cartwatch."
