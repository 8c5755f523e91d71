"""Curves as they may be published: of all patients, each step standing for as many events as may be told."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import pyarrow as pa

from pipeline.cohort.families import Key
from pipeline.cohort.linked import SAME, Row
from pipeline.cohort.parameters import parameters
from pipeline.cohort.published import CURVE_COLUMNS, key_of
from pipeline.cohort.rows import Section

ROUNDING = 1e-9
LEAST_STEPS = 3
"""A line of fewer would say for years that nothing had happened."""


def thinned(curves: pa.Table, left_out: AbstractSet[Key]) -> tuple[pa.Table, list[Row]]:
    """Curves of all patients but those left out, thinned, and of each curve its key and whether it is hidden.

    A curve of the same events as another is drawn at that one's times, so that the two together tell no more than one.
    """
    held: dict[Key, list[Row]] = defaultdict(list)
    for one in curves.to_pylist():
        if one["population"] == "all":
            held[key_of(one, CURVE_COLUMNS)].append(one)
    told = [
        dict(zip(CURVE_COLUMNS, key, strict=True)) | {"is_hidden": key in left_out} for key in sorted(held, key=str)
    ]
    kept: dict[Key, list[Row]] = {}
    drawn = {key: sorted(held[key], key=lambda one: one["at_years"]) for key in sorted(set(held) - left_out, key=str)}
    for key in sorted(drawn, key=lambda key: drawn[key][0]["estimand"] in SAME):
        times = _times_of_original(drawn[key][0], kept)
        steps = _joined(drawn[key]) if times is None else [one for one in drawn[key] if one["at_years"] in times]
        kept[key] = steps if len(steps) >= LEAST_STEPS else []
    rows = [_rounded(one) for key in drawn for one in kept[key]]
    return pa.Table.from_pylist(rows, curves.schema), told


def _times_of_original(one: Row, kept: dict[Key, list[Row]]) -> set[float] | None:
    """Times at which the curve of the same events is drawn; None where there is none."""
    for other in kept.values():
        if other and SAME.get(one["estimand"]) == other[0]["estimand"] and _is_alike(one, other[0]):
            return {step["at_years"] for step in other}
    return None


def _is_alike(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in ("analysis", "population", "event"))


def _joined(steps: Sequence[Row]) -> list[Row]:
    """Each step joined with the following ones until it stands for the threshold of events.

    A step of d events of n at risk moves a share by at most d/n: the move times the fewest at risk since the last step
    kept is at most the events that it joins. The fewest, because patients who enter late raise the number.
    """
    least = int(parameters()["small_cell"])
    last, fewest = float(steps[0]["analysis"] == Section.SURVIVAL), steps[0]["n_at_risk"]
    kept = []
    for one in steps:
        fewest = min(fewest, one["n_at_risk"])
        if fewest * abs(one["estimate"] - last) >= least - ROUNDING:
            kept.append(one)
            last, fewest = one["estimate"], float("inf")
    return kept


def _rounded(one: Row) -> Row:
    least = int(parameters()["small_cell"])
    return one | {"n_at_risk": one["n_at_risk"] // least * least}
