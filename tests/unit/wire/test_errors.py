"""Refusals, to the byte."""

from __future__ import annotations

from typing import Any

import botocore.parsers
import orjson
import pytest
from botocore.awsrequest import HeadersDict

from tailrace.base.errors import ApiError
from tailrace.wire import model
from tailrace.wire.http import HttpResponse
from tailrace.wire.json_rpc import JSON_RPC
from tailrace.wire.query_xml import QUERY_XML
from tailrace.wire.rest_json import REST_JSON
from tailrace.wire.route import PROTOCOLS


def read_by_botocore(service: str, response: HttpResponse) -> dict[str, Any]:
    parser = botocore.parsers.create_parser(model.service(service).protocol)
    found: dict[str, Any] = parser.parse(
        {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}, None
    )
    return found


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (
            ApiError.resource_not_found("Requested resource not found"),
            b'{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",'
            b'"message":"Requested resource not found"}',
        ),
        (ApiError.validation("No."), b'{"__type":"com.amazon.coral.validate#ValidationException","message":"No."}'),
        (ApiError.serialization(""), b'{"__type":"com.amazon.coral.service#SerializationException"}'),
        (
            ApiError.serialization("NUMBER_VALUE cannot be converted to String"),
            b'{"__type":"com.amazon.coral.service#SerializationException",'
            b'"Message":"NUMBER_VALUE cannot be converted to String"}',
        ),
        (ApiError.access_denied("No."), b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"No."}'),
        (
            ApiError("ConditionalCheckFailedException", "The conditional request failed"),
            b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",'
            b'"message":"The conditional request failed"}',
        ),
        (
            ApiError("ConditionalCheckFailedException", "It failed", members={"Item": {"a": {"S": "b"}}}),
            b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",'
            b'"Message":"It failed","Item":{"a":{"S":"b"}}}',
        ),
        (
            ApiError("TransactionCanceledException", "Cancelled", members={"CancellationReasons": [{"Code": "None"}]}),
            b'{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",'
            b'"Message":"Cancelled","CancellationReasons":[{"Code":"None"}]}',
        ),
        (
            ApiError.internal("ID"),
            b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError",'
            b'"message":"Internal server error (request ID)"}',
        ),
    ],
)
def test_dynamodb_errors(error: ApiError, body: bytes) -> None:
    response = JSON_RPC.error("dynamodb", error, "ID")
    assert response.body == body
    assert response.status == (500 if error.code == "InternalServerError" else 400)
    assert read_by_botocore("dynamodb", response)["Error"]["Code"] == error.code


def test_checksums_are_those_that_aws_sent_with_the_same_bodies() -> None:
    serialization = JSON_RPC.error("dynamodb", ApiError.serialization(""), "ID")
    assert serialization.headers == {
        "x-amzn-RequestId": "ID",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-crc32": "3948637019",
    }
    unknown = JSON_RPC.error("dynamodb", ApiError("UnknownOperationException", ""), "ID")
    assert (unknown.status, unknown.headers["x-amz-crc32"]) == (400, "1368724161")
    page = JSON_RPC.error("dynamodb", ApiError("UnknownOperationException", "", status=404), "ID")
    assert (page.status, page.headers["x-amz-crc32"]) == (404, "3552371480")


def test_logs_has_bare_names_and_no_checksum() -> None:
    response = JSON_RPC.error("logs", ApiError.resource_not_found("The specified log group does not exist."), "ID")
    assert (
        response.body == b'{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}'
    )
    assert response.headers == {"x-amzn-RequestId": "ID", "content-type": "application/x-amz-json-1.1"}


def test_sqs_tells_the_old_query_code_in_a_header() -> None:
    response = JSON_RPC.error("sqs", ApiError("QueueDoesNotExist", "No."), "ID")
    assert response.headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (ApiError.resource_not_found("F"), 404, {"Type": "User", "Message": "F"}),
        (ApiError("ResourceConflictException", "F"), 409, {"Type": "User", "message": "F"}),
        (ApiError("InvalidParameterValueException", "F"), 400, {"Type": "User", "message": "F"}),
        (ApiError.validation("F"), 400, {"message": "F"}),
        (ApiError.access_denied("F"), 403, {"Message": "F"}),
        (ApiError("RequestEntityTooLargeException", "F", status=413), 413, {"message": "F"}),
        (ApiError.internal("ID"), 500, {"Type": "Service", "Message": "Internal server error (request ID)"}),
    ],
)
def test_lambda_errors(error: ApiError, status: int, body: dict[str, str]) -> None:
    response = REST_JSON.error("lambda", error, "ID")
    assert (response.status, orjson.loads(response.body)) == (status, body)
    assert response.headers["content-type"] == "application/json"


def test_an_error_member_may_stand_in_a_header() -> None:
    members = {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "retryAfterSeconds": "1"}
    response = REST_JSON.error("lambda", ApiError("TooManyRequestsException", "Rate Exceeded.", members=members), "ID")
    assert (response.status, response.headers["Retry-After"]) == (429, "1")
    assert response.body == (
        b'{"Type":"User","message":"Rate Exceeded.","Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}'
    )
    assert response.headers["x-amzn-ErrorType"] == "TooManyRequestsException"


def test_an_iam_error() -> None:
    response = QUERY_XML.error("iam", ApiError("NoSuchEntity", "The role with name <r> cannot be found."), "ID")
    assert response.status == 404
    assert response.body == (
        b'<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n  <Error>\n    <Type>Sender</Type>\n'
        b"    <Code>NoSuchEntity</Code>\n    <Message>The role with name &lt;r&gt; cannot be found.</Message>\n"
        b"  </Error>\n  <RequestId>ID</RequestId>\n</ErrorResponse>\n"
    )


@pytest.mark.parametrize(
    ("service", "error", "code", "status"),
    [
        ("iam", ApiError.validation("V"), "ValidationError", 400),
        ("iam", ApiError.access_denied("V"), "AccessDenied", 403),
        ("sts", ApiError("ExpiredToken", "V"), "ExpiredToken", 403),
        ("sts", ApiError("MissingAuthenticationTokenException", "V"), "MissingAuthenticationToken", 403),
        ("iam", ApiError.internal("ID"), "ServiceFailure", 500),
        ("lambda", ApiError("UnrecognizedClientException", "V"), "UnrecognizedClientException", 403),
        ("logs", ApiError.access_denied("V"), "AccessDeniedException", 400),
        ("dynamodbstreams", ApiError("TrimmedDataAccessException", "V"), "TrimmedDataAccessException", 400),
    ],
)
def test_shared_faults_have_each_services_name(service: str, error: ApiError, code: str, status: int) -> None:
    response = PROTOCOLS[model.service(service).protocol].error(service, error, "ID")
    assert response.status == status
    found = read_by_botocore(service, response)["Error"]
    assert (found["Code"], found["Message"]) == (code, error.message)
