"""What data a look read: of each table the Delta version and a hash of its content, so that the look can be made again."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import NothingThere
from pipeline.lake.delta import NOT_YET, Lake, StoredFile
from pipeline.lake.snapshot import (
    CORE,
    content_hash,
    data_lock_point,
    files_as_of,
    labels_as_of,
    published_quarters,
)

HASH_DIGITS = 16


def published_point(lake: Lake, as_of: str | None) -> str:
    """The quarter asked for, else the newest held; NothingThere for one that nothing held reaches up to.

    What is looked at as of a quarter is written for good: it must not be written before that quarter is there.
    """
    point, newest = data_lock_point(lake, as_of), published_quarters(lake)[-1]
    if point > newest:
        raise NothingThere(
            f"The lake {lake.root} holds reports up to {newest}, not {point}: ingest that quarter first, or give an earlier one."
        )
    return point


def reports_snapshot(lake: Lake, as_of: str, cells: Mapping[str, int]) -> dict[str, Any]:
    """The typed tables of the reports published by then, which issue of each quarter counts, and the cells counted."""
    tables = {name: described(lake, name, files_as_of(lake, name, as_of)) for name in CORE}
    return {"tables": tables, "editions": labels_as_of(lake, as_of), "cells": dict(cells)}


def study_snapshot(lake: Lake, names: Iterable[str], partition: Mapping[str, str]) -> dict[str, Any]:
    """The study's tables as of a cut-off."""
    tables = {name: described(lake, name, lake.files(name, partition)) for name in names}
    return {"tables": tables, "study": dict(partition)}


def described(lake: Lake, name: str, files: list[StoredFile]) -> dict[str, Any]:
    """Delta version that holds the last of these files, and a hash over the content of all."""
    return {"version": _version_with(lake, name, {file.run_id for file in files}), "hash": _digest(files)}


def version_read(kept: Mapping[str, Any]) -> int | None:
    """The version to read so that the table is again what it was described as; None where that is not known."""
    if kept["hash"] == _digest([]):
        return NOT_YET
    return None if kept["version"] is None else int(kept["version"])


def _digest(files: Sequence[StoredFile]) -> str:
    return hashlib.sha256(json.dumps(content_hash(files)).encode()).hexdigest()[:HASH_DIGITS]


def differing(kept: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the tables whose content is not what a look read."""
    ours, theirs = kept.get("tables", {}), found.get("tables", {})
    names = sorted(set(ours) | set(theirs))
    return [name for name in names if ours.get(name, {}).get("hash") != theirs.get(name, {}).get("hash")]


def _version_with(lake: Lake, name: str, runs: set[str]) -> int | None:
    """The newest version that one of these runs committed: later commits of other partitions do not change it."""
    versions = [int(str(entry["version"])) for entry in lake.history(name) if entry.get("run_id") in runs]
    return max(versions, default=None)
