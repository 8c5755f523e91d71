"""A step's progress and outcome as lines of a task's log."""

import json
import logging

from pipeline.steps.result import StepReport

LOG = logging.getLogger("cartwatch")


def log_progress(line: str) -> None:
    """One line of progress."""
    LOG.info(line)


def log_report(report: StepReport) -> None:
    """What the step counted and wrote, then each of its warnings."""
    LOG.info("%s %s done in %.1f s (run %s)", report.step, report.as_of or "", report.seconds, report.run_id)
    for name, value in report.counts.items():
        LOG.info("%s: %s", name, json.dumps(value, ensure_ascii=False, default=str))
    for path in report.outputs:
        LOG.info("written: %s", path)
    for line in report.warnings:
        LOG.warning(line)
