"""Session tokens that carry their own meaning: claims, compressed and sealed with an HMAC.

The server keeps nothing for a session: whoever holds the session secret can read the token back. The rejected
alternative, a stored row a session, would make a cold start of a function a durable write.

    base64( 0x01 | HMAC-SHA256 of the rest, first 16 bytes | zlib(JSON claims) )
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import zlib
from typing import Any

VERSION = b"\x01"
SEAL_BYTES = 16
TOKEN_LENGTH_MAX = 16 * 1024
CLAIMS_BYTES_MAX = 64 * 1024


def pack(secret: bytes, claims: dict[str, Any]) -> str:
    """The token of `claims`, which must be JSON."""
    body = zlib.compress(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    return base64.b64encode(VERSION + _seal(secret, body) + body).decode()


def unpack(secret: bytes, token: str) -> dict[str, Any] | None:
    """The claims of a token that `pack` made with this secret; None for anything else."""
    if len(token) > TOKEN_LENGTH_MAX:
        return None
    try:
        raw = base64.b64decode(token.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    seal, body = raw[1 : 1 + SEAL_BYTES], raw[1 + SEAL_BYTES :]
    if raw[:1] != VERSION or not hmac.compare_digest(seal, _seal(secret, body)):
        return None
    # The seal holds, so this is our own text; the limit is for what a later version may pack.
    claims: dict[str, Any] = json.loads(zlib.decompressobj().decompress(body, CLAIMS_BYTES_MAX))
    return claims


def secret_access_key(secret: bytes, access_key_id: str) -> str:
    """The 40-character secret that belongs to a temporary key id."""
    return base64.b64encode(hmac.digest(secret, b"secret-access-key:" + access_key_id.encode(), "sha256")[:30]).decode()


def _seal(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"session-token:" + body, "sha256")[:SEAL_BYTES]
