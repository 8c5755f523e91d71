"""Lots of the report: every lot of the bags of an index infusion, each patient once for each."""

import importlib.util
from pathlib import Path

from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse
from pipeline.report.studyfacts import read_study_tables

SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)


def infusion(name, lots, *, number=1, is_index=True):
    return {"subject_id": name, "infusion_number": number, "lots": lots, "is_index": is_index}


def test_lots_of_two_bags_both_count_and_those_of_further_infusions_do_not(tmp_path):
    patients = [
        studycohort.patient(name, contact="2024-01-01", is_in_specification=inside)
        for name, inside in (("a", True), ("b", False), ("c", True), ("d", True))
    ]
    infusions = [
        infusion("a", ["l1", "l2"]),
        infusion("a", ["l4"], number=2, is_index=False),
        infusion("b", ["l2", "l3"]),
        infusion("c", ["l4"]),
        infusion("d", None),
    ]
    tables = studycohort.tables(subject=patients, infusion=infusions)
    with Warehouse(Settings(lake=str(tmp_path), threads=1)) as warehouse:
        for name, rows in tables.items():
            warehouse.register(name, rows)
        rows = read_study_tables(warehouse, ["lot"])["lot"].to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("l2", "tisagenlecleucel", 2, 1, 1),
        ("l3", "tisagenlecleucel", 1, 0, 1),
    ]
