"""Areas under the curve by their definition, and which controls of the published sets can be scored."""

import csv
import json
from itertools import product

import numpy as np
import pytest

from benchmarks import referencesets
from benchmarks.operating_tables import DOCS
from benchmarks.referencesets import (
    CLOSING,
    OPENING,
    SETS,
    Cell,
    Control,
    Counted,
    areas,
    as_text,
    controls,
    judged,
    matches,
    outcome_terms,
    ranked,
    without_salt,
)
from benchmarks.referencesets_auc import area_under_curve
from benchmarks.referencesets_statistics import COLUMNS, Pairs, statistics
from pipeline.contract.mart import SIGNAL
from pipeline.signals.prior import Prior


def test_an_area_is_the_share_of_couples_won_and_ties_count_half():
    area = area_under_curve([3.0, 2.0], [1.0, 2.0])
    assert area.value == (1 + 1 + 1 + 0.5) / 4
    assert (area.positives, area.negatives) == (2, 2)


def test_an_area_is_that_of_the_definition_and_of_the_trapezoids():
    draw = np.random.Generator(np.random.PCG64(1))
    up, down = np.round(draw.normal(1, 1, 40), 1), np.round(draw.normal(0, 1, 30), 1)
    by_couples = np.mean([float(p > n) + 0.5 * (p == n) for p, n in product(up, down)])
    cuts = np.unique(np.concatenate([up, down]))[::-1]
    true = np.array([0, *[(up >= cut).mean() for cut in cuts]])
    false = np.array([0, *[(down >= cut).mean() for cut in cuts]])
    area = area_under_curve(up, down)
    assert area.value == pytest.approx(by_couples, abs=1e-12)
    assert area.value == pytest.approx(np.trapezoid(true, false), abs=1e-12)
    assert area.value + area_under_curve(down, up).value == pytest.approx(1)


def test_the_interval_is_that_of_the_two_sample_u_statistic():
    up, down = np.array([1.0, 3.0, 4.0]), np.array([0.0, 2.0])
    by_positive = [np.mean([float(p > n) for n in down]) for p in up]  # ½, 1, 1
    by_negative = [np.mean([float(p > n) for p in up]) for n in down]  # 1, ⅔
    variance = np.var(by_positive, ddof=1) / 3 + np.var(by_negative, ddof=1) / 2
    area = area_under_curve(up, down)
    assert area.low == pytest.approx(area.value - 1.959964 * variance**0.5, abs=1e-6)
    assert area.high == 1.0


def test_the_interval_covers_the_true_area_about_as_often_as_it_says():
    draw = np.random.Generator(np.random.PCG64(2))
    truth = 0.7602499  # of two normals one apart: Φ(1/√2)
    hits = 0
    for _ in range(300):
        area = area_under_curve(draw.normal(1, 1, 50), draw.normal(0, 1, 50))
        hits += area.low <= truth <= area.high
    assert 0.91 <= hits / 300 <= 0.98


def test_controls_that_leave_no_spread_have_no_interval():
    assert area_under_curve([2.0, 3.0], [0.0, 1.0])[:3] == (1.0, None, None)
    assert area_under_curve([2.0], [0.0, 3.0])[:3] == (0.5, None, None)
    assert area_under_curve([np.inf, 1.0], [np.inf, 0.0]).value == (0.5 + 1 + 0 + 1) / 4


@pytest.mark.parametrize(
    ("positive", "negative", "said"), [([], [1.0], "positive"), ([1.0], [1.0, np.nan], r"negative\[1\]")]
)
def test_a_missing_kind_or_score_is_refused(positive, negative, said):
    with pytest.raises(ValueError, match=said):
        area_under_curve(positive, negative)


def test_an_outcome_is_named_whole_or_in_part_or_not_at_all():
    terms = outcome_terms()
    assert {how for how, _ in terms.values()} == {"whole", "part", "none"}
    for how, words in terms.values():
        assert bool(words) is (how != "none")
        assert not [word for word in words if " " in word], "the extract holds terms of one word only"


def test_a_salt_is_cut_and_another_drug_is_not_taken_for_it():
    assert without_salt("METHOTREXATE SODIUM") == "METHOTREXATE"
    assert without_salt("SODIUM") == "SODIUM"
    drugs = {"METHOTREXATE": 1, "METHOTREXATE SODIUM": 2, "METHOTREXATE AND FOLIC ACID": 3, "ASPIRIN": 4}
    assert list(matches(drugs, {"METHOTREXATE", "CLOZAPINE"})) == [(1, "METHOTREXATE"), (2, "METHOTREXATE")]


RHABDO, VALVE = "Rhabdomyolysis #1", "Cardiac Valve Fibrosis #1"
FOUND = Counted(
    {("SIMVASTATIN", RHABDO): Cell(9, 100, 50), ("OXAZEPAM", RHABDO): Cell(0, 80, 50), ("A", RHABDO): Cell(1, 90, 50)},
    10_000,
    None,
    "2022Q3",
)


def test_a_control_is_scored_where_its_drug_is_reported():
    asked = [Control("EU-ADR", name, RHABDO, name[0] == "S") for name in ("SIMVASTATIN", "OXAZEPAM", "A", "SOTALOL")]
    found = areas(asked, FOUND, ranked(FOUND))
    assert (found["positives"], found["negatives"], found["with_a_case"]) == ([1, 2], [2, 2], 2)
    assert found["areas"]["ROR"]["value"] == 1.0
    assert "EBGM" not in found["areas"], "no prior, no EBGM"


PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=-1.0, starts=(), cells=10)
# cases of each drug with two outcomes, of 60 and of 200 cases; the first drug has 300, the second 40, the third 500
PAIRS = Pairs(
    ["KNOWN", "KNOWN", "RARE", "RARE", "SILENT", "SILENT"],
    np.array([9.0, 6.0, 2.0, 0.0, 0.0, 1.0]),
    np.array([300.0, 300.0, 40.0, 40.0, 500.0, 500.0]),
    np.array([60.0, 200.0] * 3),
    100_000,
)


def test_every_statistic_of_the_signal_table_is_judged():
    told = {column.name for column in SIGNAL.columns if column.type == "real"}
    assert set(COLUMNS.values()) == told - {"expected", "lrt_zero_share"} | {"a"}
    assert list(statistics(PAIRS, PRIOR)) == list(COLUMNS)


def test_every_statistic_ranks_a_pair_reported_more_above_one_reported_less():
    for name, values in statistics(PAIRS, PRIOR).items():
        assert not np.isnan(values).any(), name
        assert values[0] > values[4], name


def test_a_pair_of_the_same_p_has_the_same_q_and_a_drug_has_the_maximum_of_its_own_outcomes():
    found = statistics(PAIRS, PRIOR)
    order = np.argsort(found["mid-p"])
    assert (np.diff(found["q (Benjamini–Hochberg)"][order]) >= 0).all()
    alone = statistics(Pairs(PAIRS.drugs[:2], *(column[:2] for column in PAIRS[1:4]), PAIRS.n_cases), PRIOR)
    np.testing.assert_array_equal(alone["LRT p"], found["LRT p"][:2])
    assert not np.array_equal(alone["q (Benjamini–Hochberg)"], found["q (Benjamini–Hochberg)"][:2])


def test_without_controls_of_both_kinds_there_is_no_area():
    assert areas([Control("EU-ADR", "OXAZEPAM", RHABDO, False)], FOUND, ranked(FOUND))["areas"] == {}


def test_outcomes_without_a_term_are_left_out():
    asked = [Control("OMOP", "SIMVASTATIN", RHABDO, True), Control("OMOP", "SIMVASTATIN", VALVE, True)]
    groups = [(one["reference_set"], one["outcome"]) for one in judged(asked, FOUND)]
    assert groups == [("OMOP", RHABDO), ("OMOP", "all named whole")]


def test_every_outcome_of_the_published_sets_is_decided(shared):
    asked = controls(shared / "data" / "refsets")
    assert {control.outcome for control in asked} == set(outcome_terms())
    assert {control.reference_set for control in asked} == set(SETS)
    assert sum(control.is_positive for control in asked) == 81 + 36 + 24 + 24 + 43


def test_every_term_is_in_the_real_extract(shared):
    import io
    import zipfile

    with zipfile.ZipFile(shared / "data" / "faers" / referencesets.ARCHIVE) as archive:
        name = next(name for name in archive.namelist() if "REAC" in name)
        rows = csv.DictReader(io.TextIOWrapper(archive.open(name), encoding="latin-1"), delimiter="$")
        terms = {row["pt"].lower() for row in rows}
    assert {word for _, words in outcome_terms().values() for word in words} <= terms


def test_the_document_shows_the_committed_record():
    kept = json.loads(referencesets.RECORD.read_text(encoding="utf-8")).get("reference_sets")
    block = DOCS.read_text(encoding="utf-8").split(OPENING)[1].split(CLOSING)[0].strip()
    assert block == ("" if kept is None else as_text(kept))
