"""The heads that the audit trail has had, one line each in a file beside the lake's tables: an anchor outside the database.

A trail cut off at its end together with its own head is whole in itself; it then has fewer records than the file tells.
Each line names its store, for a lake may be used with one store after another, or with two.
"""

import json
from pathlib import Path

from sqlalchemy.engine import URL

from pipeline.config import Settings
from pipeline.errors import CartwatchError, InputRefused
from pipeline.governance.canonical import canonical

FILE = "governance.heads.jsonl"
Head = dict[str, object]


def heads_path(settings: Settings) -> Path | None:
    """Where the heads are kept; None for a lake that is no folder."""
    place = settings.lake.removeprefix("file://")
    return None if "://" in place else Path(place).absolute() / FILE


def store_name(url: URL, path: Path | None) -> str:
    """By what a store is known in the file at `path`: where it is, whoever asks; one in the lake by its place in the lake."""
    if url.get_backend_name() != "sqlite":
        query = {name: value for name, value in url.query.items() if name == "schema"}
        return URL.create(
            url.drivername, host=url.host, port=url.port, database=url.database, query=query
        ).render_as_string()
    place = Path(str(url.database)).absolute()
    is_inside = path is not None and place.is_relative_to(path.parent)
    return str(place.relative_to(path.parent) if path is not None and is_inside else place)


def keep_head(path: Path | None, store: str, n_events: int, last_hash: str) -> None:
    """Add the head of a trail that has just been written; nothing where there is no lake to keep it in.

    store: see `store_name`.

    CartwatchError where the file cannot be written: what was decided stands all the same.
    """
    if path is None or not path.parent.is_dir():
        return
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(canonical({"store": store, "n_events": n_events, "hash": last_hash}) + "\n")
    except OSError as error:
        raise CartwatchError(
            f"What was asked for is written, but the head of the audit trail could not be added to {path} "
            f"({type(error).__name__}): see that the file can be written to."
        ) from error


def kept_heads(path: Path | None) -> list[Head]:
    """Every head kept, of every store, in the order in which they were written; none where nothing is kept.

    InputRefused for a line that is no head.
    """
    if path is None or not path.is_file():
        return []
    found: list[Head] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            told = json.loads(line)
            found.append({"store": str(told["store"]), "n_events": int(told["n_events"]), "hash": str(told["hash"])})
        except (ValueError, TypeError, KeyError) as error:
            raise InputRefused(
                f"Line {number} of {path} tells no head of the audit trail: restore that file."
            ) from error
    return found
