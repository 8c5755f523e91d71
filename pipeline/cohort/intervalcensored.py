"""Events known to lie between two days: told by the month or the year alone, as forms between visits do."""

import numpy as np

from pipeline.cohort.accrual import count
from pipeline.cohort.columns import Flags, Places, Tables
from pipeline.cohort.events import told_endpoints
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section
from pipeline.cohort.spells import told_events


def interval_censored_rows(tables: Tables, people: Patients) -> list[Row]:
    """Of each endpoint the events of which only an interval is known, and the patients counted as free of it for that alone.

    people: those whose centre reports adverse events. An interval that ends before the infusion or begins after the follow-up
    is left out.
    """
    told, held = told_events(tables, people)
    is_dated = ~np.isnan(told.start)
    may_lie = ~is_dated & (told.start_latest >= 0) & (told.start_earliest <= people.exit[told.place])
    return [_row(name, told.place, held[name] & may_lie, held[name] & is_dated) for name in told_endpoints()]


def _row(name: str, place: Places, undated: Flags, dated: Flags) -> Row:
    n, free = int(undated.sum()), set(place[undated]) - set(place[dated])
    said: Row = {"event": name, "n_patients": len(free), "is_flagged": n > 0}
    return count(Section.COMPLETENESS, "interval_censored_events", n, "event", **said)
