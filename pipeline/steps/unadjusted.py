"""What an unadjusted quarterly rule would say beside a look, and how often it is ever true where there is nothing."""

from typing import Any

from pipeline.lake.warehouse import Warehouse
from pipeline.sequential.unadjusted import ever_crossing

QUERY = """
SELECT ic025, is_ic_positive, expected FROM signal
WHERE product = $product AND event_kind = 'endpoint' AND event = $endpoint AND scope = $scope AND comparator = $comparator
"""


def beside(warehouse: Warehouse, asked: tuple[str, str, str, str], n_looks: int) -> dict[str, Any]:
    """IC025 as of the look, and the chance that IC025 > 0 at one of so many looks of a pair without any association.

    asked: product, endpoint, scope, comparator; needs the table signal. The cases expected as of the look are taken to
    have come evenly over the looks; without any expected the chance is not told.
    """
    names = ("product", "endpoint", "scope", "comparator")
    row = warehouse.rows(QUERY, dict(zip(names, asked, strict=True)))[0]
    expected = None if row[2] is None else float(str(row[2]))
    chance = float(ever_crossing([expected / n_looks] * n_looks)[-1]) if expected else None
    return {"ic025": row[0], "is_ic025_positive": row[1], "ic025_ever_positive_by_chance": chance}
