"""Every look that a registered plan asks for, when new data are published; a crossing waits for a reviewer's answer."""

# ruff: noqa: PLC0415 -- a task imports its step when it runs: this file is read every few seconds, and must stay light

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Asset, Param, TriggerRule, get_current_context, task, task_group

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report
from pipeline.steps.scheduledlooks import answered, due_crossings, question

SIGNALS = Asset("cartwatch_signals", uri="cartwatch://lake/signals")
STUDY = Asset("cartwatch_study", uri="cartwatch://lake/study")
REVIEWERS = [{"id": name, "name": name} for name in settings_from_environment().reviewers]
ASKED = "review.asked"


@task
def look() -> list[dict[str, Any]]:
    """Every due look, written to the ledger; returns those that crossed."""
    params = get_current_context()["params"]
    reports, crossings = due_crossings(settings_from_environment(), params["as_of"], params["cutoff"], log_progress)
    log_report(*reports)
    return crossings


@task
def tell(crossings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mail and webhook, as far as they are configured."""
    from pipeline.steps.notify import notify

    for way in notify(settings_from_environment(), crossings):
        log_progress(f"told by {way}")
    return crossings


@task(multiple_outputs=True)
def ask(crossing: dict[str, Any]) -> dict[str, str]:
    """The question put to the reviewer."""
    return question(crossing)


@task(trigger_rule=TriggerRule.NONE_FAILED)
def keep(crossing: dict[str, Any]) -> None:
    """The answer into the audit trail: approved validates the signal, rejected proposes it as not validated."""
    instance = get_current_context()["ti"]
    answer = instance.xcom_pull(task_ids=ASKED, map_indexes=instance.map_index)
    log_report(answered(settings_from_environment(), crossing, answer))


@task_group
def review(crossing: dict[str, Any]) -> None:
    """One crossing: asked, answered, and the answer kept."""
    words = ask(crossing)
    asked = ApprovalOperator(
        task_id="asked",
        subject=words["subject"],
        body=words["body"],
        params={"comment": Param("", type="string", description="Why; kept as the rationale, and never left empty")},
        assigned_users=REVIEWERS or None,
        response_timeout=timedelta(days=90),
    )
    # A rejection skips what stands next to the question, and the answer is kept all the same.
    asked >> EmptyOperator(task_id="approved") >> keep(crossing)


with DAG(
    "surveillance",
    description="Due looks of registered plans, and the review of those that cross",
    schedule=(SIGNALS | STUDY),
    start_date=datetime(2017, 11, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}Q[1-4]$",
            description="Data-lock point of the reports, as 2024Q1; empty means the newest quarter in the lake",
        ),
        "cutoff": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="Data-lock point of the study, as 2026-06-30; empty means the newest cut-off in the lake",
        ),
    },
    tags=["cartwatch", "surveillance"],
    doc_md=__doc__,
):
    review.expand(crossing=tell(look()))
