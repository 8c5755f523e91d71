"""Days from infusion to event of every case, why the others are left out, and how the days are spread."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.contract.onset import ONSET
from pipeline.contract.quarter import end_of_quarter, quarter_number
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.fitdistance import largest_distance
from pipeline.signals.interval import Array
from pipeline.signals.onset import Weibull, fit_weibull
from pipeline.signals.reversetime import ReverseTime, reverse_time
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.onset import USED, onset_rules
from pipeline.vocabulary.products import products_named

QUARTILES = (0.25, 0.5, 0.75)
QUARTILE_NAMES = ("q1", "median", "q3")
DAY_STEPS = ("onset_infusion", "onset_event", "onset_lag", "onset_member")
END_OF_DAY = 0.5
Row = dict[str, Any]


def find_days(warehouse: Warehouse, as_of: str, roles: Sequence[str], *, held_until: str | None = None) -> int:
    """Make onset_case and onset_exclusion; returns the fixed reporting lag in days.

    held_until: the newest quarter held by then, with which follow-up ends, for nothing later can have been seen; as_of
    where it is not told. Needs the typed tables, case_current, exposed_case, product_event_case and the vocabulary. CartwatchError where the
    cases read are not those used and left out.
    """
    rules = onset_rules()
    warehouse.register("exposure_role", pa.table({"role_code": pa.array(roles, pa.string())}))
    warehouse.register("onset_set", _sets())
    warehouse.register("onset_reason", _reasons())
    warehouse.create("onset_entry", model("step/onset_entry"))
    warehouse.register("entry_product", _entry_products(warehouse))
    asked = {
        "as_of": as_of,
        "last_day": end_of_quarter(quarter_number(held_until or as_of)),
        "padded_since": rules.padded_since,
        "lag_share": rules.lag_share,
        "years_before_approval": rules.years_before_approval,
    }
    for step in DAY_STEPS:
        warehouse.create(step, model(f"step/{step}"), asked)
    for table in ("onset_case", "onset_exclusion"):
        warehouse.create(table, model(f"mart/{table}"), asked)
    _check_sums(warehouse)
    return int(str(warehouse.rows("SELECT lag_days FROM onset_lag")[0][0]))


def onset_rows(warehouse: Warehouse, as_of: str, lag_days: int) -> pa.Table:
    """Rows of the table onset, three methods to each product, endpoint and set of cases found by find_days."""
    cases = warehouse.arrow(
        "SELECT product, endpoint, case_set, days, follow_up_days, reason IS NULL AS is_used FROM onset_case "
        "ORDER BY product, endpoint, case_set, days, follow_up_days, case_id"
    )
    lags = {item.id: {"own": None, "fixed": lag_days, "none": 0}[item.lag] for item in onset_rules().sets}
    rows: list[Row] = []
    for key, found in _groups(cases):
        head = {"as_of": as_of, **key, "lag_days": lags[key["case_set"]], "n_read": found.num_rows}
        used = found.filter(found["is_used"])
        days, follow_up = (np.asarray(used[name].to_numpy(), dtype=np.float64) for name in ("days", "follow_up_days"))
        rows.extend(method_rows(head, days, follow_up))
    return pa.Table.from_pylist(rows, arrow_schema(ONSET))


def continuous(days: Array, follow_up: Array) -> tuple[Array, Array]:
    """Days as a Weibull distribution takes them: the day of infusion is half a day, follow-up lasts to its day's end."""
    return np.where(days == 0, onset_rules().same_day, days), follow_up + END_OF_DAY


def method_rows(head: Row, days: Array, follow_up: Array) -> list[Row]:
    """The three methods' rows for one group: head, and what each says of the days used and how long each was followed.

    head: its endpoint says why nothing is told where there are no days. days, follow_up: shape (n,), n ≥ 0.
    """
    head = head | {"n_used": days.size, "n_same_day": int(np.sum(days == 0))}
    if not days.size:
        nothing = {"is_told": False, "reason": nothing_usable(head["endpoint"])}
        return [head | {"method": method} | nothing for method in ("naive", "right_truncated", "reverse_time")]
    head |= {"longest_follow_up_days": int(np.max(follow_up))} | _days("observed_", np.quantile(days, QUARTILES))
    time, limit = continuous(days, follow_up)
    return [
        head | {"method": "naive"} | _weibull(fit_weibull(time), days, None),
        head | {"method": "right_truncated"} | _weibull(fit_weibull(time, limit), days, limit),
        head | {"method": "reverse_time"} | _reverse(reverse_time(days, follow_up)),
    ]


def nothing_usable(endpoint_id: str) -> str:
    """Why an endpoint has no days at all."""
    about, reasons = endpoint(endpoint_id), onset_rules().reasons
    if about.has_index_rule:
        return f"No onset is told: {reasons['unreviewed']}."
    if about.outcome_codes:
        return f"No onset is told: {reasons['outcome']}."
    return "No case has usable days."


def _weibull(fit: "Weibull | Any", days: Array, limit: Array | None) -> Row:
    if not isinstance(fit, Weibull):
        return {"is_told": False, "reason": fit.reason}
    return {
        "is_told": True,
        "shape": fit.shape,
        "shape_low": fit.shape_low,
        "shape_high": fit.shape_high,
        "scale_days": fit.scale,
        "scale_days_low": fit.scale_low,
        "scale_days_high": fit.scale_high,
        "log_likelihood": fit.log_likelihood,
        "distance": largest_distance(fit, days, limit, half_unit=END_OF_DAY),
    } | _days("", fit.quantile(QUARTILES))


def _reverse(found: "ReverseTime | Any") -> Row:
    if not isinstance(found, ReverseTime):
        return {"is_told": False, "reason": found.reason}
    fewest, needed = found.least_at_risk(0.5), onset_rules().least_followed
    if fewest < needed:
        reason = f"The median rests on {fewest} cases that could have been seen on a late day: {needed} are needed."
        return {"is_told": False, "reason": reason, "least_followed": fewest}
    q1, (median, low, high), q3 = (found.quantile(share) for share in QUARTILES)
    quartiles = _days("", np.array([q1[0], median, q3[0]]))
    bounds = {"median_days_low": low, "median_days_high": high}
    return {"is_told": True, "least_followed": fewest} | bounds | quartiles


def _days(stem: str, values: Array) -> Row:
    return {f"{stem}{name}_days": float(value) for name, value in zip(QUARTILE_NAMES, values, strict=True)}


def _groups(cases: pa.Table) -> list[tuple[Mapping[str, str], pa.Table]]:
    """The rows of each product, endpoint and set, which stand together."""
    names = ("product", "endpoint", "case_set")
    keys = list(zip(*(cases[name].to_pylist() for name in names), strict=True))
    starts = [place for place, key in enumerate(keys) if place == 0 or key != keys[place - 1]]
    return [
        (dict(zip(names, keys[start], strict=True)), cases.slice(start, stop - start))
        for start, stop in zip(starts, [*starts[1:], len(keys)], strict=True)
    ]


def _check_sums(warehouse: Warehouse) -> None:
    """CartwatchError where a case was lost or doubled on the way, or has a reason that is not declared."""
    read, kept, told = (
        int(str(warehouse.rows(query)[0][0]))
        for query in (
            "SELECT (SELECT count(*) FROM onset_member) * (SELECT count(*) FROM onset_set)",
            "SELECT count(*) FROM onset_case",
            "SELECT coalesce(sum(n), 0) FROM onset_exclusion",
        )
    )
    if not read == kept == told:
        raise CartwatchError(
            f"Onset read {read} cases by product, endpoint and set, judged {kept} and counted {told} by reason: "
            "a bug of ours; report it with the run id."
        )


def _sets() -> pa.Table:
    rows = [
        {
            "case_set": item.id,
            "without_other_endpoints": item.without_other_endpoints,
            "lag": item.lag,
            "drops_firsts": item.drops_firsts,
        }
        for item in onset_rules().sets
    ]
    return pa.Table.from_pylist(rows)


def _reasons() -> pa.Table:
    names = [USED, *onset_rules().reasons]
    return pa.table({"reason": pa.array(names), "reason_number": pa.array(range(len(names)), pa.int64())})


def _entry_products(warehouse: Warehouse) -> pa.Table:
    """Each way the entries are written, and the products it names."""
    texts = warehouse.rows("SELECT DISTINCT drug_name, active_ingredient FROM onset_entry ORDER BY ALL")
    rows = [
        {"drug_name": name, "active_ingredient": ingredient, "product": product}
        for name, ingredient in texts
        for product in sorted(products_named(str(name or ""), None if ingredient is None else str(ingredient)))
    ]
    fields = ("drug_name", "active_ingredient", "product")
    return pa.Table.from_pylist(rows, pa.schema([(field, pa.string()) for field in fields]))
