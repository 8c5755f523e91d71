"""Cases of the followed cohort among the current cases, marked as of a data-lock point; nothing else of the study is read."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pipeline.cases.owncohort import number_keys, write_own_cohort
from pipeline.config import Settings, code_version
from pipeline.contract.owncohort import OWN_COHORT_CASE, STUDY_SAFETY_REPORT
from pipeline.contract.quarter import end_of_quarter, quarter_number
from pipeline.errors import LakeConflict
from pipeline.lake.delta import Lake, Run, StoredFile
from pipeline.lake.snapshot import content_hash, mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse, model
from pipeline.steps.ownmarks import marked_files, own_cohort_told
from pipeline.steps.result import StepReport, run_id
from pipeline.steps.runs import record_run

STEP = "own cohort"
Row = dict[str, Any]


def mark_own_cohort(settings: Settings, lake: Lake, dlp: str, resolution: str) -> list[str]:
    """Make own_cohort_case of a data-lock point current; returns what must be said, nothing where no number is told.

    resolution: run id of the cases as of then. A lake without a number has no such table, and nothing is read. Left alone
    where cases, numbers and code are unchanged. LakeConflict where an extract was interrupted while it was replaced.
    """
    files, held = safety_report_files(lake, dlp), marked_files(lake, dlp)
    if not any(file.n_rows for file in (*files, *held)):
        return []
    own_id = run_id(STEP, [resolution, content_hash(files)], {"as_of": dlp})
    if {file.run_id for file in held} == {own_id}:
        return own_cohort_told(lake, dlp)
    report = StepReport(STEP, own_id, dlp, content_hash(files), [lake.uri(OWN_COHORT_CASE.name)])
    with lake.staging(f"own-cohort-{dlp}") as folder, Warehouse(settings) as warehouse:
        mount_core(lake, warehouse, dlp)
        mount_mart(lake, warehouse, dlp, "case_current")
        warehouse.show_files(STUDY_SAFETY_REPORT, files)
        path = folder / f"{OWN_COHORT_CASE.name}.parquet"
        marks, n_rows = write_own_cohort(warehouse, dlp, path, partial(number_keys, settings))
        lake.commit(OWN_COHORT_CASE.name, {"as_of": dlp}, path, Run(STEP, own_id, code_version()), n_rows)
        report.counts = {"studies": [mark._asdict() for mark in marks]}
        record_run(settings, report, {"as_of": dlp})
    return [mark.sentence for mark in marks]


def safety_report_files(lake: Lake, dlp: str) -> list[StoredFile]:
    """Of each study the newest extract with a cut-off on or before the last day of the data-lock point.

    One whose ingest was broken off before its patients were written is not there yet; LakeConflict where it was broken off
    while an earlier ingest of it was replaced.
    """
    last = end_of_quarter(quarter_number(dlp)).isoformat()
    patients = {_place(file): file.run_id for file in lake.files("study_subject")}
    newest: dict[str, StoredFile] = {}
    for file in lake.files(STUDY_SAFETY_REPORT.name):
        study_id, cutoff = _place(file)
        if cutoff <= last and _place(file) in patients and newest.get(study_id, file).partition["as_of"] <= cutoff:
            newest[study_id] = file
    for (study_id, cutoff), file in ((_place(file), file) for file in newest.values()):
        if patients[study_id, cutoff] != file.run_id:
            raise LakeConflict(
                f"{study_id} as of {cutoff} was interrupted while its tables were replaced: ingest it again."
            )
    return [newest[study_id] for study_id in sorted(newest)]


def marking_files(lake: Lake, dlp: str) -> dict[str, list[StoredFile]]:
    """By table, the files of the studies that the marks as of then rest on; no file where no number is told."""
    files = safety_report_files(lake, dlp)
    own = {_place(file) for file in files}
    patients = [file for file in lake.files("study_subject") if _place(file) in own]
    return {STUDY_SAFETY_REPORT.name: files, "study_subject": patients}


def marked_by_product(lake: Lake, warehouse: Warehouse, dlp: str) -> list[Row]:
    """Counted cases of each product, and how many of them are of the own cohort; empty where none is marked.

    Needs the lake's exposed_case and case_current as of then.
    """
    files = marked_files(lake, dlp)
    if not any(file.n_rows for file in files):
        return []
    mount_mart(lake, warehouse, dlp, "exposed_case", "case_current")
    warehouse.show_files(OWN_COHORT_CASE, files)
    found: list[Row] = warehouse.arrow(model("owncohort/marked_product")).to_pylist()
    return found


def marked_cells(lake: Lake, warehouse: Warehouse, dlp: str, asked: Mapping[str, object]) -> int | None:
    """Cases of the own cohort in the cell a of a product, endpoint and scope; None where no case is marked at all.

    asked: product, event, scope. Needs the lake's product_event_case as of then.
    """
    files = marked_files(lake, dlp)
    if not any(file.n_rows for file in files):
        return None
    mount_mart(lake, warehouse, dlp, "product_event_case")
    warehouse.show_files(OWN_COHORT_CASE, files)
    return int(str(warehouse.rows(model("owncohort/marked_cell"), asked)[0][0]))


def _place(file: StoredFile) -> tuple[str, str]:
    return file.partition["study_id"], file.partition["as_of"]
