"""Every look that a registered plan asks for, when new data are published; a crossing waits for a reviewer's answer."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Asset, Param, TriggerRule, get_current_context, task, task_group

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report
from pipeline.steps.scheduledlooks import Crossing, answered, due_crossings, question, reviewers, told

SIGNALS = Asset("cartwatch_signals", uri="cartwatch://lake/signals")
STUDY = Asset("cartwatch_study", uri="cartwatch://lake/study")
ASKED = "review.asked"


@task
def look() -> list[Crossing]:
    """Every due look, written to the ledger; returns the crossings that nobody has judged yet."""
    params = get_current_context()["params"]
    reports, crossings = due_crossings(settings_from_environment(), params["as_of"], params["cutoff"], log_progress)
    log_report(*reports)
    return crossings


@task
def tell(crossings: list[Crossing]) -> list[Crossing]:
    """Mail and webhook, as far as they are configured."""
    told(settings_from_environment(), crossings, log_progress)
    return crossings


@task(multiple_outputs=True)
def ask(crossing: Crossing) -> dict[str, str]:
    """The question put to the reviewer."""
    return question(crossing)


@task(trigger_rule=TriggerRule.NONE_FAILED)
def keep(crossing: Crossing) -> None:
    """The answer into the audit trail: approved validates the signal, rejected proposes it as not validated."""
    instance = get_current_context()["ti"]
    answer = instance.xcom_pull(task_ids=ASKED, map_indexes=instance.map_index)
    log_report(answered(settings_from_environment(), crossing, answer))


@task_group
def review(crossing: Crossing) -> None:
    """One crossing: asked, answered, and the answer kept."""
    words = ask(crossing)
    asked = ApprovalOperator(
        task_id="asked",
        subject=words["subject"],
        body=words["body"],
        params={"comment": Param("", type="string", description="Why; kept as the rationale, and never left empty")},
        assigned_users=reviewers(settings_from_environment()),
        response_timeout=timedelta(days=30),
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
