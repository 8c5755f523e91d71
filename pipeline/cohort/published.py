"""Public copies handed out before: what one copy taken from another would give away."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.cohort.families import Family, Key, counts_of, place_of
from pipeline.cohort.linked import Cell, Difference, Row
from pipeline.cohort.parameters import parameters
from pipeline.contract.studyresult import STUDY_CURVE, STUDY_ESTIMATE

COUNTS = ("n_patients", "n_events")
COLUMNS = tuple(name for name in STUDY_ESTIMATE.key if name not in ("study_id", "as_of"))
CURVE_COLUMNS = tuple(name for name in STUDY_CURVE.key if name not in ("study_id", "as_of", "at_years"))


class Before(NamedTuple):
    """The counts behind public copies handed out before, with is_hidden where they were not printed.

    own: of this very copy, where it was handed out before, and own_curves its curves. others: of each other copy of the study.
    """

    own: Sequence[Row] | None = None
    own_curves: Sequence[Row] = ()
    others: Sequence[Sequence[Row]] = ()


NOTHING = Before()


def key_of(one: Row, columns: Sequence[str] = COLUMNS) -> Key:
    """What tells a row from all others of its copy."""
    return tuple(one[name] for name in columns)


def kept_back(rows: Sequence[Row], before: Before, columns: Sequence[str] = COLUMNS) -> set[int]:
    """Rows that were hidden before and have not grown since by as many as may be told: whoever guesses that would know both.

    A copy handed out again hides what it hid.
    """
    if before.own is not None:
        own = {key_of(one, columns) for one in before.own if one["is_hidden"]}
        return {at for at, one in enumerate(rows) if key_of(one, columns) in own}
    least = int(parameters()["small_cell"])
    found: set[int] = set()
    for copy in before.others:
        hidden = {key_of(one, columns): one for one in copy if one["is_hidden"]}
        found |= {
            at
            for at, one in enumerate(rows)
            if (then := hidden.get(key_of(one, columns)))
            and all(abs(_more(one, then, name)) < least for name in COUNTS)
        }
    return found


def differences_since(rows: Sequence[Row], held: Mapping[Key, Family], before: Before) -> Iterator[Difference]:
    """What the rows of each family differ by from every other copy; none where nothing has changed."""
    for copy in before.others if before.own is None else ():
        then: dict[Key, dict[Cell, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for one in copy:
            key, cell = place_of(one)
            then[key][cell].append(one)
        for key, family in held.items():
            if key in then:
                found = _since(rows, family, then[key])
                if any(any(counts) for counts in found.counts.values()):
                    yield found


def _since(rows: Sequence[Row], family: Family, then: Mapping[Cell, Sequence[Row]]) -> Difference:
    """Whoever has no row had no patient; a cell that is there no more stands, because what was printed is printed."""
    cells = sorted({*family.cells, *then}, key=str)
    now = {cell: counts_of(rows[at] for at in family.cells.get(cell, [])) for cell in cells}
    old = {cell: counts_of(then.get(cell, [])) for cell in cells}
    counts = {cell: (now[cell][0] - old[cell][0], now[cell][1] - old[cell][1]) for cell in cells}
    untold = frozenset(cell for cell in cells if any(one["is_hidden"] for one in then.get(cell, [])))
    return Difference(
        counts, {cell: [] for cell in cells}, {cell: family.cells.get(cell, []) for cell in cells}, untold
    )


def events_since(rows: Sequence[Row], before: Before) -> Iterator[dict[int, int]]:
    """For every other copy, by how many the events of each row printed in it differ now."""
    for copy in before.others if before.own is None else ():
        told = {key_of(one): one for one in copy if not one["is_hidden"] and one["n_events"] is not None}
        yield {
            at: _more(one, then, "n_events")
            for at, one in enumerate(rows)
            if (then := told.get(key_of(one))) is not None
        }


def curves_apart(rows: Sequence[Row], before: Before) -> set[Key]:
    """Curves that are not drawn because too few events came since by a milestone; a copy handed out again draws what it drew."""
    least = int(parameters()["small_cell"])
    if before.own is not None:
        return {key_of(one, CURVE_COLUMNS) for one in before.own_curves if one["is_hidden"]}
    found: set[Key] = set()
    for copy in before.others:
        then = {key_of(one): one for one in copy if one["at_years"] is not None and one["window"] is None}
        found |= {
            key_of(one, CURVE_COLUMNS)
            for one in rows
            if (old := then.get(key_of(one))) and 0 < abs(_more(one, old, "n_events")) < least
        }
    return found


def _more(one: Row, then: Row, name: str) -> int:
    return int(one[name] or 0) - int(then[name] or 0)
