"""Cases of the followed cohort are marked in a lake of both worlds, as of any data-lock point, and change no number."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.config import Settings
from pipeline.contract.owncohort import STUDY_SAFETY_REPORT
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.study import STUDY_SUBJECT
from pipeline.errors import LakeConflict
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.snapshot import mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.cases import resolve_cases
from pipeline.steps.looksnapshot import described
from pipeline.steps.owncohort import mark_own_cohort, marked_cells, marking_files
from pipeline.steps.reproduce import pinned
from pipeline.steps.signals import compute_signals
from pipeline.steps.status import lake_status

DUPLICATES = Path(__file__).resolve().parents[2] / "docs" / "duplicates.md"
DLP, PRODUCT = "2023Q4", "tisagenlecleucel"
NUMBERED = """
SELECT c.case_id, min(v.manufacturer_number) AS manufacturer_number
FROM exposed_case AS x
JOIN case_current AS c ON c.case_id = x.case_id AND c.kept_case_id IS NULL
JOIN report_version AS v ON v.case_id = c.case_id AND v.quarter = c.quarter AND v.report_id = c.report_id
WHERE x.product = $product AND v.manufacturer_number IS NOT NULL
GROUP BY c.case_id
ORDER BY c.case_id
LIMIT 3
"""


@pytest.fixture
def lake(counted, tmp_path):
    """A lake with signals, which the test may write to."""
    return shutil.copytree(counted, tmp_path / "lake")


@pytest.fixture(scope="module")
def numbered(counted):
    """Three counted cases of the product with their manufacturers' numbers."""
    held = Lake(counted)
    with Warehouse(Settings(lake=str(counted), threads=1)) as warehouse:
        mount_core(held, warehouse, DLP)
        mount_mart(held, warehouse, DLP, "case_current", "exposed_case")
        found = dict(warehouse.rows(NUMBERED, {"product": PRODUCT}))
    assert len(set(found.values())) == 3
    return found


def extract(lake, cutoff, numbers, run="a", study="ltfu", tables=("study_safety_report", "study_subject")):
    """What an ingest leaves of the study: a patient for each number, and the safety reports under them."""
    rows = {
        "study_safety_report": [
            {"subject_id": f"{place:024x}", "safety_report_number": 1, "pt": "Sepsis", "safety_report_id": number}
            for place, number in enumerate(numbers)
        ],
        "study_subject": [{"subject_id": f"{place:024x}"} for place in range(len(numbers))],
    }
    import pyarrow as pa

    partition = {"study_id": study, "as_of": cutoff}
    for name in tables:
        table = STUDY_SUBJECT if name == "study_subject" else STUDY_SAFETY_REPORT
        path = lake / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows[name], arrow_schema(table, stored=True)), path)
        Lake(lake).commit(name, partition, path, Run("registry", run * 16, "0"), len(rows[name]))


def marked(lake):
    """case → cut-off of the extract that names it, as of the data-lock point."""
    rows = [
        row
        for file in Lake(lake).files("own_cohort_case", {"as_of": DLP})
        for row in pq.ParquetFile(file.path).read().to_pylist()
    ]
    return {row["case_id"]: row["study_as_of"] for row in rows}


def resolved(lake):
    return resolve_cases(Settings(lake=str(lake), threads=1), DLP)


def bytes_of(lake, *names):
    """The files of these tables with their content."""
    return {
        file.path.relative_to(lake).as_posix(): file.path.read_bytes()
        for name in names
        for file in Lake(lake).files(name)
    }


def test_the_newest_extract_by_the_data_lock_point_marks_in_whatever_order_it_was_loaded(lake, numbered, tmp_path):
    (first, older), (second, newest), (_, later) = numbered.items()
    loads = [("2023-06-30", [older]), ("2023-12-31", [newest.lower()]), ("2024-01-01", [later])]
    other = shutil.copytree(lake, tmp_path / "other")
    for each in loads:
        extract(lake, *each)
    for each in reversed(loads):
        extract(other, *each)
        resolved(other)
    told = resolved(lake).warnings
    assert marked(lake) == marked(other) == {second: "2023-12-31"}
    assert bytes_of(lake, "own_cohort_case") == bytes_of(other, "own_cohort_case")
    (sentence,) = [text for text in told if text.startswith("Own cohort:")]
    assert sentence == (
        "Own cohort: the extract of ltfu as of 2023-12-31 names 1 safety reports, and 1 of them name a current case; 1 cases "
        "are marked, 1 of them counted."
    )
    assert first not in marked(lake)


def test_marks_change_no_case_no_signal_and_no_run_id_and_are_told_by_product(lake, numbered, counted):
    settings = Settings(lake=str(lake), threads=1)
    before = bytes_of(lake, "case_current", "waterfall", "signal", "pair_count", "exposed_case")
    without = compute_signals(settings, DLP)
    assert "own_cohort" not in without.details
    assert not Lake(lake).files("own_cohort_case")
    extract(lake, "2023-12-31", [*numbered.values(), str(min(numbered)), "AB-12"])
    done = compute_signals(settings, DLP)
    assert done.run_id == without.run_id
    assert bytes_of(lake, "case_current", "waterfall", "signal", "pair_count", "exposed_case") == before
    told = {row["product"]: row for row in done.details["own_cohort"]}
    counts = done.counts["cases_by_product"]
    assert told[PRODUCT]["n_own_cohort"] == told["any_car_t"]["n_own_cohort"] == 3
    assert told[PRODUCT]["n_cases"] == counts[PRODUCT]
    sentence = (
        "Own cohort: 3 current cases as of 2023Q4 are of patients who are also followed in a study; they stay in every count, "
        "and confirm nothing that the study finds."
    )
    assert sentence in done.warnings
    asked = {"product": PRODUCT, "event": "crs", "scope": "narrow"}
    query = re.search(r"```sql\n(SELECT p\.as_of.+?)```", DUPLICATES.read_text(encoding="utf-8"), re.DOTALL)[1]
    with Warehouse(settings) as warehouse:
        n_own = marked_cells(Lake(lake), warehouse, DLP, asked)
        mount_mart(Lake(lake), warehouse, DLP, "signal")
        cells = warehouse.rows(
            f"SELECT s.a, w.a_without_own_cohort FROM signal AS s LEFT JOIN ({query}) AS w USING (product, event, scope) "
            "WHERE s.product = $product AND s.event = $event AND s.scope = $scope AND s.comparator = 'all'",
            asked,
        )
        assert marked_cells(Lake(lake), warehouse, "2023Q1", asked) is None
    assert cells[0][0] - (cells[0][1] or 0) == n_own > 0
    status = lake_status(settings).counts
    assert status["own_cohort"] == [sentence]
    assert [row["safety_reports"] for row in status["studies"]] == [5]


def test_marks_are_left_alone_where_nothing_changed_and_go_where_the_numbers_go(lake, numbered):
    extract(lake, "2023-12-31", numbered.values())
    resolved(lake)
    held = Lake(lake).version("own_cohort_case")
    resolved(lake)
    assert Lake(lake).version("own_cohort_case") == held
    extract(lake, "2024-03-31", [], run="b")
    resolved(lake)
    assert Lake(lake).version("own_cohort_case") == held
    extract(lake, "2023-12-31", [], run="c")
    assert not [text for text in resolved(lake).warnings if text.startswith("Own cohort")]
    assert marked(lake) == {}
    assert "own_cohort" not in lake_status(Settings(lake=str(lake))).counts


def test_what_was_made_before_numbers_came_is_made_again_without_them(lake, numbered):
    settings = Settings(lake=str(lake), threads=1)
    files = marking_files(Lake(lake), DLP)
    kept = {name: described(Lake(lake), name, held) for name, held in files.items()}
    extract(lake, "2023-12-31", numbered.values())
    then = replace(settings, table_versions=pinned(json.loads(json.dumps(kept))))
    assert mark_own_cohort(then, open_lake(then), DLP, "a" * 16) == []
    assert set(marked(lake)) == set()
    with pytest.raises(LakeConflict, match="study_subject is read as of version"):
        open_lake(then).commit("study_subject", {}, lake / "none.parquet", Run("registry", "b" * 16, "0"), 0)
    assert len(resolved(lake).warnings) > 0
    assert set(marked(lake)) == set(numbered)


def test_an_extract_that_was_interrupted_is_not_there_yet_and_one_that_was_half_replaced_is_refused(lake, numbered):
    first, second, _ = numbered.values()
    extract(lake, "2023-09-30", [first])
    extract(lake, "2023-12-31", [second], tables=["study_safety_report"])
    resolved(lake)
    assert set(marked(lake).values()) == {"2023-09-30"}
    extract(lake, "2023-12-31", [second], run="b", tables=["study_subject"])
    with pytest.raises(LakeConflict, match="ltfu as of 2023-12-31 was interrupted"):
        resolved(lake)


def test_nothing_of_a_patient_is_told_with_the_marks(lake, numbered):
    extract(lake, "2023-12-31", numbered.values())
    report = resolved(lake)
    told = report.as_json() + repr(
        [
            pq.ParquetFile(file.path).read().to_pylist()
            for name in ("own_cohort_case", "run")
            for file in Lake(lake).files(name)
        ]
    )
    assert "own cohort" in told
    assert not [text for text in (f"{0:024x}", f"{1:024x}", "Sepsis", *numbered.values()) if text in told]
