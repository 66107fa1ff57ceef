"""Black-box tests through boto3 alone, so that they can run against any endpoint, AWS's own included.

TAILRACE_CONFORMANCE_ENDPOINT=http://localhost:8000 pytest tests/conformance     another server
TAILRACE_CONFORMANCE_ENDPOINT=aws pytest tests/conformance                       AWS, with the caller's own keys
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

Client = Any
S, N = "S", "N"


@pytest.fixture(scope="session")
def connect(request: pytest.FixtureRequest) -> Callable[..., Client]:
    """A function that makes a client. boto3's own checks are off: what is wrong is to be refused by the server."""
    given = os.environ.get("TAILRACE_CONFORMANCE_ENDPOINT")
    keys: dict[str, Any] = {"region_name": "us-east-1"}
    if given != "aws":
        keys["endpoint_url"] = given or request.getfixturevalue("server").endpoint
        keys |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

    def client(service: str) -> Client:
        config = Config(retries={"max_attempts": 1}, parameter_validation=False, inject_host_prefix=False)
        return boto3.Session().client(service, config=config, **keys)

    return client


@pytest.fixture(scope="session")
def dynamodb(connect: Callable[..., Client]) -> Client:
    return connect("dynamodb")


@pytest.fixture(scope="session")
def streams(connect: Callable[..., Client]) -> Client:
    return connect("dynamodbstreams")


def unique(base: str) -> str:
    return f"{base}-{uuid.uuid4().hex[:12]}"


def hash_table(name: str, **more: Any) -> dict[str, Any]:
    """CreateTable's parameters for a table with one key attribute, `pk`."""
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": S}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def schema(hash_name: str, range_name: str = "") -> list[dict[str, str]]:
    keys = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_name, "KeyType": "RANGE"}] if range_name else keys


def definitions(**types: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def index(name: str, keys: list[dict[str, str]], projection: str = "ALL", *extra: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"ProjectionType": projection}
    if extra:
        shown["NonKeyAttributes"] = list(extra)
    return {"IndexName": name, "KeySchema": keys, "Projection": shown}


def create(dynamodb: Client, parameters: dict[str, Any]) -> str:
    """Create a table and wait until it can be used; its name."""
    dynamodb.create_table(**parameters)
    name: str = parameters["TableName"]
    wait_active(dynamodb, name)
    return name


def _polls() -> Iterator[None]:
    """Ten looks without a pause, then one a second for five minutes, which is what AWS may take."""
    for attempt in range(310):
        yield
        if attempt >= 10:
            time.sleep(1)


def wait_active(dynamodb: Client, name: str) -> dict[str, Any]:
    """Poll until the table and its indexes are ACTIVE; the description."""
    for _ in _polls():
        table: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
        parts = [table["TableStatus"], *(each["IndexStatus"] for each in table.get("GlobalSecondaryIndexes", ()))]
        if set(parts) == {"ACTIVE"}:
            return table
    raise AssertionError(f"{name} did not become ACTIVE: {parts}")


def wait_gone(dynamodb: Client, name: str) -> None:
    """Poll until there is no such table."""
    for _ in _polls():
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return
    raise AssertionError(f"{name} is still there")


@pytest.fixture(scope="session")
def plain(dynamodb: Client) -> Iterator[str]:
    """A table whose key is `pk` (S); shared, so tests use keys of their own."""
    name = create(dynamodb, hash_table(unique("plain")))
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture(scope="session")
def wide(dynamodb: Client) -> Iterator[str]:
    """`pk` (S), `sk` (N); local indexes `by_weight` (KEYS_ONLY) and global `by_color`, `by_color_narrow` (INCLUDE)."""
    name = unique("wide")
    create(
        dynamodb,
        {
            "TableName": name,
            "AttributeDefinitions": definitions(pk=S, sk=N, weight=N, color=S),
            "KeySchema": schema("pk", "sk"),
            "LocalSecondaryIndexes": [index("by_weight", schema("pk", "weight"), "KEYS_ONLY")],
            "GlobalSecondaryIndexes": [
                index("by_color", schema("color", "sk")),
                index("by_color_narrow", schema("color"), "INCLUDE", "note"),
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    yield name
    dynamodb.delete_table(TableName=name)


def refused(call: Callable[..., Any], code: str, text: str | None = None, **parameters: Any) -> dict[str, Any]:
    """Call and expect a refusal with this code and (where given) exactly this text; the error's whole response."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"] if text is not None else None) == (code, text)
    return dict(caught.value.response)
