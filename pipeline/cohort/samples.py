"""Whether the samples of the follow-up after gene transfer were taken, and what they showed."""

import numpy as np

from pipeline.cohort.accrual import part
from pipeline.cohort.columns import Flags, Tables, flags, numbers, places, since_infusion, texts
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section
from pipeline.study.followed import Array, Counts

VECTOR, LENTIVIRUS = "vector_persistence", "replication_competent_lentivirus"


def sample_rows(tables: Tables, people: Patients) -> list[Row]:
    """Vector persistence against its schedule and threshold, and tests for replication-competent lentivirus.

    Due: those alive as far as known, of whom by the data-lock point a first test was due; leaving the study leaves it due.
    """
    table = tables["study_sample"]
    place = places(people.ids, table)
    day = since_infusion(table, "sample_date", place, people.infusion)
    used = (place >= 0) & (day >= 0)
    kind, share = texts(table, "kind"), numbers(table, "result_percent")
    is_positive, has_result = flags(table, "is_positive")
    vector, lentivirus = used & (kind == VECTOR), used & (kind == LENTIVIRUS)
    high = vector & (share >= parameters()["vector_positive_percent"])
    return [
        _vector_due(people, place[vector], day[vector]),
        _some(people, "vector_above_threshold", VECTOR, place[high], place[vector & ~np.isnan(share)]),
        _first_year(people, place[lentivirus], day[lentivirus]),
        _some(
            people, "lentivirus_positive", LENTIVIRUS, place[lentivirus & is_positive], place[lentivirus & has_result]
        ),
    ]


def _vector_due(people: Patients, place: Counts, day: Array) -> Row:
    """Tested within the interval of the schedule that the patient is in."""
    schedule = parameters().content["samples"][VECTOR]
    early = people.potential <= schedule["until_years"] * YEAR_DAYS
    months = np.where(early, schedule["every_months"], schedule["then_every_months"])
    interval = months * YEAR_DAYS / 12.0
    due = ~people.is_dead & (people.potential >= schedule["first_months"] * YEAR_DAYS / 12.0)
    recent = day >= (people.potential - interval)[place]
    return _row("vector_persistence_due", VECTOR, due & _marked(people, place[recent]), due)


def _first_year(people: Patients, place: Counts, day: Array) -> Row:
    """Tested in the first year, of those followed through it."""
    due = people.exit >= np.floor(YEAR_DAYS)
    return _row("lentivirus_tested", LENTIVIRUS, due & _marked(people, place[day <= YEAR_DAYS]), due)


def _some(people: Patients, estimand: str, kind: str, had: Counts, asked: Counts) -> Row:
    tested = _marked(people, asked)
    found = tested & _marked(people, had)
    return _row(estimand, kind, found, tested, is_flagged=bool(found.any()))


def _row(estimand: str, kind: str, had: Flags, asked: Flags, **said: object) -> Row:
    nobody = "Nobody was due, or no sample has a result."
    return part(Section.SAMPLES, estimand, int(had.sum()), int(asked.sum()), nobody, event=kind, **said)


def _marked(people: Patients, place: Counts) -> Flags:
    held = np.zeros(len(people), dtype=bool)
    held[place] = True
    return held
