"""One FAERS quarter, from FDA's site to resolved cases; each task may be run again alone."""

# ruff: noqa: PLC0415 -- a task imports its step when it runs: this file is read every few seconds, and must stay light

from datetime import UTC, datetime, timedelta

from airflow.sdk import (
    DAG,
    Asset,
    CronPartitionTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report, quarter_of_run

FAERS_QUARTER = Asset("cartwatch_faers_quarter", uri="cartwatch://lake/faers_quarter")
ONLY_OUTAGES = ExceptionRetryPolicy(
    default=RetryAction.FAIL,
    rules=[RetryRule(exception="pipeline.errors.SourceOutage", action=RetryAction.RETRY)],
)
# After 5, 10, 20 … minutes, then daily: five days in all, for a broken line as for a late publication.
PATIENTLY = {
    "retries": 12,
    "retry_policy": ONLY_OUTAGES,
    "retry_delay": timedelta(minutes=5),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(days=1),
}


@task(**PATIENTLY)
def fetch() -> str:
    """Download the quarter's archive; the only task that is tried again, and only after an outage."""
    from pipeline.steps.fetch import fetch_into_lake

    context = get_current_context()
    quarter = quarter_of_run(context["params"]["quarter"], context["dag_run"].partition_date)
    log_report(fetch_into_lake(settings_from_environment(), quarter, progress=log_progress))
    return quarter


@task
def land(quarter: str) -> str:
    """Keep FDA's bytes under their hash."""
    from pipeline.steps.fetch import land_fetched

    log_report(land_fetched(settings_from_environment(), quarter))
    return quarter


@task
def stage(quarter: str) -> str:
    """Bytes to raw tables, every line kept or rejected with a reason."""
    from pipeline.steps.ingest import stage_quarter

    log_report(stage_quarter(settings_from_environment(), quarter, log_progress))
    return quarter


@task
def validate(quarter: str) -> str:
    """Type the tables and put them through the gate; broken critical rules fail the task and are in its log."""
    from pipeline.steps.ingest import validate_quarter

    log_report(validate_quarter(settings_from_environment(), quarter, log_progress))
    return quarter


@task
def resolve(quarter: str) -> str:
    """Versions to cases, as of this quarter."""
    from pipeline.steps.cases import resolve_cases

    log_report(resolve_cases(settings_from_environment(), quarter, log_progress))
    return quarter


@task(outlets=[FAERS_QUARTER])
def publish(quarter: str, *, outlet_events) -> None:  # noqa: ANN001 -- Airflow hands in an accessor without a public type
    """Tell the signal run that the quarter is there."""
    outlet_events[FAERS_QUARTER].add_partitions(quarter)


with DAG(
    "faers_quarter",
    description="One quarter of FAERS: fetch, land, stage, validate, resolve, publish",
    # FDA publishes a quarter about a month after its end. The run of 1 May is about the tick before it,
    # 1 February: the first quarter. Ticks stay at midnight: a partition key has no hour.
    schedule=CronPartitionTimetable("0 0 1 2,5,8,11 *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    start_date=datetime(2017, 11, 1, tzinfo=UTC),  # the first run is about 2017Q3, when the first CAR-T was approved
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "quarter": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}Q[1-4]$",
            description="Only for a run by hand without partition key: 2024Q1",
        )
    },
    tags=["cartwatch", "faers"],
    doc_md=__doc__,
):
    publish(resolve(validate(stage(land(fetch())))))
