"""Queries against a plain model: any keys, any range, any page size, both directions, on the table and on an index."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.in_process import InProcess, in_process

# Few letters and nasty bytes, so that prefixes, neighbours and equal keys come up.
TEXTS = st.text(alphabet="ab\0\x01é\U0001f600", min_size=1, max_size=3)
EXTREMES = st.sampled_from([Decimal("1E+20"), Decimal("-1E-20")])
NUMBERS = st.one_of(st.integers(-12, 12).map(Decimal), st.decimals(-5, 5, places=2), EXTREMES)
BINARIES = st.binary(min_size=1, max_size=3).map(lambda raw: bytes(byte | 0xF0 if byte & 1 else byte for byte in raw))
KINDS: dict[str, st.SearchStrategy[Any]] = {"S": TEXTS, "N": NUMBERS, "B": BINARIES}
OPERATORS: dict[str, Callable[..., bool]] = {
    "": lambda value: True,
    "=": lambda value, a: value == a,
    "<": lambda value, a: value < a,
    "<=": lambda value, a: value <= a,
    ">": lambda value, a: value > a,
    ">=": lambda value, a: value >= a,
    "BETWEEN": lambda value, a, b: a <= value <= b,
    "begins_with": lambda value, a: value.startswith(a),
}


def wire(kind: str, value: Any) -> dict[str, str]:
    return {kind: b64encode(value).decode() if kind == "B" else str(value)}


def order(kind: str, value: Any) -> Any:
    """How DynamoDB sorts: strings by their UTF-8 bytes."""
    return value.encode() if kind == "S" else value


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(KINDS)))
    values = KINDS[kind]
    operator = draw(st.sampled_from([each for each in OPERATORS if each != "begins_with" or kind != "N"]))
    operands = [draw(values) for _ in range({"": 0, "BETWEEN": 2}.get(operator, 1))]
    return {
        "kind": kind,
        "items": draw(st.lists(st.tuples(values, st.booleans()), max_size=12, unique_by=lambda pair: pair[0])),
        "operator": operator,
        "operands": sorted(operands, key=lambda value: order(kind, value)),
        "limit": draw(st.integers(1, 5)),
        "forward": draw(st.booleans()),
        "index": draw(st.booleans()),
    }


async def ask(node: InProcess, question: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Put the items (in two partitions) and read them back page by page: partition and range value of each."""
    kind, hash_name = question["kind"], "gsi" if question["index"] else "pk"
    names = [("pk", "S"), ("sk", kind), ("gsi", "S")]
    index = {
        "IndexName": "index",
        "KeySchema": [{"AttributeName": "gsi", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    await node.table(
        "table",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": letter} for name, letter in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[index],
    )
    for value, elsewhere in question["items"]:
        for pk in ("one", "two"):
            item = {"pk": {"S": pk}, "sk": wire(kind, value), "gsi": {"S": "y" if elsewhere else "x"}}
            await node.dynamodb("PutItem", TableName="table", Item=item)
    operator, names_of = question["operator"], [":a", ":b"]
    condition = {"": "", "BETWEEN": "AND sk BETWEEN :a AND :b", "begins_with": "AND begins_with(sk, :a)"}
    values = {":p": {"S": "x" if question["index"] else "one"}}
    values |= {name: wire(kind, value) for name, value in zip(names_of, question["operands"], strict=False)}
    request: dict[str, Any] = {
        "TableName": "table",
        "KeyConditionExpression": f"{hash_name} = :p {condition.get(operator, f'AND sk {operator} :a')}",
        "ExpressionAttributeValues": values,
        "ScanIndexForward": question["forward"],
        "Limit": question["limit"],
    }
    if question["index"]:
        request["IndexName"] = "index"
    found: list[tuple[str, dict[str, str]]] = []
    for _ in range(30):
        page = await node.dynamodb("Query", **request)
        assert page["Count"] == len(page["Items"]) <= question["limit"]
        found += [(item["pk"]["S"], item["sk"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return found
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    raise AssertionError("the pages don't end")


@settings(max_examples=150)
@given(questions())
def test_a_query_finds_what_a_plain_model_finds(question: dict[str, Any]) -> None:
    async def run() -> list[tuple[str, dict[str, str]]]:
        async with in_process() as node:
            return await ask(node, question)

    kind, matches = question["kind"], OPERATORS[question["operator"]]
    operands = [order(kind, value) for value in question["operands"]]
    inside = [value for value, elsewhere in question["items"] if not (question["index"] and elsewhere)]
    hits = sorted(order(kind, value) for value in inside if matches(order(kind, value), *operands))
    expected = hits if question["forward"] else hits[::-1]

    def back(stored: dict[str, str]) -> Any:
        [(letter, content)] = stored.items()
        if letter == "N":
            return Decimal(content)
        return content.encode() if letter == "S" else b64decode(content)

    found = asyncio.run(run())
    partitions = {"one", "two"} if question["index"] else {"one"}
    for partition in partitions:
        assert [back(value) for pk, value in found if pk == partition] == expected
    assert len(found) == len(expected) * len(partitions)
