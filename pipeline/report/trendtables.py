"""What the trend of a product says beside its bars: cases still to come, the cumulative score, the calendar's contrasts."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import Figure
from pipeline.report.trendfigure import arrivals_chart, component_chart
from pipeline.vocabulary.choices import calendar
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import Product

LEADING = 6
FOUND = re.compile(r": [\d.]+; ")
ALL_CASES = "All cases"
CLOCKS = {"event": "Cases by quarter of the event", "receipt": "Cases by quarter of receipt, and those published late"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One event of the calendar: its number there, how many contrasts were asked and told, and why others were not."""

    number: int
    title: str
    n_asked: int
    n_told: int
    refusals: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class TrendTables:
    """One product's trend in numbers.

    coming: figures of cases known and expected; newest: the newest quarter's row of each series on the event's clock.
    component: the cumulative score's figure for the endpoints with most cases, None where nothing can be drawn;
    drawn_since: its first quarter. crossings: those endpoints, every other one whose lower bound was ever above 0 and
    every designated one, with that first quarter or None; is_by_then: whether it may have been so before. contrasts: those told, each with title and number of its event.
    lag: the product's reporting lag. n_late: of n_received cases, those first published after their quarter of receipt.
    """

    coming: list[Figure]
    newest: list[Row]
    refused_nowcasts: list[tuple[str, str]]
    component: Figure | None
    drawn_since: str | None
    crossings: list[Row]
    contrasts: list[Row]
    asked: list[Asked]
    lag: Row | None
    n_received: int
    n_late: int


def trend_tables(facts: ReportFacts, product: Product, anchor: str) -> TrendTables:
    """What the lake's tables of the trend say of a product, as of the report's data-lock point."""
    foretold = facts.rows_of("trend_nowcast", product.id)
    scores = [row for row in facts.rows_of("trend_quarter", product.id) if row["comparator"] == "all"]
    lag = facts.rows_of("trend_lag", product.id)
    received = [r for r in foretold if (r["clock"], r["endpoint"], r["reason"]) == ("receipt", None, None)]
    newest = [row for row in foretold if row["clock"] == "event" and _is_newest(row, foretold)]
    return TrendTables(
        coming=_coming(foretold, product, anchor),
        newest=[{"title": _title(row["endpoint"])} | row for row in _in_order(newest)],
        refused_nowcasts=[
            (_title(row["endpoint"]), row["reason"])
            for row in _in_order([row for row in foretold if row["clock"] == "event" and row["reason"]])
        ],
        component=_component(scores, _leading(scores), product, anchor),
        drawn_since=min((row["receipt_quarter"] for row in scores if row["is_every_quarter_held"]), default=None),
        crossings=_crossings(scores),
        contrasts=_contrasts(facts, product),
        asked=_asked(facts, product),
        lag=lag[0] if lag else None,
        n_received=sum(row["n_known"] for row in received),
        n_late=sum(row["n_known"] - row["n_at_once"] for row in received),
    )


def _title(endpoint: str | None) -> str:
    return {item.id: item.title for item in endpoints()}.get(endpoint or "", ALL_CASES)


def _in_order(rows: list[Row]) -> list[Row]:
    """All cases first, then the endpoints in the order of the vocabulary."""
    order = [item.id for item in endpoints()]
    return sorted(rows, key=lambda row: order.index(row["endpoint"]) if row["endpoint"] else -1)


def _is_newest(row: Row, rows: list[Row]) -> bool:
    last = max((other["origin_quarter"] or "" for other in rows), default="")
    return row["origin_quarter"] is not None and row["origin_quarter"] == last


def _coming(rows: list[Row], product: Product, anchor: str) -> list[Figure]:
    """One figure for each clock on which anything is still to come."""
    figures = []
    for clock, words in CLOCKS.items():
        told = [row for row in rows if row["clock"] == clock and row["reason"] is None]
        if not any(row["n_expected_high"] > row["n_known"] for row in told):
            continue
        known: Counter[str | None] = Counter()
        for row in told:
            known[row["endpoint"]] += row["n_known"]
        leading = sorted(known, key=lambda name: (name is not None, -known[name], name or ""))[: LEADING + 1]
        panels = {_title(name): [_bar(row) for row in told if row["endpoint"] == name] for name in leading}
        figures.append(arrivals_chart(f"{anchor}-{clock}", f"{words}: {product.title}", panels))
    return figures


def _bar(row: Row) -> Row:
    named = {"known": "n_known", "expected": "n_expected", "low": "n_expected_low", "high": "n_expected_high"}
    return {"quarter": row["origin_quarter"]} | {name: row[column] for name, column in named.items()}


def _leading(scores: list[Row]) -> list[str]:
    """The endpoints with most cases, which are drawn."""
    last: dict[str, Row] = {row["endpoint"]: row for row in scores}
    ordered = sorted(last.values(), key=lambda row: (-row["a"], row["endpoint"]))
    return [row["endpoint"] for row in ordered[:LEADING]]


def _crossings(scores: list[Row]) -> list[Row]:
    """Each endpoint that leads, ever cleared 0 or is designated: its cases, last score and first quarter above 0."""
    last: dict[str, Row] = {row["endpoint"]: row for row in scores}
    first: dict[str, Row] = {row["endpoint"]: row for row in scores if row["is_first_ic_positive"]}
    asked = {*_leading(scores), *first}
    told = []
    for item in endpoints():
        if item.id in asked or (item.is_designated and scores):
            at = first.get(item.id)
            by_then = at is not None and at["is_first_quarter_held"]
            head = {"title": item.title, "label": item.label, "is_designated": item.is_designated, "a": 0, "ic": None}
            told.append(
                head | last.get(item.id, {}) | {"first": at["receipt_quarter"] if at else None, "is_by_then": by_then}
            )
    return sorted(told, key=lambda row: (-row["a"], row["title"]))


def _component(scores: list[Row], leading: list[str], product: Product, anchor: str) -> Figure | None:
    panels = {
        _title(name): [
            {"quarter": row["receipt_quarter"], "ic": row["ic"], "low": row["ic025"], "high": row["ic975"]}
            | {"is_first": row["is_first_ic_positive"]}
            for row in scores
            if row["endpoint"] == name and row["is_every_quarter_held"]
        ]
        for name in leading
    }
    title = f"Cumulative information component by quarter of receipt: {product.title}"
    return component_chart(f"{anchor}-ic", title, panels) if any(panels.values()) else None


def _contrasts(facts: ReportFacts, product: Product) -> list[Row]:
    numbers = {(event.date, event.title): number for number, event in enumerate(calendar(), 1)}
    told = [row for row in facts.rows_of("trend_contrast", product.id) if row["reason"] is None]
    named = [
        {"title": _title(row["endpoint"]), "number": numbers.get((row["event_day"], row["event_title"]), 0)} | row
        for row in _in_order(told)
    ]
    return sorted(named, key=lambda row: int(row["number"]))


def _asked(facts: ReportFacts, product: Product) -> list[Asked]:
    """Every event with a row, told or refused; the refusals counted by what was lacking, not by how much of it."""
    rows = facts.rows_of("trend_contrast", product.id)
    found = []
    for number, event in enumerate(calendar(), 1):
        of = [row for row in rows if (row["event_day"], row["event_title"]) == (event.date, event.title)]
        reasons = Counter(FOUND.sub(": ", row["reason"]) for row in of if row["reason"])
        if of:
            refusals = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
            found.append(Asked(number, event.title, len(of), len(of) - sum(reasons.values()), refusals))
    return found
