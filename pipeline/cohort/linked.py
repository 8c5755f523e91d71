"""Rows that tell of each other: the same count under two names, and counts whose difference is a count of patients."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from pipeline.cohort.rows import Section

Cell = tuple[str | None, str | None, str | None]
Row = dict[str, Any]
LANDMARK = "from_day_"
CURVES = (Section.SURVIVAL, Section.TIME_TO_EVENT, Section.EFFECTS, Section.BENEFIT)
SAME = {"one_minus_kaplan_meier": "transplant_ignored", "transplant_censors": "transplant_competes"}
"""Estimands that count the same patients and events as another one."""
CHAINS = (
    ("transplant_ignored", "transplant_competes", "transplant_censors", "landmark"),
    ("overall_survival", "event_free_survival", "overall_survival_landmark"),
    ("event_free_survival", "event_free_survival_censored"),
    ("relapse_free_survival", "relapse_free_survival_censored"),
    (
        *("first_event", "all_events", "first_event_grade_3", "severe_on_scale"),
        *("onset_quartile_1", "onset_median", "onset_quartile_3"),
    ),
    ("standardised_ratio", "survivor_ratio", "counted", "decision=second_primary"),
    ("prevalence_least", "prevalence_most"),
)
"""Estimands whose counts differ by a count of patients or events; a later one goes where it differs by too few."""
OF_ANY_EVENT = (1, 5)
"""Chains whose estimands are of different events."""


class Difference(NamedTuple):
    """What two estimands differ by, by cell: counts of patients and events, rows of the first and of the second.

    untold: cells of which the first is hidden for good, as in a copy handed out before.
    """

    counts: dict[Cell, tuple[int, int]]
    first: dict[Cell, list[int]]
    second: dict[Cell, list[int]]
    untold: frozenset[Cell] = frozenset()


def copies(rows: Sequence[Row]) -> list[set[int]]:
    """Rows of the same counts: those of two methods, and estimands told twice, as of 1,000 treated."""
    found: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for at, one in enumerate(rows):
        if one["analysis"] in CURVES:
            found[*_original(one), one["population"], one["at_years"], one["window"]].add(at)
    return [held for held in found.values() if len(held) > 1]


def differences(rows: Sequence[Row]) -> list[Difference]:
    """Every two estimands of a chain, of the same event and time."""
    chains: dict[tuple[object, ...], dict[tuple[object, ...], dict[Cell, list[int]]]] = {}
    for at, one in enumerate(rows):
        for chain, place in _places(one):
            event = None if chain in OF_ANY_EVENT else one["event"]
            named = chains.setdefault((chain, event, one["at_years"]), {})
            is_landmark = str(one["window"]).startswith(LANDMARK)
            cell = one["population"], None if is_landmark else one["window"], None
            name = place, one["window"] if is_landmark else "", one["scale"] if "on_scale" in one["estimand"] else ""
            named.setdefault(name, {}).setdefault(cell, []).append(at)
    return [
        _difference(rows, named[first], named[second])
        for named in chains.values()
        for first, second in combinations(sorted(named, key=str), 2)
    ]


def _original(one: Row) -> tuple[object, object]:
    """Under which name and event the counts of the row stand first."""
    estimand, event = one["estimand"], one["event"]
    if estimand == "per_thousand_free":
        return event, None
    if estimand == "per_thousand":
        return ("transplant_ignored" if one["at_years"] is not None else f"{event}_share_grade_3"), event
    return SAME.get(estimand, estimand), None if one["analysis"] == Section.SURVIVAL else event


def _places(one: Row) -> Iterator[tuple[int, int]]:
    """The chains the row stands in, and where; of the ratios only all sites and all of the follow-up."""
    if one["analysis"] == Section.STANDARDISED and (one["event"] != "all_sites" or one["window"] is not None):
        return
    name = one["event"] if one["estimand"] == "adjudicated" else one["estimand"]
    for chain, names in enumerate(CHAINS):
        if name in names:
            yield chain, names.index(name)


def _difference(rows: Sequence[Row], first: dict[Cell, list[int]], second: dict[Cell, list[int]]) -> Difference:
    both = [cell for cell in first if cell in second]
    counts = {
        cell: (_apart(rows, "n_patients", first, second, cell), _apart(rows, "n_events", first, second, cell))
        for cell in both
    }
    return Difference(counts, {cell: first[cell] for cell in both}, {cell: second[cell] for cell in both})


def _apart(
    rows: Sequence[Row], name: str, first: dict[Cell, list[int]], second: dict[Cell, list[int]], cell: Cell
) -> int:
    """By how much a count of the cell differs between both; 0 where one does not say it."""
    one, other = (rows[held[cell][0]][name] for held in (first, second))
    return 0 if one is None or other is None else abs(int(one) - int(other))
