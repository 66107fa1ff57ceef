"""AWS Signature Version 4, verified on the raw request: `signature.read` says who signed, `verify` whether it holds.

```
Authorization header, or X-Amz-* query parameters -> Signature
canonical request -> string to sign -> HMAC under the day's signing key -> compare
```
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from hmac import compare_digest
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from tailrace.auth.signature import (
    ALGORITHM,
    AUTHORIZATION_LENGTH_MAX,
    MISSING,
    PRESIGNED_SECONDS_MAX,
    SKEW_SECONDS,
    Claim,
    Kind,
    Signature,
    SignatureProblem,
    is_signed,
    read,
)
from tailrace.base.clock import iso_seconds
from tailrace.base.errors import ApiError

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    from tailrace.wire.http import HttpRequest

__all__ = [
    "AUTHORIZATION_LENGTH_MAX",
    "EXPIRED_TOKEN",
    "MISSING",
    "PRESIGNED_SECONDS_MAX",
    "UNKNOWN_KEY",
    "Signature",
    "SignatureProblem",
    "is_signed",
    "read",
    "refusal",
    "signing_key",
    "verify",
]

UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
UNSIGNED_ALLOWED: Final = frozenset({"s3"})  # every other service signs the body
_BLOCK_BYTES = 64  # of SHA-256
_EMPTY: Final = hashlib.sha256()
_DATE: Final = "x-amz-date"
_START: Final = "start of the canonical request"
_STARTS_MAX: Final = 8  # of one claim: who signs what is new each time (an invocation's id, say) needs none again

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)
UNKNOWN_KEY = "The security token included in the request is invalid."
MISSING_REST = "Missing Authentication Token"  # what the REST services say instead
EXPIRED_TOKEN = "The security token included in the request is expired"

_PORT = re.compile(r":[0-9]+$")

# kind -> {protocol family: (code, status)}. The JSON services answer 400, Lambda and the query services 403.
_CODES: dict[Kind, dict[str, tuple[str, int]]] = {
    "missing": {
        "json": ("MissingAuthenticationTokenException", 400),
        "rest-json": ("MissingAuthenticationTokenException", 403),
        "query": ("MissingAuthenticationToken", 403),
    },
    "incomplete": {
        "json": ("IncompleteSignatureException", 400),
        "rest-json": ("IncompleteSignatureException", 403),
        "query": ("IncompleteSignature", 400),
    },
    "unknown-key": {
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "query": ("InvalidClientTokenId", 403),
    },
    "expired-token": {
        "json": ("ExpiredTokenException", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "query": ("ExpiredToken", 403),
    },
    "mismatch": {
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "query": ("SignatureDoesNotMatch", 403),
    },
}


def refusal(problem: SignatureProblem, protocol: str) -> ApiError:
    """The answer to a request without a proven caller, as services of `protocol` word it.

    `protocol` is a botocore name: `json`, `rest-json`, `query` (also `rest-xml`, `ec2`: answered as query).
    """
    codes = _CODES[problem.kind]
    code, status = codes.get(protocol, codes["query"])
    text = MISSING_REST if problem.kind == "missing" and protocol == "rest-json" else problem.text
    return ApiError(code, text, status=status)


def verify(signature: Signature, request: HttpRequest, secret: str, now: float, service: str | None = None) -> None:
    """Prove that the holder of `secret` signed these very bytes, close enough to `now` (epoch seconds).

    `service` is the signing name of the service that is asked: a signature made for another one doesn't count.
    Raises SignatureProblem `mismatch` otherwise. The comparison takes the same time for every wrong digest.
    """
    claim = signature.claim
    if service is not None and claim.service != service:
        # The trailing blank is AWS's.
        raise SignatureProblem("mismatch", f"Credential should be scoped to correct service: '{service}'. ")
    # 15 minutes each way; a presigned request lives as long as it says instead.
    lifetime = SKEW_SECONDS if signature.expires_s is None else signature.expires_s
    if not now - lifetime <= claim.signed_at <= now + SKEW_SECONDS:
        raise _untimely(claim, lifetime, now)
    if _holds(signature, request, secret):
        return
    # AWS's addresses have no port, and some clients (aiodynamo) sign the host without it wherever they send to.
    host = request.headers.get("host", "")
    without_port = _PORT.sub("", host)
    if without_port == host or not _holds(signature, request, secret, without_port):
        raise SignatureProblem("mismatch", MISMATCH)


def _holds(signature: Signature, request: HttpRequest, secret: str, host: str | None = None) -> bool:
    """Whether the signature is of this request, or of the same one for `host`."""
    claim, alike = signature.claim, request.alike if host is None else None
    known: tuple[Claim, Hash] | None = None if alike is None else alike.found.get(_START)
    if known is not None and known[0] is claim:
        canonical = known[1].copy()
    else:
        canonical = _canonical_start(claim, request, host).copy()
    hashed = _EMPTY.copy()  # cheaper than a new one
    hashed.update(request.body_in_place())
    # The hash is of what arrived: a header that claims another one is signed, but never believed.
    unsigned = claim.service in UNSIGNED_ALLOWED and _is_unsigned(signature, request)
    canonical.update((UNSIGNED_PAYLOAD if unsigned else hashed.hexdigest()).encode())
    keyed = claim.keyed
    if keyed is None or keyed[0] != secret:
        keyed = claim.keyed = _keyed(claim, secret)
    inner, outer = keyed[1].copy(), keyed[2].copy()
    inner.update(canonical.hexdigest().encode())
    outer.update(inner.digest())
    return compare_digest(outer.hexdigest().encode(), signature.digest)


def _keyed(claim: Claim, secret: str) -> tuple[str, Hash, Hash]:
    """The secret, and the two hashes of HMAC (RFC 2104) under its day's signing key, the inner one with all of the
    string to sign but its last line. They are copied for each request, which costs half of a new HMAC.
    """
    date, region, service = claim.date, claim.region, claim.service
    key = signing_key(secret, date, region, service).ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))
    inner.update(f"{ALGORITHM}\n{claim.amz_date}\n{date}/{region}/{service}/aws4_request\n".encode())
    return secret, inner, outer


@functools.lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that signs one day's requests to one service in one region: four HMACs, cached."""
    key = hmac.digest(f"AWS4{secret}".encode(), date.encode(), "sha256")
    key = hmac.digest(key, region.encode(), "sha256")
    key = hmac.digest(key, service.encode(), "sha256")
    return hmac.digest(key, b"aws4_request", "sha256")


def _canonical_start(claim: Claim, request: HttpRequest, host: str | None) -> Hash:
    """The hash of a canonical request up to its last line, the body's hash. Kept: within a second a client sends the
    same headers. It has what is shown of the request (its method, path, query and the values of the signed headers)
    and the headers' names.
    """
    names, headers = claim.signed_headers, request.headers if host is None else {**request.headers, "host": host}
    # A signed header that did not arrive counts as empty, which the comparison then refuses.
    values = [headers.get(name, "") for name in names]
    shown = (request.method, request.path, request.query, *values)
    found = claim.starts.get(shown)
    if found is None:
        found = _hashed_start(claim, shown)
    alike = request.alike
    if alike is not None and host is None and not any(name in alike.changing for name in names if name != _DATE):
        alike.found[_START] = claim, found  # a claim is of one date
    return found


def _hashed_start(claim: Claim, shown: tuple[str, ...]) -> Hash:
    names, values = claim.signed_headers, shown[3:]
    lines = [shown[0], canonical_path(shown[1], claim.service), canonical_query(shown[2])]
    lines += [f"{name}:{' '.join(value.split())}" for name, value in zip(names, values, strict=True)]
    text = "\n".join([*lines, "", ";".join(names), ""])
    if len(claim.starts) >= _STARTS_MAX:
        claim.starts.clear()
    found = claim.starts[shown] = hashlib.sha256(text.encode("utf-8", "surrogateescape"))
    return found


def canonical_path(path: str, service: str) -> str:
    """The path as signed. S3 signs it as sent; all others normalize the dots and slashes and encode once more."""
    if path in ("", "/"):
        return "/"
    if service == "s3":
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    tail = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + tail, safe="/~-._")


def canonical_query(query: str) -> str:
    """The query as signed: decoded, encoded strictly, sorted by name and then value, without X-Amz-Signature."""
    if not query:
        return ""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and name != "X-Amz-Signature":
            pairs.append((_strict(name), _strict(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _strict(text: str) -> str:
    """RFC 3986 encoding of everything but the unreserved characters, whatever the client left unencoded."""
    return quote(unquote_to_bytes(text), safe="-_.~")


def _is_unsigned(signature: Signature, request: HttpRequest) -> bool:
    """Whether the client says that its signature doesn't cover the body."""
    declared = request.headers.get("x-amz-content-sha256", "" if signature.expires_s is None else UNSIGNED_PAYLOAD)
    return declared == UNSIGNED_PAYLOAD


def _untimely(claim: Claim, lifetime: int, now: float) -> SignatureProblem:
    if claim.signed_at > now:
        return SignatureProblem(
            "mismatch",
            f"Signature not yet current: {claim.amz_date} is still later than {_basic(now + SKEW_SECONDS)} "
            f"({_basic(now)} + 15 min.)",
        )
    unit = f"{lifetime // 60} min." if lifetime % 60 == 0 else f"{lifetime} s."
    return SignatureProblem(
        "mismatch",
        f"Signature expired: {claim.amz_date} is now earlier than {_basic(now - lifetime)} ({_basic(now)} - {unit})",
    )


def _basic(epoch: float) -> str:
    return iso_seconds(epoch).replace("-", "").replace(":", "")
