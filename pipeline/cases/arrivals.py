"""How late cases arrive: the lag of each product in days, and what is still to come of the newest quarters."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pyarrow as pa

from pipeline.cases.trendseries import Holdings, Row
from pipeline.contract.quarter import quarter_name
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.trend import NOWCAST, REPORTING_LAG
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.interval import Array
from pipeline.signals.nowcast import NowcastRefused, nowcast
from pipeline.signals.reportinglag import ReportingLagRefused, reporting_lag

USES = (
    *("n_used", "n_without_receipt_day", "n_without_event_day", "n_possibly_padded", "n_before_event"),
    "n_outside_holdings",
)
UNAPPROVED = "The product is approved after the last quarter held."
QUANTILES = ("p10", "p25", "median", "p75", "p90")


def nowcast_rows(warehouse: Warehouse, as_of: str, span: Holdings) -> pa.Table:
    """The rows of nowcast: each series of narrow terms on each clock; needs the tables of show_series."""
    arrivals = warehouse.arrow(model("trend/arrival"), {"start": span.start, "last": span.last}).to_pylist()
    keys = ("product", "endpoint", "scope", "clock")
    rows: list[Row] = []
    for key, found in groupby(arrivals, key=lambda row: tuple(row[name] for name in keys)):
        head = dict(zip(keys, key, strict=True))
        head |= {"as_of": as_of, "series": "endpoint" if head["endpoint"] else "all cases"}
        head |= {name: head[name] or None for name in ("endpoint", "scope")}
        rows.extend(head | row for row in _foretold(list(found), span))
    return pa.Table.from_pylist(rows, arrow_schema(NOWCAST))


def lag_rows(warehouse: Warehouse, as_of: str, span: Holdings) -> pa.Table:
    """The rows of reporting_lag, one for each product; needs dated_case."""
    bound = {"start": span.start, "last": span.last, "last_day": span.last_day}
    cases = warehouse.arrow(model("trend/lag_case"), bound).to_pylist()
    rows = [
        {"as_of": as_of, "product": name} | _lag(list(found))
        for name, found in groupby(cases, key=lambda row: row["product"])
    ]
    return pa.Table.from_pylist(rows, arrow_schema(REPORTING_LAG))


def _foretold(arrivals: list[Row], span: Holdings) -> Iterator[Row]:
    """From the product's first quarter on: quarters before it are empty for a reason of their own and tell no delay."""
    begin = int(str(arrivals[0]["first_origin"]))
    triangle = _triangle(arrivals, begin, span.last)
    found = nowcast(triangle) if triangle.size else NowcastRefused(UNAPPROVED, 0)
    if isinstance(found, NowcastRefused):
        yield {"origin_quarter": None, "n_known": found.n, "reason": found.reason}
        return
    first = span.last + 1 - len(found.known)
    for place in range(len(found.known)):
        yield {
            "origin_quarter": quarter_name(first + place),
            "n_known": int(found.known[place]),
            "n_at_once": int(triangle[first + place - begin, 0]),
            "n_expected": float(found.expected[place]),
            "n_expected_low": float(found.low[place]),
            "n_expected_high": float(found.high[place]),
            "share_known": float(found.share_known[place]),
            "n_delays": found.delays,
            "dispersion": None if np.isnan(found.dispersion) else found.dispersion,
            "reason": None,
        }


def _triangle(arrivals: list[Row], begin: int, last: int) -> Array:
    """Cases by quarter of origin from `begin` on and by delay; empty where `begin` is after the last quarter."""
    n_origins = max(last - begin + 1, 0)
    triangle = np.zeros((n_origins, n_origins))
    for row in arrivals:
        origin = int(str(row["origin"])) - begin
        if origin >= 0:
            triangle[origin, int(str(row["delay"]))] = int(str(row["n_cases"]))
    return triangle


def _lag(cases: list[Row]) -> Row:
    counts: Row = {use: sum(row["use"] == use for row in cases) for use in USES}
    used = [row for row in cases if row["use"] == "n_used"]
    found = reporting_lag(*([float(str(row[name])) for row in used] for name in ("lag_days", "follow_up_days")))
    head = {"n_cases": len(cases)} | counts
    if isinstance(found, ReportingLagRefused):
        return head | {"reason": found.reason}
    told = {
        f"{name}{end}_days": value
        for name, bounded in zip(QUANTILES, found.quantiles, strict=True)
        for end, value in zip(("", "_low", "_high"), bounded, strict=True)
    }
    return head | told | {"longest_days": found.longest, "n_longer": found.n_longer, "reason": None}
