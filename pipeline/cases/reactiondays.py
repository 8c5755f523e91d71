"""Days from infusion to one reaction: by dates or by an interval told, and the one reason why there are none.

Infusion is day 0. An interval told numbers its first day 1 (ICH E2B(R3) implementation guide of 2013, G.k.9.i.3.1a): one is
taken off. Both known: the dates are used, and what the interval says otherwise stands beside.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.intake.e2bcase import Drug, Message, Reaction
from pipeline.intake.e2bvalues import NO_DATE, NO_INTERVAL, Interval, Moment

DATES, INTERVAL = "dates", "interval"


@dataclass(frozen=True, slots=True)
class Given:
    """When a case's product was given, by its suspect entries.

    first: the first start known to the day, else the first told; others: every other start; interval: to one reaction's
    start; are_intervals_agreed: false where two entries tell different ones; is_one_entry: no other entry can be meant by it.
    """

    first: Moment
    others: tuple[Moment, ...]
    interval: Interval
    from_last: Interval
    are_intervals_agreed: bool
    n_days: int
    is_one_entry: bool


@dataclass(frozen=True, slots=True)
class Onset:
    """Days to a reaction and what they rest on.

    days, source: with reason None they are usable. infusion, event: the days used, one of them worked out where source is
    interval. interval_days: what the interval tells, infusion being day 0; disagreement: that less the days by dates.
    """

    days: int | None = None
    source: str | None = None
    reason: str | None = None
    infusion: dt.date | None = None
    event: dt.date | None = None
    interval_days: int | None = None
    disagreement: int | None = None
    is_first: bool = False


def given(drugs: Sequence[Drug], reaction: Reaction) -> Given:
    """When the product of these entries was given, and what they tell of the way to the reaction."""
    starts = sorted(
        {dosing.first for drug in drugs for dosing in drug.dosings if dosing.first != NO_DATE},
        key=lambda start: (start.day is None, start.earliest or dt.date.max, start.told.text or ""),
    )
    cells = [cell for drug in drugs for cell in drug.onsets if cell.reaction == reaction.key and reaction.key]
    first = sorted({cell.from_first for cell in cells} - {NO_INTERVAL}, key=lambda one: one.text or "")
    last = sorted({cell.from_last for cell in cells} - {NO_INTERVAL}, key=lambda one: one.text or "")
    return Given(
        first=starts[0] if starts else NO_DATE,
        others=tuple(starts[1:]),
        interval=first[0] if first else NO_INTERVAL,
        from_last=last[0] if len(last) == 1 else NO_INTERVAL,
        are_intervals_agreed=len(first) <= 1,
        n_days=len({start.day for start in starts if start.day}),
        is_one_entry=len(drugs) == 1,
    )


def onset(start: Moment, when: Given, as_of: dt.date, earliest_infusion: dt.date) -> Onset:
    """Days from infusion to a reaction that started then, or the first reason against them, in the rules' order.

    earliest_infusion: an infusion before it is taken for an error.
    """
    number = when.interval.day_number if when.are_intervals_agreed else None
    told = None if number is None else number - 1
    infusion, event = when.first.day, start.day
    dated = (event - infusion).days if event and infusion else None
    days, source = (dated, DATES) if dated is not None else (told, INTERVAL if told is not None else None)
    if source == INTERVAL and told is not None:
        event = event or (infusion + dt.timedelta(told) if infusion else None)
        infusion = infusion or (event - dt.timedelta(told) if event else None)
    found = Onset(
        days=days,
        source=source,
        infusion=infusion,
        event=event,
        interval_days=told,
        disagreement=None if told is None or dated is None else told - dated,
        is_first=any(one is not None and one.day == 1 for one in (start.day, when.first.day)),
    )
    reason = _reason(found, start, when, as_of, earliest_infusion)
    return replace(found, reason=reason)


def receipt(reaction: Reaction, event: dt.date, versions: Sequence[Message]) -> tuple[dt.date | None, str]:
    """The first day on which the reaction can have been known to the sender, and what it is taken from.

    The case's first receipt (C.1.4) where it is not before the reaction. A reaction that came later was told by a follow-up:
    then the most recent information (C.1.5) of the first message held, not before the reaction, that names it and a CAR-T.
    """
    first = versions[-1].first_receipt.day
    if first is not None and first >= event:
        return first, "first receipt"
    later = [
        one.most_recent.day
        for one in versions
        if one.most_recent.day and one.most_recent.day >= event and _name(reaction) in map(_name, one.reactions)
    ]
    return min(later, default=None), "message"


def _name(reaction: Reaction) -> str:
    return reaction.code or (reaction.term or reaction.reported.text or "").casefold()


def _reason(found: Onset, start: Moment, when: Given, as_of: dt.date, earliest: dt.date) -> str | None:
    is_no_date = any(one.is_invalid for one in (start, when.first, *when.others))
    if found.days is None:
        return _undated(start, "reaction") or _undated(when.first, "infusion") or "impossible"
    if found.infusion is None or found.event is None:
        return "no_follow_up"
    objections = {
        "contradiction": not (start.holds(found.event) and when.first.holds(found.infusion)),
        "several_infusion_dates": _is_after_another(found.infusion, found.event, when, found.source),
        "before_infusion": found.days < 0,
        "impossible": is_no_date or found.infusion < earliest,
        "after_data_lock_point": found.event > as_of,
    }
    return next((reason for reason, holds in objections.items() if holds), None)


def _undated(moment: Moment, of: str) -> str | None:
    """Why a date is not known to the day; None where it is, and where its text is no date."""
    if moment.day is not None or moment.is_invalid:
        return None
    if moment.told.is_withheld:
        return f"{of}_date_withheld"
    return f"no_{of}_date" if moment.told.text is None else f"partial_{of}_date"


def _is_after_another(infusion: dt.date, event: dt.date, when: Given, source: str | None) -> bool:
    """Whether the product may have been given again between the first infusion and the reaction, or before the first.

    An interval is counted from its own entry's infusion: with several entries of different days it may be that of any.
    """
    apart = [one.earliest for one in when.others if one.earliest is not None and not one.holds(infusion)]
    if source == INTERVAL and not when.is_one_entry:
        return bool(apart)
    return any(earliest <= event for earliest in apart)
