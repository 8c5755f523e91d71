"""What the lake keeps of an extract besides its rows: a receipt, and which key its patients' ids were hashed with.

The files name patients, so they are not copied. Their names, sizes and SHA-256 tell whether a file at hand is the one that
was read; the fingerprint of the key keeps the patients of one study from being counted under two sets of pseudonyms.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import UsageError

LANDING = Path("landing") / "registry"
RECEIPT = "receipt.json"


def refuse_other_key(root: Path, study_id: str, fingerprint: str) -> None:
    """UsageError where the study's patients already have pseudonyms under another key; the keys are never shown."""
    for path in sorted((root / LANDING / study_id).glob(f"*/*/{RECEIPT}")):
        if json.loads(path.read_text(encoding="utf-8"))["key_fingerprint"] != fingerprint:
            raise UsageError(
                f"Study {study_id} was ingested under another CARTWATCH_PSEUDONYM_KEY: set that one, or its patients would "
                "be counted twice; nothing was written."
            )


def write_receipt(root: Path, place: Mapping[str, str], run_id: str, content: Mapping[str, object]) -> Path:
    """Keep the receipt of one ingest, without a clock: the same ingest writes the same bytes."""
    path = root / LANDING / place["study_id"] / place["as_of"] / run_id / RECEIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{RECEIPT}")
    building.write_text(json.dumps(dict(content), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    building.replace(path)
    return path
