"""On drawn worlds: counting again without reports, and a world that never had them, are the same thing."""

import random
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from worlds import World

from pipeline.cases.counts import count_backgrounds, pair_rows, things
from pipeline.cases.masking import definition, write_masking
from pipeline.cases.members import show_stratum_events
from pipeline.contract.mart import PAIR_COUNT
from pipeline.lake.parquet import write_rows
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.products import products_named

N_CASES = 120
DRUGS = ("KYMRIAH", "YESCARTA", "TECARTUS", "ABECMA", "CAR-T CELLS", "RITUXIMAB", "ASPIRIN", "IFOSFAMIDE")
TERMS = (
    *("Cytokine release syndrome", "Cytokine storm", "Neurotoxicity", "Encephalopathy", "Sepsis", "COVID-19"),
    *("Pyrexia", "Death", "Neutropenia", "Nausea", "Breast cancer", "Mycosis fungoides"),
)
COMPARATORS = ("all", "non_car_t")


def drawn_cases(seed):
    """Each case: its drugs with a role, its terms, whether it died, the day it was received."""
    chance = random.Random(seed)
    return {
        number: {
            "drugs": [
                (name, chance.choice(("PS", "SS", "SS", "C")))
                for name in chance.sample(DRUGS, chance.choice((1, 1, 2)))
            ],
            "terms": chance.sample(TERMS, chance.choice((1, 2, 3))),
            "died": chance.random() < 0.1,
            "received": chance.choice(("2016-05-01", "2021-06-01", "2023-02-03")),
        }
        for number in range(1, N_CASES + 1)
    }


def world_of(cases, folder):
    rows = {
        "report_version": ["report_id | case_id | initial_fda_date"],
        "case_drug": ["report_id | drug_name | role_code | drug_seq"],
        "case_reaction": ["report_id | pt"],
        "case_outcome": ["report_id | outcome_code"],
    }
    for number, case in cases.items():
        rows["report_version"].append(f"{number}0 | {number} | {case['received']}")
        rows["case_drug"] += [f"{number}0 | {name} | {role} | {at}" for at, (name, role) in enumerate(case["drugs"], 1)]
        rows["case_reaction"] += [f"{number}0 | {term}" for term in case["terms"]]
        rows["case_outcome"] += [f"{number}0 | DE"] * case["died"]
    return World(folder, **{name: "\n".join(lines) for name, lines in rows.items()})


def masked(world, folder):
    backgrounds = count_backgrounds(world.warehouse, definition()["comparators"])
    show_stratum_events(world.warehouse)
    for name in definition()["comparators"]:
        rows = pair_rows(backgrounds.of(name), things(world.warehouse), "2024Q1", name)
        write_rows(PAIR_COUNT, rows, folder / f"pair_count-{name}.parquet")
    ((_, _, path, _),) = write_masking(world.warehouse, "2024Q1", folder, backgrounds)
    return pq.read_table(path).to_pylist()


def names_removed(case, removed):
    """Whether a case names what is removed in a role that counts as exposure."""
    suspects = {name for name, role in case["drugs"] if role in {"PS", "SS"}}
    return removed in suspects or any(removed in products_named(name) for name in suspects)


def without(cases, kind, removed):
    """The cases as they would be had what is removed never been reported."""
    terms = set(endpoint(removed).terms("narrow")) if kind != "product" and removed not in TERMS else {removed}
    died = kind == "event" and removed == "death"
    if kind == "term":
        return {n: case | {"terms": [pt for pt in case["terms"] if pt not in terms]} for n, case in cases.items()}
    gone = {
        n
        for n, case in cases.items()
        if names_removed(case, removed) or set(case["terms"]) & terms or (died and case["died"])
    }
    return {n: case for n, case in cases.items() if n not in gone}


@pytest.mark.parametrize("seed", [1])
def test_recounting_is_rebuilding_without_what_is_removed(tmp_path, seed):
    cases = drawn_cases(seed)
    rows = masked(world_of(cases, tmp_path), tmp_path)
    seen = {"endpoint": 0, "pt": 0}
    for rule in ("dominating_car_t", "dominating_drug", "crs_reports", "dominating_term", "crs_terms"):
        asked = sorted({(row["kind"], row["removed"]) for row in rows if row["rule"] == rule})
        kind, removed = random.Random(seed).choice(asked)
        (tmp_path / rule).mkdir()
        rebuilt = world_of(without(cases, kind, removed), tmp_path / rule)
        answer = answers(rebuilt, {row["product"] for row in rows})
        for row in rows:
            if (row["kind"], row["removed"]) == (kind, removed):
                found = answer(row["product"], row["event"], row["comparator"])
                assert [row[f"{cell}_after"] for cell in "abcd"] == found, (kind, row)
                seen[row["event_kind"]] += 1
    assert min(seen.values()) > 50


def answers(world, products):
    """The four cells of a product and event, by the comparison's sizes where no case is left with the term."""
    found = {
        (row["product"], row["event"], row["comparator"]): [row[cell] for cell in "abcd"]
        for row in world.all_cells(products, COMPARATORS)
        if row["scope"] != "broad"
    }

    def answer(product, event, comparator):
        if (product, event, comparator) in found:
            return found[product, event, comparator]
        a, b, c, d = found[product, "death", comparator]
        return [0, a + b, 0, c + d]

    return answer


@pytest.mark.parametrize("seed", [3])
def test_a_removal_that_takes_nothing_changes_nothing_and_the_cells_before_are_those_of_the_signals(tmp_path, seed):
    world = world_of(drawn_cases(seed), tmp_path)
    rows = masked(world, tmp_path)
    cells = {
        (row["product"], row["event"], row["scope"], row["comparator"]): row
        for row in world.all_cells({row["product"] for row in rows}, COMPARATORS)
    }
    unchanged = 0
    for row in rows:
        found = cells[row["product"], row["event"], row["scope"], row["comparator"]]
        assert [row[cell] for cell in "abcd"] == [found[cell] for cell in "abcd"]
        if row["n_removed"] == 0:
            assert [row[f"{cell}_after"] for cell in "abcd"] == [row[cell] for cell in "abcd"]
            assert row["ic_shift"] == row["screen_error"] == 0.0
            unchanged += 1
    assert unchanged > 10
