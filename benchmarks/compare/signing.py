"""Requests as boto3 sends them, signed ahead of time (Signature Version 4 for the date of now)."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

ACCESS_KEY, SECRET_KEY, REGION = "benchmark", "benchmark-secret-key", "us-east-1"
HOST = "localhost:8000"  # the Host header and so the signature are the same for every server, whatever its port
AGENT = "Boto3/1.42 md/Botocore#1.42 ua/2.1 os/linux lang/python#3.11 md/pyimpl#CPython cfg/retry-mode#standard"

Request = tuple[str, dict[str, Any]]  # operation, parameters


def signed(requests: Iterable[Request]) -> list[bytes]:
    """The bytes of each request. They are good for the fifteen minutes that AWS gives a signature."""
    now = datetime.datetime.now(datetime.UTC)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, REGION, "dynamodb", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    scope = f"{day}/{REGION}/dynamodb/aws4_request"
    return [_signed(operation, parameters, stamp, scope, key) for operation, parameters in requests]


def _signed(operation: str, parameters: dict[str, Any], stamp: str, scope: str, key: bytes) -> bytes:
    body = json.dumps(parameters).encode()
    target = f"DynamoDB_20120810.{operation}"
    names = "content-type;host;x-amz-date;x-amz-target"
    canonical = (
        f"POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{HOST}\nx-amz-date:{stamp}\n"
        f"x-amz-target:{target}\n\n{names}\n{hashlib.sha256(body).hexdigest()}"
    )
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    head = (
        f"POST / HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: identity\r\nX-Amz-Target: {target}\r\n"
        f"Content-Type: application/x-amz-json-1.0\r\nUser-Agent: {AGENT}\r\nX-Amz-Date: {stamp}\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}\r\namz-sdk-invocation-id: 5d1a0f3e-5f66-4a3c-8ab2-7c3f2b1f9f10\r\n"
        f"amz-sdk-request: attempt=1\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
