"""SAS transport files, version 5, of a registry extract.

The header is held to the layout of SAS's TS-140 before pyreadstat reads the values: the format has no count of its
records, so a file cut off in the middle of one can only be told by the bytes that are left over.
"""

import math
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputRefused
from pipeline.intake.registrysheet import (
    MOST_COLUMNS,
    Sheet,
    Texts,
    Values,
    defect_of,
    header,
    refuse_length,
    refuse_size,
    written,
)

CARD = 80
LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
LIBRARY_8 = b"HEADER RECORD*******LIBV8"
MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
NAMESTR = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
OBS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
NAMESTR_AT, NAMES_AT = 7 * CARD, 8 * CARD
NAMESTR_SIZES = (136, 140)
HEADER_BYTES = NAMES_AT + MOST_COLUMNS * max(NAMESTR_SIZES) + 2 * CARD
LONGEST_CHARACTER = 200


class Layout(NamedTuple):
    """Where the values begin, and how many bytes each record takes."""

    start: int
    record: int


def read_xport(path: Path) -> Sheet:
    """Every record of the one data set; InputRefused where the file is no version 5, damaged, cut off or holds several."""
    import pyreadstat  # noqa: PLC0415 -- loads pandas: only a SAS file may wait for it

    refuse_size(path)
    layout = _layout(path)
    _refuse_cut(path, layout)
    try:
        columns, _ = pyreadstat.read_xport(path, output_format="dict")
    except (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        UnicodeDecodeError,
        ValueError,
        OverflowError,
    ) as error:
        raise _refused(path, f"its values cannot be read ({type(error).__name__})") from None
    names = header(path, list(columns))
    return _sheet(names, [list(columns[name]) for name in columns])


def _layout(path: Path) -> Layout:
    """Follow the cards of the header: library, member, names and lengths of the variables, observations."""
    with path.open("rb") as handle:
        head = handle.read(HEADER_BYTES)
    if head.startswith(LIBRARY_8):
        raise _refused(path, "it is a transport file of version 8", "write it as version 5")
    if not head.startswith(LIBRARY):
        raise _refused(path, "it does not begin as one")
    size = _number(head[3 * CARD + 75 : 3 * CARD + 78])
    count = _number(head[NAMESTR_AT + 54 : NAMESTR_AT + 58])
    if head[3 * CARD :][: len(MEMBER)] != MEMBER or head[NAMESTR_AT:][: len(NAMESTR)] != NAMESTR:
        raise _refused(path, "its header is damaged")
    if size not in NAMESTR_SIZES or not 0 < count <= MOST_COLUMNS:
        raise _refused(path, "its header names no variables that can be read")
    ends = NAMES_AT + math.ceil(count * size / CARD) * CARD
    if head[ends:][: len(OBS)] != OBS:
        raise _refused(path, "its header is damaged or cut off")
    return Layout(ends + CARD, sum(_length(path, head, NAMES_AT + at * size) for at in range(count)))


def _length(path: Path, head: bytes, at: int) -> int:
    """Bytes that one variable takes: numbers 2 to 8, texts 1 to 200."""
    kind, length = int.from_bytes(head[at : at + 2]), int.from_bytes(head[at + 4 : at + 6])
    if kind not in {1, 2} or not 1 <= length <= (8 if kind == 1 else LONGEST_CHARACTER):
        raise _refused(path, "its header names a variable of a length that version 5 does not know")
    return length


def _refuse_cut(path: Path, layout: Layout) -> None:
    """InputRefused where what is left after the last whole record is more than the blanks that fill a card."""
    size = path.stat().st_size
    refuse_length(path, (size - layout.start) // layout.record)
    with path.open("rb") as handle:
        handle.seek(layout.start)
        values = handle.read()
    if MEMBER in values and any(values[at : at + len(MEMBER)] == MEMBER for at in range(0, len(values), CARD)):
        raise _refused(path, "it holds several data sets", "write one file for each domain")
    rest = values[len(values) // layout.record * layout.record :]
    if size % CARD or rest.strip(b" ") or len(rest) >= CARD:
        raise _refused(path, "it is cut off in the middle of a record")


def _sheet(columns: tuple[str, ...], cells: list[list[object]]) -> Sheet:
    texts = Texts()
    read = [[texts.of(written(value)) for value in column] for column in cells]
    rows: list[Values | None] = []
    defects: dict[int, str] = {}
    for row in zip(*read, strict=True):
        defect = defect_of(row, len(columns))
        rows.append(None if defect else row)
        if defect:
            defects[len(rows)] = defect
    return Sheet(columns, rows, defects)


def _number(digits: bytes) -> int:
    return int(digits) if digits.strip().isdigit() else 0


def _refused(path: Path, found: str, advice: str = "export it again") -> InputRefused:
    return InputRefused(
        f"{path.name} is no SAS transport file that can be read: {found}; {advice}; nothing was written."
    )
