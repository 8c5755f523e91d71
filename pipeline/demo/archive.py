"""A quarter's zip, the same bytes for the same content, with what was put into it in the archive's comment."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pipeline.errors import InputRefused

_LEVEL = 6
_LONGEST_COMMENT = 65_535  # bytes; the format's own limit


@dataclass(frozen=True)
class DemoQuarter:
    """What a generated quarter holds, so that a reader can be shown to have lost nothing.

    records: rows per table that can be read, run-together lines counted as two; lines: data lines per table;
    unreadable: data lines per table that fit no layout; planted: rows per quirk; car_t: report versions that name
    each CAR-T product; withdrawn: case numbers on the quarter's list; dropped: cases whose version here no longer
    names its CAR-T product. ``records = lines - unreadable + planted["run_together"]``, per table.
    """

    quarter: str
    reports: int
    seed: int
    records: dict[str, int]
    lines: dict[str, int]
    unreadable: dict[str, int]
    planted: dict[str, int] = field(default_factory=dict)
    car_t: dict[str, int] = field(default_factory=dict)
    withdrawn: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()


def write_archive(path: Path, members: Iterable[tuple[str, Sequence[Any]]], what: DemoQuarter) -> Path:
    """Write members (name, buffers) in order, with fixed times and the description as comment; return the path."""
    comment = json.dumps(asdict(what), separators=(",", ":")).encode()
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.comment = comment[:_LONGEST_COMMENT]
        for name, buffers in members:
            member = ZipInfo(name, date_time=(int(what.quarter[:4]), 3 * int(what.quarter[5]), 28, 12, 0, 0))
            member.compress_type, member.external_attr = ZIP_DEFLATED, 0o644 << 16
            with archive.open(member, "w", force_zip64=False) as file:
                for buffer in buffers:
                    file.write(buffer)
    return path


def read_manifest(path: Path) -> DemoQuarter:
    """What a generated zip says it holds. Errors: InputRefused for a zip that was not generated here."""
    with ZipFile(path) as archive:
        comment = archive.comment
    if not comment.startswith(b'{"quarter":'):
        raise InputRefused(f"{path} carries no description of a generated quarter: it was not written by the demo.")
    said = json.loads(comment)
    return DemoQuarter(**(said | {name: tuple(said[name]) for name in ("withdrawn", "dropped")}))
