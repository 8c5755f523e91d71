"""A FAERS text file to rows or rejections: every record is one or the other.

Speed comes from counting delimiters with NumPy and handing whole runs of well-formed lines to
Arrow's CSV reader; only lines that do not fit are looked at one by one.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

BOM = b"\xef\xbb\xbf"
LF, CR, DOLLAR = 10, 13, 36
SHORT = 64
IDENTITY = re.compile(r"\d{1,18}")
Lines = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rejection:
    """One line that does not fit, with what its first fields name beyond doubt."""

    line: int
    reason: str
    text: str
    report_id: int | None = None
    case_id: int | None = None
    version_number: int | None = None


@dataclass(slots=True)
class ReadFile:
    """A file read: its rows as text with their line, what was rejected, and how it was written."""

    rows: pa.Table
    rejected: list[Rejection]
    encoding: str
    newline: str
    n_nul: int
    n_split: int = 0

    @property
    def n_read(self) -> int:
        """Records in the file: each is kept or rejected."""
        return int(self.rows.num_rows) + len(self.rejected)


@dataclass(frozen=True, slots=True)
class _Text:
    """The file as UTF-8 bytes, where its lines start and end, and how many delimiters each holds."""

    data: npt.NDArray[np.uint8]
    starts: Lines
    ends: Lines
    n_delimiters: Lines
    lone_cr: npt.NDArray[np.bool_]
    encoding: str
    newline: str

    def line(self, index: int) -> str:
        return self.data[self.starts[index] : self.ends[index]].tobytes().decode()


def header_fields(first_line: bytes) -> list[str]:
    """Column names of the first line, its byte-order mark taken off."""
    return first_line.removeprefix(BOM).decode("latin-1").rstrip("\r\n").split("$")


def read_table(data: bytes, columns: list[str], n_phantom: int) -> ReadFile:
    """The records of a table file whose header has these columns and then n_phantom empty ones.

    All records of a file are written alike: ended by a delimiter that the header lacks (AERS), or not;
    a line written otherwise would be a guess. A line of exactly k whole records becomes k rows; every
    other line that does not fit is rejected with its text.
    """
    text = _lines_of(data)
    n_delimiters = _habit(text, len(columns), n_phantom)
    usable, blank = _well_formed(text, len(columns), n_delimiters)
    body = np.arange(1, text.starts.size)
    good = body[usable[1:]]
    read = ReadFile(
        _parsed(text, good, columns, n_delimiters + 1 - len(columns)),
        [],
        text.encoding,
        text.newline,
        int((text.data == 0).sum()),
    )
    repaired: list[tuple[int, list[str]]] = []
    for index in body[~usable[1:]]:
        line = text.line(int(index))
        records = None if blank[index] else _whole_records(line, columns, n_delimiters)
        if records is None:
            read.rejected.append(_rejection(int(index) + 1, line, columns, n_delimiters, blank=bool(blank[index])))
        else:
            read.n_split += len(records) > 1
            repaired.extend((int(index) + 1, record) for record in records)
    if repaired:
        read.rows = _merged(read.rows, repaired, columns)
    return read


def read_deleted(data: bytes) -> ReadFile:
    """The case numbers of a deleted-case list: no header, one number a line, perhaps a trailing delimiter."""
    text = _lines_of(data)
    numbers: list[str] = []
    lines: list[int] = []
    rejected: list[Rejection] = []
    for index in range(text.starts.size):
        line = text.line(index)
        value = line.strip().rstrip("$").strip()
        if IDENTITY.fullmatch(value):
            numbers.append(line)
            lines.append(index + 1)
        else:
            reason = "not a case number" if value else "blank line"
            rejected.append(Rejection(index + 1, reason, line))
    rows = pa.table({"caseid": pa.array(numbers, pa.string()), "line": pa.array(lines, pa.int64())})
    return ReadFile(rows, rejected, text.encoding, text.newline, int((text.data == 0).sum()))


def _lines_of(data: bytes) -> _Text:
    data = data.removeprefix(BOM)
    encoding = "utf-8"
    if not data.isascii():
        try:
            pa.compute.cast(pa.array([data], pa.large_binary()), pa.large_string())
        except pa.ArrowInvalid:
            data, encoding = data.decode("latin-1").encode(), "latin-1"
    if data and not data.endswith(b"\n"):
        data += b"\n"
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(array == LF)
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    has_cr = (ends > starts) & (array[ends - 1] == CR) if ends.size else np.zeros(0, np.bool_)
    n_cr = int(has_cr.sum())
    newline = "CRLF" if n_cr == ends.size else "LF" if n_cr == 0 else "mixed"
    return _Text(
        array, starts, ends - has_cr, _counts(array, starts, DOLLAR), _lone_cr(array, starts, has_cr), encoding, newline
    )


def _counts(array: npt.NDArray[np.uint8], starts: Lines, byte: int) -> Lines:
    if not starts.size:
        return np.zeros(0, np.int64)
    return np.add.reduceat(array == byte, starts, dtype=np.int64)


def _lone_cr(array: npt.NDArray[np.uint8], starts: Lines, has_cr: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Lines with a carriage return that does not end them: text, though Arrow would break the line there."""
    if np.count_nonzero(array == CR) == np.count_nonzero(has_cr):
        return np.zeros(starts.size, np.bool_)
    return _counts(array, starts, CR) > has_cr


def _habit(text: _Text, n_columns: int, n_phantom: int) -> int:
    """How many delimiters the records of this file have: the commonest count the header allows, else the header's."""
    allowed = np.arange(n_columns - 1, n_columns + n_phantom + 1)
    counts = np.array([np.count_nonzero(text.n_delimiters[1:] == n) for n in allowed])
    header = n_columns - 1 + n_phantom
    best = allowed[counts == counts.max()]
    return header if header in best else int(best[0])


def _well_formed(text: _Text, n_columns: int, n_delimiters: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Lines with that many delimiters and nothing but empty fields behind the columns; and blank lines."""
    usable = (text.n_delimiters == n_delimiters) & ~text.lone_cr & (text.ends > text.starts)
    for k in range(1, n_delimiters - n_columns + 2):
        usable &= text.data[np.maximum(text.ends - k, 0)] == DOLLAR if text.data.size else False
    short = np.flatnonzero((text.n_delimiters <= 1) & (text.ends - text.starts < SHORT))
    blank = np.zeros(text.starts.size, np.bool_)
    blank[[i for i in short if not text.line(int(i)).strip(" \t\r\x1a$")]] = True
    return usable & ~blank, blank


def _parsed(text: _Text, lines: Lines, columns: list[str], n_extra: int) -> pa.Table:
    """The well-formed lines through Arrow's reader, with their line numbers."""
    if not lines.size:
        return _empty(columns)
    rows = _arrow_rows(_bytes_of(text, lines), columns, n_extra)
    return rows.append_column("line", pa.array(lines + 1, pa.int64()))


def _bytes_of(text: _Text, lines: Lines) -> pa.Buffer:
    """The bytes of these lines, newline included; a view where the lines follow each other."""
    if lines[-1] - lines[0] + 1 == lines.size:
        begin, end = text.starts[lines[0]], _next_start(text, int(lines[-1]))
        return pa.py_buffer(text.data[begin:end])
    following = np.concatenate((text.starts[1:], [text.data.size]))
    keep = np.zeros(text.starts.size, np.bool_)
    keep[lines] = True
    return pa.py_buffer(text.data[np.repeat(keep, following - text.starts)])


def _next_start(text: _Text, line: int) -> int:
    return int(text.starts[line + 1]) if line + 1 < text.starts.size else int(text.data.size)


def _arrow_rows(buffer: pa.Buffer, columns: list[str], n_extra: int) -> pa.Table:
    names = [*columns, *(f"extra {k}" for k in range(n_extra))]
    return pa.csv.read_csv(
        pa.BufferReader(buffer),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=16 << 20),
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


def _rejection(line: int, text: str, columns: list[str], n_delimiters: int, *, blank: bool) -> Rejection:
    if blank:
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
