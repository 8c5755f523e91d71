"""A surveillance plan as it is written in YAML: every key, what it may hold, and the plan that comes of it."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.contract.quarter import end_of_quarter, quarter_name, quarter_number
from pipeline.errors import UsageError
from pipeline.governance.datafiles import data_file, handed_in
from pipeline.governance.words import said

PLAN_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
QUARTER = re.compile(r"\d{4}Q[1-4]")
WORLDS = ("cohort", "spontaneous")
SCOPES = ("narrow", "broad")
COHORT_SCOPE = "narrow in a cohort: the study tells an event by the narrow list, second malignancies and deaths by their own records"
LARGEST_ALPHA = 0.5
MOST_LOOKS = 400
LONGEST_TEXT = 500
Reader = Callable[[str, Any], Any]


def plan_content(path: Path) -> dict[str, Any]:
    """What the file says, checked key by key, with dates and quarters as text; nothing is filled in but nulls.

    UsageError names the key, what was found and what it may hold. InputRefused: no YAML.
    """
    given = handed_in(path)
    content = dict(_mapping(str(path), given, KEYS, REQUIRED))
    world = content["world"]
    if world == "cohort" and content["endpoint"]["scope"] != SCOPES[0]:
        raise _unfit("endpoint's scope", content["endpoint"]["scope"], COHORT_SCOPE)
    content["expected"] = _expected(world, content["expected"])
    content["looks"] = _looks(world, content["looks"])
    if content["alpha"] > content["family"]["alpha"]:
        raise _unfit("alpha", content["alpha"], f"at most its family's alpha, {content['family']['alpha']}")
    return content


def _unfit(key: str, found: object, allowed: str) -> UsageError:
    shown = found.isoformat() if isinstance(found, dt.date) else repr(found)
    return UsageError(f"The plan's {key} is {shown}: it must be {allowed}.")


def _mapping(key: str, given: Any, readers: Mapping[str, Reader], required: set[str]) -> dict[str, Any]:
    """Each known key read by its reader, null where it is not given."""
    if not isinstance(given, dict):
        raise UsageError(f"{key} is no list of keys and values: it may have {', '.join(readers)}.")
    if unknown := sorted(map(str, set(given) - set(readers))):
        raise UsageError(f"{key} has the key {unknown[0]!r}, which it may not have: it may have {', '.join(readers)}.")
    if missing := [name for name in readers if name in required and given.get(name) is None]:
        raise UsageError(f"{key} lacks {missing[0]}: it must have {', '.join(sorted(required))}.")
    return {name: None if given.get(name) is None else read(name, given[name]) for name, read in readers.items()}


def _nested(readers: Mapping[str, Reader], required: set[str]) -> Reader:
    return lambda key, value: _mapping(f"The plan's {key}", value, readers, required)


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit(key, value, f"text of 1 to {LONGEST_TEXT} signs")
    return said(value, f"the plan's {key}", LONGEST_TEXT)


def _id(key: str, value: Any) -> str:
    if not isinstance(value, str) or not PLAN_ID.fullmatch(value):
        raise _unfit(key, value, "a short name of lower-case letters, digits, . _ and -")
    return value


def _one_of(*allowed: str) -> Reader:
    def read(key: str, value: Any) -> str:
        if value not in allowed:
            raise _unfit(key, value, " or ".join(allowed))
        return str(value)

    return read


def _number(above: float, up_to: float, said: str) -> Reader:
    def read(key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= up_to:
            raise _unfit(key, value, said)
        return value

    return read


def _whole(least: int, most: int) -> Reader:
    def read(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _unfit(key, value, f"a whole number from {least} to {most}")
        return value

    return read


def _parameters(key: str, value: Any) -> dict[str, Any]:
    """Whatever the design takes: it refuses what it does not know; here only that names stand beside plain values."""
    plain = isinstance(value, dict) and all(
        isinstance(name, str) and isinstance(held, str | int | float | bool | list) for name, held in value.items()
    )
    if not plain:
        raise _unfit(key, value, "the design's own parameters, each a number, a text or a list")
    return dict(value)


def _keys(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unfit(key, value, KEYS_OF[key])
    return dict(value)


def _expected(world: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Where the expected events come from: a baseline with its citation, or the comparator's reports."""
    if world == "spontaneous":
        return _mapping("The plan's expected (world spontaneous)", given, {"comparator": _text}, {"comparator"})
    ways = [name for name in BASELINES if given.get(name) is not None]
    if len(ways) != 1:
        raise _unfit("expected", dict(given), f"one of {', '.join(BASELINES)}, with a citation (world cohort)")
    readers = BASELINES[ways[0]]
    return _mapping("The plan's expected (world cohort)", given, readers, set(readers))


def _looks(world: str, given: Mapping[str, Any]) -> list[str]:
    """The data-lock points looked at, in rising order: quarters of reports, or days of a cohort."""
    if "listed" in given:
        listed = _mapping("The plan's looks", given, {"listed": _listed}, {"listed"})["listed"]
        points = [_point(world, value) for value in listed]
    else:
        asked = _mapping("The plan's looks", given, SCHEDULE, set(SCHEDULE))
        first, last = (quarter_number(_quarter("looks", asked[name])) for name in ("from", "to"))
        numbers = range(first, last + 1, STEPS[asked["every"]])
        name = quarter_name if world == "spontaneous" else _end_of
        points = [name(number) for number in numbers]
    if not points or points != sorted(set(points)) or len(points) > MOST_LOOKS:
        raise _unfit("looks", points[:3], f"1 to {MOST_LOOKS} data-lock points, each once, in rising order")
    return points


def _end_of(number: int) -> str:
    return end_of_quarter(number).isoformat()


def _listed(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _unfit(key, value, "a list of data-lock points")
    return value


def _point(world: str, value: Any) -> str:
    if world == "spontaneous":
        return _quarter("looks", value)
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise _unfit("looks", value, "days, as 2026-06-30 (world cohort)") from error


def _quarter(key: str, value: Any) -> str:
    if not isinstance(value, str) or not QUARTER.fullmatch(value):
        raise _unfit(key, value, "quarters, as 2026Q1; the days of a cohort are listed")
    return value


KEYS_OF = {
    "expected": "a comparator (spontaneous), or a baseline with its citation (cohort)",
    "looks": "either every, from and to, or listed",
}
SHARE = _number(0, LARGEST_ALPHA, f"above 0 and at most {LARGEST_ALPHA}")
POSITIVE = _number(0, 1e9, "a number above 0")
STEPS = {"quarter": 1, "half_year": 2, "year": 4}
SCHEDULE: dict[str, Reader] = {"every": _one_of(*STEPS), "from": _quarter, "to": _quarter}
BASELINES: dict[str, dict[str, Reader]] = {
    "per_100_person_years": {"per_100_person_years": POSITIVE, "citation": _text},
    "cumulative_incidence": {
        "cumulative_incidence": _number(0, 0.999999, "above 0 and below 1"),
        "by_days": _whole(1, 40_000),
        "citation": _text,
    },
    "baseline_events": {"baseline_events": _whole(1, 10**9), "baseline_person_years": POSITIVE, "citation": _text},
}
KEYS: dict[str, Reader] = {
    "id": _id,
    "title": _text,
    "world": _one_of(*WORLDS),
    "product": _text,
    "endpoint": _nested({"id": _text, "scope": _one_of(*SCOPES), "version": _text}, {"id", "scope"}),
    "design": _nested({"id": _text, "parameters": _parameters}, {"id"}),
    "expected": _keys,
    "alpha": SHARE,
    "family": _nested({"id": _id, "alpha": SHARE}, {"id", "alpha"}),
    "maximum_length": POSITIVE,
    "minimum_events": _whole(1, 10**6),
    "looks": _keys,
    "owner": _id,
    "due_days": _nested({name: _whole(1, 3_650) for name in data_file("review.yaml")["due_days"]}, set()),
    "amends": _id,
}
REQUIRED = set(KEYS) - {"minimum_events", "due_days", "amends"}
