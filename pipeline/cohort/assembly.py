"""The whole follow-up study: from its tables as of a cut-off to every estimate and every curve."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import NamedTuple

import pyarrow as pa

from pipeline.cohort.accrual import accrual_rows, cause_rows, completeness_rows, form_lag_rows
from pipeline.cohort.adjudication import adjudication_rows
from pipeline.cohort.benefit import benefit_rows, crs_rows, effect_rows, graded_share_rows
from pipeline.cohort.columns import Tables
from pipeline.cohort.curves import Told, joined
from pipeline.cohort.events import Events, events_by_endpoint, left_out_rows
from pipeline.cohort.firstevents import First, first_event_parts, first_events
from pipeline.cohort.intervalcensored import interval_censored_rows
from pipeline.cohort.malignancies import malignancies_of
from pipeline.cohort.missingdata import missing_rows
from pipeline.cohort.missingratio import missing_ratio_rows
from pipeline.cohort.occurrence import occurrence_rows
from pipeline.cohort.onset import onset_rows
from pipeline.cohort.patients import Patients, by_indication, groups_of, infused_patients
from pipeline.cohort.prevalence import prevalence_rows
from pipeline.cohort.recurrence import recurrence_parts
from pipeline.cohort.reference import Reference
from pipeline.cohort.rows import Row, curve_table, estimate_table
from pipeline.cohort.samples import sample_rows
from pipeline.cohort.spells import told_events
from pipeline.cohort.standardised import standardised_rows
from pipeline.cohort.subgroups import subgroup_rows
from pipeline.cohort.survival import survival_parts
from pipeline.cohort.unasked import drawn, withheld
from pipeline.cohort.undated import undated_rows
from pipeline.cohort.visits import visit_rows


class StudyResults(NamedTuple):
    """Rows of study_estimate and of study_curve."""

    estimates: pa.Table
    curves: pa.Table


def study_results(
    tables: Tables,
    study_id: str,
    as_of: dt.date,
    reference: Reference | None = None,
    survivors: Reference | None = None,
    *,
    unasked: Collection[str] = (),
) -> StudyResults:
    """Every estimate of the study, completeness before all others; the same tables give the same rows in the same order.

    tables: PATIENT_TABLES by name, as of the cut-off as_of. unasked: those that no file of the extract fills; what rests on
    them is not told.
    """
    everyone = infused_patients(tables, as_of)
    people = everyone.only(everyone.exit > everyone.entry)
    owing = everyone.only(everyone.potential > everyone.entry)
    told = people.only(people.has_events)
    found, by_endpoint = malignancies_of(tables, people), events_by_endpoint(tables, told)
    asked = first_events(people, told, found, by_endpoint)
    curves = _curves(people, told, asked, by_endpoint)
    rows = [
        *accrual_rows(tables, everyone, people, as_of),
        *completeness_rows(owing),
        *form_lag_rows(tables),
        *left_out_rows(tables, told),
        *undated_rows(tables, people),
        *interval_censored_rows(tables, told),
        *visit_rows(tables, owing),
        *cause_rows(people),
        *occurrence_rows(told, by_endpoint),
        *_lasting(tables, told),
        *curves.rows,
        *missing_rows(asked),
        *missing_ratio_rows(people, found, reference),
        *subgroup_rows(tables, people, asked, by_endpoint["crs"]),
        *standardised_rows(people, found, reference, survivors),
        *_benefit(tables, people, told, by_endpoint, curves.rows),
        *adjudication_rows(found),
        *sample_rows(tables, people),
    ]
    named = study_id, as_of.isoformat()
    return StudyResults(
        estimate_table(*named, withheld(rows, unasked)), drawn(curve_table(*named, curves.curves), unasked)
    )


def _curves(people: Patients, told: Patients, asked: list[First], by_endpoint: dict[str, Events]) -> Told:
    """Survival, first events with death competing, and mean counts."""
    groups, told_groups = groups_of(people), groups_of(told)
    return joined(
        [
            survival_parts(people, groups),
            *(first_event_parts(one, by_indication(told_groups if one.people is told else groups)) for one in asked),
            recurrence_parts(told, by_endpoint, by_indication(told_groups)),
        ]
    )


def _lasting(tables: Tables, told: Patients) -> Iterator[Row]:
    """Who has a lasting condition on a day, and on which day first events begin."""
    groups = by_indication(groups_of(told))
    events, of = told_events(tables, told)
    yield from prevalence_rows(told, events, of, groups)
    yield from onset_rows(told, events, of, groups)


def _benefit(
    tables: Tables, people: Patients, told: Patients, by_endpoint: dict[str, Events], rows: list[Row]
) -> Iterator[Row]:
    """Responses, toxicity in the first month, and of 1,000 treated."""
    severe = list(graded_share_rows(told, by_endpoint))
    yield from benefit_rows(tables, people, by_indication(groups_of(people)))
    yield from crs_rows(tables, told, by_endpoint)
    yield from severe
    yield from effect_rows([*rows, *severe])
