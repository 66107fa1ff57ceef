"""Names of headers as SDKs and the CLI spell them, and as a request has them: one that is here needs no decoding."""

from __future__ import annotations

USUAL = {
    name.encode(): name.lower()
    for name in (
        "Host",
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Connection",
        "Content-Encoding",
        "Content-Length",
        "Content-Type",
        "User-Agent",
        "X-Amz-Date",
        "X-Amz-Security-Token",
        "X-Amz-Target",
        "X-Amz-User-Agent",
    )
}
USUAL |= {key.lower(): name for key, name in USUAL.items()}
USUAL |= {name.encode(): name for name in ("amz-sdk-invocation-id", "amz-sdk-request", "x-amz-content-sha256")}
