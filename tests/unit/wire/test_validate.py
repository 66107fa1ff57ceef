"""Constraints, in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.wire import attribute_value, java_text, model
from tailrace.wire.java_text import TEXT_LENGTH_MAX
from tailrace.wire.model import ShapeModel
from tailrace.wire.validate import validator
from tests.unit.wire.samples import SERVICES

FAILED = "failed to satisfy constraint: "
PATTERN = "Member must satisfy regular expression pattern: "
ENUM = "Member must satisfy enum value set: "
LENGTH = "Member must have length "
KEY = {"AttributeName": "a", "KeyType": "HASH"}
DEFINITION = {"AttributeName": "a", "AttributeType": "S"}


def refusal(service: str, operation: str, shape: dict[str, Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        validator(service, operation)(shape)
    return caught.value


@pytest.mark.parametrize(
    ("operation", "shape", "problem"),
    [
        ("PutItem", {"Item": {}}, "Value null at 'tableName' " + FAILED + "Member must not be null"),
        ("PutItem", {"TableName": "t"}, "Value null at 'item' " + FAILED + "Member must not be null"),
        (
            "PutItem",
            {"TableName": "", "Item": {}, "ReturnValues": "X"},
            "Value '' at 'tableName' " + FAILED + LENGTH + "greater than or equal to 1",
        ),
        (
            "PutItem",
            {"TableName": "a" * 256, "Item": {}},
            f"Value '{'a' * 256}' at 'tableName' " + FAILED + LENGTH + "less than or equal to 255",
        ),
        (
            "PutItem",
            {"TableName": "bad table!@#", "Item": {}},
            "Value 'bad table!@#' at 'tableName' " + FAILED + PATTERN + "[a-zA-Z0-9_.-]+",
        ),
        (
            "CreateTable",
            {"TableName": "ab", "KeySchema": [KEY], "AttributeDefinitions": [DEFINITION]},
            "Value 'ab' at 'tableName' " + FAILED + LENGTH + "greater than or equal to 3",
        ),
        (
            "CreateTable",
            {"TableName": "abc", "KeySchema": [KEY, KEY, KEY], "AttributeDefinitions": [DEFINITION]},
            "Value '[KeySchemaElement(attributeName=a, keyType=HASH), KeySchemaElement(attributeName=a, keyType=HASH), "
            "KeySchemaElement(attributeName=a, keyType=HASH)]' at 'keySchema' "
            + FAILED
            + LENGTH
            + "less than or equal to 2",
        ),
        (
            "CreateTable",
            {"TableName": "abc", "KeySchema": [KEY | {"KeyType": "X"}], "AttributeDefinitions": [DEFINITION]},
            "Value 'X' at 'keySchema.1.member.keyType' " + FAILED + ENUM + "[HASH, RANGE]",
        ),
        (
            "CreateTable",
            {"TableName": "abc", "KeySchema": [KEY], "AttributeDefinitions": [DEFINITION | {"AttributeType": "X"}]},
            "Value 'X' at 'attributeDefinitions.1.member.attributeType' " + FAILED + ENUM + "[B, N, S]",
        ),
        (
            "Query",
            {"TableName": "abc", "Select": "X"},
            "Value 'X' at 'select' "
            + FAILED
            + ENUM
            + "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
        ),
        (
            "Query",
            {"TableName": "abc", "Limit": 0},
            "Value at 'Limit' " + FAILED + "Member must have value greater than or equal to 1",
        ),
        (
            "Scan",
            {"TableName": "abc", "Limit": 0},
            "Value '0' at 'limit' " + FAILED + "Member must have value greater than or equal to 1",
        ),
        (
            "TransactGetItems",
            {"TransactItems": []},
            "Value '[]' at 'transactItems' " + FAILED + LENGTH + "greater than or equal to 1",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"table": {"Keys": [{}] * 101}}},
            "Value at 'RequestItems.table.member.Keys' " + FAILED + LENGTH + "less than or equal to 100",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"table": {"Keys": [None]}}},
            "Value null at 'requestItems.table.member.keys.1.member' " + FAILED + "Member must not be null",
        ),
    ],
)
def test_dynamodb_constraints(operation: str, shape: dict[str, Any], problem: str) -> None:
    error = refusal("dynamodb", operation, shape)
    assert (error.code, error.message) == ("ValidationException", "1 validation error detected: " + problem)


@pytest.mark.parametrize(
    ("operation", "shape", "text"),
    [
        ("CreateTable", {}, "The parameter 'TableName' is required but was not present in the request"),
        ("DescribeTable", {}, "The parameter 'TableName' is required but was not present in the request"),
        ("BatchGetItem", {"RequestItems": {}}, "The requestItems parameter is required for BatchGetItem"),
        ("BatchWriteItem", {"RequestItems": {}}, "The requestItems parameter is required for BatchWriteItem"),
    ],
)
def test_what_dynamodb_words_itself(operation: str, shape: dict[str, Any], text: str) -> None:
    assert refusal("dynamodb", operation, shape).message == text


def test_a_batch_of_26_writes_is_a_wrong_value_of_the_map() -> None:
    writes = [{"PutRequest": {"Item": {"pk": {"S": "x"}}}}] * 26
    message = refusal("dynamodb", "BatchWriteItem", {"RequestItems": {"table": writes}}).message
    assert message.startswith("1 validation error detected: Value '{table=[WriteRequest(putRequest=")
    assert message.endswith(
        "' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
    )


def test_the_deepest_values_that_are_read_can_be_printed() -> None:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(attribute_value.DEPTH_MAX):
        value = {"M": {"a": value}}
    writes = [{"PutRequest": {"Item": attribute_value.read_map({"pk": value})}}] * 26
    assert refusal("dynamodb", "BatchWriteItem", {"RequestItems": {"table": writes}}).code == "ValidationException"


def test_a_table_may_be_named_by_its_arn() -> None:
    validator("dynamodb", "GetItem")({"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/t", "Key": {}})


def test_several_problems_are_counted_and_joined() -> None:
    shape = {"TableName": "abc", "Item": {}, "ReturnValues": "x", "ReturnConsumedCapacity": "y"}
    assert refusal("dynamodb", "PutItem", shape).message == (
        "2 validation errors detected: Value 'x' at 'returnValues' failed to satisfy constraint: Member must satisfy "
        "enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; Value 'y' at 'returnConsumedCapacity' "
        "failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
    )


def test_at_most_ten_problems_are_told_of_a_bounded_length() -> None:
    bad = [{"AttributeName": "a", "KeyType": "x" * 100_000}] * 50
    definitions = [{"AttributeName": "a"}] * 50
    shape = {"TableName": "abc", "KeySchema": bad, "AttributeDefinitions": definitions}
    message = refusal("dynamodb", "CreateTable", shape).message
    assert message.startswith("10 validation errors detected: ")
    assert len(message) < 11 * TEXT_LENGTH_MAX


def test_a_value_of_many_kilobytes_is_told_whole() -> None:
    name = "x" * 40_000
    shape = {"TableName": "abc", "Item": {}, "ReturnValues": name}
    assert f"Value '{name}' at 'returnValues' failed" in refusal("dynamodb", "PutItem", shape).message


@pytest.mark.parametrize(
    ("service", "operation", "shape", "code", "text"),
    [
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "arn:aws:iam::1:role/r", "RoleSessionName": "x"},
            "ValidationException",
            "1 validation error detected: Value 'x' at 'roleSessionName' "
            + FAILED
            + LENGTH
            + "greater than or equal to 2",
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "a" * 66, "AssumeRolePolicyDocument": "{}"},
            "ValidationException",
            f"1 validation error detected: Value '{'a' * 66}' at 'roleName' "
            + FAILED
            + LENGTH
            + "less than or equal to 64",
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"},
            "ValidationException",
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-",
        ),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"message": "m"}]},
            "InvalidParameterException",
            "1 validation error detected: Value null at 'logEvents.1.member.timestamp' "
            + FAILED
            + "Member must not be null",
        ),
        (
            "lambda",
            "CreateEventSourceMapping",
            {"FunctionName": "f", "StartingPosition": "invalid"},
            "ValidationException",
            "1 validation error detected: Value 'invalid' at 'startingPosition' "
            + FAILED
            + ENUM
            + "[LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
        ),
        (
            "lambda",
            "UpdateFunctionConfiguration",
            {"FunctionName": "f", "Environment": {"Variables": {"1-": "x"}}},
            "ValidationException",
            "1 validation error detected: Value at 'environment.variables' "
            + FAILED
            + "Map keys must satisfy constraint: ["
            + PATTERN
            + "[a-zA-Z]([a-zA-Z0-9_])+]",
        ),
        (
            "lambda",
            "UpdateFunctionCode",
            {"FunctionName": "f", "Architectures": ["foo"]},
            "ValidationException",
            "1 validation error detected: Value '[foo]' at 'architectures' "
            + FAILED
            + "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], "
            "Member must not be null]",
        ),
    ],
)
def test_the_other_services(service: str, operation: str, shape: dict[str, Any], code: str, text: str) -> None:
    error = refusal(service, operation, shape)
    assert (error.code, error.message) == (code, text)


def test_lambda_looks_at_runtimes_itself() -> None:
    error = refusal("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Runtime": "cobol"})
    assert error.code == "InvalidParameterValueException"
    assert error.message.startswith("Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum")
    assert error.message.endswith("] or be a valid ARN")


def test_tag_keys_may_be_of_any_script() -> None:
    validator("iam", "TagRole")({"RoleName": "r", "Tags": [{"Key": "näme ☃".replace("☃", "名"), "Value": "x"}]})
    refusal("iam", "TagRole", {"RoleName": "r", "Tags": [{"Key": "☃", "Value": "x"}]})


def patterns(shape: ShapeModel, seen: set[ShapeModel]) -> set[str]:
    """Every pattern at or below a shape."""
    if shape in seen:
        return set()
    seen.add(shape)
    places = [*shape.members.values(), *(place for place in (shape.element, shape.key, shape.value) if place)]
    below = [patterns(place.shape, seen) for place in places]
    return set().union({shape.pattern} if shape.pattern else set(), *below)


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_the_models_can_be_read(service: str) -> None:
    seen: set[ShapeModel] = set()
    for name in model.service(service).operation_names:
        operation = model.service(service).operation(name)
        if operation and operation.input:
            for text in patterns(operation.input, seen):
                assert java_text.pattern(text)
