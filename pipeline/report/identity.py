"""What the page says of identity: duplicates of CAR-T cases, drugs resolved, terms that drifted."""

from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row

MOST_PAIRS = 100
NEWEST_QUARTERS = 8
DRIFT_WORDS = {
    "gone": "not seen in the newest quarters",
    "unassigned": "frequent in CAR-T cases, in no endpoint",
}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs with a CAR-T or a designated event: those the page shows, how many are merged or left to a person, how many it leaves out."""

    shown: list[Row]
    n_merged: int
    n_for_review: int
    n_more: int


def car_t_pairs(facts: ReportFacts) -> Pairs:
    """The pairs of cases with a CAR-T or a designated event, merged ones first, the heaviest first."""
    rows = facts.rows("duplicate_car_t")
    n_merged = sum(row["is_merged"] for row in rows)
    return Pairs(rows[:MOST_PAIRS], n_merged, len(rows) - n_merged, max(0, len(rows) - MOST_PAIRS))


def terms_lost(facts: ReportFacts) -> Row | None:
    """How many terms duplicates report that the cases counted in their stead lack; None where nothing is lost."""
    return next((row for row in facts.rows("duplicate_loss") if row["pt"] is None), None)


def terms_drifted(facts: ReportFacts) -> list[Row]:
    """Terms that were seen and no longer are, or are frequent and in no endpoint; those never seen stay in the files."""
    return [row for row in facts.rows("term_drift") if row["kind"] in DRIFT_WORDS]


def drugs_resolved(facts: ReportFacts) -> list[Row]:
    """The newest quarters' drug entries of all roles, by how they were resolved."""
    rows = [row for row in facts.rows("drug_resolution_quarter") if row["role_group"] == "all"]
    return rows[::-1][:NEWEST_QUARTERS]
