"""The event that a function gets for a request to its URL: payload format 2.0. Pure.

Members that AWS leaves out are left out: no body, no cookies, no query. What isn't text travels in base64.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from tailrace.auth.principal import Principal
from tailrace.base.clock import common_log
from tailrace.wire.http import HttpRequest

QUERY_FIELDS_MAX = 1000
ANONYMOUS = "anonymous"
_TEXT = ("application/json", "application/xml", "application/javascript", "application/ecmascript")


@dataclass(frozen=True, slots=True)
class Received:
    """A request to a URL: as it came, and what the server knows of it. `path` is what follows the URL's own address.

    `caller` is None where nobody signed; `trace` is the tracing header, `at` in epoch seconds.
    """

    request: HttpRequest
    url_id: str
    path: str
    domain: str
    source_ip: str
    secure: bool
    request_id: str
    trace: str
    at: float
    caller: Principal | None = None
    access_key_id: str = ""


def encode(received: Received) -> bytes:
    """The event as JSON."""
    request = received.request
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    port = request.headers.get("host", "").rpartition(":")[2]
    headers["x-amzn-trace-id"] = received.trace
    headers["x-forwarded-for"] = received.source_ip
    headers["x-forwarded-proto"] = "https" if received.secure else "http"
    headers["x-forwarded-port"] = port if port.isdigit() else "443" if received.secure else "80"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": received.path,
        "rawQueryString": request.query,
    }
    cookies = [one.strip() for one in request.headers.get("cookie", "").split(";") if one.strip()]
    if cookies:
        event["cookies"] = cookies
    event["headers"] = headers
    if request.query:
        event["queryStringParameters"] = _query(request.query)
    event["requestContext"] = _context(received)
    text = _text(request) if request.body else None
    if request.body:
        event["body"] = base64.b64encode(request.body).decode() if text is None else text
    event["isBase64Encoded"] = bool(request.body) and text is None
    return orjson.dumps(event)


def _context(received: Received) -> dict[str, Any]:
    request = received.request
    context: dict[str, Any] = {"accountId": ANONYMOUS, "apiId": received.url_id}
    if received.caller is not None:
        context["accountId"] = received.caller.account
        context["authentication"] = None
        context["authorizer"] = {"iam": _identity(received.caller, received.access_key_id)}
    return {
        **context,
        "domainName": received.domain,
        "domainPrefix": received.url_id,
        "http": {
            "method": request.method,
            "path": unquote(received.path),
            "protocol": f"HTTP/{request.version}",
            "sourceIp": received.source_ip,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": received.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": common_log(received.at),
        "timeEpoch": int(received.at * 1000),
    }


def _identity(caller: Principal, access_key_id: str) -> dict[str, Any]:
    """Who signed; AWS knows no Cognito identity and no organization here either."""
    return {
        "accessKey": access_key_id,
        "accountId": caller.account,
        "callerId": caller.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": caller.arn,
        "userId": caller.user_id,
    }


def _query(query: str) -> dict[str, str]:
    """The parameters, decoded; those of one name joined by commas. Raises ValueError where they are too many."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _text(request: HttpRequest) -> str | None:
    """The body as text, if its type says that it is some and its bytes are."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind.startswith("text/") or kind in _TEXT or kind.endswith(("+json", "+xml"))):
        return None
    if "content-encoding" in request.headers:
        return None
    try:
        return request.body.decode()
    except UnicodeDecodeError:
        return None
