"""Files handed out: each is built beside and swapped in whole."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.lake.checksum import file_sha256
from pipeline.lake.warehouse import Parameters, Warehouse
from pipeline.steps.result import Progress

FORMATS = ("html", "csv", "xlsx")
BUILDING, ASIDE = ".building-", ".before-"


def export_files(
    warehouse: Warehouse, queries: Mapping[str, str], out: Path, parameters: Parameters | None = None
) -> list[str]:
    """Write each query's rows under its file name into out, as Parquet or CSV by the name's ending; returns the paths.

    All are written before the first is swapped in, and each is swapped in whole: a run that is killed leaves every
    file either as it was or new.
    """
    with building(out) as folder:
        for name, query in queries.items():
            warehouse.export(query, folder / name, parameters)
        return [str(swap(folder / name, out / name)) for name in queries]


def refuse_other_formats(formats: Sequence[str]) -> None:
    """UsageError for a format that reports do not have."""
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise UsageError(f"There is no format {', '.join(unknown)}: choose from {', '.join(FORMATS)}.")


def write_formats(
    name: str, makers: Mapping[str, Callable[[Path], object]], formats: Sequence[str], out: Path, progress: Progress
) -> list[Path]:
    """A report in each format asked for, moved into place only when it is whole.

    makers: by format, what makes its file, for csv what fills its folder. progress: is told each format before it is made.
    """
    written = []
    with building(out) as folder:
        for form in [known for known in FORMATS if known in formats]:
            progress(f"writing {form}")
            made = folder / (f"{name}-csv" if form == "csv" else f"{name}.{form}")
            if form == "csv":
                made.mkdir()
            makers[form](made)
            written.append(swap(made, out / made.name))
    return written


def write_page(text: str, path: Path) -> None:
    """A page as UTF-8 with LF line ends, the same on every machine."""
    path.write_text(text, encoding="utf-8", newline="\n")


@contextlib.contextmanager
def building(out: Path) -> Iterator[Path]:
    """A folder inside out for what is not yet whole, gone afterwards; what killed runs left in out is tidied first.

    UsageError where out can be no folder.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made a folder ({error.strerror}): give --out another one.") from error
    with contextlib.ExitStack() as stack:
        with _held(out):
            _tidy(out)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=BUILDING, dir=out)))
            stack.enter_context(_held(folder))
        yield folder


def swap(made: Path, target: Path) -> Path:
    """Put a file or folder in the place of the old one.

    A folder cannot be replaced at one stroke: the old one is moved aside before, and where the run is killed between
    the two the next one moves it back.
    """
    aside = target.with_name(ASIDE + target.name)
    with _held(target.parent):
        if target.is_dir():
            target.rename(aside)
        made.replace(target)
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _tidy(out: Path) -> None:
    """Move back what was moved aside and never replaced, and remove what nobody is building any more."""
    for aside in sorted(out.glob(f"{ASIDE}*")):
        if (out / aside.name.removeprefix(ASIDE)).exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(out / aside.name.removeprefix(ASIDE))
    for left in sorted(out.glob(f"{BUILDING}*")):
        with contextlib.suppress(BlockingIOError), _held(left, fcntl.LOCK_NB):
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _held(folder: Path, how: int = 0) -> Iterator[None]:
    """The only process's lock on a folder; the system lets it go when that process ends, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(handle)


def file_hashes(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of each file, those of a folder by folder and name."""
    found: dict[str, str] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found |= {one.relative_to(path.parent).as_posix(): file_sha256(one) for one in inside if one.is_file()}
    return found
