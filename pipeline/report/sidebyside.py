"""One product against every comparator, side by side: each base for all ages, adults and children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.numbers import cases, count
from pipeline.report.overview import Cell, cell
from pipeline.vocabulary.comparators import Base, Comparator, comparators
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.products import Product

# Counts of the report's table comparison, as they follow a number of cases.
REASONS = {
    "n_no_indication": "of the product without an indication of a suspect drug",
    "n_another_indication": "of the product with another indication",
    "n_two_car_ts": "of the product naming two different CAR-Ts",
    "n_comparator_two_car_ts": "of those compared with naming two different CAR-Ts",
}
AGES = {"n_unknown_age": "of the product", "n_comparator_unknown_age": "of those compared with"}


@dataclass(frozen=True, slots=True)
class Column:
    """One comparator: how many cases stand on either side."""

    comparator: Comparator
    n_product: int
    n_comparator: int

    @property
    def ages(self) -> str:
        """Head of the column."""
        return self.comparator.age_band.title.capitalize() if self.comparator.age_band else "All ages"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """columns: by base, all ages first. rows: an endpoint and its cell against each comparator's id, narrow terms.

    left_out: a sentence for each base, where it leaves out cases of the product or of those compared with.
    """

    columns: list[tuple[Base, list[Column]]]
    rows: list[tuple[Endpoint, Mapping[str, Cell]]]
    left_out: list[tuple[Base, str]]


def side_by_side(facts: ReportFacts, product: Product, signals: Sequence[Row]) -> SideBySide:
    """The table of one product; a base it cannot be compared with has no column."""
    sizes = {row["comparator"]: row for row in facts.rows_of("comparison", product.id)}
    found: dict[str, dict[str, Cell]] = {}
    for row in signals:
        if row["scope"] == "narrow":
            found.setdefault(row["endpoint"], {})[row["comparator"]] = cell(row)
    columns = _columns(sizes)
    return SideBySide(
        columns=columns,
        rows=[(item, found[item.id]) for item in endpoints() if item.id in found],
        left_out=[(base, told) for base, group in columns if (told := _left_out(group, sizes))],
    )


def _columns(sizes: Mapping[str, Row]) -> list[tuple[Base, list[Column]]]:
    groups: dict[Base, list[Column]] = {}
    for known in comparators():
        if row := sizes.get(known.id):
            groups.setdefault(known.base, []).append(Column(known, row["n_product"], row["n_comparator"]))
    return list(groups.items())


def _left_out(columns: Sequence[Column], sizes: Mapping[str, Row]) -> str:
    """What the base leaves out at all ages, and the cases of unknown age that its age bands leave out besides."""
    rows = [sizes[column.comparator.id] for column in columns]
    told = [f"{cases(rows[0][name])} {words}" for name, words in REASONS.items() if rows[0][name]]
    unknown = {words: max(row[name] for row in rows) for name, words in AGES.items()}
    if any(unknown.values()):
        listed = " and ".join(f"{count(n)} {words}" for words, n in unknown.items() if n)
        told.append(f"from one age alone, as of unknown age: {listed}")
    return f"Left out: {'; '.join(told)}." if told else ""
