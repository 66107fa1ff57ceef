"""Compressed request bodies, opened under a limit: a gzip bomb is refused before it has gone off."""

from __future__ import annotations

import zlib

from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest

GZIP_WINDOW = 16 + zlib.MAX_WBITS


def inflate(request: HttpRequest, bytes_max: int) -> None:
    """Replace a gzip body by what it holds. Raises ApiError: SerializationException where it isn't gzip, a
    RequestEntityTooLargeException (413) where it holds more than `bytes_max` bytes, or an unknown encoding.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity", "aws-chunked", "amz-1.0"):
        return
    if encoding != "gzip":
        raise ApiError(
            "UnsupportedMediaTypeException", f"Content-Encoding {encoding[:40]!r} is not supported", status=415
        )
    opener = zlib.decompressobj(GZIP_WINDOW)
    try:
        body = opener.decompress(request.body, bytes_max + 1)
    except zlib.error as error:
        raise ApiError.serialization("The body is not what its Content-Encoding says: gzip") from error
    if len(body) > bytes_max:
        raise ApiError("RequestEntityTooLargeException", f"Request must be smaller than {bytes_max} bytes", status=413)
    if not opener.eof:
        raise ApiError.serialization("The gzip body ends too early")
    request.body = body
