"""What the lake holds, and what is wrong with this machine."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings, carried, code_version
from pipeline.contract.core import CORE_TABLES
from pipeline.contract.edition import UNDATED, Edition
from pipeline.contract.ledger import GATE_RESULT, STUDY_GATE_RESULT
from pipeline.contract.model import Table
from pipeline.contract.owncohort import STUDY_SAFETY_REPORT
from pipeline.contract.raw import RAW_TABLES
from pipeline.intake.landing import receipts
from pipeline.lake.delta import Lake, StoredFile
from pipeline.lake.snapshot import editions_as_of, quarters_without_original
from pipeline.steps.heldstudy import RECORDS, held_studies, runs_behind, state_of
from pipeline.steps.ownmarks import marked_points
from pipeline.steps.result import StepReport, Stopwatch, run_id

NEEDED = ("duckdb", "deltalake", "pyarrow", "numpy", "scipy", "great_expectations", "altair", "great_tables", "jinja2")
FREE_BYTES = 5 * 1024**3
OLDEST_PYTHON = (3, 11)
IN_STATUS = ("study_subject", "study_event", STUDY_SAFETY_REPORT.name)
Place = tuple[str, str]


def lake_status(settings: Settings) -> StepReport:
    """One entry for each quarter and issue of its archive: rows, rejected lines, dates, which issue counts today."""
    watch = Stopwatch()
    lake = Lake(settings.lake)
    report = StepReport("status", run_id("status", lake.version("source_file"), {"lake": settings.lake}))
    rows = {name: _rows(lake, name) for name in (*_names(RAW_TABLES), *_names(CORE_TABLES), "rejected", "quarantine")}
    staged, typed = _runs(lake, "raw_demo"), _runs(lake, "report_version")
    broken = _broken_rules(lake, GATE_RESULT.name)
    newest = max((quarter for quarter, _ in typed), default="")
    current = {quarter: edition.label for quarter, edition in editions_as_of(lake, newest).items()}
    later = set(quarters_without_original(lake, newest))
    report.counts["quarters"] = [
        {
            "quarter": quarter,
            **_issue(lake, quarter, edition),
            "is_current": current.get(quarter) == edition,
            "is_original_held": quarter not in later,
            "reports": rows["raw_demo"].get(place, 0),
            "rows": sum(counts.get(place, 0) for name, counts in rows.items() if name.startswith("raw_")),
            "rejected": rows["rejected"].get(place, 0),
            "quarantined": rows["quarantine"].get(place, 0),
            "typed": "current" if typed.get(place) == staged[place] else "older" if place in typed else "none",
            "gate": broken.get(staged[place]),
        }
        for place in sorted(staged, key=lambda place: (place[0], Edition.of_label(place[1])))
        for quarter, edition in [place]
    ]
    report.counts["studies"] = list(_studies(lake))
    report.counts["data_lock_points"] = lake.partitions("signal", "as_of")
    if marked := marked_points(lake):
        report.counts["own_cohort"] = marked
    report.counts["cases_resolved"] = lake.partitions("case_current", "as_of")
    report.as_of = newest or None
    report.inputs = [str(lake.root)]
    report.seconds = watch.seconds()
    return report


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at on this machine."""

    name: str
    is_well: bool
    found: str
    advice: str = ""


def examine(settings: Settings) -> StepReport:
    """Look at Python, the libraries, disk space, memory and the lake; a warning for each thing that is wrong."""
    watch = Stopwatch()
    findings = [_python(), *_libraries(), _folders(), _disk(settings), _lake_writable(settings)]
    report = StepReport("doctor", run_id("doctor", None, {"lake": settings.lake}))
    report.counts = {"code_version": code_version(), "checks": {item.name: item.found for item in findings}}
    report.warnings = [f"{item.name}: {item.found}; {item.advice}" for item in findings if not item.is_well]
    report.seconds = watch.seconds()
    return report


def _names(tables: tuple[Table, ...]) -> tuple[str, ...]:
    return tuple(table.name for table in tables)


def _rows(lake: Lake, name: str) -> dict[Place, int]:
    return {_place(file): file.n_rows for file in lake.files(name)}


def _runs(lake: Lake, name: str) -> dict[Place, str]:
    return {_place(file): file.run_id for file in lake.files(name)}


def _place(file: StoredFile) -> Place:
    return file.partition["quarter"], file.partition["edition"]


def _broken_rules(lake: Lake, name: str) -> dict[str, dict[str, int]]:
    """Broken rules by severity for each run of the gate that has left its results in the table."""
    import pyarrow.parquet as pq  # noqa: PLC0415 -- status of an empty lake needs none of it

    broken: dict[str, dict[str, int]] = {}
    for file in lake.files(name):
        table = pq.ParquetFile(file.path).read(["severity", "passed", "raised"]).to_pylist()
        counts = broken.setdefault(file.partition["run_id"], {"critical": 0, "warning": 0, "info": 0})
        for row in table:
            counts["critical" if row["raised"] else row["severity"]] += not row["passed"]
    return broken


def _issue(lake: Lake, quarter: str, label: str) -> dict[str, str]:
    """An archive's checksum, when it was published, its rank, and when it first landed here."""
    edition = Edition.of_label(label)
    found = (item for item in receipts(lake.root, quarter) if item["sha256"].startswith(edition.sha256))
    landed = next(found, {"sha256": edition.sha256, "time": "receipt missing"})
    return {
        "sha256": landed["sha256"],
        "published": edition.published or UNDATED,
        "rank": str(edition.rank),
        "landed": landed["time"],
    }


def _studies(lake: Lake) -> Iterator[dict[str, object]]:
    """Yield each follow-up study at each cut-off: its records and patients, and what the gate said of the newest extract."""
    broken = _broken_rules(lake, STUDY_GATE_RESULT.name)
    for place in held_studies(lake):
        n_rows = {
            name: sum(file.n_rows for file in lake.files(name, place))
            for name in (*RECORDS, *IN_STATUS, "study_quarantine")
        }
        (behind,) = runs_behind(lake, place, RECORDS[0]) or {""}
        yield {
            **place,
            "records": n_rows[RECORDS[0]],
            "reasons": n_rows[RECORDS[1]],
            "patients": n_rows["study_subject"],
            "events": n_rows["study_event"],
            "safety_reports": n_rows[STUDY_SAFETY_REPORT.name],
            "quarantined": n_rows["study_quarantine"],
            "typed": state_of(lake, place),
            "gate": broken.get(behind),
        }


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= OLDEST_PYTHON, version, "Python 3.11 or newer is needed.")


def _libraries() -> list[Finding]:
    found = {name: importlib.util.find_spec(name) is not None for name in NEEDED}
    return [
        Finding(name, here, "installed" if here else "missing", "run 'make demo' or install requirements.lock.")
        for name, here in found.items()
    ]


def _folders() -> Finding:
    missing = [name for name in ("sql", "expectations") if not carried(name).is_dir()]
    return Finding(
        "sql and expectations",
        not missing,
        "present" if not missing else f"no {', '.join(missing)}",
        "reinstall cartwatch.",
    )


def _disk(settings: Settings) -> Finding:
    folder = _nearest(Path(settings.lake).absolute())
    free = shutil.disk_usage(folder).free
    return Finding(
        "free disk",
        free > FREE_BYTES,
        f"{free / 1024**3:.0f} GiB at {folder}",
        "a FAERS quarter takes about 0.3 GiB; free some space.",
    )


def _lake_writable(settings: Settings) -> Finding:
    folder = _nearest(Path(settings.lake).absolute())
    return Finding(
        "lake",
        os.access(folder, os.W_OK),
        f"{'writable' if os.access(folder, os.W_OK) else 'not writable'} at {folder}",
        "choose another folder with --lake.",
    )


def _nearest(path: Path) -> Path:
    return path if path.exists() else _nearest(path.parent)
