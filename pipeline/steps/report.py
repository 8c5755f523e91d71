"""The signal report of a data-lock point: a page, CSV files and a workbook."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipeline.cases.counts import count_exposures_and_events
from pipeline.cases.drift import find_term_drift
from pipeline.config import Settings, code_version
from pipeline.contract.onset import ONSET_TABLES
from pipeline.contract.owncohort import OWN_COHORT_CASE
from pipeline.contract.strata import STRATA_TABLES
from pipeline.contract.tables import table as declared
from pipeline.contract.trend import TREND_TABLES
from pipeline.lake.delta import Lake, StoredFile, open_lake
from pipeline.lake.snapshot import CORE, content_hash, files_as_of, mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.report.changes import refuse_disagreement
from pipeline.report.exports import write_csv_files, write_workbook
from pipeline.report.facts import ReportFacts, read_tables
from pipeline.report.page import html_page
from pipeline.steps.cases import caveats_of, resolution_id
from pipeline.steps.changes import changes_since, previous_point
from pipeline.steps.export import FORMATS, file_hashes, refuse_other_formats, write_formats, write_page
from pipeline.steps.looksnapshot import described
from pipeline.steps.onset import compute_onset
from pipeline.steps.owncohort import marking_files
from pipeline.steps.ownmarks import marked_files, own_cohort_told
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run
from pipeline.steps.signals import compute_signals
from pipeline.steps.terms import show_vocabulary, terms_used
from pipeline.steps.trend import compute_trend
from pipeline.vocabulary.choices import suspect_roles
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.products import product as product_of
from pipeline.vocabulary.products import products

MARTS = (
    *("case_current", "duplicate_pair", "waterfall", "drug_resolution", "prior", "signal", "masking"),
    *(table.name for table in STRATA_TABLES),
    *(table.name for table in ONSET_TABLES),
    *(table.name for table in TREND_TABLES),
)
LEDGER = ("source_file", "rejected", "quarantine", "gate_result")


def write_report(
    settings: Settings,
    as_of: str | None = None,
    *,
    product: str | None = None,
    formats: Sequence[str] = FORMATS,
    out: Path,
    progress: Progress = silent,
) -> StepReport:
    """Write the report into out, computing the signals first where they are not current.

    product: only that product; by default all. Each file is built beside and swapped in whole. The same lake,
    code and data-lock point give the same bytes. UsageError for an unknown product or format.
    """
    watch = Stopwatch()
    refuse_other_formats(formats)
    about = product_of(product).id if product else None
    computed = compute_signals(settings, as_of, progress=progress)
    compute_onset(settings, computed.as_of, signals=computed, progress=progress)
    compute_trend(settings, computed.as_of, signals=computed, progress=progress)
    progress(f"{computed.as_of} reading the lake")
    facts = read_facts(settings, str(computed.as_of), computed.run_id, about)
    lake = open_lake(settings)
    # what the gate said depends on the lake
    told = [content_hash(files) for files in _ledger_files(lake, facts.as_of).values()]
    before = previous_point(lake, facts.as_of)
    told.append([resolution_id(lake, before)] if before else [])
    if marked := marked_files(lake, facts.as_of):
        told.append(content_hash(marked))
    parameters = {"as_of": facts.as_of, "product": about, "formats": sorted(formats), "ledger": told}
    report = StepReport("report", run_id("report", facts.run_id, parameters), facts.as_of, computed.inputs)
    report.warnings = list(facts.caveats)
    report.outputs = [str(path) for path in _write(facts, formats, out, progress)]
    report.counts = {
        "signals_run_id": facts.run_id,
        "rows": {name: table.num_rows for name, table in facts.tables.items()},
        "files": file_hashes([Path(path) for path in report.outputs]),
    }
    record_run(settings, report, parameters | {"ledger": None} | _read_then(settings, lake, facts))
    report.seconds = watch.seconds()
    return report


def read_facts(settings: Settings, as_of: str, signals_run_id: str, product: str | None) -> ReportFacts:
    """Everything a report says, from the lake as of then."""
    lake = open_lake(settings)
    with Warehouse(settings) as warehouse:
        mount_core(lake, warehouse, as_of)
        mount_mart(lake, warehouse, as_of, *MARTS)
        for name, files in _ledger_files(lake, as_of).items():
            warehouse.show_files(declared(name), files)
        warehouse.show_files(OWN_COHORT_CASE, marked_files(lake, as_of))
        warehouse.register("current_run", _current_runs(lake, as_of))
        show_vocabulary(settings, lake, warehouse)
        count_exposures_and_events(warehouse, suspect_roles(), with_duplicates=settings.with_duplicates)
        find_term_drift(warehouse)
        asked = [product] if product else [item.id for item in products()]
        warehouse.register("asked_product", pa.table({"product": pa.array(asked, pa.string())}))
        tables = read_tables(warehouse)
    caveats = (
        *caveats_of(settings, lake, as_of),
        *own_cohort_told(lake, as_of),
        f"Terms: {terms_used(settings, lake)}.",
    )
    changes = changes_since(settings, as_of, product)
    if changes:
        refuse_disagreement(changes, tables["endpoint_signal"].to_pylist())
    return ReportFacts(
        as_of,
        signals_run_id,
        code_version(),
        vocabulary_version(),
        product,
        tables,
        caveats=caveats,
        variant=replace(settings, table_versions=()).variant,  # made again, a report has its own name
        with_duplicates=settings.with_duplicates,
        changes=changes,
    )


def _read_then(settings: Settings, lake: Lake, facts: ReportFacts) -> dict[str, object]:
    """What the record keeps so that the report can be made again: what was chosen, and the versions of the tables."""
    files = {name: files_as_of(lake, name, facts.as_of) for name in CORE} | _ledger_files(lake, facts.as_of)
    files |= marking_files(lake, facts.as_of)
    return {
        "data_versions": list(settings.data_versions),
        "with_duplicates": settings.with_duplicates,
        "meddra": settings.meddra,
        "vocabulary_version": facts.vocabulary_version,
        "tables": {name: described(lake, name, held) for name, held in files.items()},
    }


def _ledger_files(lake: Lake, as_of: str) -> dict[str, list[StoredFile]]:
    """What the ledger says of the editions that count as of then; of the gate, the runs that made them current."""
    found = {name: files_as_of(lake, name, as_of) for name in LEDGER if name != "gate_result"}
    current = {file.run_id for file in files_as_of(lake, "report_version", as_of)}
    found["gate_result"] = [file for file in lake.files("gate_result") if file.partition["run_id"] in current]
    return found


def _current_runs(lake: Lake, as_of: str) -> pa.Table:
    """The run whose typed tables are current, for each quarter."""
    files = files_as_of(lake, "report_version", as_of)
    rows = [{"quarter": file.partition["quarter"], "run_id": file.run_id} for file in files]
    return pa.Table.from_pylist(rows, pa.schema([("quarter", pa.string()), ("run_id", pa.string())]))


def _write(facts: ReportFacts, formats: Sequence[str], out: Path, progress: Progress) -> list[Path]:
    """The files asked for."""
    makers = {
        "html": lambda path: write_page(html_page(facts), path),
        "csv": lambda path: write_csv_files(facts, path),
        "xlsx": lambda path: write_workbook(facts, path),
    }
    return write_formats(facts.name, makers, formats, out, lambda doing: progress(f"{facts.as_of} {doing}"))
