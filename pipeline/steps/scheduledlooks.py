"""Looks when a scheduler runs them: those due in both worlds, whom to tell, and what a reviewer's answer does."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.config import Settings
from pipeline.errors import NothingThere, UsageError
from pipeline.steps.result import Progress, StepReport, silent

APPROVE = "Approve"
Crossing = dict[str, Any]
"""A look that crossed, as run_looks shows it."""


def due_crossings(
    settings: Settings, as_of: str | None, cutoff: str | None, progress: Progress = silent
) -> tuple[list[StepReport], list[dict[str, Any]]]:
    """Make every due look of both worlds; the reports, and for each signal that waits to be judged its last crossing.

    as_of: data-lock point of the reports, cutoff: of the study; by default the newest of each. A world of which the lake
    holds nothing is left aside, unless its point was asked for. A crossing that an earlier run could not tell is among them.
    """
    from pipeline.steps.surveillance import crossings, run_looks  # noqa: PLC0415 -- a DAG file imports this module and stays light

    reports = []
    for world, point in (("spontaneous", as_of), ("cohort", cutoff)):
        if point is None and not _holds(settings, world):
            continue
        reports.append(run_looks(settings, point, world=world, progress=progress))
    if not reports:
        raise NothingThere("The lake holds neither reports nor a study: there is nothing to look at.")
    return reports, crossings(settings)


def answered(settings: Settings, crossing: Mapping[str, Any], answer: Mapping[str, Any] | None) -> StepReport:
    """Carry a reviewer's answer into the trail: Approve validates the signal, Reject asks that it be not validated.

    answer: chosen option, comment and who responded, as the scheduler keeps them. UsageError where nobody answered,
    nobody is named, or no comment is given.
    """
    from pipeline.steps.reviewing import move_signal  # noqa: PLC0415 -- as above

    if not answer or not answer.get("chosen_options"):
        raise UsageError(
            f"Nobody answered the review of look {crossing['look_id']}: decide with 'cartwatch signal move'."
        )
    who = (answer.get("responded_by_user") or {}).get("name")
    comment = str((answer.get("params_input") or {}).get("comment") or "").strip()
    if not who:
        raise UsageError(f"The answer about look {crossing['look_id']} names nobody: a decision needs its actor.")
    if not comment:
        raise UsageError(f"The answer about look {crossing['look_id']} has no comment: a decision needs its rationale.")
    to = "validated" if answer["chosen_options"] == [APPROVE] else "not_validated"
    acting = dataclasses.replace(settings, actor=str(who))
    return move_signal(acting, int(crossing["signal_id"]), to, comment)


def told(settings: Settings, crossings: Sequence[Mapping[str, Any]], progress: Progress = silent) -> None:
    """Mail and webhook, as far as they are configured."""
    from pipeline.steps.notify import notify  # noqa: PLC0415 -- as above

    for way in notify(settings, crossings):
        progress(f"told by {way}")


def reviewers(settings: Settings) -> list[dict[str, str]] | None:
    """Who may answer, as the scheduler names people; None for whomever it lets."""
    return [{"id": name, "name": name} for name in settings.reviewers] or None


def question(crossing: Mapping[str, Any]) -> dict[str, str]:
    """What a reviewer is asked: a headline and a text."""
    from pipeline.steps.notify import sentence  # noqa: PLC0415 -- as above

    return {
        "subject": f"Validate signal {crossing['signal_id']}? {crossing['plan_id']} crossed as of {crossing['dlp']}",
        "body": f"{sentence(crossing)} Approve: the signal is validated. Reject: it is proposed as not validated, which two "
        "people sign. The comment is kept as the rationale.",
    }


def _holds(settings: Settings, world: str) -> bool:
    from pipeline.lake.delta import open_lake  # noqa: PLC0415 -- as above

    return bool(open_lake(settings).files("report_version" if world == "spontaneous" else "study_subject"))
