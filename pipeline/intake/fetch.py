"""FDA's quarterly ASCII archives in a folder, each with a receipt, none downloaded twice."""

import contextlib
import datetime as dt
import fcntl
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import InputRefused, SourceOutage
from pipeline.intake.publication import archive_names
from pipeline.intake.transfer import Part, Version, download
from pipeline.lake.checksum import file_sha256


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an archive came from and what arrived; time is when, in UTC; size in bytes."""

    source: str
    quarter: str
    url: str
    size: int
    sha256: str
    time: str
    etag: str | None
    last_modified: str | None

    @property
    def version(self) -> Version:
        """The version that the server said it was."""
        return Version(self.size, self.etag, self.last_modified)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One archive on disk; is_new when it was downloaded now; warning when the server could not be asked."""

    path: Path
    receipt: Receipt
    is_new: bool
    warning: str = ""


def fetch_archive(base_url: str, quarter: str, into: Path, limit: int, progress: Callable[[str], None]) -> Fetched:
    """One quarter's archive in the folder, with its receipt; nothing is downloaded when it is there and unchanged.

    limit: largest archive accepted, in bytes. An archive that is there stays, with a warning, while the
    server cannot be asked. SourceOutage: not published, or no answer. InputRefused: what came is no zip.
    """
    target = into / archive_names(quarter)[0]
    into.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(into, progress):
        receipt = receipt_of(target)
        try:
            url, version = _ask(base_url, quarter, target, receipt, limit=limit, progress=progress)
        except SourceOutage as error:
            if receipt is None:
                raise
            return Fetched(target, receipt, is_new=False, warning=f"{quarter} of {receipt.time} is used: {error}")
        if receipt is not None and version == receipt.version:
            return Fetched(target, receipt, is_new=False)
        return Fetched(target, _keep(target, quarter, url, version), is_new=True)


def receipt_of(target: Path) -> Receipt | None:
    """The receipt beside an archive; None unless the archive is there and still has the receipt's hash."""
    path = _receipt_path(target)
    if not (target.exists() and path.exists()):
        return None
    receipt = Receipt(**json.loads(path.read_text(encoding="utf-8")))
    return receipt if file_sha256(target) == receipt.sha256 else None


def _ask(
    base_url: str,
    quarter: str,
    target: Path,
    receipt: Receipt | None,
    *,
    limit: int,
    progress: Callable[[str], None],
) -> tuple[str, Version]:
    """Try both spellings; the one that answered, and the version there."""
    known = receipt.version if receipt else None
    for name in archive_names(quarter):
        url = f"{base_url.rstrip('/')}/{name}"
        version = download(url, Part(target), known, limit, progress)
        if version is not None:
            return url, version
    raise SourceOutage(
        f"{quarter} is not published under {base_url}: run this again later, or name a mirror with --base-url."
    )


def _keep(target: Path, quarter: str, url: str, version: Version) -> Receipt:
    """Check what has arrived, give it its name, and write the receipt."""
    part = Part(target)
    if not zipfile.is_zipfile(part.path):
        part.discard()
        raise InputRefused(f"{url} did not send a whole zip: look at it in a browser; nothing was kept.")
    size, sha256 = part.size, file_sha256(part.path)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    receipt = Receipt(
        "FAERS quarterly data extract", quarter, url, size, sha256, now, version.etag, version.last_modified
    )
    part.become(target)
    building = _receipt_path(target).with_suffix(".new")
    building.write_text(json.dumps(asdict(receipt), indent=1) + "\n", encoding="utf-8")
    building.replace(_receipt_path(target))
    return receipt


def _receipt_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.receipt.json")


@contextlib.contextmanager
def _one_at_a_time(into: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Wait for any other download into the folder to end: FDA's server is asked for one file at a time."""
    with (into / ".fetching").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another download into {into}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
