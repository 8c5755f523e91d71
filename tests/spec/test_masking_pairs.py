"""Every other pair, counted again by hand: without a drug's reports, without an event's, without an event's terms alone."""

import numpy as np
import pyarrow as pa
import pytest
from tables import rows_of
from worlds import OVERLAP, World, world_of

from pipeline.cases.maskingdominance import dominating
from pipeline.cases.maskingpairs import pair_world
from pipeline.cases.maskingpairtable import pair_batches, recount, rule_met
from pipeline.cases.maskingremovals import removals
from pipeline.contract.masking import MASKING_PAIR
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import NothingThere, UsageError

KYMRIAH = "tisagenlecleucel"
CRS, ICANS = "Cytokine release syndrome", "Immune effector cell-associated neurotoxicity syndrome"
TOGETHER = f"""
n  | drugs                   | terms
4  | KYMRIAH PS              | {CRS} + {ICANS}
1  | KYMRIAH PS              | {ICANS}
3  | KYMRIAH PS              | {CRS}
2  | KYMRIAH PS + ASPIRIN SS | Nausea
2  | ASPIRIN PS              | {ICANS}
1  | ASPIRIN PS              | {CRS} + {ICANS}
20 | ASPIRIN PS              | Nausea
4  | IBUPROFEN PS            | Nausea
1  | IBUPROFEN SS + KYMRIAH C | Nausea
"""
BEFORE, AFTER = ("a", "n_drug", "n_event", "n_cases"), ("a_after", "n_drug_after", "n_event_after", "n_cases_after")


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    return pair_world(world_of(tmp_path_factory.mktemp("together"), TOGETHER).warehouse, "all")


@pytest.fixture(scope="module")
def overlap(tmp_path_factory):
    return pair_world(world_of(tmp_path_factory.mktemp("overlap"), OVERLAP).warehouse, "all")


def masked(world, asked, kind):
    """The rows of one question, by drug, event and scope, and what is told of it."""
    (removal,) = [one for one in removals(world.warehouse, asked) if one.kind == kind]
    found = recount(world, removal, rule_met(world, world.before))
    rows = pa.concat_tables(
        [arrow_schema(MASKING_PAIR).empty_table(), *map(typed, pair_batches(world, found, "2024Q1"))]
    )
    keyed = {(row["drug"], row["event"], row["scope"]): row for row in rows.to_pylist()}
    assert len(keyed) == rows.num_rows == found.rows.size
    return keyed, found.counts()


def typed(batch):
    return batch.cast(arrow_schema(MASKING_PAIR))


def counts(row):
    return tuple(row[name] for name in BEFORE), tuple(row[name] for name in AFTER)


WITHOUT_KYMRIAH = f"""
drug      | event   | before      | after
ASPIRIN   | Nausea  | 22 25 27 38 | 20 23 25 28
IBUPROFEN | Nausea  | 5 5 27 38   | 5 5 25 28
ASPIRIN   | {ICANS} | 3 25 8 38   | 3 23 3 28
ASPIRIN   | {CRS}   | 1 25 8 38   | 1 23 1 28
"""


def test_reports_of_a_suspect_product_go_from_every_other_pair(together):
    rows, told = masked(together, f"drug:{KYMRIAH}", "product")
    terms = {key: row for key, row in rows.items() if row["event_kind"] == "pt"}
    answers = rows_of(WITHOUT_KYMRIAH)
    assert {(line["drug"], line["event"], None) for line in answers} == set(terms)
    for line in answers:
        found = counts(terms[line["drug"], line["event"], None])
        assert found == tuple(tuple(map(int, line[when].split())) for when in ("before", "after")), line
    assert told["n_removed"] == 10
    assert told["n_pairs"] + told["n_own"] == together.drug.size
    assert not {key for key in rows if key[0] in {KYMRIAH, "any_car_t"}}, "its own pairs, and those of its group"


def test_measures_before_and_after_are_those_of_the_cells(together):
    row = masked(together, f"drug:{KYMRIAH}", "product")[0]["IBUPROFEN", "Nausea", None]
    assert (row["prr"], row["prr_after"]) == (pytest.approx(1.5), pytest.approx(23 / 20))
    assert row["ror"] is None, "b is 0: infinite"
    assert row["expected"] == pytest.approx(5 * 27 / 38)
    assert row["ic"] == pytest.approx(np.log2(5.5 / (5 * 27 / 38 + 0.5)))
    assert row["ic_after"] == pytest.approx(np.log2(5.5 / (5 * 25 / 28 + 0.5)))
    assert row["ic_shift"] == pytest.approx(row["ic_after"] - row["ic"])
    assert row["is_unmasked"] is (row["ic025"] <= 0 < row["ic025_after"])


def test_the_closed_form_is_exact_without_co_reporting_and_errs_with_it(together):
    rows, _ = masked(together, f"drug:{KYMRIAH}", "product")
    alone, both = rows["IBUPROFEN", "Nausea", None], rows["ASPIRIN", "Nausea", None]
    assert alone["masking_ratio"] == pytest.approx((1 - 10 / 33) / (1 - 2 / 22))
    assert alone["screen_error"] == pytest.approx(0.0, abs=1e-12)
    assert abs(both["screen_error"]) > 0.01


def test_removing_crs_reports_takes_icans_with_them(together):
    rows, told = masked(together, "endpoint:crs", "event")
    assert counts(rows[KYMRIAH, ICANS, None]) == ((5, 10, 8, 38), (1, 3, 3, 30))
    assert counts(rows["ASPIRIN", ICANS, None]) == ((3, 25, 8, 38), (2, 24, 3, 30))
    assert told["n_removed"] == 8
    assert not {key for key in rows if key[1] in {CRS, "crs"}}, "pairs of its own terms are gone by definition"


def test_dropping_the_crs_terms_leaves_icans_as_it_was(together):
    rows, told = masked(together, "endpoint:crs", "term")
    assert rows == {}, "its own pairs, in both scopes, are gone by definition; no other event shares its terms"
    assert (told["n_removed"], told["n_changed"]) == (8, 0)
    assert told["n_own"] > 0


def test_dropping_terms_moves_what_shares_them_and_keeps_the_report(overlap):
    rows, _ = masked(overlap, "endpoint:infection_ex_covid", "term")
    assert counts(rows[KYMRIAH, "infection", "narrow"]) == ((4, 5, 7, 13), (2, 5, 5, 13))
    assert counts(rows["ASPIRIN", "infection", "narrow"]) == ((3, 8, 7, 13), (3, 8, 5, 13))
    assert not {key for key in rows if key[1] in {"Sepsis", "COVID-19", "Nausea"}}


def test_a_preferred_term_is_dropped_from_every_endpoint_that_lists_it(overlap):
    rows, _ = masked(overlap, "pt:covid-19", "term")
    assert counts(rows[KYMRIAH, "infection", "narrow"]) == ((4, 5, 7, 13), (3, 5, 3, 13))
    assert counts(rows["ASPIRIN", "infection", "narrow"]) == ((3, 8, 7, 13), (0, 8, 3, 13))


def test_reports_of_a_preferred_term_go_with_all_they_report(overlap):
    rows, told = masked(overlap, "pt:COVID-19", "event")
    assert counts(rows[KYMRIAH, "Sepsis", None]) == ((3, 5, 3, 13), (2, 3, 2, 8))
    assert counts(rows["ASPIRIN", "Nausea", None]) == ((5, 8, 6, 13), (5, 5, 6, 8))
    assert told["n_removed"] == 5


def test_removing_the_group_of_all_car_ts_asks_nothing_of_its_members(together):
    rows, _ = masked(together, "drug:any_car_t", "product")
    assert {key[0] for key in rows} == {"ASPIRIN", "IBUPROFEN"}


DOMINATING = f"""
name      | cases | outside | beside | of | thing
{KYMRIAH} | 10    | 28      | 3      | 8  | drug
ASPIRIN   | 25    | 13      | 5      | 27 | drug
IBUPROFEN | 5     | 33      | 22     | 27 | drug
{CRS}     | 8     | 30      | 3      | 10 | pt
crs       | 8     | 30      | 3      | 10 | endpoint
Nausea    | 27    | 11      | 3      | 25 | pt
{ICANS}   | 8     | 30      | 5      | 10 | pt
icans     | 8     | 30      | 5      | 10 | endpoint
"""


def test_what_dominates_is_what_lifts_the_pairs_of_others_most(together):
    """Looked at are preferred terms with 3 cases: aspirin with nausea and ICANS, ibuprofen with nausea, Kymriah with CRS and ICANS.

    Each thing hides one pair of another: outside of 38 cases do not hold it, beside of the shared thing's cases do not.
    """
    found = [one for group in dominating(together) for one in group]
    answers = rows_of(DOMINATING)
    assert [(one.thing, one.name, str(one.n_cases)) for one in found] == [
        (line["thing"], line["name"], line["cases"]) for line in answers
    ]
    for one, line in zip(found, answers, strict=True):
        outside, beside, whole = (int(line[name]) for name in ("outside", "beside", "of"))
        assert one.weight == pytest.approx(np.log2((outside / 38) / (beside / whole))), line


@pytest.mark.parametrize("asked", ["tisagenlecleucel", "product:x", "drug:", "endpoint:no_such"])
def test_what_cannot_be_asked_is_refused(together, asked):
    with pytest.raises(UsageError):
        list(removals(together.warehouse, asked))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("drug:NOT REPORTED", "column drug of pair_count"),
        ("pt:Not reported", "column event of pair_count"),
        ("drug:Kymriah", "counted as drug:tisagenlecleucel"),
    ],
)
def test_what_no_case_is_counted_under_is_refused_with_where_to_look(together, asked, said):
    with pytest.raises(NothingThere, match=f"No case is counted under {asked}: .*{said}"):
        list(removals(together.warehouse, asked))


@pytest.fixture(scope="module")
def died(tmp_path_factory):
    """Deaths told by the outcome code alone: two of Kymriah, one of aspirin; no report has the preferred term."""
    rows = ["10 | 1", "20 | 2", "30 | 3", "40 | 4", "50 | 5"]
    drugs = ["10 | KYMRIAH", "20 | KYMRIAH", "30 | KYMRIAH", "40 | ASPIRIN", "50 | ASPIRIN"]
    world = World(
        tmp_path_factory.mktemp("died"),
        report_version="report_id | case_id\n" + "\n".join(rows),
        case_drug="report_id | drug_name\n" + "\n".join(drugs),
        case_reaction="report_id | pt\n" + "\n".join(f"{row.split()[0]} | Nausea" for row in rows),
        case_outcome="report_id | outcome_code\n10 | DE\n20 | DE\n40 | DE",
    )
    return pair_world(world.warehouse, "all")


def test_reports_of_a_death_take_both_scopes_of_it_by_definition_whatever_told_the_death(died):
    rows, told = masked(died, "endpoint:death", "event")
    assert told["n_removed"] == 3
    assert {key[1] for key in rows} == {"Nausea"}
    assert counts(rows[KYMRIAH, "Nausea", None]) == ((3, 3, 5, 5), (1, 1, 2, 2))


def test_a_death_that_no_term_tells_loses_nothing_when_its_terms_are_dropped(died):
    rows, told = masked(died, "endpoint:death", "term")
    assert rows == {}
    assert (told["n_removed"], told["n_changed"]) == (0, 0)


def test_an_endpoint_that_no_case_has_takes_nothing_and_is_refused(together):
    (removal, _) = removals(together.warehouse, "endpoint:death")
    with pytest.raises(NothingThere, match="nothing to remove"):
        recount(together, removal, rule_met(together, together.before))


NO_ENDPOINT = """
n | drugs      | terms
3 | KYMRIAH PS | Skin disorder
1 | KYMRIAH PS | Headache
3 | ASPIRIN PS | Skin disorder
5 | ASPIRIN PS | Headache
"""


def test_where_no_case_has_an_endpoint_drugs_and_terms_are_looked_at_all_the_same(tmp_path):
    """Kymriah hides aspirin's skin disorder, (8/12)/(3/6); headache hides aspirin's skin disorder, (6/12)/(3/8)."""
    world = pair_world(world_of(tmp_path, NO_ENDPOINT).warehouse, "all")
    assert set(world.named.events["event_kind"].take(world.event - 1).to_pylist()) == {"pt"}
    found = [one for group in dominating(world) for one in group]
    assert [one.asked for one in found] == [f"drug:{KYMRIAH}", "pt:Headache"]
    assert [one.weight for one in found] == pytest.approx([np.log2(4 / 3), np.log2(4 / 3)])


def test_a_background_without_a_case_is_refused(together):
    with pytest.raises(NothingThere, match="No case is compared against haem_onc"):
        pair_world(together.warehouse, "haem_onc")
