"""Nobody can do anything without a permission: every registered operation, asked for by a user who has none.

The list is the registry itself and the requests come from AWS's models, so an operation that is added tomorrow is
asked the same question.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from tailrace import app
from tailrace.operation import REGISTRY, Operation
from tailrace.wire import model
from tests.flow.test_iam import ACCOUNT, name

OPEN_TO_ALL = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
BY_TRUST_POLICY = {("sts", "AssumeRole")}
assert app.SERVICES  # whose import has registered every operation that the server has
EVERY = sorted(REGISTRY, key=lambda each: (each.service, each.name))

UUID = "11111111-2222-3333-4444-555555555555"
REGIONAL = f"us-east-1:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{REGIONAL}:table/Nothing"
FUNCTION = f"arn:aws:lambda:{REGIONAL}:function:Nothing"
QUEUE = f"arn:aws:sqs:{REGIONAL}:Nothing"
# What a member of that name holds, in the first service that fits; then what a pattern may be looking for.
NAMED = {
    "StreamArn": f"{TABLE}/stream/2020-01-01T00:00:00.000",
    "BackupArn": f"{TABLE}/backup/01577836800000-abcdef01",
    "EventSourceArn": f"{TABLE}/stream/2020-01-01T00:00:00.000",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Nothing",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/Nothing",
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/Nothing",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/Nothing",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/Nothing",
    "Statement": "SELECT * FROM \"Nothing\" WHERE pk = 'a'",
    "PolicyDocument": "{}",
    "Principal": "*",
    "S3Bucket": "nothing",
    "SubnetIds": "subnet-1",
    "SecurityGroupIds": "sg-1",
    "CodeSigningConfigArn": f"arn:aws:lambda:{REGIONAL}:code-signing-config:csc-0123456789abcdefg",
    "DurableExecutionArn": f"{FUNCTION}:1/durable-execution/nothing/nothing",
    "CapacityProviderOperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/Nothing",
    "SubscriptionArn": f"arn:aws:sns:{REGIONAL}:Nothing:{UUID}",
    "KmsKeyArn": f"arn:aws:kms:{REGIONAL}:key/{UUID}",
    "TaskHandle": base64.b64encode(json.dumps({"taskId": "1", "sourceArn": QUEUE}).encode()).decode(),
}
ARNS = {
    "cloudwatch": f"arn:aws:cloudwatch:{REGIONAL}:alarm:Nothing",
    "dynamodb": TABLE,
    "lambda": FUNCTION,
    "logs": f"arn:aws:logs:{REGIONAL}:log-group:Nothing",
    "iam": f"arn:aws:iam::{ACCOUNT}:user/Nothing",
    "sts": f"arn:aws:iam::{ACCOUNT}:user/Nothing",
    "sns": f"arn:aws:sns:{REGIONAL}:Nothing",
    "sqs": QUEUE,
}
# How services call a denial.
DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
CANDIDATES = (
    "Nothing",
    "nothing",
    "default",
    UUID,
    "1",
    "/nothing/",
    "v1",
    "AKIAAAAAAAAAAAAAAAAA",
    "nothing:Nothing",
    "lambda:InvokeFunction",
    "lambda:GetLayerVersion",
    f"arn:aws:lambda:{REGIONAL}:layer:nothing:1",
)
# One member of those structures that want exactly one, though no model says so.
ONE_OF = {
    "AttributeValue": {"S": "a"},
    "WriteRequest": {"DeleteRequest": {"Key": {"pk": {"S": "a"}}}},
    "TransactWriteItem": {"Delete": {"TableName": "Nothing", "Key": {"pk": {"S": "a"}}}},
    "FunctionCode": {"ZipFile": b"nothing"},
}
# What is needed beside the members that a model requires, for a request to mean something.
ALSO = {
    ("dynamodb", "RestoreTableToPointInTime"): {"SourceTableName": "Nothing"},
    ("sns", "Publish"): {"TopicArn": f"arn:aws:sns:{REGIONAL}:Nothing"},
    ("lambda", "UpdateFunctionCode"): {"ZipFile": b"nothing"},
    ("lambda", "CreateFunction"): {"Runtime": "python3.11", "Handler": "a.b"},
    ("lambda", "CreateEventSourceMapping"): {"EventSourceArn": NAMED["EventSourceArn"]},
    ("logs", "GetLogEvents"): {"logGroupName": "nothing"},
    ("logs", "FilterLogEvents"): {"logGroupName": "nothing"},
    ("logs", "GetLogGroupFields"): {"logGroupName": "nothing"},
    ("logs", "StartQuery"): {"logGroupName": "nothing", "startTime": 1, "endTime": 1, "queryString": "fields @message"},
    ("logs", "DescribeLogStreams"): {"logGroupName": "nothing"},
}


def fits(text: str, shape: Any) -> bool:
    """Whether a text is one that the model takes."""
    limits = shape.metadata
    if not limits.get("min", 0) <= len(text) <= limits.get("max", 1 << 20):
        return False
    pattern = limits.get("pattern", "")
    # Java's classes of letters and digits, as far as ASCII goes.
    pattern = re.sub(
        r"\\p\{(L|N|Z|M|S|P)\}|\\p\{(Alpha|Alnum|Digit|Upper|Lower|Graph|Print|ASCII)\}", "A-Za-z0-9", pattern
    )
    try:
        return not pattern or re.fullmatch(pattern, text) is not None
    except re.error:
        return True


def text_for(service: str, member: str, shape: Any) -> str:
    """A text for a member."""
    if shape.enum:
        return str(shape.enum[0])
    named = [NAMED[member]] if member in NAMED else []
    arns = [ARNS[service]] if service in ARNS and re.search(r"(?i)arn|^resource$", f"{member} {shape.name}") else []
    length = shape.metadata.get("min", 1)
    for text in (*named, *arns, *CANDIDATES, *ARNS.values(), "a" * length, "1" * length):
        if fits(text, shape):
            return text
    raise AssertionError(f"what could {service} {member} ({shape.name}) be? {shape.metadata}")


def sample(service: str, member: str, shape: Any) -> Any:
    """The smallest value that the model takes."""
    if shape.name in ONE_OF:
        return ONE_OF[shape.name]
    if shape.type_name == "structure":
        return {each: sample(service, each, shape.members[each]) for each in shape.required_members}
    if shape.type_name == "list":
        return [sample(service, member, shape.member)] * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "map":
        return {sample(service, "", shape.key): sample(service, "", shape.value)}
    if shape.type_name == "string":
        return text_for(service, member, shape)
    plain = {"boolean": True, "blob": b"a", "timestamp": 1_577_836_800, "double": 1.0, "float": 1.0}
    return plain.get(shape.type_name, max(1, int(shape.metadata.get("min", 1))))


def request_for(service: str, operation: str) -> dict[str, Any]:
    """A request that gets through validation."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    base: dict[str, Any] = sample(service.removesuffix("streams"), "", model.input_shape) if model.input_shape else {}
    return base | ALSO.get((service, operation), {})


@pytest.fixture(scope="module", autouse=True)
def own_models() -> Iterator[None]:
    """Operations of Tailrace's own have models beside botocore's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DATA_PATH", str(Path(model.__file__).parent / "models"))
        yield


@pytest.fixture(scope="module")
def nobody(server: Any) -> Iterator[Any]:
    """Clients of a user who may do nothing."""
    iam_client, who = server.client("iam"), name("nobody")
    iam_client.create_user(UserName=who)
    key = iam_client.create_access_key(UserName=who)["AccessKey"]
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = server.client(
                service,
                access_key=key["AccessKeyId"],
                secret_key=key["SecretAccessKey"],
                parameter_validation=False,
            )
        return clients[service]

    yield client
    for each in clients.values():
        each.close()


def test_what_needs_no_permission_is_known() -> None:
    without = {(each.service, each.name) for each in EVERY if each.needs is None and each.also is None}
    assert without == OPEN_TO_ALL | BY_TRUST_POLICY


@pytest.mark.parametrize(
    "operation",
    [each for each in EVERY if (each.service, each.name) not in OPEN_TO_ALL],
    ids=lambda each: f"{each.service}.{each.name}",
)
def test_a_user_without_rights_is_refused(nobody: Any, operation: Operation) -> None:
    request = request_for(operation.service, operation.name)
    with pytest.raises(ClientError) as caught:
        nobody(operation.service)._make_api_call(operation.name, request)
    error = caught.value.response["Error"]
    assert error["Code"] in DENIALS, f"{error} to {request}"
    assert "is not authorized to perform: " in error["Message"]
