"""A vocabulary kept row by row is the same vocabulary again, to the last type."""

import datetime as dt
import json

import pyarrow as pa
import pytest

from pipeline.errors import CartwatchError
from pipeline.vocabulary.tables import vocabulary_tables
from pipeline.vocabulary.versions import Vocabulary, current_vocabulary, endpoint_version, restored


@pytest.fixture(scope="module")
def today():
    return current_vocabulary(vocabulary_tables())


def small(**changed):
    """A vocabulary of three tables and one odd one."""
    tables = {
        "vocabulary_endpoint": pa.table(
            {"endpoint": ["crs", "fever"], "title": ["CRS", "Fever"], "has_index_rule": [False, False]}
        ),
        "vocabulary_endpoint_term": pa.table(
            {"endpoint": ["crs", "crs", "fever"], "scope": ["narrow"] * 3, "pt": ["CRS", "STORM", "PYREXIA"]}
        ),
        "vocabulary_endpoint_outcome": pa.table(
            {"endpoint": pa.array([], pa.string()), "outcome_code": pa.array([], pa.string())}
        ),
        "vocabulary_product": pa.table(
            {"product": ["x", None], "day": [dt.date(2017, 8, 30), None], "bit": [1, 2], "age": [18.0, None]}
        ),
    }
    return Vocabulary({**tables, **changed}, {"products.yaml": {"products": []}, "drug name patterns": {"share": 0.8}})


def test_what_is_kept_comes_back_with_every_type_and_null(today):
    for vocabulary in (today, small()):
        again = restored(reversed(vocabulary.entries))
        assert again.documents == vocabulary.documents
        assert again.content_hash == vocabulary.content_hash
        for name, table in vocabulary.tables.items():
            assert again.tables[name].equals(table.combine_chunks()), name


def test_the_hash_follows_every_value():
    changed = small(vocabulary_product=pa.table({"product": ["x", "y"], "bit": [1, 2]}))
    assert changed.content_hash != small().content_hash
    other = Vocabulary(small().tables, {**small().documents, "products.yaml": {"products": ["new"]}})
    assert other.content_hash != small().content_hash


def test_an_endpoint_has_another_version_only_where_what_it_counts_differs(today):
    kept = small()
    terms = kept.tables["vocabulary_endpoint_term"]
    assert small(vocabulary_endpoint_term=terms.take([2, 1, 0, 0])).endpoint_version("crs") == kept.endpoint_version(
        "crs"
    )
    fewer = small(vocabulary_endpoint_term=terms.slice(1))
    assert fewer.endpoint_version("crs") != kept.endpoint_version("crs")
    assert fewer.endpoint_version("fever") == kept.endpoint_version("fever")
    assert kept.endpoint_version("unheard of") is None
    assert set(kept.endpoint_versions()) == {"crs", "fever"}
    assert endpoint_version("crs") == today.endpoint_version("crs")


def test_one_endpoint_can_be_taken_from_another_vocabulary():
    kept = small()
    fewer = small(vocabulary_endpoint_term=kept.tables["vocabulary_endpoint_term"].slice(1))
    mixed = kept.with_endpoint_of(fewer, "crs")
    assert mixed.endpoint_version("crs") == fewer.endpoint_version("crs")
    assert mixed.endpoint_version("fever") == kept.endpoint_version("fever")
    without = small(**{name: table.slice(0, 0) for name, table in kept.tables.items() if "endpoint" in name})
    assert kept.with_endpoint_of(without, "crs").endpoint_version("crs") is None


def test_half_a_vocabulary_is_refused():
    entries = small().entries
    with pytest.raises(CartwatchError, match="lacks rows of vocabulary_endpoint_term"):
        restored(entry for entry in entries if entry[:2] != ("vocabulary_endpoint_term", 2))
    with pytest.raises(CartwatchError, match="not whole"):
        restored(entry for entry in entries if entry[0] != "products.yaml")
    with pytest.raises(CartwatchError, match="not whole"):
        restored([])


def test_a_type_no_row_can_keep_is_refused():
    with pytest.raises(CartwatchError, match="vocabulary_odd has columns of type list"):
        _ = small(vocabulary_odd=pa.table({"names": [["a"], ["b"]]})).entries


def test_a_row_is_json_a_person_can_read(today):
    rows = [json.loads(row) for name, number, row in today.entries if name == "vocabulary_endpoint_term" and number]
    assert ["crs", "narrow", "CYTOKINE RELEASE SYNDROME"] in rows
