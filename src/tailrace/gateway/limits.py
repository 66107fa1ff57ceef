"""What one client may send, and how slowly it may send and read."""

from __future__ import annotations

from http import HTTPStatus

HEADER_BYTES_MAX = 64 * 1024
HEADERS_MAX = 200
PIPELINE_MAX = 32
URL_BYTES_MAX = 16 * 1024
UNPARSED_BYTES_MAX = HEADER_BYTES_MAX + 256 * 1024  # a header's end may come with one more read
IDLE_SECONDS = 75.0
HEADER_SECONDS = 20.0
BODY_SECONDS = 60.0  # and a second more for each BODY_RATE bytes
BODY_RATE = 16 * 1024
UNREAD_SECONDS = 60.0  # without a byte of the answer being taken
SWEEP_SECONDS = 5.0


class TooLarge(Exception):
    """The request passes a limit: of its target (414), its header (431), its body (413), or of all bodies (503)."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def header_bytes(headers: dict[str, str]) -> int:
    """What a header's names and values take."""
    return sum(len(name) + len(value) for name, value in headers.items())
