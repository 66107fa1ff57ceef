"""Bodies, both ways: how large one may be, and gzip. A gzip bomb is refused before it has gone off."""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache
from typing import Final

from tailrace.base.compression import crc32, gzip
from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest, HttpResponse

GZIP_WINDOW = 16 + zlib.MAX_WBITS
MEBIBYTE = 1024 * 1024
# DynamoDB takes 16 MiB and answers one byte more with a bare 413, before it looks at anything else (recorded on AWS
# by dynalite's suite). Other services have the server's own limit.
DYNAMODB_BYTES_MAX: Final = 16 * MEBIBYTE
# "DynamoDB will only GZIP its response if it's above a certain size", about 4 KB:
# https://github.com/awslabs/dynamodb-cross-region-library/issues/61
ANSWER_BYTES_MIN: Final = 4096
ANSWER_BYTES_AT_ONCE = 64 * 1024  # longer answers are compressed in a thread, so that nobody waits for them
_GZIP: Final = "takes gzip"  # what requests that are alike have found


def inflate(request: HttpRequest, bytes_max: int) -> None:
    """Replace a gzip body by what it holds. Raises ApiError: SerializationException where it isn't gzip, a
    RequestEntityTooLargeException (413) where it holds more than `bytes_max` bytes, or an unknown encoding.
    """
    given = request.headers.get("content-encoding")
    if not given:
        return
    encoding = given.strip().lower()
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


def takes_gzip(request: HttpRequest) -> bool:
    """Whether the client says that it takes gzip; known of those that are alike."""
    alike = request.alike
    known: bool | None = None if alike is None else alike.found.get(_GZIP)
    if known is None:
        known = _takes_gzip(request.headers.get("accept-encoding", ""))
        if alike is not None:
            alike.found[_GZIP] = known
    return known


async def deflate(response: HttpResponse) -> None:
    """Compress an answer. The checksum is of the bytes that are sent."""
    if len(response.body) > ANSWER_BYTES_AT_ONCE:
        response.body = await asyncio.to_thread(gzip, response.body)
    else:
        response.body = gzip(response.body)
    response.headers["content-encoding"] = "gzip"
    if "x-amz-crc32" in response.headers:
        response.headers["x-amz-crc32"] = str(crc32(response.body))


@lru_cache(maxsize=64)
def _takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip, with a quality that isn't zero."""
    for each in accepted.lower().split(","):
        name, _, quality = each.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
