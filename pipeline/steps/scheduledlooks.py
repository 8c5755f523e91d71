"""Surveillance when a scheduler runs it: what is due in both worlds, whom to tell, whom to ask, and what an answer does."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pipeline.config import Settings
from pipeline.errors import NothingThere, UsageError
from pipeline.steps.result import Progress, StepReport, silent

APPROVE = "Approve"
Waiting = dict[str, Any]
"""A signal that people are told of, as pipeline.steps.awaiting tells it: one that waits to be judged, or cannot be."""
Question = dict[str, Any]
"""What is asked about a signal, and of which of its versions: signal_id, version, subject, body."""


def due_reviews(
    settings: Settings, as_of: str | None, cutoff: str | None, progress: Progress = silent
) -> tuple[list[StepReport], list[Waiting]]:
    """Make every due look of both worlds and look for designated events; the reports, and every signal to be told of.

    Told of is a signal that waits to be judged; and one that is closed, or waits for signatures, of which a designated event
    was found that could not be recorded.

    as_of: data-lock point of the reports, cutoff: of the study; by default the newest of each. A world of which the lake
    holds nothing is left aside, unless its point was asked for. What an earlier run opened and could not tell is among them.
    """
    from pipeline.steps.awaiting import awaiting_review  # noqa: PLC0415 -- a DAG file imports this module and stays light
    from pipeline.steps.designated import watch_designated  # noqa: PLC0415 -- as above
    from pipeline.steps.surveillance import run_looks  # noqa: PLC0415 -- as above

    reports = []
    for world, point in (("spontaneous", as_of), ("cohort", cutoff)):
        if point is None and not _holds(settings, world):
            continue
        reports.append(run_looks(settings, point, world=world, progress=progress))
    if not reports:
        raise NothingThere("The lake holds neither reports nor a study: there is nothing to look at.")
    watched = watch_designated(settings, as_of, cutoff, progress)
    unrecorded = cast("list[Waiting]", watched.details["unrecorded"])
    return [*reports, watched], [*awaiting_review(settings), *unrecorded]


def told(settings: Settings, waiting: Sequence[Mapping[str, Any]], progress: Progress = silent) -> None:
    """Mail and webhook, as far as they are configured."""
    from pipeline.steps.notify import notify  # noqa: PLC0415 -- as above

    for way in notify(settings, waiting):
        progress(f"told by {way}")


def reviews_of(waiting: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The run of signal_review that each signal that waits is to have: the same one as long as the signal stays as it is.

    So a question that failed or was not answered is asked again in its own run, and a signal that gained evidence gets
    another one; the answer to the older question is then refused, for it was given about less.
    """
    return [
        {
            "trigger_run_id": f"signal-{one['signal_id']}-version-{one['version']}",
            "conf": {"signal_id": one["signal_id"], "version": one["version"]},
        }
        for one in waiting
        if one["is_waiting"]
    ]


def questions(settings: Settings, signal_id: int, version: int | None, progress: Progress = silent) -> list[Question]:
    """What a reviewer is asked about a signal; nothing where it was judged or changed meanwhile.

    version: the one to be asked about, None for today's. NothingThere where there is no such signal.
    """
    from pipeline.steps.awaiting import waiting_signal  # noqa: PLC0415 -- as above

    held = waiting_signal(settings, signal_id)
    if not held["is_waiting"] or version not in (None, held["version"]):
        progress(f"signal {signal_id} is {held['state']} and of version {held['version']}: nobody is asked")
        return []
    body = (
        f"{held['sentence']} Approve: the signal is validated. Reject: it is proposed as not validated, which two people "
        "sign. The comment is kept as the rationale."
    )
    subject = f"Validate signal {signal_id}? {held['headline']}"
    return [{"signal_id": signal_id, "version": held["version"], "subject": subject, "body": body}]


def answered(settings: Settings, asked: Mapping[str, Any], answer: Mapping[str, Any] | None) -> StepReport:
    """Carry a reviewer's answer into the trail: Approve validates the signal, Reject asks that it be not validated.

    asked: the question. answer: chosen option, comment and who responded, as the scheduler keeps them. UsageError where
    nobody answered, nobody is named, or no comment is given. DecisionConflict where the signal is no longer the one that the
    question was about.
    """
    from pipeline.steps.reviewing import move_signal  # noqa: PLC0415 -- as above

    about = f"the question about signal {asked['signal_id']}"
    if not answer or not answer.get("chosen_options"):
        raise UsageError(f"Nobody answered {about}: decide with 'cartwatch signal move'.")
    who = (answer.get("responded_by_user") or {}).get("name")
    comment = str((answer.get("params_input") or {}).get("comment") or "").strip()
    again = "clear this run to ask again"
    if not who:
        raise UsageError(f"The answer to {about} names nobody: a decision needs its actor; {again}.")
    if not comment:
        raise UsageError(f"The answer to {about} has no comment: a decision needs its rationale; {again}.")
    to = "validated" if answer["chosen_options"] == [APPROVE] else "not_validated"
    acting = dataclasses.replace(settings, actor=str(who))
    return move_signal(acting, int(asked["signal_id"]), to, comment, seen=int(asked["version"]))


def reviewers(settings: Settings) -> list[dict[str, str]] | None:
    """Who may answer, as the scheduler names people; None for whomever it lets."""
    return [{"id": name, "name": name} for name in settings.reviewers] or None


def _holds(settings: Settings, world: str) -> bool:
    from pipeline.lake.delta import open_lake  # noqa: PLC0415 -- as above

    return bool(open_lake(settings).files("report_version" if world == "spontaneous" else "study_subject"))
