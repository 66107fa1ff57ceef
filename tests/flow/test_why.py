"""Who did what, and why not: the audit, explanations, and least policies, through boto3 with a user's keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import BASIC_POLICY, allow, make_function, make_role, make_table, stream_arn, unique

ACCOUNT = "000000000000"
TABLES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table"


class User:
    """An IAM user with a key of its own."""

    def __init__(self, server: RunningServer, policy: str | None = None) -> None:
        self.server, self.name, self.iam = server, unique("user"), server.client("iam")
        self.arn = self.iam.create_user(UserName=self.name)["User"]["Arn"]
        if policy:
            self.allow(policy)
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key = (key["AccessKeyId"], key["SecretAccessKey"])

    def allow(self, policy: str, name: str = "own") -> None:
        self.iam.put_user_policy(UserName=self.name, PolicyName=name, PolicyDocument=policy)

    def client(self, service: str) -> Any:
        return self.server.client(service, access_key=self.key[0], secret_key=self.key[1])


def tailrace(server: RunningServer, key: tuple[str, str] | None = None) -> Any:
    return tailrace_client(Reached(server.endpoint, *(key or (server.access_key, server.secret_key)), "us-east-1"))


def denied(call: Any, **request: Any) -> tuple[str, dict[str, Any]]:
    """The request id of a call that must be refused, and its error."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["ResponseMetadata"]["RequestId"], {
        **answer["Error"],
        "Status": answer["ResponseMetadata"]["HTTPStatusCode"],
    }


def explain(server: RunningServer, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = tailrace(server).explain_request(RequestId=request_id)
    return found


def statements(found: dict[str, Any]) -> Any:
    return json.loads(found["PolicyDocument"])["Statement"]


def test_the_explanation_of_a_denial_names_the_smallest_policy_and_it_is_enough(server: RunningServer) -> None:
    user = User(server)
    request_id, error = denied(user.client("dynamodb").list_tables)
    found = explain(server, request_id)
    assert error["Message"].endswith("because no identity-based policy allows the dynamodb:ListTables action")
    assert found["Activity"]["PrincipalArn"] == user.arn
    assert found["Activity"]["AccessKeyId"] == user.key[0]
    assert found["Activity"]["ErrorCode"] == "AccessDeniedException"
    assert found["Missing"] == [
        f"dynamodb:ListTables on *: no statement of any identity-based policy allows it to {user.arn}"
    ]
    assert found["AttachTo"] == f"an identity-based policy of {user.arn}"
    user.allow(found["PolicyDocument"])
    user.client("dynamodb").list_tables()


def test_a_stream_is_named_by_its_own_arn_and_list_streams_by_a_star(server: RunningServer) -> None:
    stream = stream_arn(server, make_table(server, "why"))
    client = User(server).client("dynamodbstreams")
    for call, request, statement in (
        (client.describe_stream, {"StreamArn": stream}, ("dynamodb:DescribeStream", stream)),
        (client.list_streams, {}, ("dynamodb:ListStreams", "*")),
    ):
        found = explain(server, denied(call, **request)[0])
        assert statements(found) == [{"Effect": "Allow", "Action": statement[0], "Resource": statement[1]}]


def test_an_explicit_deny_is_named_and_no_allow_is_offered(server: RunningServer) -> None:
    user = User(server, allow("dynamodb:*"))
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "dynamodb:ListTables", "Resource": "*"}
    user.allow(json.dumps({"Version": "2012-10-17", "Statement": [deny]}), "no-lists")
    found = explain(server, denied(user.client("dynamodb").list_tables)[0])
    (permission,) = found["Permissions"]
    assert (permission["ExplicitDeny"], permission["Policy"], permission["Statement"]) == (True, "no-lists", "Never")
    assert "PolicyDocument" not in found
    assert "No allow outweighs a deny" in found["Missing"][0]


def test_what_came_close_is_told(server: RunningServer) -> None:
    """The most common mistakes: the table's ARN where the stream's is needed, and a condition."""
    stream = stream_arn(server, make_table(server, "why"))
    table = stream.partition("/stream/")[0]
    user = User(server, allow("dynamodb:DescribeStream", on=table))
    found = explain(server, denied(user.client("dynamodbstreams").describe_stream, StreamArn=stream)[0])
    assert found["Missing"][0].endswith(f"; statement #0 of own allows the action, but on {table}")
    assert statements(found)[0]["Resource"] == stream
    statement: dict[str, Any] = {"Sid": "Once", "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    statement["Condition"] = {"IpAddress": {"aws:SourceIp": "192.0.2.1"}}
    user.allow(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    found = explain(server, denied(user.client("dynamodb").list_tables)[0])
    assert found["Missing"][0].endswith("; statement Once of own allows the action, but its condition did not hold")


def test_an_allowed_request_names_the_statement_that_allowed_it(server: RunningServer) -> None:
    user = User(server, allow("dynamodb:ListTables"))
    request_id = user.client("dynamodb").list_tables()["ResponseMetadata"]["RequestId"]
    found = explain(server, request_id)
    assert found["Permissions"][0]["Reason"] == "allowed by statement #0 of the identity-based policy own"
    assert found["Summary"].endswith("and was allowed.")
    assert "Missing" not in found


def test_a_stream_that_a_role_cannot_read_is_explained_by_the_actions_that_lack(server: RunningServer) -> None:
    stream = stream_arn(server, make_table(server, "why"))
    role, role_arn = make_role(server, "why")
    reads = allow("dynamodb:GetRecords", "dynamodb:DescribeStream")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="reads", PolicyDocument=reads)
    function = make_function(server, "why", "def handler(event, context): pass", role=role_arn)
    request_id, error = denied(
        server.client("lambda").create_event_source_mapping,
        EventSourceArn=stream,
        FunctionName=function,
        StartingPosition="LATEST",
    )
    assert error["Message"].startswith(f"Cannot access stream {stream}")
    found = explain(server, request_id)
    lacking = [each["Action"] for each in found["Permissions"] if not each["Allowed"]]
    assert lacking == ["dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    # What the caller itself needed names no principal; it is listed, too, once any resource has a policy.
    assert {each["PrincipalArn"] for each in found["Permissions"] if "PrincipalArn" in each} == {role_arn}
    assert statements(found) == [
        {"Effect": "Allow", "Action": "dynamodb:GetShardIterator", "Resource": stream},
        {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"},
    ]
    assert role_arn in found["AttachTo"]


def test_what_lambda_does_in_a_roles_name_is_known_and_makes_its_least_policy(server: RunningServer) -> None:
    table = make_table(server, "why")
    stream = stream_arn(server, table)
    role, role_arn = make_role(server, "why", reads=stream, logs=False)
    function = make_function(server, "why", "def handler(event, context): print('seen')", role=role_arn)
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=stream, FunctionName=function, StartingPosition="TRIM_HORIZON"
    )
    server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}})
    audit = tailrace(server)

    def activities(**more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = audit.list_activity(PrincipalArn=role_arn, **more)["Activities"]
        return found

    (refused,) = wait_until("the log is refused", lambda: activities(Decision="Denied"))
    assert (refused["Operation"], refused["SourceIp"]) == ("PutLogEvents", "lambda.amazonaws.com")
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/{function}:*"
    found = explain(server, refused["RequestId"])
    assert statements(found) == [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": group}]
    server.client("iam").attach_role_policy(RoleName=role, PolicyArn=BASIC_POLICY)
    server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "b"}})
    wait_until("the log is written", lambda: activities(Decision="Allowed", Service="logs"))
    policy = audit.generate_least_privilege_policy(RoleName=role)
    assert statements(policy) == [
        {"Effect": "Allow", "Action": [f"dynamodb:{a}" for a in reads()], "Resource": stream},
        {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": group,
        },
    ]


def reads() -> list[str]:
    return ["DescribeStream", "GetRecords", "GetShardIterator"]


def test_the_least_policy_of_a_user_is_what_was_used_in_the_time(server: RunningServer) -> None:
    user = User(server, allow("dynamodb:*"))
    client = user.client("dynamodb")
    client.list_tables()
    denied(client.get_item, TableName="absent-table", Key={"pk": {"S": "a"}})  # allowed, and not there
    denied(user.client("iam").list_users)
    audit = tailrace(server)
    found = audit.generate_least_privilege_policy(UserName=user.name)
    assert statements(found) == [
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": f"{TABLES}/absent-table"},
        {"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"},
    ]
    assert (found["Calls"], found["Actions"][2]["Denied"]) == (3, 1)
    with_denied = audit.generate_least_privilege_policy(PrincipalArn=user.arn, IncludeDenied=True)
    assert "iam:ListUsers" in with_denied["PolicyDocument"]
    later = audit.generate_least_privilege_policy(UserName=user.name, StartTime=time.time() + 60)
    assert (later["Calls"], "PolicyDocument" in later) == (0, False)


def test_activity_is_paged_and_filtered(server: RunningServer) -> None:
    user = User(server, allow("dynamodb:ListTables"))
    sent = [user.client("dynamodb").list_tables()["ResponseMetadata"]["RequestId"] for _ in range(5)]
    audit, seen, token = tailrace(server), [], {}
    for _ in range(10):
        page = audit.list_activity(PrincipalArn=user.arn, Operation="ListTables", MaxResults=2, **token)
        seen += [each["RequestId"] for each in page["Activities"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == sent[::-1]
    assert denied(audit.list_activity, NextToken="nonsense")[1]["Code"] == "ValidationException"
    assert denied(audit.explain_request, RequestId="no-such")[1]["Code"] == "ResourceNotFoundException"


def test_the_audit_is_denied_until_a_policy_allows_it(server: RunningServer) -> None:
    user = User(server)
    own = tailrace(server, user.key)
    _, error = denied(own.list_activity)
    assert (error["Code"], error["Status"]) == ("AccessDeniedException", 400)
    assert "tailrace:ListActivity" in error["Message"]
    user.allow(allow("tailrace:ListActivity"))
    assert own.list_activity(PrincipalArn=user.arn)["Activities"][0]["Decision"] == "Denied"


@pytest.mark.parametrize(
    ("service", "operation", "request_", "action", "resource", "code", "status"),
    [
        ("dynamodb", "get_item", {"TableName": "tab", "Key": {"pk": {"S": "a"}}}, "dynamodb:GetItem",
         f"{TABLES}/tab", "AccessDeniedException", 400),
        ("dynamodbstreams", "list_streams", {}, "dynamodb:ListStreams", "*", "AccessDeniedException", 400),
        ("lambda", "get_function", {"FunctionName": "f"}, "lambda:GetFunction",
         f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", "AccessDeniedException", 403),
        ("iam", "get_user", {"UserName": "bob"}, "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/bob",
         "AccessDenied", 403),
        ("logs", "describe_log_groups", {}, "logs:DescribeLogGroups",
         f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group::log-stream:", "AccessDeniedException", 400),
    ],
)  # fmt: skip
def test_each_service_words_a_denial_as_aws_does(
    server: RunningServer,
    service: str,
    operation: str,
    request_: Any,
    action: str,
    resource: str,
    code: str,
    status: int,
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    user = User(server)
    said = f"User: {user.arn} is not authorized to perform: {action} on resource: {resource}"
    _, error = denied(getattr(user.client(service), operation), **request_)
    assert (error["Code"], error["Status"]) == (code, status)
    assert error["Message"] == f"{said} because no identity-based policy allows the {action} action"
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    user.allow(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    _, error = denied(getattr(user.client(service), operation), **request_)
    assert error["Message"] == f"{said} with an explicit deny in an identity-based policy"


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("sns", "list_topics", "AuthorizationError", 403),
        ("sqs", "list_queues", "AccessDenied", 403),
    ],
)
def test_messaging_has_codes_of_its_own(
    server: RunningServer, service: str, operation: str, code: str, status: int
) -> None:
    user = User(server)
    request_id, error = denied(getattr(user.client(service), operation))
    assert (error["Code"], error["Status"]) == (code, status)
    assert error["Message"].lower().startswith(f"user: {user.arn} is not authorized to perform: {service}:")
    assert explain(server, request_id)["Activity"]["Decision"] == "Denied"


def test_a_role_that_does_not_trust_the_caller_is_told_without_a_kind(server: RunningServer) -> None:
    _, role = make_role(server, "why")
    user = User(server, allow("sts:*"))
    request_id, error = denied(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session")
    assert (error["Code"], error["Status"]) == ("AccessDenied", 403)
    assert error["Message"] == f"User: {user.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
    assert "trust policy" in explain(server, request_id)["AttachTo"]


def test_the_audit_outlives_sigkill(durable_server: RunningServer) -> None:
    request_id = durable_server.client("dynamodb").list_tables()["ResponseMetadata"]["RequestId"]
    tailrace(durable_server).list_activity(MaxResults=1)  # which flushes; else it is written 200 ms later
    durable_server.kill()
    durable_server.start()
    assert explain(durable_server, request_id)["Activity"]["Reason"] == "allowed: root"


def test_the_kind_of_policy_that_decided_is_told(server: RunningServer) -> None:
    user, iam = User(server, allow("dynamodb:*", "sts:*")), server.client("iam")
    deny = json.dumps(
        {"Statement": {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}, "Version": "2012-10-17"}
    )
    said = "is not authorized to perform: dynamodb:ListTables on resource: *"
    for document, ending in (
        (allow("s3:*"), "because no permissions boundary allows the dynamodb:ListTables action"),
        (deny, "with an explicit deny in a permissions boundary"),
    ):
        boundary = iam.create_policy(PolicyName=unique("edge"), PolicyDocument=document)["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
        request_id, error = denied(user.client("dynamodb").list_tables)
        assert error["Message"] == f"User: {user.arn} {said} {ending}"
        assert "permissions boundary" in explain(server, request_id)["Missing"][0]
    iam.delete_user_permissions_boundary(UserName=user.name)
    for document, ending in (
        (allow("s3:*"), "because no session policy allows the dynamodb:ListTables action"),
        (deny, "with an explicit deny in a session policy"),
    ):
        sts = user.client("sts")
        given = sts.get_federation_token(Name="fed", Policy=document)["Credentials"]
        client = server.client(
            "dynamodb",
            access_key=given["AccessKeyId"],
            secret_key=given["SecretAccessKey"],
            token=given["SessionToken"],
        )
        assert denied(client.list_tables)[1]["Message"].endswith(f"{said} {ending}")


def test_no_secret_reaches_a_log_or_the_audit(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = f'exec 2>"{log}"; exec "{sys.executable}" "$@"'
    data = tmp_path / "data"
    server = RunningServer.__new__(RunningServer)
    server.data, server.options, server.access_key, server.secret_key = str(data), (), "test", "rootsecretrootsecret"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
    environment |= {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": server.secret_key}
    line = ["bash", "-c", command, "-", "-m", "tailrace", "serve", "--port", "0", "--data", str(data), "--verbose"]
    server.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.process.stdout
    server.endpoint = server.process.stdout.readline().split()[-1]
    try:
        user = User(server, allow("dynamodb:ListTables", "sts:*"))
        session = user.client("sts").get_session_token()["Credentials"]
        make_function(
            server, "secrets", "def handler(e, c): pass", Environment={"Variables": {"TOP": "variablesecret"}}
        )
        table = make_table(server, "secrets")
        server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "itemsecret"}})
        denied(user.client("dynamodb").put_item, TableName=table, Item={"pk": {"S": "itemsecret"}})
        denied(server.client("dynamodb", secret_key=user.key[1]).list_tables)
        denied(server.client("dynamodb", access_key=user.key[1], secret_key="x").list_tables)
        assert server.stop() == 0
    finally:
        server.kill()
    written = log.read_bytes() + b"".join(path.read_bytes() for path in (data / "audit").iterdir())
    assert b"PutItem" in written
    secrets = [server.secret_key, user.key[1], session["SecretAccessKey"], session["SessionToken"]]
    for secret in [*secrets, "itemsecret", "variablesecret"]:
        assert secret.encode() not in written
    everything = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert user.key[1].encode() not in everything  # sealed, wherever it is kept


def test_the_command_line_tells_why(durable_server: RunningServer) -> None:
    user = User(durable_server)
    request_id, _ = denied(user.client("dynamodb").list_tables)
    environment = os.environ | {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}

    def why(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tailrace", "why", "--data", durable_server.data, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)

    told = why(request_id)
    assert told.returncode == 0, told.stderr
    assert "DENIED  dynamodb:ListTables on *: no identity-based policy allows it" in told.stdout
    user.allow(allow("dynamodb:*"))
    user.client("dynamodb").list_tables()
    least = why("--user", user.name, "--since", "5m")
    assert json.loads(least.stdout)["Statement"][0]["Action"] == "dynamodb:ListTables"
    assert why("no-such-id").returncode == 1
    assert why().returncode == 2


def test_a_policy_is_checked_by_who_may(server: RunningServer) -> None:
    """The tutorial's own trap, the table's ARN where the stream's is needed; and our own actions are known."""
    table = f"{TABLES}/Cloud9"
    policy = json.loads(allow("dynamodb:GetRecords", on=table))
    policy["Statement"].append({"Effect": "Allow", "Action": ["tailrace:LintPolicy", "tailrace:Nope"], "Resource": "*"})
    text = json.dumps(policy)
    nobody, editor = User(server), User(server, allow("tailrace:LintPolicy"))
    _, error = denied(tailrace(server, nobody.key).lint_policy, PolicyDocument=text)
    assert error["Code"] == "AccessDeniedException"
    findings = tailrace(server, editor.key).lint_policy(PolicyDocument=text)["Findings"]
    of_the_table = [f for f in findings if f["Statement"] == "#0" and f["Severity"] == "error"]
    assert "stream" in of_the_table[0]["Text"] + of_the_table[0].get("Suggestion", "")
    assert [f["Code"] for f in findings if f["Statement"] == "#1" and f["Severity"] == "error"] == ["unknown-action"]
