"""The whole main job on generated FAERS quarters: what a newcomer runs first."""

import dataclasses
import shutil
from pathlib import Path

from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.errors import UsageError
from pipeline.steps.ingest import ingest
from pipeline.steps.report import write_report
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent

FIRST, LAST = "2022Q3", "2024Q2"
REPORTS_PER_QUARTER = 12_000
SEED = 20170830
MARK = ".cartwatch-demo"


def run_demo(settings: Settings, out: Path, progress: Progress = silent) -> StepReport:
    """Generate eight quarters, ingest them into a fresh lake under out and write the report.

    A folder that holds something else than an earlier demo is refused, never emptied.
    """
    watch = Stopwatch()
    _prepare(out)
    progress(f"writing FAERS quarters {FIRST} to {LAST}")
    archives = write_history(out / "archives", FIRST, LAST, REPORTS_PER_QUARTER, SEED, quirks=True)
    own = dataclasses.replace(settings, lake=str(out / "lake"))
    ingested = ingest(own, archives, progress)
    written = write_report(own, out=out / "report", progress=progress)
    report = StepReport("demo", run_id("demo", SEED, {"reports": REPORTS_PER_QUARTER}), written.as_of)
    report.inputs = [str(path) for path in archives]
    report.outputs = [path for path in written.outputs if path.endswith(".html")]
    report.counts = {name: ingested.counts[name] for name in ("read", "kept", "rejected", "quarters")}
    report.warnings = [
        "Every number in this report is made up: the quarters are generated, with signals planted in them.",
        f"Look at the lake with 'cartwatch --lake {out / 'lake'} status'.",
    ]
    report.seconds = watch.seconds()
    return report


def _prepare(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise UsageError(f"{out} holds something else than an earlier demo: name an empty folder with --out.")
    for name in ("archives", "lake", "report"):
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Made by 'cartwatch demo'; emptied by the next one.\n", encoding="utf-8")
