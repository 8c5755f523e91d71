"""What the benchmark of sequential plans claims, and that the page shows what was measured."""

import json

import numpy as np
import pytest

from benchmarks import sequential
from benchmarks.__main__ import RECORD
from benchmarks.sequential_picture import picture
from benchmarks.sequential_tables import CLOSING, DOCS, OPENING, PICTURE, as_tables
from benchmarks.sequential_wandering import wandering
from benchmarks.sequential_worlds import DESIGNS, ENDPOINTS, FAMILY_ALPHA, N_LOOKS, PRODUCTS, family
from pipeline.sequential.designs import DESIGN_IDS


@pytest.fixture(scope="module")
def kept():
    return json.loads(RECORD.read_text(encoding="utf-8"))["sequential"]


def test_a_familys_alpha_is_split_over_endpoint_and_product():
    plans = family()
    assert len(plans) == len(ENDPOINTS) * len(PRODUCTS)
    assert sum(plan.alpha for plan in plans) == pytest.approx(FAMILY_ALPHA)


def test_looks_are_held_as_they_come_and_the_last_passes_the_length():
    for plan in family():
        assert plan.expected.size <= N_LOOKS
        assert np.all(np.diff(plan.expected) > 0)
        assert plan.expected[-1] > plan.length
        np.testing.assert_array_equal(plan.expected, next(one for one in family() if one.name == plan.name).expected)


def test_every_design_is_simulated_and_named_after_its_id():
    assert {name.split(",")[0] for name in DESIGNS} == set(DESIGN_IDS)
    assert {name.split(",")[0] for name in sequential.PLANS} == set(DESIGN_IDS)


@pytest.mark.parametrize("name", ["poisson_maxsprt", "binomial_spending, Pocock", "cusum", "ewma, beside a comparator"])
def test_a_design_lives_through_few_families_and_says_the_same_again(name):
    found = sequential.false_alarms(DESIGNS[name], 300, 7)
    assert found == sequential.false_alarms(DESIGNS[name], 300, 7)
    assert found["family"]["of"] == 300
    assert found["family"]["low"] <= FAMILY_ALPHA


def test_a_design_that_fires_too_often_fails_the_benchmark():
    alarms = {"kept": {"family": {"low": 0.049}}, "broken": {"family": {"low": 0.051}}}
    assert sequential.exceeded({"family_alpha": 0.05, "false_alarms": alarms}) == ["broken"]


def test_a_plan_without_a_boundary_has_no_power_and_says_why():
    rows = sequential.rows_of("poisson_maxsprt", {"alpha": 0.05, "maximum_length": 0.1, "minimum_events": 4})
    assert [row["power"] for row in rows] == [None, None, None]
    assert "even the lowest boundary" in rows[0]["reason"]


@pytest.mark.parametrize("name", ["poisson_spending, Pocock", "cusum, beside a comparator"])
def test_a_level_that_wanders_makes_a_plan_spend_more(name):
    found = wandering({name: sequential.wide_designs()[name]}, 2_000)[name]
    assert found["0"]["low"] <= 0.05
    assert found["0.1"]["low"] > 0.05


def test_an_uncertain_baseline_taken_for_the_truth_spends_more_than_it_claims():
    found = sequential.uncertain_baseline(3.0)
    assert found["conditional"] < 0.05 < found["plugged_in"]


def test_no_design_on_record_passes_its_familys_alpha(kept):
    assert sequential.exceeded(kept) == []
    assert kept["families"] >= 10_000
    assert kept["contrasts"]["IC025 > 0, unadjusted"]["family"]["low"] > 0.4


def test_the_page_and_the_picture_show_the_record(kept):
    page = DOCS.read_text(encoding="utf-8")
    assert page.split(OPENING)[1].split(CLOSING)[0].strip() == as_tables(kept).strip()
    assert PICTURE.read_text(encoding="utf-8") == picture(kept)


def test_the_dispersion_that_the_refusal_quotes_is_on_record(kept):
    assert kept["dispersed"]["poisson_maxsprt"]["2"] == pytest.approx(0.16, abs=0.005)


def test_power_on_record_rises_with_length_and_with_what_there_is_to_find(kept):
    held = {(one["design"], one["relative_risk"], one["expected"]): one["power"] for one in kept["power"]}
    for (design_id, risk, length), power in held.items():
        larger = [found for (other, r, n), found in held.items() if other == design_id and r >= risk and n >= length]
        assert power <= min(larger) + 0.02
