"""Every measure and the report, as of a quarter that has just become part of the lake."""

# ruff: noqa: PLC0415 -- a task imports its step when it runs: this file is read every few seconds, and must stay light

from datetime import UTC, datetime

from airflow.sdk import DAG, Asset, IdentityMapper, Param, PartitionedAssetTimetable, get_current_context, task

from pipeline.steps.scheduled import (
    data_lock_point_of_run,
    log_progress,
    log_report,
    report_folder,
    run_settings,
    write_reports,
)

FAERS_QUARTER = Asset("cartwatch_faers_quarter", uri="cartwatch://lake/faers_quarter")
SIGNALS = Asset("cartwatch_signals", uri="cartwatch://lake/signals")


@task
def signals() -> str:
    """Counts, priors and measures; returns the data-lock point they are as of."""
    from pipeline.steps.signals import compute_signals

    context = get_current_context()
    as_of = data_lock_point_of_run(context["params"]["as_of"], context["dag_run"].partition_key)
    done = compute_signals(run_settings(context["params"]), as_of, progress=log_progress)
    log_report(done)
    return done.as_of


@task
def onset(as_of: str) -> str:
    """Days from infusion to event, as whole tables beside the report."""
    from pipeline.steps.onset import compute_onset

    settings = run_settings(get_current_context()["params"])
    log_report(compute_onset(settings, as_of, out=report_folder(settings, as_of), progress=log_progress))
    return as_of


@task
def trend(as_of: str) -> str:
    """Cases by quarter of receipt, as whole tables beside the report."""
    from pipeline.steps.trend import compute_trend

    settings = run_settings(get_current_context()["params"])
    log_report(compute_trend(settings, as_of, out=report_folder(settings, as_of), progress=log_progress))
    return as_of


@task(outlets=[SIGNALS])
def report(as_of: str) -> None:
    """The signal report: one for each product asked for, else one for all."""
    params = get_current_context()["params"]
    log_report(*write_reports(run_settings(params), as_of, params["products"], log_progress))


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
            description="A report for each of these; empty means one report with all products. Tables always hold all",
        ),
        "data_versions": Param(
            [],
            type="array",
            items={"type": "string", "pattern": r"^\d{4}[Qq][1-4]=[0-9A-Fa-f]{6,64}$"},
            description="Read a quarter from one issue of its archive: 2012Q4=3f2a9c, the start of its SHA-256",
        ),
        "with_duplicates": Param(
            default=False, type="boolean", description="Count every current case, duplicates included"
        ),
        "meddra": Param(
            None,
            type=["null", "string"],
            description="MedDRA version loaded, or none; empty means the newest that is loaded",
        ),
    },
    tags=["cartwatch", "signals"],
    doc_md=__doc__,
):
    report(trend(onset(signals())))
