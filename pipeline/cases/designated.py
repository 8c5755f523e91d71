"""Which counted cases of a product have a designated event, as of a data-lock point: case numbers, deaths, first receipt."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import products

# Reads product_event_case, case_current and case_outcome: the terms that mean the event, no broader ones.
QUERY = """
SELECT p.product, p.event, p.case_id, any_value(c.initial_receipt_date) AS received,
  coalesce(bool_or(o.outcome_code = 'DE'), false) AS is_fatal
FROM product_event_case AS p
JOIN case_current AS c ON c.case_id = p.case_id
LEFT JOIN case_outcome AS o ON o.quarter = c.quarter AND o.report_id = c.report_id
  AND (NOT c.is_report_number_shared OR o.case_id = c.case_id)
WHERE p.event_kind = 'endpoint' AND p.scope = 'narrow' AND list_contains($endpoints, p.event)
GROUP BY p.product, p.event, p.case_id
ORDER BY p.product, p.event, p.case_id
"""


class DesignatedCases(NamedTuple):
    """Cases of one product and event. case_ids: ascending. received_on: first day of receipt, None where none is known."""

    case_ids: tuple[int, ...]
    n_fatal: int
    received_on: dt.date | None


NO_CASES = DesignatedCases((), 0, None)


def designated_endpoints() -> tuple[str, ...]:
    """Ids of the endpoints of which a single event is evaluated, as the vocabulary says."""
    return tuple(one.id for one in endpoints() if one.is_designated)


def designated_cases(warehouse: Warehouse) -> Mapping[tuple[str, str], DesignatedCases]:
    """For every product that is no group, and every designated endpoint, its cases; also where there is none.

    Needs the tables product_event_case and case_current as of the data-lock point, and case_outcome as published by then.
    """
    rows = warehouse.arrow(QUERY, {"endpoints": list(designated_endpoints())}).to_pylist()
    asked = [(one.id, name) for one in products() if not one.is_group for name in designated_endpoints()]
    return {pair: _of([row for row in rows if (row["product"], row["event"]) == pair]) for pair in asked}


def _of(rows: list[dict[str, object]]) -> DesignatedCases:
    days = [day for row in rows if isinstance(day := row["received"], dt.date)]
    case_ids = tuple(int(str(row["case_id"])) for row in rows)
    return DesignatedCases(case_ids, sum(bool(row["is_fatal"]) for row in rows), min(days, default=None))
