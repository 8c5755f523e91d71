"""Preferred terms that FDA's older files print under a former name."""

from functools import cache

from pipeline.errors import CartwatchError
from pipeline.vocabulary.files import csv_file, refuse_duplicates, term_key


@cache
def former_names() -> dict[str, str]:
    """Former name to today's name, both as `term_key` writes them.

    Raises CartwatchError where a former name stands twice, has no source, or is itself the current name of another.
    """
    rows = csv_file("former_names.csv")
    if bare := [row["former_pt"] for row in rows if not (row["source"].strip() and row["current_pt"].strip())]:
        raise CartwatchError(f"former_names.csv: {', '.join(bare)} lacks its current name or source; say who knows it")
    refuse_duplicates("former_names.csv", [row["former_pt"] for row in rows])
    names = {term_key(row["former_pt"]): term_key(row["current_pt"]) for row in rows}
    if chained := sorted(set(names) & set(names.values())):
        raise CartwatchError(f"former_names.csv: {', '.join(chained)} is former and current; map each name to the last")
    return names


def current_term(pt: str) -> str:
    """A preferred term as it is counted: one spelling, and today's name."""
    key = term_key(pt)
    return former_names().get(key, key)
