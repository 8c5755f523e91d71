"""The whole job on made-up data of both worlds, FAERS quarters and a followed cohort: what a newcomer runs first."""

import dataclasses
import datetime as dt
import hashlib
import shutil
from pathlib import Path

from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.errors import UsageError
from pipeline.lake.delta import open_lake
from pipeline.lake.snapshot import mount_core
from pipeline.lake.warehouse import Warehouse
from pipeline.report.worlds import World, worlds_page
from pipeline.steps.ingest import ingest
from pipeline.steps.registry import ingest_registry
from pipeline.steps.report import write_report
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.simulate import simulate_registry
from pipeline.steps.study import run_study
from pipeline.steps.studyreport import write_study_report

FIRST, LAST = "2022Q3", "2024Q2"
REPORTS_PER_QUARTER = 12_000
PATIENTS, CUTOFF = 300, dt.date(2024, 6, 30)
SEED = 20170830
MARK = ".cartwatch-demo"
# Cases that came as spontaneous reports and are of the cohort as well, so that the report has some to mark.
PRODUCT, SHARED = "tisagenlecleucel", 8
SENT = """
SELECT arg_max(v.manufacturer_number, v.version_number) AS manufacturer_number
FROM report_version AS v
JOIN case_drug AS d ON d.quarter = v.quarter AND d.report_id = v.report_id
WHERE d.active_ingredient = $product AND v.manufacturer_number IS NOT NULL
GROUP BY v.case_id
ORDER BY v.case_id
LIMIT $n
"""
FOLDERS = ("archives", "registry", "lake", "report")
MADE_UP = (
    "Every number in these reports is made up: the quarters are generated, with signals planted in them, and so are the "
    "patients of the follow-up study."
)
KEY = "The patients' pseudonyms rest on a demo key that anybody can work out: never use it for real patients."


def run_demo(settings: Settings, out: Path, progress: Progress = silent) -> StepReport:
    """Generate both worlds, bring them into a fresh lake under out, and write a report of each and a page that leads to both.

    The two never meet in a number. A folder that holds something else than an earlier demo is refused, never emptied.
    """
    watch = Stopwatch()
    _prepare(out)
    own = dataclasses.replace(settings, lake=str(out / "lake"), pseudonym_key=demo_key())
    report = StepReport("demo", run_id("demo", SEED, {"reports": REPORTS_PER_QUARTER, "patients": PATIENTS}))
    n_read = _quarters(own, out, report, progress)
    study = _study(own, out, report, progress)
    signal = _reports(own, out, report, n_read, progress)
    entrance = out / "index.html"
    entrance.write_text(worlds_page([signal, study], [MADE_UP]), encoding="utf-8", newline="\n")
    report.outputs = [str(entrance), *(str(out / link) for world in (study, signal) for _, link in world.links)]
    report.warnings = [MADE_UP, KEY, f"Look at the lake with 'cartwatch --lake {out / 'lake'} status'."]
    report.seconds = watch.seconds()
    return report


def demo_key() -> str:
    """The key of the demo's pseudonyms: the same each time, and no secret."""
    return hashlib.sha256(f"cartwatch demo {SEED}".encode()).hexdigest()


def _quarters(own: Settings, out: Path, report: StepReport, progress: Progress) -> int:
    """Write the quarters and bring them into the lake; the number of records read."""
    progress(f"writing FAERS quarters {FIRST} to {LAST}")
    archives = write_history(out / "archives", FIRST, LAST, REPORTS_PER_QUARTER, SEED, quirks=True)
    ingested = ingest(own, archives, progress)
    report.inputs += [str(path) for path in archives]
    report.counts |= {name: ingested.counts[name] for name in ("read", "kept", "rejected", "quarters")}
    return int(str(ingested.counts["read"]))


def _reports(own: Settings, out: Path, report: StepReport, n_read: int, progress: Progress) -> World:
    """The world of spontaneous reports."""
    written = write_report(own, out=out / "report", progress=progress)
    report.as_of = written.as_of
    return World(
        "reports",
        "Spontaneous reports",
        "Reports of adverse events as FDA publishes them: which event is reported with a product more often than otherwise. "
        "Nobody knows how many patients were treated, so these are reporting measures and nothing more.",
        [("Data-lock point", str(written.as_of)), ("Records read", f"{n_read:,}")],
        [("Signal report", _page(written, out))],
    )


def _study(own: Settings, out: Path, report: StepReport, progress: Progress) -> World:
    """The world of followed patients."""
    extract = out / "registry" / "extract"
    extract.parent.mkdir(parents=True)
    progress(f"drawing {PATIENTS} patients of a registry")
    shared = _shared_numbers(own)
    drawn = simulate_registry(extract, n=PATIENTS, seed=SEED, cutoff=CUTOFF, shared=shared, progress=progress)
    ingested = ingest_registry(own, extract, CUTOFF, progress=progress)
    references = [extract.with_name(f"{extract.name}-{name}.csv") for name in ("reference_rates", "survivor_rates")]
    run_study(own, rates=references[0], survivor_rates=references[1], progress=progress)
    written = write_study_report(own, out=out / "report" / "study", progress=progress)
    report.inputs += drawn.outputs
    report.counts |= {f"registry_{name}": ingested.counts[f"n_{name}"] for name in ("read", "kept", "rejected")}
    return World(
        "study",
        "Follow-up study",
        "Patients of a registry, followed for up to fifteen years after infusion: who had what, in how much time at hand, with "
        "death as a competing event. These patients are counted here alone.",
        [("Data-lock point", str(written.as_of)), ("Records read", f"{ingested.counts['n_read']:,}")],
        [("Interim report, regulator's copy", _page(written, out))],
    )


def _shared_numbers(own: Settings) -> list[str]:
    """Manufacturers' numbers of the first generated cases of the cohort's product: these reports are of its patients too."""
    lake = open_lake(own)
    with Warehouse(own) as warehouse:
        mount_core(lake, warehouse, LAST)
        return [str(number) for (number,) in warehouse.rows(SENT, {"product": PRODUCT.upper(), "n": SHARED})]


def _page(written: StepReport, out: Path) -> str:
    """The report's page, as the entrance links it."""
    return next(Path(path).relative_to(out).as_posix() for path in written.outputs if path.endswith(".html"))


def _prepare(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise UsageError(f"{out} holds something else than an earlier demo: name an empty folder with --out.")
    for name in FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Made by 'cartwatch demo'; emptied by the next one.\n", encoding="utf-8")
