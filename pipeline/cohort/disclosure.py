"""Which counts of a table must go so that none of the small ones can be worked out from those that are left."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

Cell = Any
"""Whatever names a count: any value that can be a key."""
ZERO = 1e-9


class Equation(NamedTuple):
    """A total and the parts that add up to it."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


class Rule(NamedTuple):
    """What has to go with what: of the rows hidden so far, those that go with them. rows: all that it asks of."""

    rows: Collection[int]
    also: Callable[[set[int]], set[int]]


def closed(hidden: Iterable[int], rules: Sequence[Rule]) -> set[int]:
    """The rows hidden and all that go with them by any rule; a rule is asked again only where its rows have changed.

    A rule leaves nothing to itself: asked twice in a row it adds nothing.
    """
    found = set(hidden)
    watching: dict[int, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for at in rule.rows:
            watching[at].append(number)
    waiting, is_waiting = deque(range(len(rules))), [True] * len(rules)
    while waiting:
        number = waiting.popleft()
        is_waiting[number] = False
        more = rules[number].also(found) - found
        found |= more
        for other in dict.fromkeys(other for at in sorted(more) for other in watching[at]):
            if other != number and not is_waiting[other]:
                is_waiting[other] = True
                waiting.append(other)
    return found


def protected(
    small: set[Cell],
    equations: Sequence[Equation],
    counts: Mapping[Cell, tuple[int, ...]],
    threshold: int,
    fixed: Collection[Cell] = (),
) -> set[Cell]:
    """The small cells and those that have to go with them.

    Afterwards no suppressed cell follows from the equations and the cells still shown, nor a count above 0 from the
    equations one by one and that no count is negative; and in each equation the suppressed parts add up to at least the threshold in every count, or to nothing. Parts go before totals, and those of
    fewer patients first, so that the choice is the same in every table of the same patients. fixed: cells that cannot go;
    where they leave no other choice, all others do. Counts may be negative where they are differences.
    """
    gone, kept = set(small), set(fixed)
    totals = {one.total for one in equations}
    while True:
        exposed = [one for one in equations if _gives_away(one, gone, counts, threshold)]
        if not exposed:
            known = derivable(gone, equations) or bounded(gone, equations, counts)
            exposed = [one for one in equations if known & set(one.cells)] if known else []
        if not exposed:
            return gone
        wanted = {cell for one in exposed for cell in one.cells if cell not in gone and cell not in kept}
        if not wanted:
            return gone | (set(counts) - kept) if kept else gone
        gone.add(min(wanted, key=lambda cell: (cell in totals, *counts[cell], str(cell))))


def derivable(gone: Collection[Cell], equations: Sequence[Equation]) -> set[Cell]:
    """Suppressed cells whose count follows from the equations and all cells that are shown."""
    unknown = set(gone)
    used = [cells for one in equations if (cells := [cell for cell in one.cells if cell in unknown])]
    signs = [one.total for one in equations if any(cell in unknown for cell in one.cells)]
    found: set[Cell] = set()
    for lines in _parts(used):
        found |= _fixed([used[line] for line in lines], [signs[line] for line in lines])
    return found


def bounded(gone: Collection[Cell], equations: Sequence[Equation], counts: Mapping[Cell, tuple[int, ...]]) -> set[Cell]:
    """Suppressed cells with a count above 0 that is fixed once no count can be negative, equation after equation.

    A kind of count with a negative one among them, as a difference that may go either way, fixes nothing.
    """
    lines = [one for one in equations if any(cell in gone for cell in one.cells)]
    found: set[Cell] = set()
    for each in range(len(next(iter(counts.values()), ()))):
        held = {cell: float(counts[cell][each]) for one in lines for cell in one.cells}
        if all(value >= 0 for value in held.values()):
            ends = _ends(gone, lines, held)
            found |= {cell for cell, (low, high) in ends.items() if cell in gone and low == high > 0}
    return found


def _ends(
    gone: Collection[Cell], lines: Sequence[Equation], held: Mapping[Cell, float]
) -> dict[Cell, tuple[float, float]]:
    """The least and the most that each cell may be."""
    ends = {cell: (0.0, np.inf) if cell in gone else (value, value) for cell, value in held.items()}
    for _ in range(len(lines) + 1):
        before = dict(ends)
        for one in lines:
            low, highs = sum(ends[cell][0] for cell in one.parts), [ends[cell][1] for cell in one.parts]
            high, n_open = sum(highs), highs.count(np.inf)
            most = ends[one.total] = max(low, ends[one.total][0]), min(high, ends[one.total][1])
            for cell in one.parts:
                if cell in gone:
                    least, own = ends[cell]
                    others = (
                        np.inf if n_open > (own == np.inf) else sum(highs) - own if own < np.inf else _finite(highs)
                    )
                    ends[cell] = max(least, most[0] - others), min(own, most[1] - (low - least))
        if ends == before:
            return ends
    return ends


def _finite(values: Sequence[float]) -> float:
    return sum(value for value in values if value < np.inf)


def _parts(lines: Sequence[Sequence[Cell]]) -> list[list[int]]:
    """Lines that share a cell, or share one with a line that does, together."""
    of_cell: dict[Cell, list[int]] = defaultdict(list)
    for number, cells in enumerate(lines):
        for cell in cells:
            of_cell[cell].append(number)
    seen: set[int] = set()
    found = []
    for first in range(len(lines)):
        if first in seen:
            continue
        seen.add(first)
        together, place = [first], 0
        while place < len(together):
            near = {other for cell in lines[together[place]] for other in of_cell[cell]} - seen
            seen |= near
            together.extend(sorted(near))
            place += 1
        found.append(together)
    return found


def _fixed(lines: Sequence[Sequence[Cell]], totals: Sequence[Cell]) -> set[Cell]:
    """Cells that the lines fix, each line being one equation's suppressed cells with the sign of a part or of its total."""
    cells = sorted({cell for line in lines for cell in line}, key=str)
    if len(lines) == 1:
        return set(cells) if len(cells) == 1 else set()
    place = {cell: at for at, cell in enumerate(cells)}
    matrix = np.zeros((len(lines), len(cells)))
    for at, (line, total) in enumerate(zip(lines, totals, strict=True)):
        for cell in line:
            matrix[at, place[cell]] += -1.0 if cell == total else 1.0
    _, values, directions = np.linalg.svd(matrix)
    free = directions[int(np.sum(values > ZERO)) :]  # ways in which the suppressed counts may still differ
    fixed = ~np.any(np.abs(free) > ZERO, axis=0)
    return {cell for cell, at in place.items() if fixed[at]}


def _gives_away(one: Equation, gone: set[Cell], counts: Mapping[Cell, tuple[int, ...]], threshold: int) -> bool:
    """Whether the suppressed parts, with the total shown, add up to too few."""
    if one.total in gone:
        return False
    hidden = [counts[cell] for cell in one.parts if cell in gone]
    sums = [sum(each) for each in zip(*hidden, strict=True)]
    return bool(hidden) and (len(hidden) == 1 or any(0 < abs(each) < threshold for each in sums))
