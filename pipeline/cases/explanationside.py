"""One side of a comparison: every case in the cell it is counted in, for one product and event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.cases.counts import (
    ENDPOINT_STEPS,
    LETTERS_AND_DIGITS,
    TERM_STEPS,
    count_exposures_and_events,
)
from pipeline.cases.explanationparts import CELLS
from pipeline.cases.identity import IDENTITY_STEPS
from pipeline.cases.members import make_steps
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.drugnames import name_patterns
from pipeline.vocabulary.naming import NameRules, compiled_rules
from pipeline.vocabulary.products import ANY
from pipeline.vocabulary.versions import DRUG_NAMES, PRODUCT_NAMES, Vocabulary, current_vocabulary

VOCABULARY_SHOWN = (
    "SELECT DISTINCT view_name FROM duckdb_views() WHERE starts_with(view_name, 'vocabulary_') ORDER BY ALL"
)
EVENT_IDS = """
SELECT event_id FROM event
WHERE event_kind = $event_kind AND scope IS NOT DISTINCT FROM $scope AND (event = $event OR pt = $event)
ORDER BY event_id
"""


ONE_QUESTION = "SELECT 1 AS question_id, $product AS product, event_id FROM (SELECT 1) LEFT JOIN asked_event ON true"
KEPT = {
    "cell": "case_cell",
    "drug_key": "drug_key",
    "drug_product": "drug_product",
    "case_stratum": "case_stratum",
    "stratum": "stratum",
}


@dataclass(frozen=True, slots=True)
class Question:
    """The 2×2 table asked about. event: endpoint id, or preferred term in upper case; scope: null for a term."""

    product: str
    event: str
    event_kind: str
    scope: str | None
    comparator: str

    @property
    def parameters(self) -> dict[str, object]:
        """The question as parameters of SQL."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Side:
    """The data of one data-lock point.

    editions: which issue of each quarter's archive is read; data_hash: of the typed tables made of them. show_core makes the warehouse show the typed tables.
    show_cases makes it show case_current, resolved from them by today's code; kept results serve where is_today says
    that the vocabulary shown is today's.
    """

    as_of: str
    editions: Mapping[str, str]
    show_core: Callable[[Warehouse], None]
    show_cases: Callable[[Warehouse, bool], None]
    data_hash: str = ""


def shown_vocabulary(warehouse: Warehouse) -> Vocabulary:
    """The vocabulary that this warehouse's SQL sees now; needs register_vocabulary, and MedDRA laid over it if any."""
    names = [str(row[0]) for row in warehouse.rows(VOCABULARY_SHOWN)]
    return current_vocabulary({name: warehouse.arrow(f'SELECT * FROM "{name}"') for name in names})


def show_tables_of(warehouse: Warehouse, vocabulary: Vocabulary) -> None:
    """Let SQL see that vocabulary; tables it lacks, because it is older than they are, stay as they are shown."""
    for name, rows in vocabulary.tables.items():
        warehouse.register(name, rows)


def count_cells(
    warehouse: Warehouse,
    question: Question,
    vocabulary: Vocabulary,
    roles: Sequence[str],
    *,
    with_duplicates: bool = False,
) -> dict[str, int]:
    """Make case_cell from the cases and the vocabulary shown; returns the four cells, in cases."""
    count_exposures_and_events(warehouse, roles, with_duplicates=with_duplicates)
    if vocabulary.documents != current_vocabulary({}).documents:
        _count_again(warehouse, vocabulary, with_duplicates=with_duplicates)
    warehouse.create("asked_event", EVENT_IDS, question.parameters)
    warehouse.create("compared_case", model("step/compared_case"), question.parameters)
    warehouse.create("case_cell", model("explain/case_cell"))
    warehouse.create("question", ONE_QUESTION, {"product": question.product})
    return cells_of(warehouse, "case_cell")


def cells_of(warehouse: Warehouse, name: str) -> dict[str, int]:
    """Cases in each cell of a table of cells."""
    rows = warehouse.rows(f'SELECT cell, count(*) FROM "{name}" GROUP BY cell')
    counted = {str(cell): int(str(n)) for cell, n in rows}
    return {cell: counted.get(cell, 0) for cell in CELLS}


def keep_side(warehouse: Warehouse, name: str, *, with_duplicates: bool = False) -> None:
    """Keep the cells just counted, the cases and traits behind them, and how drug texts resolved, under the name of the side."""
    warehouse.create(f"{name}_place", model("explain/case_place"), {"with_duplicates": with_duplicates})
    warehouse.create(f"{name}_told_event", model("explain/told_event"))
    for kept, source in KEPT.items():
        warehouse.create(f"{name}_{kept}", f"SELECT * FROM {source}")


def _count_again(warehouse: Warehouse, vocabulary: Vocabulary, *, with_duplicates: bool) -> None:
    """The steps of counting once more, with other spellings of products and other patterns of drug names."""
    rules = compiled_rules(vocabulary.documents[PRODUCT_NAMES])
    candidates = warehouse.rows(
        f"SELECT text_id, drug_name, active_ingredient FROM drug_text WHERE regexp_matches({LETTERS_AND_DIGITS}, $screen) "
        "ORDER BY ALL",
        {"screen": "|".join(rules.fragments)},
    )
    warehouse.register("drug_product", _named(candidates, rules))
    known = {**name_patterns(), **vocabulary.documents[DRUG_NAMES]}  # a pattern younger than the vocabulary is today's
    parameters = {**known, "with_duplicates": with_duplicates}
    make_steps(warehouse, (*IDENTITY_STEPS, *TERM_STEPS, *ENDPOINT_STEPS), parameters)
    warehouse.view("case_event", model("step/case_event"))


def _named(candidates: Sequence[tuple[object, ...]], rules: NameRules) -> pa.Table:
    """Each drug text with the products it names, and the group they belong to."""
    rows: list[dict[str, object]] = []
    for number, name, ingredient in candidates:
        text = f"{name or ''} or {ingredient}" if ingredient else str(name or "")
        named = rules.named(text)
        told = {"text_id": number, "drug_name": name, "active_ingredient": ingredient}
        rows.extend(told | {"product": item} for item in sorted(named | {ANY} if named else named))
    texts = [(key, pa.string()) for key in ("drug_name", "active_ingredient", "product")]
    return pa.Table.from_pylist(rows, pa.schema([("text_id", pa.uint64()), *texts]))
