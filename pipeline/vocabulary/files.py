"""Reading the vocabulary's own data files, and the one spelling in which its terms are compared."""

import csv
import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import CartwatchError

FOLDER = Path(__file__).parent
DATA_SUFFIXES = (".csv", ".yaml")


def term_key(text: str) -> str:
    """A term or name as it is compared: upper case, single blanks, and the apostrophe that AERS printed as ^."""
    return re.sub(r"\s+", " ", text.replace("^", "'")).strip().upper()


@cache
def yaml_file(name: str) -> Any:
    """The content of one YAML file; parsed once per process."""
    import yaml  # noqa: PLC0415 - the command line's help must not wait for it

    with (FOLDER / name).open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


@cache
def csv_file(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one CSV file, without the leading `#` lines that state its source and date.

    Raises CartwatchError when a row has more or fewer fields than the header.
    """
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(line for line in stream if not line.startswith("#"))
        rows = tuple(reader)
    for row in rows:
        if None in row or None in row.values():
            raise CartwatchError(f"{name} has a row with the wrong number of fields: {row}; quote its commas")
    return rows


def data_files() -> tuple[Path, ...]:
    """Every data file of the vocabulary, in the order of its name."""
    return tuple(sorted(path for path in FOLDER.iterdir() if path.suffix in DATA_SUFFIXES))


@cache
def vocabulary_version() -> str:
    """Twelve hex digits that change whenever any data file of the vocabulary changes."""
    digest = hashlib.sha256()
    for path in data_files():
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def refuse_duplicates(what: str, values: list[str]) -> None:
    """Raise CartwatchError naming every value that occurs twice once spelling is set aside."""
    twice = sorted(key for key, times in Counter(map(term_key, values)).items() if times > 1)
    if twice:
        raise CartwatchError(f"{what} lists twice: {', '.join(twice)}; keep one of each")
