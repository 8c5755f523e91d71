"""What a registered plan finds: the power of its own design by its greatest length, and the quarter of the signal."""

import datetime as dt
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.contract.quarter import quarter_number
from pipeline.errors import UsageError
from pipeline.governance.canonical import canonical, restored

Row = dict[str, Any]
FACTORS = (0.25, 0.5, 1.0, 2.0)
"""Greatest lengths told, as multiples of the plan's own."""
TIMES_AS_OFTEN = (1.5, 2.0, 3.0)
CHARTS = ("cusum", "ewma")
ROUNDING = 1e-9
POWER_COLUMNS = {
    "plan_id": "text",
    "design": "text",
    "times_as_often": "real",
    "length_factor": "real",
    "maximum_length": "real",
    "length_unit": "text",
    "power": "real",
    "median_look": "whole",
    "median_quarter": "whole",
    "reason": "text",
}


def power_rows(content: Mapping[str, Any]) -> list[Row]:
    """One row for each greatest length and strength, exact, in the order of lengths.

    content: of a registered plan, which never changes: worked out once in a process. Every length is gone through at the
    plan's own pace, as much from look to look as it plans, so a plan of twice the length holds twice the looks and lasts
    twice as long. power: of a signal within the length when the product's events come so many times as often as under the
    null. median_look: by which half of all series have signalled, median_quarter counted from the quarter of the first look;
    None where fewer than half ever do, the design has no number of looks, or a plan of one look tells no pace. reason: why a
    length has no power.
    """
    names = ("id", "design", "world", "parameters", "looks")
    return [dict(row) for row in _worked_out(canonical({name: content[name] for name in names}))]


@cache
def _worked_out(told: str) -> tuple[Row, ...]:
    content = restored(told)
    return tuple(row for factor in FACTORS for row in _at(content, factor))


def _at(content: Row, factor: float) -> list[Row]:
    from pipeline.sequential.designs import design  # noqa: PLC0415 -- scipy, for a report that has plans only

    given = _lengthened(content, factor)
    row = {"plan_id": content["id"], "design": content["design"], "length_factor": factor}
    row |= {"maximum_length": given["maximum_length"], "length_unit": None, "reason": None}
    nothing = {"power": None, "median_look": None, "median_quarter": None}
    try:
        found = design(content["design"], given, content["world"]).operating(TIMES_AS_OFTEN)
    except UsageError as error:
        return [row | {"times_as_often": times, **nothing, "reason": str(error)} for times in TIMES_AS_OFTEN]
    return [
        row
        | {"times_as_often": one.relative_risk, "length_unit": one.unit, "power": one.power}
        | {"median_look": one.median_looks, "median_quarter": _quarter(content["looks"], one.median_looks)}
        for one in found
    ]


def _lengthened(content: Row, factor: float) -> Row:
    """The design's parameters with another greatest length, and looks over it at the plan's own pace."""
    from pipeline.sequential.samplesize import WHOLE  # noqa: PLC0415 -- as above

    given, own = dict(content["parameters"]), content["parameters"]["maximum_length"]
    is_by_events = given.get("length_in") == "events"
    is_whole = content["design"] in WHOLE or is_by_events
    length = max(round(factor * own), 1) if is_whole else factor * own
    given["maximum_length"] = length
    if content["design"] not in CHARTS and not is_by_events and factor != 1.0:
        given["looks"] = _paced(given.get("looks", len(content["looks"])), own, length)
    elif content["design"] not in CHARTS and not is_by_events:
        given.setdefault("looks", len(content["looks"]))
    return given


def _paced(looks: float | list[float], own: float, length: float) -> list[float]:
    """Looks up to another length: those of the plan, then as far apart as they are on average; the last is at the length."""
    number = len(looks) if isinstance(looks, list) else int(looks)
    step = own / number
    planned = looks if isinstance(looks, list) else [step * at for at in range(1, number + 1)]
    last, more = planned[-1], math.ceil(max(length - planned[-1], 0.0) / step)
    points = [*planned, *(last + step * at for at in range(1, more + 1))]
    return [*(point for point in points if point < length * (1.0 - ROUNDING)), length]


def _quarter(looks: list[str], number: int | None) -> int | None:
    """The quarter of a look when the plan's looks are evenly spaced, that of the first look being 1."""
    if number is None or number > 1 == len(looks):
        return None
    span = _quarter_number(looks[-1]) - _quarter_number(looks[0])
    return 1 - (-(number - 1) * span // max(len(looks) - 1, 1))


def _quarter_number(dlp: str) -> int:
    """Of a quarter of reports, or of the quarter in which a study's cut-off lies."""
    if "Q" in dlp:
        return quarter_number(dlp)
    day = dt.date.fromisoformat(dlp)
    return quarter_number(f"{day.year}Q{(day.month + 2) // 3}")
