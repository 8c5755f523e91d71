"""What cannot be placed in time: malignancies and treatments that are not known to the day."""

import numpy as np

from pipeline.cohort.accrual import count
from pipeline.cohort.columns import Tables, days, places
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section

DATED = {
    "undated_malignancies": ("malignancy", "study_malignancy", "diagnosis_date"),
    "undated_treatments": ("treatment", "study_treatment", "start_date"),
}


def undated_rows(tables: Tables, people: Patients) -> list[Row]:
    """How many malignancies and treatments of the patients followed are in no count for want of their day; flagged where any."""
    return [_row(tables, people, estimand, *named) for estimand, named in DATED.items()]


def _row(tables: Tables, people: Patients, estimand: str, unit: str, name: str, date: str) -> Row:
    table = tables[name]
    n = int(np.sum((places(people.ids, table) >= 0) & np.isnan(days(table, date))))
    return count(Section.COMPLETENESS, estimand, n, unit, is_flagged=n > 0)
