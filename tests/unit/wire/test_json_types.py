"""What JSON of the wrong type is told, as recorded on DynamoDB; and what AWS takes although it is odd."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tailrace.base.errors import ApiError
from tailrace.wire import attribute_value, json_types
from tailrace.wire.http import HttpRequest
from tailrace.wire.json_rpc import JSON_RPC
from tailrace.wire.protocol import Route

STRUCTURE = "Start of structure or map found where not expected"
LIST_OF = "Unrecognized collection type class "
ATTRIBUTE_VALUE = "com.amazonaws.dynamodb.v20120810.AttributeValue"


def parse(operation: str, body: Any, service: str = "dynamodb") -> Any:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return JSON_RPC.parse(Route(service, JSON_RPC, operation), HttpRequest("POST", "/", "", {}, raw))


def refusal(operation: str, body: Any) -> str:
    with pytest.raises(ApiError) as caught:
        parse(operation, body)
    assert caught.value.code == "SerializationException"
    return caught.value.message


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":"\\ud800"}', b"[" * 5000])
def test_what_is_no_json_is_refused_without_a_text(body: bytes) -> None:
    assert refusal("PutItem", body) == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"TableName": 23}, "NUMBER_VALUE cannot be converted to String"),
        ({"TableName": 34.56}, "DECIMAL_VALUE cannot be converted to String"),
        ({"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ({"TableName": False}, "FALSE_VALUE cannot be converted to String"),
        ({"TableName": []}, LIST_OF + "java.lang.String"),
        ({"TableName": {}}, STRUCTURE),
        ({"Limit": "23"}, "STRING_VALUE cannot be converted to Integer"),
        ({"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ({"Limit": []}, LIST_OF + "java.lang.Integer"),
        ({"Limit": {}}, STRUCTURE),
        ({"ConsistentRead": "23"}, "Unexpected token received from parser"),
        ({"ConsistentRead": 23}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"ConsistentRead": 34.56}, "DECIMAL_VALUE cannot be converted to Boolean"),
        ({"ConsistentRead": []}, LIST_OF + "java.lang.Boolean"),
        ({"ConsistentRead": {}}, STRUCTURE),
        ({"AttributesToGet": "23"}, "Unexpected field type"),
        ({"AttributesToGet": {}}, STRUCTURE),
        ({"AttributesToGet": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"ExclusiveStartKey": 23}, "Unexpected field type"),
        (
            {"ExclusiveStartKey": []},
            f"Unrecognized collection type java.util.Map<java.lang.String, {ATTRIBUTE_VALUE}>",
        ),
        ({"ExpressionAttributeNames": {"#a": 1}}, "NUMBER_VALUE cannot be converted to String"),
        (
            {"ScanFilter": {"a": []}},
            LIST_OF + "com.amazonaws.dynamodb.v20120810.Condition",
        ),
        ({"ScanFilter": {"a": 1}}, "Unexpected value type in payload"),
    ],
)
def test_members_of_a_wrong_type(body: Any, text: str) -> None:
    assert refusal("Scan", body) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (23, "Unexpected value type in payload"),
        ("23", "Unexpected value type in payload"),
        ([], LIST_OF + ATTRIBUTE_VALUE),
        ({"S": 5}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 5}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 5.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": []}, LIST_OF + "java.lang.String"),
        ({"S": {}}, STRUCTURE),
        ({"B": True}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": []}, LIST_OF + "java.nio.ByteBuffer"),
        ({"B": {}}, STRUCTURE),
        ({"B": "23456"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ({"B": "=+/="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "+/+="}, "Invalid last non-pad Base64 character dectected"),
        ({"BOOL": "maybe"}, "Unexpected token received from parser"),
        ({"NULL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"SS": "a"}, "Unexpected field type"),
        ({"SS": {}}, STRUCTURE),
        ({"SS": [True]}, "TRUE_VALUE cannot be converted to String"),
        ({"BS": ["23456"]}, "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ({"L": {}}, STRUCTURE),
        ({"L": [1]}, "Unexpected value type in payload"),
        ({"M": []}, f"Unrecognized collection type java.util.Map<java.lang.String, {ATTRIBUTE_VALUE}>"),
        ({"M": {"a": {"N": 1}}}, "NUMBER_VALUE cannot be converted to String"),
        ({"L": [{"M": {"a": {"L": [{"BS": [{}]}]}}}]}, STRUCTURE),
    ],
)
def test_attribute_values_of_a_wrong_type(value: Any, text: str) -> None:
    assert refusal("PutItem", {"TableName": "t", "Item": {"a": value}}) == text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"S": "x"}, {"S": "x"}),
        ({"B": "aGVsbG8="}, {"B": "aGVsbG8="}),
        ({"B": ""}, {"B": ""}),
        ({"BOOL": "true"}, {"BOOL": True}),
        ({"BOOL": "No"}, {"BOOL": False}),
        ({"S": "x", "N": None, "X": 1}, {"S": "x"}),
        ({"S": "x", "N": "1"}, {"S": "x", "N": "1"}),  # for the expression package to refuse
        ({"X": 1}, {}),
        (None, {}),
        ({"M": {"a": {"S": None}, "b": {"BOOL": "1"}}}, {"M": {"a": {}, "b": {"BOOL": True}}}),
        ({"L": [{"X": 1}, None]}, {"L": [{}, {}]}),
    ],
)
def test_attribute_values_that_pass(sent: Any, kept: Any) -> None:
    assert parse("PutItem", {"Item": {"a": sent}}) == {"Item": {"a": kept}}


def test_values_nested_deeper_than_dynamodb_allows_are_refused_without_a_stack_overflow() -> None:
    value = b'{"L":[' * 300 + b'{"S":"x"}' + b"]}" * 300
    with pytest.raises(ApiError) as caught:
        parse("PutItem", b'{"Item":{"a":' + value + b"}}")
    assert caught.value.message == attribute_value.TOO_DEEP


def test_unknown_members_and_nulls_are_ignored() -> None:
    assert parse("GetItem", {"TableName": "t", "Nonsense": 1, "ConsistentRead": None}) == {"TableName": "t"}


def test_fractions_of_integers_are_cut_off_and_whole_ones_must_fit() -> None:
    assert parse("Scan", {"Limit": 2.9}) == {"Limit": 2}
    assert refusal("Scan", {"Limit": 2**31}) == "NUMBER_VALUE cannot be converted to Integer"


@pytest.mark.parametrize("document", [[], 1, "x", None, True])
def test_a_body_must_be_an_object(document: Any) -> None:
    refusal("PutItem", document)


def test_stored_json_is_joined_into_an_answer_unparsed() -> None:
    answer = {"Items": [orjson.Fragment(b'{"a":{"S":"x"}}')], "Count": 1}
    response = JSON_RPC.serialize(Route("dynamodb", JSON_RPC, "Query"), answer, "ID")
    assert response.body == b'{"Items":[{"a":{"S":"x"}}],"Count":1}'


def test_a_fragment_may_stand_where_timestamps_could_be() -> None:
    answer = {"Table": orjson.Fragment(b'{"CreationDateTime":1.5}')}
    response = JSON_RPC.serialize(Route("dynamodb", JSON_RPC, "DescribeTable"), answer, "ID")
    assert response.body == b'{"Table":{"CreationDateTime":1.5}}'


def test_timestamps_are_numbers_to_the_millisecond() -> None:
    for seconds, text in ((1.0, b"1"), (1.2345678, b"1.235"), (1689508624.0, b"1689508624")):
        route = Route("dynamodb", JSON_RPC, "DescribeTable")
        response = JSON_RPC.serialize(route, {"Table": {"CreationDateTime": seconds}}, "ID")
        assert response.body == b'{"Table":{"CreationDateTime":' + text + b"}}"


def test_an_operation_without_output_has_no_body() -> None:
    assert JSON_RPC.serialize(Route("logs", JSON_RPC, "CreateLogGroup"), {}, "ID").body == b""
    assert JSON_RPC.serialize(Route("dynamodb", JSON_RPC, "TagResource"), {}, "ID").body == b""


def test_an_integer_beyond_every_double_is_refused() -> None:
    """JSON's parser has none; CBOR has integers of any length."""
    assert json_types.read_double(2**64) == 2.0**64
    with pytest.raises(ApiError, match="NUMBER_VALUE cannot be converted to Double"):
        json_types.read_double(10**5000)
