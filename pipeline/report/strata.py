"""One product's strata and subgroups: whether a ratio holds once age, sex, year or region are allowed for, and for whom."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import Figure
from pipeline.report.numbers import Measure, ratio, ratio_measure, shrunken_measure
from pipeline.report.strataforest import subgroup_forest
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.vocabulary.comparators import Comparator, base_comparators
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.products import Product
from pipeline.vocabulary.strata import Variable, levels, variables

MOST_ROWS, MOST_FORESTS, LEAST_DRAWN = 12, 3, 3
SUSPICIOUS, LEAST_FITTED = 0.05, 5
SHOWN_AGAINST = ("non_car_t", "haem_onc", "all")
EBGM = ("ebgm", "eb05", "eb95")
Key = tuple[str, str, str]
"""Comparator, endpoint and variable."""


@dataclass(frozen=True, slots=True)
class StratifiedCell:
    """One endpoint stratified by one variable: the ratio without and with the strata, on the same cases.

    ebgm: over stratified expected counts, a dash where there is none. differs: the q of Breslow–Day's p value, over all
    cells of the product's tables, where it is below 0.05. is_rough: a stratum is too small for that p value to be exact.
    """

    row: Row
    crude: Measure
    common: Measure
    ebgm: Measure
    differs: str
    is_rough: bool


@dataclass(frozen=True, slots=True)
class StratifiedTable:
    """Endpoints with most cases against one comparator, stratified by each variable; narrow terms.

    unknown: for each variable, cases of the product and of the comparator whose level is not told.
    """

    comparator: Comparator
    rows: list[tuple[Endpoint, int, Mapping[str, StratifiedCell]]]
    n_endpoints: int
    unknown: list[tuple[Variable, int, int]]


@dataclass(frozen=True, slots=True)
class StrataSection:
    """What the page says of strata and subgroups of one product; n_asked: how often it was asked whether strata differ."""

    variables: list[Variable]
    tables: list[StratifiedTable]
    n_asked: int
    forests: list[Figure]
    forests_against: Comparator | None


def strata_section(facts: ReportFacts, product: Product, anchor: str) -> StrataSection:
    """The tables and forests of one product; empty where no case of it has a level told."""
    narrow = [row for row in facts.rows_of("stratified_signal", product.id) if row["scope"] == "narrow"]
    shown = sorted(
        (known for known in base_comparators() if known.id in SHOWN_AGAINST),
        key=lambda known: SHOWN_AGAINST.index(known.id),
    )
    sizes = {row["comparator"]: row["n_comparator"] for row in facts.rows_of("comparison", product.id)}
    compared = [against for against in shown if sizes.get(against.id)]
    asked = _asked(narrow, compared)
    made = [_table(narrow, against, asked) for against in compared]
    tables = [table for table in made if table.rows]
    subgroups = [row for row in facts.rows_of("subgroup_signal", product.id) if row["scope"] == "narrow"]
    against = tables[0].comparator if tables else None
    return StrataSection(
        variables=[known for known in variables() if known.strata],
        tables=tables,
        n_asked=len(asked),
        forests=_forests(subgroups, tables[0], anchor, product) if tables else [],
        forests_against=against,
    )


def _asked(rows: Sequence[Row], compared: Sequence[Comparator]) -> dict[Key, float]:
    """Benjamini and Hochberg's q of every Breslow–Day p value of the product's tables, all of them one family."""
    shown = {against.id for against in compared}
    told = [row for row in rows if row["comparator"] in shown and row["breslow_day_p"] is not None]
    q = benjamini_hochberg([row["breslow_day_p"] for row in told])
    return {_key(row): float(value) for row, value in zip(told, q, strict=True)}


def _key(row: Row) -> Key:
    return row["comparator"], row["endpoint"], row["stratified_by"]


def _table(rows: Sequence[Row], against: Comparator, asked: Mapping[Key, float]) -> StratifiedTable:
    found: dict[str, dict[str, StratifiedCell]] = {}
    unknown: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row["comparator"] == against.id:
            found.setdefault(row["endpoint"], {})[row["stratified_by"]] = _cell(row, asked.get(_key(row)))
            unknown[row["stratified_by"]] = (row["n_unknown"], row["n_comparator_unknown"])
    named = [(item, max(cell.row["a"] for cell in found[item.id].values())) for item in endpoints() if item.id in found]
    most = sorted(named, key=lambda pair: -pair[1])[:MOST_ROWS]
    return StratifiedTable(
        against,
        [(item, n, found[item.id]) for item, n in most],
        len(named),
        [(known, *unknown[known.id]) for known in variables() if any(unknown.get(known.id, ()))],
    )


def _cell(row: Row, q: float | None) -> StratifiedCell:
    is_flagged = q is not None and q < SUSPICIOUS
    return StratifiedCell(
        row,
        ratio_measure(row, "ror"),
        _common(row),
        shrunken_measure(row, EBGM),
        _q_value(q) if q is not None and is_flagged else "",
        bool(is_flagged and row["least_fitted"] < LEAST_FITTED),
    )


def _common(row: Row) -> Measure:
    """Mantel and Haenszel's ratio as it is printed; without bounds where it is infinite or 0."""
    if row["is_mh_ror_infinite"]:
        return Measure("∞", "")
    if row["mh_ror"] is None:
        return Measure("–", "")
    low, high = row["mh_ror_low"], row["mh_ror_high"]
    return Measure(ratio(row["mh_ror"]), "" if low is None else f"{ratio(low)} to {ratio(high)}")


def _q_value(q: float) -> str:
    return "q < 0.001" if q < 0.001 else f"q = {q:.2g}"  # noqa: PLR2004 -- the smallest that is written out


def _forests(rows: Sequence[Row], table: StratifiedTable, anchor: str, product: Product) -> list[Figure]:
    """A forest for each of the endpoints with most cases, as far as it has subgroups to compare."""
    drawn = []
    for item, _, _ in table.rows[:MOST_FORESTS]:
        chosen = [r for r in rows if r["endpoint"] == item.id and r["comparator"] == table.comparator.id]
        lines = _lines(chosen)
        if len(lines) >= LEAST_DRAWN:
            title = f"{item.title}: {product.title}, subgroups"
            drawn.append(subgroup_forest(f"{anchor}-strata-{item.id.replace('_', '-')}", title, lines))
    return drawn


def _lines(rows: Sequence[Row]) -> list[Row]:
    """Subgroups in the order of the vocabulary, populations first, with both estimates as ratios."""
    found = {(row["grouped_by"], row["subgroup"]): row for row in rows}
    order = {known.id: place for place, known in enumerate(variables())}
    listed = sorted(levels(), key=lambda level: (level.variable != "population", order[level.variable]))
    titles = {known.id: known.short for known in variables()}
    return [
        {
            "label": level.short,
            "group": titles[level.variable],
            "n": row["a"],
            "raw": row["ror"],
            "raw_low": row["ror_low"],
            "raw_high": row["ror_high"],
            **{f"shrunken{end}": _ratio_of(row[f"shrunken_log_ror{end}"]) for end in ("", "_low", "_high")},
        }
        for level in listed
        if (row := found.get((level.variable, level.id)))
    ]


def _ratio_of(log_ratio: float | None) -> float | None:
    return None if log_ratio is None else math.exp(log_ratio)
