"""From counts to a row of the ledger: the plan's own design decides, on every look that was made so far."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.config import code_version
from pipeline.errors import UsageError
from pipeline.governance.ledger import CONTINUE, CROSSED, DONE, ENDED, LookRow, last_day
from pipeline.governance.plan import Designed, Plan, design_of

if TYPE_CHECKING:
    from pipeline.sequential.judgement import Counts


def judged_look(
    plan: Plan,
    held: Sequence[LookRow],
    dlp: str,
    counts: "Counts",
    snapshot: Mapping[str, Any],
    *,
    run_id: str | None = None,
    designed: Designed | None = None,
) -> LookRow:
    """The row of a look not yet written, for ledger.record_look.

    held: the plan's looks as the ledger has them; those at or after dlp are left aside, so that a look judged again gives
    the same row. Skipped looks have no counts and the design does not see them. counts: cumulative, as of dlp.
    UsageError: a data-lock point that is not planned, or counts that lack what the design needs.
    """
    from pipeline.sequential.judgement import Counts  # noqa: PLC0415 -- numpy, for those who decide only

    number = plan.number_of(dlp)
    earlier = [look for look in held if look.number < number]
    made = [Counts(**look.counts) for look in earlier if look.status == DONE]
    try:
        found = design_of(plan, designed).decide([*made, counts])
    except UsageError as refused:
        raise UsageError(f"{refused}{_numbered(number, earlier)}") from refused
    spent = max([found.alpha_spent, *(look.alpha_spent for look in earlier)])
    return LookRow(
        plan_id=plan.id,
        number=number,
        dlp=dlp,
        snapshot=snapshot,
        counts=asdict(counts),
        observed=counts.observed,
        expected=counts.expected,
        statistic=found.statistic,
        critical_value=found.critical_value,
        alpha_spent=spent,
        decision=CROSSED if found.is_crossed else ENDED if found.is_ended else CONTINUE,
        note=" ".join(filter(None, [found.note, _retrospective(plan, dlp)])),
        run_id=run_id,
        code_version=code_version(),
    )


def _numbered(number: int, earlier: Sequence[LookRow]) -> str:
    """Which look a design means where some were skipped: it knows those that were made, and counts them alone."""
    skipped = [str(look.number) for look in earlier if look.status != DONE]
    if not skipped:
        return ""
    here = len(earlier) - len(skipped) + 1
    return f" Look {here} of those made is look {number} of the plan: look {', '.join(skipped)} was skipped."


def _retrospective(plan: Plan, dlp: str) -> str:
    """Said of a look at data that were there before the plan was."""
    if last_day(dlp).isoformat() >= plan.registered_at[:10]:
        return ""
    return f"Retrospective: these data were out before the plan was registered on {plan.registered_at[:10]}."
