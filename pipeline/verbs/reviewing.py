"""Verbs of the review: open a signal, see it, move it, assess it, sign, and report."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.governing import ACTOR, acting, show
from pipeline.verbs.options import AS_OF, JSON, quarter_of
from pipeline.verbs.telling import watched

if TYPE_CHECKING:
    from pipeline.governance.assessment import Assessment
    from pipeline.governance.evidence import Evidence

DAY = click.DateTime(["%Y-%m-%d"])
SEEN = click.option("--seen", type=int, metavar="VERSION", help="Version you decided upon; refused where it moved on.")
NUMBER = click.argument("number", metavar="SIGNAL", type=int)


@click.group()
def signal() -> None:
    """Safety signals, from detection to a signed decision."""


@signal.command("open")
@click.option("--title", required=True, help="The signal's term, as it is printed.")
@click.option(
    "--source",
    required=True,
    type=click.Choice(["designated_event", "literature", "regulator", "cohort"]),
    help="What it comes from; a look that crosses opens its signal by itself.",
)
@click.option("--product", required=True, metavar="PRODUCT", help="Generic name in lower case.")
@click.option("--endpoint", required=True, metavar="ENDPOINT", help="Id of an endpoint, as spm_tcell.")
@click.option("--reference", required=True, help="Case number, document or estimate; never what names a patient.")
@click.option("--reason", required=True, help="Why it is evaluated, with the key data.")
@click.option("--owner", metavar="ID", help="Who sees to it; default: who acts.")
@click.option("--detected", type=DAY, metavar="DATE", help="Day of detection; default: today.")
@click.option("--received", type=DAY, metavar="DATE", help="Day of receipt, for the label then in force.")
@ACTOR
@JSON
@click.pass_obj
def signal_open(settings: Settings, /, actor: str | None, *, as_json: bool, **asked: Any) -> None:
    """Open a signal from a single event, the literature, a regulator's letter or the cohort.

    \b
    Example:
      cartwatch signal open --title "T-cell lymphoma, CAR-positive" --source designated_event \\
        --product tisagenlecleucel --endpoint spm_tcell --reference "FAERS 12345678" \\
        --reason "First case with the transgene found in the tumour" --actor ada
    """
    from pipeline.governance.evidence import Evidence
    from pipeline.governance.signals import Opening
    from pipeline.steps.reviewing import open_by_hand

    chosen = acting(settings, actor)
    detected, received = _day(asked.pop("detected")), _day(asked.pop("received"))
    world = "cohort" if asked["source"] == "cohort" else "spontaneous"
    kind = {"literature": "literature", "regulator": "letter", "cohort": "cohort"}.get(asked["source"], "case")
    evidence = (Evidence(kind, asked["reference"], world if kind in {"case", "cohort"} else "other"),)
    owner = asked.pop("owner") or chosen.actor or ""
    opening = Opening(**asked, world=world, owner=owner, detected_on=detected, received_on=received, evidence=evidence)
    show(open_by_hand(chosen, opening), as_json, "signal_detail")


@signal.command("watch")
@AS_OF
@click.option("--cutoff", metavar="DATE", help="Cut-off of the study, as 2026-06-30; default: the newest held.")
@JSON
@click.pass_obj
def signal_watch(settings: Settings, as_of: str | None, cutoff: str | None, *, as_json: bool) -> None:
    """Open a signal for each designated event that first appears, in reports or in the study, and record what changed.

    A single case is enough: the first CAR-positive lymphoma crosses no boundary. cartwatch itself acts. The same data again
    change nothing; a case that is withdrawn is recorded and closes nothing.

    \b
    Example:
      cartwatch signal watch --as-of 2024Q1
    """
    from pipeline.steps.designated import watch_designated

    with watched(as_json) as progress:
        done = watch_designated(settings, quarter_of(as_of), cutoff, progress)
    show(done, as_json, "designated_events")


@signal.command("list")
@click.option("--open/--closed", "is_open", default=None, help="Only open, or only closed ones; default: all.")
@JSON
@click.pass_obj
def signal_list(settings: Settings, *, is_open: bool | None, as_json: bool) -> None:
    """Signals with their state, owner and due date.

    \b
    Example:
      cartwatch signal list --open
    """
    from pipeline.steps.reviewing import list_signals

    show(list_signals(settings, is_open=is_open), as_json, "signal_list")


@signal.command("show")
@NUMBER
@JSON
@click.pass_obj
def signal_show(settings: Settings, number: int, *, as_json: bool) -> None:
    """One signal: fields, evidence, signatures, and everything done about it.

    \b
    Example:
      cartwatch signal show 1
    """
    from pipeline.steps.reviewing import show_signal

    show(show_signal(settings, number), as_json, "signal_detail")


@signal.command("move")
@NUMBER
@click.option("--to", metavar="STATE", help="The state it is to have; a wrong one names those allowed.")
@click.option("--rationale", required=True, help="Why, in words; kept for ever.")
@click.option("--rule", metavar="RULE", help="By which a closed signal is reopened.")
@click.option("--withdraw", is_flag=True, help="Take back the decision that waits for signatures.")
@SEEN
@ACTOR
@JSON
@click.pass_obj
def signal_move(
    settings: Settings,
    number: int,
    to: str | None,
    rationale: str,
    rule: str | None,
    seen: int | None,
    actor: str | None,
    *,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Bring a signal into another state; one that closes or confirms waits for two signatures.

    \b
    Examples:
      cartwatch signal move 1 --to validated --rationale "Case and transgene confirmed" --actor ada
      cartwatch signal move 1 --to under_assessment --rule new_evidence --rationale "Second case" --actor ada
      cartwatch signal move 1 --withdraw --rationale "A further case arrived" --actor ada
    """
    from pipeline.steps.reviewing import move_signal, withdraw_decision

    if withdraw == (to is not None):
        raise UsageError("Give either --to with a state, or --withdraw.")
    chosen = acting(settings, actor)
    if to is None:
        report = withdraw_decision(chosen, number, rationale, seen=seen)
    else:
        report = move_signal(chosen, number, to, rationale, rule=rule, seen=seen)
    show(report, as_json, "signal_detail")


@signal.command("assess")
@NUMBER
@click.option("--owner", metavar="ID", help="Who sees to it.")
@click.option("--strength", metavar="WORD", help="weak, moderate or strong.")
@click.option("--impact", "public_health_impact", metavar="WORD", help="Public-health impact: low, moderate or high.")
@click.option("--causality", metavar="WORD", help="WHO-UMC: certain, probable, possible, unlikely, ….")
@click.option("--bradford-hill", "viewpoints", multiple=True, metavar="VIEWPOINT=ANSWER", help="Repeat for more.")
@click.option("--due", "due_on", type=DAY, metavar="DATE", help="Another date for the step that is due.")
@click.option(
    "--received", "received_on", type=DAY, metavar="DATE", help="Day of receipt, for the label then in force."
)
@click.option("--evidence", multiple=True, metavar="KIND:WORLD:REFERENCE", help="What else speaks for or against it.")
@click.option("--judge", multiple=True, metavar="REFERENCE", help="This evidence counts on its own.")
@click.option("--judge-not", multiple=True, metavar="REFERENCE", help="It does not: the same case came twice.")
@click.option("--action", help="What is to be done.")
@click.option("--action-due", "action_due_on", type=DAY, metavar="DATE", help="By when.")
@click.option("--action-done", type=int, metavar="N", help="Number of an action that is done.")
@click.option("--reason", required=True, help="Why, in words; kept for ever.")
@SEEN
@ACTOR
@JSON
@click.pass_obj
def signal_assess(
    settings: Settings, /, number: int, reason: str, seen: int | None, actor: str | None, *, as_json: bool, **asked: Any
) -> None:
    """Keep what was found out: strength, causality, evidence, listedness, actions.

    \b
    Examples:
      cartwatch signal assess 1 --strength strong --causality probable --reason "Transgene in the clone" --actor ada
      cartwatch signal assess 1 --evidence case:cohort:S-0012 --judge-not S-0012 \\
        --reason "The same case as FAERS 12345678" --actor ada
      cartwatch signal assess 1 --action "Update the label" --action-due 2027-01-31 --reason "Agreed" --actor ada
    """
    from pipeline.steps.reviewing import assess_signal

    show(assess_signal(acting(settings, actor), number, _found(asked), reason, seen=seen), as_json, "signal_detail")


@signal.command("sign")
@NUMBER
@click.option("--meaning", required=True, metavar="WORD", help="authorship, review, approval or responsibility.")
@SEEN
@ACTOR
@JSON
@click.pass_obj
def signal_sign(
    settings: Settings, number: int, meaning: str, seen: int | None, actor: str | None, *, as_json: bool
) -> None:
    """Sign the decision that waits; two different people sign, one of them an approver.

    \b
    Example:
      cartwatch signal sign 1 --meaning approval --actor bob
    """
    from pipeline.steps.reviewing import sign_decision

    show(sign_decision(acting(settings, actor), number, meaning, seen=seen), as_json, "signal_detail")


@signal.command("tracking")
@click.option("--from", "start", type=DAY, required=True, metavar="DATE", help="First day of the interval.")
@click.option("--to", "end", type=DAY, required=True, metavar="DATE", help="Last day of the interval.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the report.")
@JSON
@click.pass_obj
def signal_tracking(settings: Settings, start: dt.datetime, end: dt.datetime, out: Path, *, as_json: bool) -> None:
    """The signal tracking report: signals new, ongoing and closed in an interval, as HTML, XLSX and CSV.

    \b
    Example:
      cartwatch signal tracking --from 2026-01-01 --to 2026-06-30 --out results
    """
    from pipeline.steps.tracking import write_signal_tracking

    show(write_signal_tracking(settings, start.date(), end.date(), out), as_json, "tracking_summary")


def _found(asked: dict[str, Any]) -> "Assessment":
    """What the options say, as an assessment."""
    from pipeline.governance.assessment import Assessment

    viewpoints = dict(_pair(text, "=", "--bradford-hill", "temporality=supports") for text in asked.pop("viewpoints"))
    judged = dict.fromkeys(asked.pop("judge"), True) | dict.fromkeys(asked.pop("judge_not"), False)
    evidence = tuple(_items(asked.pop("evidence")))
    days: dict[str, Any] = {name: _day(asked.pop(name)) for name in ("due_on", "received_on", "action_due_on")}
    return Assessment(**asked, **days, bradford_hill=viewpoints or None, judged=judged or None, evidence=evidence)


def _items(texts: Iterable[str]) -> "Iterable[Evidence]":
    from pipeline.governance.evidence import Evidence

    for text in texts:
        kind, rest = _pair(text, ":", "--evidence", "case:cohort:S-0012")
        world, reference = _pair(rest, ":", "--evidence", "case:cohort:S-0012")
        yield Evidence(kind, reference, world)


def _pair(text: str, sign: str, option: str, example: str) -> tuple[str, str]:
    first, found, second = text.partition(sign)
    if not (found and first and second):
        raise UsageError(f"{option} {text!r} cannot be read: give it as {example}.")
    return first, second


def _day(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.date()
