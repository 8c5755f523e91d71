"""The follow-up study as of a data-lock point: the registry's extract, every estimate, and the interim report."""

from datetime import UTC, datetime

from airflow.sdk import DAG, Asset, Param, get_current_context, task

from pipeline.config import settings_from_environment
from pipeline.steps.scheduled import log_progress, log_report
from pipeline.steps.scheduledstudy import Held, announcements, estimate, extract_of_run, load, write_study_reports

REGISTRY_EXTRACT = Asset("cartwatch_registry_extract", uri="cartwatch://registry/extract")
STUDY = Asset("cartwatch_study", uri="cartwatch://lake/study")


@task
def ingest() -> Held:
    """The extract's records into the lake, under pseudonyms and behind the gate; returns the study and its cut-off."""
    context = get_current_context()
    extract = extract_of_run(context["params"], announcements(context.get("triggering_asset_events")))
    done, held = load(settings_from_environment(), extract, log_progress)
    log_report(done)
    return held


@task(outlets=[STUDY])
def run(held: Held) -> Held:
    """Every estimate of the study as of the cut-off; nothing where nothing has changed."""
    log_report(estimate(settings_from_environment(), held, log_progress))
    return held


@task
def report(held: Held) -> None:
    """The regulator's copy of the interim report, and the public one where the run asks for it."""
    is_public = bool(get_current_context()["params"]["public"])
    log_report(*write_study_reports(settings_from_environment(), held, public=is_public, progress=log_progress))


with DAG(
    "follow_up_study",
    description="Estimates and interim report of the follow-up study as of a cut-off",
    schedule=[REGISTRY_EXTRACT],
    start_date=datetime(2017, 9, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "folder": Param(
            None, type=["null", "string"], description="Folder of the registry's extract; for a run by hand"
        ),
        "cutoff": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="Data-lock point of the extract, as 2026-06-30; for a run by hand",
        ),
        "study": Param(None, type=["null", "string"], description="Id of the study; empty means what the extract says"),
        "mapping": Param(
            None,
            type=["null", "string"],
            description="sdtm, adam, cibmtr or the path of a mapping; empty means the one that the files fit",
        ),
        "rates": Param(
            None, type=["null", "string"], description="CSV of second malignancies expected in the population"
        ),
        "survivor_rates": Param(
            None, type=["null", "string"], description="The same of survivors of B-cell malignancy"
        ),
        "public": Param(default=False, type="boolean", description="Write the public copy as well"),
    },
    tags=["cartwatch", "study"],
    doc_md=__doc__,
):
    report(run(ingest()))
