"""What a reader must know about each row of the signal table, in sentences."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.cases.leftout import LeftOut
from pipeline.signals.interval import Flags

Coverage = Mapping[tuple[str, str], tuple[int, Sequence[str]]]
Value = TypeVar("Value", str | None, bool)
LONGEST_LIST = 12
SEPARATOR = "|"
INFINITE = "No comparator case has the event: PRR and ROR are infinite, their lower bounds exact."
NO_SHARE = "No zero-inflated p: no event of the product has a case, so the share that cannot occur is not known."
NOT_ASSESSABLE = "Not assessable: no quarter with a CAR-T case has a report with any term of this endpoint."


def is_missing(cells: pa.Table, coverage: Coverage) -> Flags:
    """Whether each row asks for an endpoint of which the source holds no term, shape (n,)."""
    held = {key for key, (n_present, _) in coverage.items() if n_present}
    found = _of_endpoints(cells, lambda key: key not in held, nothing=False, kind=pa.bool_())
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def notes(
    cells: pa.Table,
    infinite: Flags,
    no_prior: str | None,
    without_share: Flags,
    left_out: Mapping[str, LeftOut],
    coverage: Coverage,
    labels: Mapping[str, str | None],
) -> pa.Array:
    """The sentences of each row, or null: of its endpoint, its prior, its two sides.

    infinite: where no comparator case has the event. no_prior: why EBGM is null. without_share: where the share of the
    product's pairs that cannot occur is not known. left_out: by product.
    """
    n_rows = cells.num_rows
    pieces = [
        _of_endpoints(cells, lambda key: _coverage_note(key, coverage, labels), nothing=None, kind=pa.string()),
        pa.repeat(pa.scalar(f"EBGM is null: {no_prior}" if no_prior else None, pa.string()), n_rows),
        _where(without_share, NO_SHARE),
        _where(infinite, INFINITE),
        _of_products(cells, {product: found.sentence for product, found in left_out.items()}),
        _empty_side(cells, left_out),
    ]
    return reduce(_followed, pieces)


def _followed(first: pa.Array, second: pa.Array) -> pa.Array:
    """Both sentences, or the one there is."""
    return pc.coalesce(pc.binary_join_element_wise(first, second, " "), first, second)


def _empty_side(cells: pa.Table, left_out: Mapping[str, LeftOut]) -> pa.Array:
    """Where nothing can be said because a side has no case."""
    has_cases = {product: found.n_of_product > 0 for product, found in left_out.items()}
    told = _of_products(
        cells,
        {
            product: "The comparator leaves out every case of the product." if some else "No case names the product."
            for product, some in has_cases.items()
        },
    )
    no_product = pc.equal(pc.add(_column(cells, "a"), _column(cells, "b")), 0)
    no_comparator = pc.equal(pc.add(_column(cells, "c"), _column(cells, "d")), 0)
    other = pc.if_else(no_comparator, pa.scalar("There is no case to compare with."), pa.scalar(None, pa.string()))
    return pc.if_else(no_product, told, other)


def _where(flags: Flags, text: str) -> pa.Array:
    return pc.if_else(pa.array(np.asarray(flags, dtype=bool)), pa.scalar(text), pa.scalar(None, pa.string()))


def _of_products(cells: pa.Table, values: Mapping[str, str | None]) -> pa.Array:
    names = pa.array(list(values), pa.string())
    return pa.array(list(values.values()), pa.string()).take(pc.index_in(_column(cells, "product"), names))


def _of_endpoints(
    cells: pa.Table, value: Callable[[tuple[str, str]], Value], *, nothing: Value, kind: pa.DataType
) -> pa.Array:
    """The value of each row's endpoint and scope, asked once for each; nothing for a preferred term."""
    keys = pc.if_else(
        pc.equal(_column(cells, "event_kind"), "endpoint"),
        pc.binary_join_element_wise(
            _column(cells, "event"), _column(cells, "scope"), SEPARATOR, null_handling="replace"
        ),
        pa.scalar(None, pa.string()),
    )
    distinct = pc.unique(keys)
    found = [nothing if key is None else value(_parted(key)) for key in distinct.to_pylist()]
    return pa.array(found, kind).take(pc.index_in(keys, distinct))


def _parted(key: str) -> tuple[str, str]:
    event, _, scope = key.partition(SEPARATOR)
    return event, scope


def _coverage_note(key: tuple[str, str], coverage: Coverage, labels: Mapping[str, str | None]) -> str | None:
    n_present, absent = coverage.get(key, (0, ()))
    if not n_present:
        return NOT_ASSESSABLE
    label = labels.get(key[0])
    said = [f"{label.capitalize()}."] if label else []
    if 0 < len(absent) <= LONGEST_LIST:
        said.append(f"Terms that occur nowhere in the quarters with a CAR-T case: {', '.join(absent)}.")
    elif absent:
        said.append(f"{n_present} of {n_present + len(absent)} listed terms occur in the quarters with a CAR-T case.")
    return " ".join(said) or None


def _column(cells: pa.Table, name: str) -> pa.Array:
    """One column in one piece."""
    return cells[name].combine_chunks()
