"""The speed figures: their input is the same at every call, and the page shows what the record holds."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.generated_pairs import drawn, pair_table
from benchmarks.speedpage import DOCS, MARKS, peers_table, speed_table, write_into_docs

RECORD = Path(__file__).resolve().parents[2] / "benchmarks" / "results.json"
TABLES = {"speed": speed_table, "peers": peers_table}


def test_cases_drawn_twice_are_the_same_and_have_each_thing_once():
    one, two = drawn(3_000), drawn(3_000)
    for ours, theirs in zip((*one.drugs, *one.events), (*two.drugs, *two.events), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.unique(np.stack(one.drugs), axis=1).shape[1] == one.drugs.case.size
    assert set(one.drugs.case) == set(one.events.case) == set(range(1, 3_001))


def test_pairs_add_up_to_their_margins():
    pairs = pair_table(drawn(3_000))
    assert pairs.cases == 3_000
    assert (pairs.n <= np.minimum(pairs.drug_cases[pairs.drug], pairs.event_cases[pairs.event])).all()


def test_a_side_that_stopped_says_where():
    sides = {"ours": {"seconds": 2.0, "peak_mib": 90.4}, "vigipy": {"stopped_at": "900 s, the limit"}}
    table = peers_table({"sizes": [{"pairs": 1_000, "sides": sides, "ratio": None}]})
    assert table.splitlines()[2:] == [
        "| 1,000 | ours | 2.00 | 90 |  |",
        "| 1,000 | vigipy | stopped: 900 s, the limit |  |  |",
    ]


@pytest.mark.parametrize("name", TABLES)
def test_the_page_shows_the_record(name, tmp_path):
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    if name not in record:
        pytest.skip(f"no {name} figures are recorded: run python -m benchmarks.{name}")
    opening, closing = MARKS[name]
    text = DOCS.read_text(encoding="utf-8")
    assert text.split(opening)[1].split(closing)[0].strip() == TABLES[name](record[name])
    page = tmp_path / "speed.md"
    page.write_text(text, encoding="utf-8")
    write_into_docs(record, page)
    assert page.read_text(encoding="utf-8") == text
