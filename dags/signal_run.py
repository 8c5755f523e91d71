"""Every measure and the report, as of a quarter that has just become part of the lake."""

# ruff: noqa: PLC0415 -- a task imports its step when it runs: this file is read every few seconds, and must stay light

from datetime import UTC, datetime

from airflow.sdk import DAG, Asset, IdentityMapper, Param, PartitionedAssetTimetable, get_current_context, task

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import data_lock_point_of_run, log_progress, log_report, write_reports

FAERS_QUARTER = Asset("cartwatch_faers_quarter", uri="cartwatch://lake/faers_quarter")


@task
def signals() -> str:
    """Counts, priors and measures; returns the data-lock point they are as of."""
    from pipeline.steps.signals import compute_signals

    context = get_current_context()
    as_of = data_lock_point_of_run(context["params"]["as_of"], context["dag_run"].partition_key)
    done = compute_signals(settings_from_environment(), as_of, progress=log_progress)
    log_report(done)
    return done.as_of


@task
def report(as_of: str) -> None:
    """The signal report: one for each product asked for, else one for all."""
    products = get_current_context()["params"]["products"]
    log_report(*write_reports(settings_from_environment(), as_of, products, log_progress))


with DAG(
    "signal_run",
    description="Signals and report as of a published quarter",
    schedule=PartitionedAssetTimetable(assets=FAERS_QUARTER, default_partition_mapper=IdentityMapper()),
    start_date=datetime(2017, 11, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}Q[1-4]$",
            description="Only for a run by hand: 2024Q1; empty means the newest quarter in the lake",
        ),
        "products": Param(
            [],
            type="array",
            items={"type": "string"},
            description="A report for each of these; empty means one report with all products",
        ),
    },
    tags=["cartwatch", "signals"],
    doc_md=__doc__,
):
    report(signals())
