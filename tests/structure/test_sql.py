"""A query is one SELECT that says its rule, reads what its header says and returns what the contract says."""

import functools
import json
import re
from pathlib import Path

import duckdb
import pytest

from pipeline.contract.renderings import SQL_TYPES, ddl
from pipeline.contract.tables import ALL_TABLES

ROOT = Path(__file__).resolve().parents[2]
QUERIES = sorted((ROOT / "sql").rglob("*.sql"))
TABLES = {table.name: table for table in ALL_TABLES}
SPARK_READY = ("step/pair", "step/drug_margin", "step/event_margin", "step/pair_margin")


def label(path):
    return path.relative_to(ROOT / "sql").with_suffix("").as_posix()


@functools.cache
def tables_read(text):
    """Tables of a SELECT by DuckDB's own parser, those the query defines itself left out."""
    tree = json.loads(
        _parser().execute("SELECT json_serialize_sql($q)", {"q": _without_parameters(text)}).fetchall()[0][0]
    )
    assert not tree["error"], tree
    assert len(tree["statements"]) == 1
    found, own = set(), set()

    def walk(node):
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                found.add(node["table_name"])
            own.update(entry["key"] for entry in (node.get("cte_map") or {}).get("map", []))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(tree)
    return frozenset(found - own)


@functools.cache
def _parser():
    return duckdb.connect()


def _without_parameters(text):
    return re.sub(r"\$[a-z_]+", "NULL", text)


@pytest.mark.parametrize("path", QUERIES, ids=label)
def test_a_query_says_its_rule_and_what_it_reads(path):
    text = path.read_text()
    lines = text.splitlines()
    assert lines[0].startswith("-- ")
    assert lines[0].endswith(".")
    assert lines[1].startswith("-- Reads: ")
    said = {name.strip() for name in lines[1].removeprefix("-- Reads: ").split(",")}
    assert said == tables_read(text)


READINGS = {"reading_date", "reading_age", "reading_weight", "vocabulary_country"}


def reads_only_declared(path):
    """Others read what a step before them made, and are shown to fit by running them in the spec tests."""
    is_table = path.stem in TABLES and path.parent.name in {"core", "mart"}
    return is_table and tables_read(path.read_text()) <= set(TABLES) | READINGS


@pytest.mark.parametrize("name", [label(path) for path in QUERIES if reads_only_declared(path)])
def test_a_query_named_after_a_table_returns_its_columns(name):
    table = TABLES[Path(name).stem]
    connection = duckdb.connect()
    text = (ROOT / "sql" / f"{name}.sql").read_text()
    for read in tables_read(text):
        if read in TABLES:
            connection.execute(ddl(TABLES[read]))
    connection.execute("CREATE TABLE reading_date (text VARCHAR, date DATE, precision VARCHAR, reason VARCHAR)")
    for quantity in ("age", "weight"):
        connection.execute(
            f"CREATE TABLE reading_{quantity} (number VARCHAR, unit VARCHAR, value DOUBLE, reason VARCHAR)"
        )
    connection.execute("CREATE TABLE vocabulary_country (name VARCHAR, code VARCHAR)")
    described = connection.execute(f"DESCRIBE {text.replace('$as_of', chr(39) + '2024Q1' + chr(39))}").fetchall()
    declared = {(column.name, SQL_TYPES[column.type]) for column in table.columns}
    returned = {(row[0], row[1]) for row in described}
    assert returned <= declared
    assert {name for name, _ in declared - returned} <= {"edition"}, "the folder carries it"


@pytest.mark.parametrize("name", SPARK_READY)
def test_counting_stays_in_the_dialect_that_spark_reads(name):
    text = (ROOT / "sql" / f"{name}.sql").read_text()
    assert not re.search(r"ASOF|SEMI JOIN|ANTI JOIN|IS NOT DISTINCT|QUALIFY|lambda|unnest|try_strptime", text)
