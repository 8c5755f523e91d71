"""Triggers by which the database itself refuses to change what is written once, as a migration makes them."""

from collections.abc import Sequence

from alembic import op

from pipeline.governance.guards import POSTGRESQL_FUNCTION, POSTGRESQL_TABLE, row_guard


def write_once(tables: Sequence[str]) -> None:
    """Refuse UPDATE and DELETE on these tables, and on PostgreSQL TRUNCATE."""
    for table in tables:
        _refuse(table)


def only_forward(table: str) -> None:
    """Refuse DELETE on the trail's head, and every UPDATE but the one to the next record."""
    _refuse(table)


def _refuse(table: str) -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
    for verb in ("UPDATE", "DELETE"):
        op.execute(row_guard(dialect, table, verb))
    if dialect == "postgresql":
        op.execute(POSTGRESQL_TABLE.format(table=table))
