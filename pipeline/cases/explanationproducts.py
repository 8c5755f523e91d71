"""What changed of every product and endpoint at once, looked at in the cases that ever named a CAR-T and in no other."""

from collections.abc import Sequence

import pyarrow as pa

from pipeline.cases.counts import count_exposures_and_events, show_drug_products
from pipeline.cases.explanation import find_reasons
from pipeline.cases.explanationside import Side, keep_side
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.choices import suspect_roles

BY_CASE = ("report_version", "withdrawn_case", "case_current")
BY_VERSION = ("case_drug", "case_reaction", "case_outcome", "case_indication")
CASE_IDS = "car_t_case_id"
ANY_COMPARATOR = "all"  # cell a is the same for each: no case of the product is left out


def car_t_cases(warehouse: Warehouse, side: Side) -> pa.Table:
    """The cases of a side one of whose versions names a CAR-T; needs the vocabulary."""
    side.show_core(warehouse)
    show_drug_products(warehouse)
    return warehouse.arrow(model("explain/car_t_case_id"))


def narrowed(warehouse: Warehouse, side: Side, case_ids: pa.Table) -> Side:
    """The side with these cases alone, in memory; leaves the whole side shown."""
    warehouse.register(CASE_IDS, case_ids)
    side.show_core(warehouse)
    side.show_cases(warehouse, True)
    warehouse.create(
        "narrowed_version",
        f"SELECT DISTINCT quarter, report_id FROM report_version WHERE case_id IN (SELECT case_id FROM {CASE_IDS})",
    )
    kept = {
        name: warehouse.arrow(f"SELECT * FROM {name} WHERE case_id IN (SELECT case_id FROM {CASE_IDS})")
        for name in BY_CASE
    }
    kept |= {
        name: warehouse.arrow(
            f"SELECT t.* FROM {name} AS t "
            "SEMI JOIN narrowed_version AS v ON v.quarter = t.quarter AND v.report_id = t.report_id"
        )
        for name in BY_VERSION
    }

    def show_core(other: Warehouse) -> None:
        for name in (*BY_CASE[:2], *BY_VERSION):
            other.register(name, kept[name])

    def show_cases(other: Warehouse, is_today: bool) -> None:  # noqa: ARG001 -- resolved above, with today's vocabulary
        other.register("case_current", kept["case_current"])

    return Side(side.as_of, side.editions, show_core, show_cases)


def explain_products(
    warehouse: Warehouse, earlier: Side, later: Side, products: Sequence[str], *, with_duplicates: bool = False
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Cell a of every product and endpoint on both sides, and its changes by reason with their case ids.

    Needs the vocabulary. CartwatchError where the reasons of any cell do not add up to its change.
    """
    warehouse.register("asked_product", pa.table({"product": pa.array(products, pa.string())}))
    for name, side in (("from", earlier), ("to", later)):
        side.show_core(warehouse)
        side.show_cases(warehouse, True)
        count_exposures_and_events(warehouse, suspect_roles(), with_duplicates=with_duplicates)
        warehouse.create("asked_question", model("explain/asked_question"))
        warehouse.create("case_cell", model("explain/product_cell"))
        warehouse.create("question", "SELECT question_id, product, event_id FROM asked_question")
        keep_side(warehouse, name, with_duplicates=with_duplicates)
    find_reasons(warehouse, earlier, later, ANY_COMPARATOR)
    counts = warehouse.arrow(model("explain/product_count")).to_pylist()
    changes = warehouse.arrow(model("explain/product_change")).to_pylist()
    _check_sums(counts, changes)
    return counts, changes


def _check_sums(counts: Sequence[dict[str, object]], changes: Sequence[dict[str, object]]) -> None:
    left = {(row["product"], row["endpoint"]): int(str(row["n_to"])) - int(str(row["n_from"])) for row in counts}
    for row in changes:
        key = (row["product"], row["endpoint"])
        left[key] = left.get(key, 0) - (1 if row["is_entry"] else -1) * int(str(row["n_cases"]))
    if wrong := [key for key, remainder in left.items() if remainder]:
        raise CartwatchError(f"The change of cell a of {wrong[0]} has no whole explanation; please report this bug.")
