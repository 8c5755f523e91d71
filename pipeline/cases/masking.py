"""What a dominating product or event hides: each pair counted again without it."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.cases.backgroundpairs import Backgrounds
from pipeline.cases.maskingterms import term_cells
from pipeline.cases.members import endpoint_members, integers, strata_of_cases
from pipeline.contract.masking import MASKING
from pipeline.contract.renderings import arrow_schema
from pipeline.lake.parquet import write_rows
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.crosscount import Membership, firsts
from pipeline.signals.interval import Array, Interval, TwoByTwo
from pipeline.signals.masking import Masking, masking
from pipeline.vocabulary.choices import comparator

DEFINITION = Path(__file__).parent / "masking.yaml"
# Each is sql/masking/<name>.sql, a table made in this order.
STEPS = (
    *("masking_side", "stratum_profile", "stratum_endpoint", "masked_pair"),
    *("other_car_t", "masking_candidate", "removal", "removal_event"),
    *("removed_profile", "removed_stratum", "dropped_term", "lost_case", "removed_stratum_event"),
)
RULE_COLUMNS = {"rule_number": "int64", "rule": "string", "kind": "string", "selects": "string", "named": "string"}


@cache
def definition() -> dict[str, Any]:
    """The file of rules: the comparators asked about, the least number of cases of a pair, the rules in their order."""
    import yaml  # noqa: PLC0415 -- the command line's help must not wait for it

    with DEFINITION.open(encoding="utf-8") as stream:
        told: dict[str, Any] = yaml.safe_load(stream)
    return told


def write_masking(
    warehouse: Warehouse, as_of: str, folder: Path, backgrounds: Backgrounds, events: Membership
) -> list[tuple[str, str | None, Path, int]]:
    """Count every pair again without what its rules remove, and write the table masking as a Parquet file.

    Needs the tables of a run of signals, stratum_event among them; backgrounds: the pairs, from which the drugs that
    dominate an event are taken; events: the counted cases, by their place, and their events.
    """
    _register_definition(warehouse)
    warehouse.create("endpoint_bit", model("masking/endpoint_bit"))
    warehouse.register("endpoint_pair", _endpoint_pairs(warehouse, backgrounds))
    warehouse.create("dominating_drug", model("masking/dominating_drug"))
    warehouse.register("masked_case", _masked_cases(warehouse))
    for step in STEPS:
        warehouse.create(step, model(f"masking/{step}"), {"least_cases": definition()["least_cases"]})
    path = folder / f"{MASKING.name}.parquet"
    of_endpoints = warehouse.arrow(model("masking/masking_cell"))
    of_terms = term_cells(warehouse, backgrounds, events, definition()["term_rules"], definition()["least_term_cases"])
    cells = pa.concat_tables([of_endpoints, of_terms.select(of_endpoints.column_names)]).combine_chunks()
    rows = masking_table(cells.sort_by([(name, "ascending") for name in MASKING.key if name != "as_of"]), as_of)
    return [(MASKING.name, None, path, write_rows(MASKING, rows, path))]


def masking_table(cells: pa.Table, as_of: str) -> pa.Table:
    """The rows of masking for cells counted before and after each removal, in the order of the cells."""
    before, after = (
        TwoByTwo(*(np.asarray(cells[f"{name}{end}"].to_numpy(), dtype=np.float64) for name in "abcd"))
        for end in ("", "_after")
    )
    found = masking(before, after, np.array(cells["kind"].to_pylist(), dtype=np.str_))
    versions = {name: comparator(name).version for name in set(cells["comparator"].to_pylist())}
    columns = {
        "as_of": pa.repeat(pa.scalar(as_of, pa.string()), cells.num_rows),
        **{name: cells[name] for name in cells.column_names},
        **{name: pa.array(values, mask=~np.isfinite(values)) for name, values in masking_measures(found).items()},
        "is_unmasked": pa.array(found.appears),
        "is_lost": pa.array(found.vanishes),
        "comparator_version": pa.array([versions[name] for name in cells["comparator"].to_pylist()], pa.string()),
    }
    schema = arrow_schema(MASKING)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _register_definition(warehouse: Warehouse) -> None:
    """Show the rules and the comparators asked about to SQL."""
    schema = pa.schema([*((name, kind) for name, kind in RULE_COLUMNS.items()), ("most", "int64")])
    rules = [
        {"rule_number": place, "rule": rule["id"], "named": None, "most": None} | rule
        for place, rule in enumerate(definition()["rules"], 1)
    ]
    warehouse.register("masking_rule", pa.Table.from_pylist(rules, schema))
    warehouse.register(
        "masking_comparator", pa.table({"comparator": pa.array(definition()["comparators"], pa.string())})
    )


def _endpoint_pairs(warehouse: Warehouse, backgrounds: Backgrounds) -> pa.Table:
    """Of each comparator asked about, the pairs (drug_id, event_id, a) of its background whose event is an endpoint, narrow terms."""
    told = backgrounds.about(integers(warehouse.arrow("SELECT event_id FROM endpoint_bit"), "event_id"))
    found = []
    for name in definition()["comparators"]:
        pairs = told.of(name).pairs.select(["drug_id", "event_id", "a"])
        found.append(pairs.append_column("comparator", pa.repeat(pa.scalar(name), pairs.num_rows)))
    return pa.concat_tables(found)


def _masked_cases(warehouse: Warehouse) -> pa.Table:
    """Each counted case, by its place, with its stratum and the sum of the bits of its endpoints, narrow terms."""
    bits, known = warehouse.arrow("SELECT event_id, bit FROM endpoint_bit"), endpoint_members(warehouse)
    bit = np.zeros(max(int(integers(bits, "event_id").max(initial=0)), int(known.thing.max(initial=0))) + 1, np.int64)
    bit[integers(bits, "event_id")] = integers(bits, "bit")
    strata = strata_of_cases(warehouse)
    endpoints = np.zeros(strata.size, dtype=np.int64)
    first = firsts(known.case)  # endpoints stand by case
    if first.size:
        endpoints[known.case[first]] = np.bitwise_or.reduceat(bit[known.thing], first)
    return pa.table({"case_place": np.arange(strata.size), "stratum_id": strata, "endpoints": endpoints})


def masking_measures(found: Masking) -> dict[str, Array]:
    """IC, ROR, shift and screen under their column names, NaN where there is none."""
    return {
        **_bounded("ic", "", found.ic, ("", "025", "975")),
        **_bounded("ic", "_after", found.ic_after, ("", "025", "975")),
        **_bounded("ror", "", found.ror, ("", "_low", "_high")),
        **_bounded("ror", "_after", found.ror_after, ("", "_low", "_high")),
        "ic_shift": found.shift,
        "masking_ratio": found.ratio,
        "masking_ratio_recounted": found.ratio_after,
        "ic_screen": found.screen,
        "screen_error": found.error,
    }


def _bounded(name: str, end: str, interval: Interval, bounds: tuple[str, str, str]) -> dict[str, Array]:
    """Estimate, lower and upper bound under their column names."""
    values = (interval.estimate, interval.low, interval.high)
    return {f"{name}{bound}{end}": column for bound, column in zip(bounds, values, strict=True)}
