"""What a public export may show: no small count, and none that the others give away."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from pipeline.cohort.courses import too_few
from pipeline.cohort.disclosure import Rule, closed, protected
from pipeline.cohort.families import Family, counts_of, equations, families
from pipeline.cohort.linked import Cell, Difference, Row, copies, differences
from pipeline.cohort.onset import LEFT_OUT
from pipeline.cohort.parameters import parameters
from pipeline.cohort.prevalence import BOUNDS
from pipeline.cohort.published import (
    NOTHING,
    Before,
    curves_apart,
    differences_since,
    events_since,
    kept_back,
)
from pipeline.cohort.rows import Section
from pipeline.cohort.thinning import thinned
from pipeline.contract.studyresult import STUDY_ESTIMATE

NUMBERS = (
    *("n_patients", "n_events", "person_years", "n_at_risk", "person_years_due", "n_left_out", "expected"),
    *("estimate", "low", "high", "p"),
)
REASON = "Suppressed: a small count, or one that would give a small count away."
SINGLE_PATIENTS = ("chase_list", "onset_first", "onset_last")
WHOLE_ONLY = (Section.MISSING_DATA, Section.SUBGROUPS)
NOT_PUBLIC = ("clark_c_by_time", "interval_censored_events")
"""Sections and estimands that no public copy has: their counts stand beside others that differ by a few patients."""
OF_SAME_PATIENTS = ("all_events", *BOUNDS)
"""Estimands of which every event is told of the same patients."""
CENTRE = "centre="


class Public(NamedTuple):
    """Both tables as they may be published, and what has to be remembered of them: the counts behind each row and curve."""

    estimates: pa.Table
    curves: pa.Table
    counts: list[Row]
    drawn: list[Row]


def public_results(estimates: pa.Table, curves: pa.Table, before: Before = NOTHING) -> Public:
    """Both tables as they may be published: no count of 1 to 4, and none that follows from the sums that `equations` knows.

    Nor from taking one estimand from another where `linked` names the two, nor one copy from another handed out before.
    Every number of a suppressed row is null and its reason says so; rows about single patients are left out, and those of
    single centres, whose names are the registry's own; numbers at risk are rounded down to a multiple of the threshold; a
    curve is drawn only for all patients, and its steps are joined until each stands for as many events.
    """
    rows = [one for one in estimates.to_pylist() if _is_public(one)]
    hidden = _hidden(rows, before)
    shown = [_suppressed(one) if at in hidden else _rounded(one) for at, one in enumerate(rows)]
    counts = [one | {"is_hidden": at in hidden} for at, one in enumerate(rows)]
    drawn, told = thinned(curves, curves_apart(rows, before))
    return Public(pa.Table.from_pylist(shown, estimates.schema), drawn, counts, told)


def _is_public(one: Row) -> bool:
    if one["analysis"] in WHOLE_ONLY or one["estimand"] in NOT_PUBLIC:
        return False
    return one["estimand"] not in SINGLE_PATIENTS and not str(one["population"]).startswith(CENTRE)


def _hidden(rows: Sequence[Row], before: Before) -> set[int]:
    """Rows that go: the small ones, then what gives them away, until nothing more does."""
    small = {at for at, one in enumerate(rows) if one["is_small"]} | kept_back(rows, before)
    held = families(rows)
    rules = [
        *(_of_family(rows, family) for family in held.values()),
        *(_of_difference(one) for one in differences(rows)),
        *(_of_difference(one) for one in differences_since(rows, held, before)),
        *(_together(same) for same in copies(rows)),
        *_steps(rows, before),
        *_compared(rows),
        *_registered(rows),
        *_onsets(rows),
        *_at_most(rows),
        *_followed(rows),
        *_same_patients(rows),
    ]
    return closed(small, rules)


def _of_family(rows: Sequence[Row], family: Family) -> Rule:
    """Rows of the cells that have to go with those that are hidden."""
    sums, least = equations(family.cells), int(parameters()["small_cell"])
    counts = {cell: counts_of(rows[at] for at in held) for cell, held in family.cells.items()}

    def also(hidden: set[int]) -> set[int]:
        small = {cell for cell, held in family.cells.items() if not hidden.isdisjoint(held)}
        gone = protected(small, sums, counts, least) if small else set()
        return {at for cell in gone for at in family.cells[cell]}

    return Rule(family.rows, also)


def _of_difference(pair: Difference) -> Rule:
    """Rows of the second that go because it and the first differ by too few, or because that follows from others."""
    sums, least = equations(pair.counts), int(parameters()["small_cell"])
    near = {cell for cell, counts in pair.counts.items() if any(0 < abs(n) < least for n in counts)}
    rows = {cell: [*pair.first[cell], *pair.second[cell]] for cell in pair.counts}
    fixed = {cell for cell, held in rows.items() if not held}

    def also(hidden: set[int]) -> set[int]:
        small = near | pair.untold | {cell for cell, held in rows.items() if not hidden.isdisjoint(held)}
        gone = protected(small, sums, pair.counts, least, fixed) if small else set()
        return {at for cell in gone - pair.untold if hidden.isdisjoint(pair.first[cell]) for at in pair.second[cell]}

    return Rule([at for held in rows.values() for at in held], also)


def _together(same: set[int]) -> Rule:
    """Rows of the same counts: all go with one."""
    return Rule(same, lambda hidden: set() if hidden.isdisjoint(same) else same)


def _steps(rows: Sequence[Row], before: Before) -> Iterator[Rule]:
    """Rows at a time until which too few more had the event than at the last time shown, or too few more since a copy."""
    series: dict[tuple[object, ...], list[int]] = defaultdict(list)
    names = [name for name in STUDY_ESTIMATE.key if name != "at_years"]
    for at, one in enumerate(rows):
        if one["at_years"] is not None and one["n_events"] is not None:
            series[tuple(one[name] for name in names)].append(at)
    counted = [{at: int(one["n_events"] or 0) for at, one in enumerate(rows)}, *events_since(rows, before)]
    for held in series.values():
        yield _in_time(sorted(held, key=lambda place: rows[place]["at_years"]), counted)


def _in_time(held: Sequence[int], counted: Sequence[Mapping[int, int]]) -> Rule:
    """Rows of one series in the order of time; counted: of each row events, and events since each copy."""
    least = parameters()["small_cell"]

    def also(hidden: set[int]) -> set[int]:
        gone = hidden & set(held)
        while True:
            n_gone = len(gone)
            for counts in counted:
                gone |= _too_near([at for at in held if at in counts and at not in gone], counts, least)
            if len(gone) == n_gone:
                return gone

    return Rule(held, also)


def _too_near(held: Sequence[int], counts: Mapping[int, int], least: float) -> set[int]:
    """Rows, in their order, at which too few more are counted than at the last one that stays; before the first one none."""
    gone, last = set[int](), 0
    for at in held:
        if 0 < abs(counts[at] - last) < least:
            gone.add(at)
        else:
            last = counts[at]
    return gone


def _compared(rows: Sequence[Row]) -> Iterator[Rule]:
    """Rows that compare two groups go where one of them is suppressed anywhere for that event."""
    groups: dict[tuple[object, object], list[int]] = defaultdict(list)
    sides: dict[tuple[object, object], set[int]] = defaultdict(set)
    for at, one in enumerate(rows):
        groups[one["population"], one["event"]].append(at)
        first, joined, second = str(one["population"]).partition(" to ")
        for side in (first, f"{first.split('=')[0]}={second}") if joined else ():
            sides[side, one["event"]].add(at)
    for compared, comparisons in sides.items():
        if compared in groups:
            yield _gone_with(groups[compared], comparisons)


def _registered(rows: Sequence[Row]) -> Iterator[Rule]:
    """All who are registered, where any of the others are hidden: the infused stand in every other table."""
    others = [at for at, one in enumerate(rows) if one["estimand"] in {"never_infused", "undated_infusions"}]
    yield _gone_with(others, {at for at, one in enumerate(rows) if one["estimand"] == "registered"})


def _onsets(rows: Sequence[Row]) -> Iterator[Rule]:
    """Quartiles of an onset are of the same patients, and the sum of those left out of it, by reason, may be known."""
    found: dict[tuple[object, object, bool], set[int]] = defaultdict(set)
    for at, one in enumerate(rows):
        if one["analysis"] == Section.ONSET:
            found[one["event"], one["population"], one["estimand"] in LEFT_OUT].add(at)
    yield from map(_together, found.values())


def _at_most(rows: Sequence[Row]) -> Iterator[Rule]:
    """How many may have a condition goes with how many certainly have it: of one nobody the other would tell it."""
    found: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    for at, one in enumerate(rows):
        if one["estimand"] in BOUNDS:
            found[one["event"], one["population"], one["at_years"]][one["estimand"]] = at
    for pair in found.values():
        least, most = (pair[name] for name in BOUNDS)
        yield _gone_with([least], {most})


def _followed(rows: Sequence[Row]) -> Iterator[Rule]:
    """Landmark days on which too few more or fewer are followed than on the last one of which any condition is shown."""
    found: dict[object, dict[float, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, one in enumerate(rows):
        if one["estimand"] in BOUNDS:
            found[one["population"]][one["at_years"]].append(at)
    for of_time in found.values():
        held = [of_time[at_years] for at_years in sorted(of_time)]
        yield _apart_in_time(held, {each[0]: int(rows[each[0]]["n_patients"]) for each in held})


def _same_patients(rows: Sequence[Row]) -> Iterator[Rule]:
    """Rows of several events that tell the same patients of a group: one that all of them hide must not follow from others."""
    found: dict[tuple[object, ...], dict[Cell, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, one in enumerate(rows):
        if one["estimand"] in OF_SAME_PATIENTS:
            found[one["analysis"], one["at_years"], one["window"]][one["population"], None, None].append(at)
    for cells in found.values():
        yield _of_patients(cells, {cell: (int(rows[held[0]]["n_patients"]),) for cell, held in cells.items()})


def _of_patients(cells: Mapping[Cell, list[int]], counts: Mapping[Cell, tuple[int, ...]]) -> Rule:
    """Rows of the groups that have to go with those of which every row is hidden. counts: patients of each group."""
    sums, least = equations(cells), int(parameters()["small_cell"])

    def also(hidden: set[int]) -> set[int]:
        unknown = {cell for cell, held in cells.items() if hidden.issuperset(held)}
        gone = protected(unknown, sums, counts, least) if unknown else set()
        return {at for cell in gone for at in cells[cell]}

    return Rule([at for held in cells.values() for at in held], also)


def _apart_in_time(held: Sequence[list[int]], counts: Mapping[int, int]) -> Rule:
    """Rows of each of several times, in their order, all of which tell one count; counts: that of the first row of each."""
    least = parameters()["small_cell"]

    def also(hidden: set[int]) -> set[int]:
        shown = {each[0]: each for each in held if not hidden.issuperset(each)}
        return {at for first in _too_near(list(shown), counts, least) for at in shown[first]}

    return Rule([at for each in held for at in each], also)


def _gone_with(watched: Sequence[int], these: set[int]) -> Rule:
    return Rule(watched, lambda hidden: set() if hidden.isdisjoint(watched) else these)


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
