"""What is shown of a step for the products chosen, and what its counts mean."""

import pyarrow as pa
import pytest

from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse
from pipeline.steps import onset
from pipeline.steps.derived import Chosen
from pipeline.steps.result import StepReport

ONE = Chosen(("tisagenlecleucel",))
FEW, FLAT = "Fewer than 10 cases.", "The profile is flat."
FITS = [
    # product, endpoint, case_set, method, n_used, is_told, reason
    ("idecabtagene vicleucel", "crs", "all", "right_truncated", 30, True, None),
    ("tisagenlecleucel", "crs", "all", "naive", 20, True, None),
    ("tisagenlecleucel", "crs", "all", "right_truncated", 20, False, FLAT),
    ("tisagenlecleucel", "icans", "all", "right_truncated", 3, False, FEW),
    ("tisagenlecleucel", "icans", "single", "right_truncated", 2, False, FEW),
    ("tisagenlecleucel", "cytopenia", "all", "right_truncated", 0, False, FEW),
]


@pytest.fixture
def warehouse():
    names = ("product", "endpoint", "case_set", "method", "n_used", "is_told", "reason")
    with Warehouse(Settings()) as shown:
        columns = dict(zip(names, map(list, zip(*FITS, strict=True)), strict=True))
        n = len(FITS)
        shown.register("onset", pa.table({"as_of": ["2024Q1"] * n, "lag_days": [90] * n} | columns))
        yield shown


@pytest.mark.parametrize(
    ("chosen", "order", "query"),
    [
        (Chosen(()), None, "SELECT 1 WHERE true"),
        (Chosen(()), "a, b", "SELECT 1 WHERE true ORDER BY a, b"),
        (ONE, "a", "SELECT 1 WHERE true AND product IN (SELECT unnest($products)) ORDER BY a"),
    ],
)
def test_a_query_is_narrowed_and_ordered(chosen, order, query):
    assert chosen.of("SELECT 1 WHERE true", order) == query


def test_rows_are_those_of_the_products_chosen(warehouse):
    query = "SELECT endpoint FROM onset WHERE n_used > 2"
    assert [row["endpoint"] for row in ONE.rows(warehouse, query, "ALL")] == ["crs", "crs", "icans"]
    assert len(Chosen(()).rows(warehouse, query)) == 4


def test_onset_counts_fits_and_never_adds_up_cases_of_endpoints(warehouse):
    report = StepReport("onset", "run", "2024Q1")
    onset._describe(report, warehouse, ONE)
    assert report.counts == {"rows": 6, "told": 2, "lag_days": 90, "refused_by_reason": {FEW: 3, FLAT: 1}}
    assert [row["endpoint"] for row in report.details["onset"]] == ["crs", "icans"]
