"""Pairs counted for all backgrounds at once are those that the SQL defines for each."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from worlds import World

from pipeline.cases.counts import count_backgrounds, count_pairs
from pipeline.lake.warehouse import model

COMPARATORS = ("all", "non_car_t", "haem_onc", "haem_onc_without_imids")
DRUGS = ("KYMRIAH", "YESCARTA", "REVLIMID", "ASPIRIN", "CYCLOPHOSPHAMIDE", "CARVYKTI")
TERMS = ("PYREXIA", "CYTOKINE RELEASE SYNDROME", "NEUTROPENIA", "DEATH", "T-CELL LYMPHOMA")
INDICATIONS = ("PLASMA CELL MYELOMA", "DIFFUSE LARGE B-CELL LYMPHOMA", "HYPERTENSION")


def drawn(seed, cases=60):
    """A world in which every background has cases and none has all."""
    chance = random.Random(seed)
    versions = ["report_id | case_id | initial_receipt_date"]
    drugs, terms, indications = (
        ["report_id | case_id | drug_seq | role_code | drug_name"],
        ["report_id | case_id | pt"],
        ["report_id | case_id | drug_seq | indication_pt"],
    )
    for case in range(1, cases + 1):
        key = f"{case}01 | {case}"
        versions.append(f"{key} | {chance.choice(['2016-03-01', '2022-05-05', '2024-01-02'])}")
        named = chance.sample(DRUGS, chance.randint(1, 3))
        drugs += [f"{key} | {seq} | {chance.choice(['PS', 'SS', 'C'])} | {name}" for seq, name in enumerate(named, 1)]
        terms += [f"{key} | {name}" for name in chance.sample(TERMS, chance.randint(1, 3))]
        indications.append(f"{key} | 1 | {chance.choice(INDICATIONS)}")
    tables = {"report_version": versions, "case_drug": drugs, "case_reaction": terms, "case_indication": indications}
    return {name: "\n".join(lines) for name, lines in tables.items()}


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_every_background_are_those_of_its_definition(seed, tmp_path):
    warehouse = World(tmp_path, **drawn(seed)).warehouse
    together = count_backgrounds(warehouse, COMPARATORS)
    held = 0
    for comparator in COMPARATORS:
        n_cases = count_pairs(warehouse, comparator, together)
        ours = [warehouse.arrow(f"SELECT * FROM {name} ORDER BY ALL") for name in ("drug_margin", "event_margin")]
        pairs = warehouse.arrow("SELECT * FROM pair")
        assert count_pairs(warehouse, comparator) == n_cases
        assert warehouse.arrow("SELECT * FROM pair").equals(pairs)
        for name in ("pair", "drug_margin", "event_margin"):
            warehouse.unregister(name)
        for step in ("population", "pair", "drug_margin", "event_margin"):
            warehouse.create(step, model(f"step/{step}"), {"comparator": comparator})
        defined = warehouse.arrow(model("step/pair_margin"))
        assert pairs.cast(defined.schema).equals(defined)
        for name, rows in zip(("drug_margin", "event_margin"), ours, strict=True):
            defined = warehouse.arrow(f"SELECT * FROM {name} ORDER BY ALL")
            assert rows.cast(defined.schema).equals(defined)
        assert warehouse.rows("SELECT count(*) FROM population")[0][0] == n_cases
        for step in ("population", "pair", "drug_margin", "event_margin"):
            warehouse.rows(f"DROP TABLE {step}")
        held += pairs.num_rows
    assert held > 30
