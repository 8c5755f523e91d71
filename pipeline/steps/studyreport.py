"""The interim report of the follow-up study as of a cut-off: a page, CSV files and a workbook."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.cohort.parameters import parameters
from pipeline.config import Settings, code_version
from pipeline.contract.registry import REGISTRY_TABLES
from pipeline.contract.study import PATIENT_TABLES
from pipeline.contract.studyresult import STUDY_RESULTS
from pipeline.errors import LakeConflict, NothingThere
from pipeline.lake.delta import Lake, open_lake
from pipeline.lake.snapshot import content_hash
from pipeline.lake.warehouse import Warehouse
from pipeline.report.studyexports import write_study_csv_files, write_study_workbook
from pipeline.report.studyfacts import StudyFacts, read_study_tables
from pipeline.report.studypage import study_page
from pipeline.report.studypublic import public_copy
from pipeline.steps.export import FORMATS, file_hashes, refuse_other_formats, write_formats, write_page
from pipeline.steps.heldstudy import older_than_records
from pipeline.steps.looksnapshot import described
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run, recorded
from pipeline.steps.study import Asked, asked_of, study_inputs
from pipeline.steps.studycopies import Counter, counter
from pipeline.steps.studygate import broken_rules
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.strata import age_intervals

READ = (*REGISTRY_TABLES, *PATIENT_TABLES, *STUDY_RESULTS)


def write_study_report(
    settings: Settings,
    as_of: str | None = None,
    *,
    study_id: str | None = None,
    public: bool = False,
    formats: Sequence[str] = FORMATS,
    out: Path,
    progress: Progress = silent,
) -> StepReport:
    """Write the study's report into out from the estimates that the lake holds; each file is built beside and swapped in.

    as_of: a cut-off held, by default the newest. study_id: by default the only one. public: small counts hidden and no
    patient listed; by default the regulator's copy, whole. The same lake, code and cut-off give the same bytes.
    A public copy is held against those handed out before. NothingThere where the study has no estimates as of then;
    LakeConflict where they were made from other data, or where another public copy is being handed out.
    """
    watch, lake = Stopwatch(), open_lake(settings)
    refuse_other_formats(formats)
    asked = asked_of(lake, study_id, as_of)
    behind = _run_behind(lake, asked)
    progress(f"{asked.study_id} {asked.as_of} reading the lake")
    with counter(settings, lake, asked.partition, behind) if public else contextlib.nullcontext() as at:
        guarded = [at.guarded()] if at else []
        facts = read_study_facts(settings, asked, behind, at)
    told = content_hash([file for table in READ for file in lake.files(table.name, asked.partition)])
    chosen = asked.partition | {"formats": sorted(formats), "public": public}
    report = StepReport("study report", run_id("study report", told, chosen | {"behind": behind}), asked.as_of)
    report.inputs = [lake.uri(table.name) for table in READ]
    report.warnings = [*facts.caveats, *guarded]
    report.outputs = [str(path) for path in _write(facts, formats, out, progress)]
    report.counts = {"study_run_id": behind, "rows": {name: table.num_rows for name, table in facts.tables.items()}}
    report.counts["files"] = file_hashes([Path(path) for path in report.outputs])
    tables = {table.name: described(lake, table.name, lake.files(table.name, asked.partition)) for table in READ}
    record_run(settings, report, chosen | {"vocabulary_version": vocabulary_version(), "tables": tables})
    report.seconds = watch.seconds()
    return report


def read_study_facts(settings: Settings, asked: Asked, behind: str, at: Counter | None = None) -> StudyFacts:
    """Everything the report says, from the lake; behind: run id of the estimates. at: where a public copy is handed out."""
    lake = open_lake(settings)
    with Warehouse(settings) as warehouse:
        for table in READ:
            warehouse.show_files(table, lake.files(table.name, asked.partition))
        warehouse.register("study_age", _ages())
        least = [parameters()["vector_positive_percent"]]
        warehouse.register("study_threshold", pa.table({"vector_positive_percent": least}))
        tables = read_study_tables(warehouse)
    if at is not None:
        copy = public_copy(tables, at.before(), at.before("characteristic"))
        at.remember(copy.told)
        tables = copy.tables
    versions = (code_version(), vocabulary_version())
    caveats = (*older_than_records(lake, asked.partition), *_caveats(lake, behind))
    extract = _ingested(lake, asked)
    return StudyFacts(asked.study_id, asked.as_of, behind, *versions, at is not None, tables, caveats, extract)


def _run_behind(lake: Lake, asked: Asked) -> str:
    """The one run that made estimates and curves from the patients that the lake holds now."""
    named = f"--study {asked.study_id} --as-of {asked.as_of}"
    files = [file for table in STUDY_RESULTS for file in lake.files(table.name, asked.partition)]
    runs = {file.run_id for file in files}
    if not runs:
        raise NothingThere(
            f"Study {asked.study_id} has no estimates as of {asked.as_of}: run 'cartwatch study run {named}' first."
        )
    if len(runs) > 1 or len(files) < len(STUDY_RESULTS):
        raise LakeConflict(
            f"The estimates of {asked.study_id} as of {asked.as_of} were interrupted while they were replaced: run "
            f"'cartwatch study run {named}' again."
        )
    behind = runs.pop()
    if recorded(lake, behind).get("inputs") != study_inputs(lake, asked):
        raise LakeConflict(
            f"The patients of {asked.study_id} as of {asked.as_of} were ingested again after the estimates were made: "
            f"run 'cartwatch study run {named}' again."
        )
    return behind


def _caveats(lake: Lake, behind: str) -> tuple[str, ...]:
    """What a reader must know of the run behind the numbers."""
    made = recorded(lake, behind).get("code_version")
    if made == code_version():
        return ()
    return (f"The estimates were made by code version {made}, this report by {code_version()}.",)


def _ingested(lake: Lake, asked: Asked) -> dict[str, Any]:
    """Mapping, fingerprint of the key and broken rules of the ingest that the patients come from."""
    run = next(file.run_id for file in lake.files("study_subject", asked.partition))
    found = recorded(lake, run)
    said = {name: found.get("parameters", {}).get(name) for name in ("mapping", "mapping_version", "key_fingerprint")}
    return {name: value for name, value in said.items() if value} | {"gate": broken_rules(lake, asked.partition, run)}


def _ages() -> pa.Table:
    """The age bands of the vocabulary, as intervals."""
    rows = [
        {"from_years": one.from_years, "below_years": one.below_years, "age_band": one.age_band}
        for one in age_intervals()
    ]
    columns = [("from_years", pa.float64()), ("below_years", pa.float64()), ("age_band", pa.string())]
    return pa.Table.from_pylist(rows, pa.schema(columns))


def _write(facts: StudyFacts, formats: Sequence[str], out: Path, progress: Progress) -> list[Path]:
    """The files asked for."""
    makers = {
        "html": lambda path: write_page(study_page(facts), path),
        "csv": lambda path: write_study_csv_files(facts, path),
        "xlsx": lambda path: write_study_workbook(facts, path),
    }
    return write_formats(
        facts.name, makers, formats, out, lambda doing: progress(f"{facts.study_id} {facts.as_of} {doing}")
    )
