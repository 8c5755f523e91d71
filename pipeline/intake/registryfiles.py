"""The files of a registry extract: one data set each, in any of four formats, known by its name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake.registrycsv import read_csv
from pipeline.intake.registryjson import read_json
from pipeline.intake.registryparquet import read_parquet
from pipeline.intake.registrysheet import Sheet
from pipeline.intake.registryxport import read_xport
from pipeline.lake.checksum import file_sha256

READERS: dict[str, Callable[[Path], Sheet]] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".xpt": read_xport,
    ".json": read_json,
}
MOST_FILES = 1_000


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """One file that can be read: its place, and the domain that its name gives, in capitals."""

    path: Path
    domain: str

    @property
    def name(self) -> str:
        """Name of the file without its folder."""
        return self.path.name

    def read(self) -> Sheet:
        """Its records; InputRefused where it is damaged or hostile."""
        return READERS[self.path.suffix.lower()](self.path)

    def receipt(self) -> dict[str, object]:
        """What is kept of the file itself, which names patients: its name, size in bytes and SHA-256."""
        return {"file": self.name, "n_bytes": self.path.stat().st_size, "sha256": file_sha256(self.path)}


@dataclass(frozen=True, slots=True)
class Extract:
    """The files of one folder, by domain in the order of the letters; `others` are named, and not read."""

    folder: Path
    files: dict[str, ExtractFile]
    others: list[str] = field(default_factory=list)


def extract_in(folder: Path) -> Extract:
    """The extract that the folder holds, its subfolders left out.

    NothingThere: no such folder, or no file that can be read. UsageError: a file. InputRefused: a link, two files of one
    domain, or more files than any extract.
    """
    paths = _paths(folder)
    if links := [path.name for path in paths if path.is_symlink()]:
        raise InputRefused(
            f"{links[0]} is a link, and links are not followed: put the file itself; nothing was written."
        )
    known = [path for path in paths if path.is_file() and path.suffix.lower() in READERS]
    files: dict[str, ExtractFile] = {}
    for path in known:
        domain = path.stem.strip().upper()
        if domain in files:
            raise InputRefused(
                f"{files[domain].name} and {path.name} are both {domain}: keep one; nothing was written."
            )
        files[domain] = ExtractFile(path, domain)
    if not files:
        endings = ", ".join(READERS)
        raise NothingThere(f"{folder} holds no file of an extract ({endings}): name the folder that does.")
    return Extract(folder, dict(sorted(files.items())), [path.name for path in paths if path not in set(known)])


def chosen(extract: Extract, domains: Iterable[str]) -> tuple[list[ExtractFile], list[str]]:
    """Files of these domains, and a sentence for each of the others: none is left out in silence.

    A file's name is the registry's word, not ours: written as a path it may be any.
    """
    wanted = {domain.upper() for domain in domains}
    remarks = [f"./{name} was not read: its ending is none of {', '.join(READERS)}." for name in extract.others]
    for domain, file in extract.files.items():
        if domain.startswith("SUPP") and domain not in wanted:
            remarks.append(f"./{file.name} was not read: supplemental qualifiers are not used.")
        elif domain not in wanted:
            remarks.append(f"./{file.name} was not read: the mapping has no such domain.")
    return [file for domain, file in extract.files.items() if domain in wanted], remarks


def _paths(folder: Path) -> list[Path]:
    if not folder.exists():
        raise NothingThere(f"{folder} does not exist: name the folder of the registry extract.")
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file: name the folder of the registry extract.")
    paths = sorted(folder.iterdir())
    if len(paths) > MOST_FILES:
        raise InputRefused(f"{folder} holds {len(paths):,} files, more than {MOST_FILES:,}: name the extract's folder.")
    return paths
