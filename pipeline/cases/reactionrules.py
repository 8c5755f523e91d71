"""The choices of onset by reaction: which reactions are left out and why, and the sets of cases fitted by themselves."""

from dataclasses import dataclass

NO_ENDPOINT, UNRESOLVED, UNREVIEWED, OUTCOME = "no_endpoint", "unresolved_term", "unreviewed", "outcome"
SEVERAL = "several"
"""Intervals told that differ from each other."""
NO_RECEIPT, BY_INTERVAL, OTHER_UNDATED, FIRST = "no_receipt", "told_by_interval", "other_undated", "first_of_month"
REASONS = {
    UNRESOLVED: "the reaction's code cannot be told as a preferred term",
    NO_ENDPOINT: "the reaction belongs to no endpoint",
    UNREVIEWED: "second malignancy nobody has reviewed",
    OUTCOME: "an outcome, not a reaction: the reaction's date is when it began",
    "no_reaction_date": "no start of the reaction",
    "reaction_date_withheld": "a null flavor stands in place of the reaction's start",
    "partial_reaction_date": "start of the reaction known to the month or year only",
    "no_infusion_date": "no first administration of the product",
    "infusion_date_withheld": "a null flavor stands in place of the first administration",
    "partial_infusion_date": "first administration known to the month or year only",
    "no_follow_up": "an interval is told, but neither day: how long the case was followed is unknown",
    "contradiction": "the interval told and the part of a date told exclude each other",
    "several_infusion_dates": "the product was, or may have been, given again before the reaction",
    "before_infusion": "reaction before infusion",
    "impossible": "a date that cannot be: no day of the calendar, or an infusion long before approval",
    "after_data_lock_point": "reaction after the data-lock point",
    NO_RECEIPT: "the day on which the sender learned of the reaction is unknown, before it, or after the data-lock point",
    BY_INTERVAL: "only in dates_only: the days are those of an interval, or one contradicts the dates",
    OTHER_UNDATED: "only in all_dated: another reaction of the endpoint in the case has no usable days",
    FIRST: "only in firsts_dropped: a date on the first of a month",
}
"""Why a reaction or a case is left out, in the order in which they are asked; for the first four neither days nor dates are told."""


@dataclass(frozen=True, slots=True)
class ReactionSet:
    """Cases that are fitted together; `all` is the one to read, every other changes one choice of it."""

    id: str
    title: str
    has_lag: bool = True
    needs_dates: bool = False
    needs_all_dated: bool = False
    drops_firsts: bool = False


SETS = (
    ReactionSet("all", "all cases with the endpoint"),
    ReactionSet("dates_only", "only days that two dates give and no interval contradicts", needs_dates=True),
    ReactionSet("all_dated", "cases whose every reaction of the endpoint has usable days", needs_all_dated=True),
    ReactionSet("firsts_dropped", "without dates on the first of a month", drops_firsts=True),
    ReactionSet("no_lag", "as if every reaction were reported at once", has_lag=False),
)
