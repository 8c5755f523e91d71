"""What a look at spontaneous reports counts: reports of one event with a product and with its comparator."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.errors import NothingThere
from pipeline.lake.warehouse import Warehouse
from pipeline.sequential.judgement import Counts

QUERY = """
SELECT a, b, c, d, is_assessable FROM signal
WHERE product = $product AND event_kind = 'endpoint' AND event = $endpoint AND scope = $scope AND comparator = $comparator
"""


class Cells(NamedTuple):
    """Cases as of a data-lock point: of the product with (a) and without (b) the event, of the comparator with (c) and without (d)."""

    a: int
    b: int
    c: int
    d: int


def pair_cells(warehouse: Warehouse, product: str, endpoint: str, scope: str, comparator: str) -> Cells:
    """The cells of one question; needs the table signal.

    NothingThere where the product is not compared so, or the source holds none of the endpoint's terms.
    """
    asked = {"product": product, "endpoint": endpoint, "scope": scope, "comparator": comparator}
    rows = warehouse.rows(QUERY, asked)
    if not rows:
        raise NothingThere(
            f"{product} is not compared with {comparator} for {endpoint} ({scope}): nothing was counted."
        )
    if not rows[0][-1]:
        raise NothingThere(f"No report held has a term of {endpoint} ({scope}): it cannot be looked at yet.")
    return Cells(*(int(str(cell)) for cell in rows[0][:4]))


def report_counts(now: Cells, earlier: Sequence[Mapping[str, int]]) -> Counts:
    """What the designs of the spontaneous world take.

    earlier: the cells of the looks before, none at the first. share: the part of the cases that name the product, events
    and others alike, among those by which both sides grew beyond the most they ever were, as a design counts only what goes
    beyond the most there was; of all cases where either side did not grow, because cases were withdrawn or merged.
    """
    product, compared = now.a + now.b, now.c + now.d
    if earlier:
        grown = (
            product - max(cells["a"] + cells["b"] for cells in earlier),
            compared - max(cells["c"] + cells["d"] for cells in earlier),
        )
        if min(grown) > 0:
            product, compared = grown
    if not product + compared:
        raise NothingThere("Neither the product nor its comparator has a case: there is nothing to look at yet.")
    return Counts(now.a, compared=now.c, share=product / (product + compared))
