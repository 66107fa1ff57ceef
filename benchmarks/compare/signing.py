"""Requests as boto3 sends them, signed ahead of time (Signature Version 4 for the date of now)."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ACCESS_KEY, SECRET_KEY, REGION = "benchmark", "benchmark-secret-key", "us-east-1"
HOST = "localhost:8000"  # the Host header and so the signature are the same for every server, whatever its port
AGENT = "Boto3/1.42 md/Botocore#1.42 ua/2.1 os/linux lang/python#3.11 md/pyimpl#CPython cfg/retry-mode#standard"

Request = tuple[str, dict[str, Any]]  # operation, parameters


@dataclass(frozen=True)
class Keys:
    """Whose requests they are."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


ROOT = Keys(ACCESS_KEY, SECRET_KEY)


def signed(requests: Iterable[Request], keys: Keys = ROOT) -> list[bytes]:
    """The bytes of each request to DynamoDB. They are good for the fifteen minutes that AWS gives a signature."""
    signer = _Signer(keys, "dynamodb")
    return [signer.json(operation, parameters) for operation, parameters in requests]


def signed_form(service: str, version: str, action: str, parameters: dict[str, str], keys: Keys = ROOT) -> bytes:
    """The bytes of a request to a service that takes forms: IAM, STS."""
    body = urlencode({"Action": action, "Version": version, **parameters}).encode()
    return _Signer(keys, service).request(body, "application/x-www-form-urlencoded", {})


class _Signer:
    """Signs requests to one service, all for the moment at which it was made."""

    def __init__(self, keys: Keys, service: str) -> None:
        now = datetime.datetime.now(datetime.UTC)
        self._stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        self._scope = f"{day}/{REGION}/{service}/aws4_request"
        self._keys, self._key = keys, f"AWS4{keys.secret_access_key}".encode()
        for part in (day, REGION, service, "aws4_request"):
            self._key = hmac.new(self._key, part.encode(), hashlib.sha256).digest()

    def json(self, operation: str, parameters: dict[str, Any]) -> bytes:
        body = json.dumps(parameters).encode()
        return self.request(body, "application/x-amz-json-1.0", {"X-Amz-Target": f"DynamoDB_20120810.{operation}"})

    def request(self, body: bytes, content_type: str, headers: dict[str, str]) -> bytes:
        covered = {"Host": HOST, **headers, "Content-Type": content_type, "X-Amz-Date": self._stamp}
        if self._keys.session_token:
            covered["X-Amz-Security-Token"] = self._keys.session_token
        lower = sorted((name.lower(), value) for name, value in covered.items())
        names, lines = ";".join(name for name, _ in lower), "".join(f"{name}:{value}\n" for name, value in lower)
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        text = f"AWS4-HMAC-SHA256\n{self._stamp}\n{self._scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        sent = {"Host": HOST, "Accept-Encoding": "identity", **covered, "User-Agent": AGENT}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return (
            f"POST / HTTP/1.1\r\n{head}"
            f"Authorization: AWS4-HMAC-SHA256 Credential={self._keys.access_key_id}/{self._scope}, "
            f"SignedHeaders={names}, Signature={signature}\r\n"
            "amz-sdk-invocation-id: 5d1a0f3e-5f66-4a3c-8ab2-7c3f2b1f9f10\r\n"
            f"amz-sdk-request: attempt=1\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
