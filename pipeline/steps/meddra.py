"""A licensed MedDRA distribution into the lake, whole or not at all."""

from pathlib import Path

from pipeline.cases.meddra import absent_names, disagreements, lay_meddra_over
from pipeline.config import Settings, code_version
from pipeline.contract.tables import table as declared
from pipeline.intake.meddra import Distribution, read_distribution, refuse_rejected
from pipeline.intake.meddrachecks import contradictions
from pipeline.intake.meddratables import dictionary_tables
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run


def load_meddra(
    settings: Settings, folder: Path, version: str | None = None, progress: Progress = silent
) -> StepReport:
    """Read the distribution and make it usable; the same distribution again changes nothing.

    InputRefused when a line cannot be used or contradicts another: nothing is written then. Warnings say where the
    reviewed vocabulary and this version do not agree.
    """
    watch = Stopwatch()
    progress("reading the MedDRA distribution")
    distribution = read_distribution(folder, version)
    refuse_rejected(distribution, distribution.rejected)
    progress(f"checking MedDRA {distribution.version}")
    refuse_rejected(distribution, contradictions(distribution))
    parameters = {"meddra_version": distribution.version}
    report = StepReport("meddra", run_id("meddra", distribution.checksums, parameters), inputs=[str(folder)])
    n_rows, is_changed = _commit(settings, distribution, report.run_id)
    report.counts = {"meddra_version": distribution.version, "rows": n_rows, "files": _files(distribution)}
    lake = Lake(settings.lake)
    report.outputs = [lake.uri(name) for name in n_rows]
    report.warnings = _remarks(settings, lake, distribution.version)
    if not is_changed:
        report.warnings.append(f"MedDRA {distribution.version} is unchanged: nothing was done.")
    record_run(settings, report, parameters)
    report.seconds = watch.seconds()
    return report


def _commit(settings: Settings, distribution: Distribution, run: str) -> tuple[dict[str, int], bool]:
    """Write all tables beside, then make them current; rows of each, and whether anything changed."""
    lake = Lake(settings.lake)
    partition = {"meddra_version": distribution.version}
    tables = dictionary_tables(distribution)
    with lake.staging(f"meddra-{distribution.version}") as folder:
        paths = {name: folder / f"{name}.parquet" for name in tables}
        n_rows = {name: write_rows(declared(name), rows, paths[name]) for name, rows in tables.items()}
        writer = Run("meddra", run, code_version())
        # meddra_pt comes last: its partition says that the version is there, so an interrupted load is not seen.
        changed = [lake.commit(name, partition, paths[name], writer, n_rows[name]) for name in reversed(paths)]
    return n_rows, any(changed)


def _files(distribution: Distribution) -> list[dict[str, object]]:
    """Lines of each file; none is rejected where a distribution is loaded."""
    return [
        {"file": name, "n_read": len(lines), "n_kept": len(lines), "n_rejected": 0}
        for name, lines in distribution.lines.items()
    ]


def _remarks(settings: Settings, lake: Lake, version: str) -> list[str]:
    with Warehouse(settings) as warehouse:
        lay_meddra_over(warehouse, lake, version)
        return [*absent_names(warehouse, version), *disagreements(warehouse, version)]
