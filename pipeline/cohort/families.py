"""Rows of the estimates that add up to each other: totals and their parts, by population, window and event."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.cohort.disclosure import Equation
from pipeline.cohort.linked import Cell, Row
from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import Section

Key = tuple[object, ...]
"""What tells one family from another."""
TOTAL_SITE = "all_sites"
FOUND_OF = {"decision": "reported", "origin": "decision=second_primary", "transgene": "decision=second_primary"}
"""What was found in an adjudication, and of which malignancies it was asked."""
SECOND = "second_malignancy"
SUMMED = (Section.STANDARDISED, Section.DEATHS, Section.ADJUDICATION)
"""Sections whose events add up."""


class Family(NamedTuple):
    """Rows whose counts add up to each other, by cell: population, window and event."""

    rows: list[int]
    cells: dict[Cell, list[int]]


def families(rows: Sequence[Row]) -> dict[Key, Family]:
    """Rows told apart by all but population, window and, where events add up, event; lineages to any second malignancy."""
    found: dict[Key, dict[Cell, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, one in enumerate(rows):
        if one["n_events"] is not None or one["n_patients"] is not None:
            key, cell = place_of(one)
            found[key][cell].append(at)
    return {
        key: Family(sorted(at for held in cells.values() for at in held), dict(cells)) for key, cells in found.items()
    }


def place_of(one: Row) -> tuple[Key, Cell]:
    """The family of a row, and its cell there."""
    adds_up = one["analysis"] in SUMMED
    estimand = "" if one["analysis"] == Section.STANDARDISED else one["estimand"]
    is_lineage = not adds_up and str(one["event"]).startswith(SECOND)
    scale = one["scale"] if one["estimand"] == "severe_on_scale" else None
    named = None if adds_up else SECOND if is_lineage else one["event"]
    event = None if one["event"] in (TOTAL_SITE, SECOND) else one["event"]
    cell = one["population"], one["window"], event if adds_up or is_lineage else None
    return (one["analysis"], estimand, one["competing"], one["at_years"], scale, named), cell


def counts_of(held: Iterable[Row]) -> tuple[int, int]:
    """Patients and events of a cell."""
    rows = list(held)
    return tuple(max((int(one[name] or 0) for one in rows), default=0) for name in ("n_patients", "n_events"))  # type: ignore[return-value]


def equations(cells: Iterable[Cell]) -> list[Equation]:
    """Every total with its parts: all patients and the groups of one kind, all of the follow-up and its windows, all events."""
    held = set(cells)
    windows = [[one.id for one in parameters().windows], [one.id for one in parameters().latency]]
    groups, events = _groups(held), _events(held)
    found: list[tuple[Cell, tuple[Cell, ...]]] = []
    for total in sorted(held, key=str):
        population, window, event = total
        if population == "all":
            found.extend((total, parts) for parts in groups.get((window, event), {}).values())
        if window is None:
            found.extend((total, tuple(_windowed(held, population, names, event))) for names in windows)
        found.extend((total, parts) for parts in _found(events.get((population, window), []), event))
    return [Equation(total, parts) for total, parts in found if parts]


def _windowed(held: set[Cell], population: str | None, names: Sequence[str], event: str | None) -> Iterator[Cell]:
    return (cell for name in names if (cell := (population, name, event)) in held)


def _groups(held: set[Cell]) -> dict[tuple[str | None, str | None], dict[str, tuple[Cell, ...]]]:
    """By window and event the groups of each kind, as every indication; comparisons are no groups."""
    found: dict[tuple[str | None, str | None], dict[str, tuple[Cell, ...]]] = defaultdict(dict)
    for cell in sorted(held, key=str):
        kind, equals, level = str(cell[0]).partition("=")
        if equals and " to " not in level:
            kinds = found[cell[1], cell[2]]
            kinds[kind] = (*kinds.get(kind, ()), cell)
    return found


def _events(held: set[Cell]) -> dict[tuple[str | None, str | None], list[Cell]]:
    """By population and window the cells that are of one event."""
    found: dict[tuple[str | None, str | None], list[Cell]] = defaultdict(list)
    for cell in sorted(held, key=str):
        if cell[2]:
            found[cell[0], cell[1]].append(cell)
    return found


def _found(alike: Sequence[Cell], event: str | None) -> list[tuple[Cell, ...]]:
    """The events that add up to the total: all of them to that of no event, findings of an adjudication to what was asked."""
    if event is None:
        return [tuple(alike)]
    kinds = [kind for kind, asked in FOUND_OF.items() if asked == event]
    return [tuple(cell for cell in alike if str(cell[2]).startswith(f"{kind}=")) for kind in kinds]
