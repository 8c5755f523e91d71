"""Which quarters a set of zips and folders holds, told before anything is unpacked or written."""

import contextlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline.config import ArchiveLimits
from pipeline.errors import InputRefused, LayoutChanged, NothingThere, UsageError
from pipeline.intake.layout import FILE_TABLES

TABLE_FILE = re.compile(r"(demo|drug|reac|outc|rpsr|ther|indi)(\d\d)q([1-4])[^/]*\.txt", re.IGNORECASE)
DELETED_FILE = re.compile(r".*delete.*\.txt", re.IGNORECASE)
QUARTER_IN_NAME = re.compile(r"(?<!\d)(?:20)?(\d\d)q([1-4])(?!\d)", re.IGNORECASE)
ANY_QUARTER_IN_NAME = re.compile(r"q[1-4](?!\d)", re.IGNORECASE)
READERS = 2
LONGEST_HEADER = 65_536
ZIP_EPOCH = 1980  # the year a zip's dates start from: what a tool writes that keeps none
QUARTER_FORM = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a zip or folder; read() gives its bytes, whole and checked."""

    name: str
    size: int
    origin: Path
    read: Callable[[], bytes]
    head: Callable[[], bytes]
    published: str = ""


@dataclass(slots=True)
class QuarterInput:
    """What was given for one quarter: one file for each table and any number of deleted-case lists.

    published: the latest date of a file inside the zip, as 20240128T093000, which is the publisher's date; empty for
    loose files, whose dates are those of whoever unpacked them.
    """

    quarter: str
    origin: Path
    tables: dict[str, Member] = field(default_factory=dict)
    deleted: list[Member] = field(default_factory=list)
    published: str = ""

    @property
    def members(self) -> list[Member]:
        """Every file of the quarter, tables first."""
        return [*self.tables.values(), *self.deleted]

    @property
    def named_otherwise(self) -> str | None:
        """The one quarter that the zip's own name tells, where these files are of another one."""
        names_a_range = len(ANY_QUARTER_IN_NAME.findall(self.origin.name)) > 1
        if self.origin.suffix.lower() != ".zip" or names_a_range:
            return None
        told = quarter_named(self.origin.name)
        return told if told != self.quarter else None


def quarter_named(name: str) -> str | None:
    """The first quarter that a file's name tells."""
    match = QUARTER_IN_NAME.search(name)
    return f"20{match[1]}Q{match[2]}" if match else None


def is_faers_file(name: str) -> bool:
    """Whether a file is named as FDA names a table or a deleted-case list."""
    return bool(TABLE_FILE.fullmatch(name) or DELETED_FILE.fullmatch(name))


def parsed_quarter(text: str) -> str:
    """A quarter as 2024Q1 from any case; UsageError when the text is none."""
    found = QUARTER_FORM.fullmatch(text.strip().upper())
    if not found:
        raise UsageError(f"{text!r} is no quarter: write it as 2024Q1.")
    return found.group(0)


def quarters_in(paths: Iterable[Path], limits: ArchiveLimits) -> list[QuarterInput]:
    """The quarters that the paths hold, oldest first.

    UsageError: a quarter given twice. LayoutChanged: a table missing or given twice.
    InputRefused: a zip that is corrupt or hostile. NothingThere: no FAERS file at all.
    """
    found: dict[str, QuarterInput] = {}
    for path in paths:
        for quarter in _quarters_of(path, limits):
            if quarter.quarter in found:
                raise UsageError(
                    f"{quarter.quarter} was given twice, in {found[quarter.quarter].origin} and {quarter.origin}: give it once."
                )
            found[quarter.quarter] = quarter
    if not found:
        raise NothingThere(
            "There is no FAERS file in what was given: name FDA's zips or folders with DEMO24Q1.txt and so on."
        )
    return [_complete(found[name]) for name in sorted(found)]


def check_bytes(quarter: QuarterInput) -> None:
    """Unpack every file once and let go of it; InputRefused names the one that is damaged or cut short."""
    with ThreadPoolExecutor(READERS) as pool:
        for _ in pool.map(lambda member: len(member.read()), quarter.members):
            pass


def _quarters_of(path: Path, limits: ArchiveLimits) -> list[QuarterInput]:
    if not path.exists():
        raise NothingThere(f"{path} does not exist: check the path.")
    if path.is_file():
        if not zipfile.is_zipfile(path):
            raise InputRefused(f"{path} is not a readable zip: download it again; nothing was written.")
        return _grouped(path, _zip_members(path, limits))
    inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    zips = [file for file in inside if file.suffix.lower() == ".zip"]
    loose = _grouped(path, (_loose_member(path, file) for file in inside if file.suffix.lower() != ".zip"))
    return [*loose, *(quarter for file in zips for quarter in _quarters_of(file, limits))]


def _grouped(origin: Path, members: Iterable[Member]) -> list[QuarterInput]:
    found: dict[str, QuarterInput] = {}
    lists: list[Member] = []
    for member in members:
        base = PurePosixPath(member.name).name
        if match := TABLE_FILE.fullmatch(base):
            name = f"20{match.group(2)}Q{match.group(3)}"
            quarter = found.setdefault(name, QuarterInput(name, origin))
            _add_table(quarter, match.group(1).upper(), member)
        elif DELETED_FILE.fullmatch(base):
            lists.append(member)
    for member in lists:
        _quarter_of_list(member, found, origin).deleted.append(member)
    return list(found.values())


def _add_table(quarter: QuarterInput, kind: str, member: Member) -> None:
    if kind in quarter.tables:
        raise LayoutChanged(
            f"{quarter.quarter} has {kind} twice, {quarter.tables[kind].name} and {member.name}: keep one of them."
        )
    quarter.tables[kind] = member


def _quarter_of_list(member: Member, found: dict[str, QuarterInput], origin: Path) -> QuarterInput:
    """A deleted list belongs to the quarter in its name, else to the archive's only quarter."""
    name = quarter_named(PurePosixPath(member.name).name.removesuffix(".txt"))
    if name:
        return found.setdefault(name, QuarterInput(name, origin))
    if len(found) != 1:
        raise LayoutChanged(f"{member.name} names no quarter and {origin} holds {len(found)}: put it with its quarter.")
    return next(iter(found.values()))


def _complete(quarter: QuarterInput) -> QuarterInput:
    if missing := [kind for kind in FILE_TABLES if kind not in quarter.tables]:
        raise LayoutChanged(
            f"{quarter.quarter} in {quarter.origin} has no {', '.join(missing)} file: give the whole quarter; nothing was written."
        )
    quarter.published = max(member.published for member in quarter.members)
    return quarter


def _loose_member(folder: Path, file: Path) -> Member:
    return Member(
        file.relative_to(folder).as_posix(), file.stat().st_size, file, file.read_bytes, partial(_head_of_file, file)
    )


def _head_of_file(file: Path) -> bytes:
    with file.open("rb") as handle:
        return handle.readline()


def _zip_members(path: Path, limits: ArchiveLimits) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise InputRefused(f"{path} is a corrupt zip ({error}): download it again; nothing was written.") from error
    _refuse_hostile(path, infos, limits)
    for info in infos:
        yield Member(
            info.filename,
            info.file_size,
            path,
            partial(_read_from_zip, path, info, limits),
            partial(_head_in_zip, path, info),
            _date_of(info),
        )


def _date_of(info: zipfile.ZipInfo) -> str:
    """The date the publisher's zip gives the file; empty where the zip was made without dates."""
    if info.date_time[0] <= ZIP_EPOCH:
        return ""
    year, month, day, hour, minute, second = info.date_time
    return f"{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}"


def _refuse_hostile(path: Path, infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Names that climb out, sizes and ratios beyond the bounds, encryption."""

    def refuse(what: str) -> None:
        raise InputRefused(f"{path} {what}: it is refused; nothing was written.")

    if len(infos) > limits.max_members:
        refuse(f"holds {len(infos)} files, more than {limits.max_members}")
    if sum(info.file_size for info in infos) > limits.max_total_bytes:
        refuse(f"would unpack to more than {limits.max_total_bytes} bytes")
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in info.filename:
            refuse(f"holds the path {info.filename!r}, which climbs out of its folder")
        if info.flag_bits & 1:
            refuse(f"holds {info.filename!r} encrypted")
        if info.file_size > limits.max_member_bytes or info.file_size > limits.max_ratio * max(
            info.compress_size, 1_000
        ):
            refuse(f"holds {info.filename!r}, which unpacks from {info.compress_size} to {info.file_size} bytes")


def _read_from_zip(path: Path, info: zipfile.ZipInfo, limits: ArchiveLimits) -> bytes:
    """The member's bytes; zipfile checks length and CRC, and never reads past the announced size."""
    with _opened(path, info) as handle:
        data = handle.read(min(info.file_size, limits.max_member_bytes) + 1)
    if len(data) != info.file_size:
        raise InputRefused(f"{info.filename} in {path} is cut short: download the archive again; nothing was written.")
    return data


def _head_in_zip(path: Path, info: zipfile.ZipInfo) -> bytes:
    with _opened(path, info) as handle:
        return handle.readline(LONGEST_HEADER)


@contextlib.contextmanager
def _opened(path: Path, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """The member, open; whatever is wrong with its bytes becomes InputRefused."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as handle:
            yield handle
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:  # an unknown compression
        raise InputRefused(
            f"{info.filename} in {path} is damaged ({error}): download the archive again; nothing was written."
        ) from error
