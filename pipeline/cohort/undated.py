"""What cannot be placed in time: what befell a patient on a day that is not known."""

import numpy as np

from pipeline.cohort.accrual import count
from pipeline.cohort.columns import Tables, days, listing, places
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section

OF_PATIENTS = {
    "undated_deaths": "death",
    "undated_infusions": "infusion",
    "undated_withdrawals": "withdrawal",
    "undated_losses": "loss",
}
DATED = {
    "undated_malignancies": ("malignancy", "study_malignancy", "diagnosis_date"),
    "undated_treatments": ("treatment", "study_treatment", "start_date"),
}


def undated_rows(tables: Tables, people: Patients) -> list[Row]:
    """Counts of what is told without its day, flagged where there is any.

    Of infused patients the death and the end of their follow-up, of all others the infusion, and malignancies and treatments
    of the patients followed, which are in no count.
    """
    of_patients = [_of_patients(tables, estimand, what) for estimand, what in OF_PATIENTS.items()]
    return [*of_patients, *(_row(tables, people, estimand, *named) for estimand, named in DATED.items())]


def _of_patients(tables: Tables, estimand: str, what: str) -> Row:
    subject = tables["study_subject"]
    is_dated = ~np.isnan(days(subject, "infusion_date"))
    asked = ~is_dated if what == "infusion" else is_dated
    n = int(np.sum(asked & listing(subject, "undated", what)))
    return count(Section.COMPLETENESS, estimand, n, is_flagged=n > 0)


def _row(tables: Tables, people: Patients, estimand: str, unit: str, name: str, date: str) -> Row:
    table = tables[name]
    n = int(np.sum((places(people.ids, table) >= 0) & np.isnan(days(table, date))))
    return count(Section.COMPLETENESS, estimand, n, unit, is_flagged=n > 0)
