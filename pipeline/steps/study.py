"""The follow-up study as of a data cut-off: from the registry's tables to every estimate and curve of the study report."""

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.cohort.assembly import StudyResults, study_results
from pipeline.cohort.parameters import parameters
from pipeline.cohort.reference import Reference, read_reference
from pipeline.cohort.suppression import public_results
from pipeline.config import Settings, code_version
from pipeline.contract.study import PATIENT_TABLES
from pipeline.contract.studyresult import STUDY_CURVE, STUDY_ESTIMATE, STUDY_RESULTS
from pipeline.errors import LakeConflict, NothingThere, UsageError
from pipeline.lake.checksum import file_sha256
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import content_hash
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.export import export_files
from pipeline.steps.heldstudy import is_outdated, older_than_records
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run, recorded
from pipeline.steps.studycopies import Counter, counter

STEP = "study"
SEPARATE = (
    "Numbers of the follow-up study rest on followed patients and their person-time; they are never joined with those of "
    "spontaneous reports."
)


class References(NamedTuple):
    """Files of what is expected: in the population, and in survivors of B-cell malignancy."""

    rates: Path | None = None
    survivor_rates: Path | None = None


NO_REFERENCES = References()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which study as of when, and the references it is held against."""

    study_id: str
    as_of: str
    references: References

    @property
    def partition(self) -> dict[str, str]:
        """The partition of the study's tables."""
        return {"study_id": self.study_id, "as_of": self.as_of}

    def parameters(self) -> dict[str, object]:
        """What was chosen, for the run's id; a file by what it holds, never by its name."""
        files = self.references._asdict().items()
        return self.partition | {name: file_sha256(path) if path else None for name, path in files}


def run_study(
    settings: Settings,
    as_of: str | None = None,
    *,
    study_id: str | None = None,
    rates: Path | None = None,
    survivor_rates: Path | None = None,
    out: Path | None = None,
    public: bool = False,
    progress: Progress = silent,
) -> StepReport:
    """Every estimate of a study; nothing is computed where the tables, the references and the code are unchanged.

    as_of: a cut-off held, by default the newest. study_id: by default the only one. rates, survivor_rates: files of
    reference numbers for second malignancies. public: what out gets has small cells suppressed; the lake keeps all.
    NothingThere and UsageError for what is not held, InputRefused for tables or references that cannot be used.
    """
    if public and out is None:
        raise UsageError("A public copy needs a folder to be written to: give --out.")
    watch, lake = Stopwatch(), open_lake(settings)
    asked = asked_of(lake, study_id, as_of, References(rates, survivor_rates))
    inputs = study_inputs(lake, asked)
    own_id = run_id(STEP, inputs, asked.parameters())
    report = StepReport(STEP, own_id, asked.as_of, inputs, [lake.uri(table.name) for table in STUDY_RESULTS])
    with lake.staging(f"study-{asked.study_id}-{asked.as_of}") as folder, Warehouse(settings) as warehouse:
        if _is_current(lake, asked, own_id):
            report.warnings.append(
                f"Study {asked.study_id} as of {asked.as_of} is unchanged: nothing was computed again."
            )
        else:
            progress(f"{asked.study_id} {asked.as_of} estimates")
            _keep(lake, asked, own_id, folder, _computed(lake, warehouse, asked))
        for table in STUDY_RESULTS:
            warehouse.show_files(table, lake.files(table.name, asked.partition))
        _describe(report, warehouse)
        if unasked := _unasked(lake, asked):
            report.warnings.insert(
                1, f"Not told, since no file of the extract fills it: what rests on {', '.join(unasked)}."
            )
        report.warnings[:0] = older_than_records(lake, asked.partition)
        record_run(settings, report, asked.parameters())
        if out is not None:
            desk = counter(settings, lake, asked.partition, own_id) if public else contextlib.nullcontext()
            with desk as at:
                report.warnings.extend([at.guarded()] if at else [])
                report.outputs = _export(warehouse, out, at)
    report.warnings.append(SEPARATE)
    report.seconds = watch.seconds()
    return report


def asked_of(lake: Lake, study_id: str | None, as_of: str | None, references: References = NO_REFERENCES) -> Asked:
    """The study and cut-off that are meant; NothingThere or UsageError says which the lake holds."""
    held = lake.partitions("study_subject", "study_id")
    if not held:
        raise NothingThere(f"The lake {lake.root} holds no study: run 'cartwatch ingest registry' first.")
    if study_id is None and len(held) > 1:
        raise UsageError(f"The lake holds the studies {', '.join(held)}: say which with --study.")
    chosen = study_id or held[0]
    points = sorted({file.partition["as_of"] for file in lake.files("study_subject", {"study_id": chosen})})
    if not points:
        raise NothingThere(f"The lake holds no study {chosen}; it holds {', '.join(held)}.")
    if as_of is not None and as_of not in points:
        raise NothingThere(f"Study {chosen} is not held as of {as_of}; it is as of {', '.join(points)}.")
    return Asked(chosen, as_of or points[-1], references)


def study_inputs(lake: Lake, asked: Asked) -> list[str]:
    """Names of the files read; LakeConflict where they come from two ingests, so no mixture is ever read, or lack columns."""
    files = {table.name: lake.files(table.name, asked.partition) for table in PATIENT_TABLES}
    runs = {file.run_id for held in files.values() for file in held}
    if len(runs) > 1:
        raise LakeConflict(
            f"{asked.study_id} as of {asked.as_of} was interrupted while its tables were replaced: ingest it again."
        )
    if is_outdated(lake, asked.partition):
        raise LakeConflict(
            f"{asked.study_id} as of {asked.as_of} was ingested by another version of cartwatch: ingest its extract again."
        )
    return [f"{name}/{stem}" for name, held in files.items() for stem in content_hash(held)]


def _computed(lake: Lake, warehouse: Warehouse, asked: Asked) -> StudyResults:
    tables = study_tables(lake, warehouse, asked)
    references = [_reference(path) for path in asked.references]
    day = dt.date.fromisoformat(asked.as_of)
    return study_results(tables, asked.study_id, day, *references, unasked=_unasked(lake, asked))


def _unasked(lake: Lake, asked: Asked) -> list[str]:
    """Tables that no file of the extract fills, by the record of its ingest; none where the ledger does not know it."""
    run = next(file.run_id for file in lake.files("study_subject", asked.partition))
    return list(recorded(lake, run).get("parameters", {}).get("unasked", []))


def study_tables(lake: Lake, warehouse: Warehouse, asked: Asked) -> dict[str, pa.Table]:
    """The tables of patients by name, each in the order of its key."""
    found = {}
    for table in PATIENT_TABLES:
        warehouse.show_files(table, lake.files(table.name, asked.partition))
        found[table.name] = warehouse.arrow(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}")
    return found


def _reference(path: Path | None) -> Reference | None:
    return None if path is None else read_reference(path)


def _keep(lake: Lake, asked: Asked, own_id: str, folder: Path, results: StudyResults) -> None:
    run = Run(STEP, own_id, code_version())
    for table, rows in zip(STUDY_RESULTS, results, strict=True):
        path = folder / f"{table.name}.parquet"
        n_rows = write_rows(table, rows, path)
        lake.commit(table.name, asked.partition, path, run, n_rows)


def _is_current(lake: Lake, asked: Asked, own_id: str) -> bool:
    return all({file.run_id for file in lake.files(table.name, asked.partition)} == {own_id} for table in STUDY_RESULTS)


def _describe(report: StepReport, warehouse: Warehouse) -> None:
    """What is read first: completeness under the threshold, then what rests on a parameter nobody has read in its source."""
    report.warnings.insert(0, _completeness(warehouse))
    report.warnings.append(f"Parameters not verified in their source: {', '.join(parameters().unverified)}.")
    report.details["completeness"] = warehouse.arrow(
        "SELECT estimand, population, n_patients, person_years, person_years_due, estimate, is_flagged FROM study_estimate "
        "WHERE estimand IN ('clark_c', 'clark_c_due') ORDER BY estimand, population"
    ).to_pylist()
    report.counts = warehouse.arrow(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE is_told) AS told, count(*) FILTER (WHERE is_flagged) AS flagged, "
        "count(*) FILTER (WHERE is_small) AS small FROM study_estimate"
    ).to_pylist()[0]
    report.counts["curve_points"] = warehouse.rows("SELECT count(*) FROM study_curve")[0][0]
    by_section = "SELECT analysis, count(*) FROM study_estimate GROUP BY analysis ORDER BY analysis"
    report.counts["rows_by_analysis"] = {str(name): n for name, n in warehouse.rows(by_section)}


def _completeness(warehouse: Warehouse) -> str:
    """Clark's C of all patients, and where it is under the threshold up to the last visit due."""
    found = warehouse.arrow(
        "SELECT estimand, population, estimate, is_flagged FROM study_estimate "
        "WHERE estimand IN ('clark_c', 'clark_c_due') ORDER BY estimand, population"
    ).to_pylist()
    told = {(one["estimand"], one["population"]): one["estimate"] for one in found if one["estimate"] is not None}
    whole, due = (told.get((name, "all")) for name in ("clark_c", "clark_c_due"))
    if whole is None:
        return "Completeness of follow-up is not told: nothing was due by the data-lock point."
    until = "nothing" if due is None else f"{due:.3f}"
    low = [f"{one['population']} {one['estimate']:.3f}" for one in found if one["is_flagged"]]
    under = (
        f"Under {parameters()['completeness_threshold']:g}: {', '.join(low)}."
        if low
        else "No group is under its threshold."
    )
    return f"Completeness of follow-up, Clark's C: {whole:.3f} until the data lock, {until} up to the last visit due. {under}"


def _export(warehouse: Warehouse, out: Path, at: Counter | None) -> list[str]:
    """study_estimate and study_curve as CSV and Parquet; a public copy under names that say so, small cells suppressed."""
    names = {STUDY_ESTIMATE.name: STUDY_ESTIMATE.name, STUDY_CURVE.name: STUDY_CURVE.name}
    if at is not None:
        whole = StudyResults(*(warehouse.arrow(f"SELECT * FROM {name}") for name in names))
        made = public_results(*whole, at.before())
        at.remember({"estimate": made.counts, "curve": made.drawn})
        for name, rows in zip(names, (made.estimates, made.curves), strict=True):
            warehouse.register(f"{name}_public", rows)
        names = {f"{name}_public": f"{name}_public" for name in names}
    queries = {
        f"{file}.{ending}": f"SELECT * FROM {shown}" for shown, file in names.items() for ending in ("csv", "parquet")
    }
    return export_files(warehouse, queries, out)
