"""What a function returned, as the answer to a request to its URL. Pure.

```
{"statusCode": 201, "headers": {}, "cookies": [], "body": "...", "isBase64Encoded": false}      an answer
any other JSON                                                        200, application/json, as it is
prelude, eight zero bytes, body       the same as a stream says it: HttpResponseStream.from of Node.js
```
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

INTEGRATION_RESPONSE = "application/vnd.awslambda.http-integration-response"
DELIMITER = b"\0" * 8
PRELUDE_BYTES_MAX = 64 * 1024
COOKIES_MAX = 200
JSON = "application/json"
# Headers that are the server's own: the function's are shown under another name, as AWS does, or not at all.
REMAPPED = frozenset(("connection", "content-length", "date", "server", "www-authenticate", "x-amzn-requestid"))
DROPPED = frozenset(("keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"))
_name = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_unprintable = re.compile(r"[\0-\x08\x0a-\x1f\x7f]")


class BadAnswer(Exception):
    """The function has returned what is no answer to HTTP; the text says what of it."""


@dataclass(slots=True)
class UrlAnswer:
    """An answer, or what comes before the body of one that is streamed."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    body: bytes = b""


def buffered(payload: bytes, content_type: str) -> UrlAnswer:
    """The answer that a whole response means. Raises BadAnswer."""
    if content_type.startswith(INTEGRATION_RESPONSE):
        head, delimiter, body = payload.partition(DELIMITER)
        if not delimiter:
            raise BadAnswer("the response has no prelude")
        answer = prelude(head)
        answer.body = body
        return answer
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError as problem:
        if not content_type or content_type.startswith(JSON):
            raise BadAnswer("the response is no JSON") from problem
        return UrlAnswer(headers={"content-type": content_type}, body=payload)  # of a handler that streams
    if not isinstance(found, dict) or "statusCode" not in found:
        return UrlAnswer(headers={"content-type": JSON}, body=payload)
    answer = _head(found)
    answer.body = _body(found)
    return answer


def prelude(text: bytes) -> UrlAnswer:
    """The answer that a stream's prelude begins. Raises BadAnswer."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise BadAnswer("the prelude is no JSON") from problem
    if not isinstance(found, dict):
        raise BadAnswer("the prelude is no object")
    return _head({"statusCode": 200, **found})


def _head(found: dict[str, Any]) -> UrlAnswer:
    """Status, headers and cookies."""
    status = found["statusCode"]
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status[:4])
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise BadAnswer("statusCode is none from 200 to 599")
    headers, cookies = found.get("headers") or {}, found.get("cookies") or []
    if not isinstance(headers, dict) or not isinstance(cookies, list) or len(cookies) > COOKIES_MAX:
        raise BadAnswer("headers is no object, or cookies no list of at most 200")
    answer = UrlAnswer(status, cookies=[_value(cookie) for cookie in cookies])
    for name, value in headers.items():
        lower = name.lower()
        if not _name.fullmatch(name):
            raise BadAnswer(f"{name!r} is no name of a header")
        if lower not in DROPPED:
            answer.headers[f"x-amzn-remapped-{lower}" if lower in REMAPPED else lower] = _value(value)
    answer.headers.setdefault("content-type", JSON)
    return answer


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise BadAnswer("the value of a header is no text")
    text = str(value)
    if _unprintable.search(text):
        raise BadAnswer("the value of a header has a control character")
    return text


def _body(found: dict[str, Any]) -> bytes:
    body = found.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadAnswer("body is no text")
    if found.get("isBase64Encoded") is not True:
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as problem:
        raise BadAnswer("body is no base64") from problem
