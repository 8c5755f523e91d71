"""One generated FAERS quarter as FDA would publish it: a zip with seven tables and what lies beside them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.demo.archive import DemoQuarter, write_archive
from pipeline.demo.chance import Chance
from pipeline.demo.content import content_of
from pipeline.demo.demo_columns import demo_columns
from pipeline.demo.drug_columns import DrugPage, drug_columns, indi_columns, named_products, ther_columns
from pipeline.demo.event_columns import outc_columns, reac_columns, rpsr_columns
from pipeline.demo.layout import (
    TABLES,
    WHOLE_HISTORY_LIST,
    archive_name,
    companions,
    deleted_name,
    deleted_text,
    era_of,
    line_end,
    member_name,
)
from pipeline.demo.page import Columns, Page
from pipeline.demo.quarters import name, ordinal
from pipeline.demo.quirks import Lines, plant
from pipeline.demo.roster import Roster, first_caseid, opening_roster
from pipeline.errors import UsageError

_SLICE = 40_000  # reports rendered at a time: bounds the memory
_QUIRKY = 2_000  # reports of the first slice, when it gets quirks


@dataclass
class Body:
    """The growing text of one table: buffers in order, data lines, and what was planted."""

    buffers: list[Any] = field(default_factory=list)
    lines: int = 0
    unreadable: int = 0
    records: int = 0
    planted: Counter[str] = field(default_factory=Counter)

    def add_rows(self, rows: Any) -> None:
        """Add an Arrow array of strings, each a whole line: its value buffer is the text itself."""
        self.buffers.append(rows.buffers()[2] if len(rows) else b"")
        self.lines += len(rows)
        self.records += len(rows)

    def add_lines(self, lines: Lines) -> None:
        """Add lines that carry quirks."""
        self.buffers.append(lines.encode())
        self.lines += len(lines.lines)
        self.records += lines.records
        self.unreadable += lines.unreadable
        self.planted += lines.planted


def write_quarter(folder: Path, quarter: str, *, reports: int, seed: int, quirks: bool = False) -> Path:
    """Write one quarter that stands alone, named as FDA names it, and return the path of its zip.

    reports: rows of DEMO, a quarter of them follow-ups of cases seen nowhere else; quirks: plant the real files'
    defects in small numbers. Equal arguments give equal bytes. ``read_manifest`` tells what the zip holds.
    Errors: UsageError for a text that is no quarter, or for less than one report.
    """
    at, chance = ordinal(quarter), Chance(seed)
    check_size(reports)
    withdrawn = [first_caseid(at) - 1_000_000 - 37 * number for number in range(5)]
    return write_roster(folder, at, opening_roster(at, reports, chance), chance, quirks=quirks, withdrawn=withdrawn)


def check_size(reports: int) -> None:
    """Refuse a quarter without reports."""
    if reports < 1:
        raise UsageError(f"a quarter of {reports} reports was asked for: give at least 1.")


def write_roster(folder: Path, at: int, roster: Roster, chance: Chance, *, quirks: bool, withdrawn: list[int]) -> Path:
    """Write the quarter that holds exactly the roster's report versions and its list of withdrawn cases."""
    bodies = {table: Body() for table in TABLES}
    named: Counter[str] = Counter()
    for start, stop in _slices(len(roster), quirky=quirks):
        part = roster.take(slice(start, stop))
        page = Page(at, part, content_of(part, at, chance), chance)
        _add_page(bodies, page, quirks=quirks and start == 0)
        named.update(named_products(DrugPage(page)))
    listed = withdrawn if deleted_name(at) else []
    what = _described(at, roster, chance, bodies=bodies, named=named, withdrawn=listed)
    folder.mkdir(parents=True, exist_ok=True)
    return write_archive(folder / archive_name(at), _members(at, bodies, listed), what)


def _slices(count: int, *, quirky: bool) -> Iterator[tuple[int, int]]:
    start = min(count, _QUIRKY) if quirky else 0
    if start:
        yield 0, start
    yield from ((at, min(at + _SLICE, count)) for at in range(start, count, _SLICE))


def _add_page(bodies: dict[str, Body], page: Page, *, quirks: bool) -> None:
    of = DrugPage(page)
    makers: dict[str, Callable[[], Columns]] = {
        "demo": lambda: demo_columns(page),
        "drug": lambda: drug_columns(of),
        "reac": lambda: reac_columns(page),
        "outc": lambda: outc_columns(page),
        "rpsr": lambda: rpsr_columns(page),
        "ther": lambda: ther_columns(of),
        "indi": lambda: indi_columns(of),
    }
    for table, make in makers.items():
        if not quirks:
            bodies[table].add_rows(_rows(table, make(), page.at, line_end(page.at)))
            continue
        written = _rows(table, make(), page.at, "").to_pylist()
        lines = Lines(table, written, [line_end(page.at)] * len(written))
        plant(lines, page.at, page.chance)
        bodies[table].add_lines(lines)


def _rows(table: str, columns: Columns, at: int, end: str) -> Any:
    """Whole lines of a table, in the era's column order, as an Arrow array of strings."""
    era = era_of(at)
    *most, last = (columns[column] for column in era.columns(table))
    return pc.binary_join_element_wise(*most, pc.binary_join_element_wise(last, era.ends(table) + end, ""), "$")


def _members(at: int, bodies: dict[str, Body], withdrawn: list[int]) -> Iterator[tuple[str, list[Any]]]:
    era = era_of(at)
    for table, body in bodies.items():
        mark = b"\xef\xbb\xbf" if table in era.bom else b""
        yield member_name(table, at), [mark + (era.headers[table] + line_end(at)).encode(), *body.buffers]
    listed = deleted_name(at)
    if listed:
        yield listed, [deleted_text(at, withdrawn)]
    if at == ordinal("2019Q1"):
        yield WHOLE_HISTORY_LIST, [deleted_text(at, [*withdrawn, *(one - 900_000 for one in withdrawn)])]
    for path, text in companions(at).items():
        yield path, [text]


def _described(
    at: int, roster: Roster, chance: Chance, *, bodies: dict[str, Body], named: Counter[str], withdrawn: list[int]
) -> DemoQuarter:
    planted: Counter[str] = sum((body.planted for body in bodies.values()), Counter())
    return DemoQuarter(
        quarter=name(at),
        reports=len(roster),
        seed=chance.seed,
        records={table: body.records for table, body in bodies.items()},
        lines={table: body.lines for table, body in bodies.items()},
        unreadable={table: body.unreadable for table, body in bodies.items()},
        planted=dict(sorted(planted.items())),
        car_t={product: count for product, count in sorted(named.items()) if count},
        withdrawn=tuple(withdrawn),
        dropped=tuple(roster.caseid[roster.dropped].tolist()),
    )
