"""The publisher's files, byte for byte, under their hash, with a receipt."""

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

from pipeline.config import ArchiveLimits
from pipeline.errors import LakeConflict, NothingThere
from pipeline.intake.archive import QuarterInput, quarters_in
from pipeline.lake.checksum import file_sha256

RECEIPT = "receipt.json"


def land(quarter: QuarterInput, root: Path) -> tuple[Path, str]:
    """Copy one quarter's files into the landing area; returns their folder and their SHA-256.

    A zip is hashed whole; loose files by the list of their names and hashes. Files already landed
    with the same hash are left alone: the receipt keeps the time of the first arrival and notes the last.
    """
    hashes = _hashes(quarter)
    sha256 = next(iter(hashes.values())) if _is_zip(quarter) else _digest_of(hashes)
    folder = root / "landing" / "faers" / quarter.quarter / sha256
    if (folder / RECEIPT).exists():
        _note_arrival(folder / RECEIPT)
        return folder, sha256
    building = folder.with_name(f".{sha256}")
    shutil.rmtree(building, ignore_errors=True)
    for name, source in _sources(quarter).items():
        target = building / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if file_sha256(target) != hashes[name]:
            raise LakeConflict(f"{source} changed while it was being copied: run this again when nobody writes it.")
    _write_receipt(building / RECEIPT, _receipt(quarter, sha256, hashes))
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    return folder, sha256


def sha256_of(quarter: QuarterInput) -> str:
    """The hash that land would file the quarter under."""
    hashes = _hashes(quarter)
    return next(iter(hashes.values())) if _is_zip(quarter) else _digest_of(hashes)


def landed(root: Path, quarter: str, limits: ArchiveLimits, sha256: str | None = None) -> tuple[QuarterInput, str]:
    """The landed files of a quarter: those with that hash, else the ones that arrived last.

    NothingThere when the quarter has not landed.
    """
    folders = sorted((root / "landing" / "faers" / quarter).glob(f"{sha256 or '[0-9a-f]*'}/{RECEIPT}"), key=_arrival)
    if not folders:
        raise NothingThere(f"{quarter} has not landed in {root}: run 'cartwatch ingest faers' with its archive.")
    folder = folders[-1].parent
    return quarters_in([folder], limits)[0], folder.name


def _arrival(receipt: Path) -> str:
    return str(json.loads(receipt.read_text(encoding="utf-8"))["last_given"])


def _note_arrival(receipt: Path) -> None:
    content = json.loads(receipt.read_text(encoding="utf-8")) | {"last_given": _now()}
    _write_receipt(receipt, content)


def _write_receipt(receipt: Path, content: dict[str, object]) -> None:
    building = receipt.with_name(f".{receipt.name}")
    building.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    building.replace(receipt)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def _is_zip(quarter: QuarterInput) -> bool:
    return quarter.origin.is_file()


def _sources(quarter: QuarterInput) -> dict[str, Path]:
    if _is_zip(quarter):
        return {quarter.origin.name: quarter.origin}
    return {member.name: member.origin for member in quarter.members}


def _hashes(quarter: QuarterInput) -> dict[str, str]:
    return {name: file_sha256(path) for name, path in sorted(_sources(quarter).items())}


def _digest_of(hashes: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{value}  {name}\n" for name, value in hashes.items()).encode()).hexdigest()


def _receipt(quarter: QuarterInput, sha256: str, hashes: dict[str, str]) -> dict[str, object]:
    return {
        "source": "FAERS quarterly data extract",
        "quarter": quarter.quarter,
        "path": str(quarter.origin),
        "sha256": sha256,
        "size": sum(path.stat().st_size for path in _sources(quarter).values()),
        "files": hashes,
        "time": _now(),
        "last_given": _now(),
    }
