"""What is taken away, and what is left, as tables of answers."""

from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import rows_of
from worlds import OVERLAP, World, world_of

from pipeline.cases.counts import count_backgrounds
from pipeline.cases.masking import definition, write_masking
from pipeline.cases.members import events, show_stratum_events
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse, model

KYMRIAH, YESCARTA = "tisagenlecleucel", "axicabtagene ciloleucel"
CRS, ICANS = "Cytokine release syndrome", "Immune effector cell-associated neurotoxicity syndrome"


@pytest.fixture(scope="module")
def masked_of(tmp_path_factory):
    """The rows of masking of a drawn world, counted once for each drawing."""
    return cache(lambda text: masked(world_of(folder := tmp_path_factory.mktemp("world"), text), folder))


def masked(world, folder):
    """The rows of masking, by product, event, comparator, kind and what is removed."""
    backgrounds = count_backgrounds(world.warehouse, definition()["comparators"])
    show_stratum_events(world.warehouse)
    ((_, _, path, n_rows),) = write_masking(world.warehouse, "2024Q1", folder, backgrounds, events(world.warehouse))
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == n_rows
    names = ("product", "event", "comparator", "kind", "removed")
    found = {tuple(row[name] for name in names): row for row in rows}
    assert len(found) == n_rows
    return found


def cells(row, end=""):
    return tuple(row[f"{name}{end}"] for name in "abcd")


TOGETHER = f"""
n  | drugs       | terms
4  | KYMRIAH PS  | {CRS} + {ICANS}
1  | KYMRIAH PS  | {ICANS}
3  | KYMRIAH PS  | {CRS}
2  | KYMRIAH PS  | Nausea
2  | ASPIRIN PS  | {ICANS}
1  | ASPIRIN PS  | {CRS} + {ICANS}
20 | ASPIRIN PS  | Nausea
"""


def test_removing_crs_reports_takes_icans_with_them(masked_of):
    rows = masked_of(TOGETHER)
    row = rows[KYMRIAH, "icans", "all", "event", "crs"]
    assert cells(row) == (5, 5, 3, 20)
    assert cells(row, "_after") == (1, 2, 2, 20)
    assert row["n_removed"] == 8
    assert row["ic_shift"] < 0


def test_dropping_the_crs_terms_leaves_icans_as_it_was(masked_of):
    rows = masked_of(TOGETHER)
    row = rows[KYMRIAH, "icans", "all", "term", "crs"]
    assert cells(row) == cells(row, "_after") == (5, 5, 3, 20)
    assert (row["n_removed"], row["ic_shift"], row["masking_ratio"], row["screen_error"]) == (0, 0.0, 1.0, 0.0)


def test_an_event_is_never_removed_from_itself(masked_of):
    rows = masked_of(TOGETHER)
    assert not [key for key in rows if key[1] == key[4]]


HIDDEN = """
n  | drugs                       | terms
3  | KYMRIAH PS                  | Encephalopathy
7  | KYMRIAH PS                  | Nausea
30 | YESCARTA PS                 | Encephalopathy
10 | YESCARTA SS                 | Nausea
1  | YESCARTA C                  | Encephalopathy
1  | KYMRIAH PS + YESCARTA SS    | Encephalopathy
2  | ABECMA PS                   | Encephalopathy
4  | IFOSFAMIDE PS               | Encephalopathy
60 | ASPIRIN PS                  | Nausea
"""


def test_every_report_that_names_the_removed_product_as_a_suspect_goes_from_both_sides(masked_of):
    rows = masked_of(HIDDEN)
    row = rows[KYMRIAH, "icans", "all", "product", YESCARTA]
    assert cells(row) == (4, 7, 37, 70)
    assert cells(row, "_after") == (3, 7, 7, 60)
    assert row["n_removed"] == 41


def test_every_other_car_t_goes_together_and_alone_by_its_own_rule(masked_of):
    rows = masked_of(HIDDEN)
    removed = {key[4]: row["rule"] for key, row in rows.items() if key[:4] == (KYMRIAH, "icans", "all", "product")}
    assert removed == {
        "other_car_t": "other_car_t",
        YESCARTA: "each_car_t",
        "idecabtagene vicleucel": "each_car_t",
        "IFOSFAMIDE": "dominating_drug",
    }
    assert cells(rows[KYMRIAH, "icans", "all", "product", "other_car_t"], "_after") == (3, 7, 5, 60)


def test_the_class_has_no_other_car_t(masked_of):
    rows = masked_of(HIDDEN)
    assert {row["rule"] for key, row in rows.items() if key[0] == "any_car_t" and key[3] == "product"} == {
        "dominating_drug"
    }


# of Encephalopathy and tisagenlecleucel: comparator, kind, removed, rule, a b c d after
TERM_HIDDEN = f"""
comparator | kind    | removed                    | rule             | after
all        | product | other_car_t                | other_car_t      | 3 7 5 60
all        | product | {YESCARTA} | dominating_car_t | 3 7 7 60
all        | product | IFOSFAMIDE                 | dominating_drug  | 4 7 33 70
all        | event   | crs                        | crs_reports      | 4 7 37 70
all        | event   | Nausea                     | dominating_term  | 4 0 37 0
non_car_t  | product | other_car_t                | other_car_t      | 3 7 4 60
non_car_t  | product | {YESCARTA} | dominating_car_t | 3 7 4 60
non_car_t  | event   | crs                        | crs_reports      | 4 7 4 60
non_car_t  | event   | Nausea                     | dominating_term  | 4 0 4 0
"""


def test_a_preferred_term_is_counted_again_without_what_dominates_it(masked_of):
    found = {key: row for key, row in masked_of(HIDDEN).items() if key[:2] == (KYMRIAH, "Encephalopathy")}
    told = rows_of(TERM_HIDDEN)
    assert len(told) == len(found)
    for line in told:
        row = found[KYMRIAH, "Encephalopathy", line["comparator"], line["kind"], line["removed"]]
        assert (row["rule"], row["event_kind"], row["scope"]) == (line["rule"], "pt", None)
        assert cells(row) == ((4, 7, 37, 70) if line["comparator"] == "all" else (4, 7, 4, 60))
        assert " ".join(map(str, cells(row, "_after"))) == line["after"], line


def test_a_term_of_few_cases_and_a_term_of_the_endpoint_removed_are_not_asked(masked_of):
    rows = masked_of(TOGETHER)
    asked = {key[1] for key, row in rows.items() if row["event_kind"] == "pt" and key[0] == KYMRIAH}
    assert asked == {CRS, ICANS}, "nausea has two cases"
    assert (KYMRIAH, ICANS, "all", "event", "crs") in rows
    assert (KYMRIAH, CRS, "all", "event", "crs") not in rows
    assert cells(rows[KYMRIAH, ICANS, "all", "event", CRS], "_after") == (1, 2, 2, 20)


def test_the_dominating_drug_of_a_term_leaves_both_sides(masked_of):
    text = """
    n  | drugs                                 | terms
    3  | KYMRIAH PS + CYCLOPHOSPHAMIDE SS      | Pyrexia
    1  | KYMRIAH PS                            | Nausea
    2  | CYCLOPHOSPHAMIDE PS                   | Nausea
    1  | CYCLOPHOSPHAMIDE PS                   | Pyrexia
    9  | ASPIRIN PS                            | Nausea
    """
    row = masked_of(text)[KYMRIAH, "Pyrexia", "all", "product", "CYCLOPHOSPHAMIDE"]
    assert cells(row) == (3, 1, 1, 11)
    assert cells(row, "_after") == (0, 1, 0, 9)
    assert row["n_removed"] == 6


def test_the_terms_that_dominate_a_term_are_never_the_term_itself(masked_of):
    text = """
    n  | drugs      | terms
    9  | KYMRIAH PS | Pyrexia + Nausea
    8  | KYMRIAH PS | Nausea + Chills
    7  | KYMRIAH PS | Chills + Rash
    1  | ASPIRIN PS | Nausea
    """
    removed = {}
    for key, row in masked_of(text).items():
        if row["rule"] == "dominating_term" and key[2] == "all" and key[0] == KYMRIAH:
            removed.setdefault(key[1], []).append(key[4])
    assert removed == {
        "Nausea": ["Chills", "Pyrexia"],
        "Chills": ["Nausea", "Pyrexia"],
        "Pyrexia": ["Chills", "Nausea"],
        "Rash": ["Chills", "Nausea"],
    }


def test_a_signal_hidden_by_another_product_is_said_to_appear(masked_of):
    row = masked_of(HIDDEN)[KYMRIAH, "icans", "all", "product", "other_car_t"]
    assert row["is_unmasked"] is (row["ic025"] <= 0 < row["ic025_after"])
    assert row["is_lost"] is False
    assert row["ic_shift"] > 0.5


def test_the_screen_is_exact_without_co_reporting_and_errs_with_it(masked_of):
    alone = HIDDEN.replace("1  | KYMRIAH PS + YESCARTA SS    | Encephalopathy\n", "")
    key = (KYMRIAH, "icans", "all", "product", YESCARTA)
    exact = masked_of(alone)[key]
    assert exact["screen_error"] == 0.0
    assert exact["masking_ratio"] == pytest.approx(exact["masking_ratio_recounted"], rel=1e-12)
    share, share_of_event = 40 / 107, 30 / 37
    assert exact["masking_ratio"] == pytest.approx((1 - share) / (1 - share_of_event), rel=1e-12)
    both = masked_of(HIDDEN)[key]
    assert both["screen_error"] != 0.0


def test_a_screen_that_takes_more_cases_than_there_are_has_no_answer(masked_of):
    text = """
    n  | drugs                                 | terms
    3  | KYMRIAH PS + CYCLOPHOSPHAMIDE SS      | Pyrexia
    1  | KYMRIAH PS                            | Nausea
    1  | CYCLOPHOSPHAMIDE PS                   | Pyrexia
    9  | ASPIRIN PS                            | Nausea
    """
    row = masked_of(text)[KYMRIAH, "fever", "all", "product", "CYCLOPHOSPHAMIDE"]
    assert cells(row, "_after") == (0, 1, 0, 9)
    assert (row["masking_ratio"], row["ic_screen"], row["screen_error"]) == (None, None, None)
    assert row["ic_after"] is not None


def test_dropping_terms_moves_only_what_shares_them_and_keeps_the_report(masked_of):
    rows = masked_of(OVERLAP)
    row = rows[KYMRIAH, "infection", "all", "term", "infection_ex_covid"]
    assert cells(row) == (4, 1, 3, 5)
    assert cells(row, "_after") == (2, 3, 3, 5)
    assert row["n_removed"] == 2


def test_reports_of_an_event_that_shares_a_term_are_never_removed(masked_of):
    rows = masked_of(OVERLAP)
    assert (KYMRIAH, "infection", "all", "event", "infection_ex_covid") not in rows


def test_an_endpoint_held_by_an_outcome_code_is_kept_when_its_term_is_dropped(tmp_path):
    """Death shares no term with another endpoint; the rows of its own outcome code stay."""
    world = World(
        tmp_path,
        report_version="report_id | case_id | initial_fda_date\n10 | 1 | 2024-01-05\n20 | 2 | 2024-01-05",
        case_drug="report_id | drug_name\n10 | KYMRIAH\n20 | ASPIRIN",
        case_reaction="report_id | pt\n10 | Cytokine release syndrome\n20 | Nausea",
        case_outcome="report_id | outcome_code\n10 | DE",
    )
    row = masked(world, tmp_path)[KYMRIAH, "death", "all", "term", "crs"]
    assert cells(row) == cells(row, "_after") == (1, 0, 0, 1)


def test_pairs_without_a_case_have_no_row(masked_of):
    rows = masked_of(OVERLAP)
    assert {key[1] for key, row in rows.items() if row["event_kind"] == "endpoint"} == {
        "infection",
        "infection_ex_covid",
    }


def test_a_world_without_car_t_cases_has_an_empty_table(masked_of):
    assert masked_of("n | drugs | terms\n2 | ASPIRIN PS | Nausea") == {}


@pytest.mark.parametrize(("n_endpoints", "is_refused"), [(62, False), (63, True)])
def test_more_endpoints_than_bits_are_refused(n_endpoints, is_refused):
    with Warehouse(Settings()) as warehouse:
        numbers = list(range(n_endpoints))
        kinds = {"event_kind": ["endpoint"] * n_endpoints, "scope": ["narrow"] * n_endpoints}
        warehouse.register("event", pa.table({"event_id": numbers} | kinds))
        if is_refused:
            with pytest.raises(duckdb.Error, match="62 bits: 62 is the 63rd"):
                warehouse.create("endpoint_bit", model("masking/endpoint_bit"))
        else:
            warehouse.create("endpoint_bit", model("masking/endpoint_bit"))
            assert warehouse.rows(
                "SELECT bit_count(bit_xor(bit)), min(bit), count(DISTINCT bit) FROM endpoint_bit"
            ) == [(62, 1, 62)]
