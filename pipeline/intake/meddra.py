"""A licensed MedDRA ASCII distribution to lines or rejections: every line is one or the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake.lines import BOM
from pipeline.intake.meddralayout import LAYOUT, RELEASE_FILE, MeddraFile
from pipeline.lake.checksum import file_sha256

LONGEST_LINE = 200_000
LARGEST_FILE = 512 << 20
SHOWN_REJECTIONS = 5
CODE = re.compile(r"\d{1,10}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
VERSION = re.compile(r"(\d{1,3})\.(\d{1,2})")
SUBFOLDER = re.compile(r"medascii|ascii.*", re.IGNORECASE)
LANGUAGE = "english"


@dataclass(frozen=True, slots=True)
class MeddraLine:
    """One line that was kept: its number, counted from 1, and its fields by name."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class MeddraRejection:
    """One line that was not kept, or that contradicts another file; line 0 speaks of the whole file."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution as read: its version, and the lines, checksum and rejections of its files."""

    folder: Path
    version: str
    lines: dict[str, list[MeddraLine]]
    checksums: dict[str, str]
    rejected: list[MeddraRejection] = field(default_factory=list)


def read_distribution(given: Path, version: str | None = None) -> Distribution:
    """The distribution in the folder given, or in its folder MedAscii or ascii-….

    version: what it is, where its own files do not say so; a version that they contradict is refused. NothingThere: no
    distribution there. UsageError: not a folder, or several. InputRefused: a file is missing, damaged or not text.
    Lines that do not fit are in `rejected`; what the files say of each other is checked by `contradictions`.
    """
    folder = distribution_folder(given)
    paths = _paths(folder)
    if missing := sorted(set(LAYOUT) - set(paths)):
        raise InputRefused(f"{folder} has no {', '.join(missing)}: give the whole distribution; nothing was loaded.")
    lines: dict[str, list[MeddraLine]] = {}
    rejected: list[MeddraRejection] = []
    for name, layout in LAYOUT.items():
        lines[name], refused = read_lines(layout, _text(paths[name]))
        rejected += refused
    used = [*LAYOUT, *(name for name in (RELEASE_FILE,) if name in paths)]
    checksums = {name: file_sha256(paths[name]) for name in used}
    own = _own_version(paths.get(RELEASE_FILE), lines["smq_list.asc"])
    return Distribution(folder, _agreed_version(folder, own, version), lines, checksums, rejected)


def distribution_folder(given: Path) -> Path:
    """The one folder that holds llt.asc: the folder given or a folder MedAscii or ascii-… in it, in any case."""
    if not given.exists():
        raise NothingThere(f"{given} does not exist: name the folder of the MedDRA distribution.")
    if not given.is_dir():
        raise UsageError(f"{given} is a file: unpack the MedDRA distribution and name its folder.")
    inside = [path for path in sorted(given.iterdir()) if path.is_dir() and SUBFOLDER.fullmatch(path.name)]
    found = [path for path in (given, *inside) if not path.is_symlink() or path == given]
    found = [path for path in found if any(file.name.lower() == "llt.asc" for file in path.iterdir())]
    if not found:
        raise NothingThere(
            f"{given} holds no llt.asc, nor does a folder MedAscii or ascii-… in it: name another folder."
        )
    if len(found) > 1:
        raise UsageError(f"{given} holds several distributions, {', '.join(path.name for path in found)}: name one.")
    return found[0]


def read_lines(layout: MeddraFile, text: str) -> tuple[list[MeddraLine], list[MeddraRejection]]:
    """The lines of one file that fit its layout, and the others with their reason."""
    kept: list[MeddraLine] = []
    rejected: list[MeddraRejection] = []
    first_with: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], 1):
        values, reason = _values(layout, line.removesuffix("\r"))
        key = tuple(values.get(name, "") for name in layout.key)
        if not reason and key in first_with:
            reason = f"{', '.join(layout.key)} {' '.join(key)} stands on line {first_with[key]} already"
        if reason:
            rejected.append(MeddraRejection(layout.name, number, reason))
        else:
            first_with[key] = number
            kept.append(MeddraLine(number, values))
    if not kept and not rejected:
        rejected.append(MeddraRejection(layout.name, 0, "the file is empty"))
    return kept, rejected


def refuse_rejected(distribution: Distribution, rejected: Sequence[MeddraRejection]) -> None:
    """InputRefused that shows the first rejections with file, line and reason; silent where there are none."""
    if not rejected:
        return
    shown = "; ".join(f"{item.file} line {item.line}: {item.reason}" for item in rejected[:SHOWN_REJECTIONS])
    more = f"; and {len(rejected) - SHOWN_REJECTIONS} more" if len(rejected) > SHOWN_REJECTIONS else ""
    n_lines = f"{len(rejected)} line{'s' * (len(rejected) > 1)}"
    raise InputRefused(
        f"{distribution.folder} has {n_lines} that cannot be used: {shown}{more}. "
        "Unpack the distribution again; nothing was loaded."
    )


def version_order(version: str) -> tuple[int, int]:
    """MedDRA versions in their order: 9.1 before 29.0. UsageError where the text is no version."""
    found = VERSION.fullmatch(version)
    if not found:
        raise UsageError(f"{version!r} is no MedDRA version: write it as 29.0.")
    return int(found.group(1)), int(found.group(2))


def _paths(folder: Path) -> dict[str, Path]:
    """Files by their name in lower case; links are not followed."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if name not in {*LAYOUT, RELEASE_FILE} or path.is_symlink() or not path.is_file():
            continue
        if name in found:
            raise InputRefused(f"{folder} has {found[name].name} and {path.name}: keep one; nothing was loaded.")
        found[name] = path
    return found


def _text(path: Path) -> str:
    """The file's text: UTF-8 where the whole file is, else Latin-1."""
    if path.stat().st_size > LARGEST_FILE:
        raise InputRefused(f"{path} is larger than {LARGEST_FILE} bytes: it is no MedDRA file; nothing was loaded.")
    data = path.read_bytes().removeprefix(BOM)
    if b"\0" in data:
        raise InputRefused(f"{path} holds NUL bytes: it is no text; unpack the distribution again; nothing was loaded.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _values(layout: MeddraFile, line: str) -> tuple[dict[str, str], str | None]:
    """The line's fields by name, or why it is rejected."""
    if len(line) > LONGEST_LINE:
        return {}, f"longer than {LONGEST_LINE} characters"
    if not line.strip():
        return {}, "blank line"
    if CONTROL.search(line):
        return {}, "holds control characters"
    fields = line.split("$")
    if fields[-1]:
        return {}, "does not end with $"
    if len(fields) != len(layout.fields) + 1:
        return {}, f"{len(fields) - 1} fields where {layout.name} has {len(layout.fields)}"
    values = dict(zip(layout.fields, fields, strict=False))
    return values, _wrong_value(layout, values)


def _wrong_value(layout: MeddraFile, values: dict[str, str]) -> str | None:
    for name in layout.codes:
        if not CODE.fullmatch(values[name]):
            return f"{name} is no code"
    for name in layout.filled:
        if not values[name].strip():
            return f"{name} is empty"
    for name, allowed in layout.allowed.items():
        if values[name] not in allowed:
            return f"{name} is none of {', '.join(allowed)}"
    return None


def _own_version(release: Path | None, queries: Sequence[MeddraLine]) -> str | None:
    """What the distribution says it is: by its release file, else by its queries where all say the same."""
    if release is None:
        said = {line.values["meddra_version"].strip() for line in queries}
        return said.pop() if len(said) == 1 else None
    fields = _text(release).strip().split("$")
    is_one_line = len(fields) > 1 and "\n" not in "".join(fields) and not "".join(fields[2:])
    if not is_one_line or not VERSION.fullmatch(fields[0]):
        raise InputRefused(f"{release} is not of the form 29.0$English$: give the whole distribution.")
    if fields[1].strip().lower() != LANGUAGE:
        raise InputRefused(f"{release} says {fields[1]}: FAERS is in English; give the English distribution.")
    return fields[0]


def _agreed_version(folder: Path, own: str | None, said: str | None) -> str:
    if own is None and said is None:
        raise InputRefused(f"{folder} does not say its version: give it with --version; nothing was loaded.")
    if own is not None and not VERSION.fullmatch(own):
        raise InputRefused(f"{folder} says version {own!r}, which is none: give the whole distribution.")
    if said is not None:
        version_order(said)
    if own and said and own != said:
        raise InputRefused(f"{folder} is MedDRA {own}, not {said}: leave --version out; nothing was loaded.")
    return own or str(said)
