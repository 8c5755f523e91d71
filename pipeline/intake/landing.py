"""The publisher's files, byte for byte, under their hash, with a receipt."""

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import ArchiveLimits
from pipeline.contract.edition import Edition
from pipeline.errors import LakeConflict, NothingThere, UsageError
from pipeline.intake.archive import QuarterInput, quarters_in
from pipeline.lake.checksum import file_sha256

RECEIPT = "receipt.json"
SHORT_SHA = 16


@dataclass(frozen=True, slots=True)
class Landed:
    """One archive as it lies in the landing area: its files, its whole SHA-256, which edition of the quarter it is."""

    given: QuarterInput
    sha256: str
    edition: Edition


def land(quarter: QuarterInput, root: Path, rank: int | None = None, *, is_held: bool = False) -> Landed:
    """Copy one quarter's files into the landing area.

    A zip is hashed whole; loose files by the list of their names and hashes. Files already landed with the same
    hash are left alone: the receipt keeps the time of the first arrival and notes the last. rank: what a person says
    of this edition's place among those of the quarter; UsageError where the archive is held under another rank.
    """
    hashes = _hashes(quarter)
    sha256 = next(iter(hashes.values())) if _is_zip(quarter) else _digest_of(hashes)
    edition = edition_of(quarter, sha256, root, rank, is_held=is_held)
    folder = root / "landing" / "faers" / quarter.quarter / sha256
    if (folder / RECEIPT).exists():
        _note_arrival(folder / RECEIPT, edition)
        return Landed(quarter, sha256, edition)
    building = folder.with_name(f".{sha256}")
    shutil.rmtree(building, ignore_errors=True)
    for name, source in _sources(quarter).items():
        target = building / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if file_sha256(target) != hashes[name]:
            raise LakeConflict(f"{source} changed while it was being copied: run this again when nobody writes it.")
    _write_receipt(building / RECEIPT, _receipt(quarter, sha256, hashes, edition))
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    return Landed(quarter, sha256, edition)


def edition_of(
    quarter: QuarterInput, sha256: str, root: Path, rank: int | None = None, *, is_held: bool = False
) -> Edition:
    """Which edition of its quarter an archive is.

    is_held: whether its typed tables are in the lake; then its rank stays, and UsageError where another is given. One
    that only landed may still be given its place.
    """
    known = next((_edition_in(item) for item in receipts(root, quarter.quarter) if item["sha256"] == sha256), None)
    if known is not None and not is_held:
        return Edition(known.rank if rank is None else rank, known.published, known.sha256)
    if known is not None and rank not in (None, known.rank):
        raise UsageError(
            f"{quarter.quarter} {known.sha256} landed with rank {known.rank}, which stays: give it without --rank."
        )
    return known or Edition(rank or 0, quarter.published, sha256[:SHORT_SHA])


def receipts(root: Path, quarter: str) -> list[dict[str, Any]]:
    """The receipt of every archive that landed for a quarter, the oldest arrival first."""
    paths = (root / "landing" / "faers" / quarter).glob(f"[0-9a-f]*/{RECEIPT}")
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in paths), key=lambda item: str(item["time"]))


def sha256_of(quarter: QuarterInput) -> str:
    """The hash that land would file the quarter under."""
    hashes = _hashes(quarter)
    return next(iter(hashes.values())) if _is_zip(quarter) else _digest_of(hashes)


def landed(root: Path, quarter: str, limits: ArchiveLimits, sha256: str | None = None) -> Landed:
    """The landed files of a quarter: those with that hash, else the ones that were given last.

    NothingThere when the quarter has not landed.
    """
    found = [item for item in receipts(root, quarter) if sha256 in (None, item["sha256"])]
    if not found:
        raise NothingThere(f"{quarter} has not landed in {root}: run 'cartwatch ingest faers' with its archive.")
    receipt = max(found, key=lambda item: str(item["last_given"]))
    folder = root / "landing" / "faers" / quarter / receipt["sha256"]
    given = next((item for item in quarters_in([folder], limits) if item.quarter == quarter), None)
    if given is None:
        raise NothingThere(f"The archive landed for {quarter} no longer holds it: run 'cartwatch ingest faers' again.")
    return Landed(given, receipt["sha256"], _edition_in(receipt))


def _edition_in(receipt: dict[str, Any]) -> Edition:
    return Edition(int(receipt.get("rank", 0)), receipt.get("published", ""), receipt["sha256"][:SHORT_SHA])


def _note_arrival(receipt: Path, edition: Edition) -> None:
    place = {"rank": edition.rank, "published": edition.published, "last_given": _now()}
    content = json.loads(receipt.read_text(encoding="utf-8")) | place
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


def _receipt(quarter: QuarterInput, sha256: str, hashes: dict[str, str], edition: Edition) -> dict[str, object]:
    return {
        "source": "FAERS quarterly data extract",
        "quarter": quarter.quarter,
        "path": str(quarter.origin),
        "sha256": sha256,
        "size": sum(path.stat().st_size for path in _sources(quarter).values()),
        "files": hashes,
        "published": edition.published,
        "rank": edition.rank,
        "time": _now(),
        "last_given": _now(),
    }
