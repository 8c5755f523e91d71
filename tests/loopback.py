"""A copy of FDA's download site on 127.0.0.1, with resumable downloads and faults on demand."""

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

MODIFIED = "Tue, 30 Apr 2024 12:00:00 GMT"


@dataclass
class Fault:
    """What goes wrong with one answer.

    status: answered in place of the file; headers: sent beside it; cut: bytes of the body after which the
    connection is closed; length: Content-Length announced in place of the true one; page: HTML in place of the file.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    length: int | None = None
    page: str | None = None


class FdaSite:
    """Serves the zips of a folder, or of a mapping from name to bytes; use as a context manager."""

    def __init__(self, files: Path | dict[str, bytes]) -> None:
        self.files = (
            files if isinstance(files, dict) else {path.name: path.read_bytes() for path in files.glob("*.zip")}
        )
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answered: list[int] = []
        self.sent = 0
        self.supports_range = True
        self.has_etag = True
        site = self
        handler = type("Handler", (_Handler,), {"site": site})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up in mid-answer is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    site: FdaSite
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Tests look at what was asked, not at a log."""

    def do_GET(self) -> None:
        site, name = self.site, self.path.rpartition("/")[2]
        site.asked.append((name, dict(self.headers)))
        data = site.files.get(name)
        fault = site.faults.pop(0) if data is not None and site.faults else Fault()
        if data is None:
            self._answer(404, b"")
        elif fault.status:
            self._answer(fault.status, b"", fault.headers)
        elif fault.page is not None:
            self._answer(200, fault.page.encode(), {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._send_file(data, fault)

    def _send_file(self, data: bytes, fault: Fault) -> None:
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers = {"Content-Type": "application/zip", "Last-Modified": MODIFIED}
        headers |= {"ETag": etag} if self.site.has_etag else {}
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", headers)
            return
        start = self._start(etag)
        if start >= len(data) > 0:
            self._answer(416, b"")
            return
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._answer(206 if start else 200, data[start:], headers | dict(fault.headers), fault)

    def _start(self, etag: str) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not asked or not self.site.supports_range or self.headers.get("If-Range") not in {None, etag, MODIFIED}:
            return 0
        return int(asked.group(1))

    def _answer(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, fault: Fault | None = None
    ) -> None:
        fault = fault or Fault()
        self.site.answered.append(status)
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if fault.length is None else fault.length))
        self.end_headers()
        part = body[: fault.cut]
        self.site.sent += len(part)  # counted before the client can see the last byte
        self.wfile.write(part)
        if fault.cut is not None or fault.length is not None:
            self.wfile.flush()
            self.close_connection = True
