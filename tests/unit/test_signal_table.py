"""The signal table made of cells written by hand: what stands in each row, and what its note says."""

import pyarrow as pa
import pytest

from pipeline.cases.background import FittedPrior
from pipeline.cases.leftout import LeftOut
from pipeline.cases.signaltable import Context, signal_table
from pipeline.contract.mart import SIGNAL
from pipeline.contract.renderings import arrow_schema
from pipeline.signals.prior import Prior

PRIOR = Prior(0.2041, 0.05816, 1.415, 1.838, 0.0969, log_likelihood=-1.0, starts=(), cells=10)
KEY = {"product": "p", "event": "Rash", "event_kind": "pt", "scope": None, "comparator": "all"}
NAMES = {"product": pa.string(), "event": pa.string(), "event_kind": pa.string(), "scope": pa.string()}
SCHEMA = pa.schema({**NAMES, "comparator": pa.string(), **dict.fromkeys("abcd", pa.int64()), "n_terms": pa.int64()})


def rows_of(*cells, left_out=None, prior=PRIOR, coverage=None, labels=None):
    """The rows of the table for cells (a, b, c, d and what differs from KEY)."""
    given = [KEY | {"n_terms": 0} | dict(zip("abcd", counts, strict=True)) | changed for counts, changed in cells]
    kinds = {(row["comparator"], row["event_kind"], row["scope"]) for row in given}
    priors = [FittedPrior(*kind, prior) if prior else FittedPrior.none(*kind) for kind in sorted(kinds, key=str)]
    context = Context("2024Q1", coverage or {}, labels or {}, left_out or {}, {"all": "v1", "car_t": "v2"})
    return signal_table(pa.Table.from_pylist(given, SCHEMA), priors, context).to_pylist()


def test_the_columns_are_those_of_the_contract():
    table = signal_table(
        pa.Table.from_pylist([KEY | {"a": 1, "b": 2, "c": 3, "d": 4, "n_terms": 1}], SCHEMA),
        [FittedPrior("all", "pt", None, PRIOR)],
        Context("2024Q1", {}, {}, {}, {"all": "v1"}),
    )
    assert table.schema == arrow_schema(SIGNAL)


def test_a_row_with_nothing_to_say_has_no_note():
    (row,) = rows_of(((5, 5, 10, 980), {}))
    assert row["note"] is None
    assert row["comparator_version"] == "v1"
    assert row["n_left_out"] == 0
    assert row["n_cases"] == 1000


def test_many_rows_with_nothing_to_say_have_no_note_either():
    rows = rows_of(*(((5, 5, 10, 980), {"event": f"Term {n}"}) for n in range(1000)))
    assert {row["note"] for row in rows} == {None}


def test_what_is_left_out_stands_on_every_row_of_its_product_and_comparator():
    left = {("p", "all"): LeftOut({"no indication": 3, "unknown age": 1200}, {"unknown age": 4})}
    first, second = rows_of(((5, 5, 10, 980), {}), ((5, 5, 10, 980), {"product": "q"}), left_out=left)
    assert (first["n_left_out"], second["n_left_out"]) == (1203, 0)
    assert first["note"] == (
        "Left out of the product's cases: 3 without an indication of a suspect drug, 1,200 of unknown age; "
        "of the comparator's cases: 4 of unknown age."
    )
    assert second["note"] is None


def test_where_only_comparator_cases_are_left_out_the_sentence_begins_with_them():
    (row,) = rows_of(((5, 5, 10, 980), {}), left_out={("p", "all"): LeftOut({}, {"two CAR-Ts": 2})})
    assert row["note"] == "Left out of the comparator's cases: 2 naming two different CAR-Ts."
    assert row["n_left_out"] == 0


def test_a_comparator_without_a_prior_has_no_ebgm_and_says_so_but_the_rule_reads_it():
    (row,) = rows_of(((5, 5, 10, 980), {"comparator": "car_t"}), prior=None)
    assert row["ebgm"] is row["eb05"] is None
    assert row["is_signal"] is True
    assert row["ror"] is not None
    assert row["note"].startswith("EBGM is null: no prior is fitted for this comparator")
    assert row["comparator_version"] == "v2"


@pytest.mark.parametrize(
    ("counts", "left", "said"),
    [
        ((0, 0, 3, 7), LeftOut(), "No case names the product."),
        ((0, 0, 3, 7), LeftOut({"no indication": 2}, {}), "The comparator leaves out every case of the product."),
        ((2, 3, 0, 0), LeftOut(), "There is no case to compare with."),
        ((2, 3, 0, 5), LeftOut(), "No comparator case has the event: PRR and ROR are infinite"),
    ],
)
def test_an_empty_side_is_told(counts, left, said):
    (row,) = rows_of((counts, {}), left_out={("p", "all"): left})
    assert said in row["note"]


def test_an_empty_table_has_no_measure_and_breaks_nothing():
    (row,) = rows_of(((0, 0, 0, 0), {}))
    assert row["prr"] is row["ror"] is None
    assert row["n_cases"] == 0


def test_an_endpoint_the_source_cannot_hold_has_no_number_and_one_that_lacks_terms_names_them():
    crs, icans = ({"event": name, "event_kind": "endpoint", "scope": "narrow"} for name in ("crs", "icans"))
    held, missing = rows_of(
        ((1, 1, 5, 5), crs),
        ((0, 2, 0, 9), icans),
        coverage={("crs", "narrow"): (1, ["CYTOKINE STORM"])},
        labels={"crs": "unadjudicated"},
    )
    assert held["note"] == (
        "Unadjudicated. Terms that occur nowhere in the quarters with a CAR-T case: CYTOKINE STORM."
    )
    assert missing["note"].startswith("Not assessable:")
    assert missing["a"] is missing["n_cases"] is missing["ebgm"] is missing["is_signal"] is None
    assert not missing["is_assessable"]


def test_the_order_of_the_cells_changes_nothing():
    cells = [((5, 5, 10, 980), {"event": name}) for name in ("B", "A", "C")]
    assert rows_of(*cells) == rows_of(*reversed(cells))
