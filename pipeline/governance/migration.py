"""Bringing a store to the newest schema, with Alembic's migrations that are carried inside the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from pipeline.config import Settings
from pipeline.errors import InputRefused
from pipeline.governance.anchors import heads_path
from pipeline.governance.audit import record_founding
from pipeline.governance.engine import prepare, store_url
from pipeline.governance.schema import REVISIONS
from pipeline.governance.store import Clock, Store, revision_of, utc_now

FOLDER = Path(__file__).with_name("migrations")


def alembic_configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our migrations; it works on the connection given and closes nothing."""
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def upgraded(settings: Settings, clock: Clock = utc_now, to: str = REVISIONS[-1]) -> tuple[Store, str | None]:
    """The store at that revision, and the one it had before: None where it did not exist, and was made.

    All migrations and the record of them are one transaction. InputRefused for a store newer than this code.
    """
    store = Store(store_url(settings), clock, heads_path(settings))
    prepare(store.url)
    with store.migrating() as connection:
        before = revision_of(connection, store.where)
        if before is not None and before not in REVISIONS:
            raise InputRefused(f"{store.where} has the newer schema {before}: use a newer cartwatch.")
        if before is None or REVISIONS.index(before) < REVISIONS.index(to):
            command.upgrade(alembic_configuration(connection), to)
            record_founding(store, connection, before, to)
    return store, before
