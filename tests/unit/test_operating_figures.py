"""What is made of the looks: shares, waiting times, the choice, the tables; and one quick run from end to end."""

import json

import numpy as np
import pytest
from scipy import stats

from benchmarks import operating, operating_tables
from benchmarks.operating import simulated
from benchmarks.operating_choice import chosen, objection, worst_crossing
from benchmarks.operating_looks import Watched, small_families, together, watched
from benchmarks.operating_rules import RULES, rule
from benchmarks.operating_summary import (
    bootstrap_of_mean,
    detection,
    ever_crossing,
    false_positives,
    sensitivity,
    share,
    waiting,
)
from benchmarks.operating_tables import CLOSING, DOCS, OPENING, as_tables, calibration
from benchmarks.operating_world import Design, expected_counts, world

IC = rule("ic025")
DESIGN = Design(n_quarters=10, onsets=(1, 6))
TINY = Design(
    n_quarters=4, n_background=40, n_watched=8, n_events=50, background_cases=30_000.0, onsets=(1, 3), pairs_of_each=1
)


def seen(rows):
    """Watched pairs from rows of (strength, onset, expected, world, first look that fires or 0, fires at last)."""
    strength, onset, expected, world, first, last = (np.array(column) for column in zip(*rows, strict=True))
    return Watched(
        strength.astype(float), onset, expected.astype(float), world, {"ic025": first}, {"ic025": last.astype(bool)},
        {}, {}, [None], 0, 10,
    )  # fmt: skip


FIVE = seen(
    [
        # strength, onset, expected, world, first, at last
        (1, 1, 0.5, 1, 0, 0),
        (1, 1, 2.0, 1, 4, 0),
        (1, 1, 2.0, 2, 9, 1),
        (2, 1, 5.0, 1, 3, 1),
        (2, 6, 5.0, 2, 0, 0),
        (2, 6, 0.2, 2, 6, 1),
    ]
)


def test_a_share_has_the_exact_binomial_interval():
    one = share(np.array([True] * 54 + [False] * 14))
    exact = stats.binomtest(54, 68).proportion_ci(method="exact")
    assert (one["low"], one["high"]) == pytest.approx((exact.low, exact.high), abs=1e-5)
    assert share(np.zeros(10, dtype=bool))["low"] == 0
    assert share(np.ones(10, dtype=bool))["high"] == 1
    assert share(np.zeros(0, dtype=bool)) == {"value": None, "of": 0}


def test_false_positives_are_null_pairs_at_the_last_look():
    found = false_positives(IC, FIVE)
    assert (found["value"], found["hits"], found["of"]) == (pytest.approx(1000 / 3, abs=1e-2), 1, 3)
    assert found["worlds"] == [0, 1000]


def test_ever_crossing_counts_null_pairs_that_fired_at_any_look():
    bands = {(one["from"], one["to"]): one for one in ever_crossing(IC, FIVE)}
    assert (bands[0.02, 0.1]["value"], bands[0.02, 0.1]["of"]) == (0, 1)
    assert (bands[0.1, 0.5]["value"], bands[0.1, 0.5]["of"]) == (1, 2)
    assert sum(one["of"] for one in bands.values()) == 3


def test_sensitivity_is_of_injected_pairs_by_expected_cases():
    found = sensitivity(IC, FIVE, 2.0)
    assert (found["at_least_one_expected"]["value"], found["at_least_one_expected"]["of"]) == (0.5, 2)
    assert [(one["of"], one["value"]) for one in found["bands"][:3]] == [(1, 1.0), (0, None), (2, 0.5)]


def test_quarters_until_detection_count_the_onset_as_the_first():
    assert waiting(np.array([6, 9, 0]), np.array([6, 6, 6]))[:2].tolist() == [1, 4]
    found = detection(IC, FIVE, 2.0, DESIGN)
    assert found["horizon"] == 5
    assert (found["mean"], found["median"], found["never"]["value"]) == (4.0, 3, 0.5)  # 3, and 5 for never


def test_a_median_that_half_do_not_reach_is_none():
    never = seen([(2, 1, 5.0, 1, 0, 0), (2, 1, 5.0, 1, 0, 0), (2, 1, 5.0, 1, 2, 1)])
    assert detection(IC, never, 2.0, DESIGN)["median"] is None
    assert detection(IC, never, 4.0, DESIGN)["mean"] is None


def test_the_bootstrap_of_a_mean_is_fixed_and_near_the_normal_interval():
    values = np.repeat([1.0, 5.0], 200)
    low, high = bootstrap_of_mean(values)
    assert (low, high) == bootstrap_of_mean(values)
    assert (low, high) == pytest.approx((3 - 1.96 * 0.1, 3 + 1.96 * 0.1), abs=0.02)


def a_rule(false_high=1.0, crossing=0.01, found=0.5, quarters=5.0, of=5000):
    return {
        "false_positives_per_1000": {"high": false_high},
        "ever_crossing_by_band": [{"value": crossing, "of": of}],
        "ever_crossing_in_small_families": {"value": None, "of": 0},
        "sensitivity": {"2": {"at_least_one_expected": {"value": found}}},
        "detection": {"4": {"mean": quarters}},
    }


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ({"one": a_rule(found=0.3), "two": a_rule(found=0.5)}, "two"),
        ({"one": a_rule(found=0.3), "two": a_rule(found=0.5, false_high=5.1)}, "one"),
        ({"one": a_rule(found=0.3), "two": a_rule(found=0.5, crossing=0.051)}, "one"),
        ({"one": a_rule(found=0.500, quarters=4.0), "two": a_rule(found=0.509)}, "one"),
        ({"one": a_rule(found=0.500, quarters=4.0), "two": a_rule(found=0.520)}, "two"),
        ({"one": a_rule(crossing=0.2)}, None),
        ({}, None),
    ],
)
def test_the_criterion_chooses(rules, answer):
    assert chosen(rules) == answer


def test_a_band_with_few_pairs_is_not_asked_but_the_curve_is():
    few = a_rule(crossing=0.9, of=999)
    assert worst_crossing(few | {"ever_crossing_curve": [0.01, 0.04]}) == 0.04
    assert objection(few | {"ever_crossing_curve": [0.01, 0.06]}) == "fires within 60 looks on up to 6 % of null pairs"
    assert worst_crossing(few) == 1.0, "nothing to ask is no leave"


def test_a_rule_that_reads_many_pairs_must_hold_in_small_families_too():
    lenient = a_rule() | {"ever_crossing_in_small_families": {"value": 0.2, "of": 4000}}
    assert objection(lenient) == "fires within 60 looks on up to 20 % of null pairs"


def test_a_small_family_is_half_null_and_half_of_the_greatest_strength():
    truth, _ = world(TINY, 5)
    (family,) = small_families(truth)
    strength, expected = truth.strength.ravel(), expected_counts(truth).ravel()
    assert family.size == len(set(family)) == 8 * (5 + 2)  # two pairs of RR 4 for each drug here, one for each onset
    assert sorted(set(strength[family])) == [1.0, 4.0]
    drug = family[: 5 + 2]
    others = np.setdiff1d(np.arange(50)[strength[:50] == 1], drug)
    assert expected[drug[strength[drug] == 1]].min() >= expected[others].max()


def test_what_happens_in_small_families_is_told_of_rules_that_read_many_pairs_only(record):
    asked = {name: one["ever_crossing_in_small_families"]["of"] for name, one in record["rules"].items()}
    assert {name for name, of in asked.items() if of} == {"bh", "bayesian"}
    assert asked["bh"] == 2 * 8 * 5


def test_without_a_chosen_rule_no_calibration_is_written():
    with pytest.raises(SystemExit, match="No rule meets the criterion"):
        calibration({"chosen": None})


@pytest.fixture(scope="module")
def record():
    return simulated(TINY, 2, 1, (0.1, 1.0))


def test_a_small_run_tells_every_rule_and_writes_every_table(record):
    assert list(record["rules"]) == [item.name for item in RULES]
    assert record["null_pairs"] + record["injected_pairs"] == 2 * 8 * 50
    assert record["injected_pairs"] == 2 * 8 * 6
    text = as_tables(json.loads(json.dumps(record)))
    assert text.count("### ") == 6
    for table in text.split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1


def test_one_world_again_is_the_same_and_worlds_are_put_side_by_side():
    one, other = watched(TINY, 5), watched(TINY, 6)
    again = watched(TINY, 5)
    for name, first in one.first.items():
        np.testing.assert_array_equal(first, again.first[name])
        np.testing.assert_array_equal(one.at_last[name], again.at_last[name])
    both = together([one, other])
    assert both.strength.size == 2 * one.strength.size
    assert len(both.priors) == 2
    assert set(np.unique(both.world)) == {5, 6}


def test_a_rule_that_fires_at_last_has_a_first_look(record):
    one = watched(TINY, 5)
    for name, first in one.first.items():
        assert (first[one.at_last[name]] > 0).all(), name
        assert ((first == 0) | (first >= one.onset)).all()


def test_the_quick_command_prints_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(operating, "QUICK", TINY)
    monkeypatch.setattr(operating, "QUICK_PER_LOOK", (0.1,))
    monkeypatch.setattr(operating, "keep", lambda _: pytest.fail("--quick wrote"))
    monkeypatch.setattr("sys.argv", ["operating", "--quick", "--workers", "1"])
    operating.main()
    assert "### The choice" in capsys.readouterr().out


def test_the_picture_is_an_svg_with_a_description(record):
    from benchmarks.operating_picture import picture

    svg = picture(record)
    assert svg.startswith("<svg")
    assert "<desc>" in svg
    assert svg == picture(record)


def test_the_documents_show_the_committed_record():
    kept = json.loads(operating.RECORD.read_text(encoding="utf-8")).get("operating")
    block = DOCS.read_text(encoding="utf-8").split(OPENING)[1].split(CLOSING)[0].strip()
    assert block == ("" if kept is None else as_tables(kept))
    assert operating_tables.PICTURE.exists() is (kept is not None)
