"""What the benchmark makes of a linkage's tables, and of its peer, on five cases."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import splink_peer
from benchmarks.duplicates import as_layer_table, as_table, figures, generator_hash, judged, linked, together
from benchmarks.splink_model import one_row_per_case
from benchmarks.splink_peer import clustered, lowest_threshold, precision
from pipeline.demo.copies import Copies, copied_cases
from pipeline.demo.copies_mixes import TRAINING, mix_named


def a_set(cases):
    """Copies from rows of (case, event, kind, group, is CAR-T, age, sex, country, day, is possibly padded)."""
    columns = list(zip(*cases, strict=True))
    case = pa.array(columns[0], pa.int64())
    versions = {
        "case_id": case,
        "age_years": pa.array(columns[5], pa.float64()),
        "sex_code": pa.array(columns[6], pa.string()),
        "event_country_code": pa.array(columns[7], pa.string()),
        "event_date": pa.array([day and dt.date.fromisoformat(day) for day in columns[8]], pa.date32()),
        "is_event_date_possibly_padded": pa.array(columns[9], pa.bool_()),
    }
    kind = {"case_id": case, "kind": columns[2], "group_id": pa.array(columns[3], pa.int64()), "is_car_t": columns[4]}
    truth = pa.table({"case_id": case, "event_id": pa.array(columns[1], pa.int64())})
    return Copies(TRAINING[0], 1, {"report_version": pa.table(versions)}, truth, pa.table(kind))


def evidence(*rows):
    names = ("case_id", "other_case_id", "rule", "is_merged")
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = (pa.int64(), pa.int64(), pa.string(), pa.bool_())
    return pa.table({name: pa.array(one, kind) for name, one, kind in zip(names, columns, types, strict=True)})


def members(**kept):
    """members(c12=10): case 12 is counted as case 10."""
    cases = sorted((int(case[1:]), other) for case, other in kept.items())
    return pa.table(
        {
            "case_id": pa.array([one for one, _ in cases], pa.int64()),
            "kept_case_id": pa.array([one for _, one in cases], pa.int64()),
        }
    )


WHOLE = (40.0, "F", "US", "2020-05-17", False)
FIVE = [
    (10, 1, "base", None, False, *WHOLE),
    (12, 1, "forward", None, False, *WHOLE),
    (15, 1, "follow_up", None, False, None, "F", "US", None, False),
    (17, 2, "base", 9, True, *WHOLE),
    (18, 3, "base", 9, True, 40.0, "F", "US", "2022-05-01", True),
]


def test_merged_pairs_are_counted_against_the_truth_and_told_by_layer():
    rows = evidence((10, 12, "same content", True), (10, 15, "linkage", True), (17, 18, "linkage", False))
    found = figures(judged(a_set(FIVE), rows, members(c12=10, c15=10), 1.5))
    assert (found["precision"]["value"], found["recall"]["value"]) == (1, 1)
    assert found["layers"]["rules"]["recall"]["value"] == pytest.approx(1 / 3, abs=1e-5)
    assert found["layers"]["linkage"]["recall"]["value"] == pytest.approx(1 / 3, abs=1e-5)
    assert found["layers"]["listed"]["precision"]["value"] == pytest.approx(2 / 3, abs=1e-5)
    assert found["false_pairs"] == {"look_alikes": 0, "strangers": 0, "car_t": 0}
    assert (found["cases"], found["seconds"]) == (5, 1.5)


def test_false_pairs_are_told_as_look_alikes_or_strangers():
    found = figures(judged(a_set(FIVE), evidence(), members(c18=17, c12=17), 0))
    assert found["false_pairs"] == {"look_alikes": 1, "strangers": 2, "car_t": 3}
    assert found["precision"]["value"] == 0


def test_fields_are_there_when_both_cases_say_them_and_the_day_is_no_padded_month():
    found = figures(judged(a_set(FIVE), evidence(), members(c15=10), 0))
    assert found["fields_there"]["recall"] == {"value": 0, "low": 0, "high": 0.975, "of": 1, "islands": 1}
    assert found["fields_there"]["precision"] == {"value": None, "of": 0}
    assert found["recall"]["value"] == pytest.approx(1 / 3, abs=1e-5)


def test_fields_agree_where_all_four_are_there_and_equal():
    other = (20, 1, "second", None, False, 41.0, *WHOLE[1:])
    found = figures(judged(a_set([*FIVE, other]), evidence(), members(c12=10), 0))
    assert (found["fields_there"]["recall"]["of"], found["fields_agree"]["recall"]["of"]) == (3, 1)
    assert found["fields_agree"]["recall"]["value"] == 1


def test_recall_is_told_by_kind_of_copy():
    found = figures(judged(a_set(FIVE), evidence(), members(c12=10), 0))["recall_by_kind"]
    assert {name: (one["value"], one["of"]) for name, one in found.items()} == {
        "follow_up": (0, 1), "forward": (1, 1), "several": (0, 1),
    }  # fmt: skip


def test_car_t_pairs_are_those_with_a_car_t_case():
    found = figures(judged(a_set(FIVE), evidence(), members(c12=10, c18=17), 0))
    assert found["car_t"]["precision"]["value"] == 0
    assert found["not_car_t"]["precision"]["value"] == 1
    assert found["car_t"]["recall"] == {"value": None, "of": 0}


def test_seeds_are_put_together_without_meeting():
    one = judged(a_set(FIVE), evidence((10, 12, "linkage", True)), members(c12=10), 1)
    both = figures(together([one, one]))
    alone = figures(one)
    assert both["cases"] == 2 * alone["cases"]
    assert both["recall"]["of"] == 2 * alone["recall"]["of"]
    assert both["recall"]["value"] == alone["recall"]["value"]
    assert both["layers"]["linkage"]["precision"]["of"] == 2


def test_the_table_has_a_row_for_every_mix():
    found = figures(judged(a_set(FIVE), evidence(), members(c12=10), 0))
    lines = as_table({"mixes": {"clean": found, "unseen": found}}).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| clean | 1.000 (0.025–1.000) | 0.333")


def test_the_table_of_layers_has_rules_linkage_and_what_is_only_listed():
    found = figures(judged(a_set(FIVE), evidence((10, 12, "same content", True)), members(c12=10), 0))
    lines = as_layer_table({"mixes": {"clean": found}}).splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == ["rules", "linkage", "listed"]
    assert lines[3].split(" | ")[2] == "–"


def test_the_hash_of_the_generator_is_that_of_its_files():
    assert generator_hash() == generator_hash()
    assert len(generator_hash()) == 64


@pytest.mark.parametrize("name", ["clean", "twins"])
def test_the_linkage_merges_hardly_any_stranger(name):
    found = figures(linked(copied_cases(2, mix_named(name), 3000)))
    assert found["precision"]["value"] >= 0.97
    assert found["recall"]["value"] > 0.3
    assert found["layers"]["rules"]["recall"]["value"] > 0


def test_components_at_a_threshold_and_the_lowest_one_that_is_precise():
    cases, truth = np.array([10, 12, 15, 17]), np.array([1, 1, 2, 2])
    pairs = pa.table({"case_id": [10, 12, 15], "other_case_id": [12, 15, 17], "weight": [9.0, 3.0, 5.0]})
    assert clustered(cases, pairs, 2).tolist() == [0, 0, 0, 0]
    assert clustered(cases, pairs, 4).tolist() == [0, 0, 1, 1]
    assert clustered(cases, pairs, 8).tolist() == [0, 0, 1, 2]
    assert precision(truth, clustered(cases, pairs, 2)) == pytest.approx(2 / 6)
    assert lowest_threshold([(cases, truth, pairs)]) == 3.5


def test_no_pairs_are_precise_and_a_hopeless_model_is_told():
    assert precision(np.array([1, 1]), np.array([1, 2])) == 1
    pairs = pa.table({"case_id": [10], "other_case_id": [12], "weight": [99.0]})
    with pytest.raises(SystemExit, match="no threshold"):
        lowest_threshold([(np.array([10, 12]), np.array([1, 2]), pairs)])


def test_without_splink_one_sentence_is_said(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("sys.argv", ["splink_peer"])
    with pytest.raises(SystemExit, match="splink is not installed here"):
        splink_peer.main()


def test_one_row_per_case_for_the_peer():
    copies = copied_cases(2, mix_named("clean"), 400)
    rows, seconds = one_row_per_case(copies)
    assert seconds > 0
    assert rows["unique_id"].to_pylist() == copies.truth["case_id"].to_pylist()
    assert rows["drugs"].null_count == rows["reactions"].null_count == 0
