"""Onset by reaction, counted and fitted: cases by reason, and the distributions, for each product, endpoint and set."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pipeline.cases.onset import method_rows
from pipeline.cases.reactionrules import (
    BY_INTERVAL,
    FIRST,
    NO_ENDPOINT,
    NO_RECEIPT,
    OTHER_UNDATED,
    REASONS,
    SETS,
    SEVERAL,
    UNRESOLVED,
    ReactionSet,
)
from pipeline.vocabulary.onset import USED

Row = dict[str, Any]
NUMBERS = {reason: number for number, reason in enumerate((USED, *REASONS))}


class Judged(NamedTuple):
    """One case with an endpoint in one set: the reason it is left out, or the reaction it counts with."""

    reason: str | None
    row: Row


def excluded_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows of reaction_onset_excluded: each case under one reason, or under used."""
    found: list[Row] = []
    for (product, name), cases in _groups(rows).items():
        for one in SETS:
            counted = Counter(_judged_case(reactions, one).reason or USED for reactions in cases)
            counted[USED] += 0
            head = {"as_of": rows[0]["as_of"], "product": product, "endpoint": name, "case_set": one.id}
            found += [
                head | {"reason_number": NUMBERS[reason], "reason": reason, "n": counted[reason]}
                for reason in sorted(counted, key=NUMBERS.__getitem__)
            ]
    return found


def distribution_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows of reaction_onset_distribution: three methods to each product, endpoint and set."""
    found: list[Row] = []
    for (product, name), cases in _groups(rows).items():
        if name in {NO_ENDPOINT, UNRESOLVED}:
            continue
        for one in SETS:
            judged = [_judged_case(reactions, one) for reactions in cases]
            used = [case.row for case in judged if case.reason is None]
            followed = "follow_up_days" if one.has_lag else "no_lag_follow_up_days"
            pairs = sorted((row["days"], row[followed]) for row in used)
            head = {"as_of": rows[0]["as_of"], "product": product, "endpoint": name, "case_set": one.id}
            days, follow_up = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
            found += method_rows(head | {"n_read": len(cases)}, days, follow_up)
    return found


def _groups(rows: Sequence[Row]) -> dict[tuple[str, str], list[list[Row]]]:
    """For each product and endpoint the cases, each with its reactions of that endpoint."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for name in row["endpoints"] or [row["reason"]]:
            found[row["product"], name][row["worldwide_case_id"]].append(row)
    return {key: [cases[case] for case in sorted(cases)] for key, cases in sorted(found.items())}


def _judged_case(reactions: Sequence[Row], one: ReactionSet) -> Judged:
    """Its earliest usable reaction, else the first of its reactions' reasons in their order."""
    asked = [Judged(_reason(row, one), row) for row in reactions]
    used = [judged for judged in asked if judged.reason is None]
    left = sorted(
        (judged for judged in asked if judged.reason is not None), key=lambda judged: NUMBERS[str(judged.reason)]
    )
    if not used:
        return left[0]
    first = min(used, key=lambda judged: (judged.row["days"], judged.row["reaction_number"]))
    return Judged(OTHER_UNDATED, first.row) if one.needs_all_dated and left else first


def _reason(row: Mapping[str, Any], one: ReactionSet) -> str | None:
    """Why a set leaves a reaction out."""
    reason = row["reason"]
    if reason == NO_RECEIPT and not one.has_lag:
        reason = None
    is_contradicted = row.get("interval_disagreement") or row.get("interval_text") == SEVERAL
    if reason is None and one.needs_dates and (row["days_source"] != "dates" or is_contradicted):
        return BY_INTERVAL
    if reason is None and one.drops_firsts and row["is_first_of_month"]:
        return FIRST
    return None if reason is None else str(reason)
