"""What a public export may show: no small count, and none that the others give away."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from pipeline.cohort.courses import too_few
from pipeline.cohort.disclosure import Equation, protected
from pipeline.cohort.linked import Cell, Difference, Row, copies, differences
from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import Section
from pipeline.contract.study import STUDY_CURVE, STUDY_ESTIMATE

NUMBERS = (
    *("n_patients", "n_events", "person_years", "n_at_risk", "person_years_due", "n_left_out", "expected"),
    *("estimate", "low", "high", "p"),
)
ROUNDING = 1e-9
REASON = "Suppressed: a small count, or one that would give a small count away."
SINGLE_PATIENTS = ("chase_list",)
TOTAL_SITE = "all_sites"
FOUND_OF = {"decision": "reported", "origin": "decision=second_primary", "transgene": "decision=second_primary"}
"""What was found in an adjudication, and of which malignancies it was asked."""
SECOND = "second_malignancy"


class Family(NamedTuple):
    """Rows whose counts add up to each other, by cell: population, window and event."""

    rows: list[int]
    cells: dict[Cell, list[int]]


def public_results(estimates: pa.Table, curves: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both tables as they may be published: no count of 1 to 4, and none that follows from the sums that `equations` knows.

    Nor from taking one estimand from another where `linked` names the two. Every number of a suppressed row is null and
    its reason says so; rows about single patients are left out; numbers at risk are rounded down to a multiple of the
    threshold; a curve is drawn only for all patients, and its steps are joined until each stands for as many events.
    """
    rows = estimates.to_pylist()
    hidden = _hidden(rows)
    kept = [
        _suppressed(one) if at in hidden else _rounded(one)
        for at, one in enumerate(rows)
        if one["estimand"] not in SINGLE_PATIENTS
    ]
    return pa.Table.from_pylist(kept, estimates.schema), _thinned(curves)


def _hidden(rows: Sequence[Row]) -> set[int]:
    """Rows that go: the small ones, then what gives them away, until nothing more does."""
    hidden = {at for at, one in enumerate(rows) if one["is_small"]}
    held, apart, alike = families(rows), differences(rows), copies(rows)
    while True:
        before = len(hidden)
        for family in held:
            hidden |= _hidden_of(rows, family, hidden)
        for pair in apart:
            hidden |= _too_near(pair, hidden)
        for same in alike:
            hidden |= same if not hidden.isdisjoint(same) else set()
        hidden |= _steps(rows, hidden)
        hidden |= _compared(rows, hidden)
        hidden |= _registered(rows, hidden)
        if len(hidden) == before:
            return hidden


def families(rows: Sequence[Row]) -> list[Family]:
    """Rows told apart by all but population, window and, where events add up, event; lineages to any second malignancy."""
    found: dict[tuple[object, ...], dict[Cell, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, one in enumerate(rows):
        if one["n_events"] is None and one["n_patients"] is None:
            continue
        adds_up = one["analysis"] in (Section.STANDARDISED, Section.DEATHS, Section.ADJUDICATION)
        estimand = "" if one["analysis"] == Section.STANDARDISED else one["estimand"]
        is_lineage = not adds_up and str(one["event"]).startswith(SECOND)
        scale = one["scale"] if one["estimand"] == "severe_on_scale" else None
        named = None if adds_up else SECOND if is_lineage else one["event"]
        key = (one["analysis"], estimand, one["competing"], one["at_years"], scale, named)
        event = None if one["event"] in (TOTAL_SITE, SECOND) else one["event"]
        found[key][one["population"], one["window"], event if adds_up or is_lineage else None].append(at)
    return [Family(sorted(at for held in cells.values() for at in held), dict(cells)) for cells in found.values()]


def equations(cells: Iterable[Cell]) -> list[Equation]:
    """Every total with its parts: all patients and the groups of one kind, all of the follow-up and its windows, all events."""
    held = set(cells)
    windows = {"window": [one.id for one in parameters().windows], "latency": [one.id for one in parameters().latency]}
    found: list[tuple[Cell, tuple[Cell, ...]]] = []
    for total in sorted(held, key=str):
        population, window, event = total
        if population == "all":
            found.extend((total, parts) for parts in _groups(held, window, event))
        if window is None:
            for names in windows.values():
                parts = tuple(cell for name in names if (cell := (population, name, event)) in held)
                found.append((total, parts))
        found.extend((total, parts) for parts in _events(held, total))
    return [Equation(total, parts) for total, parts in found if parts]


def _events(held: set[Cell], total: Cell) -> list[tuple[Cell, ...]]:
    """The events that add up to the total: all of them to that of no event, findings of an adjudication to what was asked."""
    alike = [cell for cell in sorted(held, key=str) if cell[:2] == total[:2] and cell[2]]
    if total[2] is None:
        return [tuple(alike)]
    kinds = [kind for kind, asked in FOUND_OF.items() if asked == total[2]]
    return [tuple(cell for cell in alike if str(cell[2]).startswith(f"{kind}=")) for kind in kinds]


def _groups(held: set[Cell], window: str | None, event: str | None) -> list[tuple[Cell, ...]]:
    """The groups of each kind, as every indication."""
    kinds: dict[str, list[Cell]] = defaultdict(list)
    for cell in sorted(held, key=str):
        if cell[1:] == (window, event) and "=" in str(cell[0]) and " to " not in str(cell[0]):
            kinds[str(cell[0]).split("=")[0]].append(cell)
    return [tuple(parts) for parts in kinds.values()]


def _hidden_of(rows: Sequence[Row], family: Family, hidden: set[int]) -> set[int]:
    """Rows of the cells that have to go with those that are hidden."""
    small = {cell for cell, held in family.cells.items() if not hidden.isdisjoint(held)}
    if not small:
        return set()
    counts = {cell: _counts([rows[at] for at in held]) for cell, held in family.cells.items()}
    gone = protected(small, equations(family.cells), counts, int(parameters()["small_cell"]))
    return {at for cell in gone for at in family.cells[cell]}


def _too_near(pair: Difference, hidden: set[int]) -> set[int]:
    """Rows of the second estimand that go because it and the first differ by too few, or because that follows from others."""
    least = int(parameters()["small_cell"])
    small = {cell for cell, counts in pair.counts.items() if any(0 < n < least for n in counts)}
    small |= {cell for cell in pair.counts if not hidden.isdisjoint([*pair.first[cell], *pair.second[cell]])}
    gone = protected(small, equations(pair.counts), pair.counts, least) if small else set()
    return {at for cell in gone if hidden.isdisjoint(pair.first[cell]) for at in pair.second[cell]}


def _counts(held: Sequence[Row]) -> tuple[int, int]:
    """Patients and events of a cell."""
    return tuple(max(int(one[name] or 0) for one in held) for name in ("n_patients", "n_events"))  # type: ignore[return-value]


def _steps(rows: Sequence[Row], hidden: set[int]) -> set[int]:
    """Rows at a time until which too few more had the event than at the last time shown."""
    series: dict[tuple[object, ...], list[int]] = defaultdict(list)
    names = [name for name in STUDY_ESTIMATE.key if name != "at_years"]
    for at, one in enumerate(rows):
        if one["at_years"] is not None and one["n_events"] is not None:
            series[tuple(one[name] for name in names)].append(at)
    gone: set[int] = set()
    for held in series.values():
        last = 0
        for at in sorted(held, key=lambda place: rows[place]["at_years"]):
            more = rows[at]["n_events"] - last
            if at in hidden or 0 < more < parameters()["small_cell"]:
                gone.add(at)
            else:
                last = rows[at]["n_events"]
    return gone


def _compared(rows: Sequence[Row], hidden: set[int]) -> set[int]:
    """Rows that compare two groups, one of which is suppressed anywhere for that event."""
    groups = {(rows[at]["population"], rows[at]["event"]) for at in hidden}
    found = set()
    for at, one in enumerate(rows):
        first, joined, second = str(one["population"]).partition(" to ")
        sides = (first, f"{first.split('=')[0]}={second}")
        if joined and any((side, one["event"]) in groups for side in sides):
            found.add(at)
    return found


def _registered(rows: Sequence[Row], hidden: set[int]) -> set[int]:
    """All who are registered, where those never infused are hidden: the infused stand in every other table."""
    if not any(rows[at]["estimand"] == "never_infused" for at in hidden):
        return set()
    return {at for at, one in enumerate(rows) if one["estimand"] == "registered"}


def _suppressed(one: Row) -> Row:
    return one | dict.fromkeys(NUMBERS) | {"is_told": False, "is_flagged": False, "is_small": True, "reason": REASON}


def _rounded(one: Row) -> Row:
    """The row with its patients at risk rounded down, and without a small number of them or of those left out."""
    least = int(parameters()["small_cell"])
    few = [name for name in ("n_at_risk", "n_left_out") if 0 < (one[name] or 0) < least]
    told = dict.fromkeys(few)
    if one["n_at_risk"] is not None and "n_at_risk" not in few:
        told = {"n_at_risk": one["n_at_risk"] // least * least, **told}
    if one["reason"] and few:
        told["reason"] = REASON
    elif one["n_at_risk"] is not None and one["reason"] == too_few(one["n_at_risk"]):
        told["reason"] = too_few("fewer")
    return one | told


def _thinned(curves: pa.Table) -> pa.Table:
    """Curves of all patients, each step joined with the following ones until it stands for the threshold of events.

    A step of d events of n at risk moves a share by at most d/n: the move times the fewest at risk since the last step
    kept is at most the events that it joins. The fewest, because patients who enter late raise the number.
    """
    names = [name for name in STUDY_CURVE.key if name != "at_years"]
    least = int(parameters()["small_cell"])
    last, fewest = dict[tuple[object, ...], float](), dict[tuple[object, ...], int]()
    kept = []
    drawn = (one for one in curves.to_pylist() if one["population"] == "all")
    for one in sorted(drawn, key=lambda one: (*(str(one[name]) for name in names), one["at_years"])):
        key = tuple(one[name] for name in names)
        fewest[key] = min(fewest.get(key, one["n_at_risk"]), one["n_at_risk"])
        before = last.get(key, float(one["analysis"] == Section.SURVIVAL))
        if fewest[key] * abs(one["estimate"] - before) >= least - ROUNDING:
            kept.append(one | {"n_at_risk": one["n_at_risk"] // least * least})
            last[key] = one["estimate"]
            del fewest[key]
    return pa.Table.from_pylist(kept, curves.schema)
