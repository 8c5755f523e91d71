"""The public copy: small cells hidden with those that would give them away, single patients left out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.cohort.parameters import parameters
from pipeline.cohort.suppression import public_results
from pipeline.report.studyfacts import WHOLE_ONLY, Row

if TYPE_CHECKING:
    import pyarrow as pa

ALL = "all"


def public_tables(tables: "Mapping[str, pa.Table]") -> "dict[str, pa.Table]":
    """The tables of a report as they may be published.

    Counts of patients under the threshold are null, and so are those that would give one away; listings are empty; a step
    of a curve joins at least as many events as the threshold says.
    """
    estimates, curves = public_results(tables["estimate"], tables["curve"])
    shown = dict(tables) | {"estimate": estimates, "curve": curves}
    shown["characteristic"] = _protected(tables["characteristic"])
    return shown | {name: tables[name].slice(0, 0) for name in WHOLE_ONLY}


def _protected(table: "pa.Table") -> "pa.Table":
    """Characteristics of all patients alone, whose number is known; those by indication are the regulator's.

    With a small level others go, the smallest first, until each hidden one might be anything from 1 up to the threshold.
    """
    import pyarrow as pa  # noqa: PLC0415 -- the words of the report must not wait for it

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
