"""The grading scales: their thresholds with a citation each, and the refusal to pool grades of two of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from pipeline.errors import UsageError

FILE = Path(__file__).with_name("grading.yaml")
DEATH = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale: its id, title and citation, its thresholds by name, and those that nobody has read in the source."""

    id: str
    title: str
    citation: str
    thresholds: dict[str, float]
    unverified: frozenset[str]

    def __getitem__(self, name: str) -> float:
        """A threshold by its name."""
        return self.thresholds[name]


class Grade(NamedTuple):
    """A grade on its scale: 0 where the syndrome's criteria are not met, None where it cannot be graded; `reason` says why."""

    scale: str
    value: int | None
    reason: str


@cache
def scales() -> dict[str, Scale]:
    """Every scale by its id."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))["scales"]
    return {name: _scale(name, entry) for name, entry in read.items()}


def _scale(name: str, entry: dict[str, object]) -> Scale:
    thresholds = entry["thresholds"]
    assert isinstance(thresholds, dict)  # noqa: S101 -- our own file, read by a test
    return Scale(
        id=name,
        title=str(entry["title"]),
        citation=str(entry["citation"]),
        thresholds={key: float(item["value"]) for key, item in thresholds.items()},
        unverified=frozenset(key for key, item in thresholds.items() if not item["verified"]),
    )


def one_scale(grades: Iterable[Grade]) -> str:
    """The scale that all the grades are on; UsageError names them where they are on more, or where there is none.

    A Penn grade 3 may be an ASTCT grade 2: a count of grade 3 and more over two scales means nothing.
    """
    found = sorted({grade.scale for grade in grades})
    if len(found) != 1:
        named = ", ".join(found) or "none"
        raise UsageError(f"Grades can be counted together on one scale only; these are on {named}: count each alone.")
    return found[0]
