"""Verbs that look at what the lake holds and at this machine."""

from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.options import JSON, quarter_of
from pipeline.verbs.telling import tell, told_when_refused, watched


@click.command()
@click.option("--quarter", metavar="QUARTER", help="Only this quarter; default: all quarters and studies.")
@click.option("--study", "study_id", metavar="ID", help="Only this follow-up study, at each cut-off held.")
@click.option("--table", metavar="TABLE", help="Only rules of this table.")
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write the results of all quarters as a page."
)
@JSON
@click.pass_obj
def validate(
    settings: Settings,
    quarter: str | None,
    study_id: str | None,
    table: str | None,
    page: Path | None,
    *,
    as_json: bool,
) -> None:
    """Run the gate again on what the lake holds, quarters and follow-up studies; changes no data.

    Ends with exit code 11 where a critical rule is broken.

    \b
    Examples:
      cartwatch validate --quarter 2024Q1 --page gate.html
      cartwatch validate --study cctl019b2401
    """
    from pipeline.steps.gatepage import write_gate_page
    from pipeline.steps.validation import revalidate
    from pipeline.verbs.lakescreen import validated

    with told_when_refused(as_json, validated), watched(as_json) as progress:
        if quarter is not None and study_id is not None:
            raise UsageError("A quarter belongs to no study: give --quarter or --study, or neither for all.")
        report = revalidate(settings, quarter_of(quarter), table, study_id=study_id, progress=progress)
        if page is not None:
            report.outputs.append(str(write_gate_page(settings, page)))
    tell(report, as_json, validated)


@click.command()
@JSON
@click.pass_obj
def status(settings: Settings, *, as_json: bool) -> None:
    """What the lake holds: quarters and studies, rows, rejected lines, archives and gate results.

    \b
    Example:
      cartwatch --lake ./lake status
    """
    from pipeline.steps.status import lake_status
    from pipeline.verbs.lakescreen import held

    tell(lake_status(settings), as_json, held)


@click.command()
@JSON
@click.pass_obj
def doctor(settings: Settings, *, as_json: bool) -> None:
    """What is wrong with this machine, and what to do about it.

    \b
    Example:
      cartwatch doctor
    """
    from pipeline.steps.status import examine

    tell(examine(settings), as_json, "machine")
