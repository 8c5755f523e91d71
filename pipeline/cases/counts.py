"""Distinct cases for each product and event, each drug and event, and their margins."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.cases.backgroundpairs import Backgrounds, Counted, Things, counted_backgrounds
from pipeline.cases.identity import identify_drugs
from pipeline.cases.members import events, exposures, integers, make_steps, show_stratum_events, strata_of_cases
from pipeline.contract.mart import PAIR_COUNT
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Ints
from pipeline.vocabulary.products import members, products, products_named, screen_pattern
from pipeline.vocabulary.tables import vocabulary_tables

TERM_STEPS = (
    *("counted_case", "exposure", "car_t_entry"),
    *("term", "event", "term_event", "case_term"),
    *(
        "car_t_case",
        "suspect_indication",
        "solicited_case",
        "case_trait",
        "stratum",
        "case_stratum",
        "compared_stratum",
    ),
)
ENDPOINT_STEPS = (
    *("endpoint_term", "malignant_term", "index_disease", "malignancy_state", "case_endpoint"),
    "endpoint_coverage",
)
LETTERS_AND_DIGITS = "regexp_replace(lower(concat(drug_name, active_ingredient)), '[^a-z0-9]', '', 'g')"


def register_vocabulary(warehouse: Warehouse) -> None:
    """Show every vocabulary table to SQL."""
    for name, rows in vocabulary_tables().items():
        warehouse.register(name, rows)


def show_drug_products(warehouse: Warehouse) -> None:
    """Make drug_text and drug_product: each way a drug is written, and the CAR-T products it names."""
    warehouse.create("drug_text", model("step/drug_text"))
    candidates = warehouse.rows(
        f"SELECT text_id, drug_name, active_ingredient FROM drug_text WHERE regexp_matches({LETTERS_AND_DIGITS}, $screen) "
        "ORDER BY drug_name, active_ingredient",
        {"screen": screen_pattern()},
    )
    warehouse.register("drug_product", _drug_products(candidates))


def count_exposures_and_events(warehouse: Warehouse, roles: Sequence[str], *, with_duplicates: bool = False) -> None:
    """Make the tables of which case has which drug and which event; needs case_current and the typed tables."""
    count_exposures_and_terms(warehouse, roles, with_duplicates=with_duplicates)
    make_steps(warehouse, ENDPOINT_STEPS)
    warehouse.view("case_event", model("step/case_event"))


def count_exposures_and_terms(warehouse: Warehouse, roles: Sequence[str], *, with_duplicates: bool = False) -> None:
    """The first half of it: drugs and preferred terms, endpoints left out."""
    warehouse.register("exposure_role", pa.table({"role_code": pa.array(roles, pa.string())}))
    show_drug_products(warehouse)
    identify_drugs(warehouse)
    make_steps(warehouse, TERM_STEPS, {"with_duplicates": with_duplicates})


def product_cells(warehouse: Warehouse, asked: Sequence[str], comparators: Sequence[str]) -> pa.Table:
    """The cells a b c d of every product, event and comparator asked for."""
    warehouse.register("asked_product", pa.table({"product": pa.array(asked, pa.string())}))
    warehouse.register("asked_comparator", pa.table({"comparator": pa.array(comparators, pa.string())}))
    show_stratum_events(warehouse)
    return warehouse.arrow(model("step/product_event"))


def count_backgrounds(warehouse: Warehouse, comparators: Sequence[str]) -> Backgrounds:
    """Count every pair of drug and event once for all these comparators' backgrounds; needs exposure, case_term and case_endpoint."""
    backgrounds = backgrounds_of_cases(warehouse, comparators)
    return counted_backgrounds(comparators, backgrounds, exposures(warehouse), events(warehouse))


def backgrounds_of_cases(warehouse: Warehouse, comparators: Sequence[str]) -> Ints:
    """Of each counted case, by its place, the sum of 2**place of those comparators of whose background it is a part."""
    bits = [1 << place for place in range(len(comparators))]
    warehouse.register(
        "asked_background",
        pa.table({"comparator": pa.array(comparators, pa.string()), "bit": pa.array(bits, pa.int64())}),
    )
    told, strata = warehouse.arrow(model("step/stratum_background")), strata_of_cases(warehouse)
    known = integers(told, "stratum_id")
    of_stratum = np.zeros(max(int(known.max(initial=0)), int(strata.max(initial=0))) + 1, np.int64)
    of_stratum[known] = integers(told, "backgrounds")
    return of_stratum[strata]


def count_pairs(warehouse: Warehouse, comparator: str, backgrounds: Backgrounds | None = None) -> int:
    """Show pair, drug_margin and event_margin of one comparator's background to SQL; returns its number of cases.

    backgrounds: those counted together, where this comparator is one of them; else this one is counted alone.
    """
    counted = (backgrounds or count_backgrounds(warehouse, [comparator])).of(comparator)
    for name, rows in (("pair", counted.pairs), ("drug_margin", counted.drugs), ("event_margin", counted.events)):
        warehouse.register(name, rows)
    return counted.n_cases


def things(warehouse: Warehouse) -> Things:
    """The drugs and events that were counted."""
    return Things(
        warehouse.arrow("SELECT drug FROM drug ORDER BY drug_id"),
        warehouse.arrow("SELECT event, event_kind, scope FROM event ORDER BY event_id"),
    )


def pair_rows(counted: Counted, named: Things, as_of: str, comparator: str) -> pa.Table:
    """The rows of pair_count for the pairs of one background; names are looked up by number, which SQL would join."""
    pairs, n_rows = counted.pairs, counted.pairs.num_rows
    columns = {
        "as_of": _repeated(as_of, n_rows),
        "comparator": _repeated(comparator, n_rows),
        "drug": _named(pairs["drug_id"], named.drugs["drug"]),
        **{name: _named(pairs["event_id"], named.events[name]) for name in named.events.column_names},
        **{name: pairs[name] for name in ("a", "n_drug", "n_event")},
        "n_cases": pa.repeat(pa.scalar(counted.n_cases, pa.int64()), n_rows),
    }
    return pa.table({name: columns[name] for name in PAIR_COUNT.names})


def _named(ids: pa.ChunkedArray, names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Names by their number, counted from 1."""
    return names.take(pc.subtract(ids, pa.scalar(1, ids.type)))


def _repeated(text: str, n_rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), n_rows), pa.array([text]))


def _drug_products(candidates: list[tuple[object, ...]]) -> pa.Table:
    rows: list[tuple[object, object, object, str]] = []
    for number, name, ingredient in candidates:
        named = products_named(str(name or ""), None if ingredient is None else str(ingredient))
        rows.extend((number, name, ingredient, product) for product in sorted(_with_groups(named)))
    numbers, *columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    names = ("drug_name", "active_ingredient", "product")
    texts = {key: pa.array(column, pa.string()) for key, column in zip(names, columns, strict=True)}
    return pa.table({"text_id": pa.array(numbers, pa.uint64()), **texts})


def _with_groups(named: frozenset[str]) -> frozenset[str]:
    """The products named and every group one of them belongs to."""
    groups = {product.id for product in products() if product.is_group and named & set(members(product.id))}
    return named | groups if named else named
