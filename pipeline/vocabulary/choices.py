"""What a run may choose: drug roles and comparators; and the calendar that every trend is read beside."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from pipeline.errors import UsageError
from pipeline.vocabulary.comparators import Comparator, comparator, comparators
from pipeline.vocabulary.files import refuse_duplicates, yaml_file

__all__ = [
    "CalendarEvent",
    "Comparator",
    "Role",
    "calendar",
    "comparator",
    "comparators",
    "role",
    "roles",
    "suspect_roles",
]


@dataclass(frozen=True, slots=True)
class Role:
    """A drug's part in a report. Only suspect roles count as exposure unless a run asks otherwise."""

    code: str
    title: str
    is_suspect: bool


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A day, or a month written as its first day, after which reporting changed."""

    date: dt.date
    precision: str
    title: str
    effect: str
    verified: bool


@cache
def roles() -> tuple[Role, ...]:
    """Every role code that FDA has used."""
    entries = yaml_file("roles.yaml")["roles"]
    refuse_duplicates("roles.yaml", [entry["code"] for entry in entries])
    return tuple(Role(**entry) for entry in entries)


def suspect_roles() -> tuple[str, ...]:
    """Codes that count as exposure by default: primary and secondary suspect."""
    return tuple(role.code for role in roles() if role.is_suspect)


def role(code: str) -> Role:
    """The role of this code; UsageError names the known codes."""
    for known in roles():
        if known.code == code:
            return known
    raise UsageError(f"there is no drug role {code!r}; known roles: {', '.join(known.code for known in roles())}")


@cache
def calendar() -> tuple[CalendarEvent, ...]:
    """Every event of the calendar, oldest first."""
    events = [CalendarEvent(**entry) for entry in yaml_file("calendar.yaml")["events"]]
    return tuple(sorted(events, key=lambda event: (event.date, event.title)))
