"""Cells of a table as text: each distinct value of a column is written once, however many rows hold it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def cell_texts(column: "pa.ChunkedArray", written: Callable[[Any], str]) -> "pa.DictionaryArray":
    """The text of each cell of a column, in its order, each text held once; null where nothing is known.

    written: a known value as text; it must depend on the value alone. Floating-point numbers are one value where all
    their bits are the same, so nought keeps its sign.
    """
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    values = column.combine_chunks()
    bits = values.view(pa.int64()) if pa.types.is_float64(values.type) else values
    distinct = bits.dictionary_encode()
    known = distinct.dictionary.view(values.type) if bits is not values else distinct.dictionary
    texts = pa.array([written(value) for value in known.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(distinct.indices, texts)


def joined(columns: "Sequence[pa.DictionaryArray]", separator: str) -> list[str]:
    """The cells of each row one behind the other; nothing where nothing is known, no row where there is no column."""
    import pyarrow.compute as pc  # noqa: PLC0415 -- as above

    if not columns:
        return []
    texts = [column.dictionary_decode() for column in columns]
    together = pc.binary_join_element_wise(*texts, separator, null_handling="replace", null_replacement="")
    lines: list[str] = together.to_pylist()
    return lines
