"""A compiled server answers as an interpreted one does, byte for byte, whatever is wrong with what it is asked.

A value that doesn't fit its annotation passes unseen in interpreted code; in compiled code it is a TypeError, which a
client would meet as a 500, or becomes another number: 0 is printed as 0.0.
"""

from __future__ import annotations

import copy
import http.client
import json
import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import RunningServer

SOURCES = Path(__file__).parent.parent.parent / "src"
OWN = {"date", "x-amzn-requestid"}  # headers that no two answers share
REQUESTS = 1200  # none has a page of PartiQL, whose token no two answers share
ODD: list[Any] = [None, True, -1, 1.5, 1e308, 2**63, "", "x", "\0", "é", "x" * 3000, [], [None], {}, {"": ""}]
ODD += [{"S": "a"}, {"N": "1E126"}, {"N": "x"}, {"NS": ["1", "1.0"]}, {"B": "!"}, {"L": [{"M": {"k": {"N": "-0"}}}]}]
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}
ITEM = KEY | {"v": {"N": "1"}, "m": {"M": {"k": {"S": "b"}}}, "l": {"L": [{"S": "c"}]}, "g": {"S": "a"}}
VALUES: dict[str, Any] = {":a": {"S": "a"}, ":b": {"N": "1"}}
CONDITION = {"ConditionExpression": "#n >= :b OR begins_with(m.k, :a)", "ExpressionAttributeNames": {"#n": "v"}}
WRITE = {"TableName": "odd", **CONDITION, "ExpressionAttributeValues": VALUES}
UPDATE = {"Key": KEY, "UpdateExpression": "SET #n = #n + :b, m.k = :a, l[1] = :b", **WRITE}
PAGE = {"TableName": "odd", "Limit": 2, "ReturnConsumedCapacity": "INDEXES", "ExclusiveStartKey": KEY}
EXPECTED = {"v": {"ComparisonOperator": "GE", "AttributeValueList": [{"N": "1"}]}}
SELECT = {"Statement": "SELECT m.k, l[0] FROM odd WHERE pk = ?", "Parameters": [{"S": "a"}]}
TEMPLATES: list[tuple[str, dict[str, Any]]] = [
    ("PutItem", {"Item": ITEM, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "INDEXES", **WRITE}),
    ("PutItem", {"TableName": "odd", "Item": ITEM, "Expected": EXPECTED, "ConditionalOperator": "AND"}),
    ("UpdateItem", UPDATE | {"ReturnValues": "UPDATED_NEW", "ReturnItemCollectionMetrics": "SIZE"}),
    ("UpdateItem", {"TableName": "odd", "Key": KEY, "AttributeUpdates": {"v": {"Action": "ADD", "Value": {"N": "1"}}}}),
    ("DeleteItem", {"Key": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **WRITE}),
    ("GetItem", {"TableName": "odd", "Key": KEY, "ProjectionExpression": "m.k, l[0], v", "ConsistentRead": True}),
    ("Query", PAGE | {"KeyConditionExpression": "pk = :a AND sk >= :b", "ExpressionAttributeValues": VALUES}),
    ("Query", {"TableName": "odd", "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": []}}}),
    ("Scan", PAGE | {"FilterExpression": "m.k = :a", "Segment": 0, "TotalSegments": 1, "Select": "COUNT"}),
    ("BatchGetItem", {"RequestItems": {"odd": {"Keys": [KEY], "ProjectionExpression": "m.k, v"}}}),
    ("BatchWriteItem", {"RequestItems": {"odd": [{"PutRequest": {"Item": ITEM}}]}, "ReturnConsumedCapacity": "TOTAL"}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "odd", "Key": KEY, "ProjectionExpression": "m.k"}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Update": UPDATE}], "ReturnConsumedCapacity": "INDEXES"}),
    ("ExecuteStatement", SELECT | {"ReturnConsumedCapacity": "INDEXES"}),
    ("ExecuteStatement", {"Statement": "UPDATE odd SET v = ? WHERE pk = 'a' AND sk = 1", "Parameters": [{"N": "2"}]}),
    ("ExecuteStatement", {"Statement": "INSERT INTO odd VALUE {'pk': 'b', 'sk': ?}", "Parameters": [{"N": "2"}]}),
]
TABLE = {
    "TableName": "odd",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "N"))
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
}


class Client:
    """Sends bodies as they are, and keeps of an answer what two servers must share."""

    def __init__(self, server: RunningServer) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=120)

    def code(self) -> str:
        """What the server says that it runs."""
        self.connection.request("GET", "/_tailrace/health")
        return str(json.load(self.connection.getresponse())["code"])

    def answer(self, operation: str, body: bytes) -> tuple[int, list[tuple[str, str]], str]:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        request = AWSRequest("POST", "http://localhost/", headers | {"Host": "localhost"}, body)
        SigV4Auth(Credentials("test", "test"), "dynamodb", "us-east-1").add_auth(request)
        self.connection.request("POST", "/", body, dict(request.headers.items()))
        found = self.connection.getresponse()
        text = re.sub(r"\b[A-Z0-9]{52}\b", "", found.read().decode())
        told = sorted((name.lower(), value) for name, value in found.getheaders() if name.lower() not in OWN)
        return found.status, told, text


@contextmanager
def running() -> Iterator[Client]:
    """A server of its own with the table, and a client of it."""
    server = RunningServer("memory:")
    client = Client(server)
    try:
        server.client("dynamodb").create_table(**TABLE)
        server.client("dynamodb").get_waiter("table_exists").wait(TableName="odd", WaiterConfig={"Delay": 1})
        yield client
    finally:
        client.connection.close()
        server.kill()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a request."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(below, (*path, key))


def replaced(request: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    found: Any = copy.deepcopy(request)
    inner = found
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return found


@pytest.mark.skipif("TAILRACE_TEST_COMPILED" not in os.environ, reason="compares two builds: `make test-compiled`")
def test_odd_requests_are_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [(name, request, path, odd) for name, request in TEMPLATES for path in places(request) for odd in ODD]
    chosen = [*TEMPLATES, *((each[0], replaced(*each[1:])) for each in random.Random(8).sample(whole, REQUESTS))]
    with running() as compiled:
        monkeypatch.setenv("PYTHONPATH", str(SOURCES))
        with running() as interpreted:
            assert (compiled.code(), interpreted.code()) == ("compiled", "interpreted")
            for operation, request in chosen:
                body = json.dumps(request).encode()
                found = compiled.answer(operation, body)
                assert found == interpreted.answer(operation, body), (operation, body)
                assert found[0] < 500, (operation, body)
