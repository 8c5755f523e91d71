"""The audit trail and the store's schema: verify, export, upgrade."""

from dataclasses import asdict
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import InputRefused
from pipeline.governance.auditexport import export_trail, read_export
from pipeline.governance.migration import upgraded
from pipeline.governance.schema import REVISIONS
from pipeline.governance.store import open_store
from pipeline.governance.verification import verify
from pipeline.steps.governing import reported
from pipeline.steps.result import StepReport, Stopwatch


def verify_audit(settings: Settings, against: Path | None = None) -> StepReport:
    """Read the whole audit trail and hold it against itself, the store, and an earlier export.

    InputRefused names the first record that is altered, missing, added or out of order; nothing is mended.
    """
    watch, store = Stopwatch(), open_store(settings)
    exported = None if against is None else read_export(against)
    with store.reading() as connection:
        verdict = verify(connection, exported)
    if verdict.first_bad is not None:
        raise InputRefused(
            f"The audit trail of {store.where} is not whole: {verdict.first_bad}. "
            "Keep the store as it is, restore a copy beside it, and find out who had access."
        )
    report = reported("audit verify", store, {"against": str(against)}, watch)
    report.counts |= asdict(verdict)
    if against is None:
        report.warnings.append(
            "A trail whose end was cut off together with its head shows only against an export: give --against."
        )
    return report


def export_audit(settings: Settings, out: Path) -> StepReport:
    """Write the audit trail as JSONL or CSV, with its head beside it."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        written = export_trail(connection, out)
    report = reported("audit export", store, {"out": str(out)}, watch)
    report.outputs = [str(path) for path in written]
    return report


def upgrade_store(settings: Settings) -> StepReport:
    """Bring the store to the schema of this version, or make it; nothing that is there is lost."""
    watch = Stopwatch()
    store, before = upgraded(settings)
    report = reported("store upgrade", store, {}, watch)
    report.counts |= {"revision_before": before, "revision": REVISIONS[-1]}
    if before == REVISIONS[-1]:
        report.warnings.append(f"The store has the schema {before} already: nothing was done.")
    return report
