"""Whose tags an ARN stands for."""

from __future__ import annotations

import pytest

from tailrace.store import resource_tags, resources
from tailrace.store.engine import Store, Transaction

RED = {"team": "red"}
HERE = "us-east-1:1"
KEPT = [
    ("dynamodb:table", "1/us-east-1", "T", {"Tags": RED}),
    ("lambda:function", "1/us-east-1", "f", {"Tags": RED}),
    ("lambda:mapping", "1/us-east-1", "uuid", {"Tags": RED}),
    ("logs:group", "1/us-east-1", "/aws/lambda/f", {"tags": RED}),
    ("sqs:queue", "1/us-east-1", "q", {"Tags": RED}),
    ("sns:topic", "1/us-east-1", "t", {"Tags": RED}),
    ("iam:user", "1", "bob", {"Tags": RED}),
    ("iam:role", "1", "r", {"Tags": RED}),
    ("iam:policy", "1", "p", {"Tags": RED}),
]


@pytest.mark.parametrize(
    ("arn", "tagged"),
    [
        (f"arn:aws:dynamodb:{HERE}:table/T", True),
        (f"arn:aws:dynamodb:{HERE}:table/T/index/i", True),
        (f"arn:aws:dynamodb:{HERE}:table/T/stream/2020-01-01T00:00:00.000", True),
        (f"arn:aws:dynamodb:{HERE}:table/Other", False),
        ("arn:aws:dynamodb:eu-west-1:1:table/T", False),
        (f"arn:aws:lambda:{HERE}:function:f", True),
        (f"arn:aws:lambda:{HERE}:function:f:live", True),
        (f"arn:aws:lambda:{HERE}:event-source-mapping:uuid", True),
        (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f", True),
        (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f:log-stream:s", True),
        (f"arn:aws:sqs:{HERE}:q", True),
        (f"arn:aws:sns:{HERE}:t", True),
        (f"arn:aws:sns:{HERE}:t:subscription", True),
        ("arn:aws:iam::1:user/path/Bob", True),
        ("arn:aws:iam::1:role/r", True),
        ("arn:aws:iam::1:policy/p", True),
        ("arn:aws:iam::1:group/g", False),
        ("arn:aws:iam::2:user/bob", False),
        ("arn:aws:s3:::b", False),
        ("*", False),
    ],
)
async def test_tags_belong_to_the_resource_and_to_all_that_is_part_of_it(place: Store, arn: str, tagged: bool) -> None:
    def keep(tx: Transaction) -> None:
        for kind, scope, name, document in KEPT:
            resources.create(tx, kind, scope, name, document)

    await place.update(keep)
    assert await place.view(lambda tx: dict(resource_tags.of(tx, arn))) == (RED if tagged else {})
