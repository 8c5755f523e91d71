"""What data a look read: of each table the Delta version and a hash of its content, so that the look can be made again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.lake.delta import Lake, StoredFile
from pipeline.lake.snapshot import CORE, content_hash, files_as_of, labels_as_of

HASH_DIGITS = 16


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
    digest = hashlib.sha256(json.dumps(content_hash(files)).encode()).hexdigest()
    return {"version": _version_with(lake, name, {file.run_id for file in files}), "hash": digest[:HASH_DIGITS]}


def differing(kept: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the tables whose content is not what a look read."""
    ours, theirs = kept.get("tables", {}), found.get("tables", {})
    names = sorted(set(ours) | set(theirs))
    return [name for name in names if ours.get(name, {}).get("hash") != theirs.get(name, {}).get("hash")]


def _version_with(lake: Lake, name: str, runs: set[str]) -> int | None:
    """The newest version that one of these runs committed: later commits of other partitions do not change it."""
    versions = [int(str(entry["version"])) for entry in lake.history(name) if entry.get("run_id") in runs]
    return max(versions, default=None)
