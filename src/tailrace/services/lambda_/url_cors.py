"""Cross-origin requests to a function URL: preflights answered, headers added. Pure.

The settings count for preflights, which never reach the function. On other answers they come on top of what the
function says itself, as on AWS, where a browser then refuses the doubled header.
https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tailrace.operation import Shape
from tailrace.services.lambda_.refusals import invalid

METHODS = ("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*")
_origin = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/,]+")
_header = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def check(cors: Shape) -> None:
    """Refuse methods, origins and headers that are none."""
    for method in cors.get("AllowMethods", ()):
        if method not in METHODS:
            raise invalid(f"AllowMethods: {method} is not one of {', '.join(METHODS)}")
    for origin in cors.get("AllowOrigins", ()):
        if origin != "*" and not _origin.fullmatch(origin):
            raise invalid(f"AllowOrigins: {origin} is neither an origin (https://example.com) nor *")
    for member in ("AllowHeaders", "ExposeHeaders"):
        for name in cors.get(member, ()):
            if not _header.fullmatch(name):
                raise invalid(f"{member}: {name} is no name of a header")


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks what it may ask."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight_headers(cors: Shape, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a preflight's answer; none for an origin or a method that isn't allowed."""
    found = response_headers(cors, headers)
    methods = cors.get("AllowMethods", ())
    asked = headers.get("access-control-request-method", "")
    if "access-control-allow-origin" not in found or not ("*" in methods or asked in methods):
        return {}
    found.pop("access-control-expose-headers", None)
    found["access-control-allow-methods"] = asked if "*" in methods else ",".join(methods)
    allowed = cors.get("AllowHeaders", ())
    wanted = headers.get("access-control-request-headers", "")
    if "*" in allowed and wanted and _is_list(wanted):
        found["access-control-allow-headers"] = wanted
    elif allowed:
        found["access-control-allow-headers"] = ",".join(allowed)
    if "MaxAge" in cors:
        found["access-control-max-age"] = str(cors["MaxAge"])
    return found


def response_headers(cors: Shape, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that every answer to a cross-origin request has; none for an origin that isn't allowed."""
    origin, origins = headers.get("origin"), cors.get("AllowOrigins", ())
    if origin is None or not ("*" in origins or origin in origins):
        return {}
    credentials = bool(cors.get("AllowCredentials"))
    every = "*" in origins and not credentials
    found = {"access-control-allow-origin": "*" if every else origin}
    if not every:
        found["vary"] = "Origin"
    if credentials:
        found["access-control-allow-credentials"] = "true"
    if cors.get("ExposeHeaders"):
        found["access-control-expose-headers"] = ",".join(cors["ExposeHeaders"])
    return found


def _is_list(text: str) -> bool:
    return all(_header.fullmatch(name.strip()) for name in text.split(","))
