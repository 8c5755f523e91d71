"""A FAERS text file to rows or rejections: every record is one or the other.

Speed comes from counting delimiters with NumPy and handing whole runs of well-formed lines to
Arrow's CSV reader; only lines that do not fit are looked at one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipeline.intake.lines import BOM, DOLLAR, PIECE_BYTES, Flags, Lines, Places, encoding_of, pieces

SHORT = 64
BLOCK_BYTES = 4 << 20
IDENTITY = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Rejection:
    """One line that does not fit, with what its first fields name beyond doubt."""

    line: int
    reason: str
    text: str
    report_id: int | None = None
    case_id: int | None = None
    version_number: int | None = None


class FileReader:
    """A file being read: what was kept and rejected so far, and how the file is written."""

    def __init__(self, data: bytes, piece_bytes: int = PIECE_BYTES) -> None:
        self.data, self.piece_bytes = data, piece_bytes
        self.encoding = encoding_of(data, piece_bytes)
        self.rejected: list[Rejection] = []
        self.n_kept = self.n_split = self.n_nul = self._n_lines = self._n_crlf = 0

    @property
    def n_read(self) -> int:
        """Records read: each was kept or rejected."""
        return self.n_kept + len(self.rejected)

    @property
    def newline(self) -> str:
        """Line ends found so far."""
        return "LF" if not self._n_crlf else "CRLF" if self._n_crlf == self._n_lines else "mixed"

    def pieces(self) -> Iterator[Lines]:
        """The file's lines, piece by piece, counted as they pass."""
        for lines in pieces(self.data, self.encoding, self.piece_bytes):
            self._n_lines += lines.starts.size
            self._n_crlf += int(lines.has_cr.sum())
            self.n_nul += int(np.count_nonzero(lines.data == 0))
            yield lines


class TableReader(FileReader):
    """A table file whose header has these columns and then n_phantom empty ones.

    All records of a file are written alike: ended by a delimiter that the header lacks (AERS), or not; the
    file's first piece shows which, and a line written otherwise would be a guess. A line of exactly k
    whole records becomes k rows; every other line that does not fit is rejected with its text.
    """

    def __init__(self, data: bytes, columns: list[str], n_phantom: int, piece_bytes: int = PIECE_BYTES) -> None:
        super().__init__(data, piece_bytes)
        self.columns, self.n_phantom = columns, n_phantom
        self._n_delimiters: int | None = None

    def batches(self) -> Iterator[pa.Table]:
        """The rows as text with their line, in the file's order, at least one batch; read it once."""
        for lines in self.pieces():
            rows = self._rows(lines)
            self.n_kept += rows.num_rows
            yield rows
        if not self.data:
            yield _empty(self.columns)

    def _rows(self, lines: Lines) -> pa.Table:
        if self._n_delimiters is None:
            self._n_delimiters = _habit(lines, len(self.columns), self.n_phantom)
        usable, blank = _well_formed(lines, len(self.columns), self._n_delimiters)
        body = np.arange(lines.first == 1, lines.starts.size)
        rows = _parsed(lines, body[usable[body]], self.columns, self._n_delimiters)
        repaired: list[tuple[int, list[str]]] = []
        for index in body[~usable[body]]:
            repaired.extend(self._repaired(lines, int(index), self._n_delimiters, is_blank=bool(blank[index])))
        return _merged(rows, repaired, self.columns) if repaired else rows

    def _repaired(self, lines: Lines, index: int, n_delimiters: int, *, is_blank: bool) -> list[tuple[int, list[str]]]:
        """The records of a line that is not well formed; none where it is rejected."""
        line, number = lines.text(index), lines.first + index
        records = None if is_blank else _whole_records(line, self.columns, n_delimiters)
        if records is None:
            self.rejected.append(_rejection(number, line, self.columns, n_delimiters, is_blank=is_blank))
            return []
        self.n_split += len(records) > 1
        return [(number, record) for record in records]


class DeletedReader(FileReader):
    """A deleted-case list: no header, one case number a line, perhaps with a trailing delimiter."""

    def rows(self) -> pa.Table:
        """The lines that hold a case number, as published, with their line; read it once."""
        kept: list[tuple[str, int]] = []
        for lines in self.pieces():
            for index in range(lines.starts.size):
                line, number = lines.text(index), lines.first + index
                value = line.strip().rstrip("$").strip()
                if IDENTITY.fullmatch(value):
                    kept.append((line, number))
                else:
                    self.rejected.append(Rejection(number, "not a case number" if value else "blank line", line))
        self.n_kept += len(kept)
        columns = {"caseid": pa.array([line for line, _ in kept], pa.string())}
        return pa.table(columns | {"line": pa.array([number for _, number in kept], pa.int64())})


def header_fields(first_line: bytes) -> list[str]:
    """Column names of the first line, its byte-order mark taken off."""
    return first_line.removeprefix(BOM).decode("latin-1").rstrip("\r\n").split("$")


def _habit(lines: Lines, n_columns: int, n_phantom: int) -> int:
    """How many delimiters the records have: the commonest count the header allows, else the header's."""
    allowed = np.arange(n_columns - 1, n_columns + n_phantom + 1)
    counts = np.array([np.count_nonzero(lines.n_delimiters[1:] == n) for n in allowed])
    header = n_columns - 1 + n_phantom
    best = allowed[counts == counts.max()]
    return header if header in best else int(best[0])


def _well_formed(lines: Lines, n_columns: int, n_delimiters: int) -> tuple[Flags, Flags]:
    """Lines with that many delimiters and nothing but empty fields behind the columns; and blank lines."""
    usable = (lines.n_delimiters == n_delimiters) & ~lines.has_inner_cr() & (lines.ends > lines.starts)
    for k in range(1, n_delimiters - n_columns + 2):
        usable &= lines.data[np.maximum(lines.ends - k, 0)] == DOLLAR
    short = np.flatnonzero((lines.n_delimiters <= 1) & (lines.ends - lines.starts < SHORT))
    blank = np.zeros(lines.starts.size, np.bool_)
    blank[[i for i in short if not lines.text(int(i)).strip(" \t\r\x1a$")]] = True
    return usable & ~blank, blank


def _parsed(lines: Lines, chosen: Places, columns: list[str], n_delimiters: int) -> pa.Table:
    """The well-formed lines through Arrow's reader, with their line numbers."""
    if not chosen.size:
        return _empty(columns)
    names = [*columns, *(f"extra {k}" for k in range(n_delimiters + 1 - len(columns)))]
    longest = int((lines.ends - lines.starts)[chosen].max())
    rows = pa.csv.read_csv(
        pa.BufferReader(pa.py_buffer(lines.octets_of(chosen))),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=max(BLOCK_BYTES, longest + 2)),
        parse_options=pa.csv.ParseOptions(
            delimiter="$", quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=True
        ),
        convert_options=pa.csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=columns,
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    return rows.append_column("line", pa.array(chosen + lines.first, pa.int64()))


def _whole_records(line: str, columns: list[str], n_delimiters: int) -> list[list[str]] | None:
    """The line as k ≥ 1 whole records, or None where that would be a guess.

    Records follow each other whole, each ended by a delimiter (AERS) or parted by one; or else the last
    value of one and the first of the next have run together, and the case number behind tells them apart.
    """
    fields, n = line.split("$"), len(columns)
    if len(fields) == n_delimiters + 1:
        return [fields[:n]] if "\r" in line and not any(fields[n:]) else None
    readings = []
    if n_delimiters == n and len(fields) % n == 1 and not fields[-1]:
        readings.append(_chunks(fields[:-1], n))
    if n_delimiters == n - 1 and len(fields) % n == 0:
        readings.append(_chunks(fields, n))
    if n_delimiters == n - 1 > 1 and columns[:2] == ["primaryid", "caseid"] and (len(fields) - 1) % (n - 1) == 0:
        readings.append(_parted(fields, n))
    sure = [records for records in readings if len(records) > 1 and all(_begins_a_record(r, columns) for r in records)]
    return sure[0] if len(sure) == 1 else None


def _chunks(fields: list[str], n: int) -> list[list[str]]:
    return [fields[i : i + n] for i in range(0, len(fields), n)]


def _parted(fields: list[str], n: int) -> list[list[str]]:
    """Records of n fields from fields in which each record's last has run into the next one's first; empty if unsure.

    The first field is the case number, which stands alone behind it, and a version of one to three
    digits; where that could begin at two places the line stays whole.
    """
    records = [fields[:n]]
    for at in range(n - 1, len(fields) - 1, n - 1):
        case, joined = fields[at + 1], records[-1][-1]
        begins = [k for k in range(len(joined)) if case and re.fullmatch(rf"{re.escape(case)}\d{{1,3}}", joined[k:])]
        if len(begins) != 1:
            return []
        records[-1][-1] = joined[: begins[0]]
        records.append([joined[begins[0] :], *fields[at + 1 : at + n]])
    return records


def _begins_a_record(record: list[str], columns: list[str]) -> bool:
    """The ids are numbers, and in FAERS the report's is the case's with its version."""
    named = dict(zip(columns, record, strict=True))
    if not all(IDENTITY.fullmatch(named[name]) for name in ("primaryid", "caseid") if name in named):
        return False
    if "caseid" not in named or "foll_seq" in named:
        return True
    version = named["primaryid"].removeprefix(named["caseid"])
    is_version = version != named["primaryid"] and re.fullmatch(r"\d{1,3}", version) is not None
    return is_version and named.get("caseversion", version) == version


def _rejection(line: int, text: str, columns: list[str], n_delimiters: int, *, is_blank: bool) -> Rejection:
    if is_blank:
        return Rejection(line, "blank line", text)
    fields = text.split("$")
    reason = f"{len(fields) - 1} delimiters where the file has {n_delimiters}"
    if len(fields) == n_delimiters + 1:
        reason = "a value stands behind the last column"
    named = dict(zip(columns, fields, strict=False))
    return Rejection(line, reason, text, *_identity(named, columns))


def _identity(named: dict[str, str], columns: list[str]) -> tuple[int | None, int | None, int | None]:
    """Report, case and version, only where the first fields agree with each other."""
    report, case = named.get("primaryid", ""), named.get("caseid", "")
    if not IDENTITY.fullmatch(report):
        return None, None, None
    if "foll_seq" in columns or "caseid" not in columns:
        followup = re.sub(r"\D", "", named.get("foll_seq", ""))
        return int(report), int(case) if IDENTITY.fullmatch(case) else None, int(followup or 0)
    if IDENTITY.fullmatch(case) and re.fullmatch(r"\d{1,3}", report[len(case) :]) and report.startswith(case):
        return int(report), int(case), int(report[len(case) :])
    return None, None, None


def _merged(rows: pa.Table, repaired: list[tuple[int, list[str]]], columns: list[str]) -> pa.Table:
    """The repaired records put back where their line stood."""
    added = {
        name: pa.array([record[i] or None for _, record in repaired], pa.string()) for i, name in enumerate(columns)
    }
    more = pa.table({**added, "line": pa.array([line for line, _ in repaired], pa.int64())})
    return pa.concat_tables([rows, more]).sort_by("line")


def _empty(columns: list[str]) -> pa.Table:
    fields = [pa.field(name, pa.string()) for name in columns]
    return pa.schema([*fields, pa.field("line", pa.int64())]).empty_table()
