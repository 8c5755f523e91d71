"""On drawn worlds: counting again without reports, and a world that never had them, are the same thing."""

import random
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from worlds import World

from pipeline.cases.counts import count_backgrounds
from pipeline.cases.masking import definition, write_masking
from pipeline.cases.maskingpairs import pair_world
from pipeline.cases.maskingpairtable import recount, rule_met
from pipeline.cases.maskingremovals import removals
from pipeline.cases.members import events, show_stratum_events
from pipeline.signals.conditional import fisher_exact
from pipeline.signals.multiplicity import benjamini_hochberg
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
    ((_, _, path, _),) = write_masking(world.warehouse, "2024Q1", folder, backgrounds, events(world.warehouse))
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


ASKED = (
    *(("drug:tisagenlecleucel", "product"), ("endpoint:death", "event"), ("endpoint:death", "term")),
    *(("endpoint:infection", "term"), ("endpoint:spm_tcell", "term")),
)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Drawn cases in which Kymriah goes with cytokine release, so that there are signals; and their world."""
    cases = drawn_cases(4)
    for case in cases.values():
        if ("KYMRIAH", "SS") in case["drugs"]:
            case["terms"] = ["Cytokine release syndrome", *case["terms"][:1]]
    return cases, world_of(cases, tmp_path_factory.mktemp("planted"))


def counted(world, counts):
    """Every pair with a case by names, both margins, and all cases."""
    drugs = ["", *world.named.drugs["drug"].to_pylist()]
    events = [None, *((row["event_kind"], row["event"], row["scope"]) for row in world.named.events.to_pylist())]
    pairs = {
        (drugs[drug], events[event]): a
        for drug, event, a in zip(world.drug.tolist(), world.event.tolist(), counts.a.tolist(), strict=True)
        if a
    }
    margins = [
        {name: n for name, n in zip(names, found.tolist(), strict=True) if n}
        for names, found in ((drugs, counts.drugs), (events, counts.events))
    ]
    return pairs, *margins, counts.n_cases


def test_every_pair_left_is_that_of_a_world_without_what_is_removed(planted, tmp_path):
    cases, before = planted
    worlds = {name: pair_world(before.warehouse, name) for name in COMPARATORS}
    for number, (asked, kind) in enumerate(ASKED):
        (removal,) = [one for one in removals(before.warehouse, asked) if one.kind == kind]
        (folder := tmp_path / str(number)).mkdir()
        rebuilt = world_of(without(cases, kind, removal.name), folder)
        for name, world in worlds.items():
            found = recount(world, removal, rule_met(world, world.before))
            after = pair_world(rebuilt.warehouse, name)
            assert counted(world, found.after) == counted(after, after.before), (removal, name)
            again = dict(zip(keys(after), rule_met(after, after.before).tolist(), strict=True))
            assert [again.get(key, False) for key in keys(world)] == found.is_signal_after.tolist()


def keys(world):
    """Drug and event of each pair, as counted names them."""
    drugs, events = world.named.drugs["drug"].to_pylist(), world.named.events.to_pylist()
    named = [(row["event_kind"], row["event"], row["scope"]) for row in events]
    return [
        (drugs[drug - 1], named[event - 1])
        for drug, event in zip(world.drug.tolist(), world.event.tolist(), strict=True)
    ]


def test_the_rule_is_judged_among_every_pair_that_can_be_asked(planted):
    world = pair_world(planted[1].warehouse, "all")
    found = dict(zip(keys(world), rule_met(world, world.before).tolist(), strict=True))
    pairs, drugs, events, n_cases = counted(world, world.before)
    groups = ("any_car_t", "unspecified_car_t")
    families = [[name] for name in groups] + [[name for name in drugs if name not in groups]]
    n_signals = 0
    for kind in (("pt", None), ("endpoint", "narrow"), ("endpoint", "broad")):
        of_kind = [event for event in events if (event[0], event[2]) == kind]
        for family in families:
            asked = [(drug, event) for drug in family if drug in drugs for event in of_kind]
            a = np.array([pairs.get(key, 0) for key in asked], dtype=float)
            m, n = (np.array([of[key[at]] for key in asked], dtype=float) for at, of in ((0, drugs), (1, events)))
            q = benjamini_hochberg(fisher_exact(a, m - a, n - a, n_cases - m - n + a).mid)
            answers = dict(zip(asked, (q < 0.05).tolist(), strict=True))
            seen = [key for key in asked if key in pairs]
            assert [answers[key] for key in seen] == [found[key] for key in seen]
            n_signals += sum(answers.values())
    assert n_signals > 0
