"""Facts of a study report made by hand; each test says what its rows are about."""

import pyarrow as pa

from pipeline.contract.renderings import arrow_schema
from pipeline.contract.studyresult import STUDY_CURVE, STUDY_ESTIMATE
from pipeline.report.studyfacts import StudyFacts

DLP = "2026-06-30"
TYPES = {
    "characteristic": ("characteristic", "level", "population", "n_patients:n"),
    "malignancy": (
        *("subject_id", "malignancy_number:n", "indication", "product", "centre_id", "pt", "diagnosis_date"),
        *("days_since_infusion:n", "histology_code", "site", "origin", "is_sample_sent:t", "sample_date"),
        *("transgene_result", "transgene_method", "vector_copy_number:r", "integration_site"),
        *("is_clone_before_infusion:t", "decision", "decision_reason", "decision_date", "n_adjudicators:n"),
        "reported_date",
    ),
    "chase": (
        *("centre_id", "subject_id", "malignancy_number:n", "pt", "origin", "diagnosis_date", "is_sample_sent:t"),
        *("sample_date", "transgene_result", "decision", "reported_date"),
    ),
    "sample": (
        *("kind", "subject_id", "centre_id", "n_samples:n", "first_date", "last_date", "last_days_since_infusion:n"),
        *("highest_percent:r", "last_percent:r"),
    ),
    "lot": ("lot", "product", "n_patients:n", "n_in_specification:n", "n_out_of_specification:n"),
    "extract_record": ("domain", "file", "n_read:n", "n_kept:n", "n_rejected:n", "n_kept_in_part:n"),
    "rejected_reason": ("domain", "column", "reason", "n_reasons:n", "n_records:n"),
}
ARROW = {"n": pa.int64(), "r": pa.float64(), "t": pa.bool_(), "": pa.string()}


def estimate(analysis, estimand, value=None, **more):
    """One row of study_estimate; told where it has a value, else with the reason given."""
    told = {
        "estimate": value,
        "is_told": value is not None,
        "is_flagged": False,
        "is_small": False,
        "population": "all",
    }
    fixed = {"study_id": "demo", "as_of": DLP, "analysis": analysis, "estimand": estimand, "unit": "share"}
    return dict.fromkeys(STUDY_ESTIMATE.names) | fixed | {"estimand_text": "In words.", "method": "count"} | told | more


def density(event, window, n_events, years, value, low, high, **more):
    """First events per 100 person-years with exact bounds."""
    counts = {"n_patients": 100, "n_events": n_events, "person_years": years, "low": low, "high": high}
    said = {"event": event, "window": window, "unit": "per 100 person-years", "measure": "incidence_density"}
    return estimate("incidence", "first_event", value, **counts, **said, **({"method": "garwood"} | more))


def step(analysis, estimand, at, value, n_at_risk=50, **more):
    """One step of a curve."""
    fixed = {"study_id": "demo", "as_of": DLP, "analysis": analysis, "estimand": estimand, "population": "all"}
    told = {"at_years": at, "estimate": value, "low": value * 0.9, "high": min(1.0, value * 1.1)}
    return dict.fromkeys(STUDY_CURVE.names) | fixed | told | {"n_at_risk": n_at_risk, "unit": "share"} | more


def table(name, rows):
    """Rows of one query of the report as a table with all its columns; what a row does not say is null."""
    fields = [(part.partition(":")[0], ARROW[part.partition(":")[2]]) for part in TYPES[name]]
    return pa.Table.from_pylist([dict.fromkeys(TYPES[name]) | row for row in rows], pa.schema(fields))


def facts(estimates=(), curves=(), *, is_public=False, extract=None, caveats=(), **rows):
    """A study as its report tells it."""
    tables = {
        "estimate": pa.Table.from_pylist(list(estimates), arrow_schema(STUDY_ESTIMATE)),
        "curve": pa.Table.from_pylist(list(curves), arrow_schema(STUDY_CURVE)),
    }
    tables |= {name: table(name, rows.get(name, [])) for name in TYPES}
    return StudyFacts("demo", DLP, "run1", "0.1.0+abc", "voc1", is_public, tables, caveats, extract or {})
