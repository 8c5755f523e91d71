"""`python -m benchmarks.study`: the whole follow-up study of up to 25,000 patients over 15 years, and how its time grows.

Cohorts are drawn with constant hazards; each size runs in a process of its own, and so does each estimator, on arrays of up
to 160,000 patients. Slopes are of processor time on a log-log scale, so that what else runs does not bend them, and with one thread
for products of matrices: from some size on there are two, and one that waits for the other counts as work. Merged into
benchmarks/results.json under "study"; exit code 1 where the largest cohort or a slope is over its bound.
"""

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.__main__ import RECORD, machine
from benchmarks.measure import run
from pipeline.config import code_version
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.study import PATIENT_TABLES

SIZES = (3_125, 6_250, 12_500, 25_000)
ARRAYS = (20_000, 40_000, 80_000, 160_000)
ESTIMATORS = (
    *("kaplan_meier", "aalen_johansen_aalen", "aalen_johansen_jackknife", "log_rank", "gray"),
    *("cox", "fine_gray", "mean_count", "lexis", "loss_parts", "loss_weighted"),
)
BOUNDS = {"seconds": 60.0, "slope": 1.1}
DLP = dt.date(2035, 6, 30)
EPOCH = dt.date(1970, 1, 1)
YEAR = 365.25
LAST = 5478
EVENTS = (
    ("Cytokine release syndrome", "crs", 40.0, 30.0, "crs_astct_2019"),
    ("Sepsis", "infection", 700.0, LAST, "ctcae_v5"),
    ("Neutropenia", "cytopenia", 400.0, 730.0, "ctcae_v5"),
    ("Hypogammaglobulinaemia", "b_cell_aplasia", 2_000.0, LAST, "ctcae_v5"),
    ("Parkinsonism", "late_neuro", 40_000.0, LAST, "ctcae_v5"),
)
Columns = dict[str, Any]


def main() -> None:
    """Measure every size, merge the record; exit code 1 where a figure is over its bound."""
    parser = argparse.ArgumentParser(prog="benchmarks.study", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    sizes = [measured(patients, asked.rounds) for patients in SIZES]
    slopes = {"whole_study": slope(SIZES, [size["cpu_seconds"] for size in sizes])}
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in ESTIMATORS:
        times = run("-m", "benchmarks.study", "--", name).said
        slopes[name] = slope(ARRAYS, [times[str(size)] for size in ARRAYS])
    found = {"machine": machine(), "code_version": code_version(), "bounds": BOUNDS, "sizes": sizes, "slopes": slopes}
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    record["study"] = found
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    over = [name for name, steep in slopes.items() if steep > BOUNDS["slope"]]
    over += ["seconds"] * (sizes[-1]["seconds"] > BOUNDS["seconds"])
    if over:
        raise SystemExit(f"over its bound: {', '.join(over)}")


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """By which power of the size the time grows."""
    return round(float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]), 3)


def one_estimator(name: str) -> dict[str, float]:
    """Processor seconds of one estimator for each size of array, the least of three rounds, times tied to the day."""
    return {str(size): _seconds(name, size) for size in ARRAYS}


def _seconds(name: str, size: int) -> float:
    work = _work(name, size)
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return round(min(found), 5)


def _work(name: str, size: int) -> Callable[[], object]:
    """The estimator on a cohort of that size, ready to be called."""
    from pipeline.study.comparison import gray, log_rank
    from pipeline.study.competing import cumulative_incidence
    from pipeline.study.followed import Followed, followed, risk_table
    from pipeline.study.meancount import mean_count
    from pipeline.study.persontime import lexis
    from pipeline.study.regression import cox, fine_gray
    from pipeline.study.survival import kaplan_meier
    from pipeline.study.tipping import loss_parts
    from pipeline.study.weighted import loss_coefficients, loss_weighted_incidence, shares_kept

    chance = np.random.default_rng(1)
    days = np.minimum(np.floor(chance.exponential(2_500, size)), LAST)
    persons = followed(days, chance.integers(0, 3, size))
    halves = [Followed._make(side[at::2] for side in persons) for at in (0, 1)]
    x = np.stack([chance.normal(size=size), chance.integers(0, 2, size).astype(float)], axis=1)
    place = chance.integers(0, size, 2 * size)
    event = np.floor(chance.random(2 * size) * (days[place] + 1))
    age = np.stack([chance.uniform(0, 30_000, size), np.full(size, 17_000.0)], axis=1)
    lost, kinds = persons.cause == 0, chance.integers(0, 2, (size, 4)).astype(float)
    cuts = [np.arange(0, 36_525, 1_826.25), np.arange(17_000.0, 23_000.0, 365.0)]
    return {
        "kaplan_meier": lambda: kaplan_meier(risk_table(persons)),
        "aalen_johansen_aalen": lambda: cumulative_incidence(persons, 1),
        "aalen_johansen_jackknife": lambda: cumulative_incidence(persons, 1, "jackknife"),
        "log_rank": lambda: log_rank(halves),
        "gray": lambda: gray(halves, 1),
        "cox": lambda: cox(persons, x),
        "fine_gray": lambda: fine_gray(persons, x),
        "mean_count": lambda: mean_count(persons, place, event, [365.0, 1_826.0, 3_652.0]),
        "loss_parts": lambda: loss_parts(persons, lost, 1),
        "loss_weighted": lambda: loss_weighted_incidence(
            persons, shares_kept(persons, lost, kinds, loss_coefficients(persons, lost, kinds)), 1
        ),
        "lexis": lambda: lexis(np.full(size, -1.0), days, age, cuts),
    }[name]


def measured(patients: int, rounds: int) -> dict[str, float]:
    """The quickest of some rounds: what the work needs when nothing else runs."""
    found = [run("-m", "benchmarks.study", "--", str(patients)) for _ in range(rounds)]
    best = min(found, key=lambda one: one.said["seconds"])
    return best.said | {"peak_mib": round(max(one.peak_mib for one in found))}


def one_size(patients: int) -> dict[str, float]:
    """Seconds for all estimates and curves of one cohort against two references, drawing it apart."""
    from pipeline.cohort.assembly import study_results
    from pipeline.cohort.reference import Reference

    tables = drawn(patients)
    level = np.full((3, 2, 18, 30), 0.001)
    ages = np.array([*range(0, 90, 5), 131], dtype=np.float64)
    one = Reference(("breast", "lung", "t_cell"), ages, np.arange(2010.0, 2041.0), level, "seer", "drawn")
    start, worked = time.perf_counter(), time.process_time()
    results = study_results(tables, "bench", DLP, one, one)
    seconds = round(time.perf_counter() - start, 2)
    cpu_seconds = round(time.process_time() - worked, 2)
    rows = {"rows": results.estimates.num_rows, "curve_points": results.curves.num_rows}
    return {
        "patients": patients,
        "events": tables["study_event"].num_rows,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
    } | rows


def drawn(patients: int, seed: int = 1) -> dict[str, pa.Table]:
    """A cohort infused over fifteen years and followed until the cut-off, as the study's tables."""
    chance = np.random.default_rng(seed)
    infused = (DLP - EPOCH).days - np.ceil(chance.uniform(30, 15 * YEAR, patients))
    potential = np.minimum((DLP - EPOCH).days - infused, LAST)
    die, lose = (np.floor(chance.exponential(YEAR / each, patients)) + 1 for each in (0.12, 0.03))
    stop = np.minimum(np.minimum(die, lose), potential)
    is_dead = (die <= lose) & (die <= potential)
    ids = np.array([f"{at:016x}" for at in range(patients)])
    relapse, cancer, moved = (np.floor(chance.exponential(mean, patients)) + 40 for mean in (1_500, 36_000, 4_000))
    return {
        "study_subject": _table("study_subject", _subjects(chance, ids, infused, stop, is_dead)),
        "study_infusion": _table("study_infusion", {}),
        "study_event": _table("study_event", _events(chance, ids, infused, stop)),
        "study_visit": _table("study_visit", _visits(ids, infused, stop)),
        "study_treatment": _table("study_treatment", _one_each(ids, infused, moved, stop, kind="transplant")),
        "study_response": pa.concat_tables(
            [
                _table("study_response", _one_each(ids, infused, at, stop, response=found))
                for at, found in ((np.full(patients, 28.0), "complete_remission"), (relapse, "relapse"))
            ]
        ),
        "study_malignancy": _table("study_malignancy", _cancers(chance, ids, infused, cancer, stop)),
        "study_sample": _table("study_sample", {}),
    }


def _subjects(chance: np.random.Generator, ids: Any, infused: Any, stop: Any, is_dead: Any) -> Columns:
    n = ids.size
    day = _dates(infused)
    return {
        "subject_id": ids,
        "centre_id": np.char.add("C", chance.integers(1, 60, n).astype(str)),
        "sex_code": np.where(chance.random(n) < 0.45, "F", "M"),
        "age_years": np.round(chance.uniform(3, 85, n), 2),
        "indication": chance.choice(["b_all", "lbcl", "fl"], n, p=[0.35, 0.5, 0.15]),
        "reporting_track": np.full(n, "fifteen_years"),
        "enrolment_date": day,
        "consent_date": day,
        "infusion_date": day,
        "last_contact_date": _dates(infused + stop),
        "death_date": _dates(np.where(is_dead, infused + stop, np.nan)),
    }


def _events(chance: np.random.Generator, ids: Any, infused: Any, stop: Any) -> Columns:
    """Events of each endpoint one after the other, with constant hazards, until follow-up or the endpoint's window ends."""
    names: list[Any] = []
    for pt, endpoint, gap, last, scale in EVENTS:
        day = np.floor(chance.exponential(gap, ids.size))
        while (held := day <= np.minimum(stop, last)).any():
            names.append((ids[held], (infused + day)[held], pt, endpoint, scale))
            day = np.where(held, day + 1 + np.floor(chance.exponential(gap, ids.size)), np.inf)
    sizes = [one[0].size for one in names]
    pts, endpoints, scales = (np.repeat([one[at] for one in names], sizes) for at in (2, 3, 4))
    n = sum(sizes)
    return {
        "subject_id": np.concatenate([one[0] for one in names]),
        "event_number": np.arange(1, n + 1),
        "pt": pts,
        "endpoints": pa.ListArray.from_arrays(pa.array(np.arange(n + 1), pa.int32()), pa.array(endpoints)),
        "start_date": _dates(np.concatenate([one[1] for one in names])),
        "grade": chance.integers(1, 5, n),
        "scale": scales,
    }


def _visits(ids: Any, infused: Any, stop: Any) -> Columns:
    due = np.array([100, 183, *(round(YEAR * year) for year in range(1, 15))])
    place, at = np.nonzero(due[None, :] <= stop[:, None])
    return {"subject_id": ids[place], "visit_number": at + 1, "visit_date": _dates(infused[place] + due[at])}


def _cancers(chance: np.random.Generator, ids: Any, infused: Any, day: Any, stop: Any) -> Columns:
    found = _one_each(ids, infused, day, stop, decision="second_primary")
    n = len(found["subject_id"])
    found["diagnosis_date"] = found["start_date"]
    return found | {"site": chance.choice(["breast", "lung"], n), "origin": np.full(n, "solid")}


def _one_each(ids: Any, infused: Any, day: Any, stop: Any, **said: str) -> Columns:
    """One row for each patient whose day comes before the follow-up ends."""
    had = day <= stop
    n = int(had.sum())
    dates = dict.fromkeys(("start_date", "assessment_date"), _dates((infused + day)[had]))
    return {"subject_id": ids[had]} | dates | {name: np.full(n, value) for name, value in said.items()}


def _dates(day: Any) -> pa.Array:
    return pa.array(np.asarray(day, dtype=np.float64), from_pandas=True).cast(pa.int32()).cast(pa.date32())


def _table(name: str, columns: Columns) -> pa.Table:
    schema = arrow_schema(next(one for one in PATIENT_TABLES if one.name == name))
    n = len(next(iter(columns.values()))) if columns else 0
    made = [
        pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(n, field.type)
        for field in schema
    ]
    return pa.table(made, schema=schema)


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--":
        asked = sys.argv[2]
        print(json.dumps(one_size(int(asked)) if asked.isdigit() else one_estimator(asked)))
    else:
        main()
