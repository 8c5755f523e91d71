"""The columns of the signal table that hang on how many pairs are asked together."""

import math

import numpy as np
import pyarrow as pa
import pytest

from pipeline.cases.background import FittedPrior
from pipeline.cases.signaltable import Context, signal_table
from pipeline.signals.conditional import exact_reporting_odds_ratio, fisher_exact
from pipeline.signals.likelihoodratio import likelihood_ratios
from pipeline.signals.multiplicity import bayesian_false_discovery_rate, benjamini_hochberg, false_share
from pipeline.signals.prior import Prior

PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=-1.0, starts=(), cells=10)
TEXTS = dict.fromkeys(("product", "event", "event_kind", "scope", "comparator"), pa.string())
SCHEMA = pa.schema(TEXTS | dict.fromkeys("abcd", pa.int64()) | {"n_terms": pa.int64()})
NEW = (
    *("rrr", "ror_exact", "fisher_mid_p", "bh_q", "false_share", "bayesian_fdr", "n_questions"),
    *("lrt", "lrt_p", "lrt_inflated_p", "lrt_zero_share"),
)

CRS = {("crs", "narrow"): (1, [])}

# product, event, a b c d
TWO_PRODUCTS_AND_A_GROUP = """
p          Rash      5   95   100  9800
p          Fever     1   99   100  9800
q          Rash      0   50   105  9845
q          Fever     9   41    92  9858
any_car_t  Rash      5  145   100  9750
any_car_t  Fever    10  140    91  9759
"""


def rows_of(text, *, comparator="all", kind="pt", scope=None, prior=PRIOR, coverage=None, n_terms=0):
    """The signal rows of a text table, by product and event."""
    given = [line.split() for line in text.strip().splitlines()]
    told = [
        dict(zip(SCHEMA.names, (product, event, kind, scope, comparator, *map(int, cells), n_terms), strict=True))
        for product, event, *cells in given
    ]
    fitted = FittedPrior(comparator, kind, scope, prior) if prior else FittedPrior.none(comparator, kind, scope)
    context = Context("2024Q1", coverage or {}, {}, {}, {comparator: "v1"})
    table = signal_table(pa.Table.from_pylist(told, SCHEMA), [fitted], context).to_pylist()
    return {(row["product"], row["event"]): row for row in table}


def cells_of(rows):
    return [np.array([row[name] for row in rows], dtype=float) for name in "abcd"]


def column(rows, name):
    return np.array([math.nan if row[name] is None else row[name] for row in rows])


def test_terms_that_a_comparison_holds_and_no_row_shows_were_asked_as_well():
    shown, all_asked = (rows_of(TWO_PRODUCTS_AND_A_GROUP, comparator="haem_onc", n_terms=n) for n in (2, 500))
    assert all_asked["p", "Rash"]["n_questions"] == 2 * 500
    assert all_asked["any_car_t", "Rash"]["n_questions"] == 500
    for key, row in shown.items():
        factor = 1000 / 4 if key[0] != "any_car_t" else 500 / 2
        assert all_asked[key]["bh_q"] == pytest.approx(min(1.0, row["bh_q"] * factor)) or row["bh_q"] == 1.0


def test_a_rare_term_of_a_small_product_is_no_signal_for_being_listed():
    rare = "\n".join(f"p  T{n}  1  39  2  299998" for n in range(30))
    assert not any(row["is_signal"] for row in rows_of(rare, comparator="haem_onc", n_terms=9000).values())
    assert all(row["is_signal"] for row in rows_of(rare, comparator="haem_onc", n_terms=30).values())


def test_products_are_one_family_and_each_group_is_its_own():
    rows = rows_of(TWO_PRODUCTS_AND_A_GROUP)
    assert {row["n_questions"] for key, row in rows.items() if key[0] != "any_car_t"} == {4}
    assert {row["n_questions"] for key, row in rows.items() if key[0] == "any_car_t"} == {2}
    for family in (("p", "q"), ("any_car_t",)):
        members = [row for key, row in rows.items() if key[0] in family]
        cells = cells_of(members)
        np.testing.assert_array_equal(column(members, "bh_q"), benjamini_hochberg(fisher_exact(*cells).mid))
        shares = false_share(cells[0], column(members, "expected"), PRIOR)
        np.testing.assert_array_equal(column(members, "false_share"), shares)
        np.testing.assert_array_equal(column(members, "bayesian_fdr"), bayesian_false_discovery_rate(shares))


def test_a_row_alone_has_its_exact_measures():
    row = rows_of("p Rash 5 95 100 9800")["p", "Rash"]
    exact = exact_reporting_odds_ratio([5], [95], [100], [9800])
    assert [row[name] for name in ("ror_exact", "ror_exact_low", "ror_exact_high")] == [part[0] for part in exact[:3]]
    assert row["rrr"] == 5 / row["expected"]
    assert row["fisher_mid_p"] == row["bh_q"] == fisher_exact([5], [95], [100], [9800]).mid[0]
    assert row["n_questions"] == 1


def test_the_likelihood_ratio_goes_over_the_events_of_one_product():
    rows = rows_of(TWO_PRODUCTS_AND_A_GROUP)
    for product in ("p", "q", "any_car_t"):
        members = [row for key, row in rows.items() if key[0] == product]
        found = likelihood_ratios(column(members, "a"), column(members, "expected"))
        np.testing.assert_array_equal(column(members, "lrt"), found.statistic)
        np.testing.assert_array_equal(column(members, "lrt_p"), found.p)
        np.testing.assert_array_equal(column(members, "lrt_inflated_p"), found.inflated_p)
        assert set(column(members, "lrt_zero_share")) == {found.zero_share}


def test_a_product_without_any_case_of_the_events_has_no_zero_inflated_p_and_the_note_says_why():
    rows = rows_of("p crs 0 50 100 9850\nq crs 3 47 97 9853", kind="endpoint", scope="narrow", coverage=CRS)
    bare, other = rows["p", "crs"], rows["q", "crs"]
    assert bare["lrt_p"] == 1.0
    assert bare["lrt_inflated_p"] is bare["lrt_zero_share"] is None
    assert "No zero-inflated p:" in bare["note"]
    assert other["lrt_inflated_p"] is not None
    assert other["note"] is None


@pytest.mark.parametrize(("comparator", "has_it"), [("all", True), ("non_car_t", True), ("haem_onc", False)])
def test_the_likelihood_ratio_stands_only_where_every_event_is_asked(comparator, has_it):
    row = rows_of("p Rash 5 95 100 9800", comparator=comparator)["p", "Rash"]
    stands = {row[name] is not None for name in ("lrt", "lrt_p", "lrt_inflated_p", "lrt_zero_share")}
    assert stands == {has_it}
    assert row["note"] is None
    assert row["bh_q"] is not None


def test_without_a_prior_the_bayesian_shares_are_null_and_the_others_stand():
    row = rows_of("p Rash 5 95 100 9800", prior=None)["p", "Rash"]
    assert row["false_share"] is row["bayesian_fdr"] is None
    assert row["bh_q"] is not None


@pytest.mark.parametrize("empty", ["q Rash 0 0 100 9900", "q Rash 0 50 0 9950", "q Rash 5 95 0 0"])
def test_a_pair_with_an_empty_margin_was_not_asked(empty):
    rows = rows_of(f"p Rash 5 95 100 9800\n{empty}")
    assert all(rows["q", "Rash"][name] is None for name in NEW if name != "rrr")
    assert rows["p", "Rash"]["n_questions"] == 1
    assert rows["p", "Rash"]["bh_q"] == rows["p", "Rash"]["fisher_mid_p"]


def test_an_endpoint_the_source_cannot_hold_is_no_question():
    text = "p crs 5 95 100 9800\np icans 0 100 0 9900"
    rows = rows_of(text, kind="endpoint", scope="narrow", coverage={("crs", "narrow"): (1, [])})
    assert all(rows["p", "icans"][name] is None for name in NEW)
    assert rows["p", "crs"]["n_questions"] == 1


def test_a_comparator_without_the_event_leaves_the_lower_exact_bound():
    row = rows_of("p Rash 5 95 0 9900")["p", "Rash"]
    assert row["ror_exact"] is row["ror_exact_high"] is None
    assert row["ror_exact_low"] == row["ror_low"] > 0


def test_more_events_asked_raise_the_q_and_not_the_p():
    few = rows_of("p Rash 5 95 100 9800")["p", "Rash"]
    many = rows_of("p Rash 5 95 100 9800\n" + "\n".join(f"p Term{n} 0 100 100 9800" for n in range(200)))["p", "Rash"]
    assert many["fisher_mid_p"] == few["fisher_mid_p"]
    assert many["bh_q"] == pytest.approx(201 * few["bh_q"])
    assert many["n_questions"] == 201


def test_the_prior_row_carries_likelihood_and_errors():
    fitted = FittedPrior("all", "pt", None, PRIOR._replace(errors=(0.1, 0.2, 0.3, 0.4, 0.5)))
    row = fitted.row("2024Q1", "v1")
    assert [row[f"{name}_error"] for name in ("alpha1", "beta1", "alpha2", "beta2", "p")] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert row["likelihood"] == "all_cells"
    refused = FittedPrior.none("all", "pt", None).row("2024Q1", "v1")
    assert refused["alpha1_error"] is None
