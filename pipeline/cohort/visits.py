"""Whether the visits that were due were made inside their windows."""

from collections.abc import Iterator

import numpy as np

from pipeline.cohort.accrual import part
from pipeline.cohort.columns import Tables, places, since_infusion
from pipeline.cohort.parameters import Visit, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section
from pipeline.study.followed import Array, Counts


def visit_rows(tables: Tables, people: Patients) -> list[Row]:
    """One row for each visit of the schedule, and one for all of them together: visits made of visits due.

    A visit is due from whoever was enrolled before its window opened, alive when it closed, and had it close by the
    data-lock point; withdrawal and loss leave it due.
    """
    visit = tables["study_visit"]
    place = places(people.ids, visit)
    since = since_infusion(visit, "visit_date", place, people.infusion)
    known = (place >= 0) & ~np.isnan(since)
    found = [_due_and_made(people, one, place[known], since[known]) for one in parameters().visits]
    return list(_told(found))


def _due_and_made(people: Patients, visit: Visit, place: Counts, since: Array) -> tuple[int, int]:
    opens, closes = visit.day - visit.before, visit.day + visit.after
    due = (people.entry < opens) & (people.potential >= closes) & ~(people.is_dead & (people.exit < closes))
    came = np.zeros(len(people), dtype=bool)
    came[place[(since >= opens) & (since <= closes)]] = True
    return int(due.sum()), int((due & came).sum())


def _told(found: list[tuple[int, int]]) -> Iterator[Row]:
    nobody = "No visit of that kind was due by the data-lock point."
    for visit, (due, made) in zip(parameters().visits, found, strict=True):
        yield part(Section.VISITS, "visit_made", made, due, nobody, event=visit.id)
    due, made = (sum(side) for side in zip(*found, strict=True))
    yield part(Section.VISITS, "visit_made", made, due, nobody) | {"n_patients": None}
