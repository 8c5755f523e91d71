"""The study's parameters: schedule, windows, thresholds, each with its citation and whether somebody has read it there."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the schedule: its id, the day it is due, and how many days before and after count as it."""

    id: str
    day: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the follow-up, first and last day included."""

    id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Part of the follow-up in years: from start up to, not including, stop."""

    id: str
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Track:
    """A reporting track: last day that is reported (-1: none), and whether its forms ask for adverse events."""

    days: int
    has_events: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything of study.yaml, read; numbers by name, the rest by section."""

    numbers: dict[str, float]
    unverified: tuple[str, ...]
    visits: tuple[Visit, ...]
    windows: tuple[Window, ...]
    latency: tuple[Latency, ...]
    tracks: dict[str, Track]
    content: dict[str, Any]

    def __getitem__(self, name: str) -> float:
        """A number by its name."""
        return self.numbers[name]

    @property
    def last_day(self) -> int:
        """Last day of the follow-up."""
        return int(self["follow_up_years"] * YEAR_DAYS)

    def listed(self, name: str) -> list[Any]:
        """A list by its name, as milestone_years."""
        return list(self.content[name])


@cache
def parameters() -> Parameters:
    """The parameters in force."""
    content = yaml.safe_load((FOLDER / "study.yaml").read_text(encoding="utf-8"))
    numbers = content["numbers"]
    sections = ("schedule", "tracks", "other_events", "milestones", "samples")
    doubtful = [name for name in numbers if not numbers[name]["verified"]]
    doubtful += [name for name in sections if not content[name]["verified"]]
    return Parameters(
        numbers={name: float(entry["value"]) for name, entry in numbers.items()},
        unverified=tuple(doubtful),
        visits=_visits(content["schedule"]),
        windows=tuple(Window(**entry) for entry in content["windows"]),
        latency=tuple(Latency(entry["id"], entry["from"], entry["below"]) for entry in content["latency"]),
        tracks={name: Track(**entry) for name, entry in content["tracks"].items() if isinstance(entry, dict)},
        content=content,
    )


def _visits(schedule: dict[str, Any]) -> tuple[Visit, ...]:
    """Those named one by one, then one for each year."""
    yearly = schedule["yearly"]
    years = range(1, yearly["until_year"] + 1)
    later = [Visit(f"year_{year}", round(year * YEAR_DAYS), yearly["before"], yearly["after"]) for year in years]
    return (*(Visit(**entry) for entry in schedule["first"]), *later)
