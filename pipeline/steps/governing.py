"""What every step on the governance store does alike: open it, say who acts, and report on the state it left."""

from collections.abc import Mapping

from pipeline.config import Settings
from pipeline.governance.audit import head
from pipeline.governance.engine import store_url
from pipeline.governance.store import Store, held_revision
from pipeline.steps.result import StepReport, Stopwatch, run_id


def is_absent(settings: Settings) -> bool:
    """Whether there is no store yet."""
    return held_revision(Store(store_url(settings))) is None


def reported(step: str, store: Store, asked: Mapping[str, object], watch: Stopwatch) -> StepReport:
    """A finished step's report; its run id comes of the audit trail's head, so that it tells the state it left."""
    with store.reading() as connection:
        at = head(connection)
    report = StepReport(step, run_id(step, at["hash"], asked), inputs=[store.where], seconds=watch.seconds())
    report.counts["n_audit_records"] = at["n_events"]
    return report
