"""SAS transport files, version 5, as the published record layout asks: text and whole numbers of at least 0.

Written here because a writer at hand stamps the clock into the file, and an extract must have the same bytes again.
Source: SAS Institute, TS-140, The Record Layout of a Data Set in SAS Transport (XPORT) Format; checked by reading back.
"""

import struct
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Ints
from pipeline.demo.cohortlayout import LABELS, Variable

RECORD = 80
LONGEST_TEXT = 200
MISSING = np.uint64(0x2E) << np.uint64(56)
ZERO_POWER = 64  # of 16, the exponent's offset


def write_xport(table: pa.Table, domain: str, variables: tuple[Variable, ...], stamp: str, path: Path) -> None:
    """Write one domain; stamp: date and time as SAS prints it, as 30JUN26:00:00:00. ValueError for a text over 200 bytes."""
    columns = [_column(table[variable.name], variable) for variable in variables]
    rows = np.empty(
        table.num_rows,
        dtype=[(variable.name, column.dtype) for variable, column in zip(variables, columns, strict=True)],
    )
    for variable, column in zip(variables, columns, strict=True):
        rows[variable.name] = column
    widths = [column.dtype.itemsize for column in columns]
    with path.open("wb") as file:
        file.write(_heading(domain, stamp, len(variables)) + _descriptors(variables, widths))
        file.write(_header("OBS     ", "0" * 30))
        file.write(_filled(rows.tobytes()))


def _column(values: pa.ChunkedArray, variable: Variable) -> np.ndarray:
    """Fixed-width bytes of a variable: text padded with blanks, a number as IBM's eight bytes."""
    if variable.kind == "whole":
        known = values.is_valid().to_numpy()
        return np.where(known, ibm(values.fill_null(0).to_numpy()), MISSING).astype(">u8")
    coded = values.combine_chunks().fill_null("").dictionary_encode()
    texts = [text.encode("ascii") for text in coded.dictionary.to_pylist()]
    width = max([1, *map(len, texts)])
    if width > LONGEST_TEXT:
        raise ValueError(f"{variable.name} has a text of {width} bytes: version 5 holds {LONGEST_TEXT}.")
    padded = np.array([text.ljust(width) for text in texts] or [b" "], dtype=f"S{width}")
    return np.asarray(padded[coded.indices.to_numpy()])


def ibm(numbers: Ints) -> np.ndarray:
    """IBM's double of whole numbers from 0 up to 2^53, shape (n,), as the 64 bits of each."""
    size = np.frexp(numbers.astype(np.float64))[1]  # in bits
    power = (size + 3) // 4  # of 16
    fraction = numbers.astype(np.uint64) << (56 - 4 * power).astype(np.uint64)
    bits = ((ZERO_POWER + power).astype(np.uint64) << np.uint64(56)) | fraction
    return np.where(numbers > 0, bits, np.uint64(0))


def _header(kind: str, end: str) -> bytes:
    return f"HEADER RECORD*******{kind}HEADER RECORD!!!!!!!{end}".ljust(RECORD).encode("ascii")


def _heading(domain: str, stamp: str, n_variables: int) -> bytes:
    """Library and member headers: everything up to the variables."""
    system = f"{'9.4':8}{'':8}{'':24}{stamp:16}"
    parts = [
        _header("LIBRARY ", "0" * 30),
        f"{'SAS':8}{'SAS':8}{'SASLIB':8}{system}".encode("ascii"),
        f"{stamp:80}".encode("ascii"),
        _header("MEMBER  ", "0" * 16 + "01600000000140"),
        _header("DSCRPTR ", "0" * 30),
        f"{'SAS':8}{domain:8}{'SASDATA':8}{system}".encode("ascii"),
        f"{stamp:16}{'':16}{LABELS[domain]:40}{'':8}".encode("ascii"),
        _header("NAMESTR ", f"{n_variables:010d}" + "0" * 20),
    ]
    return b"".join(parts)


def _descriptors(variables: tuple[Variable, ...], widths: list[int]) -> bytes:
    """One of 140 bytes for each variable: type, length, place, name, label, position; no formats."""
    starts = np.cumsum([0, *widths]).tolist()
    parts = [
        struct.pack(
            ">hhhh8s40s8shhh2s8shhl52s",
            1 if variable.kind == "whole" else 2,
            0,
            width,
            place + 1,
            f"{variable.name:8}".encode("ascii"),
            f"{variable.label:40}".encode("ascii"),
            b" " * 8,
            0,
            0,
            0,
            b"\0\0",
            b" " * 8,
            0,
            0,
            start,
            bytes(52),
        )
        for place, (variable, width, start) in enumerate(zip(variables, widths, starts, strict=False))
    ]
    return _filled(b"".join(parts))


def _filled(content: bytes) -> bytes:
    """Filled with blanks up to whole records."""
    return content + b" " * (-len(content) % RECORD)
