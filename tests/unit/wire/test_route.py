"""Which operation a request is for, and the answer where it is for none."""

from __future__ import annotations

import pytest

from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest
from tailrace.wire.route import presumed_service, refusal, route

JSON = {"content-type": "application/x-amz-json-1.0"}


def signed(service: str) -> dict[str, str]:
    scope = f"AKIA/20260101/us-east-1/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def rest(method: str, path: str, query: str = "") -> tuple[str, dict[str, str]]:
    found = route(HttpRequest(method, path, query, signed("lambda"), b""))
    return found.operation, found.uri


def test_streams_are_told_from_tables_by_the_target_since_both_sign_as_dynamodb() -> None:
    headers = {**JSON, **signed("dynamodb"), "x-amz-target": "DynamoDBStreams_20120810.ListStreams"}
    assert route(HttpRequest("POST", "/", "", headers, b"{}")).service == "dynamodbstreams"


def test_a_presigned_request_names_its_service_in_the_query() -> None:
    query = (
        "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fsts%2Faws4_request"
    )
    found = route(HttpRequest("GET", "/", query, {}, b""))
    assert (found.service, found.operation) == ("sts", "GetCallerIdentity")


def test_an_unsigned_form_is_known_by_its_version() -> None:
    body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
    assert route(HttpRequest("POST", "/", "", {}, body)).service == "sts"


@pytest.mark.parametrize(
    ("method", "path", "query", "operation", "uri"),
    [
        ("GET", "/2015-03-31/functions/", "", "ListFunctions", {}),
        ("GET", "/2015-03-31/functions", "", "ListFunctions", {}),
        ("GET", "/2015-03-31/functions/f/", "", "GetFunction", {"FunctionName": "f"}),
        (
            "POST",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations",
            "",
            "Invoke",
            {"FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:f"},
        ),
        ("GET", "/2018-10-31/layers", "find=LayerVersion&Arn=a", "GetLayerVersionByArn", {}),
        ("GET", "/2018-10-31/layers", "", "ListLayers", {}),
        (
            "GET",
            "/2019-09-30/functions/f/provisioned-concurrency",
            "List=ALL",
            "ListProvisionedConcurrencyConfigs",
            {"FunctionName": "f"},
        ),
        (
            "GET",
            "/2019-09-25/functions/f/event-invoke-config/list",
            "",
            "ListFunctionEventInvokeConfigs",
            {"FunctionName": "f"},
        ),
    ],
)
def test_rest_paths(method: str, path: str, query: str, operation: str, uri: dict[str, str]) -> None:
    assert rest(method, path, query) == (operation, uri)


def posted(headers: dict[str, str], body: bytes = b"") -> HttpRequest:
    return HttpRequest("POST", "/", "", headers, body)


@pytest.mark.parametrize(
    ("request_", "code", "status"),
    [
        (posted({**JSON, "x-amz-target": "DynamoDB_20120810.ListTable"}), "UnknownOperationException", 400),
        (posted({**JSON, "x-amz-target": "nonsense"}), "UnknownOperationException", 400),
        (posted({**JSON, "x-amz-target": "S3_20060301.Get"}), "UnknownOperationException", 400),
        (posted({"x-amz-target": "DynamoDB_20120810.ListTables"}, b"{}"), "UnknownOperationException", 404),
        (posted({**JSON, **signed("dynamodb")}, b"{}"), "UnknownOperationException", 400),
        (HttpRequest("GET", "/2015-03-31/nothing", "", signed("lambda"), b""), "UnknownOperationException", 404),
        (HttpRequest("PATCH", "/2015-03-31/functions", "", signed("lambda"), b""), "UnknownOperationException", 404),
        (posted(signed("iam"), b"Action=Fly&Version=2010-05-08"), "InvalidAction", 400),
        (posted(signed("iam"), b"Version=2010-05-08"), "MissingAction", 400),
        (posted({}), "UnknownOperationException", 400),
        (posted(JSON, b"{}"), "UnknownOperationException", 400),
        (posted({}, b"hi"), "UnknownOperationException", 404),
        (HttpRequest("OPTIONS", "/", "", {"origin": "http://elsewhere"}, b""), "UnknownOperationException", 404),
        (HttpRequest("GET", "/favicon.ico", "", {}, b""), "MissingAuthenticationTokenException", 403),
        (HttpRequest("GET", "/favicon.ico", "", signed("s3"), b""), "MissingAuthenticationTokenException", 403),
    ],
)
def test_a_request_for_nothing_is_refused_as_its_protocol_does(request_: HttpRequest, code: str, status: int) -> None:
    with pytest.raises(ApiError) as caught:
        route(request_)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert refusal(request_, presumed_service(request_), caught.value, "ID").status == status


def test_an_unknown_action_is_named_with_its_version() -> None:
    request = HttpRequest("POST", "/", "", signed("sts"), b"Action=Fly&Version=2011-06-15")
    with pytest.raises(ApiError) as caught:
        route(request)
    body = refusal(request, presumed_service(request), caught.value, "ID").body
    assert b"<Code>InvalidAction</Code>" in body
    assert b"<Message>Could not find operation Fly for version 2011-06-15</Message>" in body


def test_a_form_of_too_many_fields_is_refused_and_not_a_fault_of_ours() -> None:
    request = HttpRequest("POST", "/", "", {}, b"&".join(b"a%d=1" % n for n in range(6000)))
    with pytest.raises(ApiError) as caught:
        route(request)
    assert refusal(request, presumed_service(request), caught.value, "ID").status == 400
