"""Verbs of the looks that registered plans ask for."""

from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.verbs.governing import ACTOR, acting, plan, show
from pipeline.verbs.options import JSON
from pipeline.verbs.telling import watched


@plan.command("look")
@click.option(
    "--as-of",
    metavar="POINT",
    help="Data-lock point, as 2024Q1, or 2026-06-30 in the cohort; default: the newest held.",
)
@click.option(
    "--world",
    type=click.Choice(["spontaneous", "cohort"]),
    default="spontaneous",
    show_default=True,
    help="Which data.",
)
@click.option("--study", "study_id", metavar="ID", help="Study of the cohort; default: the only one held.")
@click.option("--plan", "plans", multiple=True, metavar="ID", help="Only this plan; repeat for more; default: all.")
@ACTOR
@JSON
@click.pass_obj
def plan_look(
    settings: Settings,
    as_of: str | None,
    world: str,
    study_id: str | None,
    plans: tuple[str, ...],
    actor: str | None,
    *,
    as_json: bool,
) -> None:
    """Make every look that is due: each is counted against its plan's alpha and written once; a crossing opens a signal.

    \b
    Examples:
      cartwatch plan look --as-of 2024Q1
      cartwatch plan look --world cohort --as-of 2026-06-30 --plan tisagenlecleucel-spm
    """
    from pipeline.steps.surveillance import run_looks

    with watched(as_json) as progress:
        done = run_looks(
            acting(settings, actor), as_of, world=world, study_id=study_id, only_plans=plans, progress=progress
        )
    show(done, as_json, "looks_made")


@plan.command("skip")
@click.argument("plan_id", metavar="ID")
@click.option("--look", "number", type=click.IntRange(1), required=True, help="Number of the look in the plan.")
@click.option("--reason", required=True, help="Why it was not made.")
@ACTOR
@JSON
@click.pass_obj
def plan_skip(settings: Settings, plan_id: str, number: int, reason: str, actor: str | None, *, as_json: bool) -> None:
    """Write that a planned look was not made, and why; no alpha is spent on it.

    \b
    Example:
      cartwatch plan skip tisagenlecleucel-spm --look 3 --reason "2024Q3 was never published"
    """
    from pipeline.steps.surveillance import skip

    show(skip(acting(settings, actor), plan_id, number, reason), as_json, "looks_made")


@click.command()
@click.argument("what", metavar="LOOK_ID|REPORT_ID")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for what is made again."
)
@JSON
@click.pass_obj
def reproduce(settings: Settings, what: str, out: Path, *, as_json: bool) -> None:
    """Make a look or a report again from the data it read then, and hold it against what was kept.

    A look is named PLAN:NUMBER, a report by the run id that it prints. Every difference is told with its cause: the data,
    the vocabulary or the code.

    \b
    Examples:
      cartwatch reproduce tisagenlecleucel-spm:3 --out again
      cartwatch reproduce 3f2a9c0d11e4b7a6 --out again
    """
    from pipeline.steps.reproduce import reproduce as make_again

    with watched(as_json) as progress:
        done = make_again(settings, what, out, progress)
    show(done, as_json, "reproduced")
