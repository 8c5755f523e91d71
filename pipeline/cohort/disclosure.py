"""Which counts of a table must go so that none of the small ones can be worked out from those that are left."""

from collections.abc import Mapping, Sequence
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


def protected(
    small: set[Cell],
    equations: Sequence[Equation],
    counts: Mapping[Cell, tuple[int, ...]],
    threshold: int,
) -> set[Cell]:
    """The small cells and those that have to go with them.

    Afterwards no suppressed cell follows from the equations and the cells still shown, and in each equation the
    suppressed parts add up to at least the threshold in every count, or to nothing. Parts go before totals, and those of
    fewer patients first, so that the choice is the same in every table of the same patients.
    """
    gone = set(small)
    while True:
        exposed = [one for one in equations if _gives_away(one, gone, counts, threshold)]
        if not exposed:
            known = derivable(gone, equations)
            exposed = [one for one in equations if known & set(one.cells)]
        wanted = [cell for one in exposed for cell in one.cells if cell not in gone]
        if not wanted:
            return gone
        totals = {one.total for one in equations}
        gone.add(min(wanted, key=lambda cell: (cell in totals, *counts[cell], str(cell))))


def derivable(gone: set[Cell], equations: Sequence[Equation]) -> set[Cell]:
    """Suppressed cells whose count follows from the equations and all cells that are shown."""
    unknown = sorted(gone, key=str)
    place = {cell: at for at, cell in enumerate(unknown)}
    matrix = np.zeros((len(equations), len(unknown)))
    for line, one in enumerate(equations):
        for cell in one.cells:
            if cell in place:
                matrix[line, place[cell]] += -1.0 if cell == one.total else 1.0
    used = matrix[np.any(matrix != 0, axis=1)]
    if not used.size:
        return set()
    _, values, directions = np.linalg.svd(used)
    free = directions[int(np.sum(values > ZERO)) :]  # ways in which the suppressed counts may still differ
    fixed = ~np.any(np.abs(free) > ZERO, axis=0)
    return {cell for cell, at in place.items() if fixed[at]}


def _gives_away(one: Equation, gone: set[Cell], counts: Mapping[Cell, tuple[int, ...]], threshold: int) -> bool:
    """Whether the suppressed parts, with the total shown, add up to too few."""
    if one.total in gone:
        return False
    hidden = [counts[cell] for cell in one.parts if cell in gone]
    sums = [sum(each) for each in zip(*hidden, strict=True)]
    return bool(hidden) and (len(hidden) == 1 or any(0 < each < threshold for each in sums))
