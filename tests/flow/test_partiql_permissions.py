"""What PartiQL statements need: a permission each, on a table or an index, under conditions of their own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer

ALL = [f"dynamodb:PartiQL{word}" for word in ("Select", "Insert", "Update", "Delete")]


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


@pytest.fixture(scope="module")
def table(server: RunningServer) -> Iterator[str]:
    """Songs by their artist, with the index `by_label`; one of Ann, one of Bob."""
    dynamodb, name = server.client("dynamodb"), f"Songs-{uuid.uuid4().hex[:8]}"
    by_label = {
        "IndexName": "by_label",
        "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=attributes("artist", "label"),
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[by_label],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    for artist in ("Ann", "Bob"):
        item = {"artist": {"S": artist}, "label": {"S": "x"}, "n": {"N": "1"}}
        dynamodb.put_item(TableName=name, Item=item)
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def user(server: RunningServer, table: str) -> Callable[..., Any]:
    """Makes a client of a new user that may do `actions` on the table (or on `resource` below it)."""

    def make(actions: list[str], resource: str = "", **more: Any) -> Any:
        iam, name = server.client("iam"), f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        allow = {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:dynamodb:*:*:table/{table}{resource}"}
        statements = [{**allow, **more.pop("limits", {})}, *more.pop("others", [])]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return server.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])

    return make


def is_denied(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "AccessDeniedException")
    return False


def may(dynamodb: Any, statement: str) -> bool:
    return not is_denied(dynamodb.execute_statement, Statement=statement)


@pytest.mark.parametrize("word", ["Select", "Insert", "Update", "Delete"])
def test_each_kind_of_statement_has_an_action_of_its_own(table: str, user: Callable[..., Any], word: str) -> None:
    statements = {
        "Select": f"""SELECT * FROM "{table}" WHERE artist = 'Ann'""",
        "Insert": f"""INSERT INTO "{table}" VALUE {{'artist': 'Ann'}}""",
        "Update": f"""UPDATE "{table}" SET n = 2 WHERE artist = 'Ann'""",
        "Delete": f"""DELETE FROM "{table}" WHERE artist = 'Nobody'""",
    }
    dynamodb = user([f"dynamodb:PartiQL{word}"])
    assert {each for each, statement in statements.items() if may(dynamodb, statement)} == {word}
    others = user(["dynamodb:Query", "dynamodb:Scan", "dynamodb:*Item"])
    assert not any(may(others, statement) for statement in statements.values())


def test_an_index_is_a_resource_of_its_own(table: str, user: Callable[..., Any]) -> None:
    on_table, on_index = user(ALL), user(ALL, "/index/*")
    table_read = f"""SELECT * FROM "{table}" WHERE artist = 'Ann'"""
    index_read = f"""SELECT * FROM "{table}".by_label WHERE label = 'x'"""
    assert (may(on_table, table_read), may(on_table, index_read)) == (True, False)
    assert (may(on_index, table_read), may(on_index, index_read)) == (False, True)


def test_full_scans_can_be_denied(table: str, user: Callable[..., Any]) -> None:
    deny = {
        "Effect": "Deny",
        "Action": ["dynamodb:PartiQLSelect"],
        "Resource": "*",
        "Condition": {"Bool": {"dynamodb:FullTableScan": ["true"]}},
    }
    dynamodb = user(ALL, others=[deny])
    assert may(dynamodb, f"""SELECT * FROM "{table}" WHERE artist IN ['Ann', 'Bob']""")
    for clause in ("", "WHERE n = 1", "WHERE artist > 'A'", "WHERE artist = 'Ann' OR n = 1", "WHERE artist <> 'Ann'"):
        assert not may(dynamodb, f'SELECT * FROM "{table}" {clause}')


def test_partitions_can_be_a_condition(table: str, user: Callable[..., Any]) -> None:
    own = {
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["Ann"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        }
    }
    dynamodb = user(ALL, limits=own)
    for name, allowed in (("Ann", True), ("Bob", False)):
        assert may(dynamodb, f"""SELECT * FROM "{table}" WHERE artist = '{name}'""") is allowed
        assert may(dynamodb, f"""UPDATE "{table}" SET n = 3 WHERE artist = '{name}'""") is allowed
        assert may(dynamodb, f"""INSERT INTO "{table}" VALUE {{'artist': '{name}'}}""") is allowed
        request = {"Statement": f'DELETE FROM "{table}" WHERE artist = ? AND n = 9', "Parameters": [{"S": name}]}
        assert is_denied(dynamodb.execute_statement, **request) is not allowed
    assert not may(dynamodb, f"""SELECT * FROM "{table}" WHERE artist = 'Ann' OR artist = 'Bob'""")
    assert not may(dynamodb, f"""SELECT * FROM "{table}" WHERE NOT artist = 'Bob'""")


def test_attributes_can_be_a_condition(table: str, user: Callable[..., Any]) -> None:
    some = {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["artist", "n"]}}
    dynamodb = user(
        ALL, limits={"Condition": {**some, "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}}
    )
    assert may(dynamodb, f"""SELECT n FROM "{table}" WHERE artist = 'Ann'""")
    assert not may(dynamodb, f"""SELECT * FROM "{table}" WHERE artist = 'Ann'""")
    assert not may(dynamodb, f"""SELECT n FROM "{table}" WHERE artist = 'Ann' AND label = 'x'""")
    assert not may(dynamodb, f"""UPDATE "{table}" SET label = 'y' WHERE artist = 'Ann'""")


def test_batches_and_transactions_need_what_each_statement_needs(table: str, user: Callable[..., Any]) -> None:
    dynamodb = user(["dynamodb:PartiQLUpdate", "dynamodb:PartiQLSelect"])
    update = {"Statement": f"""UPDATE "{table}" SET n = 4 WHERE artist = 'Ann'"""}
    delete = {"Statement": f"""DELETE FROM "{table}" WHERE artist = 'Bob'"""}
    exists = {"Statement": f"""EXISTS(SELECT * FROM "{table}" WHERE artist = 'Bob' AND n = 1)"""}
    assert not is_denied(dynamodb.execute_transaction, TransactStatements=[update, exists])
    assert is_denied(dynamodb.execute_transaction, TransactStatements=[update, delete])
    assert not is_denied(dynamodb.batch_execute_statement, Statements=[update])
    assert is_denied(dynamodb.batch_execute_statement, Statements=[update, delete])


def test_a_policy_can_allow_transactions_alone(table: str, user: Callable[..., Any]) -> None:
    only = {"Condition": {"StringEquals": {"dynamodb:EnclosingOperation": ["ExecuteTransaction"]}}}
    dynamodb = user(ALL, limits=only)
    update = f"""UPDATE "{table}" SET n = 5 WHERE artist = 'Ann'"""
    assert not may(dynamodb, update)
    assert not is_denied(dynamodb.execute_transaction, TransactStatements=[{"Statement": update}])
