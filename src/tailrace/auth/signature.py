"""What a request says about its own signing: the Authorization header, or the X-Amz-* parameters of its query.

Nothing of it is proven here; `sigv4.verify` does that. Each refusal has AWS's text.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import base64
import calendar
import functools
import hashlib
import re
from email.utils import parsedate_tz
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote_to_bytes

from tailrace.base.clock import iso_seconds

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    from tailrace.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_SECONDS: Final = 15 * 60
PRESIGNED_SECONDS_MAX = 7 * 24 * 3600
AUTHORIZATION_LENGTH_MAX = 8 * 1024

Kind = Literal["missing", "incomplete", "unknown-key", "expired-token", "mismatch"]

MISSING = "Request is missing Authentication Token"

_AMZ_DATE = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_USUAL_HEAD = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,\s=]+), ?SignedHeaders=([^,\s=]+), ?Signature=")
_DIGEST_LENGTH: Final = 64
_CLAIM: Final = "claim"
_PARAMETER_BREAK = re.compile(r"[,\s]+")


class SignatureProblem(Exception):
    """Why a request has no proven caller: a kind, which decides the error code, and AWS's text."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


class Claim:
    """What a request says about its own signing but for its digest. A client says the same for a second.

    `keyed` and `starts` are where `sigv4` keeps what it has hashed of it meanwhile.
    """

    __slots__ = (
        "access_key_id",
        "amz_date",
        "date",
        "keyed",
        "region",
        "service",
        "signed_at",
        "signed_headers",
        "starts",
    )

    def __init__(
        self, scope: tuple[str, str, str, str], amz_date: str, signed_at: float, signed_headers: tuple[str, ...]
    ) -> None:
        self.access_key_id, self.date, self.region, self.service = scope
        self.amz_date = amz_date
        self.signed_at = signed_at
        self.signed_headers = signed_headers
        self.keyed: tuple[str, Hash, Hash] | None = None
        self.starts: dict[tuple[str, ...], Hash] = {}


class Signature:
    """A claim and the digest that is to prove it. Nothing is proven before `verify`.

    `expires_s` is the lifetime of a presigned URL; None for a signature in the header.
    """

    __slots__ = ("claim", "digest", "expires_s", "session_token")

    def __init__(
        self, claim: Claim, digest: bytes, session_token: str | None = None, expires_s: int | None = None
    ) -> None:
        self.claim = claim
        self.digest = digest
        self.session_token = session_token
        self.expires_s = expires_s


def is_signed(request: HttpRequest) -> bool:
    """Whether a request carries a signature at all, in a header or in its query."""
    return "authorization" in request.headers or "X-Amz-Algorithm=" in request.query


def read(request: HttpRequest) -> Signature:
    """Who claims to have signed `request`, from its Authorization header or its query.

    Raises SignatureProblem `missing` where there is neither, `incomplete` where a part is absent or malformed.
    """
    alike = request.alike
    if alike is not None:
        # Those that are alike have the same header but for its digest, so the date alone tells what they claim.
        known: tuple[Claim, str | None] | None = alike.found.get(_CLAIM)
        if known is not None and known[0].amz_date == request.end("x-amz-date"):
            return Signature(known[0], request.end("authorization").encode(), known[1])
    headers = request.headers
    authorization = headers.get("authorization")
    if authorization is None:
        if "X-Amz-Algorithm=" in request.query:
            return _read_query(request.query)
        raise SignatureProblem("missing", MISSING)
    digest, amz_date = authorization[-_DIGEST_LENGTH:].encode(), headers.get("x-amz-date")
    if amz_date and digest.isalnum():
        claim = _usual_claim(authorization[:-_DIGEST_LENGTH], amz_date)
        if claim is not None:
            token = headers.get("x-amz-security-token")
            if request.end("authorization").encode() == digest:
                assert alike is not None
                alike.found[_CLAIM] = claim, token
            return Signature(claim, digest, token)
    return _read_any_header(authorization, request)


@functools.lru_cache(maxsize=256)
def _usual_claim(head: str, amz_date: str) -> Claim | None:
    """What a header in the form of AWS's SDKs says up to its digest; None for another form.

    Cached: within a second a client repeats all of it.
    """
    match = _USUAL_HEAD.fullmatch(head) if len(head) < AUTHORIZATION_LENGTH_MAX - _DIGEST_LENGTH else None
    if match is None:
        return None
    signed_at = _epoch(amz_date)
    return Claim(_credential(match[1], amz_date), amz_date, signed_at, _signed_headers(match[2]))


def _read_any_header(authorization: str, request: HttpRequest) -> Signature:
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
    scope = _credential(parameters["Credential"], amz_date)
    claim = Claim(scope, amz_date, signed_at, _signed_headers(parameters["SignedHeaders"]))
    return Signature(claim, parameters["Signature"].encode(), request.headers.get("x-amz-security-token"))


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
    scope = _credential(found["X-Amz-Credential"], amz_date)
    expires = found.get("X-Amz-Expires", str(SKEW_SECONDS))
    if not (expires.isascii() and expires.isdigit() and 1 <= int(expires[:9]) <= PRESIGNED_SECONDS_MAX):
        raise SignatureProblem("incomplete", f"X-Amz-Expires must be between 1 and {PRESIGNED_SECONDS_MAX} seconds")
    claim = Claim(scope, amz_date, signed_at, _signed_headers(found["X-Amz-SignedHeaders"]))
    digest, token = found["X-Amz-Signature"].encode(), found.get("X-Amz-Security-Token")
    return Signature(claim, digest, token, int(expires[:9]))
