"""Small and generated cohorts as the study's tables, for tests."""

import datetime as dt

import numpy as np
import pyarrow as pa

from pipeline.contract.renderings import arrow_schema
from pipeline.contract.study import PATIENT_TABLES

DLP = dt.date(2026, 6, 30)
EPOCH = dt.date(1970, 1, 1)


def tables(**rows):
    """PATIENT_TABLES by name from lists of rows; what a row does not say is null, and numbers are given by place."""
    found = {}
    for table in PATIENT_TABLES:
        given = rows.get(table.name.removeprefix("study_"), [])
        number = next((name for name in table.key if name.endswith("_number")), None)
        whole = [
            {"study_id": "demo", "as_of": DLP.isoformat(), number or "study_id": i + 1 if number else "demo"} | row
            for i, row in enumerate(given)
        ]
        found[table.name] = pa.Table.from_pylist(whole, arrow_schema(table)).sort_by("subject_id")
    return found


def patient(name, infused="2020-01-01", contact=None, death=None, **more):
    """One patient: enrolled and infused on a day, seen until another."""
    day = dt.date.fromisoformat
    told = {
        "subject_id": name,
        "centre_id": "C01",
        "country_code": "US",
        "sex_code": "F",
        "age_years": 40.0,
        "indication": "lbcl",
        "product": "tisagenlecleucel",
        "reporting_track": "fifteen_years",
        "infusion_date": day(infused),
        "enrolment_date": day(infused),
        "consent_date": day(infused),
        "last_contact_date": day(contact or death or infused),
        "death_date": day(death) if death else None,
        "death_cause": "index_disease" if death else None,
        "is_in_specification": True,
    }
    return told | {key: day(value) if key.endswith("_date") and value else value for key, value in more.items()}


def event(name, pt, day, endpoints=(), grade=None, scale=None):
    """One adverse event."""
    start = dt.date.fromisoformat(day) if day else None
    return {
        "subject_id": name,
        "pt": pt,
        "endpoints": list(endpoints),
        "start_date": start,
        "grade": grade,
        "scale": scale,
        "start_precision": "day" if start else "month",
    }


def drawn(n, seed=1, years=8.0, death=0.15, loss=0.05):
    """A generated cohort with constant hazards per year, as tables; columns are made whole, so that 25,000 are quick."""
    chance = np.random.default_rng(seed)
    infused = (DLP - EPOCH).days - np.ceil(chance.uniform(30, years * 365.25, n))
    potential = (DLP - EPOCH).days - infused
    die, lose = (np.floor(chance.exponential(365.25 / each, n)) + 1 for each in (death, loss))
    stop = np.minimum(np.minimum(die, lose), np.minimum(potential, 5478))
    dead = (die <= lose) & (die <= np.minimum(potential, 5478))
    ids = np.array([f"{i:016x}" for i in range(n)])
    subject = {
        "subject_id": ids,
        "centre_id": np.char.add("C", chance.integers(1, 30, n).astype(str)),
        "country_code": np.full(n, "US"),
        "sex_code": np.where(chance.random(n) < 0.45, "F", "M"),
        "age_years": np.round(chance.uniform(3, 85, n), 1),
        "indication": chance.choice(["b_all", "lbcl", "fl"], n, p=[0.35, 0.5, 0.15]),
        "product": np.full(n, "tisagenlecleucel"),
        "reporting_track": np.full(n, "fifteen_years"),
        "enrolment_date": _dates(infused),
        "consent_date": _dates(infused),
        "infusion_date": _dates(infused),
        "last_contact_date": _dates(infused + stop),
        "death_date": _dates(np.where(dead, infused + stop, np.nan)),
        "death_cause": pa.array(np.where(dead, "index_disease", None), pa.string()),
        "is_in_specification": np.full(n, True),
    }
    events = [
        _events(chance, ids, infused, stop, *each)
        for each in (
            ("Cytokine release syndrome", "crs", 30.0, 12.0),
            ("Sepsis", "infection", 900.0, 5479.0),
            ("Neutropenia", "cytopenia", 600.0, 400.0),
            ("Parkinsonism", "late_neuro", 20000.0, 5479.0),
        )
    ]
    event_rows = {
        name: np.concatenate([one[name] for one in events]) for name in ("subject_id", "pt", "day", "endpoint")
    }
    some = event_rows["day"].size
    day = event_rows.pop("day")
    listed = pa.ListArray.from_arrays(np.arange(some + 1), pa.array(event_rows.pop("endpoint")))
    event_rows |= {
        "event_number": np.arange(1, some + 1),
        "start_date": _dates(day),
        "endpoints": listed,
        "grade": chance.integers(1, 5, some),
        "scale": np.full(some, "ctcae_v5"),
        "reported_date": _dates(day + 20),
        "start_precision": np.full(some, "day"),
    }
    response_day = infused + 28
    responded = stop >= 28
    responses = {
        "subject_id": ids[responded],
        "assessment_number": np.ones(responded.sum(), dtype=np.int64),
        "response": np.where(chance.random(responded.sum()) < 0.7, "complete_remission", "no_response"),
        "assessment_date": _dates(response_day[responded]),
    }
    relapse = np.floor(chance.exponential(1200, n)) + 40
    relapsed = relapse <= stop
    again = {
        "subject_id": ids[relapsed],
        "assessment_number": np.full(relapsed.sum(), 2),
        "response": np.full(relapsed.sum(), "relapse"),
        "assessment_date": _dates((infused + relapse)[relapsed]),
    }
    tumour = np.floor(chance.exponential(365.25 / 0.01, n)) + 1
    had = tumour <= stop
    malignancies = {
        "subject_id": ids[had],
        "malignancy_number": np.ones(had.sum(), dtype=np.int64),
        "pt": np.full(had.sum(), "Breast cancer"),
        "diagnosis_date": _dates((infused + tumour)[had]),
        "site": chance.choice(["breast", "lung", "colorectum"], had.sum()),
        "origin": np.full(had.sum(), "solid"),
        "decision": np.full(had.sum(), "second_primary"),
        "transgene_result": np.full(had.sum(), "not_tested"),
        "is_sample_sent": np.full(had.sum(), False),
    }
    moved = np.floor(chance.exponential(3000, n)) + 60
    did = moved <= stop
    treatments = {
        "subject_id": ids[did],
        "treatment_number": np.ones(did.sum(), dtype=np.int64),
        "kind": np.full(did.sum(), "transplant"),
        "start_date": _dates((infused + moved)[did]),
    }
    visits = _visits(ids, infused, stop)
    return {
        "study_subject": _table("study_subject", subject),
        "study_event": _table("study_event", event_rows),
        "study_response": pa.concat_tables([_table("study_response", responses), _table("study_response", again)]),
        "study_malignancy": _table("study_malignancy", malignancies),
        "study_treatment": _table("study_treatment", treatments),
        "study_visit": _table("study_visit", visits),
        "study_infusion": _table("study_infusion", {}),
        "study_sample": _table("study_sample", {}),
    }


def _visits(ids, infused, stop):
    due = np.array([100, 183, *(round(365.25 * year) for year in range(1, 16))])
    place, at = np.nonzero(due[None, :] <= stop[:, None])
    return {
        "subject_id": ids[place],
        "visit_number": at + 1,
        "visit_date": _dates(infused[place] + due[at]),
        "reported_date": _dates(infused[place] + due[at] + 30),
    }


def _events(chance, ids, infused, stop, pt, endpoint, mean_gap, last):
    day = np.floor(chance.exponential(mean_gap, ids.size))
    found = []
    while True:
        held = day <= np.minimum(stop, last)
        if not held.any():
            break
        found.append((ids[held], (infused + day)[held]))
        day = np.where(held, day + np.floor(chance.exponential(mean_gap, ids.size)) + 1, np.inf)
    names, days = (np.concatenate(side) for side in zip(*found, strict=True))
    return {"subject_id": names, "pt": np.full(days.size, pt), "day": days, "endpoint": np.full(days.size, endpoint)}


def _dates(day):
    return pa.array(np.asarray(day, dtype=np.float64), from_pandas=True).cast(pa.int32()).cast(pa.date32())


def _table(name, columns):
    table = next(one for one in PATIENT_TABLES if one.name == name)
    schema = arrow_schema(table)
    n = len(next(iter(columns.values()))) if columns else 0
    constant = {"study_id": "demo", "as_of": DLP.isoformat()}
    made = []
    for field in schema:
        if field.name in constant:
            made.append(pa.array([constant[field.name]] * n, field.type))
        elif field.name in columns:
            made.append(pa.array(columns[field.name]).cast(field.type))
        else:
            made.append(pa.nulls(n, field.type))
    return pa.table(made, schema=schema)
