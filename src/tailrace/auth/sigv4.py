"""AWS Signature Version 4, verified on the raw request: `read` says who signed, `verify` whether it holds.

```
Authorization header, or X-Amz-* query parameters -> Signature
canonical request -> string to sign -> HMAC under the day's signing key -> compare
```
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import base64
import calendar
import functools
import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parsedate_tz
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote_to_bytes

from tailrace.base.clock import iso_seconds
from tailrace.base.errors import ApiError

if TYPE_CHECKING:
    from tailrace.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_SECONDS = 15 * 60
PRESIGNED_SECONDS_MAX = 7 * 24 * 3600
AUTHORIZATION_LENGTH_MAX = 8 * 1024
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
UNSIGNED_ALLOWED = frozenset({"s3"})  # every other service signs the body
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()

Kind = Literal["missing", "incomplete", "unknown-key", "expired-token", "mismatch"]

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)
UNKNOWN_KEY = "The security token included in the request is invalid."
MISSING = "Request is missing Authentication Token"
MISSING_REST = "Missing Authentication Token"  # what the REST services say instead
EXPIRED_TOKEN = "The security token included in the request is expired"

_AMZ_DATE = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_PORT = re.compile(r":[0-9]+$")
_PARAMETER_BREAK = re.compile(r"[,\s]+")


class SignatureProblem(Exception):
    """Why a request has no proven caller: a kind, which decides the error code, and AWS's text."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says about its own signing. Nothing of it is proven before `verify`."""

    access_key_id: str
    date: str
    region: str
    service: str
    amz_date: str
    signed_at: float
    signed_headers: tuple[str, ...]
    digest: str
    session_token: str | None = None
    expires_s: int | None = None
    """The lifetime of a presigned URL; None for a signature in the header."""


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


def is_signed(request: HttpRequest) -> bool:
    """Whether a request carries a signature at all, in a header or in its query."""
    return "authorization" in request.headers or "X-Amz-Algorithm=" in request.query


def read(request: HttpRequest) -> Signature:
    """Who claims to have signed `request`, from its Authorization header or its query.

    Raises SignatureProblem `missing` where there is neither, `incomplete` where a part is absent or malformed.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return _read_header(authorization, request)
    if "X-Amz-Algorithm=" in request.query:
        return _read_query(request.query)
    raise SignatureProblem("missing", MISSING)


def verify(signature: Signature, request: HttpRequest, secret: str, now: float, service: str | None = None) -> None:
    """Prove that the holder of `secret` signed these very bytes, close enough to `now` (epoch seconds).

    `service` is the signing name of the service that is asked: a signature made for another one doesn't count.
    Raises SignatureProblem `mismatch` otherwise. The comparison takes the same time for every wrong digest.
    """
    if service is not None and signature.service != service:
        # The trailing blank is AWS's.
        raise SignatureProblem("mismatch", f"Credential should be scoped to correct service: '{service}'. ")
    _check_time(signature, now)
    if _holds(signature, request, secret):
        return
    # AWS's addresses have no port, and some clients (aiodynamo) sign the host without it wherever they send to.
    host = request.headers.get("host", "")
    without_port = _PORT.sub("", host)
    if without_port == host or not _holds(signature, request, secret, without_port):
        raise SignatureProblem("mismatch", MISMATCH)


def _holds(signature: Signature, request: HttpRequest, secret: str, host: str | None = None) -> bool:
    """Whether the signature is of this request, or of the same one for `host`."""
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    canonical = canonical_request(signature, request, host).encode("utf-8", "surrogateescape")
    to_sign = f"{ALGORITHM}\n{signature.amz_date}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}"
    key = signing_key(secret, signature.date, signature.region, signature.service)
    expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return hmac.compare_digest(expected.encode(), signature.digest.encode("utf-8", "replace"))


@functools.lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that signs one day's requests to one service in one region: four HMACs, cached."""
    key = hmac.digest(f"AWS4{secret}".encode(), date.encode(), "sha256")
    key = hmac.digest(key, region.encode(), "sha256")
    key = hmac.digest(key, service.encode(), "sha256")
    return hmac.digest(key, b"aws4_request", "sha256")


def canonical_request(signature: Signature, request: HttpRequest, host: str | None = None) -> str:
    """The text whose hash is signed: method, path, query, signed headers, their names, and the body's hash.

    `host` stands in for the Host header, where it is given.
    """
    headers = request.headers if host is None else {**request.headers, "host": host}
    lines = [request.method, canonical_path(request.path, signature.service), canonical_query(request.query)]
    # A signed header that did not arrive counts as empty, which the comparison then refuses.
    lines += [f"{name}:{' '.join(headers.get(name, '').split())}" for name in signature.signed_headers]
    lines += ["", ";".join(signature.signed_headers), _payload_hash(signature, request)]
    return "\n".join(lines)


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


def _payload_hash(signature: Signature, request: HttpRequest) -> str:
    if signature.service in UNSIGNED_ALLOWED:
        declared = request.headers.get("x-amz-content-sha256")
        if declared == UNSIGNED_PAYLOAD or (declared is None and signature.expires_s is not None):
            return UNSIGNED_PAYLOAD
    # The hash is of what arrived: a header that claims another one is signed, but never believed.
    return hashlib.sha256(request.body).hexdigest() if request.body else EMPTY_SHA256


def _read_header(authorization: str, request: HttpRequest) -> Signature:
    algorithm, _, rest = authorization.strip().partition(" ")
    if not algorithm.startswith("AWS4-"):
        if algorithm in ("Bearer", "Basic") or not rest:
            raise SignatureProblem("missing", MISSING)
        raise SignatureProblem("incomplete", f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    if algorithm != ALGORITHM:
        raise SignatureProblem("incomplete", f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    parameters = _parameters(rest, authorization)
    amz_date, signed_at = _request_date(request)
    absent = [name for name in ("Credential", "Signature", "SignedHeaders") if not parameters.get(name)]
    if absent or not amz_date:
        sentences = [f"Authorization header requires '{name}' parameter." for name in absent]
        if not amz_date:
            sentences.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        sentences.append(f"(Hashed with SHA-256 and encoded with Base64) Authorization={_hidden(authorization)}")
        raise SignatureProblem("incomplete", " ".join(sentences))
    access_key_id, date, region, service = _credential(parameters["Credential"], amz_date)
    return Signature(
        access_key_id,
        date,
        region,
        service,
        amz_date,
        signed_at,
        _signed_headers(parameters["SignedHeaders"]),
        parameters["Signature"],
        request.headers.get("x-amz-security-token"),
    )


def _parameters(rest: str, authorization: str) -> dict[str, str]:
    if len(authorization) > AUTHORIZATION_LENGTH_MAX:
        raise SignatureProblem("incomplete", f"Authorization header is longer than {AUTHORIZATION_LENGTH_MAX} bytes.")
    found = {}
    for part in _PARAMETER_BREAK.split(rest.strip()):
        name, equals, value = part.partition("=")
        if not equals:
            raise SignatureProblem(
                "incomplete",
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded "
                f"with Base64): '{_hidden(authorization)}'.",
            )
        found[name] = value
    return found


def _hidden(authorization: str) -> str:
    """AWS shows a refused header only as a hash, since it may hold what was meant to stay secret."""
    return base64.b64encode(hashlib.sha256(authorization.encode("utf-8", "replace")).digest()).decode()


def _request_date(request: HttpRequest) -> tuple[str, float]:
    """The request's own date in SigV4's form and in epoch seconds; X-Amz-Date goes before Date."""
    text = request.headers.get("x-amz-date")
    if text is None:
        plain = request.headers.get("date", "")
        parts = parsedate_tz(plain)
        if parts is None:
            text = plain
        else:
            epoch = calendar.timegm(parts[:6] + (0, 1, 0)) - (parts[9] or 0)
            return iso_seconds(epoch).replace("-", "").replace(":", ""), float(epoch)
    if not text:
        return "", 0.0
    return text, _epoch(text)


@functools.lru_cache(maxsize=256)
def _epoch(amz_date: str) -> float:
    match = _AMZ_DATE.fullmatch(amz_date)
    if not match or match[1] == "0000":
        raise SignatureProblem(
            "incomplete",
            f"Date must be in ISO-8601 'basic format'. Got '{amz_date[:64]}'. See "
            "http://en.wikipedia.org/wiki/ISO_8601",
        )
    return float(calendar.timegm((*map(int, match.groups()), 0, 1, 0)))


@functools.lru_cache(maxsize=256)
def _credential(credential: str, amz_date: str) -> tuple[str, str, str, str]:
    """Key id, date, region and service of a credential scope. Cached: a client repeats it in every request."""
    parts = credential.split("/")
    if len(parts) != 5:
        raise SignatureProblem(
            "incomplete",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential[:256]}'",
        )
    access_key_id, date, region, service, term = parts
    if term != "aws4_request":
        raise SignatureProblem(
            "mismatch", f"Credential should be scoped with a valid terminator: 'aws4_request', not '{term[:64]}'."
        )
    if date != amz_date[:8]:
        raise SignatureProblem(
            "mismatch",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date[:64]}' != '{amz_date[:8]}', from '{amz_date}'.",
        )
    return access_key_id, date, region, service


@functools.lru_cache(maxsize=256)
def _signed_headers(text: str) -> tuple[str, ...]:
    names = tuple(text.lower().split(";"))
    if "host" not in names and ":authority" not in names:
        raise SignatureProblem("mismatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return names


def _read_query(query: str) -> Signature:
    """A presigned request: all parts are query parameters."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name.startswith("X-Amz-"):
            found[name] = unquote_to_bytes(value).decode("utf-8", "replace")
    if found.get("X-Amz-Algorithm") != ALGORITHM:
        raise SignatureProblem("incomplete", f"Unsupported AWS 'algorithm': '{found.get('X-Amz-Algorithm', '')[:64]}'.")
    needed = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    absent = [f"AWS query-string parameters must include '{name}'." for name in needed if not found.get(name)]
    if absent:
        raise SignatureProblem("incomplete", " ".join([*absent, "Re-examine the query-string parameters."]))
    amz_date = found["X-Amz-Date"]
    signed_at = _epoch(amz_date)
    access_key_id, date, region, service = _credential(found["X-Amz-Credential"], amz_date)
    expires = found.get("X-Amz-Expires", str(SKEW_SECONDS))
    if not (expires.isascii() and expires.isdigit() and 1 <= int(expires[:9]) <= PRESIGNED_SECONDS_MAX):
        raise SignatureProblem("incomplete", f"X-Amz-Expires must be between 1 and {PRESIGNED_SECONDS_MAX} seconds")
    return Signature(
        access_key_id,
        date,
        region,
        service,
        amz_date,
        signed_at,
        _signed_headers(found["X-Amz-SignedHeaders"]),
        found["X-Amz-Signature"],
        found.get("X-Amz-Security-Token"),
        int(expires[:9]),
    )


def _check_time(signature: Signature, now: float) -> None:
    """15 minutes each way; a presigned request lives as long as it says instead."""
    lifetime = SKEW_SECONDS if signature.expires_s is None else signature.expires_s
    if signature.signed_at + lifetime < now:
        unit = f"{lifetime // 60} min." if lifetime % 60 == 0 else f"{lifetime} s."
        raise SignatureProblem(
            "mismatch",
            f"Signature expired: {signature.amz_date} is now earlier than {_basic(now - lifetime)} "
            f"({_basic(now)} - {unit})",
        )
    if signature.signed_at - SKEW_SECONDS > now:
        raise SignatureProblem(
            "mismatch",
            f"Signature not yet current: {signature.amz_date} is still later than {_basic(now + SKEW_SECONDS)} "
            f"({_basic(now)} + 15 min.)",
        )


def _basic(epoch: float) -> str:
    return iso_seconds(epoch).replace("-", "").replace(":", "")
