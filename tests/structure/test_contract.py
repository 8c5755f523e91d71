"""Every table says what it is, and everything rendered from it is fresh."""

import re

import duckdb
import pytest

from pipeline.contract.renderings import arrow_schema, ddl, dictionary_page
from pipeline.contract.tables import ALL_TABLES, table
from pipeline.errors import UsageError
from pipeline.render import stale

PINNED = {
    *("raw_demo", "raw_drug", "raw_reac", "raw_outc", "raw_rpsr", "raw_ther", "raw_indi", "raw_deleted", "rejected"),
    *("quarantine", "gate_result", "report_version", "case_current", "case_drug", "case_reaction", "case_outcome"),
    *("case_therapy", "case_indication", "case_reporter", "waterfall", "pair_count", "prior", "signal", "run"),
}
SIGNAL = [
    "as_of",
    "product",
    "event",
    "event_kind",
    "scope",
    "comparator",
    "a",
    "b",
    "c",
    "d",
    "n_cases",
    "expected",
    "prr",
    "prr_low",
    "prr_high",
    "chi2",
    "chi2_yates",
    "ror",
    "ror_low",
    "ror_high",
    "ic",
    "ic025",
    "ic975",
    "ebgm",
    "eb05",
    "eb95",
    "is_signal",
    "rule",
]


def test_every_result_of_a_comparison_carries_the_version_of_its_comparator():
    only_counts = {"pair_count"}  # of drugs and events, before any measure
    compared = [one for one in ALL_TABLES if "comparator" in one.names and one.name not in only_counts]
    assert len(compared) >= 7
    assert [one.name for one in compared if "comparator_version" not in one.names] == []


def test_the_pinned_tables_are_declared():
    assert {declared.name for declared in ALL_TABLES} >= PINNED


def test_the_pinned_signal_columns_come_first_and_in_order():
    assert list(table("signal").names[: len(SIGNAL)]) == SIGNAL
    assert table("signal").key == ("as_of", "product", "event_kind", "event", "scope", "comparator")


@pytest.mark.parametrize("declared", ALL_TABLES, ids=lambda declared: declared.name)
def test_a_table_says_its_grain_key_and_partition(declared):
    assert declared.grain.startswith("one ")
    assert set(declared.key) | set(declared.partition) <= set(declared.names)
    assert len(set(declared.names)) == len(declared.names)


@pytest.mark.parametrize("declared", ALL_TABLES, ids=lambda declared: declared.name)
def test_a_column_says_what_it_means(declared):
    for column in declared.columns:
        assert column.meaning.endswith("."), column.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert declared.layer == "study" or not re.search(
            r"\b(risk|incidence)\b", column.meaning
        )  # reports have neither
        if column.type == "truth":
            assert column.name.startswith(("is_", "has_")) or column.name in {"passed", "raised"}, column.name


@pytest.mark.parametrize("declared", ALL_TABLES, ids=lambda declared: declared.name)
def test_ddl_and_arrow_schema_agree(declared):
    connection = duckdb.connect()
    connection.execute(ddl(declared))
    arrow = connection.sql(f'SELECT * FROM "{declared.name}"').to_arrow_table().schema
    assert [(field.name, str(field.type).replace("item", "l").replace("element", "l")) for field in arrow] == [
        (field.name, str(field.type).replace("item", "l").replace("element", "l")) for field in arrow_schema(declared)
    ]


def test_the_same_quantity_has_the_same_type_everywhere():
    types = {}
    for declared in ALL_TABLES:
        if declared.layer == "raw":  # there every value is text
            continue
        for column in declared.columns:
            assert types.setdefault(column.name, column.type) == column.type, column.name


def test_the_dictionary_names_every_column():
    for declared in ALL_TABLES:
        assert all(f"`{column.name}`" in dictionary_page(declared) for column in declared.columns)


def test_what_is_rendered_is_fresh():
    assert stale() == []


def test_an_unknown_table_is_said_with_the_known_ones():
    with pytest.raises(UsageError, match="no table 'signals'; the lake's tables are raw_demo"):
        table("signals")
