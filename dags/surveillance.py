"""Due looks of registered plans and designated events, when new data are published; each signal opened gets its review."""

from datetime import UTC, datetime
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Asset, Param, get_current_context, task

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report
from pipeline.steps.scheduledlooks import Waiting, due_reviews, reviews_of, told

SIGNALS = Asset("cartwatch_signals", uri="cartwatch://lake/signals")
STUDY = Asset("cartwatch_study", uri="cartwatch://lake/study")


@task
def look() -> list[Waiting]:
    """Every due look into the ledger, every designated event into its signal; returns the signals that nobody has judged yet."""
    params = get_current_context()["params"]
    reports, waiting = due_reviews(settings_from_environment(), params["as_of"], params["cutoff"], log_progress)
    log_report(*reports)
    return waiting


@task
def tell(waiting: list[Waiting]) -> None:
    """Mail and webhook, as far as they are configured."""
    told(settings_from_environment(), waiting, log_progress)


@task
def list_reviews(waiting: list[Waiting]) -> list[dict[str, Any]]:
    """The review that each signal is to have."""
    return reviews_of(waiting)


with DAG(
    "surveillance",
    description="Due looks of registered plans, designated events, and a review of each signal they open",
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
    found = look()
    # A mail server that is down stops no review.
    tell(found)
    # A review has a run of its own: a question that waits for weeks keeps no later look waiting.
    TriggerDagRunOperator.partial(
        task_id="review",
        trigger_dag_id="signal_review",
        logical_date=None,
        reset_dag_run=True,
        fail_when_dag_is_paused=True,
    ).expand_kwargs(list_reviews(found))
