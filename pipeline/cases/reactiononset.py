"""Onset by reaction: every current case, suspected CAR-T product and reaction, with its days or why there are none."""

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.cases.reactioncases import CurrentCase
from pipeline.cases.reactiondays import Given, Onset, given, onset, receipt
from pipeline.cases.reactionrules import NO_ENDPOINT, OUTCOME, SEVERAL, UNRESOLVED, UNREVIEWED
from pipeline.cases.reactionterms import Dictionary, Term, endpoints_of, preferred_term
from pipeline.intake.e2bcase import SUSPECT, Drug, Message, Reaction
from pipeline.intake.e2bvalues import Told
from pipeline.vocabulary.endpoints import Endpoint
from pipeline.vocabulary.onset import onset_rules
from pipeline.vocabulary.products import members, product, products, products_named

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """As of when, by which dictionary, and whether the reporter's words may stand for a code."""

    as_of: dt.date
    dictionary: Dictionary
    take_reported: bool = False


def suspected(message: Message) -> dict[str, tuple[Drug, ...]]:
    """Each CAR-T product or group that the case suspects, with its own suspect entries."""
    named = [
        (drug, products_named(drug.name.text or "", "; ".join(drug.substances) or None))
        for drug in message.drugs
        if drug.role.text == SUSPECT
    ]
    found = {known.id: tuple(drug for drug, names in named if names & set(members(known.id))) for known in products()}
    return {name: drugs for name, drugs in found.items() if drugs}


def names_car_t(message: Message) -> bool:
    """Whether the case names a CAR-T product in any role."""
    return any(products_named(drug.name.text or "", "; ".join(drug.substances) or None) for drug in message.drugs)


def reaction_rows(cases: Sequence[CurrentCase], asked: Asked) -> list[Row]:
    """The rows of reaction_onset in the order of product, case and reaction."""
    rows = [row for case in cases for row in _case_rows(case, asked)]
    return sorted(rows, key=lambda row: (row["product"], row["worldwide_case_id"], row["reaction_number"]))


def _case_rows(case: CurrentCase, asked: Asked) -> Iterator[Row]:
    message = case.message
    for name, drugs in suspected(message).items():
        for reaction in message.reactions:
            term = preferred_term(reaction, asked.dictionary, take_reported=asked.take_reported)
            yield _row(case, name, drugs, reaction, term, asked)


def _row(case: CurrentCase, name: str, drugs: Sequence[Drug], reaction: Reaction, term: Term, asked: Asked) -> Row:
    message = case.message
    belongs = endpoints_of(term.pt) if term.pt else ()
    untold = _untold(term, belongs)
    row = {
        "as_of": asked.as_of.isoformat(),
        "product": name,
        "worldwide_case_id": message.case_id,
        "reaction_number": reaction.number,
        "sender_case_id": message.sender_id,
        "pt": term.pt,
        "term_source": term.source,
        "meddra_code": reaction.code,
        "meddra_version": reaction.meddra_version,
        "reported_term": _text(reaction.reported),
        "endpoints": [one.id for one in belongs],
        "seriousness": ", ".join(reaction.serious) or None,
        "seriousness_withheld": ", ".join(reaction.seriousness_withheld) or None,
        "outcome_code": _text(reaction.outcome),
        "reason": untold,
        "file": message.file,
        "message_number": message.number,
        "form": message.form,
    }
    return row if untold else row | _days(case, name, drugs, reaction, asked)


def _untold(term: Term, belongs: Sequence[Endpoint]) -> str | None:
    """Why no days of a reaction are told, whatever its dates; None where they may be."""
    if term.pt is None:
        return UNRESOLVED
    if not belongs:
        return NO_ENDPOINT
    if any(one.has_index_rule for one in belongs):
        return UNREVIEWED
    return OUTCOME if any(one.outcome_codes for one in belongs) else None


def _days(case: CurrentCase, name: str, drugs: Sequence[Drug], reaction: Reaction, asked: Asked) -> Row:
    """What the dates and intervals of a reaction give."""
    when = given(drugs, reaction)
    found = onset(reaction.start, when, asked.as_of, _earliest_infusion(name))
    told = _told_dates(reaction, when, drugs) | {
        "days": found.days,
        "days_source": found.source,
        "reaction_date": found.event,
        "infusion_date": found.infusion,
        "interval_days": found.interval_days,
        "interval_disagreement": found.disagreement,
        "is_first_of_month": found.is_first,
        "reason": found.reason,
    }
    return told | _follow_up(case, reaction, found, asked.as_of)


def _earliest_infusion(name: str) -> dt.date:
    """The day before which an infusion of the product is taken for an error; the 28th for the 29th of February."""
    approval = product(name).approval_date
    year = approval.year - onset_rules().years_before_approval
    return dt.date(year, approval.month, min(approval.day, calendar.monthrange(year, approval.month)[1]))


def _told_dates(reaction: Reaction, when: Given, drugs: Sequence[Drug]) -> Row:
    """Dates and intervals as the message tells them."""
    last = sorted({text for drug in drugs for dosing in drug.dosings if (text := _text(dosing.last.told))})
    first = [text for one in (when.first, *when.others) if (text := _text(one.told))]
    return {
        "reaction_date_text": _text(reaction.start.told),
        "reaction_end_text": _text(reaction.end.told),
        "duration_text": reaction.duration.text,
        "infusion_date_text": ", ".join(first) or None,
        "last_administration_text": ", ".join(last) or None,
        "n_infusion_days": when.n_days,
        "interval_text": when.interval.text if when.are_intervals_agreed else SEVERAL,
        "last_interval_text": when.from_last.text,
    }


def _follow_up(case: CurrentCase, reaction: Reaction, found: Onset, as_of: dt.date) -> Row:
    """How long the reaction could have been seen; only of usable days."""
    if found.reason or found.event is None or found.infusion is None:
        return {}
    day, source = receipt(reaction, found.event, case.versions)
    followed = (as_of - found.infusion).days
    if day is None or day > as_of:
        return {"reason": "no_receipt", "no_lag_follow_up_days": followed}
    return {
        "receipt_date": day,
        "receipt_source": source,
        "follow_up_days": followed - (day - found.event).days,
        "no_lag_follow_up_days": followed,
    }


def _text(told: Told) -> str | None:
    return told.null_flavor if told.is_withheld else told.text
