"""What docs/registry_simulation.md says of subgroups drawn together is what the committed record holds."""

import json
from pathlib import Path

import pytest

from benchmarks import coverage_subgroups
from benchmarks.coverage_command import LEAST_COHORTS
from benchmarks.coverage_subgroups import EXPECTED, SCATTERS, SUBGROUPS
from benchmarks.coverage_summary import FAILED, NOMINAL
from benchmarks.coverage_tables import shown_in_docs

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))["coverage_subgroups"]


def test_the_page_shows_the_record_and_it_rests_on_enough_draws_of_every_world():
    assert shown_in_docs("coverage_subgroups") == coverage_subgroups.as_tables(RECORD)
    assert RECORD["cohorts"] >= LEAST_COHORTS
    assert len(RECORD["rows"]) == len(SUBGROUPS) * len(SCATTERS) * len(EXPECTED)
    assert all(RECORD["claims"].values())


@pytest.mark.parametrize("row", RECORD["rows"], ids=lambda row: f"{row['quantity']}, {row['n']}")
def test_a_world_that_is_judged_covers_no_less_than_asked(row):
    assert row["verdict"] != FAILED
    if row["verdict"] == "held":
        assert row["coverage"]["high"] >= NOMINAL


def test_a_draw_is_the_same_whatever_else_is_drawn():
    alone = coverage_subgroups.drawn(range(3, 4))
    assert coverage_subgroups.drawn(range(2, 4))[-len(alone) :] == alone
    assert {one.what for one in alone} <= {(k, s, e) for k in SUBGROUPS for s in SCATTERS for e in EXPECTED}
