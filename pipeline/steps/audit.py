"""The audit trail and the store's schema: verify, export, upgrade."""

from dataclasses import asdict
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import InputRefused
from pipeline.governance.anchors import kept_heads
from pipeline.governance.audit import events
from pipeline.governance.auditexport import export_trail, read_export
from pipeline.governance.canonical import restored
from pipeline.governance.guards import missing_guards
from pipeline.governance.migration import upgraded
from pipeline.governance.schema import REVISIONS
from pipeline.governance.store import Store, open_store
from pipeline.governance.verification import Verdict, verify
from pipeline.steps.governing import reported
from pipeline.steps.result import StepReport, Stopwatch

NO_HEADS = (
    "No earlier head of the trail is kept beside the lake's tables: a trail whose end was cut off together with its own head "
    "shows only against an export; give --against."
)

OTHER_HEADS = (
    "{where} also keeps heads of {others}, which is not {name}: they were left aside. One lake needs one store."
)


def verify_audit(settings: Settings, against: Path | None = None) -> StepReport:
    """Read the whole audit trail and hold it against itself, the store, the heads it has had, and an earlier export.

    The triggers and constraints that keep it as it was written, and the schema's revision, must stand as they were made.
    InputRefused names the first record that is altered, missing, added or out of order, else the first guard that is not
    there; nothing is mended.
    """
    watch, store = Stopwatch(), open_store(settings)
    exported = None if against is None else read_export(against)
    kept = kept_heads(store.heads)
    heads = [one for one in kept if one["store"] == store.name]
    with store.reading() as connection:
        verdict = verify(connection, exported, heads)
        told = [restored(event["after"])["revision"] for event in events(connection, subject_kind="store")]
        missing = missing_guards(connection)
    if verdict.first_bad is not None:
        raise InputRefused(
            f"The audit trail of {store.where} is not whole: {verdict.first_bad}. "
            "Keep the store as it is, restore a copy beside it, and find out who had access."
        )
    if told[-1:] != [REVISIONS[-1]]:
        missing.append(f"the schema says it is {REVISIONS[-1]}, the trail tells {(told or ['none'])[-1]}")
    _refuse_unguarded(store, verdict, missing)
    report = reported("audit verify", store, {"against": str(against)}, watch)
    report.counts |= asdict(verdict)
    if others := sorted({str(one["store"]) for one in kept} - {store.name}):
        report.warnings.append(OTHER_HEADS.format(where=store.heads, others=", ".join(others), name=store.name))
    if against is None and not heads:
        report.warnings.append(NO_HEADS)
    return report


def _refuse_unguarded(store: Store, verdict: Verdict, missing: list[str]) -> None:
    """InputRefused where the database no longer keeps records as they were written."""
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputRefused(
            f"The {verdict.n_events} records of {store.where} are as they were written, but the store no longer guards them: "
            f"{missing[0]}{more}. Find out who had access, and restore the store's tables and triggers from a copy."
        )


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
