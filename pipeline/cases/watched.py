"""What a look at spontaneous reports counts: reports of one event with a product and with its comparator."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.errors import NothingThere
from pipeline.lake.warehouse import Warehouse
from pipeline.sequential.judgement import Counts

QUERY = """
SELECT a, b, c, d, is_assessable, ic025, is_ic_positive, expected FROM signal
WHERE product = $product AND event_kind = 'endpoint' AND event = $endpoint AND scope = $scope AND comparator = $comparator
"""


class Cells(NamedTuple):
    """Cases as of a data-lock point: of the product with (a) and without (b) the event, of the comparator with (c) and without (d)."""

    a: int
    b: int
    c: int
    d: int


class Pair(NamedTuple):
    """What the table of signals holds of one question.

    ic025, is_ic_positive: of the unadjusted information component; expected: cases of it. None where it has none.
    """

    cells: Cells
    ic025: float | None
    is_ic_positive: bool | None
    expected: float | None


def watched_pair(warehouse: Warehouse, product: str, endpoint: str, scope: str, comparator: str) -> Pair:
    """The row of one question; needs the table signal.

    NothingThere where the product is not compared so, or the source holds none of the endpoint's terms.
    """
    asked = {"product": product, "endpoint": endpoint, "scope": scope, "comparator": comparator}
    rows = warehouse.rows(QUERY, asked)
    if not rows:
        raise NothingThere(
            f"{product} is not compared with {comparator} for {endpoint} ({scope}): nothing was counted."
        )
    *cells, is_assessable, ic025, is_positive, expected = rows[0]
    if not is_assessable:
        raise NothingThere(f"No report held has a term of {endpoint} ({scope}): it cannot be looked at yet.")
    counted = Cells(*(int(str(cell)) for cell in cells))
    return Pair(counted, _number(ic025), None if is_positive is None else bool(is_positive), _number(expected))


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


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
