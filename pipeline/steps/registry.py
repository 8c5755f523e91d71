"""A registry extract into the lake: every record kept or rejected, patients under a pseudonym, tables behind a gate."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import Settings, code_version
from pipeline.contract.ledger import STUDY_GATE_RESULT, STUDY_QUARANTINE
from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.contract.registry import REGISTRY_RECORD, REGISTRY_REJECTED
from pipeline.contract.tables import table as declared
from pipeline.errors import CartwatchError, GateFailed, InputRefused
from pipeline.intake.pseudonym import Pseudonyms, refuse_weak_key
from pipeline.intake.registry import Given, Typed, read_extract, study_of, type_extract
from pipeline.intake.registryreceipt import refuse_other_key, write_receipt
from pipeline.intake.registrytables import study_tables
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_batches, write_rows
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.studygate import StudyOutcome
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run
from pipeline.steps.studygate import commit_study_gate, describe_gate, judged_study
from pipeline.study.gradingscales import scales

STEP = "registry"
# study_subject comes last: its partition says that the study is there, so an interrupted ingest is not seen.
TYPED = tuple(reversed([table.name for table in EXTRACT_TABLES]))
RAW = (REGISTRY_RECORD.name, REGISTRY_REJECTED.name)
MOST_REASONS = 20
MOST_NAMED = 5
QUIET_DAYS = 31


@dataclass(frozen=True, slots=True)
class Ingest:
    """One extract of one study as of one cut-off, and who writes it."""

    given: Given
    study_id: str
    as_of: str
    pseudonyms: Pseudonyms
    run: Run

    @property
    def partition(self) -> dict[str, str]:
        """The partition of the study's tables."""
        return {"study_id": self.study_id, "as_of": self.as_of}

    def parameters(self) -> dict[str, object]:
        """What was chosen and what was read, for the run table and the receipt; nothing of it names a patient."""
        mapping = self.given.mapping
        return self.partition | {
            "mapping": mapping.id,
            "mapping_version": mapping.version,
            "mapping_sha256": mapping.content_sha256,
            "key_fingerprint": self.pseudonyms.fingerprint,
            "files": self.given.receipts(),
            "unasked": self.given.unasked(),
        }


def ingest_registry(
    settings: Settings,
    folder: Path,
    cutoff: dt.date,
    *,
    study_id: str | None = None,
    mapping: str | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Read, pseudonymise, type and validate the extract in a folder; the same extract again changes nothing.

    cutoff: data-lock point of the study; what is dated later did not exist yet. study_id: by default what the extract
    says. mapping: sdtm, adam, cibmtr or the path of a mapping file; by default the one that the files answer to. Raises
    UsageError without a usable key or under another key than before, InputRefused where a file or no patient can be used, and
    GateFailed, with the report, where a critical rule is broken: the study's previous tables stay current then.
    """
    watch, lake = Stopwatch(), Lake(settings.lake)
    refuse_weak_key(settings.pseudonym_key)
    progress("reading the extract")
    ingest = _ingest(settings, read_extract(folder, mapping), study_id, cutoff)
    refuse_other_key(lake.root, ingest.study_id, ingest.pseudonyms.fingerprint)
    names = [str(receipt["file"]) for receipt in ingest.given.receipts()]
    report = StepReport(STEP, ingest.run.run_id, ingest.as_of, names, [lake.uri(name) for name in (*RAW, *TYPED)])
    report.warnings = list(ingest.given.remarks)
    if _is_current(lake, ingest):
        report.warnings = [f"Study {ingest.study_id} as of {ingest.as_of} is unchanged: nothing was done."]
    else:
        progress(f"{ingest.study_id} {ingest.as_of} typing")
        typed = type_extract(ingest.given, ingest.pseudonyms, cutoff, scales())
        _refuse_nobody(ingest, typed)
        _keep(settings, lake, ingest, typed, report, progress)
    report.seconds = watch.seconds()
    return report


def _ingest(settings: Settings, given: Given, study_id: str | None, cutoff: dt.date) -> Ingest:
    study, as_of = study_of(given, study_id), cutoff.isoformat()
    pseudonyms = Pseudonyms(settings.pseudonym_key, study)
    inputs = {"receipts": given.receipts(), "mapping": given.mapping.content_sha256, "key": pseudonyms.fingerprint}
    own_id = run_id(STEP, inputs, {"study_id": study, "as_of": as_of})
    return Ingest(given, study, as_of, pseudonyms, Run(STEP, own_id, code_version()))


def _refuse_nobody(ingest: Ingest, typed: Typed) -> None:
    """InputRefused where no patient of the extract can be used: tables without anybody would replace those that are held."""
    if typed.rows["study_subject"]:
        return
    domain = ingest.given.mapping.subjects.domain
    reasons = Counter(f"{one.column} {one.reason}".strip() for one in typed.ledger.refusals() if one.domain == domain)
    said = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(MOST_NAMED))
    raise InputRefused(f"No patient of {domain} can be used as of {ingest.as_of}: {said}. Nothing was written.")


def _keep(settings: Settings, lake: Lake, ingest: Ingest, typed: Typed, report: StepReport, progress: Progress) -> None:
    """Write all tables beside, then make them current: the records always, the study's tables if the gate lets them."""
    with lake.staging(f"registry-{ingest.study_id}-{ingest.as_of}") as folder:
        refuse_other_key(lake.root, ingest.study_id, ingest.pseudonyms.fingerprint)
        n_rows = _stage(ingest, typed, folder)
        _describe(report, ingest, typed, n_rows)
        progress(f"{ingest.study_id} {ingest.as_of} validating")
        outcome = _gate(settings, ingest, folder)
        describe_gate(report, outcome)
        write_receipt(lake.root, ingest.partition, ingest.run.run_id, ingest.parameters())
        for name in RAW:
            lake.commit(name, ingest.partition, _path(folder, name), ingest.run, n_rows[name])
        commit_study_gate(lake, outcome, ingest.partition, ingest.run, folder)
        for name in () if outcome.failed else TYPED:
            lake.commit(name, ingest.partition, _path(folder, name), ingest.run, n_rows[name])
        record_run(settings, report, ingest.parameters())
    if outcome.failed:
        raise GateFailed(
            f"{ingest.study_id} as of {ingest.as_of} broke critical rules; the records are kept, the study's previous tables "
            "stay current; ask the registry about the rows named.\n"
            + "\n".join([outcome.table_of_broken_rules(), *outcome.located]),
            report,
        )


def _stage(ingest: Ingest, typed: Typed, folder: Path) -> dict[str, int]:
    """Write every table into the folder; CartwatchError where a record read is neither kept nor rejected."""
    tables = study_tables(typed.rows)
    rejected = typed.contents.rejected()
    n_rows = {name: write_rows(declared(name), rows, _path(folder, name)) for name, rows in tables.items()}
    n_rows[RAW[0]] = write_batches(REGISTRY_RECORD, typed.contents.record_batches(), _path(folder, RAW[0]))
    n_rows[RAW[1]] = write_rows(REGISTRY_REJECTED, rejected, _path(folder, RAW[1]))
    n_read = sum(len(sheet.rows) for sheet in ingest.given.sheets.values())
    n_kept = sum(int(str(file["n_kept"])) for file in typed.files(ingest.given))
    if not n_read == n_rows[RAW[0]] == n_kept + _n_rejected(rejected):
        raise CartwatchError(f"{ingest.study_id}: records read are not kept plus rejected; please report this bug.")
    return n_rows


def _n_rejected(rejected: pa.Table) -> int:
    """Records of which nothing could be used."""
    whole = rejected.filter(pc.is_null(rejected["column"])).select(["domain", "line"])
    return int(whole.group_by(["domain", "line"]).aggregate([]).num_rows)


def _gate(settings: Settings, ingest: Ingest, folder: Path) -> StudyOutcome:
    with Warehouse(settings) as warehouse:
        for name in (*RAW, *TYPED):
            warehouse.show_parquet(declared(name), _path(folder, name), ingest.partition)
        return judged_study(warehouse, ingest.as_of)


def _describe(report: StepReport, ingest: Ingest, typed: Typed, n_rows: Mapping[str, int]) -> None:
    files = typed.files(ingest.given)
    totals = ("n_read", "n_kept", "n_rejected", "n_typed", "n_superseded", "n_set_aside", "n_incomplete")
    reasons = Counter(f"{item.domain} {item.column} {item.reason}" for item in typed.ledger.refusals())
    report.counts = {
        "study_id": ingest.study_id,
        "mapping": f"{ingest.given.mapping.id} {ingest.given.mapping.version}",
        "files": files,
        **{name: sum(int(str(file[name])) for file in files) for name in totals},
        "rows": dict(sorted(n_rows.items())),
        "n_joined_infusions": typed.n_joined,
        "reasons": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]),
    }
    for domain, columns in typed.contents.withheld_columns().items():
        named = ", ".join(f"{domain}/{column}" for column in columns)
        report.warnings.append(f"Withheld, as the mapping does not name them: {named}.")
    report.warnings += [*_unasked(ingest.given.unasked()), *_quiet(typed, ingest.as_of)]


def _unasked(names: list[str]) -> list[str]:
    """A warning where no file fills a table: the study does not tell zeros of what nobody was asked."""
    told = (
        f"No file of the extract fills {', '.join(names)}: what rests on it is not told, since none reported is not none. "
        "Where there was none, give the file with its header alone."
    )
    return [told] if names else []


def _quiet(typed: Typed, as_of: str) -> list[str]:
    """A warning where nothing happened before the cut-off for long: it may be later than the extract was made."""
    seen = [row[name] for row in typed.rows["study_subject"] for name in ("last_contact_date", "infusion_date")]
    seen += [row["visit_date"] for row in typed.rows["study_visit"]]
    newest = max((day for day in seen if isinstance(day, dt.date)), default=None)
    if newest is None:
        return ["No patient has a day of infusion, contact or visit."]
    n_days = (dt.date.fromisoformat(as_of) - newest).days
    told = f"The newest day of the extract is {newest}, {n_days} days before the cut-off: is {as_of} the extract's cut-off?"
    return [told] if n_days > QUIET_DAYS else []


def _is_current(lake: Lake, ingest: Ingest) -> bool:
    """Whether every table comes from this very ingest, and its run and what the gate said of it are on record."""
    own_run = {"run_id": ingest.run.run_id}
    runs = {name: {file.run_id for file in lake.files(name, ingest.partition)} for name in (*RAW, *TYPED)}
    is_recorded = bool(lake.files("run", own_run)) and bool(lake.files(STUDY_QUARANTINE.name, ingest.partition))
    is_judged = bool(lake.files(STUDY_GATE_RESULT.name, ingest.partition | own_run))
    return is_recorded and is_judged and all(found == {ingest.run.run_id} for found in runs.values())


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"
