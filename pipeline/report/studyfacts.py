"""What the study's report says, read from the lake once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.lake.warehouse import Warehouse, model

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

# Each is sql/studyreport/<name>.sql, a CSV file and a sheet; its meaning, with the unit of its counts, heads the sheet.
QUERIES = {
    "estimate": "Every estimate of the study, or the reason why it is not given; each row says its unit.",
    "curve": "Steps of the curves; time in years since infusion or the landmark.",
    "characteristic": "Infused patients by what the registry says of them; counts of patients.",
    "malignancy": "Every malignancy reported after infusion, with what its adjudication found; one row is one report.",
    "chase": "Malignancies whose tissue has no result of the transgene test yet; one row is one report.",
    "sample": "Patients with a positive test or vector at or above the threshold; one row is one patient and test.",
    "lot": "Manufacturing lots infused; counts of patients.",
    "extract_record": "Records of the extract by domain; read = kept + rejected.",
    "rejected_reason": "Records that could not be used, by reason; one row is one domain, column and reason.",
}
# Tables that tell of single patients, or of so few that they might: only the regulator's copy has them.
WHOLE_ONLY = ("malignancy", "chase", "sample", "lot", "extract_record", "rejected_reason")


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """One study as of one data-lock point, as its report tells it.

    run_id: that of the run behind every number. tables: the result of each query of QUERIES, by its name. caveats: what
    a reader must know before any number. is_public: whether small cells are hidden; then the listings are empty. extract:
    what the ledger keeps of the ingest: mapping, key_fingerprint, and gate, the rules that do not hold; empty where unknown.
    """

    study_id: str
    as_of: str
    run_id: str
    code_version: str
    vocabulary_version: str
    is_public: bool
    tables: "dict[str, pa.Table]"
    caveats: tuple[str, ...] = ()
    extract: Mapping[str, Any] = field(default_factory=dict)
    _rows: dict[str, list[Row]] = field(default_factory=dict, repr=False, compare=False)
    _steps: dict[tuple[str, ...], list[Row]] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, name: str) -> list[Row]:
        """The rows of one query, in its order."""
        if name not in self._rows:
            self._rows[name] = self.tables[name].to_pylist()
        return self._rows[name]

    def estimates(self, analysis: str, *estimands: str, **where: object) -> list[Row]:
        """Estimates of one section, of these estimands or all, whose columns have these values."""
        return [
            row
            for row in self.rows("estimate")
            if row["analysis"] == analysis
            and (not estimands or row["estimand"] in estimands)
            and all(row[name] == value for name, value in where.items())
        ]

    def steps(self, analysis: str, estimand: str, population: str) -> list[Row]:
        """Steps of the curves of an estimand and population, of every event, in the order of time."""
        if not self._steps:
            for row in sorted(self.rows("curve"), key=lambda row: row["at_years"]):
                self._steps.setdefault((row["analysis"], row["estimand"], row["population"]), []).append(row)
        return self._steps.get((analysis, estimand, population), [])

    @property
    def name(self) -> str:
        """Name of the report's files, without ending."""
        return f"study-report-{self.study_id}-{self.as_of}{'-public' if self.is_public else ''}"


def read_study_tables(warehouse: Warehouse, names: Sequence[str] = tuple(QUERIES)) -> "dict[str, pa.Table]":
    """The result of every query; needs the study's tables as of one data-lock point."""
    return {name: warehouse.arrow(_query(name)) for name in names}


@cache
def _query(name: str) -> str:
    return model(f"studyreport/{name}")
