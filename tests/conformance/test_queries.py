"""Query and Scan: ranges, indexes, filters, pages, segments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, hash_table, refused, schema, unique

INVALID = "One or more parameter values were invalid: "
P = {":p": {"S": "p"}}


@pytest.fixture(scope="module")
def filled(dynamodb: Any, wide: str) -> Iterator[str]:
    """Ten items of partition `p` in `wide`: sk 0-9, weight 9-0, colors crimson and navy in turn."""
    for number in range(10):
        item = {
            "pk": {"S": "p"},
            "sk": {"N": str(number)},
            "weight": {"N": str(9 - number)},
            "color": {"S": "crimson" if number % 2 else "navy"},
            "note": {"S": f"note {number}"},
            "extra": {"S": "x"},
        }
        dynamodb.put_item(TableName=wide, Item=item)
    yield wide
    for number in range(10):
        dynamodb.delete_item(TableName=wide, Key={"pk": {"S": "p"}, "sk": {"N": str(number)}})


def numbers(answer: dict[str, Any]) -> list[int]:
    return [int(item["sk"]["N"]) for item in answer["Items"]]


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("", {}, list(range(10))),
        ("AND sk = :a", {":a": "3.0"}, [3]),
        ("AND sk < :a", {":a": "3"}, [0, 1, 2]),
        ("AND sk <= :a", {":a": "3"}, [0, 1, 2, 3]),
        ("AND sk > :a", {":a": "7"}, [8, 9]),
        ("AND sk >= :a", {":a": "7"}, [7, 8, 9]),
        ("AND sk BETWEEN :a AND :b", {":a": "2", ":b": "4"}, [2, 3, 4]),
        ("AND sk > :a", {":a": "99"}, []),
    ],
)
def test_ranges(dynamodb: Any, filled: str, condition: str, values: dict[str, str], expected: list[int]) -> None:
    bound = {**P, **{name: {"N": number} for name, number in values.items()}}
    request = {"TableName": filled, "KeyConditionExpression": f"pk = :p {condition}"}
    answer = dynamodb.query(**request, ExpressionAttributeValues=bound)
    assert numbers(answer) == expected
    assert (answer["Count"], answer["ScannedCount"]) == (len(expected), len(expected))
    backwards = dynamodb.query(**request, ExpressionAttributeValues=bound, ScanIndexForward=False)
    assert numbers(backwards) == expected[::-1]


def test_begins_with_on_strings_and_binaries(dynamodb: Any) -> None:
    for kind, values in (("S", ["a", "ab", "abc", "b", "aé"]), ("B", [b"a", b"a\xff", b"a\x00", b"b", b"ab"])):
        attributes = definitions(pk="S", sk=kind)
        parameters = hash_table(unique("begins"), AttributeDefinitions=attributes, KeySchema=schema("pk", "sk"))
        name = create(dynamodb, parameters)
        for value in values:
            dynamodb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {kind: value}})
        found = dynamodb.query(
            TableName=name,
            KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
            ExpressionAttributeValues={**P, ":a": {kind: values[0]}},
        )
        expected = sorted(value for value in values if value[:1] == values[0])
        assert [item["sk"][kind] for item in found["Items"]] == expected


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("index_name", [None, "by_weight"])
def test_pages_cover_everything_once(dynamodb: Any, filled: str, forward: bool, index_name: str | None) -> None:
    request = {
        "TableName": filled,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": P,
        "Limit": 3,
        "ScanIndexForward": forward,
        **({"IndexName": index_name} if index_name else {}),
    }
    seen: list[int] = []
    start: dict[str, Any] = {}
    for _ in range(5):
        answer = dynamodb.query(**request, **start)
        seen += numbers(answer)
        if "LastEvaluatedKey" not in answer:
            break
        expected = {"pk", "sk", "weight"} if index_name else {"pk", "sk"}
        assert answer["LastEvaluatedKey"].keys() == expected
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    rising = forward if index_name is None else not forward
    assert seen == (list(range(10)) if rising else list(range(10))[::-1])


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("index_name", "key"), [(None, "pk"), ("by_weight", "pk"), ("by_color_narrow", "color")])
def test_a_page_of_many_rows_goes_on_behind_the_last_one(
    dynamodb: Any, wide: str, forward: bool, index_name: str | None, key: str
) -> None:
    """It is read by several statements, each from the key that the last row's attributes make."""
    request = {
        "TableName": wide,
        "KeyConditionExpression": f"{key} = :p",
        "ExpressionAttributeValues": {":p": {"S": "many"}},
        "ScanIndexForward": forward,
        **({"IndexName": index_name} if index_name else {}),
    }
    items = [
        {"pk": {"S": "many"}, "sk": {"N": str(n)}, "weight": {"N": str(-n)}, "color": {"S": "many"}} for n in range(150)
    ]
    for start in range(0, 150, 25):
        dynamodb.batch_write_item(
            RequestItems={wide: [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]}
        )
    rising = forward == (index_name != "by_weight")
    assert numbers(dynamodb.query(**request)) == (list(range(150)) if rising else list(range(150))[::-1])
    assert numbers(dynamodb.query(**request, Limit=70)) == (list(range(70)) if rising else list(range(150))[::-1][:70])


def test_a_page_that_ends_at_its_limit_names_its_last_key(dynamodb: Any, filled: str) -> None:
    """Even when nothing follows it."""
    request = {"TableName": filled, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": P}
    answer = dynamodb.query(**request, Limit=10)
    assert answer["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": {"N": "9"}}
    assert dynamodb.query(**request, ExclusiveStartKey=answer["LastEvaluatedKey"])["Items"] == []


def test_a_filter_works_behind_the_limit(dynamodb: Any, filled: str) -> None:
    answer = dynamodb.query(
        TableName=filled,
        KeyConditionExpression="pk = :p",
        FilterExpression="color = :c",
        ExpressionAttributeValues={**P, ":c": {"S": "crimson"}},
        Limit=4,
    )
    assert numbers(answer) == [1, 3]
    assert (answer["Count"], answer["ScannedCount"]) == (2, 4)


def test_an_index_gives_what_it_projects(dynamodb: Any, filled: str) -> None:
    request = {
        "TableName": filled,
        "KeyConditionExpression": "color = :c",
        "ExpressionAttributeValues": {":c": {"S": "crimson"}},
    }
    whole = dynamodb.query(**request, IndexName="by_color")
    assert numbers(whole) == [1, 3, 5, 7, 9]
    assert whole["Items"][0].keys() == {"pk", "sk", "weight", "color", "note", "extra"}
    narrow = dynamodb.query(**request, IndexName="by_color_narrow")
    assert narrow["Items"][0].keys() == {"pk", "sk", "color", "note"}


def test_a_local_index_fetches_what_it_does_not_project(dynamodb: Any, filled: str) -> None:
    request = {
        "TableName": filled,
        "IndexName": "by_weight",
        "KeyConditionExpression": "pk = :p AND weight < :two",
        "ExpressionAttributeValues": {**P, ":two": {"N": "2"}},
    }
    assert dynamodb.query(**request)["Items"][0].keys() == {"pk", "sk", "weight"}
    whole = dynamodb.query(**request, Select="ALL_ATTRIBUTES", ReturnConsumedCapacity="INDEXES")
    assert whole["Items"][0]["extra"] == {"S": "x"}
    assert whole["ConsumedCapacity"]["Table"]["CapacityUnits"] == 1.0
    assert dynamodb.query(**request, ProjectionExpression="note")["Items"] == [
        {"note": {"S": "note 9"}},
        {"note": {"S": "note 8"}},
    ]


def test_count_alone(dynamodb: Any, filled: str) -> None:
    answer = dynamodb.query(
        TableName=filled, KeyConditionExpression="pk = :p", ExpressionAttributeValues=P, Select="COUNT"
    )
    assert (answer["Count"], "Items" in answer) == (10, False)


def test_segments_share_a_scan(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("segments")))
    every = {f"item-{number}" for number in range(40)}
    for each in every:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": each}})
    seen: list[str] = []
    for segment in range(3):
        start: dict[str, Any] = {}
        for _ in range(20):
            page = dynamodb.scan(TableName=name, Segment=segment, TotalSegments=3, Limit=7, **start)
            seen += [item["pk"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert len(seen) == 40
    assert set(seen) == every


def test_a_page_ends_at_a_megabyte_before_the_filter(dynamodb: Any) -> None:
    parameters = hash_table(
        unique("large"), AttributeDefinitions=definitions(pk="S", sk="N"), KeySchema=schema("pk", "sk")
    )
    name = create(dynamodb, parameters)
    for number in range(5):
        item = {"pk": {"S": "p"}, "sk": {"N": str(number)}, "data": {"S": "x" * 300_000}}
        dynamodb.put_item(TableName=name, Item=item)
    request = {"TableName": name, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": P}
    first = dynamodb.query(**request)
    assert (first["Count"], first["LastEvaluatedKey"]["sk"]) == (3, {"N": "2"})
    rest = dynamodb.query(**request, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert (rest["Count"], "LastEvaluatedKey" in rest) == (2, False)
    nothing = dynamodb.scan(TableName=name, FilterExpression="attribute_exists(nothing)")
    assert (nothing["Count"], nothing["ScannedCount"], "LastEvaluatedKey" in nothing) == (0, 3, True)


WRONG_START = "The provided starting key is invalid"
MISMATCH = ": The provided key element does not match the schema"
QUERIES_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no key condition": (
        {"KeyConditionExpression": None, "ExpressionAttributeValues": None},
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ),
    "no partition": (
        {"KeyConditionExpression": "sk = :p"},
        "Query condition missed key schema element: pk",
    ),
    "a range of partitions": ({"KeyConditionExpression": "pk > :p"}, "Query key condition not supported"),
    "a key of another type": (
        {"ExpressionAttributeValues": {":p": {"N": "1"}}},
        INVALID + "Condition parameter type does not match schema type",
    ),
    "a filter on the key": (
        {"FilterExpression": "sk = :p"},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
    ),
    "an unknown index": ({"IndexName": "by_shape"}, "The table does not have the specified index: by_shape"),
    "consistent reads of a global index": (
        {"IndexName": "by_color", "KeyConditionExpression": "color = :p", "ConsistentRead": True},
        "Consistent reads are not supported on global secondary indexes",
    ),
    "more than a global index has": (
        {"IndexName": "by_color_narrow", "KeyConditionExpression": "color = :p", "Select": "ALL_ATTRIBUTES"},
        INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index by_color_narrow because "
        "its projection type is not ALL",
    ),
    "an attribute that a global index lacks": (
        {"IndexName": "by_color_narrow", "KeyConditionExpression": "color = :p", "ProjectionExpression": "extra"},
        INVALID + "Global secondary index by_color_narrow does not project [extra]",
    ),
    "projected attributes of a table": (
        {"Select": "ALL_PROJECTED_ATTRIBUTES"},
        INVALID + "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    ),
    "specific attributes that are not named": (
        {"Select": "SPECIFIC_ATTRIBUTES"},
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    ),
    "all attributes and a projection": (
        {"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "note"},
        "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
    ),
    "a starting key with too little": ({"ExclusiveStartKey": {"pk": {"S": "p"}}}, WRONG_START + MISMATCH),
    "a starting key of another type": (
        {"ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"S": "1"}}},
        WRONG_START + MISMATCH,
    ),
    "a starting key without the index's attributes": (
        {"IndexName": "by_weight", "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "1"}}},
        WRONG_START,
    ),
    "a starting key outside the range": (
        {
            "KeyConditionExpression": "pk = :p AND sk > :n",
            "ExpressionAttributeValues": {**P, ":n": {"N": "5"}},
            "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "1"}},
        },
        "The provided starting key does not match the range key predicate",
    ),
    "a path into a key": (
        {"ProjectionExpression": "sk.a"},
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: sk",
    ),
    "a starting key elsewhere": (
        {"ExclusiveStartKey": {"pk": {"S": "q"}, "sk": {"N": "1"}}},
        "The provided starting key is outside query boundaries based on provided conditions",
    ),
}


@pytest.mark.parametrize("case", QUERIES_REFUSED)
def test_query_refuses(dynamodb: Any, wide: str, case: str) -> None:
    change, text = QUERIES_REFUSED[case]
    request = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": P, **change}
    given = {name: value for name, value in request.items() if value is not None}
    refused(dynamodb.query, "ValidationException", text, TableName=wide, **given)


def test_scan_refuses_segments_that_do_not_fit(dynamodb: Any, plain: str) -> None:
    missing = "The {} parameter is required but was not present in the request when {} is present"
    cases = [
        ({"Segment": 0}, missing.format("TotalSegments", "Segment parameter")),
        ({"TotalSegments": 2}, missing.format("Segment", "parameter TotalSegments")),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2",
        ),
    ]
    for parameters, text in cases:
        refused(dynamodb.scan, "ValidationException", text, TableName=plain, **parameters)
