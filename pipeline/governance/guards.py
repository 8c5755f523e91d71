"""What keeps the store's records as they were written: triggers and constraints, and whether they still stand."""

from collections.abc import Iterator
from functools import cache

from sqlalchemy import CheckConstraint, Connection, Table, UniqueConstraint, inspect, text
from sqlalchemy.engine import Inspector

from pipeline.governance.schema import AUDIT_HEAD, METADATA, REVISION_TABLE, WRITTEN_ONCE
from pipeline.governance.store import Row, fetched

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is written once: {verb} is refused'); END
"""
REFUSE_BODY = "BEGIN RAISE EXCEPTION '% is written once: % is refused', TG_TABLE_NAME, TG_OP; END"
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION cartwatch_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ {REFUSE_BODY} $$
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
SQLITE_HELD = """
SELECT name, tbl_name AS tablename, sql AS definition, 'O' AS enabled, '' AS body FROM sqlite_master WHERE type = 'trigger'
"""
POSTGRESQL_HELD = """
SELECT t.tgname AS name, c.relname AS tablename, pg_get_triggerdef(t.oid) AS definition, CAST(t.tgenabled AS text) AS enabled, p.prosrc AS body
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND n.nspname = current_schema()
"""
# Rules rewrite a statement before any trigger sees it; under another role of replication triggers do not fire.
POSTGRESQL_RULES = "SELECT rulename AS name, tablename FROM pg_rules WHERE schemaname = current_schema() ORDER BY 1, 2"
POSTGRESQL_ROLE = "SELECT current_setting('session_replication_role') AS role"
# How PostgreSQL says that a trigger fires: on its own writes, or always.
FIRES = ("O", "A")


def missing_guards(connection: Connection) -> list[str]:
    """What of the schema does not stand as it was made, in words; empty where all does.

    Triggers by name, text and whether they fire, and those that are not ours, rules too; tables with their columns, keys, references,
    unique and check constraints. On PostgreSQL a check constraint is known by its name alone.
    """
    return [*_triggers(connection), *_rules(connection), *_tables(inspect(connection))]


def row_guard(dialect: str, table: str, verb: str) -> str:
    """The statement that refuses UPDATE or DELETE on a table; of the trail's head, every UPDATE but that to the next record."""
    pattern = POSTGRESQL_ROW if dialect == "postgresql" else SQLITE
    when = f"WHEN ({NEXT})" if table == AUDIT_HEAD.name and verb == "UPDATE" else ""
    return pattern.format(table=table, verb=verb, when=when)


@cache
def _wanted(dialect: str) -> dict[str, str]:
    """The statement behind each trigger, by its name."""
    found = {}
    for table in (*WRITTEN_ONCE, AUDIT_HEAD.name):
        for verb in ("UPDATE", "DELETE"):
            found[f"{table}_no_{verb}"] = row_guard(dialect, table, verb)
        if dialect == "postgresql":
            found[f"{table}_no_truncate"] = POSTGRESQL_TABLE.format(table=table)
    return found


def _triggers(connection: Connection) -> Iterator[str]:
    dialect = connection.dialect.name
    rows = fetched(connection, text(POSTGRESQL_HELD if dialect == "postgresql" else SQLITE_HELD))
    held, wanted = {row["name"].lower(): row for row in rows if _is_ours(row)}, _wanted(dialect)
    for name, statement in wanted.items():
        row = held.get(name.lower())
        if row is None:
            yield f"the trigger {name} is missing"
        elif row["enabled"] not in FIRES:
            yield f"the trigger {name} is switched off"
        elif _plain(row["definition"]) != _plain(statement):
            yield f"the trigger {name} is another one than was made"
        elif dialect == "postgresql" and _plain(row["body"]) != _plain(REFUSE_BODY):
            yield "the function cartwatch_refuse is another one than was made"
    ours = {name.lower() for name in wanted}
    yield from (f"the trigger {name} is none of ours" for name in sorted(held) if name not in ours)


def _rules(connection: Connection) -> Iterator[str]:
    """What on PostgreSQL goes round triggers that stand; SQLite has no such thing."""
    if connection.dialect.name != "postgresql":
        return
    for rule in filter(_is_ours, fetched(connection, text(POSTGRESQL_RULES))):
        yield f"the rule {rule['name']} on {rule['tablename']} is none of ours"
    (told,) = fetched(connection, text(POSTGRESQL_ROLE))
    if told["role"] != "origin":
        yield f"session_replication_role is {told['role']}, under which triggers do not fire"


def _is_ours(row: Row) -> bool:
    """Whether a trigger or rule is on a table of the store; what others keep in the same schema is theirs."""
    return row["tablename"] in {*METADATA.tables, REVISION_TABLE}


def _plain(definition: str) -> str:
    """A statement in the words that both the one given and the one told back have: no case, no brackets, no schema."""
    words = definition.lower().replace("(", " ").replace(")", " ").replace("$", " ").split()
    return " ".join(word.rpartition(".")[2] if not word.startswith(("new.", "old.")) else word for word in words)


def _tables(inspector: Inspector) -> Iterator[str]:
    names = set(inspector.get_table_names())
    for table in METADATA.sorted_tables:
        if table.name not in names:
            yield f"the table {table.name} is missing"
            continue
        yield from (
            f"the table {table.name} lacks {what}" for what in sorted(_asked(table) - _held(inspector, table.name))
        )


def _asked(table: Table) -> set[str]:
    """What is declared of a table, in words."""
    columns = {f"the column {one.name}{'' if one.nullable else ' NOT NULL'}" for one in table.columns}
    alone = {f"the unique constraint on {one.name}" for one in table.columns if one.unique}
    references = {
        f"the reference of {one.parent.name} to {one.column.table.name}.{one.column.name}" for one in table.foreign_keys
    }
    found = {f"the primary key on {_listed(one.name for one in table.primary_key.columns)}"}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            found.add(f"the unique constraint on {_listed(one.name for one in constraint.columns)}")
        elif isinstance(constraint, CheckConstraint):
            found.add(f"the check {constraint.name}")
    return columns | alone | references | found


def _held(inspector: Inspector, table: str) -> set[str]:
    """The same of the table as it stands."""
    columns = {
        f"the column {one['name']}{'' if one['nullable'] else ' NOT NULL'}" for one in inspector.get_columns(table)
    }
    unique = {
        f"the unique constraint on {_listed(one['column_names'])}" for one in inspector.get_unique_constraints(table)
    }
    references = {
        f"the reference of {_listed(one['constrained_columns'])} to {one['referred_table']}.{_listed(one['referred_columns'])}"
        for one in inspector.get_foreign_keys(table)
    }
    checks = {f"the check {one['name']}" for one in inspector.get_check_constraints(table)}
    key = f"the primary key on {_listed(inspector.get_pk_constraint(table)['constrained_columns'])}"
    return columns | unique | references | checks | {key}


def _listed(names: "Iterator[str] | list[str]") -> str:
    return ", ".join(sorted(names))
