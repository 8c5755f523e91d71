"""The frozen weights of the record linkage: never worked out from the data at hand."""

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

FOLDER = Path(__file__).parent
WEIGHTS, TERMS = FOLDER / "linkage_weights.yaml", FOLDER / "linkage_terms.csv"
BIT = 1000  # weights are whole thousandths of a bit: their sum never depends on the order of adding


@cache
def frozen() -> dict[str, Any]:
    """The file of weights, in bits: version, thresholds, limits, sets, levels, defaults."""
    import yaml  # noqa: PLC0415 -- the command line's help must not wait for it

    with WEIGHTS.open(encoding="utf-8") as stream:
        weights: dict[str, Any] = yaml.safe_load(stream)
    return weights


def whole(bits: float) -> int:
    """Bits as whole thousandths."""
    return round(bits * BIT)


def linkage_parameters() -> dict[str, object]:
    """What the link queries bind: limits as they are, weights in thousandths of a bit."""
    weights = frozen()
    bound = {
        name: whole(weights[name])
        for name in ("threshold", "threshold_of_terms", "threshold_of_car_t", "review", "rare_content")
    }
    bound |= {name: whole(bits) for name, bits in weights["sets"].items()}
    return {**weights["limits"], **bound, "weights_version": weights["version"]}


def window(block: str) -> int:
    """How many cases before it a case is compared with in one block of this kind."""
    weights = frozen()
    return int(weights.get(f"window_of_{block}", weights["window"]))


def linkage_tables() -> dict[str, pa.Table]:
    """linkage_weight(field, level, weight), linkage_default, linkage_term and linkage_country, in thousandths of a bit."""
    weights, terms = frozen(), _terms()
    levels = [(field, level, whole(bits)) for field, one in weights["levels"].items() for level, bits in one.items()]
    defaults = [
        (kind, whole(one["weight"]), whole(one.get("car_t_weight", one["weight"])))
        for kind, one in weights["defaults"].items()
    ]
    is_country = pc.equal(terms["kind"], "country")
    country = terms.filter(is_country)
    return {
        "linkage_weight": _table(("field", "level", "weight"), levels),
        "linkage_default": _table(("kind", "weight", "car_t_weight"), defaults),
        "linkage_term": terms.filter(pc.invert(is_country)),
        "linkage_country": pa.table({"country": country["term"], "weight": country["weight"]}),
    }


@cache
def _terms() -> pa.Table:
    """Columns kind (drug, reaction, country), term, weight and car_t_weight."""
    types = {"kind": pa.string(), "term": pa.string(), "weight": pa.int32(), "car_t_weight": pa.int32()}
    return csv.read_csv(TERMS, convert_options=csv.ConvertOptions(column_types=types, strings_can_be_null=False))


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
