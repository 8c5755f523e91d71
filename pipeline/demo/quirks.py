"""Defects of FDA's real files, planted in small known numbers. Their evidence is in the project's notes on quirks."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from pipeline.demo.chance import Chance
from pipeline.demo.layout import TABLES, era_of
from pipeline.demo.quarters import is_legacy, ordinal

_ORPHAN_TABLES = ("drug", "reac", "outc", "ther", "indi")
_REPEATED_REACTIONS, _BARE_LINE_FEEDS = 5, 3


@dataclass(frozen=True)
class Edit:
    """A value that stands in for another: name of the quirk, table, what each edited row gets, and its quarters."""

    name: str
    table: str
    rows: tuple[dict[str, str], ...]
    since: str = "2004Q1"
    until: str = "2040Q4"


EDITS = (
    Edit(
        "stray_quotes",
        "drug",
        ({"drugname": '"VITAMINS" (NOS)'}, {"drugname": 'ASPIRIN "'}, {"dose_vbm": "5' INFUSION"}),
    ),
    Edit("nul_byte", "drug", ({"dose_vbm": "10\0 MG"}, {"dose_vbm": "\0"})),
    Edit("mangled_text", "drug", ({"drugname": "SOLUCI?N SALINA"}, {"dose_vbm": "{/=75 KG"})),
    Edit("latin1_bytes", "demo", ({"mfr_sndr": "LABORAT\xd3RIO ALDERBROOK"}, {"mfr_sndr": "KESTREL-M\xdcNCHEN"})),
    Edit("year_only_date", "demo", ({"event_dt": "2003"}, {"event_dt": "1999"})),
    Edit("month_only_date", "demo", ({"event_dt": "200307"}, {"event_dt": "200311"}), until="2021Q2"),
    Edit("padded_month_date", "demo", ({"event_dt": "20210301"}, {"event_dt": "20210601"}), since="2021Q3"),
    Edit(
        "impossible_date",
        "demo",
        tuple({"event_dt": text} for text in ("20030231", "19000101", "00010101", "91990201")),
    ),
    Edit(
        "age_unit",
        "demo",
        tuple(
            {"age": age, "age_cod": code}
            for age, code in zip(("7", "9", "5", "12", "30"), ("DEC", "MON", "WK", "DY", "HR"), strict=True)
        ),
    ),
    Edit("age_text", "demo", ({"age": "163/6", "age_cod": ""},)),
    Edit("weight_unit", "demo", ({"wt": "152", "wt_cod": "LBS"}, {"wt": "3200", "wt_cod": "GMS"})),
    Edit(
        "country_name",
        "demo",
        ({"reporter_country": "COUNTRY NOT SPECIFIED"}, {"reporter_country": "JAPAN"}),
        since="2005Q3",
    ),
    Edit("masked_country", "demo", ({"reporter_country": "EU", "occr_country": "EU"},), since="2026Q1"),
    Edit("odd_follow_up", "demo", ({"foll_seq": "#1"}, {"foll_seq": "1A"}), until="2012Q3"),
    Edit("literal_dollar", "demo", ({"mfr_num": "JP-CUBIST-$E2B0000000182"}, {"mfr_num": "US-OAKMERE-$17"})),
    Edit("cut_line", "drug", ({}, {})),
    Edit("run_together", "drug", ({}, {})),
)
_UNREADABLE = ("literal_dollar", "cut_line")
_CUT_AFTER = 5  # fields left of a cut line


@dataclass
class Lines:
    """Data lines of one table with their ends, and what was planted in them.

    records: lines a faithful reader keeps, after splitting those that ran together; unreadable: lines it must reject.
    """

    table: str
    lines: list[str]
    ends: list[str]
    planted: Counter[str] = field(default_factory=Counter)

    @property
    def unreadable(self) -> int:
        """Lines with too many or too few fields."""
        return sum(self.planted[name] for name in _UNREADABLE)

    @property
    def records(self) -> int:
        """Rows to be read: each run-together line holds two."""
        return len(self.lines) - self.unreadable + self.planted["run_together"]

    def encode(self) -> bytes:
        """The lines as bytes; whatever is not ASCII becomes latin-1."""
        return "".join(line + end for line, end in zip(self.lines, self.ends, strict=True)).encode("latin-1")


def plant(lines: Lines, at: int, chance: Chance) -> None:
    """Plant every quirk of the table and quarter, each on rows of its own; fewer where rows run out."""
    sound = lines.lines[:1]
    _edit(lines, at, chance)
    if lines.table == "reac":
        _repeat_reactions(lines)
        for place in range(1, min(2 * _BARE_LINE_FEEDS, len(lines.lines)), 2):
            lines.planted["bare_line_feed"] += lines.ends[place] != "\n"
            lines.ends[place] = "\n"
    if lines.table in _ORPHAN_TABLES and sound:
        _append_orphan(lines, sound[0], at)


def _edit(lines: Lines, at: int, chance: Chance) -> None:
    """Rows come in pairs, so that the second of a pair can run into the first."""
    columns = era_of(at).columns(lines.table)
    pairs = np.argsort(chance.uniform("quirk", np.arange(len(lines.lines) // 2), np.array([TABLES.index(lines.table)])))
    free, joined = iter((2 * pairs).tolist()), []
    for edit in EDITS:
        for row in edit.rows if edit.table == lines.table and ordinal(edit.since) <= at <= ordinal(edit.until) else ():
            place = next(free, None) if set(row) <= set(columns) else None
            if place is None:
                continue
            lines.planted[edit.name] += 1
            joined += [place] if edit.name == "run_together" else []
            lines.lines[place] = _edited(edit.name, lines.lines[place], row, columns)
    for place in sorted(joined, reverse=True):
        glue = "" if lines.lines[place].endswith("$") and lines.table in era_of(at).trailing else "$"
        lines.lines[place] += glue + lines.lines.pop(place + 1)
        lines.ends.pop(place)


def _edited(name: str, line: str, row: dict[str, str], columns: tuple[str, ...]) -> str:
    values = line.split("$")
    if name == "cut_line":
        return "$".join(values[:_CUT_AFTER])
    for column, text in row.items():
        values[columns.index(column)] = text
    return "$".join(values)


def _repeat_reactions(lines: Lines) -> None:
    """Byte-identical REAC lines, as the real files have by the thousand."""
    count = min(_REPEATED_REACTIONS, len(lines.lines))
    lines.lines += lines.lines[:count]
    lines.ends += lines.ends[:count]
    lines.planted["identical_reaction"] += count


def _append_orphan(lines: Lines, sound: str, at: int) -> None:
    """A row of a report that DEMO does not have, made of a line before anything was planted in it."""
    values = sound.split("$")
    values[0] = "9999999" if is_legacy(at) else "999999991"
    if not is_legacy(at):
        values[1] = "99999999"
    lines.lines.append("$".join(values))
    lines.ends.append(lines.ends[0])
    lines.planted["orphan"] += 1
