"""Adverse events of the followed patients as arrays, one for each endpoint an event is of."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.cohort.accrual import count
from pipeline.cohort.columns import Flags, Tables, Texts, numbers, places, since_infusion, texts
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section
from pipeline.errors import UsageError
from pipeline.study.followed import Array, Counts
from pipeline.study.gradingscales import Grade, one_scale
from pipeline.vocabulary.endpoints import endpoints

NO_SCALE = "no scale"
SEVERE = 3
"""The grade from which an event is severe, on whichever scale."""
NOT_OF_REPORTS = ("death", "spm_tcell", "spm_myeloid", "spm_any")
"""Endpoints told otherwise here: deaths from their date, second malignancies from their adjudication."""


class Events(NamedTuple):
    """Events of one endpoint at risk, shape (events,), by patient and day.

    place: whose. day: since infusion. grade: NaN where none is given. scale: None where none is named.
    """

    place: Counts
    day: Array
    grade: Array
    scale: Texts

    def only(self, kept: Flags) -> "Events":
        """These events and no other."""
        return Events(self.place[kept], self.day[kept], self.grade[kept], self.scale[kept])


def events_by_endpoint(tables: Tables, people: Patients) -> dict[str, Events]:
    """Events known to the day of each endpoint, by its id, also where there is none.

    From the infusion to the end of follow-up, also before a patient was at risk: who had one then has no first one later.
    """
    table = tables["study_event"]
    every = _events(table, people)
    asked = {name: every.only(held) for name, held in is_of_endpoint(table).items() if name in told_endpoints()}
    return {name: _ordered(events.only(_followed(events, people))) for name, events in asked.items()}


def told_endpoints() -> list[str]:
    """Ids of the endpoints told by when their events began, in their order: all but those that are only a prevalence."""
    return [name for name in _endpoints() if name not in parameters().listed("only_prevalent")]


def is_of_endpoint(table: pa.Table) -> dict[str, Flags]:
    """Which rows of study_event are of each endpoint, by its id, also where none is: the vocabulary's, then study.yaml's."""
    held = dict(_of_endpoints(table))
    nothing = np.zeros(table.num_rows, dtype=bool)
    return {name: held.get(name, nothing) for name in _endpoints()}


def left_out_rows(tables: Tables, people: Patients) -> list[Row]:
    """How many events are in no count, and why."""
    every = _events(tables["study_event"], people)
    theirs = every.only(every.place >= 0)
    undated = np.isnan(theirs.day)
    outside = ~undated & ~(_followed(theirs, people) & is_at_risk(theirs, people))
    return [
        count(Section.COMPLETENESS, "undated_events", int(undated.sum()), "event", is_flagged=bool(undated.any())),
        count(Section.COMPLETENESS, "events_outside", int(outside.sum()), "event"),
    ]


def first_days(events: Events, n: int) -> Array:
    """Day of each patient's first event, infinite without one, shape (n,)."""
    first = np.full(n, np.inf)
    np.minimum.at(first, events.place, events.day)
    return first


def is_at_risk(events: Events, people: Patients) -> Flags:
    """Events that began after their patient came to be at risk: not before a late enrolment."""
    return np.asarray(events.day > np.append(people.entry, np.inf)[events.place], dtype=bool)


def distinct_days(events: Events) -> Events:
    """One event for each patient and day: those of one endpoint that begin together are one."""
    if not events.day.size:
        return events
    is_new = np.concatenate([[True], (np.diff(events.place) != 0) | (np.diff(events.day) != 0)])
    return events.only(is_new)


def scale_of(events: Events) -> tuple[str | None, str]:
    """The one scale that the events are graded on, and an empty reason; else the scales named, and why none can be counted.

    Without any event there is none of any grade: no scale, and no reason against a count of 0.
    """
    graded = events.only(~np.isnan(events.grade))
    named = sorted({NO_SCALE if scale is None else str(scale) for scale in graded.scale})
    if not named:
        return None, "No event has a grade." if events.day.size else ""
    if NO_SCALE in named:
        return ", ".join(named), "A grade names no scale: it cannot be pooled with any other."
    try:
        return one_scale(Grade(scale, None, "") for scale in named), ""
    except UsageError as refused:
        return ", ".join(named), str(refused)


def named_scales(events: Events) -> list[str]:
    """The scales that grades of these events name, by id."""
    return sorted({str(scale) for scale in events.scale[~np.isnan(events.grade)] if scale is not None})


def _events(table: pa.Table, people: Patients) -> Events:
    place = places(people.ids, table)
    since = since_infusion(table, "start_date", place, people.infusion)
    return Events(place, since, numbers(table, "grade"), texts(table, "scale"))


def _endpoints() -> list[str]:
    ours = [name for name, entry in parameters().content["other_events"].items() if isinstance(entry, list)]
    return [*(known.id for known in endpoints() if known.id not in NOT_OF_REPORTS), *ours]


def _of_endpoints(table: pa.Table) -> list[tuple[str, Flags]]:
    """Which events are of which endpoint."""
    listed = table["endpoints"].combine_chunks()
    parents = np.asarray(pc.list_parent_indices(listed).to_numpy(zero_copy_only=False), dtype=np.int64)
    names = np.asarray(pc.list_flatten(listed).to_numpy(zero_copy_only=False), dtype=object)
    found = [(name, _marked(parents[names == name], table.num_rows)) for name in sorted(set(names))]
    terms = np.asarray(pc.utf8_upper(pc.fill_null(table["pt"], "")).to_numpy(), dtype=object)
    other = {name: entry for name, entry in parameters().content["other_events"].items() if isinstance(entry, list)}
    return [*found, *((name, np.isin(terms, [pt.upper() for pt in listed])) for name, listed in other.items())]


def _marked(rows: Counts, n: int) -> Flags:
    held = np.zeros(n, dtype=bool)
    held[rows] = True
    return held


def _followed(events: Events, people: Patients) -> Flags:
    """Events that began between their patient's infusion and the end of the follow-up."""
    until = np.append(people.exit, -np.inf)[events.place]  # the place of nobody, -1
    return np.asarray((events.day >= 0) & (events.day <= until), dtype=bool)


def _ordered(events: Events) -> Events:
    return events.only(np.lexsort((events.day, events.place)))  # type: ignore[arg-type]
