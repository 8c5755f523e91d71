"""Whether the words of the endpoints still fit the words of the reports."""

from collections.abc import Iterable
from itertools import groupby, zip_longest
from typing import Any

import pyarrow as pa

from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.ignoredterms import ignored_vocabulary

NEWEST_QUARTERS = 4
LEAST_CASES = 5
LEAST_SHARE = 0.01
# Where this many rows are expected, not one of them comes by chance in one of twenty terms.
LEAST_EXPECTED = 3.0
LEAST_ROWS = 5
MOST_SENTENCES = 20
MOST_NAMED = 3
Row = dict[str, Any]


def find_term_drift(warehouse: Warehouse) -> None:
    """Make term_drift; needs the tables of count_exposures_and_events and the typed tables, all as of one quarter."""
    warehouse.register("ignored_term", ignored_vocabulary())
    warehouse.register("listed_spelling", _spellings())
    bounds = {"newest_quarters": NEWEST_QUARTERS, "least_cases": LEAST_CASES, "least_share": LEAST_SHARE}
    warehouse.create("term_drift", model("step/term_drift"), bounds)


def drift_warnings(warehouse: Warehouse) -> list[str]:
    """What a person should look at, the weightiest first: at most twenty sentences and how many more there are."""
    find_term_drift(warehouse)
    rows = warehouse.arrow(model("report/term_drift")).to_pylist()
    gone = _terms(rows, "gone")
    weighty = [_gone(group) for group in gone if _is_weighty(group)]
    unassigned = [_unassigned(row) for row in rows if row["kind"] == "unassigned"]
    sentences = _summed(rows, gone)
    sentences += [sentence for turn in zip_longest(unassigned, weighty) for sentence in turn if sentence]
    more = len(sentences) - MOST_SENTENCES
    return sentences[:MOST_SENTENCES] + ([f"and {more} more terms: see term_drift in the report."] if more > 0 else [])


def _spellings() -> pa.Table:
    """How endpoints spell their terms, for those that no report prints."""
    spelled = {term_key(pt): pt for endpoint in reversed(endpoints()) for pt in endpoint.terms("broad")}
    return pa.table({"pt": pa.array(spelled.keys(), pa.string()), "pt_text": pa.array(spelled.values(), pa.string())})


def _terms(rows: Iterable[Row], kind: str) -> list[list[Row]]:
    """Rows of one kind by their term, in their order; a term may stand in several endpoints."""
    return [list(group) for _, group in groupby((r for r in rows if r["kind"] == kind), lambda row: row["term"])]


def _is_weighty(group: list[Row]) -> bool:
    """Whether a term had enough rows before for their absence to be told on its own."""
    return bool(group[0]["n_expected"] >= LEAST_EXPECTED and group[0]["n_ever"] >= LEAST_ROWS)


def _summed(rows: Iterable[Row], gone: list[list[Row]]) -> list[str]:
    """One sentence for each kind of absence that says little of a single term: reviewed lists hold thousands."""
    rare = [group for group in gone if not _is_weighty(group)]
    since = rare[0][0]["newest_from"] if rare else ""
    return [
        *_counted("Narrow terms of endpoints without a reaction row in any quarter held", _terms(rows, "never")),
        *_counted(
            f"Narrow terms without a reaction row since {since}, but with so few before that it may be chance", rare
        ),
    ]


def _counted(what: str, groups: list[list[Row]]) -> list[str]:
    """How many terms, and how many in each endpoint, or which where they are few; nothing for none."""
    if not groups:
        return []
    terms: dict[str, list[str]] = {}
    for group in groups:
        for row in group:
            terms.setdefault(row["endpoint"], []).append(row["term"])
    ordered = sorted(terms.items(), key=lambda item: (-len(item[1]), item[0]))
    told = [f"{name} {len(of):,}" if len(of) > MOST_NAMED else f"{name}: {', '.join(of)}" for name, of in ordered]
    return [f"{what}: {len(groups):,} ({'; '.join(told)})."]


def _gone(group: list[Row]) -> str:
    row = group[0]
    return (
        f"{row['term']} ({', '.join(item['endpoint'] for item in group)}) has no reaction row since {row['newest_from']}, "
        f"where the {row['n_ever']:,} before, the last in {row['last_quarter']}, would lead to expect about "
        f"{row['n_expected']:,.0f}: look whether MedDRA renamed it."
    )


def _unassigned(row: Row) -> str:
    return (
        f"{row['term']} stands in {row['n_newest']:,} of {row['n_car_t_cases']:,} CAR-T cases published from "
        f"{row['newest_from']} to {row['newest_to']} and belongs to no endpoint: give it one, or list it with a reason in "
        "ignored_terms.csv."
    )
