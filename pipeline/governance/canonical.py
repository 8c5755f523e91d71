"""The one way in which anything is written as JSON and hashed, so that the same content has the same hash for ever."""

import hashlib
import json
from typing import Any


def canonical(value: object) -> str:
    """Value as JSON: keys in order, no blanks, text as it is.

    ValueError for a number that is not finite, TypeError for what JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def restored(text: str | None) -> Any:
    """What the JSON holds; None for none."""
    return None if text is None else json.loads(text)
