"""The parts of a change: each reason with the cases that entered and left a cell, adding up to the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import CartwatchError

CELLS = ("a", "b", "c", "d")
Cells = Mapping[str, int]

# In the order in which they are told; the first word of the meaning is what happened to the case.
REASONS = {
    "code": "Another code version counts the same data and vocabulary otherwise.",
    "vocabulary": "Another version of the vocabulary: product spellings, former names, lists that an endpoint shares.",
    "endpoint": "Another version of the endpoint: its terms or outcomes.",
    "new": "First published after the earlier data-lock point, or in a quarter the lake did not hold then.",
    "revived": "Withdrawn then; a version published since brought the case back.",
    "revised_drug": "A later version names other drugs.",
    "revised_role": "A later version gives a drug another role.",
    "revised_reaction": "A later version reports other reactions.",
    "revised_date": "A date became known or changed.",
    "revised_other": "A later version changed another field: age, sex, country, indication, outcome.",
    "withdrawn": "On a deletion list published since, or one the lake did not hold then.",
    "merged": "Newly recognised as the duplicate of a case that is counted in its stead.",
    "split": "A duplicate then; counted again, as the case kept in its stead is gone or no longer matches.",
    "restated": "FDA issued the archive of a quarter again, with other lines.",
    "identity": "The same text of a drug resolves otherwise, because other rows say so.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One reason's share in the change of one cell, in cases.

    unlisted: change without case ids, where those of an older code version were not kept.
    """

    reason: str
    cell: str
    entered: int
    left: int
    unlisted: int = 0

    @property
    def change(self) -> int:
        """What the reason adds to the cell."""
        return self.entered - self.left + self.unlisted


def check_sum(start: Cells, parts: Sequence[Part], end: Cells) -> None:
    """Raise CartwatchError where the parts of any cell do not add up from start to end: a bug of ours, never hidden."""
    for cell in CELLS:
        remainder = end[cell] - start[cell] - sum(part.change for part in parts if part.cell == cell)
        if remainder:
            raise CartwatchError(
                f"Cell {cell} went from {start[cell]} to {end[cell]}, and {remainder} of that change has no reason; "
                "please report this bug."
            )


def unlisted_parts(reason: str, start: Cells, listed: Sequence[Part], end: Cells) -> list[Part]:
    """What remains of one step of versions, cell by cell, once the listed parts are taken off."""
    gaps = {cell: end[cell] - start[cell] - sum(part.change for part in listed if part.cell == cell) for cell in CELLS}
    return [Part(reason, cell, 0, 0, gap) for cell, gap in gaps.items() if gap]
