"""Frequent preferred terms that were read and need no endpoint."""

from functools import cache
from typing import TYPE_CHECKING

from pipeline.errors import CartwatchError
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import csv_file, refuse_duplicates, term_key
from pipeline.vocabulary.formernames import former_names

if TYPE_CHECKING:
    import pyarrow as pa

CATEGORIES = ("administrative", "laboratory", "outcome", "procedure", "symptom", "unspecific")


@cache
def ignored_terms() -> tuple[str, ...]:
    """The terms, as `term_key` writes them.

    Raises CartwatchError for one without category and reason, listed twice, under a former name, or in an endpoint.
    """
    rows = csv_file("ignored_terms.csv")
    refuse_duplicates("ignored_terms.csv", [row["pt"] for row in rows])
    for row in rows:
        if row["category"] not in CATEGORIES or not row["reason"]:
            raise CartwatchError(
                f"ignored_terms.csv: {row['pt']!r} needs a reason and a category of {', '.join(CATEGORIES)}; correct it"
            )
    terms = tuple(term_key(row["pt"]) for row in rows)
    counted = {term_key(pt) for endpoint in endpoints() for pt in endpoint.terms("broad")}
    if wrong := sorted(set(terms) & (counted | set(former_names()))):
        raise CartwatchError(f"ignored_terms.csv: {', '.join(wrong)} is in an endpoint or a former name; take it out")
    return terms


def ignored_vocabulary() -> "pa.Table":
    """The rows of ignored_term."""
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    return pa.table({"pt": pa.array(ignored_terms(), pa.string())})
