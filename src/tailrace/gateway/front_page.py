"""What DynamoDB's address shows to a browser, a load balancer or a script that waits for the server.

An unsigned GET of `/` or `/ping` gets `healthy: dynamodb.REGION.amazonaws.com ` on AWS, with the space at its end
(recorded by dynalite's suite); programs that wait for a local DynamoDB ask for it. A person's browser, which takes
`text/html` as no program does, is sent to the console instead.
"""

from __future__ import annotations

import zlib

from tailrace.base import ids
from tailrace.wire.http import HttpRequest, HttpResponse

PATHS = ("/", "/ping")


def answer(request: HttpRequest, region: str, with_console: bool) -> HttpResponse | None:
    """The page, or None for a request that is signed, asks for something, or is for another path."""
    if request.method not in ("GET", "HEAD") or request.path not in PATHS or request.query:
        return None
    if "authorization" in request.headers or "x-amz-target" in request.headers:
        return None
    if with_console and request.path == "/" and "text/html" in request.headers.get("accept", ""):
        return HttpResponse(302, {"location": "/console/", "vary": "accept"}, b"")
    body = f"healthy: dynamodb.{region}.amazonaws.com ".encode()
    headers = {
        "x-amzn-RequestId": ids.request_id_long(),
        "x-amz-crc32": str(zlib.crc32(body)),
        "content-type": "text/plain",
    }
    return HttpResponse(200, headers, body)
