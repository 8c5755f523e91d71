"""Laws of a whole study, whatever its patients: it never fails, says a number or a reason, and does not depend on order."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cohort.assembly import study_results
from pipeline.cohort.reference import Reference
from pipeline.cohort.suppression import public_results

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)
DLP = studycohort.DLP
START = dt.date(2018, 1, 1)
pytestmark = pytest.mark.slow

days = st.integers(0, 3_000)
people = st.lists(
    st.fixed_dictionaries(
        {
            "infused": st.integers(0, 2_500),
            "last": st.integers(0, 2_500),
            "late": st.sampled_from([0, 0, 0, 5, 60, 400]),
            "is_dead": st.booleans(),
            "sex": st.sampled_from(["F", "M", None]),
            "age": st.sampled_from([0.5, 9.0, 40.0, 66.0, 90.0, None]),
            "indication": st.sampled_from(["b_all", "lbcl", "unknown"]),
            "track": st.sampled_from(["fifteen_years", "standard", "hundred_days", "none", "unknown"]),
            "events": st.lists(st.tuples(days, st.sampled_from(["crs", "infection", "late_neuro"])), max_size=3),
            "responses": st.lists(st.tuples(days, st.sampled_from(["complete_remission", "relapse", "no_response"]))),
            "treatments": st.lists(st.tuples(days, st.sampled_from(["transplant", "gene_therapy", "tocilizumab"]))),
            "cancers": st.lists(st.tuples(days, st.sampled_from(["breast", "b_cell_lymphoma"])), max_size=2),
        }
    ),
    max_size=14,
)


def cohort(drawn):
    """Tables of the patients drawn; whatever lies after the cut-off is not yet known."""
    rows = {name: [] for name in ("subject", "event", "response", "treatment", "malignancy", "visit")}
    for at, one in enumerate(drawn):
        name = f"p{at:02d}"
        infused = START + dt.timedelta(days=one["infused"])
        end = min(infused + dt.timedelta(days=one["last"]), DLP)
        enrolled = min(infused + dt.timedelta(days=one["late"]), end)
        patient = studycohort.patient(
            name,
            infused=infused.isoformat(),
            contact=end.isoformat(),
            death=end.isoformat() if one["is_dead"] else None,
            enrolment_date=enrolled.isoformat(),
            reporting_track=one["track"],
        )
        told = {"sex_code": one["sex"], "age_years": one["age"], "indication": one["indication"]}
        rows["subject"].append(patient | told)
        rows["visit"].append({"subject_id": name, "visit_date": end})
        for kind, column, date in (("response", "response", "assessment_date"), ("treatment", "kind", "start_date")):
            rows[kind] += [
                {"subject_id": name, column: what, date: infused + dt.timedelta(days=day)}
                for day, what in one[f"{kind}s"]
            ]
        rows["event"] += [
            studycohort.event(name, what, (infused + dt.timedelta(days=day)).isoformat(), [what], day % 5, "ctcae_v5")
            for day, what in one["events"]
        ]
        rows["malignancy"] += [
            {
                "subject_id": name,
                "diagnosis_date": infused + dt.timedelta(days=day),
                "site": site,
                "decision": "second_primary",
            }
            for day, site in one["cancers"]
        ]
    return studycohort.tables(**rows)


def reference():
    level = np.full((2, 2, 2, 20), 0.002)
    return Reference(
        ("b_cell_lymphoma", "breast"), np.array([0.0, 50.0, 131.0]), np.arange(2015.0, 2036.0), level, "seer", "x"
    )


def shuffled(tables, seed):
    """Rows of one patient stay in their order: their numbers say it."""
    chance = np.random.default_rng(seed)
    found = {}
    for name, table in tables.items():
        order = chance.permutation(table.num_rows)
        ids = np.array(table["subject_id"].to_pylist(), dtype=object)[order]
        found[name] = table.take(pa.array(order[np.argsort(ids, kind="stable")]))
    return found


@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(people, st.integers(0, 100))
def test_any_cohort_has_its_rows_in_any_order(drawn, seed):
    tables = cohort(drawn)
    found = study_results(tables, "demo", DLP, reference(), reference())
    for one in found.estimates.to_pylist():
        assert one["is_told"] == (one["estimate"] is not None) == (one["reason"] is None), one
        for side, sign in (("low", 1), ("high", -1)):
            if one[side] is not None and one["estimate"] is not None:
                assert sign * one[side] <= sign * one["estimate"] + 1e-9, one
        if one["measure"] == "share" and one["estimate"] is not None:
            assert -1e-12 <= one["estimate"] <= 1 + 1e-12, one
    by_window = [
        one for one in found.estimates.to_pylist() if one["estimand"] == "all_events" and one["method"] == "garwood"
    ]
    for name in ("n_events", "person_years"):
        parts = sum(one[name] for one in by_window if one["window"] and one["population"] == "all")
        whole = sum(one[name] for one in by_window if not one["window"] and one["population"] == "all")
        assert parts == pytest.approx(whole)
    again = study_results(shuffled(tables, seed), "demo", DLP, reference(), reference())
    assert again.estimates.equals(found.estimates)
    assert again.curves.equals(found.curves)
    public = public_results(*found)
    for one in public[0].to_pylist():
        assert all(one[name] is None or not 0 < one[name] < 5 for name in ("n_patients", "n_events")), one
