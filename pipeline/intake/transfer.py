"""One file over HTTP into a ``.part`` file: resumed after a break, retried a few times, never mixed from two versions."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import requests

from pipeline.config import VERSION
from pipeline.errors import InputRefused, SourceOutage, UsageError

PAUSES = (1.0, 4.0, 16.0)  # seconds between tries: one try more than pauses
LONGEST_WAIT = 120.0  # seconds; a server that asks for more is an outage
TIMEOUTS = (10.0, 60.0)  # seconds to connect, seconds without a byte
CHUNK = 1 << 16  # bytes; what a broken connection loses at most
TENTHS = 10
# Range together with gzip hangs FDA's server, and a resumed file must be counted in its own bytes.
HEADERS = {"Accept-Encoding": "identity", "User-Agent": f"cartwatch/{VERSION}"}
BUSY = {429, 500, 502, 503, 504}
ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a file a server holds, by its own headers; size in bytes, None where not announced."""

    size: int | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range may carry: a strong ETag, else the date."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


class Part:
    """The bytes that have arrived so far, in ``<name>.part``, and their version, in ``<name>.part.json``."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")

    @property
    def size(self) -> int:
        """Bytes so far; 0 where nothing has arrived."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def version(self) -> Version:
        """The version these bytes belong to; an empty one where that is unknown."""
        return Version(**json.loads(self._note.read_text(encoding="utf-8"))) if self._note.exists() else Version()

    def start(self, version: Version) -> None:
        """Begin again with no bytes."""
        self.path.write_bytes(b"")
        self._note.write_text(json.dumps(asdict(version)), encoding="utf-8")

    def discard(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def become(self, target: Path) -> None:
        """Take the target's place, whole."""
        self.path.replace(target)
        self._note.unlink(missing_ok=True)


class _Interrupted(SourceOutage):
    """A try that may go better next time, after the wait (seconds) that the server asked for."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


def download(
    url: str, part: Part, known: Version | None, limit: int, progress: Callable[[str], None]
) -> Version | None:
    """Bring the file at url into part, whole; returns its version.

    known: the version we already have; when the server still holds it, it is returned and nothing is downloaded.
    None: the server has no such file, or answers with a web page in its place. limit: bytes, more are refused.

    SourceOutage after the last try. UsageError when url is none. InputRefused beyond the limit.
    """
    with requests.Session() as session:
        session.headers.update(HEADERS)
        for pause in (*PAUSES, None):
            try:
                return _attempt(session, url, part, known, limit=limit, progress=progress)
            except (
                requests.exceptions.MissingSchema,
                requests.exceptions.InvalidSchema,
                requests.exceptions.InvalidURL,
            ) as error:
                raise UsageError(
                    f"{url} is no web address ({error}): give --base-url as https://server/folder."
                ) from error
            except (requests.RequestException, _Interrupted) as error:
                wait = max(pause or 0.0, getattr(error, "wait", 0.0))
                if pause is None or wait > LONGEST_WAIT:
                    raise SourceOutage(_last_word(url, error, wait)) from error
                progress(f"{_name(url)}: {error}; trying again in {wait:g} s")
                time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _last_word(url: str, error: Exception, wait: float) -> str:
    asked = f" It asks to wait {wait:g} s." if wait > LONGEST_WAIT else ""
    return f"{url} cannot be downloaded now ({error}).{asked} What has arrived is kept: run this again later."


def _attempt(
    session: requests.Session,
    url: str,
    part: Part,
    known: Version | None,
    *,
    limit: int,
    progress: Callable[[str], None],
) -> Version | None:
    """Ask once, and take what comes."""
    with session.get(url, headers=_conditions(part, known), stream=True, timeout=TIMEOUTS) as answer:
        if _is_absent(answer):
            return None
        if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return known
        _refuse_failure(answer, part)
        version = _version(answer)
        if known and _is_same(version, known):
            return known
        if (version.size or 0) > limit:
            raise InputRefused(f"{url} announces {version.size} bytes, more than {limit}: it is refused.")
        if not _continues(answer, part, version):
            part.start(version)
        _copy(answer, part, version, limit, progress)
    return version


def _conditions(part: Part, known: Version | None) -> dict[str, str]:
    """Headers asking for the rest of the part, or only for a version we do not have."""
    if part.size and (validator := part.version.validator):
        return {"Range": f"bytes={part.size}-", "If-Range": validator}
    if known and known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.last_modified} if known and known.last_modified else {}


def _is_absent(answer: requests.Response) -> bool:
    """Whether the server has no such file; some say so with a page and status 200."""
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code in ABSENT or (answer.ok and is_page)


def _refuse_failure(answer: requests.Response, part: Part) -> None:
    status = answer.status_code
    if status in BUSY:
        raise _Interrupted(f"the server answered {status} {answer.reason}", _asked_wait(answer.headers))
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.discard()
        raise _Interrupted("the server does not know the part we have")
    if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        raise SourceOutage(
            f"{answer.url} answered {status} {answer.reason}: look at the address in a browser, then run this again."
        )


def _asked_wait(headers: Mapping[str, str]) -> float:
    """Seconds in Retry-After, given as a number or as a date; 0 where absent or unreadable."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0


def _version(answer: requests.Response) -> Version:
    """The version of the whole file, also where only its rest is sent."""
    total = answer.headers.get("Content-Range", "").rpartition("/")[2] or answer.headers.get("Content-Length", "")
    size = int(total) if total.isdigit() else None
    return Version(size, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))


def _is_same(version: Version, known: Version) -> bool:
    return version.validator is not None and version == known


def _continues(answer: requests.Response, part: Part, version: Version) -> bool:
    """Whether the answer goes on exactly where the part ends, in the same version."""
    if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
        return False
    if not answer.headers.get("Content-Range", "").startswith(f"bytes {part.size}-") or version != part.version:
        part.discard()
        raise _Interrupted("the server sent another part than the one asked for")
    return True


def _copy(answer: requests.Response, part: Part, version: Version, limit: int, progress: Callable[[str], None]) -> None:
    """Append the body to the part, telling every tenth of it."""
    told = part.size * TENTHS // (version.size or limit)
    with part.path.open("ab") as handle:
        for chunk in answer.iter_content(CHUNK):
            handle.write(chunk)
            if handle.tell() > limit:
                raise InputRefused(f"{answer.url} sends more than {limit} bytes: it is refused.")
            if (tenth := handle.tell() * TENTHS // (version.size or limit)) > told:
                told = tenth
                progress(f"{_name(answer.url)}: {handle.tell():,} of {version.size or 'unknown'} bytes")
    if version.size is not None and part.size != version.size:
        raise _Interrupted(f"the file ended after {part.size} of {version.size} bytes")


def _name(url: str) -> str:
    return url.rpartition("/")[2]
