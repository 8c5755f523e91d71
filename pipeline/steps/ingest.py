"""From the publisher's archives to typed, validated tables, one quarter at a time."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from pipeline.config import Settings
from pipeline.contract.edition import refuse_disorder
from pipeline.errors import GateFailed, NothingThere
from pipeline.intake.archive import QuarterInput, check_bytes, quarters_in
from pipeline.intake.faers import Account, Staged, check_layout, stage_core, stage_raw
from pipeline.intake.landing import Landed, edition_of, land, landed, sha256_of
from pipeline.lake.delta import Lake, Run
from pipeline.lake.snapshot import CORE, held_editions
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.suites import loading
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run
from pipeline.steps.validation import (
    RAW,
    commit_gate,
    gate,
    gate_message,
    gate_report,
    ingest_run,
    runs_of,
    show_raw,
)


def ingest(
    settings: Settings, paths: Sequence[Path], progress: Progress = silent, *, rank: int | None = None
) -> StepReport:
    """Land, stage, type and validate every quarter the paths hold; unchanged quarters are left alone.

    Layouts and checksums of all quarters are checked before the first is written, so that a damaged archive
    stops the run while nothing is written. A quarter that the gate refuses does not keep the others out: GateFailed
    is raised at the end, with the report of the whole run. rank: place of these archives among the editions of their
    quarters, where the publisher's dates do not tell.
    """
    watch = Stopwatch()
    lake = Lake(settings.lake)
    quarters = quarters_in(paths, settings.archive_limits)
    for quarter in quarters:
        check_layout(quarter)
    given = {quarter.quarter: _landed_as(lake, quarter, sha256_of(quarter), rank) for quarter in quarters}
    pending = [quarter for quarter in quarters if not _is_current(lake, given[quarter.quarter])]
    for quarter in pending:
        progress(f"{quarter.quarter} checking the archive")
        check_bytes(quarter)
    hashes = {name: item.sha256 for name, item in given.items()}
    report = StepReport("ingest", run_id("ingest", hashes, {}), inputs=[str(path) for path in paths])
    report.warnings += [
        f"{quarter.origin} is named after {told} and holds the files of {quarter.quarter}: loaded as {quarter.quarter}."
        for quarter in pending
        if (told := quarter.named_otherwise)
    ]
    failures: list[str] = []
    with loading() if pending else nullcontext():
        for quarter in quarters:
            if quarter in pending:
                sha256 = _land(lake, given[quarter.quarter], rank)
                copied = landed(lake.root, quarter.quarter, settings.archive_limits, sha256)
                failures += _ingest_quarter(settings, copied, report, progress)
            else:
                report.warnings.append(f"{quarter.quarter} is unchanged: nothing was done.")
    report.as_of = quarters[-1].quarter
    report.counts |= {"quarters": [quarter.quarter for quarter in quarters], "unchanged": len(quarters) - len(pending)}
    report.seconds = watch.seconds()
    if failures:
        raise GateFailed("\n".join(failures), report)
    return report


def _landed_as(lake: Lake, quarter: QuarterInput, sha256: str, rank: int | None) -> Landed:
    """What landing the quarter would make of it; UsageError where its editions could not be put in order."""
    is_held = _is_held(lake, quarter, sha256)
    found = Landed(quarter, sha256, edition_of(quarter, sha256, lake.root, rank, is_held=is_held))
    _refuse_disorder(lake, found)
    return found


def _is_held(lake: Lake, quarter: QuarterInput, sha256: str) -> bool:
    """Whether the lake holds typed tables of this archive."""
    return any(sha256.startswith(edition.sha256) for edition in held_editions(lake).get(quarter.quarter, []))


def _land(lake: Lake, given: Landed, rank: int | None) -> str:
    """Land one quarter, one process at a time, its place looked at again; returns its SHA-256."""
    quarter = given.given
    with lake.staging(f"landing-{quarter.quarter}"):
        _landed_as(lake, quarter, given.sha256, rank)
        return land(quarter, lake.root, rank, is_held=_is_held(lake, quarter, given.sha256)).sha256


def _refuse_disorder(lake: Lake, given: Landed) -> None:
    quarter = given.given.quarter
    refuse_disorder(quarter, [given.edition, *held_editions(lake).get(quarter, [])])


def _ingest_quarter(settings: Settings, given: Landed, report: StepReport, progress: Progress) -> list[str]:
    """Stage and validate one landed quarter; what the gate refuses is told, and the next quarter has its turn."""
    report.absorb(_stage(settings, given, progress))
    try:
        report.absorb(_validate(settings, given, progress))
    except GateFailed as failure:
        if isinstance(failure.report, StepReport):
            report.absorb(failure.report)
        return [str(failure)]
    return []


def land_quarter(settings: Settings, quarter: QuarterInput) -> str:
    """Keep the publisher's bytes once they have been unpacked without a fault; returns their SHA-256."""
    lake = Lake(settings.lake)
    given = _landed_as(lake, quarter, sha256_of(quarter), None)
    check_bytes(quarter)
    return _land(lake, given, None)


def stage_quarter(settings: Settings, quarter: str, progress: Progress = silent) -> StepReport:
    """The archive given last for a quarter to raw tables, which always commit, whatever the gate will say."""
    return _stage(settings, landed(Lake(settings.lake).root, quarter, settings.archive_limits), progress)


def validate_quarter(settings: Settings, quarter: str, progress: Progress = silent) -> StepReport:
    """Type the raw tables of the archive given last, put them through the gate and make them current.

    GateFailed, with the table of broken rules, leaves the previous typed tables current.
    """
    lake = Lake(settings.lake)
    if quarter not in lake.partitions("source_file"):
        raise NothingThere(f"{quarter} has not been staged: run 'cartwatch ingest faers' with its archive.")
    return _validate(settings, landed(lake.root, quarter, settings.archive_limits), progress)


def _stage(settings: Settings, given: Landed, progress: Progress) -> StepReport:
    watch = Stopwatch()
    lake = Lake(settings.lake)
    quarter = given.given.quarter
    check_layout(given.given)
    run = ingest_run(quarter, given.sha256)
    with lake.staging(quarter) as folder:
        staged, accounts = stage_raw(given.given, given.sha256, run.run_id, folder, progress)
        _commit(lake, staged, _partition(given), run)
    report = StepReport("stage", run.run_id, quarter, [str(given.given.origin)], [lake.uri(name) for name in RAW])
    report.counts = {"files": [{"quarter": quarter} | asdict(account) for account in accounts], **_totals(accounts)}
    report.seconds = watch.seconds()
    return report


def _validate(settings: Settings, given: Landed, progress: Progress) -> StepReport:
    watch = Stopwatch()
    lake = Lake(settings.lake)
    quarter, partition = given.given.quarter, _partition(given)
    run = ingest_run(quarter, given.sha256)
    with lake.staging(quarter) as folder:
        _refuse_disorder(lake, given)
        with Warehouse(settings) as warehouse:
            show_raw(lake, warehouse, partition)
            staged = list(stage_core(quarter, given.edition.label, folder, warehouse, progress))
            progress(f"{quarter} validating")
            outcome = gate(lake, warehouse, quarter, run.run_id)
        commit_gate(lake, outcome, partition, run, folder)
        report = gate_report("validate", quarter, outcome, run, watch)
        if outcome.failed:
            raise GateFailed(gate_message(quarter, outcome), report)
        _commit(lake, staged, partition, run)
    report.outputs = [lake.uri(name) for name in CORE]
    report.counts = {"rows": {item.table.name: item.n_rows for item in staged}, **report.counts}
    record_run(settings, report, partition | {"archive_sha256": given.sha256})
    return report


def _partition(given: Landed) -> dict[str, str]:
    return {"quarter": given.given.quarter, "edition": given.edition.label}


def _is_current(lake: Lake, given: Landed) -> bool:
    """Whether the edition's tables, raw and typed, all come from these bytes and this code."""
    wanted = ingest_run(given.given.quarter, given.sha256).run_id
    tables = ("source_file", *RAW, *CORE)
    return all(runs_of(lake, name, _partition(given)) == [wanted] for name in tables)


def _commit(lake: Lake, staged: Sequence[Staged], partition: Mapping[str, str], run: Run) -> None:
    for item in staged:
        lake.commit(item.table.name, partition, item.path, run, item.n_rows)


def _totals(accounts: Sequence[Account]) -> dict[str, int]:
    return {
        "read": sum(account.n_read for account in accounts),
        "kept": sum(account.n_kept for account in accounts),
        "rejected": sum(account.n_rejected for account in accounts),
    }
