"""What the extract has no file of is not told: that nothing was reported does not mean that there was none."""

from collections.abc import Collection, Iterable

import pyarrow as pa

from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import Row, Section, is_small

REASON = "The extract has no file that tells of it: none reported is not none."
NUMBERS = ("n_events", "n_left_out", "expected", "estimate", "low", "high", "p")
OF_SECTION = {
    Section.VISITS: "study_visit",
    Section.INCIDENCE: "study_event",
    Section.PREVALENCE: "study_event",
    Section.ONSET: "study_event",
    Section.STANDARDISED: "study_malignancy",
    Section.ADJUDICATION: "study_malignancy",
    Section.SAMPLES: "study_sample",
}
OF_ESTIMAND = {
    "undated_events": "study_event",
    "events_outside": "study_event",
    "undated_malignancies": "study_malignancy",
    "interval_censored_events": "study_event",
    "ratio_lost_without_event": "study_malignancy",
    "ratio_tipping_events": "study_malignancy",
    "ratio_tipping_multiple": "study_malignancy",
    "undated_treatments": "study_treatment",
    "treated_for_crs": "study_treatment",
    "intensive_care": "study_treatment",
    "transplant_competes": "study_treatment",
    "transplant_censors": "study_treatment",
    "relapse_free_survival_censored": "study_treatment",
    "event_free_survival_censored": "study_treatment",
}
OF_SUBGROUP = {
    "bridging": "study_treatment",
    "lymphodepletion": "study_treatment",
    "dose": "study_infusion",
    "crs_grade": "study_event",
}
OF_EVENT = {
    "crs": "study_event",
    "icans": "study_event",
    "complete_remission": "study_response",
    "relapse": "study_response",
    "non_relapse_mortality": "study_response",
    "relapse_or_death": "study_response",
    "failure_or_death": "study_response",
    "event_free_survival": "study_response",
}
WITHOUT_EVENTS = ("background_ratio", "uncovered")
"""Rows of the ratios that tell of the references and of the time alone."""


def withheld(rows: Iterable[Row], unasked: Collection[str]) -> list[Row]:
    """The rows, those that rest on a table in `unasked` without their numbers and with the reason why.

    unasked: names of the tables of patients that no file of the extract fills.
    """
    return [_without_numbers(one) if needed(one) & {*unasked} else one for one in rows]


def drawn(curves: pa.Table, unasked: Collection[str]) -> pa.Table:
    """The curves but for those that rest on a table in `unasked`."""
    if not unasked:
        return curves
    said = curves.select(["analysis", "estimand", "event"]).to_pylist()
    return curves.filter(pa.array([not needed(one) & {*unasked} for one in said], pa.bool_()))


def needed(one: Row) -> set[str]:
    """The tables of patients without which a row or step of a curve would say none where nobody was asked."""
    if one["estimand"] in WITHOUT_EVENTS:
        return set()
    event = str(one.get("event"))
    tables = {
        OF_SECTION.get(one["analysis"]),
        OF_ESTIMAND.get(one["estimand"]),
        OF_EVENT.get(event),
        OF_SUBGROUP.get(str(one["population"]).partition("=")[0]) if one["analysis"] == Section.SUBGROUPS else None,
        "study_malignancy" if event.startswith("second_malignancy") else None,
        "study_event" if event in parameters().listed("late_events") else None,
        "study_event" if one["estimand"] == "treated_for_crs" else None,
    }
    return {name for name in tables if name is not None}


def _without_numbers(one: Row) -> Row:
    made = one | dict.fromkeys(NUMBERS) | {"is_told": False, "is_flagged": False, "reason": REASON}
    return made | {"is_small": is_small(made)}
