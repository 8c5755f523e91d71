"""The review of one signal: a reviewer is asked whether it is valid, and the answer goes into the audit trail."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, TriggerRule, get_current_context, task, task_group

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report
from pipeline.steps.scheduledlooks import Question, answered, questions, reviewers

ASKED = "review.asked"


@task
def find() -> list[Question]:
    """The question to put to the reviewer; none where the signal was judged or changed meanwhile."""
    params = get_current_context()["params"]
    return questions(settings_from_environment(), params["signal_id"], params["version"], log_progress)


@task(multiple_outputs=True)
def ask(found: Question) -> Question:
    """Its words, one by one."""
    return found


@task(trigger_rule=TriggerRule.NONE_FAILED)
def keep(found: Question) -> None:
    """The answer into the audit trail: approved validates the signal, rejected proposes it as not validated."""
    instance = get_current_context()["ti"]
    answer = instance.xcom_pull(task_ids=ASKED, map_indexes=instance.map_index)
    log_report(answered(settings_from_environment(), found, answer))


@task_group
def review(found: Question) -> None:
    """One question: asked, answered, and the answer kept."""
    words = ask(found)
    asked = ApprovalOperator(
        task_id="asked",
        subject=words["subject"],
        body=words["body"],
        params={"comment": Param("", type="string", description="Why; kept as the rationale, and never left empty")},
        assigned_users=reviewers(settings_from_environment()),
        response_timeout=timedelta(days=30),
    )
    # A rejection skips what stands next to the question, and the answer is kept all the same.
    asked >> EmptyOperator(task_id="approved") >> keep(found)


with DAG(
    "signal_review",
    description="The review of one signal that surveillance opened",
    schedule=None,
    start_date=datetime(2017, 11, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=100,
    default_args={"retries": 0},
    params={
        "signal_id": Param(
            type="integer", minimum=1, description="Number of the signal, as 'cartwatch signal list' shows"
        ),
        "version": Param(
            None, type=["null", "integer"], minimum=1, description="Version it is to be judged in; empty means today's"
        ),
    },
    tags=["cartwatch", "surveillance"],
    doc_md=__doc__,
):
    # Mapped over one question, or none: an operator that is not mapped loses the answer when it is a rejection.
    review.expand(found=find())
