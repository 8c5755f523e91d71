"""Which simulated figures stand behind each method that study_estimate names; `python -m benchmarks.coverage_methods` writes the page.

A new method needs its row here: where it was simulated, or why it has no interval that could be.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.__main__ import RECORD
from benchmarks.coverage_summary import REPORTED, Figure
from benchmarks.coverage_tables import markdown, span, write_into_docs

RULES = ("first_primary", "seer")
"""How a reference counts second primaries: named behind a method, and nothing to its bounds."""

OF_THE_STUDY = "<!-- words allowed: incidence of followed patients, with person-time -->"


class Simulated(NamedTuple):
    """Where an interval was simulated: the record's name, and estimator and interval as its rows name them."""

    record: str
    estimator: str
    interval: str


COUNTS = ("Events per person-year", "Observed over expected")
SIMULATED: dict[str, tuple[Simulated, ...]] = {
    "garwood": (
        *(Simulated("coverage", estimator, "garwood") for estimator in COUNTS),
        Simulated("coverage_exact", "Observed less expected", "garwood"),
    ),
    "mid-p": (
        *(Simulated("coverage", estimator, "mid-p") for estimator in COUNTS),
        Simulated("coverage_exact", "Observed less expected", "mid-p"),
    ),
    "robust over patients, log, t": (
        Simulated("coverage_recurrent", "Events per person-year", "robust over patients"),
    ),
    "exact_conditional": (Simulated("coverage", "Ratio of two", "exact"),),
    "direct, fay-feuer": (Simulated("coverage_exact", "Directly standardised", "fay-feuer"),),
    "clopper-pearson": (Simulated("coverage_exact", "Share", "clopper-pearson"),),
    "kaplan_meier, greenwood, log-log": (
        Simulated("coverage", "Kaplan–Meier", "log-log"),
        Simulated("coverage_exact", "Kaplan–Meier", "log-log"),
    ),
    "kaplan_meier, brookmeyer-crowley": (Simulated("coverage_exact", "Median", "brookmeyer-crowley"),),
    "kaplan_meier, greenwood": (
        Simulated("coverage", "Restricted mean", "Greenwood"),
        Simulated("coverage_exact", "Restricted mean", "Greenwood"),
    ),
    "aalen_johansen, aalen variance, log-log": (
        Simulated("coverage", "Aalen–Johansen", "aalen, log-log"),
        Simulated("coverage_exact", "Aalen–Johansen", "aalen, log-log"),
        Simulated("coverage_exact", "Aalen–Johansen", "aalen, log-log, exact without events"),
    ),
    "aalen_johansen, jackknife variance, log-log": (
        Simulated("coverage", "Aalen–Johansen", "jackknife, log-log"),
        Simulated("coverage_exact", "Aalen–Johansen", "jackknife, log-log"),
    ),
    "poisson-gamma, half-normal scatter": (
        Simulated("coverage_subgroups", "Subgroups drawn together", "poisson-gamma"),
    ),
    "ghosh_lin, robust": (Simulated("coverage_models", "Ghosh–Lin", "robust"),),
    "nelson_aalen, robust": (Simulated("coverage_models", "Nelson–Aalen", "robust"),),
    "cox, breslow, wald": (Simulated("coverage_models", "Cox", "Wald"),),
    "fine_gray, breslow, wald": (Simulated("coverage_models", "Fine–Gray", "Wald"),),
}
WITHOUT_INTERVAL = {
    "aalen_johansen, inverse probability of being kept, cox": "weighted for loss; the weights are estimated, so no bounds are given",
    "calendar": "a day",
    "clark": "Clark's C, a share of time that is told as it is",
    "count": "a number counted, or a ratio of two",
    "gray": "a test: how often it rejects stands under the tests",
    "inverted_cdf": "days by which shares of the patients seen had the event",
    "listing": "one malignancy",
    "log-rank": "a test: how often it rejects stands under the tests",
    "median": "the middle of the values seen",
}


def plain(method: str) -> str:
    """The method without the rule of its reference."""
    head, _, last = method.rpartition(", ")
    return head if last in RULES else method


def rows_behind(simulated: Simulated, records: dict[str, Any]) -> list[Figure]:
    """The rows of the record with that estimator and interval; none of a record not yet made."""
    rows = records.get(simulated.record, {"rows": []})["rows"]
    return [row for row in rows if (row["estimator"], row["interval"]) == simulated[1:]]


def as_table(records: dict[str, Any]) -> str:
    """Every method with an interval: coverage where the claim is made of it, and where it is only reported."""
    body = []
    for method in sorted(SIMULATED):
        for simulated in SIMULATED[method]:
            rows = rows_behind(simulated, records)
            parts = ([r for r in rows if (r["verdict"] == REPORTED) == is_reported] for is_reported in (False, True))
            body.append((f"`{method}`", *simulated, _kinds(rows), *map(span, parts)))
    heads = ("method", "record", "estimator", "interval", "claimed as", "coverage where claimed", "where only reported")
    without: list[tuple[str, ...]] = [
        (f"`{method}`", f"{reason} {OF_THE_STUDY}") for method, reason in sorted(WITHOUT_INTERVAL.items())
    ]
    return "\n\n".join([markdown(heads, body), markdown(("method", "has no interval"), without)])


def _kinds(rows: Sequence[Figure]) -> str:
    return ", ".join(sorted({r["kind"] for r in rows if r["kind"] != REPORTED}))


def write_table() -> None:
    """Put the table where docs/registry_simulation.md shows it, from the record as it stands."""
    write_into_docs("coverage_methods", as_table(json.loads(RECORD.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    write_table()
