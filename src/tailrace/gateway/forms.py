"""The forms of a client's requests: what stays the same from one to the next, so that it is parsed once.

```
first request   httptools ──> HttpRequest ──learn──> a Form: fixed bytes | date | fixed bytes | digest | ... | length
later ones      all the fixed bytes are there, letters, digits and dashes between them ──> HttpRequest
                anything else ──> httptools
```
An SDK sends the same 700 bytes of header with every call but for its signature, the date, the invocation's id and the
length of the body. httptools calls back for each header, which costs as much as reading an item. The rejected
alternative, a quicker parser of our own, would have to agree with everybody about what HTTP is; this one only puts
letters, digits and dashes in the place of others.
"""

from __future__ import annotations

import re
import struct

from tailrace.wire.http import Alike, HttpRequest

START = b"POST / HTTP/1.1\r\n"
FORMS_MAX = 8
LEARNED_MAX = 32
"""After so many a client's requests have no form, and none is looked for any more."""
HEAD_BYTES_MAX = 8 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: ?([0-9]+)\r\n")
# How many characters at a value's end are new with every request.
CHANGING = {"authorization": 64, "x-amz-content-sha256": 64, "amz-sdk-invocation-id": 36, "x-amz-date": 16}

Place = tuple[int, int, str]  # where in the head, how many characters, the header whose value ends there


class Form:
    """The header of a request whose values end in other characters each time, as many as in the first one."""

    __slots__ = ("_alike", "_fixed", "_length", "_size", "_start", "_unpack", "_unpack_fixed")

    def __init__(self, head: bytes, places: list[Place], headers: dict[str, str]) -> None:
        around, between, at, shown = "", "", 0, 0
        changing: dict[str, tuple[int, int]] = {}
        for start, count, name in places:
            around, between = f"{around}{start - at}s{count}x", f"{between}{start - at}x{count}s"
            changing[name] = shown, shown + count
            at, shown = start + count, shown + count
        self._unpack = struct.Struct(between).unpack_from
        self._unpack_fixed = struct.Struct(f"{around}{len(head) - at}s").unpack_from
        self._fixed = self._unpack_fixed(head)
        self._size = len(head)
        self._start = self._fixed[0]
        self._length = changing["content-length"]
        self._alike = Alike(headers, changing)

    def read(self, data: bytes) -> HttpRequest | None:
        """The request that these bytes are, if they have this form."""
        size, start = self._size, self._start
        # Most others differ at the start: another operation's, say. A slice is a tenth of a call of `startswith`.
        if len(data) < size or data[: len(start)] != start:
            return None
        if self._unpack_fixed(data) != self._fixed:
            return None
        changing = b"".join(self._unpack(data))
        if not changing.replace(b"-", b"").isalnum():
            return None
        ends, length = changing.decode(), self._length
        if ends[length[0] : length[1]] != str(len(data) - size):
            return None
        return HttpRequest("POST", "/", "", None, data, "1.1", self._alike, ends, size)


def form_of(data: bytes, request: HttpRequest) -> Form | None:
    """The form of a request that the parser has read from these bytes, which hold it alone; None where it has none."""
    headers, size = request.headers, len(data) - len(request.body)
    head = data[:size]
    lengths = list(_LENGTH.finditer(head))
    if not head.startswith(START) or head.find(_END) != size - len(_END) or size > HEAD_BYTES_MAX or len(lengths) != 1:
        return None
    if "transfer-encoding" in headers or "expect" in headers or headers.get("content-length") != str(len(request.body)):
        return None
    first, behind = lengths[0].span(1)
    places = [(first, behind - first, "content-length")]
    for name, count in CHANGING.items():
        end = headers.get(name, "")[-count:].encode()
        if len(end) == count and head.count(end) == 1:
            places.append((head.index(end), count, name))
    return Form(head, sorted(places), dict(headers))


class Forms:
    """The forms of the requests of one connection, the one that was used last first."""

    __slots__ = ("_known", "_learned")

    def __init__(self) -> None:
        self._known: list[Form] = []
        self._learned = 0

    def read(self, data: bytes) -> HttpRequest | None:
        """The request that these bytes are, no more and no less, if it has a form that is known."""
        for form in self._known:
            request = form.read(data)
            if request is not None:
                if form is not self._known[0]:
                    self._known.remove(form)
                    self._known.insert(0, form)
                return request
        return None

    def learn(self, data: bytes, request: HttpRequest) -> None:
        """Take a look at a request that the parser has read from these bytes, which hold it alone."""
        if self._learned < LEARNED_MAX:
            form = form_of(data, request)
            if form is not None:
                self._learned += 1
                self._known.insert(0, form)
                del self._known[FORMS_MAX:]
