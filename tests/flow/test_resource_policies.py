"""Resource policies of tables and streams: kept, given back, and enforced beside the callers' own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until

ACCOUNT = "000000000000"
MISSING = "Resource-based policy not found for the provided ResourceArn: "
LOCKED_OUT = "The new resource policy will not allow you to update the resource policy in the future."


class Place:
    """A table with an index and a stream, the root's client, and a user whose own policies allow nothing."""

    def __init__(self, server: RunningServer) -> None:
        self.server, self.name = server, f"guarded-{uuid.uuid4().hex[:8]}"
        self.root = server.client("dynamodb")
        self.root.create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-color",
                    "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
        wait_until("the table", lambda: self.describe()["TableStatus"] == "ACTIVE")
        self.arn, self.stream = self.describe()["TableArn"], self.describe()["LatestStreamArn"]
        iam = server.client("iam")
        self.user_name = f"reader-{uuid.uuid4().hex[:8]}"
        self.user_arn = iam.create_user(UserName=self.user_name)["User"]["Arn"]
        key = iam.create_access_key(UserName=self.user_name)["AccessKey"]
        self.keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        self.user = server.client("dynamodb", **self.keys)

    def describe(self) -> dict[str, Any]:
        table: dict[str, Any] = self.root.describe_table(TableName=self.name)["Table"]
        return table

    def allow(self, *actions: str) -> None:
        """Give the user a policy of its own."""
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        self.server.client("iam").put_user_policy(
            UserName=self.user_name, PolicyName="own", PolicyDocument=json.dumps(document)
        )

    def put(self, *statements: dict[str, Any], on: str = "", client: Any = None, **more: Any) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client = client or self.root
        revision: str = client.put_resource_policy(ResourceArn=on or self.arn, Policy=document, **more)["RevisionId"]
        return revision

    def statement(self, effect: str = "Allow", action: Any = "dynamodb:GetItem", **more: Any) -> dict[str, Any]:
        made = {"Effect": effect, "Principal": {"AWS": self.user_arn}, "Action": action, "Resource": self.arn}
        return {**made, **more}

    def get(self, client: Any) -> Any:
        return client.get_item(TableName=self.name, Key={"pk": {"S": "a"}})


@pytest.fixture
def place(server: RunningServer) -> Iterator[Place]:
    made = Place(server)
    yield made
    made.root.delete_table(TableName=made.name)


def refusal(call: Any, *arguments: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_policy_is_kept_in_one_form_and_has_a_revision(place: Place) -> None:
    given = {"Resource": [place.arn], "Action": ["dynamodb:GetItem"], "Principal": {"AWS": ACCOUNT}, "Effect": "Allow"}
    revision = place.put(given)
    answer = place.root.get_resource_policy(ResourceArn=place.arn)
    assert answer["RevisionId"] == revision
    assert answer["Policy"] == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},'
        f'"Action":"dynamodb:GetItem","Resource":"{place.arn}"}}]}}'
    )
    assert place.put(place.statement(Principal={"AWS": ACCOUNT})) == revision  # it says the same
    later = place.put(place.statement())
    assert later > revision
    assert place.root.delete_resource_policy(ResourceArn=place.arn)["RevisionId"] == later
    assert "RevisionId" not in place.root.delete_resource_policy(ResourceArn=place.arn)
    get = place.root.get_resource_policy
    assert refusal(get, ResourceArn=place.arn) == ("PolicyNotFoundException", MISSING + place.arn)


def test_an_expected_revision_must_be_the_current_one(place: Place) -> None:
    first = place.put(place.statement(), ExpectedRevisionId="NO_POLICY")
    text = (
        f"{MISSING}Requested policy update expecting none to be present for table {place.name}, "
        f"but a policy exists with revision id {first}."
    )
    assert refusal(place.put, place.statement(), ExpectedRevisionId="NO_POLICY") == ("PolicyNotFoundException", text)
    second = place.put(place.statement(action="dynamodb:PutItem"), ExpectedRevisionId=first)
    text = (
        f"{MISSING}Requested update for policy with revision id {first}, but the policy associated to target table "
        f"{place.name} has revision id {second}."
    )
    delete = place.root.delete_resource_policy
    found = refusal(delete, ResourceArn=place.arn, ExpectedRevisionId=first)
    assert found == ("PolicyNotFoundException", text)
    delete(ResourceArn=place.arn, ExpectedRevisionId=second)
    assert refusal(delete, ResourceArn=place.arn, ExpectedRevisionId=second)[0] == "PolicyNotFoundException"


def test_a_grant_lets_in_who_has_no_policy_of_its_own(place: Place) -> None:
    code, text = refusal(place.get, place.user)
    assert (code, "no identity-based policy allows" in text) == ("AccessDeniedException", True)
    place.put(place.statement())
    place.get(place.user)
    assert refusal(place.user.scan, TableName=place.name)[0] == "AccessDeniedException"
    place.root.delete_resource_policy(ResourceArn=place.arn)
    assert refusal(place.get, place.user)[0] == "AccessDeniedException"


def test_an_explicit_deny_is_stronger_than_the_callers_own_policy(place: Place) -> None:
    place.allow("dynamodb:*")
    place.get(place.user)
    place.put(place.statement("Deny"))
    text = (
        f"User: {place.user_arn} is not authorized to perform: dynamodb:GetItem on resource: {place.arn} "
        "with an explicit deny in a resource-based policy"
    )
    assert refusal(place.get, place.user) == ("AccessDeniedException", text)
    place.user.scan(TableName=place.name)


def test_a_tables_policy_speaks_for_its_indexes(place: Place) -> None:
    index = f"{place.arn}/index/by-color"
    place.put(place.statement(action="dynamodb:Scan", Resource=index))
    place.user.scan(TableName=place.name, IndexName="by-color")
    assert refusal(place.user.scan, TableName=place.name)[0] == "AccessDeniedException"


def test_a_condition_is_asked(place: Place) -> None:
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["a"]}}
    place.put(place.statement(Condition=keys))
    place.get(place.user)
    other = {"TableName": place.name, "Key": {"pk": {"S": "b"}}}
    assert refusal(place.user.get_item, **other)[0] == "AccessDeniedException"


def test_a_stream_has_a_policy_of_its_own(place: Place) -> None:
    streams = place.server.client("dynamodbstreams", **place.keys)
    assert refusal(streams.describe_stream, StreamArn=place.stream)[0] == "AccessDeniedException"
    place.put(place.statement(action="dynamodb:DescribeStream", Resource=place.stream), on=place.stream)
    streams.describe_stream(StreamArn=place.stream)
    assert refusal(place.root.get_resource_policy, ResourceArn=place.arn)[0] == "PolicyNotFoundException"
    place.root.delete_resource_policy(ResourceArn=place.stream)
    assert refusal(streams.describe_stream, StreamArn=place.stream)[0] == "AccessDeniedException"


def test_the_root_is_bound_by_a_deny_but_can_always_take_it_away(place: Place) -> None:
    place.put(place.statement("Deny", "dynamodb:*", Principal="*"), ConfirmRemoveSelfResourceAccess=True)
    code, text = refusal(place.get, place.root)
    assert (code, text.endswith("with an explicit deny in a resource-based policy")) == ("AccessDeniedException", True)
    place.root.delete_resource_policy(ResourceArn=place.arn)
    place.get(place.root)


def test_nobody_is_locked_out_without_confirming_it(place: Place) -> None:
    place.allow("dynamodb:*")
    lock = place.statement("Deny", "dynamodb:PutResourcePolicy", Principal="*")
    assert refusal(place.put, lock, client=place.user) == ("AccessDeniedException", LOCKED_OUT)
    own = {"ArnEquals": {"aws:PrincipalArn": place.user_arn}}
    mine = {**lock, "Condition": own}
    assert refusal(place.put, mine, client=place.user) == ("AccessDeniedException", LOCKED_OUT)
    place.put(mine, client=place.user, ConfirmRemoveSelfResourceAccess=True)
    assert refusal(place.put, place.statement(), client=place.user)[0] == "AccessDeniedException"


def test_a_table_is_created_with_its_policy_for_who_may_put_one(place: Place) -> None:
    name = f"with-policy-{uuid.uuid4().hex[:8]}"
    arn = place.arn.replace(place.name, name)
    statement = place.statement(Resource=arn)
    create = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "ResourcePolicy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    place.allow("dynamodb:CreateTable")
    code, text = refusal(place.user.create_table, **create)
    assert (code, "dynamodb:PutResourcePolicy" in text) == ("AccessDeniedException", True)
    place.root.create_table(**create)
    place.root.describe_table(TableName=name)
    place.user.get_item(TableName=name, Key={"pk": {"S": "a"}})
    place.root.delete_table(TableName=name)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{not json", "Invalid policy document: This policy contains invalid Json"),
        ("", "Invalid policy document: This policy contains invalid Json"),
        ('{"Statement":[]}', "Invalid policy document: Could not parse the policy: Statement is empty!"),
        (" " * 20_481, "Maximum policy size of 20480 bytes exceeded"),
        (
            '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"dynamodb:GetItem"}]}',
            "Invalid policy document: Missing required field Resource",
        ),
        (
            '{"Statement":[{"Effect":"Allow","Principal":"*","Resource":"*",'
            '"Action":["dynamodb:GetItem","dynamodb:GetRecords","s3:GetObject"]}]}',
            'Invalid policy document: The following action names are invalid: "dynamodb:GetRecords", "s3:GetObject"',
        ),
        (
            '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/nobody"},'
            '"Resource":"*","Action":"dynamodb:GetItem"}]}',
            "Invalid principal in policy document.",
        ),
    ],
)
def test_what_is_no_policy_is_refused(place: Place, document: str, text: str) -> None:
    found = refusal(place.root.put_resource_policy, ResourceArn=place.arn, Policy=document)
    assert found == ("ValidationException", f"One or more parameter values were invalid: {text}")


def test_what_is_no_tables_or_streams_arn_is_refused(place: Place) -> None:
    invalid, get = "One or more parameter values were invalid: ", place.root.get_resource_policy
    accounts = "This action is only supported by accounts that match the resource owner\u2019s account."
    elsewhere = place.arn.replace("us-east-1", "eu-west-1")
    for arn, code, text in (
        (place.name, "ValidationException", f"{invalid}ARNs must start with 'arn:': {place.name}"),
        (place.arn.replace(ACCOUNT, "1" * 12), "ValidationException", accounts),
        (elsewhere, "ValidationException", f"{invalid}Invalid resource Arn: {elsewhere}"),
        (
            f"{place.arn}/index/by-color",
            "ValidationException",
            f"{invalid}Invalid resource arn provided, only table or stream is accepted. "
            f"Provided resource arn: {place.arn}/index/by-color",
        ),
        (
            f"{place.arn}/backup/1",
            "ValidationException",
            f"{invalid}Provided Arn is not a DynamoDB resource arn: {place.arn}/backup/1",
        ),
        (f"{place.arn}x", "ResourceNotFoundException", f"Requested resource not found: Table: {place.name}x not found"),
        (
            f"{place.arn}/stream/2000-01-01T00:00:00.000",
            "ResourceNotFoundException",
            f"Requested resource not found: Stream: 2000-01-01T00:00:00.000 not found for Table: {place.name}",
        ),
    ):
        assert refusal(get, ResourceArn=arn) == (code, text)
