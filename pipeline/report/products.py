"""One product's section: its tables, its forest plots, its quarters and its most reported terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import GLYPHS, Figure, forest
from pipeline.report.masking import MaskingSection, masking_section
from pipeline.report.onset import OnsetSection, onset_section
from pipeline.report.overview import Cell, cell
from pipeline.report.sidebyside import SideBySide, side_by_side
from pipeline.report.strata import StrataSection, strata_section
from pipeline.report.trend import Trend, trend
from pipeline.report.trendtables import TrendTables, trend_tables
from pipeline.vocabulary.comparators import Comparator, base_comparators
from pipeline.vocabulary.endpoints import Endpoint, Scope, endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.products import Product

TOP_TERMS, TOP_MARKED = 20, 15
SCOPES: tuple[Scope, ...] = ("narrow", "broad")


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """One scope against one comparator: an endpoint and its cell in each row."""

    scope: str
    comparator: Comparator
    rows: list[tuple[Endpoint, Cell]]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A preferred term, the endpoints that hold it, and its cell against each comparator."""

    term: str
    endpoints: tuple[str, ...]
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class ProductSection:
    """Everything the page says of one product; anchor is its place in the page."""

    product: Product
    anchor: str
    counts: Row
    compared: SideBySide
    tables: list[MeasureTable]
    forests: list[Figure]
    trend: Trend
    trend_tables: TrendTables
    onset: OnsetSection
    masking: MaskingSection
    strata: StrataSection
    top_terms: list[TermRow]
    marked_terms: list[TermRow]
    n_terms: int
    left_out: dict[str, int]


def product_section(facts: ReportFacts, product: Product) -> ProductSection:
    """The section of a product that at least one case names."""
    anchor = f"product-{product.id.replace(' ', '-').replace('_', '-')}"
    signals = facts.rows_of("endpoint_signal", product.id)
    terms = _terms(facts.rows_of("term_signal", product.id))
    counts = facts.rows_of("product_case", product.id)[0]
    return ProductSection(
        product=product,
        anchor=anchor,
        counts=counts,
        compared=side_by_side(facts, product, signals),
        tables=[table for scope in SCOPES for against in _first() if (table := _table(signals, scope, against)).rows],
        forests=_forests(signals, anchor, product),
        trend=trend(facts, product, anchor),
        trend_tables=trend_tables(facts, product, anchor),
        onset=onset_section(facts, product, anchor),
        masking=masking_section(facts, product, anchor),
        strata=strata_section(facts, product, anchor),
        top_terms=[_term_row(term, terms[term]) for term in list(terms)[:TOP_TERMS]],
        marked_terms=[_term_row(term, terms[term]) for term in _outside_endpoints(terms)[:TOP_MARKED]],
        n_terms=len(terms),
        left_out={row["state"]: row["n_cases"] for row in facts.rows_of("malignancy_left_out", product.id)},
    )


def _first() -> list[Comparator]:
    """The comparators whose measures are all printed; the others stand beside them with one measure."""
    return [against for against in base_comparators() if against.base.is_shown_first]


def _table(signals: Sequence[Row], scope: str, against: Comparator) -> MeasureTable:
    """Endpoints in the order of the vocabulary; the broad table leaves out what the narrow one already says."""
    cells = {row["endpoint"]: cell(row) for row in signals if row["scope"] == scope and row["comparator"] == against.id}
    kept = [item for item in endpoints() if item.id in cells and (scope == "narrow" or item.broad_adds)]
    return MeasureTable(scope, against, [(item, cells[item.id]) for item in kept])


def _forests(signals: Sequence[Row], anchor: str, product: Product) -> list[Figure]:
    rows = [r for r in signals if r["scope"] == "narrow" and r["is_assessable"] and r["comparator"] in GLYPHS]
    named = (
        ("ebgm", "eb05", "eb95", "EBGM with 90 % interval", (1.0, 2.0)),
        ("ror", "ror_low", "ror_high", "ROR with 95 % interval", (1.0,)),
    )
    drawn = [(name, title, marks, _lines(rows, name, low, high)) for name, low, high, title, marks in named]
    return [
        forest(f"{anchor}-{name}", f"{title}: {product.title}", lines, marks)
        for name, title, marks, lines in drawn
        if any(line["low"] or line["high"] for line in lines)
    ]


def _lines(rows: Sequence[Row], name: str, low: str, high: str) -> list[Row]:
    titles = {item.id: item.title for item in endpoints()}
    order = list(titles)
    told = [
        {
            "label": titles[row["endpoint"]],
            "comparator": row["comparator"],
            "estimate": row[name] or None,
            "low": row[low] or None,
            "high": row[high],
            "place": order.index(row["endpoint"]),
        }
        for row in rows
    ]
    return sorted(told, key=lambda line: (line["place"], line["comparator"]))


def _terms(signals: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each term, one for each comparator; terms by falling number of cases."""
    found: dict[str, list[Row]] = {}
    for row in signals:
        found.setdefault(row["term"], []).append(row)
    return found


def _term_row(term: str, rows: Sequence[Row]) -> TermRow:
    held = _endpoints_of_terms()
    return TermRow(term, held.get(term_key(term), ()), {row["comparator"]: cell(row) for row in rows})


def _outside_endpoints(terms: Mapping[str, Sequence[Row]]) -> list[str]:
    """Terms the rule marks against any comparator that no endpoint holds, strongest first."""
    held = _endpoints_of_terms()
    marked = [term for term, rows in terms.items() if any(row["is_signal"] for row in rows)]
    found = [term for term in marked if not held.get(term_key(term))]
    return sorted(found, key=lambda term: (-max(row["eb05"] or 0.0 for row in terms[term]), term))


@cache
def _endpoints_of_terms() -> dict[str, tuple[str, ...]]:
    """Titles of the endpoints that hold each term, in either scope."""
    held: dict[str, tuple[str, ...]] = {}
    for item in endpoints():
        for pt in item.terms("broad"):
            held[term_key(pt)] = (*held.get(term_key(pt), ()), item.title)
    return held
