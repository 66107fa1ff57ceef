"""REST: what stands where in a request and in an answer."""

from __future__ import annotations

import pytest

from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest
from tailrace.wire.protocol import Route
from tailrace.wire.rest_json import REST_JSON


def parse(operation: str, request: HttpRequest, **uri: str) -> dict[str, object]:
    return REST_JSON.parse(Route("lambda", REST_JSON, operation, uri), request)


def test_the_payload_of_an_invocation_is_its_body_as_it_came() -> None:
    headers = {"x-amz-invocation-type": "Event", "x-amz-log-type": "Tail"}
    request = HttpRequest("POST", "/", "Qualifier=1", headers, b"{not json")
    assert parse("Invoke", request, FunctionName="f") == {
        "FunctionName": "f",
        "InvocationType": "Event",
        "LogType": "Tail",
        "Qualifier": "1",
        "Payload": b"{not json",
    }


def test_lists_and_numbers_in_a_query_string() -> None:
    request = HttpRequest("DELETE", "/", "tagKeys=a&tagKeys=b%26c", {}, b"")
    assert parse("UntagResource", request, Resource="arn") == {"Resource": "arn", "TagKeys": ["a", "b&c"]}
    assert parse("ListFunctions", HttpRequest("GET", "/", "MaxItems=5", {}, b"")) == {"MaxItems": 5}


@pytest.mark.parametrize("text", ["five", "", "5.5", "9" * 30, str(2**31)])
def test_a_number_in_a_query_string_must_be_one(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse("ListFunctions", HttpRequest("GET", "/", f"MaxItems={text}", {}, b""))
    assert caught.value.code == "SerializationException"


def test_an_empty_body_is_no_members_and_a_broken_one_is_refused() -> None:
    assert parse("CreateFunction", HttpRequest("POST", "/", "", {}, b" \n")) == {}
    with pytest.raises(ApiError) as caught:
        parse("CreateFunction", HttpRequest("POST", "/", "", {}, b"{"))
    assert caught.value.code == "SerializationException"


def test_a_zip_file_is_decoded() -> None:
    request = HttpRequest("POST", "/", "", {}, b'{"Code":{"ZipFile":"UEs="}}')
    assert parse("CreateFunction", request) == {"Code": {"ZipFile": b"PK"}}


@pytest.mark.parametrize(
    ("operation", "answer", "status", "body"),
    [
        ("CreateFunction", {"FunctionName": "f"}, 201, b'{"FunctionName":"f"}'),
        ("CreateEventSourceMapping", {"LastModified": 1.5}, 202, b'{"LastModified":1.5}'),
        ("DeleteFunction", {}, 204, b""),
        ("TagResource", {}, 204, b""),
        ("GetFunctionConcurrency", {}, 200, b"{}"),
        ("Invoke", {"StatusCode": 200, "Payload": b"null"}, 200, b"null"),
        ("Invoke", {"StatusCode": 202, "Payload": b""}, 202, b""),
        ("Invoke", {"StatusCode": 204}, 204, b""),
    ],
)
def test_statuses_and_bodies(operation: str, answer: dict[str, object], status: int, body: bytes) -> None:
    response = REST_JSON.serialize(Route("lambda", REST_JSON, operation), answer, "ID")
    assert (response.status, response.body) == (status, body)
    assert (response.headers.get("content-type") == "application/json") == bool(body)


def test_members_in_headers_stay_on_one_line() -> None:
    answer = {"FunctionError": "Unhandled\r\nSet-Cookie: x", "ExecutedVersion": "$LATEST", "Payload": b"{}"}
    headers = REST_JSON.serialize(Route("lambda", REST_JSON, "Invoke"), answer, "ID").headers
    assert headers == {
        "x-amzn-RequestId": "ID",
        "X-Amz-Function-Error": "Unhandled Set-Cookie: x",
        "X-Amz-Executed-Version": "$LATEST",
        "content-type": "application/json",
    }


def test_an_error_may_have_no_type() -> None:
    error = ApiError("ResourceConflictException", "F", status=409, members={"Type": None})
    assert REST_JSON.error("lambda", error, "ID").body == b'{"message":"F"}'
