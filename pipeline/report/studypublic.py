"""The public copy: small cells hidden with those that would give them away, single patients left out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.cohort.parameters import parameters
from pipeline.cohort.suppression import REASON, public_results
from pipeline.report.studyfacts import WHOLE_ONLY, Row

if TYPE_CHECKING:
    import pyarrow as pa

ALL = "all"
ROUNDING = 1e-9


def public_tables(tables: "Mapping[str, pa.Table]") -> "dict[str, pa.Table]":
    """The tables of a report as they may be published.

    Counts of patients under the threshold are null, and so are those that would give one away; listings are empty; a step
    of a curve joins at least as many events as the threshold says.
    """
    estimates, curves = public_results(tables["estimate"], _joined(tables["curve"]))
    shown = dict(tables) | {"estimate": _without_few(estimates), "curve": curves}
    shown["characteristic"] = _protected(tables["characteristic"])
    return shown | {name: tables[name].slice(0, 0) for name in WHOLE_ONLY}


def _without_few(estimates: "pa.Table") -> "pa.Table":
    """Estimates without small numbers of patients still at risk or left out, and without reasons that name them."""
    import pyarrow as pa  # noqa: PLC0415 -- the words of the report must not wait for it

    rows: list[Row] = estimates.to_pylist()
    few = [{name for name in ("n_at_risk", "n_left_out") if _is_few(row[name])} for row in rows]
    kept = [
        row | dict.fromkeys(names) | ({"reason": REASON} if row["reason"] and names else {})
        for row, names in zip(rows, few, strict=True)
    ]
    return pa.Table.from_pylist(kept, estimates.schema)


def _is_few(n: int | None) -> bool:
    return n is not None and 0 < n < parameters()["small_cell"]


def _protected(table: "pa.Table") -> "pa.Table":
    """Characteristics of all patients alone, whose number is known; those by indication are the regulator's.

    With a small level others go, the smallest first, until each hidden one might be anything from 1 up to the threshold.
    """
    import pyarrow as pa  # noqa: PLC0415 -- as above

    rows: list[Row] = [row for row in table.to_pylist() if row["population"] == ALL]
    levels: dict[str, list[int]] = {}
    for row in rows:
        levels.setdefault(row["characteristic"], []).append(row["n_patients"])
    most = {name: _most_hidden(counts, int(parameters()["small_cell"])) for name, counts in levels.items()}
    kept = [row | ({"n_patients": None} if row["n_patients"] <= most[row["characteristic"]] else {}) for row in rows]
    return pa.Table.from_pylist(kept, table.schema)


def _most_hidden(counts: Sequence[int], least: int) -> int:
    """The largest of the counts to hide, 0 for none: with all up to it gone, none of them follows from their sum."""
    hidden = [n for n in sorted(counts) if n < least]
    for n in sorted(counts)[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(hidden) >= len(hidden) + least - 1):
            break
        hidden.append(n)
    return max(hidden, default=0)


def _joined(curves: "pa.Table") -> "pa.Table":
    """Curves without the steps that rest on fewer events since the last one kept than the threshold.

    n events move a share by no more than n over the fewest at risk meanwhile, so the move times those is no more than n.
    """
    import pyarrow as pa  # noqa: PLC0415 -- as above

    names = ("analysis", "estimand", "population", "event", "competing")
    least = parameters()["small_cell"]
    last: dict[tuple[object, ...], float] = {}
    fewest: dict[tuple[object, ...], int] = {}
    kept = []
    for row in sorted(curves.to_pylist(), key=lambda row: (*(str(row[name]) for name in names), row["at_years"])):
        key = tuple(row[name] for name in names)
        n = min(fewest.get(key, row["n_at_risk"]), row["n_at_risk"])
        moved = abs(row["estimate"] - last.get(key, _start(row)))
        is_kept = row["at_years"] == 0 or n * moved >= least - ROUNDING
        if is_kept:
            kept.append(row)
            last[key] = row["estimate"]
            fewest.pop(key, None)
        else:
            fewest[key] = n
    return pa.Table.from_pylist(kept, curves.schema)


def _start(row: Row) -> float:
    """Where a curve begins: a survival at 1, all others at 0."""
    return 1.0 if row["analysis"] == "survival" else 0.0
