"""What the page says of strata and subgroups."""

import math

import pytest

from pipeline.report.page import html_page
from pipeline.report.strata import strata_section
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, facts

STRATIFIED = {
    "product": PRODUCT,
    "endpoint": "crs",
    "scope": "narrow",
    "comparator": "non_car_t",
    "stratified_by": "age_band",
    "a": 9,
    "b": 20,
    "c": 30,
    "d": 900,
    "n_unknown": 4,
    "n_comparator_unknown": 70,
    "ror": 13.5,
    "ror_low": 5.6,
    "ror_high": 32.0,
    "is_ror_infinite": False,
    "mh_ror": 8.25,
    "mh_ror_low": 3.5,
    "mh_ror_high": 19.0,
    "is_mh_ror_infinite": False,
    "breslow_day_p": 0.012,
    "least_fitted": 0.7,
    "ebgm": None,
    "eb05": None,
    "eb95": None,
}
SUBGROUP = {
    "product": PRODUCT,
    "endpoint": "crs",
    "scope": "narrow",
    "comparator": "non_car_t",
    "grouped_by": "age_band",
    "a": 3,
    "ror": 12.0,
    "ror_low": 2.0,
    "ror_high": 60.0,
    "shrunken_log_ror": math.log(9.0),
    "shrunken_log_ror_low": math.log(4.0),
    "shrunken_log_ror_high": math.log(20.0),
}
BANDS = ("2-11", "12-17", "18-45")


def section(**changed):
    rows = [STRATIFIED | changed]
    subgroups = [SUBGROUP | {"subgroup": band} for band in BANDS]
    return facts(stratified_signal=rows, subgroup_signal=subgroups)


def test_the_page_sets_the_stratified_ratio_beside_the_crude_one():
    page = html_page(section())
    begin = page.index("Strata and subgroups")
    said = " ".join(page[begin : begin + 60_000].split())
    for words in (
        "<b>8.25</b> (3.50 to 19.0)",
        "without strata 13.5",
        "strata differ, q = 0.012, rough",
        "asked 1 times of this product",
        "4 cases of the product and 70 of those",
    ):
        assert words in said, words
    assert "2 to 11 years (3)" in said.replace("\n", " ")


@pytest.mark.parametrize(("p", "least", "flag"), [(0.2, 9.0, ""), (None, None, ""), (0.0001, 9.0, "q < 0.001")])
def test_only_strata_that_differ_are_flagged(p, least, flag):
    made = strata_section(section(breslow_day_p=p, least_fitted=least), product(PRODUCT), "x")
    cell = made.tables[0].rows[0][2]["age_band"]
    assert (cell.differs, cell.is_rough) == (flag, False)


def test_strata_are_flagged_by_how_often_it_was_asked():
    rows = [STRATIFIED | {"endpoint": name, "least_fitted": 9.0} for name in ("crs", "icans", "infection", "aki")]
    rows[1:] = [row | {"breslow_day_p": 0.5} for row in rows[1:]]
    made = strata_section(facts(stratified_signal=rows, subgroup_signal=[]), product(PRODUCT), "x")
    flags = {item.id: cells["age_band"].differs for item, _, cells in made.tables[0].rows}
    assert made.n_asked == 4
    assert flags["crs"] == "q = 0.048"
    assert not any(flags[name] for name in ("icans", "infection", "aki"))


def test_a_ratio_without_upper_end_has_no_bounds():
    made = strata_section(
        section(mh_ror=None, is_mh_ror_infinite=True, mh_ror_low=None, mh_ror_high=None), product(PRODUCT), "x"
    )
    assert made.tables[0].rows[0][2]["age_band"].common == ("∞", "")


def test_a_product_without_strata_has_no_section():
    assert "Strata and subgroups" not in html_page(facts())
    assert strata_section(facts(), product(PRODUCT), "x").tables == []


def test_two_subgroups_are_too_few_for_a_picture():
    few = facts(stratified_signal=[STRATIFIED], subgroup_signal=[SUBGROUP | {"subgroup": band} for band in BANDS[:2]])
    assert strata_section(few, product(PRODUCT), "x").forests == []
