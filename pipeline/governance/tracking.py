"""The signal tracking report's rows: what was new, ongoing and closed in an interval, as it stood at the interval's end.

Everything is read from the audit trail up to that day, so that the report of a past interval comes out the same for ever.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import Connection

from pipeline.errors import UsageError
from pipeline.governance.assessment import open_actions
from pipeline.governance.audit import GENESIS, events
from pipeline.governance.canonical import restored
from pipeline.governance.planstanding import Standing, plans_standing
from pipeline.governance.signals import Signal, signal_of_row
from pipeline.governance.states import state
from pipeline.governance.store import Row

NEW, ONGOING, CLOSED = "new", "ongoing", "closed"
# The columns of each table with what they hold, in their order; columns 2 to 11 are those that the tabular summary of a PBRER has.
SIGNAL_COLUMNS = {
    "signal_id": "whole",
    "signal_term": "text",
    "date_detected": "day",
    "status": "text",
    "date_closed": "day",
    "source": "text",
    "reason_and_key_data": "text",
    "method_of_evaluation": "text",
    "action_taken_or_planned": "text",
    "state": "text",
    "decision_rationale": "text",
    "product": "text",
    "endpoint": "text",
    "scope": "text",
    "is_new_in_interval": "truth",
    "owner": "text",
    "strength": "text",
    "public_health_impact": "text",
    "causality": "text",
    "listedness": "text",
    "label_version": "text",
    "is_label_verified": "truth",
    "n_evidence": "whole",
    "n_not_independent": "whole",
    "days_to_validation": "whole",
    "days_of_assessment": "whole",
    "due_on": "day",
    "is_overdue": "truth",
    "n_open_actions": "whole",
    "signatures": "text",
    "evidence_hash": "text",
}
TIMELINESS_COLUMNS = {
    "step": "text",
    "n_done": "whole",
    "n_done_in_time": "whole",
    "median_days": "real",
    "longest_days": "whole",
    "n_open": "whole",
    "n_overdue": "whole",
}
ACTION_COLUMNS = {
    "signal_id": "whole",
    "signal_term": "text",
    "number": "whole",
    "action": "text",
    "owner": "text",
    "due_on": "day",
    "is_overdue": "truth",
}


@dataclass(frozen=True, slots=True)
class Tracking:
    """One interval, both days included. n_events, head_hash: the audit trail it rests on, up to its last day.

    signals: one row for each signal that was open in the interval; timeliness: one for each kind of step; actions: one
    for each action still open at its end. plans: those registered by its end, without those amended before it.
    """

    start: dt.date
    end: dt.date
    n_events: int
    head_hash: str
    signals: list[Row]
    timeliness: list[Row]
    actions: list[Row]
    plans: list[Standing]


@dataclass(slots=True)
class Course:
    """A signal up to the interval's end.

    opened_on: day of its first record. began_on: day from which the step that is due has run. now: as it stood at the end.
    steps: those finished, oldest first. signatures: who signed what and when, by decision.
    """

    opened_on: dt.date
    began_on: dt.date
    now: Signal
    steps: list[Row] = field(default_factory=list)
    signatures: dict[int, list[str]] = field(default_factory=dict)


def tracking(connection: Connection, start: dt.date, end: dt.date) -> Tracking:
    """The whole of the report; UsageError for an interval that runs backwards."""
    if end < start:
        raise UsageError(f"The interval {start} to {end} runs backwards: give the earlier day with --from.")
    trail = list(events(connection, until=(end + dt.timedelta(days=1)).isoformat()))
    courses = _courses(trail)
    told = [one for one in courses.values() if _status(one, start, end) is not None]
    return Tracking(
        start,
        end,
        len(trail),
        trail[-1]["hash"] if trail else GENESIS,
        [_row(one, start, end) for one in told],
        _timeliness(courses.values(), start, end),
        [row for one in courses.values() for row in _open_actions(one, end)],
        plans_standing(trail, start),
    )


def tracking_rows(connection: Connection, start: dt.date, end: dt.date) -> list[Row]:
    """One row for each signal that was new, ongoing or closed in the interval, by id; see Tracking."""
    return tracking(connection, start, end).signals


def _courses(trail: Iterable[Row]) -> dict[int, Course]:
    """Every signal's course, from the records alone."""
    courses: dict[int, Course] = {}
    for event in trail:
        if event["subject_kind"] == "signature":
            _take_signature(courses, restored(event["after"]))
        elif event["subject_kind"] == "signal":
            _take_signal(courses, event)
    return courses


def _take_signature(courses: Mapping[int, Course], row: Row) -> None:
    said = f"{row['name']} ({row['role']}), {row['meaning']}, {row['signed_at'][:10]}"
    courses[row["signal_id"]].signatures.setdefault(row["decision"], []).append(said)


def _take_signal(courses: dict[int, Course], event: Row) -> None:
    now, day = signal_of_row(restored(event["after"])), _day(event["at"])
    course = courses.get(now.id)
    if course is None:
        courses[now.id] = Course(day, dt.date.fromisoformat(now.content["detected_on"]), now)
        return
    old, new = state(course.now.state), state(now.state)
    if old != new and (old.is_closed or new.is_closed or new.clock != old.clock):
        if not old.is_closed:
            course.steps.append(_step(course, str(old.clock), day))
        course.began_on = day
    course.now = now


def _step(course: Course, name: str, day: dt.date) -> Row:
    """A step that was finished: how many days it took from when it began, and whether it was late."""
    due = dt.date.fromisoformat(course.now.content["due_on"])
    return {"step": name, "done_on": day, "days": (day - course.began_on).days, "is_late": day > due}


def _status(course: Course, start: dt.date, end: dt.date) -> str | None:
    """new, ongoing or closed in the interval; None for what was closed before it."""
    closed_on = course.now.content["closed_on"]
    if closed_on is not None:
        return CLOSED if dt.date.fromisoformat(closed_on) >= start else None
    return NEW if start <= course.opened_on <= end else ONGOING


def _row(course: Course, start: dt.date, end: dt.date) -> Row:
    now, content = course.now, course.now.content
    steps = {step["step"]: step for step in course.steps}
    return {
        "signal_id": now.id,
        "signal_term": content["title"],
        "product": content["product"],
        "endpoint": content["endpoint"],
        "scope": content["scope"],
        "date_detected": dt.date.fromisoformat(content["detected_on"]),
        "status": _status(course, start, end),
        "is_new_in_interval": start <= course.opened_on <= end,
        "date_closed": None if content["closed_on"] is None else dt.date.fromisoformat(content["closed_on"]),
        "source": content["source"],
        "reason_and_key_data": content["reason"],
        "method_of_evaluation": content["method"],
        "state": now.state,
        "decision_rationale": content["rationale"],
        "action_taken_or_planned": "; ".join(_action(one) for one in content["actions"]) or None,
        "owner": content["owner"],
        "strength": content["strength"],
        "public_health_impact": content["public_health_impact"],
        "causality": content["causality"],
        "listedness": content["listedness"]["answer"],
        "label_version": content["listedness"]["version"],
        "is_label_verified": content["listedness"]["is_verified"] if content["listedness"]["version"] else None,
        "n_evidence": len(now.evidence),
        "n_not_independent": sum(item["is_independent"] is False for item in now.evidence),
        "days_to_validation": steps["validation"]["days"] if "validation" in steps else None,
        "days_of_assessment": steps["assessment"]["days"] if "assessment" in steps else None,
        "due_on": None if content["due_on"] is None else dt.date.fromisoformat(content["due_on"]),
        "is_overdue": is_overdue(content["due_on"], end),
        "n_open_actions": len(open_actions(content)),
        "signatures": "; ".join(course.signatures.get(now.n_decisions, [])) or None,
        "evidence_hash": now.evidence_hash,
    }


def _timeliness(courses: Iterable[Course], start: dt.date, end: dt.date) -> list[Row]:
    """For each kind of step: done in the interval and how fast, and open at its end and how late."""
    held = list(courses)
    rows = []
    for name in ("validation", "assessment"):
        done = [step for one in held for step in one.steps if step["step"] == name and step["done_on"] >= start]
        waiting = [one.now for one in held if state(one.now.state).clock == name and not state(one.now.state).is_closed]
        rows.append(
            {
                "step": name,
                "n_done": len(done),
                "n_done_in_time": sum(not step["is_late"] for step in done),
                "median_days": median(step["days"] for step in done) if done else None,
                "longest_days": max((step["days"] for step in done), default=None),
                "n_open": len(waiting),
                "n_overdue": sum(is_overdue(one.content["due_on"], end) for one in waiting),
            }
        )
    return rows


def _open_actions(course: Course, end: dt.date) -> list[Row]:
    return [
        {
            "signal_id": course.now.id,
            "signal_term": course.now.content["title"],
            "number": action["number"],
            "action": action["text"],
            "owner": action["owner"],
            "due_on": None if action["due_on"] is None else dt.date.fromisoformat(action["due_on"]),
            "is_overdue": is_overdue(action["due_on"], end),
        }
        for action in open_actions(course.now.content)
    ]


def _action(action: Mapping[str, Any]) -> str:
    done = f"done {action['done_on']}" if action["done_on"] else f"due {action['due_on'] or 'not set'}"
    return f"{action['text']} ({done})"


def is_overdue(due_on: str | None, day: dt.date) -> bool:
    """Whether a step or action that was due on a day is late on another; what is due that very day is not."""
    return due_on is not None and dt.date.fromisoformat(due_on) < day


def _day(at: str) -> dt.date:
    return dt.date.fromisoformat(at[:10])
