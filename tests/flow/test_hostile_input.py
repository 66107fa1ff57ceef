"""Whatever somebody writes into an Authorization header or a policy, the server refuses it and stays."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.services.iam import validation

SCOPE = "20260101/us-east-1/dynamodb/aws4_request"
WHOLE = f"AWS4-HMAC-SHA256 Credential=test/{SCOPE}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
pieces = st.sampled_from(
    ["AWS4-HMAC-SHA256", "Credential=", "test", "AKIA", "/", SCOPE, ",", " ", "SignedHeaders=", "host;", "x-amz-date"]
    + ["Signature=", "0" * 64, "=", "Basic", "Bearer x", "\t", "%00", "é", "a" * 9000]
)
headers = st.lists(pieces, max_size=12).map("".join) | st.builds(
    lambda at, piece: WHOLE[:at] + piece + WHOLE[at:], st.integers(0, len(WHOLE)), pieces
)
slow = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@slow
@given(headers.map(str.strip))
def test_no_header_but_a_true_signature_lets_anybody_in(server: Any, header: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=120)
    try:
        given_ = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "X-Amz-Date": "20260101T000000Z"}
        connection.request("POST", "/", b"{}", {**given_, "Authorization": header.encode("latin-1")})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert 400 <= answer.status < 500, (answer.status, body)


words = st.sampled_from(
    ["Version", "2012-10-17", "2008-10-17", "Statement", "Effect", "Allow", "Deny", "Action", "NotAction", "Resource"]
    + ["Principal", "NotPrincipal", "AWS", "Service", "*", "Condition", "StringLike", "Null", "Sid", "Id", "${", "arn:"]
    + ["arn:aws:iam::1:user/x", "arn:aws", "s3:Get:x", "lambda.amazonaws.com", "sts:AssumeRole", "", "\0", "1e9999"]
)
trees: st.SearchStrategy[Any] = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=15,
)
documents = trees | st.fixed_dictionaries(
    {"Version": words, "Statement": trees | st.dictionaries(words, trees, max_size=5) | st.lists(trees, max_size=3)}
)


@pytest.mark.parametrize("check", [validation.identity_policy, validation.trust_policy])
@given(document=documents, cut=st.integers(0, 400))
def test_every_document_is_kept_or_refused_in_awss_words(check: Any, document: Any, cut: int) -> None:
    text = json.dumps(document)
    for each in (text, text[:cut]):
        assert code_of(check, each) in (None, "MalformedPolicyDocument", "LimitExceeded")


def code_of(check: Any, text: str) -> str | None:
    """The code that a document is refused with; None where it is kept."""
    try:
        check(text)
    except ApiError as refusal:
        return refusal.code
    return None
