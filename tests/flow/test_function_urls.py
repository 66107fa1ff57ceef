"""Function URLs as their clients meet them: urllib3, curl and Node.js's fetch."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from typing import Any

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tailrace.runtime import interpreters
from tests.conftest import RunningServer
from tests.flow.functions import allow, make_function, make_role, make_table, unique
from tests.flow.test_response_streaming import TALK
from tests.flow.test_why import explain

ECHO = "def handler(event, context):\n    return event\n"
ANSWER = "import json\n\ndef handler(event, context):\n    return json.loads(event['body'])\n"
FORBIDDEN = {
    "Message": "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
}
http = urllib3.PoolManager(retries=False)


def open_to_all(server: RunningServer, function: str, **qualifier: str) -> None:
    """The two statements that AWS's console adds to the policy of a function with a public URL."""
    client = server.client("lambda")
    client.add_permission(
        FunctionName=function,
        StatementId="FunctionURLAllowPublicAccess",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
        **qualifier,
    )
    client.add_permission(
        FunctionName=function,
        StatementId="FunctionURLAllowInvokeAction",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
        **qualifier,
    )


def make_url(server: RunningServer, function: str, auth: str = "NONE", **options: Any) -> str:
    """A URL of the function; a public one is open to all."""
    made = server.client("lambda").create_function_url_config(FunctionName=function, AuthType=auth, **options)
    if auth == "NONE":
        open_to_all(server, function)
    url: str = made["FunctionUrl"]
    return url


@pytest.fixture(scope="module")
def echo(server: RunningServer) -> str:
    """The public URL of a function that returns its event."""
    return make_url(server, make_function(server, "echo", ECHO))


@pytest.fixture(scope="module")
def answers(server: RunningServer) -> str:
    """The public URL of a function that returns what the request's body says."""
    return make_url(server, make_function(server, "answers", ANSWER))


def ask(url: str, returned: Any) -> urllib3.BaseHTTPResponse:
    """A request to the function that returns what it is told."""
    headers = {"content-type": "application/json"}
    return http.request("POST", url, body=json.dumps(returned), headers=headers)


def signed(server: RunningServer, url: str, method: str = "GET", body: bytes = b"", **keys: str) -> Any:
    """A request that is signed for the service `lambda`."""
    credentials = Credentials(
        keys.get("key", server.access_key), keys.get("secret", server.secret_key), keys.get("token")
    )
    request = AWSRequest(method, url, data=body)
    SigV4Auth(credentials, keys.get("service", "lambda"), "us-east-1").add_auth(request)
    return http.request(method, url, body=body, headers=dict(request.headers.items()))


# -- the event ----------------------------------------------------------------------------------------------------


def test_a_get_is_an_event_of_format_2(server: RunningServer, echo: str) -> None:
    headers = {"X-One": "1", "Cookie": "a=1; b=2", "User-Agent": "test"}
    answer = http.request("GET", f"{echo}a%20b/c?x=1&x=2&y=%C3%BC&z", headers=headers)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    event = answer.json()
    url_id = echo.rstrip("/").rpartition("/")[2]
    context = event.pop("requestContext")
    given = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%20b/c",
        "rawQueryString": "x=1&x=2&y=%C3%BC&z",
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"x": "1,2", "y": "ü", "z": ""},
        "isBase64Encoded": False,
    }
    assert given["x-one"] == "1"
    assert "cookie" not in given
    assert given["x-forwarded-for"] == "127.0.0.1"
    assert given["x-forwarded-proto"] == "http"
    assert given["x-forwarded-port"] == server.endpoint.rpartition(":")[2]
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", given["x-amzn-trace-id"])
    assert answer.headers["x-amzn-trace-id"].startswith(given["x-amzn-trace-id"])
    assert context.pop("requestId") == answer.headers["x-amzn-RequestId"]
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context.pop("time"))
    assert isinstance(context.pop("timeEpoch"), int)
    assert context == {
        "accountId": "anonymous",
        "apiId": url_id,
        "domainName": f"{url_id}.lambda-url.us-east-1.localhost",
        "domainPrefix": url_id,
        "http": {
            "method": "GET",
            "path": "/a b/c",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "test",
        },
        "routeKey": "$default",
        "stage": "$default",
    }


@pytest.mark.parametrize(
    ("kind", "body", "is_text"),
    [
        ("text/plain", "grüß".encode(), True),
        ("application/json; charset=utf-8", b"{}", True),
        ("application/x-www-form-urlencoded", b"a=1", False),
        ("text/plain", b"\xff", False),
        ("", b"x", False),
    ],
)
def test_a_body_is_text_or_base64(echo: str, kind: str, body: bytes, is_text: bool) -> None:
    event = http.request("POST", echo, body=body, headers={"content-type": kind} if kind else {}).json()
    assert event["isBase64Encoded"] is not is_text
    assert event["body"] == (body.decode() if is_text else base64.b64encode(body).decode())


def test_the_id_as_a_host_is_the_same_url(server: RunningServer, echo: str) -> None:
    host = f"{echo.rstrip('/').rpartition('/')[2]}.lambda-url.us-east-1.localhost:4566"
    event = http.request("GET", f"{server.endpoint}/x/y", headers={"host": host}).json()
    assert event["rawPath"] == "/x/y"
    assert event["requestContext"]["domainName"] == host.partition(":")[0]


def test_without_a_slash_the_path_is_the_root(echo: str) -> None:
    assert http.request("GET", echo.rstrip("/")).json()["rawPath"] == "/"


def test_too_much_is_refused(echo: str) -> None:
    answer = http.request("POST", echo, body=b"x" * 5_000_000)  # as base64 it is over 6 MB
    assert answer.status == 413
    assert "Request Entity Too Large" in answer.data.decode()


# -- the answer ---------------------------------------------------------------------------------------------------


def test_json_without_a_status_is_the_body(answers: str) -> None:
    for value in ({"message": "hi"}, "Hello, world!", None, [1]):
        answer = ask(answers, value)
        assert (answer.status, answer.headers["content-type"], answer.json()) == (200, "application/json", value)


def test_status_headers_cookies_and_body(answers: str) -> None:
    returned = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/html", "X-Number": 7, "Date": "never", "Transfer-Encoding": "chunked"},
        "cookies": ["a=1; Secure", "b=2"],
        "body": base64.b64encode(b"\x00\x01").decode(),
        "isBase64Encoded": True,
    }
    answer = ask(answers, returned)
    assert (answer.status, answer.data) == (201, b"\x00\x01")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["x-number"] == "7"
    assert answer.headers["x-amzn-remapped-date"] == "never"
    assert answer.headers.getlist("set-cookie") == ["a=1; Secure", "b=2"]
    assert "transfer-encoding" not in answer.headers


def test_a_page_on_the_servers_own_host_cannot_read_what_the_console_keeps(server: RunningServer, answers: str) -> None:
    """Both would have one origin; a host of its own needs no such thing."""
    page = {"statusCode": 200, "headers": {"Content-Security-Policy": "default-src 'self'"}, "body": "<p>"}
    assert ask(answers, page).headers["content-security-policy"].startswith("default-src 'self', sandbox ")
    host = f"{answers.rstrip('/').rpartition('/')[2]}.lambda-url.us-east-1.localhost"
    headers = {"host": host, "content-type": "application/json"}
    apart = http.request("POST", server.endpoint, body=json.dumps(page), headers=headers)
    assert apart.headers["content-security-policy"] == "default-src 'self'"


def test_an_answer_without_a_body_leaves_the_connection_whole(answers: str) -> None:
    with urllib3.HTTPConnectionPool("127.0.0.1", port=urllib3.util.parse_url(answers).port, maxsize=1) as pool:
        path = urllib3.util.parse_url(answers).path
        for status in (204, 304, 200):
            body = json.dumps({"statusCode": status, "body": "text"})
            headers = {"content-type": "application/json"}
            assert pool.urlopen("POST", path, body=body, headers=headers).status == status
        assert pool.num_connections == 1


@pytest.mark.parametrize(
    "returned",
    [
        {"statusCode": 99},
        {"statusCode": "many"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": {"a\r\nb": "1"}},
        {"statusCode": 200, "headers": {"a": "1\r\nset-cookie: x=1"}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "cookies": ["a\n"]},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
    ],
)
def test_what_is_no_answer_is_a_502(answers: str, returned: Any) -> None:
    answer = ask(answers, returned)
    assert (answer.status, answer.data) == (502, b"Internal Server Error")


def test_a_function_that_fails_is_a_502(server: RunningServer) -> None:
    url = make_url(server, make_function(server, "fails", "def handler(event, context):\n    raise ValueError\n"))
    answer = http.request("GET", url)
    assert (answer.status, answer.data) == (502, b"Internal Server Error")


def test_without_room_it_is_a_429(server: RunningServer) -> None:
    function = make_function(server, "stopped", ECHO)
    url = make_url(server, function)
    server.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    answer = http.request("GET", url)
    assert answer.status == 429
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert answer.json() == {"Reason": reason, "Type": "User", "message": "Rate Exceeded."}


# -- who may ------------------------------------------------------------------------------------------------------


def test_a_public_url_needs_both_statements(server: RunningServer) -> None:
    function = make_function(server, "closed", ECHO)
    client = server.client("lambda")
    url = client.create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    assert http.request("GET", url).json() == FORBIDDEN
    client.add_permission(
        FunctionName=function,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    refused = http.request("GET", url)
    assert (refused.status, refused.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    assert refused.json() == FORBIDDEN
    added = client.add_permission(
        FunctionName=function,
        StatementId="invoke",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
    )
    assert json.loads(added["Statement"])["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert http.request("GET", url).status == 200
    client.update_function_url_config(FunctionName=function, AuthType="AWS_IAM")
    assert http.request("GET", url).json() == FORBIDDEN


def test_a_statement_for_signed_urls_opens_none_to_all(server: RunningServer) -> None:
    function = make_function(server, "signed-only", ECHO)
    client = server.client("lambda")
    url = client.create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    for action, options in (("InvokeFunctionUrl", {"FunctionUrlAuthType": "AWS_IAM"}), ("InvokeFunction", {})):
        client.add_permission(
            FunctionName=function, StatementId=action, Action=f"lambda:{action}", Principal="*", **options
        )
    assert http.request("GET", url).status == 403


@pytest.fixture(scope="module")
def private(server: RunningServer) -> tuple[str, str]:
    """A function whose URL wants a signature, and the URL."""
    function = make_function(server, "private", ECHO)
    return function, make_url(server, function, "AWS_IAM")


def make_user(server: RunningServer, *actions: str, **condition: Any) -> dict[str, str]:
    """The keys of a user who may do those actions."""
    iam, name = server.client("iam"), unique("user")
    iam.create_user(UserName=name)
    if actions:
        policy = json.loads(allow(*actions))
        policy["Statement"][0] |= condition
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}


def test_the_event_says_who_signed(server: RunningServer, private: tuple[str, str]) -> None:
    keys = make_user(server, "lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    answer = signed(server, f"{private[1]}a%20b?x=1", "POST", b"{}", **keys)
    assert answer.status == 200, answer.data
    context = answer.json()["requestContext"]
    assert (context["accountId"], context["authentication"]) == ("000000000000", None)
    who = context["authorizer"]["iam"]
    assert who["accessKey"] == keys["key"]
    assert who["userArn"].startswith("arn:aws:iam::000000000000:user/user-")
    assert (who["accountId"], who["cognitoIdentity"], who["principalOrgId"]) == ("000000000000", None, None)
    assert who["userId"] == who["callerId"]


@pytest.mark.parametrize("actions", [(), ("lambda:InvokeFunctionUrl",), ("lambda:InvokeFunction",)])
def test_who_lacks_a_permission_is_refused(server: RunningServer, private: tuple[str, str], actions: Any) -> None:
    answer = signed(server, private[1], **make_user(server, *actions))
    assert (answer.status, answer.json()) == (403, FORBIDDEN)


def test_conditions_know_the_kind_of_the_url_and_that_it_is_one(
    server: RunningServer, private: tuple[str, str]
) -> None:
    keys = make_user(
        server,
        "lambda:InvokeFunctionUrl",
        "lambda:InvokeFunction",
        Condition={
            "StringEqualsIfExists": {"lambda:FunctionUrlAuthType": "AWS_IAM"},
            "BoolIfExists": {"lambda:InvokedViaFunctionUrl": "true"},
        },
    )
    assert signed(server, private[1], **keys).status == 200
    via_url_alone = make_user(
        server, "lambda:InvokeFunction", Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    )
    client = server.client("lambda", access_key=via_url_alone["key"], secret_key=via_url_alone["secret"])
    with pytest.raises(ClientError, match="not authorized to perform: lambda:InvokeFunction"):
        client.invoke(FunctionName=private[0])


def test_a_signature_must_hold_and_be_for_lambda(server: RunningServer, private: tuple[str, str]) -> None:
    wrong = signed(server, private[1], secret="wrong")
    assert (wrong.status, wrong.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    assert signed(server, private[1], service="execute-api").status == 403
    assert http.request("GET", private[1]).json() == FORBIDDEN
    assert http.request("GET", f"{server.endpoint}/_tailrace/url/{'a' * 32}/").json() == FORBIDDEN


# -- cross-origin -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crossed(server: RunningServer) -> str:
    """A URL that some may call from elsewhere."""
    cors = {
        "AllowOrigins": ["https://a.example"],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["x-one"],
        "ExposeHeaders": ["x-two"],
        "AllowCredentials": True,
        "MaxAge": 60,
    }
    return make_url(server, make_function(server, "crossed", ECHO), "AWS_IAM", Cors=cors)


def test_a_preflight_is_answered_without_the_function_or_a_signature(crossed: str) -> None:
    asks = {"origin": "https://a.example", "access-control-request-method": "POST"}
    answer = http.request("OPTIONS", crossed, headers=asks)
    assert (answer.status, answer.data) == (200, b"")
    found = {name: value for name, value in answer.headers.items() if name.startswith("access-control")}
    assert found == {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-one",
        "access-control-allow-credentials": "true",
        "access-control-max-age": "60",
    }
    assert answer.headers["vary"] == "Origin"
    for other in ({**asks, "origin": "https://b.example"}, {**asks, "access-control-request-method": "DELETE"}):
        refused = http.request("OPTIONS", crossed, headers=other)
        assert not any(name.startswith("access-control") for name in refused.headers)


def test_every_answer_has_the_headers_also_a_refusal(crossed: str) -> None:
    refused = http.request("GET", crossed, headers={"origin": "https://a.example"})
    assert refused.status == 403
    assert refused.headers["access-control-allow-origin"] == "https://a.example"
    assert refused.headers["access-control-expose-headers"] == "x-two"
    assert "access-control-allow-origin" not in http.request("GET", crossed).headers


def test_without_settings_the_function_answers_preflights_itself(echo: str) -> None:
    asks = {"origin": "https://a.example", "access-control-request-method": "POST"}
    assert http.request("OPTIONS", echo, headers=asks).json()["requestContext"]["http"]["method"] == "OPTIONS"


# -- streams ------------------------------------------------------------------------------------------------------

PRELUDE = """
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath === "/early") throw new Error("early");
  stream = awslambda.HttpResponseStream.from(stream, {
    statusCode: 202, headers: { "Content-Type": "text/plain", "X-A": "1" }, cookies: ["a=1", "b=2"],
  });
  if (event.rawPath === "/before") throw new Error("before the first byte");
  stream.write("one");
  if (event.rawPath === "/late") { await new Promise((resolve) => setTimeout(resolve, 50)); throw new Error("late"); }
  stream.write("two");
  stream.end();
});
"""


@pytest.fixture(scope="module")
def streaming(server: RunningServer) -> str:
    """The public URL of a function that streams."""
    return make_url(
        server, make_function(server, "streaming", PRELUDE, runtime="nodejs20.x"), InvokeMode="RESPONSE_STREAM"
    )


def test_a_stream_begins_with_status_headers_and_cookies(streaming: str) -> None:
    answer = http.request("GET", streaming)
    assert (answer.status, answer.data) == (202, b"onetwo")
    assert (answer.headers["content-type"], answer.headers["x-a"]) == ("text/plain", "1")
    assert answer.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("path", ["early", "before"])
def test_an_error_before_the_first_byte_is_a_502(streaming: str, path: str) -> None:
    assert http.request("GET", streaming + path).status == 502


def test_an_error_in_the_midst_cuts_the_answer_off(streaming: str) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        http.request("GET", f"{streaming}late")


def test_a_buffered_url_reads_the_prelude_too(server: RunningServer) -> None:
    url = make_url(server, make_function(server, "whole", PRELUDE, runtime="nodejs20.x"))
    answer = http.request("GET", url)
    assert (answer.status, answer.data, answer.headers["x-a"]) == (202, b"onetwo", "1")
    assert "transfer-encoding" not in answer.headers


def test_a_stream_url_passes_on_what_a_function_returns_as_it_is(server: RunningServer) -> None:
    code = "def handler(event, context):\n    return {'statusCode': 201, 'body': 'x'}\n"
    answer = http.request("GET", make_url(server, make_function(server, "raw", code), InvokeMode="RESPONSE_STREAM"))
    assert (answer.status, answer.json()) == (200, {"statusCode": 201, "body": "x"})


@pytest.mark.parametrize("client", ["urllib3", "fetch"])
def test_each_piece_arrives_when_it_is_written(server: RunningServer, client: str) -> None:
    table = make_table(server, "heard")
    role, arn = make_role(server, "talk")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="reads", PolicyDocument=allow("dynamodb:GetItem"))
    code = TALK.replace("event.table", "event.rawPath.slice(1)")
    function = make_function(server, "talk", code, role=arn, runtime="nodejs20.x", Timeout=60)
    url = make_url(server, function, InvokeMode="RESPONSE_STREAM") + table
    heard = []
    for piece in (pieces_of_urllib3 if client == "urllib3" else pieces_of_fetch)(url):
        heard.append(piece)
        server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": piece}})
    assert heard == ["one", "two", "three"]


def pieces_of_urllib3(url: str) -> Any:
    with http.request("GET", url, preload_content=False) as answer:
        for piece in answer.read_chunked():
            yield piece.decode()


def pieces_of_fetch(url: str) -> Any:
    source = (
        "const r = await fetch(process.argv[1]); for await (const c of r.body) console.log(Buffer.from(c).toString())"
    )
    node = interpreters.node(interpreters.NODE_MAJOR_MIN).executable
    with subprocess.Popen(
        [node, "--input-type=module", "-e", source, url], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        for line in running.stdout:
            yield line.strip()


def test_curl_reaches_the_id_as_a_host(echo: str) -> None:
    parts = urllib3.util.parse_url(echo)
    assert parts.path
    host = f"http://{parts.path.rstrip('/').rpartition('/')[2]}.lambda-url.us-east-1.localhost:{parts.port}/p"
    done = subprocess.run(["curl", "-sS", host], capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout)["rawPath"] == "/p"


# -- the settings -------------------------------------------------------------------------------------------------


def test_the_life_of_a_url(server: RunningServer) -> None:
    client = server.client("lambda")
    function = make_function(server, "life", ECHO, Publish=True)
    client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    made = client.create_function_url_config(FunctionName=function, AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    assert "LastModifiedTime" not in made
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["InvokeMode"] == "BUFFERED"
    arn = made["FunctionArn"]
    with pytest.raises(client.exceptions.ResourceConflictException) as twice:
        client.create_function_url_config(FunctionName=function, AuthType="NONE")
    assert twice.value.response["Error"]["Message"] == (
        f"Failed to create function url config for [functionArn = {arn}]. Error message:  "
        "FunctionUrlConfig exists for this Lambda function"
    )
    alias = client.create_function_url_config(FunctionName=function, Qualifier="live", AuthType="NONE")
    assert alias["FunctionArn"] == f"{arn}:live"
    open_to_all(server, function, Qualifier="live")
    assert http.request("GET", alias["FunctionUrl"]).status == 200
    assert http.request("GET", made["FunctionUrl"]).status == 403
    listed = client.list_function_url_configs(FunctionName=function, MaxItems=1)
    assert [one["FunctionArn"] for one in listed["FunctionUrlConfigs"]] == [arn]
    rest = client.list_function_url_configs(FunctionName=function, Marker=listed["NextMarker"])
    assert [one["FunctionArn"] for one in rest["FunctionUrlConfigs"]] == [f"{arn}:live"]
    changed = client.update_function_url_config(FunctionName=function, InvokeMode="RESPONSE_STREAM", Cors={})
    assert (changed["FunctionUrl"], changed["InvokeMode"]) == (made["FunctionUrl"], "RESPONSE_STREAM")
    assert "Cors" not in client.get_function_url_config(FunctionName=function)
    client.delete_alias(FunctionName=function, Name="live")
    assert http.request("GET", alias["FunctionUrl"]).json() == FORBIDDEN
    assert client.delete_function_url_config(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="The resource you requested does not exist"):
        client.get_function_url_config(FunctionName=function)


def test_a_function_takes_its_url_along(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "gone", ECHO)
    url = make_url(server, function)
    client.delete_function(FunctionName=function)
    assert http.request("GET", url).json() == FORBIDDEN
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Function does not exist"):
        client.create_function_url_config(FunctionName=function, AuthType="NONE")


@pytest.mark.parametrize(
    "cors",
    [{"AllowMethods": ["FETCH"]}, {"AllowOrigins": ["example.com"]}, {"AllowHeaders": ["a b"]}, {"MaxAge": 86401}],
)
def test_settings_that_are_none(server: RunningServer, cors: Any) -> None:
    client, function = server.client("lambda"), make_function(server, "bad", ECHO)
    with pytest.raises(ClientError):
        client.create_function_url_config(FunctionName=function, AuthType="NONE", Cors=cors)


@pytest.mark.parametrize("qualifier", ["$LATEST", "1"])
def test_a_url_is_of_a_function_or_an_alias(server: RunningServer, qualifier: str) -> None:
    client, function = server.client("lambda"), make_function(server, "version", ECHO)
    with pytest.raises(ClientError, match="Member must satisfy regular expression pattern"):
        client.create_function_url_config(FunctionName=function, Qualifier=qualifier, AuthType="NONE")


def test_the_audit_knows_why_a_request_was_refused(server: RunningServer, private: tuple[str, str]) -> None:
    for answer in (signed(server, private[1], **make_user(server, "lambda:InvokeFunction")), public_refusal(server)):
        found = explain(server, answer.headers["x-amzn-RequestId"])
        assert (found["Activity"]["Operation"], found["Activity"]["StatusCode"]) == ("InvokeFunctionUrl", 403)
        assert "lambda:InvokeFunctionUrl" in found["Missing"][0]


def public_refusal(server: RunningServer) -> Any:
    """The answer of a URL without a signature that nobody has opened."""
    function = make_function(server, "shut", ECHO)
    made = server.client("lambda").create_function_url_config(FunctionName=function, AuthType="NONE")
    return http.request("GET", made["FunctionUrl"])
