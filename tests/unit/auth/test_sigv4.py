"""SigV4: AWS's published cases, botocore as the other side, and every way in which a signature can be wrong."""

from __future__ import annotations

import calendar
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from tailrace.auth import sigv4
from tailrace.auth.sigv4 import SignatureProblem
from tailrace.wire.http import HttpRequest

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
# The facts of AWS's SigV4 test suite (awslabs/aws-c-auth, Apache-2.0): a request and the signature that AWS names.
CASES = json.loads((Path(__file__).parent / "sigv4_cases.json").read_text())
SCOPE_2015 = f"{KEY}/20150830/us-east-1/service/aws4_request"
NOON_2015 = float(calendar.timegm((2015, 8, 30, 12, 36, 0)))


def request_of(case: dict[str, Any]) -> HttpRequest:
    path, _, query = case["target"].partition("?")
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={SCOPE_2015}, SignedHeaders={case['signed_headers']}, "
        f"Signature={case['signature']}"
    )
    return HttpRequest(
        case["method"], path, query, {**case["headers"], "authorization": authorization}, case["body"].encode()
    )


def problem_of(request: HttpRequest, secret: str = SECRET, now: float = NOON_2015) -> SignatureProblem:
    with pytest.raises(SignatureProblem) as caught:
        sigv4.verify(sigv4.read(request), request, secret, now)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_aws_published_signature_holds(case: dict[str, Any]) -> None:
    request = request_of(case)
    sigv4.verify(sigv4.read(request), request, SECRET, NOON_2015)
    request.method = "PATCH"
    assert problem_of(request).text == sigv4.MISMATCH


def test_what_is_kept_of_a_claim_proves_nothing_for_another_request() -> None:
    """The same client within the same second: another secret, path, query or header, or a body, is still refused."""
    case = next(case for case in CASES if case["name"] == "get-vanilla")

    def changed(**members: Any) -> HttpRequest:
        request = request_of(case)
        own = {name: getattr(request, name) for name in ("method", "path", "query", "headers", "body")}
        return HttpRequest(**{**own, **members})

    for _ in range(2):
        sigv4.verify(sigv4.read(changed()), changed(), SECRET, NOON_2015)
        for number in range(12):  # more than are kept
            assert problem_of(changed(path=f"/{number}")).text == sigv4.MISMATCH
        assert problem_of(changed(query="a=b")).text == sigv4.MISMATCH
        assert problem_of(changed(body=b"x")).text == sigv4.MISMATCH
        assert problem_of(changed(headers={**changed().headers, "host": "b"})).text == sigv4.MISMATCH
        assert problem_of(changed(), secret="another").text == sigv4.MISMATCH


# --- botocore signs, we verify -------------------------------------------------------------------------------------

header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
segments = st.lists(st.text("abz.~-_ :/%+&=é", max_size=6), max_size=3)
parameters = st.dictionaries(
    st.text("abcXé *+/=&", min_size=1, max_size=4), st.text("abcé *+/=&~", max_size=6), max_size=4
)


def signed_by_botocore(
    service: str,
    path: str,
    query: dict[str, str],
    body: bytes,
    headers: dict[str, str],
    token: str | None = None,
    auth: Any = SigV4Auth,
    **options: Any,
) -> HttpRequest:
    text = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query.items())
    url = f"http://localhost:4566{path}" + (f"?{text}" if text else "")
    request = AWSRequest("POST" if body else "GET", url, headers, body)
    auth(Credentials(KEY, SECRET, token), service, "eu-central-1", **options).add_auth(request)
    target = request.url.removeprefix("http://localhost:4566")
    raw_path, _, raw_query = target.partition("?")
    received = {"host": "localhost:4566", **{k.lower(): v for k, v in request.headers.items()}}
    return HttpRequest(request.method, raw_path, raw_query, received, body)


@given(
    st.sampled_from(["dynamodb", "lambda", "iam", "logs"]),
    segments,
    parameters,
    st.binary(max_size=40),
    header_values,
    st.none() | st.just("a/token+with=signs"),
)
def test_what_botocore_signs_verifies(
    service: str, parts: list[str], query: dict[str, str], body: bytes, value: str, token: str | None
) -> None:
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    request = signed_by_botocore(service, path, query, body, {"X-Amz-Meta": value.strip()}, token)
    signature = sigv4.read(request)
    claim = signature.claim
    assert (claim.access_key_id, claim.region, claim.service) == (KEY, "eu-central-1", service)
    assert signature.session_token == token
    sigv4.verify(signature, request, SECRET, time.time())
    request.body += b"x"
    assert problem_of(request, now=time.time()).kind == "mismatch"


@pytest.mark.parametrize(
    ("signed", "sent", "holds"), [("h", "h:4566", True), ("h:1", "h:4566", False), ("g", "h:1", False)]
)
def test_a_host_may_be_signed_without_its_port(signed: str, sent: str, holds: bool) -> None:
    request = AWSRequest("POST", f"http://{signed}/", {}, b"{}")
    SigV4Auth(Credentials(KEY, SECRET), "dynamodb", "eu-central-1").add_auth(request)
    received = {"host": sent, **{name.lower(): value for name, value in request.headers.items()}}
    arrived = HttpRequest("POST", "/", "", received, b"{}")
    if holds:
        sigv4.verify(sigv4.read(arrived), arrived, SECRET, time.time())
    else:
        assert problem_of(arrived, now=time.time()).text == sigv4.MISMATCH


@given(parameters, st.none() | st.just("token/+="), st.sampled_from([SigV4QueryAuth, S3SigV4QueryAuth]))
def test_what_botocore_presigns_verifies_until_it_expires(query: dict[str, str], token: str | None, auth: Any) -> None:
    service = "s3" if auth is S3SigV4QueryAuth else "sts"
    request = signed_by_botocore(service, "/a", query, b"", {}, token, auth, expires=60)
    signature = sigv4.read(request)
    assert (signature.expires_s, signature.session_token) == (60, token)
    sigv4.verify(signature, request, SECRET, time.time())
    late = problem_of(request, now=signature.claim.signed_at + 61)
    assert late.text.startswith("Signature expired: ")


# --- what is wrong, and how AWS says so ----------------------------------------------------------------------------


def vanilla(**headers: str) -> HttpRequest:
    request = request_of(next(case for case in CASES if case["name"] == "get-vanilla"))
    request.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return request


def test_another_secret_does_not_match() -> None:
    problem = problem_of(vanilla(), "another")
    assert (problem.kind, problem.text) == ("mismatch", sigv4.MISMATCH)


def test_a_signature_for_another_service_does_not_count() -> None:
    request = vanilla()
    sigv4.verify(sigv4.read(request), request, SECRET, NOON_2015, "service")
    with pytest.raises(SignatureProblem) as caught:
        sigv4.verify(sigv4.read(request), request, SECRET, NOON_2015, "dynamodb")
    assert caught.value.text == "Credential should be scoped to correct service: 'dynamodb'. "


def test_a_clock_that_differs_by_more_than_15_minutes() -> None:
    sigv4.verify(sigv4.read(vanilla()), vanilla(), SECRET, NOON_2015 + 900)
    sigv4.verify(sigv4.read(vanilla()), vanilla(), SECRET, NOON_2015 - 900)
    assert problem_of(vanilla(), now=NOON_2015 + 1200).text == (
        "Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z (20150830T125600Z - 15 min.)"
    )
    assert problem_of(vanilla(), now=NOON_2015 - 1200).text == (
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123100Z (20150830T121600Z + 15 min.)"
    )


def test_no_signature_at_all() -> None:
    problem = problem_of(HttpRequest("POST", "/", "", {"host": "x"}, b""))
    assert (problem.kind, problem.text) == ("missing", "Request is missing Authentication Token")


@pytest.mark.parametrize(
    ("authorization", "kind", "text"),
    [
        (
            "AWS4-HMAC-SHA256 SignedHeaders=host",
            "incomplete",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature'",
        ),
        ("AWS4-HMAC-SHA256 nonsense", "incomplete", "Invalid key=value pair (missing equal-sign) in Authorization"),
        ("AWS4-HMAC-SHA512 Credential=a", "incomplete", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
        (
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
            "incomplete",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={SCOPE_2015}, SignedHeaders=x-amz-date, Signature=0",
            "mismatch",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={KEY}/20150829/a/b/aws4_request, SignedHeaders=host, Signature=0",
            "mismatch",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'20150829' != '20150830', from '20150830T123600Z'.",
        ),
    ],
)
def test_an_authorization_that_is_not_whole(authorization: str, kind: str, text: str) -> None:
    problem = problem_of(vanilla(authorization=authorization))
    assert problem.kind == kind
    assert problem.text.startswith(text)


def test_a_request_without_a_date() -> None:
    request = vanilla()
    del request.headers["x-amz-date"]
    assert "requires existence of either a 'X-Amz-Date' or a 'Date' header." in problem_of(request).text


def test_a_date_that_is_none() -> None:
    assert problem_of(vanilla(x_amz_date="20159930T123600Z")).text.startswith("Date must be in ISO-8601 'basic format'")


def test_the_claimed_body_hash_is_not_believed() -> None:
    request = signed_by_botocore("dynamodb", "/", {}, b"{}", {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert problem_of(request, now=time.time()).kind == "mismatch"


@pytest.mark.parametrize(
    ("protocol", "kind", "code", "status"),
    [
        ("json", "unknown-key", "UnrecognizedClientException", 400),
        ("json", "mismatch", "InvalidSignatureException", 400),
        ("rest-json", "expired-token", "ExpiredTokenException", 403),
        ("query", "unknown-key", "InvalidClientTokenId", 403),
        ("query", "mismatch", "SignatureDoesNotMatch", 403),
        ("query", "missing", "MissingAuthenticationToken", 403),
    ],
)
def test_each_protocol_has_its_own_code(protocol: str, kind: Any, code: str, status: int) -> None:
    error = sigv4.refusal(SignatureProblem(kind, "text"), protocol)
    assert (error.code, error.status, error.message) == (code, status, "text")


authorizations = st.text(
    "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host;Signature=0é\n", max_size=120
)
queries = st.text("X-Amz-AlgorithmCredentialDateExpiresSignature=AWS4-HMAC-SHA256&%2F20150830TZ/é", max_size=120)


@given(
    authorizations | authorizations.map("AWS4-HMAC-SHA256 ".__add__), queries, st.text("0123456789TZ-é²", max_size=17)
)
def test_whatever_comes_is_a_signature_or_a_problem(authorization: str, query: str, date: str) -> None:
    for headers, text in (
        ({"authorization": authorization, "x-amz-date": date}, ""),
        ({"authorization": authorization, "date": date}, ""),
        ({}, f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}&{query}"),
    ):
        request = HttpRequest("GET", "/", text, headers, b"")
        try:
            sigv4.verify(sigv4.read(request), request, SECRET, NOON_2015)
        except SignatureProblem:
            continue
        raise AssertionError("nobody signed this")


def test_rest_services_miss_the_token_in_other_words() -> None:
    problem = problem_of(HttpRequest("POST", "/2015-03-31/functions/", "", {"host": "x"}, b""))
    assert sigv4.refusal(problem, "rest-json").message == "Missing Authentication Token"
    assert sigv4.refusal(problem, "json").message == "Request is missing Authentication Token"
