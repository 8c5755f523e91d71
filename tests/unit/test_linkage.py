"""The frozen weights are whole, stated and used."""

import re
from pathlib import Path

import pytest

from pipeline.cases.clusters import Joining, Told, kept_cases
from pipeline.cases.linkage import BIT, TERMS, WEIGHTS, frozen, linkage_parameters, linkage_tables, whole, window
from pipeline.config import PACKAGE, SOURCES
from pipeline.lake.warehouse import model

ROOT = Path(__file__).resolve().parents[2]


def test_weights_are_whole_thousandths_of_a_bit():
    tables = linkage_tables()
    assert whole(-1.2) == -1200
    for name in ("linkage_weight", "linkage_default", "linkage_term", "linkage_country"):
        assert str(tables[name]["weight"].type) in {"int32", "int64"}


def test_every_level_that_the_query_names_has_its_weight_and_no_other():
    query = model("link/pair_field")
    named = set(re.findall(r"(?:THEN|ELSE) '([a-z]+)'", query))
    frozen_levels = {level.split(",")[0] for levels in frozen()["levels"].values() for level in levels}
    assert named - {"equal"} <= frozen_levels | {"equal"}
    assert frozen_levels <= named | {"equal"}


def test_every_parameter_of_the_link_queries_is_frozen():
    asked = {
        name for path in (ROOT / "sql" / "link").glob("*.sql") for name in re.findall(r"\$([a-z_]+)", path.read_text())
    }
    assert asked - {"any_patient", "window"} == set(linkage_parameters())


def test_rarer_terms_weigh_more_and_none_weighs_more_beside_a_car_t():
    terms = linkage_tables()["linkage_term"].to_pylist()
    assert len(terms) > 3_000
    weights = {(row["kind"], row["term"]): row["weight"] for row in terms}
    assert 3 * BIT < weights["reaction", "FATIGUE"] < weights["reaction", "TINNITUS"]
    assert all(0 <= row["car_t_weight"] <= row["weight"] for row in terms)


def test_blocks_that_say_nothing_of_the_patient_are_compared_less_widely():
    assert window("content") < window("number") == window("day")


def test_a_common_country_weighs_little():
    countries = {row["country"]: row["weight"] for row in linkage_tables()["linkage_country"].to_pylist()}
    assert countries["US"] < BIT < countries["FR"]


@pytest.mark.parametrize("path", [WEIGHTS, TERMS])
def test_the_frozen_files_lie_in_the_package_and_change_the_code_version(path):
    assert path.is_relative_to(PACKAGE)
    assert path.suffix in SOURCES


def joined(*pairs):
    """The kept case of each case that joins one, from (later, earlier) pairs."""
    return kept_cases([Joining(*pair) for pair in pairs], 2.0)


def test_a_case_joins_the_cluster_it_resembles_most_and_joins_no_two_clusters():
    first, second, third = (Told(number, None, None, None, None) for number in (1, 2, 3))
    assert joined((third, second), (third, first)) == {3: 2}


def test_a_case_that_its_best_cluster_cannot_admit_takes_the_next():
    woman, man, third = Told(1, "F", None, None, None), Told(2, "M", None, None, None), Told(3, "M", None, None, None)
    assert joined((third, woman), (third, man)) == {3: 2}


def test_two_numbers_of_one_sender_never_share_a_cluster():
    first, copy = Told(1, None, None, "KESTREL", "K1"), Told(2, None, None, "LINDEN", "L1")
    twin = Told(3, None, None, "KESTREL", "K2")
    assert joined((copy, first), (twin, copy)) == {2: 1}


def test_a_number_that_joined_despite_another_is_known_from_then_on():
    first, second = Told(1, None, None, "KESTREL", "K1"), Told(2, None, None, "KESTREL", "K2")
    copy, stranger = Told(3, None, None, "KESTREL", "K2"), Told(4, None, None, "KESTREL", "K3")
    assert joined((second, first, True), (copy, second), (stranger, first)) == {2: 1, 3: 1}


def test_a_member_s_number_admits_no_other_sex_and_no_other_age():
    first = Told(1, "F", 54.0, "KESTREL", "K1")
    man, girl = Told(2, "M", 54.0, "KESTREL", "K1"), Told(3, "F", 9.0, "KESTREL", "K1")
    assert joined((man, first), (girl, first)) == {}


@pytest.mark.parametrize("despite_numbers", [False, True])
def test_a_death_and_the_terms_it_would_designate_never_share_a_cluster(despite_numbers):
    oedema, plain = Told(1, None, None, None, None, False, True), Told(2, None, None, None, None)
    death = Told(3, None, None, None, None, True, False)
    assert joined((plain, oedema), (death, plain, despite_numbers)) == {2: 1}


def test_ages_do_not_drift_along_a_chain():
    cases = [Told(number, None, 50.0 + 1.5 * number, None, None) for number in range(3)]
    assert joined((cases[1], cases[0]), (cases[2], cases[1])) == {1: 0}


def test_nothing_comes_of_nothing():
    assert kept_cases([], 2.0) == {}
