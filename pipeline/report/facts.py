"""What a report says, read from the lake once: one table for each query in sql/report/."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.lake.warehouse import Warehouse, model
from pipeline.report.changes import Changes

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

# Each is sql/report/<name>.sql, a CSV file and a sheet; its meaning, with the unit of its counts, heads the sheet.
QUERIES = {
    "endpoint_signal": "Measures of each product and endpoint, against each comparator; a b c d in cases.",
    "term_signal": "Measures of each product and preferred term that at least one case reports; a b c d in cases.",
    "comparison": "Cases on both sides of each product and comparator, and cases left out, by the reason.",
    "designated_case": "Line listing of the designated events; one row is one case and event.",
    "waterfall_step": "From report versions to counted cases; each row says its unit.",
    "product_case": "Current cases that name each product as a suspect.",
    "product_quarter": "Cases by the quarter FDA first received them; empty where no date is known.",
    "endpoint_quarter": "Cases with each endpoint by the quarter FDA first received them; endpoints overlap.",
    "trend_quarter": "Cases by quarter of receipt and cumulative cells a b c d, in cases; ic of all received up to the quarter.",
    "trend_contrast": "Quarters after each event of the calendar over those before, in cases; refused where reason says why.",
    "trend_nowcast": "Cases known and expected by quarter of the event or of receipt; refused where reason says why.",
    "trend_lag": "Days from event to FDA's first receipt; cases used and left out add up to all cases.",
    "malignancy_left_out": "Cases with a malignant term, by whether the term counts as a possible second malignancy.",
    "masking_shift": "Each pair before and counted again without a product, an event or its terms; cells in cases, IC in log2.",
    "masking_term": "Preferred terms of which a removal brings IC025 across 0; cells in cases, IC in log2.",
    "masking_screen": "How far the closed form of masking is from the recount, in IC, over all removals of a kind; counts are removals.",
    "onset_fit": "Days from infusion to the case's one event date, by each method; refused where reason says why.",
    "onset_left_out": "Cases used for onset and left out, by the first reason that holds; they add up to all cases.",
    "onset_day": "Days from infusion to event and follow-up, in days, of the cases used; n_cases is cases.",
    "question": "Pairs asked together and marked, in pairs; n_false sums false_share over the marked ones.",
    "stratified_signal": "Measures of each product and endpoint over strata of known level; a b c d in cases; only with a case (a > 0).",
    "subgroup_signal": "Measures of each product and endpoint within one subgroup; a b c d in cases; only with a case (a > 0).",
    "fitted_prior": "Priors behind EBGM, or why one was refused; cells are drug-event cells.",
    "gate_rule": "Every rule of the gate for each quarter; the note says why the threshold is what it is.",
    "quarantine_rule": "Rows that warning rules flagged; they stay in every count.",
    "quarantined_car_t": "CAR-T cases with a flagged row; they stay in every count.",
    "rejected_reason": "Lines that could not be read.",
    "incomplete_case": "Cases of the products whose latest version holds a line that could not be read.",
    "source_archive": "Archives read, with their SHA-256; records read = kept + rejected.",
    "duplicate_car_t": "Pairs of cases with a CAR-T or a designated event that are, or may be, one event; for review.",
    "duplicate_loss": "Terms and outcomes that duplicates report and the case counted in their stead does not, in cases.",
    "drug_resolution_quarter": "How the drugs of each quarter's entries were resolved, in drug entries.",
    "learned_name": "Drug names resolved by the ingredients published with them in other cases; the fifty in most rows.",
    "term_drift": "Terms an endpoint lists that FAERS no longer or never prints, and frequent CAR-T terms in no endpoint; each row says its unit.",
    "endpoint_definition": "Terms of each endpoint and whether a quarter with a CAR-T case carries them.",
}

# Only where the lake marks a case of a cohort that is also followed; else the report says nothing of it.
MARKED = "marked_case"
MARKED_MEANING = (
    "Cases of each product, and of its narrow endpoints with a case of the own cohort: told as from a study, from the "
    "literature, or of a followed cohort; marks overlap, and n_without_own_cohort leaves out the last."
)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One data-lock point as a report tells it.

    product: the one product the report is about, or None for all. run_id: that of the signals behind every number.
    tables: the result of each query of QUERIES, by its name. caveats: what a reader must know of the data behind every
    number: quarters not held, issues of archives not held or pinned, duplicates counted. variant: name of a choice other
    than the default, which the files' names carry. changes: since the data-lock point before, None without one.
    """

    as_of: str
    run_id: str
    code_version: str
    vocabulary_version: str
    product: str | None
    tables: "dict[str, pa.Table]"
    caveats: tuple[str, ...] = ()
    variant: str = ""
    with_duplicates: bool = False
    changes: Changes | None = None
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
    def marked(self) -> list[Row]:
        """Cases by what is told of their source; empty where none is marked as of a followed cohort."""
        return self.rows(MARKED) if MARKED in self.tables else []

    @property
    def name(self) -> str:
        """Name of the report's files, without ending."""
        about = f"-{self.product.replace(' ', '-')}" if self.product else ""
        choice = f"-{self.variant}" if self.variant else ""
        return f"signal-report-{self.as_of}{about}{choice}"


def read_tables(warehouse: Warehouse) -> "dict[str, pa.Table]":
    """The result of every query; needs the tables they name, asked_product, current_run and own_cohort_case among them."""
    is_marked = warehouse.rows("SELECT count(*) FROM own_cohort_case") != [(0,)]
    return {name: warehouse.arrow(_query(name)) for name in (*QUERIES, *([MARKED] if is_marked else []))}


@cache
def _query(name: str) -> str:
    return model(f"report/{name}")
