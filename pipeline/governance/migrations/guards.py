"""Triggers by which the database itself refuses to change what is written once."""

from collections.abc import Sequence

from alembic import op

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is written once: {verb} is refused'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION cartwatch_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is written once: % is refused', TG_TABLE_NAME, TG_OP; END $$
"""
POSTGRESQL_ROW = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW {when} EXECUTE FUNCTION cartwatch_refuse()
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION cartwatch_refuse()
"""
# The head may only go on to the next record.
NEXT = "NEW.n_events <> OLD.n_events + 1"


def write_once(tables: Sequence[str]) -> None:
    """Refuse UPDATE and DELETE on these tables, and on PostgreSQL TRUNCATE."""
    for table in tables:
        _refuse(table, "UPDATE")
        _refuse(table, "DELETE")
        _refuse_truncate(table)


def only_forward(table: str) -> None:
    """Refuse DELETE on the trail's head, and every UPDATE but the one to the next record."""
    _refuse(table, "UPDATE", f"WHEN ({NEXT})")
    _refuse(table, "DELETE")
    _refuse_truncate(table)


def _refuse(table: str, verb: str, when: str = "") -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_ROW.format(table=table, verb=verb, when=when))
    else:
        op.execute(SQLITE.format(table=table, verb=verb, when=when))


def _refuse_truncate(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_TABLE.format(table=table))
