"""The first tables of the page: the count waterfall, and products by endpoints with heat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.numbers import Measure, heat, known_bound, ratio_measure, shrunken_measure
from pipeline.report.questions import q_told
from pipeline.vocabulary.comparators import Comparator, base_comparators
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.products import Product, products

EBGM = ("ebgm", "eb05", "eb95")
# A longer list is one of all infections or malignancies: it always has terms that nobody reported.
LONGEST_WRITTEN_LIST = 30
IC = ("ic", "ic025", "ic975")


@dataclass(frozen=True, slots=True)
class Cell:
    """One product and endpoint against one comparator, as it is printed.

    heat: class of the lower bound of EBGM, else of the IC, empty where it is below 1; ror_heat: of the ROR's.
    ror_bound: the one bound of the ROR that a narrow column has room for. ic025 > 0 has its own mark. q: that of
    Benjamini and Hochberg, and the mid-p behind it.
    """

    row: Row
    heat: str
    ror_heat: str
    ebgm: Measure
    ic: Measure
    prr: Measure
    ror: Measure
    ror_bound: str
    q: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overview:
    """Products by endpoints against one comparator.

    by: what the cells show and their heat follows. ebgm; ic where EBGM could not be fitted, for the reason given; ror
    where the product may be a large part of the cases compared. products: those that the comparator can be asked of; sizes:
    their cases that are compared.
    """

    comparator: Comparator
    by: Literal["ebgm", "ic", "ror"]
    reason: str | None
    products: tuple[Product, ...]
    sizes: Mapping[str, int]
    endpoints: tuple[Endpoint, ...]
    cells: Mapping[tuple[str, str], Cell]


def reported_products(facts: ReportFacts) -> tuple[Product, ...]:
    """Products that at least one current case names, the whole class first."""
    counted = {row["product"] for row in facts.rows("product_case") if row["n_cases"]}
    held = [product for product in products() if product.id in counted]
    return tuple(sorted(held, key=lambda product: (product.id != "any_car_t", product.id == "unspecified_car_t")))


def absent_products(facts: ReportFacts) -> tuple[Product, ...]:
    """Products asked for that no current case names."""
    counted = {row["product"] for row in facts.rows("product_case") if not row["n_cases"]}
    return tuple(product for product in products() if product.id in counted)


def short_name(product: Product) -> str:
    """Name of a product as the head of a column."""
    return product.id.replace("_car_t", " CAR-T") if product.is_group else product.id


def cell(row: Row) -> Cell:
    """A signal row as it is printed; the heat is that of EBGM's lower bound, else of the IC's."""
    least = row["eb05"] if row["ebgm"] is not None else None if row["ic025"] is None else 2.0 ** row["ic025"]
    return Cell(
        row,
        heat(least) if row["a"] else "",
        heat(row["ror_low"]) if row["a"] else "",
        shrunken_measure(row, EBGM),
        shrunken_measure(row, IC),
        ratio_measure(row, "prr"),
        ratio_measure(row, "ror"),
        known_bound(row, "ror"),
        q_told(row),
    )


def overviews(facts: ReportFacts, shown: Sequence[Product]) -> list[Overview]:
    """One table for each comparator that a report shows first, narrow scope."""
    rows = [row for row in facts.rows("endpoint_signal") if row["scope"] == "narrow"]
    made = [_overview(against, rows, facts, shown) for against in base_comparators() if against.base.is_shown_first]
    return [table for table in made if table.products]


def _overview(against: Comparator, rows: Sequence[Row], facts: ReportFacts, shown: Sequence[Product]) -> Overview:
    cells = {(row["product"], row["endpoint"]): cell(row) for row in rows if row["comparator"] == against.id}
    compared = {product for product, _ in cells}
    reason = no_prior(facts, against)
    return Overview(
        comparator=against,
        by="ror" if against.base.is_selective else "ic" if reason else "ebgm",
        reason=reason,
        products=tuple(product for product in shown if product.id in compared),
        sizes={row["product"]: row["n_product"] for row in facts.rows("comparison") if row["comparator"] == against.id},
        endpoints=endpoints(),
        cells=cells,
    )


def no_prior(facts: ReportFacts, against: Comparator) -> str | None:
    """Why the narrow endpoints have no EBGM against this comparator, or None where they have one."""
    if not against.has_prior:
        return "No prior is fitted for this comparator."
    refused = {
        row["comparator"]: row["reason"]
        for row in facts.rows("fitted_prior")
        if row["event_kind"] == "endpoint" and row["scope"] == "narrow" and not row["is_fitted"]
    }
    return f"EBGM could not be fitted: {refused[against.id]}" if against.id in refused else None


def sparse_terms(facts: ReportFacts) -> dict[tuple[str, str], str]:
    """For each endpoint and scope of which fewer than half the terms occur in the source: how many do, in words."""
    found: dict[tuple[str, str], list[bool]] = {}
    for row in facts.rows("endpoint_definition"):
        found.setdefault((row["endpoint"], row["scope"]), []).append(row["is_present"])
    return {
        key: f"{sum(present)} of {len(present)} terms occur"
        for key, present in found.items()
        if 0 < 2 * sum(present) < len(present) <= LONGEST_WRITTEN_LIST
    }


def unheld_scopes(facts: ReportFacts) -> frozenset[tuple[str, str]]:
    """Endpoints and scopes of which no quarter with a CAR-T case has any term: nothing can be counted for them."""
    rows = facts.rows("endpoint_definition")
    held = {(row["endpoint"], row["scope"]) for row in rows if row["is_present"]}
    return frozenset((row["endpoint"], row["scope"]) for row in rows) - held


def marked_cases(facts: ReportFacts) -> list[Row]:
    """Products, and their endpoints with a case of the own cohort, with titles; empty where no case is marked."""
    titles = {item.id: item.title for item in products()} | {item.id: item.title for item in endpoints()}
    return [row | {"title": titles[row["endpoint"] or row["product"]]} for row in facts.marked]


def waterfall(facts: ReportFacts) -> list[Row]:
    """The steps with the share of the largest count each bar takes."""
    rows = facts.rows("waterfall_step")
    most = max((abs(row["n"]) for row in rows), default=0) or 1
    return [row | {"percent": round(100 * abs(row["n"]) / most, 1), "is_removal": row["n"] < 0} for row in rows]
