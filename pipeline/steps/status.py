"""What the lake holds, and what is wrong with this machine."""

import importlib.util
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings, carried, code_version
from pipeline.contract.core import CORE_TABLES
from pipeline.contract.model import Table
from pipeline.contract.raw import RAW_TABLES
from pipeline.lake.delta import Lake
from pipeline.steps.result import StepReport, Stopwatch, run_id

NEEDED = ("duckdb", "deltalake", "pyarrow", "numpy", "scipy", "great_expectations", "altair", "great_tables", "jinja2")
FREE_BYTES = 5 * 1024**3
OLDEST_PYTHON = (3, 11)


def lake_status(settings: Settings) -> StepReport:
    """One entry for each quarter: rows, rejected lines, archives landed, whether the typed tables are current."""
    watch = Stopwatch()
    lake = Lake(settings.lake)
    report = StepReport("status", run_id("status", lake.version("source_file"), {"lake": settings.lake}))
    rows = {
        name: _rows_by_quarter(lake, name)
        for name in (*_names(RAW_TABLES), *_names(CORE_TABLES), "rejected", "quarantine")
    }
    staged, typed = _runs(lake, "raw_demo"), _runs(lake, "report_version")
    broken = _broken_rules(lake)
    report.counts["quarters"] = [
        {
            "quarter": quarter,
            "reports": rows["raw_demo"].get(quarter, 0),
            "rows": sum(counts.get(quarter, 0) for name, counts in rows.items() if name.startswith("raw_")),
            "rejected": rows["rejected"].get(quarter, 0),
            "quarantined": rows["quarantine"].get(quarter, 0),
            "archives": _archives(lake, quarter),
            "typed": "current" if typed.get(quarter) == staged[quarter] else "older" if quarter in typed else "none",
            "gate": broken.get(staged[quarter], {}),
        }
        for quarter in sorted(staged)
    ]
    report.counts["data_lock_points"] = lake.partitions("signal", "as_of")
    report.counts["cases_resolved"] = lake.partitions("case_current", "as_of")
    report.as_of = max(typed) if typed else None
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


def _rows_by_quarter(lake: Lake, name: str) -> dict[str, int]:
    return {file.partition["quarter"]: file.n_rows for file in lake.files(name)}


def _runs(lake: Lake, name: str) -> dict[str, str]:
    return {file.partition["quarter"]: file.run_id for file in lake.files(name)}


def _broken_rules(lake: Lake) -> dict[str, dict[str, int]]:
    """Broken rules by severity for each run of the gate."""
    import pyarrow.parquet as pq  # noqa: PLC0415 -- status of an empty lake needs none of it

    broken: dict[str, dict[str, int]] = {}
    for file in lake.files("gate_result"):
        table = pq.ParquetFile(file.path).read(["severity", "passed", "raised"]).to_pylist()
        counts = broken.setdefault(file.partition["run_id"], {"critical": 0, "warning": 0, "info": 0})
        for row in table:
            counts["critical" if row["raised"] else row["severity"]] += not row["passed"]
    return broken


def _archives(lake: Lake, quarter: str) -> list[dict[str, str]]:
    """Every archive landed for the quarter, oldest arrival first."""
    receipts = (lake.root / "landing" / "faers" / quarter).glob("[0-9a-f]*/receipt.json")
    read = [json.loads(path.read_text(encoding="utf-8")) for path in receipts]
    return [
        {"sha256": item["sha256"], "time": item["time"]} for item in sorted(read, key=lambda item: str(item["time"]))
    ]


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
