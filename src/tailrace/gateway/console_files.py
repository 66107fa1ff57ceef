"""The console: files that the build has put beside this module, served below `/console/`.

```
/console/assets/NAME-HASH.js    for ever in the browser's cache: another content has another name
/console/icon.svg               asked for anew by its ETag
/console/, /console/tables/X    index.html: the page itself reads the rest of the address
/console/anything.ext           404: an editor that asks for a part it can do without must not get a page
```
The list of files is read once; a request is a look into it, so no path leads outside. Each file is read and compressed
when it is first asked for, in a thread, and kept.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from tailrace.wire.http import HttpRequest, HttpResponse

FOLDER = Path(__file__).parent / "console"
PREFIX = "/console"
COMPRESSED = (".html", ".js", ".css", ".svg", ".json")
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
# What the page may load and call: its own origin alone. Cloudscape sets styles on elements; Ace and it draw with data:.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SAFETY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
MISSING = (
    b"The console was not built into this installation. `pip install .` builds it where npm is at hand; "
    b"CONTRIBUTING.md tells more.\n"
)


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """One file, ready to be sent."""

    body: bytes
    compressed: bytes | None
    content_type: str
    etag: str


class ConsoleFiles:
    """Answers the paths below /console/."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
        self._paths = {path.relative_to(folder).as_posix(): path for path in files}
        self._read: dict[str, ConsoleFile] = {}

    @property
    def are_there(self) -> bool:
        """Whether the console was built."""
        return "index.html" in self._paths

    async def answer(self, request: HttpRequest) -> HttpResponse | None:
        """The file, the page, or a 404; None where the path is not the console's."""
        path = request.path
        if not path.startswith(PREFIX) or path[len(PREFIX) : len(PREFIX) + 1] not in ("", "/"):
            return None
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(405, {"allow": "GET, HEAD"}, b"")
        name = path[len(PREFIX) + 1 :]
        if name not in self._paths:
            if "." in name.rpartition("/")[2]:
                return HttpResponse(404, {"content-type": "text/plain", **SAFETY}, b"There is no such file\n")
            name = "index.html"
        if name not in self._paths:
            return HttpResponse(404, {"content-type": "text/plain", **SAFETY}, MISSING)
        found = self._read.get(name)
        if found is None:
            try:
                found = self._read[name] = await asyncio.to_thread(read, self._paths[name])
            except OSError:  # somebody has built the console anew, or removed it, under a running server
                return HttpResponse(404, {"content-type": "text/plain", **SAFETY}, MISSING)
        return respond(request, found, cached=name.startswith("assets/"))


def read(path: Path) -> ConsoleFile:
    """A file as it is sent."""
    body = path.read_bytes()
    content_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressed = gzip.compress(body, mtime=0) if path.suffix in COMPRESSED else None
    return ConsoleFile(body, compressed, content_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def respond(request: HttpRequest, file: ConsoleFile, cached: bool) -> HttpResponse:
    """The answer with a file, or 304 where the browser has it."""
    headers = {"etag": file.etag, "cache-control": FOR_EVER if cached else "no-cache", **SAFETY}
    headers["vary"] = "accept-encoding"
    if file.etag in request.headers.get("if-none-match", ""):
        return HttpResponse(304, headers, b"")
    headers["content-type"] = file.content_type
    if file.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return HttpResponse(200, {**headers, "content-encoding": "gzip"}, file.compressed)
    return HttpResponse(200, headers, file.body)
