"""The READUS-PV checklist: every item of the statement, filled from the run or said to be open."""

import csv
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pytest

from pipeline.errors import CartwatchError
from pipeline.report import readus
from pipeline.report.exports import write_csv_files, write_workbook
from pipeline.report.page import html_page
from pipeline.report.readus import STATES, checklist, checklist_table, states
from pipeline.report.wording import LIMITS, refuse_in_text
from pipeline.vocabulary.comparators import comparator
from tests.reportfacts import RULE, facts, prior_row

IDS = (
    *("1a", "1b", "2a", "2b", "2c", "3", "4a", "4b", "5a", "5b", "6a", "6b", "6c", "6d", "7a", "7b", "7c", "7d", "7e"),
    *("8a", "8b", "9", "10", "11", "12a", "12b", "12c", "13", "14a", "14b", "14c", "14d"),
)


@pytest.fixture(scope="module")
def items():
    return {item.id: item for item in checklist(facts())}


def test_the_checklist_has_the_fourteen_items_in_their_thirty_two_parts(items):
    assert tuple(items) == IDS
    assert len(IDS) == 32
    assert len({name.rstrip("abcde") for name in IDS}) == 14


def test_every_item_asks_a_question_and_is_answered_in_words_without_a_gap(items):
    for item in items.values():
        assert item.asks.endswith("?")
        assert item.answer.endswith((".", "!"))
        assert "{" not in item.answer
        assert "None" not in item.answer.replace("None beside", "").replace("None: no other", "")
        assert refuse_in_text(f"{item.asks} {item.answer}") is None


def test_what_only_an_author_knows_is_said_to_be_open(items):
    open_items = {name for name, item in items.items() if item.state == STATES["author"]}
    assert open_items == {"2a", "2c", "11", "12a", "12b", "12c", "14a", "14b", "14c"}
    assert states(list(items.values()))[STATES["author"]] == 9
    assert sum(states(list(items.values())).values()) == 32


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("4a", "individual case safety reports"),
        ("5a", "2024Q1 to 2024Q1, 1 archives"),
        ("5b", "Data-lock point 2024Q1"),
        ("5b", "Records read 20 = kept 19 + rejected 1"),
        ("6a", "1\u202f000 counted cases, 10 of them naming Tisagenlecleucel (Kymriah) as a suspect"),
        ("6c", "roles PS and SS only"),
        ("6c", "vocabulary vocabulary"),
        ("7b", RULE),
        ("7b", "PRR and ROR with 95 % intervals"),
        ("7b", "Every prior of EBGM fits"),
        ("7c", "every pair against 5 comparators (all, non_car_t, haem_onc, haem_onc_without_imids, car_t)"),
        ("8a", "counted 1\u202f000 cases"),
        ("10", "1 case with a designated event"),
        ("13", LIMITS[0]),
        ("14d", f"all {comparator('all').version}"),
        ("14d", "Run 0123456789abcdef"),
    ],
)
def test_an_answer_is_filled_from_the_run(items, item, said):
    assert said in items[item].answer


def test_marked_pairs_are_counted_over_endpoints_and_terms(items):
    rows = facts().rows("endpoint_signal")
    assert f"the rule marks {len(rows) + 2} of them" in items["9"].answer
    assert f"{len(rows) + 2} times a pair was compared" in items["7c"].answer


def answer(name, **changed):
    return next(item.answer for item in checklist(facts(**changed)) if item.id == name)


def test_a_sensitivity_analysis_is_told_only_where_it_has_rows():
    row = {"product": "any_car_t", "endpoint": "crs", "kind": "product"}
    assert "masking" not in answer("7c")
    assert "masking: 2 removals" in answer("7c", masking_shift=[row, row])
    assert "preferred terms: 1 removals" in answer("7c", masking_term=[row])
    assert "EBGM over stratified expected counts" in answer("7c", stratified_signal=[row])


def test_not_all_is_never_said_of_all_but_one():
    row = {"role_group": "all", "n_rows": 100_000, "share_resolved": 0.99999}
    assert "more than 99.9 % of the drug entries" in answer("5a", drug_resolution_quarter=[row])
    row["share_resolved"] = 1.0
    assert " 100.0 % of the drug entries" in answer("5a", drug_resolution_quarter=[row])


def test_a_refused_stratified_prior_is_not_said_to_fit():
    row = {"stratified_by": "sex", "comparator": "all", "ebgm_note": "Only 2 of 3 starts reach the best maximum."}
    unasked = row | {"stratified_by": "region", "comparator": "non_car_t", "ebgm_note": "Not asked."}
    assert "EBGM stratified by sex was refused." in answer("7b", stratified_signal=[row, unasked])
    assert "Every prior of EBGM fits." in answer("7b", stratified_signal=[unasked])


def test_a_followed_cohort_is_named_among_the_sources_where_cases_of_it_are_marked():
    assert answer("6d").startswith("None beside FAERS.")
    table = pa.Table.from_pylist([{"product": "any_car_t", "n_own_cohort": 1}])
    marked = {
        item.id: item.answer for item in checklist(replace(facts(), tables=facts().tables | {"marked_case": table}))
    }
    assert marked["6d"].startswith("The extract of a followed cohort")
    assert "is marked, and stays in every count" in marked["7e"]


def test_a_refused_prior_and_rows_that_nobody_can_assess_are_told():
    refused = [prior_row("all"), prior_row("non_car_t", reason="The starts disagree.")]
    assert "EBGM was refused against non_car_t." in answer("7b", fitted_prior=refused)


def test_the_caveats_of_the_data_and_the_source_of_the_terms_stand_in_the_answers():
    told = replace(facts(), caveats=("The lake does not hold 2023Q4.", "Terms: MedDRA 28.1."))
    items = {item.id: item.answer for item in checklist(told)}
    assert "The lake does not hold 2023Q4." in items["6a"]
    assert "never coded again; MedDRA 28.1. The number" in items["5a"]


def test_a_lake_without_anything_still_has_every_answer():
    empty = {name: [] for name in ("endpoint_signal", "term_signal", "source_archive", "waterfall_step", "comparison")}
    assert len(checklist(facts(**empty))) == 32


def test_the_page_the_csv_and_the_workbook_show_every_item(tmp_path):
    page = html_page(facts())
    assert all(f'<tr><th scope="row">{name}</th>' in page.split('id="readus"')[1] for name in IDS)
    write_csv_files(facts(), tmp_path)
    with (tmp_path / "readus.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["id"] for row in csv.DictReader(stream)] == list(IDS)
    write_workbook(facts(), tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["readus"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(IDS)
    assert checklist_table(facts()).column_names == ["id", "section", "asks", "state", "answer"]


def test_an_answer_that_calls_a_measure_an_incidence_is_refused_at_every_door(monkeypatch, tmp_path):
    entry = {"id": "9", "section": "Results", "asks": "What?", "state": "run", "answer": "The incidence of CRS is 3."}
    told = {"statement": "doi:10.1007/s40264-024-01421-9", "sensitivity": [], "items": [entry]}
    monkeypatch.setattr(readus, "statement", lambda: told)
    for door in (lambda: html_page(facts()), lambda: write_csv_files(facts(), tmp_path)):
        with pytest.raises(CartwatchError, match="incidence"):
            door()
