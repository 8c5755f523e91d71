"""Samples to look at: those found, and beside them what the latest of all samples showed."""

import datetime as dt
import importlib.util
from pathlib import Path

import pyarrow as pa

from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse
from pipeline.report.studyfacts import read_study_tables

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)


def sample(number, day, percent):
    return {
        "subject_id": "a",
        "sample_number": number,
        "kind": "vector_persistence",
        "sample_date": dt.date.fromisoformat(day),
        "result_percent": percent,
    }


def test_a_vector_that_is_no_longer_found_is_not_shown_as_found_last(tmp_path):
    held = [sample(1, "2020-07-01", 3.5), sample(2, "2021-07-01", 2.0), sample(3, "2022-07-01", 0.2)]
    held.append(sample(4, "2023-07-01", None))
    tables = studycohort.tables(subject=[studycohort.patient("a", contact="2024-01-01")], sample=held)
    with Warehouse(Settings(lake=str(tmp_path), threads=1)) as warehouse:
        for name, rows in tables.items():
            warehouse.register(name, rows)
        warehouse.register("study_threshold", pa.table({"vector_positive_percent": [1.0]}))
        (row,) = read_study_tables(warehouse, ["sample"])["sample"].to_pylist()
    assert (row["n_samples"], row["first_date"], row["last_date"]) == (2, dt.date(2020, 7, 1), dt.date(2021, 7, 1))
    assert (row["highest_percent"], row["last_percent"]) == (3.5, 0.2)
