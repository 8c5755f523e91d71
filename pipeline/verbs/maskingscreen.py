"""What a person sees on the terminal after pairs were counted again without something."""

from collections.abc import Mapping
from typing import Any

from pipeline.screen import _labelled, _rows, _say, _table, outputs
from pipeline.steps.result import StepReport

SHOWN_OF_EACH = 3


def masked(report: StepReport) -> None:
    """What dominates by the screen, what each removal does to all other pairs, and the pairs it moves furthest."""
    columns = ("thing", "name", "cases", "screen: log2 lifted, summed over other pairs")
    rows = [_dominating(row) for row in _rows(report, "dominating")]
    _table(f"Dominating by the screen, as of {report.as_of}", columns, rows)
    told = [
        *("removed", "kind", "cases touched", "pairs", "changed", "emptied", "new signals", "signals gone"),
        *("median shift of IC", "screen off by, 95 %", "screen without answer"),
    ]
    removals = _rows(report, "removals")
    _table("Every other pair, counted again", told, (_removal(row) for row in removals))
    top = ("removed", "kind", "drug", "event", "a", "a after", "IC", "IC after", "shift", "screen off by")
    furthest = (_pair(row) for row in _rows(report, "top") if row["place"] <= SHOWN_OF_EACH)
    _table("Moved furthest up and down, and the largest pairs left without a case", top, furthest)
    _say(
        "product and event remove whole reports; term drops the event's terms and keeps every report. A pair of which no "
        "cell changes can still cross the rule of signals: its q depends on all pairs that are left."
    )
    _say("What the screen does not list may hide pairs too: it assumes that nothing is reported together.")
    outputs(report)


def _dominating(row: Mapping[str, Any]) -> list[object]:
    name = _labelled(row["name"]) if row["thing"] == "endpoint" else row["name"]
    return [row["thing"], name, row["n_cases"], f"{row['weight']:,.0f}"]


def _removal(row: Mapping[str, Any]) -> list[object]:
    names = ("n_removed", "n_pairs", "n_changed", "n_emptied", "n_new_signals", "n_gone_signals")
    numbers = [_number(row[name]) for name in ("ic_shift_50", "error_95")]
    return [_named(row), row["kind"], *(row[name] for name in names), *numbers, row["n_unanswered"]]


def _pair(row: Mapping[str, Any]) -> list[object]:
    event = row["event"] if row["scope"] is None else f"{_labelled(row['event'])} ({row['scope']})"
    numbers = [_number(row[name]) for name in ("ic", "ic_after", "ic_shift", "screen_error")]
    return [_named(row), row["kind"], row["drug"], event, row["a"], row["a_after"], *numbers]


def _named(row: Mapping[str, Any]) -> str:
    name = _labelled(row["removed"]) if row["removed_thing"] == "endpoint" else row["removed"]
    return f"{row['removed_thing']}:{name}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{round(value, 2) + 0.0:+.2f}"
