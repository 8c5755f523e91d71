"""What a report says, read from the lake once: one table for each query in sql/report/."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.lake.warehouse import Warehouse, model

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

# Each is sql/report/<name>.sql, a CSV file and a sheet; its meaning, with the unit of its counts, heads the sheet.
QUERIES = {
    "endpoint_signal": "Measures of each product and endpoint, against each comparator; a b c d in cases.",
    "term_signal": "Measures of each product and preferred term that at least one case reports; a b c d in cases.",
    "designated_case": "Line listing of the designated events; one row is one case and event.",
    "waterfall_step": "From report versions to current cases; each row says its unit.",
    "product_case": "Current cases that name each product as a suspect.",
    "product_quarter": "Cases by the quarter FDA first received them; empty where no date is known.",
    "endpoint_quarter": "Cases with each endpoint by the quarter FDA first received them; endpoints overlap.",
    "malignancy_left_out": "Cases with a malignant term, by whether the term counts as a possible second malignancy.",
    "fitted_prior": "Priors behind EBGM, or why one was refused; cells are drug-event cells.",
    "gate_rule": "Every rule of the gate for each quarter; the note says why the threshold is what it is.",
    "quarantine_rule": "Rows that warning rules flagged; they stay in every count.",
    "quarantined_car_t": "CAR-T cases with a flagged row; they stay in every count.",
    "rejected_reason": "Lines that could not be read.",
    "incomplete_case": "Cases of the products whose latest version holds a line that could not be read.",
    "source_archive": "Archives read, with their SHA-256; records read = kept + rejected.",
    "endpoint_definition": "Terms of each endpoint and whether a quarter with a CAR-T case carries them.",
}


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One data-lock point as a report tells it.

    product: the one product the report is about, or None for all. run_id: that of the signals behind every number.
    tables: the result of each query of QUERIES, by its name. gaps: quarters published by then that the lake lacks.
    """

    as_of: str
    run_id: str
    code_version: str
    vocabulary_version: str
    product: str | None
    tables: "dict[str, pa.Table]"
    gaps: str | None = None
    _rows: dict[str, list[Row]] = field(default_factory=dict, repr=False, compare=False)
    _by_product: dict[str, dict[str, list[Row]]] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, name: str) -> list[Row]:
        """The rows of one query, in its order."""
        if name not in self._rows:
            self._rows[name] = self.tables[name].to_pylist()
        return self._rows[name]

    def rows_of(self, name: str, product: str) -> list[Row]:
        """Those of one product."""
        if name not in self._by_product:
            found: dict[str, list[Row]] = {}
            for row in self.rows(name):
                found.setdefault(row["product"], []).append(row)
            self._by_product[name] = found
        return self._by_product[name].get(product, [])

    @property
    def name(self) -> str:
        """Name of the report's files, without ending."""
        about = f"-{self.product.replace(' ', '-')}" if self.product else ""
        return f"signal-report-{self.as_of}{about}"


def read_tables(warehouse: Warehouse) -> "dict[str, pa.Table]":
    """The result of every query; needs the tables they name, asked_product and current_run among them."""
    return {name: warehouse.arrow(_query(name)) for name in QUERIES}


@cache
def _query(name: str) -> str:
    return model(f"report/{name}")
