"""What every request meets before an operation sees it: routing, signatures, bodies, limits, AWS's answers."""

from __future__ import annotations

import gzip
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tailrace.wire import model
from tests.conftest import RunningServer

DYNAMODB = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"}


def signed(
    server: RunningServer,
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
    *,
    service: str = "dynamodb",
    key: tuple[str, str] = ("test", "test"),
    path: str = "/",
    method: str = "POST",
) -> urllib.request.Request:
    """A request signed as botocore signs it."""
    request = AWSRequest(method, server.endpoint + path, headers or DYNAMODB, body)
    SigV4Auth(Credentials(*key), service, "us-east-1").add_auth(request)
    prepared = request.prepare()
    return urllib.request.Request(prepared.url, body, dict(prepared.headers), method=method)


def send(request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower-case) and body, whatever the status."""
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def refused(request: urllib.request.Request) -> tuple[int, str, str]:
    """Status, error code and text of a JSON refusal."""
    status, _, body = send(request)
    document = json.loads(body)
    return status, document.get("__type", "").rpartition("#")[2], document.get("message") or document.get("Message", "")


def test_an_answer_has_a_request_id_and_its_checksum(server: RunningServer) -> None:
    status, headers, body = send(signed(server))
    assert status == 200
    assert len(headers["x-amzn-requestid"]) == 52
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert headers["content-type"] == "application/x-amz-json-1.0"


def test_a_wrong_secret_is_refused(server: RunningServer) -> None:
    status, code, text = refused(signed(server, key=("test", "wrong")))
    assert (status, code) == (400, "InvalidSignatureException")
    assert text.startswith("The request signature we calculated does not match the signature you provided.")


def test_a_signature_for_another_service_is_refused(server: RunningServer) -> None:
    status, code, text = refused(signed(server, service="sns"))
    assert (status, code) == (400, "InvalidSignatureException")
    assert text.startswith("Credential should be scoped to correct service: 'dynamodb'.")


def test_an_unknown_key_is_refused(server: RunningServer) -> None:
    assert refused(signed(server, key=("AKIAUNKNOWN", "test"))) == (
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_changed_body_is_refused(server: RunningServer) -> None:
    request = signed(server, b"{}")
    request.data = b'{"Limit": 1}'
    assert refused(request)[1] == "InvalidSignatureException"


def test_an_unsigned_request_is_refused(server: RunningServer) -> None:
    request = urllib.request.Request(server.endpoint, b"{}", DYNAMODB)
    assert refused(request)[1] == "MissingAuthenticationTokenException"


def test_a_clock_that_is_off_is_told_both_times(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import auth

    hour_ago = time.time() - 3600
    past = type(auth.get_current_datetime())
    monkeypatch.setattr(auth, "get_current_datetime", lambda *a, **k: past.utcfromtimestamp(hour_ago))
    status, code, text = refused(signed(server))
    assert (status, code) == (400, "InvalidSignatureException")
    assert text.startswith("Signature expired: ")


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("iam", "list_users", "SignatureDoesNotMatch"), ("lambda", "list_functions", "InvalidSignatureException")],
)
def test_each_protocol_words_a_bad_signature_its_way(
    server: RunningServer, service: str, operation: str, code: str
) -> None:
    client = server.client(service, access_key="test", secret_key="wrong")
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unknown_operation_is_told(server: RunningServer) -> None:
    for target in ("DynamoDB_20120810.MakeCoffee", "Espresso_20120810.Make", "nothing"):
        headers = {**DYNAMODB, "X-Amz-Target": target}
        assert refused(signed(server, headers=headers))[:2] == (400, "UnknownOperationException")


def test_an_operation_of_the_model_that_is_not_there_says_so(server: RunningServer) -> None:
    with pytest.raises(ClientError) as caught:
        server.client("logs").describe_destinations()
    assert caught.value.response["Error"]["Code"] == "UnsupportedOperationException"
    assert "DescribeDestinations" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"Limit": "x"}', b"{" * 5000])
def test_a_malformed_body_is_a_serialization_error(server: RunningServer, body: bytes) -> None:
    status, headers, answer = send(signed(server, body))
    if body == b"":
        assert status in (200, 400)
        return
    assert status == 400, answer
    assert "SerializationException" in json.loads(answer)["__type"]
    assert "x-amzn-requestid" in headers


def test_a_gzip_body_is_opened(server: RunningServer) -> None:
    headers = {**DYNAMODB, "Content-Encoding": "gzip"}
    assert send(signed(server, gzip.compress(b'{"Limit": 1}'), headers))[0] == 200
    assert refused(signed(server, b"not gzip", headers))[1] == "SerializationException"
    assert refused(signed(server, gzip.compress(b'{"Limit": 1}')[:-4], headers))[1] == "SerializationException"


def test_a_gzip_bomb_is_refused(server: RunningServer) -> None:
    bomb = gzip.compress(b" " * (80 * 1024 * 1024))
    assert send(signed(server, bomb, {**DYNAMODB, "Content-Encoding": "gzip"}))[0] == 413


def test_a_body_that_announces_itself_as_too_large_is_refused_unread(server: RunningServer) -> None:
    request = urllib.request.Request(server.endpoint, b"{}", {**DYNAMODB, "Content-Length": str(10**9)})
    assert send(request)[0] == 413


def test_a_presigned_request_is_served(server: RunningServer) -> None:
    query = urllib.parse.urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    request = AWSRequest("GET", f"{server.endpoint}/?{query}", {})
    SigV4QueryAuth(Credentials("test", "test"), "sts", "us-east-1", expires=60).add_auth(request)
    status, _, body = send(urllib.request.Request(request.prepare().url, method="GET"))
    assert status == 200
    assert b"<Arn>arn:aws:iam::000000000000:root</Arn>" in body


def test_pages_of_our_own(server: RunningServer) -> None:
    assert send(urllib.request.Request(server.endpoint + "/_tailrace/health"))[0] == 200
    assert send(urllib.request.Request(server.endpoint + "/_tailrace/health", b"x"))[0] == 405
    assert send(urllib.request.Request(server.endpoint + "/_tailrace/nothing"))[0] == 404


def test_regions_are_apart_and_iam_is_not(server: RunningServer) -> None:
    def table(region: str) -> Any:
        return server.client("dynamodb", region=region)

    table("eu-west-1").create_table(
        TableName="regional",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    assert "regional" in table("eu-west-1").list_tables()["TableNames"]
    assert "regional" not in table("eu-west-2").list_tables()["TableNames"]
    server.client("iam", region="eu-west-1").create_user(UserName="everywhere")
    assert server.client("iam", region="eu-west-2").get_user(UserName="everywhere")


def test_every_operation_is_in_the_model() -> None:
    """The registry names nothing that no client could ask for."""
    from tailrace import app
    from tailrace.operation import REGISTRY

    assert app.SERVICES
    for operation in REGISTRY:
        assert model.service(operation.service).operation(operation.name), operation
