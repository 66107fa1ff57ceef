"""EventBridge patterns as triggers use them; what AWS was seen to do with DynamoDB records stands first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tailrace.expression.event_pattern import InvalidPattern, parse


def matches(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    return parse(json.dumps(pattern)).test(record)


def image(**attributes: Any) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"ApproximateCreationDateTime": 1.7e9, "NewImage": attributes}}


def of_k(*choices: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": {"k": {"S": list(choices)}}}}


def test_an_event_name_is_one_of_the_list() -> None:
    assert matches({"eventName": ["INSERT"]}, image())
    assert matches({"eventName": ["MODIFY", "INSERT"]}, image())
    assert not matches({"eventName": ["MODIFY"]}, image())


def test_the_type_letter_is_part_of_the_path() -> None:
    assert matches(of_k("v"), image(k={"S": "v"}))
    assert not matches({"dynamodb": {"NewImage": {"k": ["v"]}}}, image(k={"S": "v"}))


def test_exists_looks_at_leaves_alone() -> None:
    missing = {"dynamodb": {"NewImage": {"k": [{"exists": False}]}}}
    assert matches(missing, image(other={"S": "v"}))
    assert matches(missing, image(k={"S": "v"})), "a node with members is no leaf"
    assert matches(of_k({"exists": True}), image(k={"S": ""}))
    assert not matches(of_k({"exists": True}), image())
    assert matches(of_k({"exists": False}), image())
    assert matches(of_k({"exists": False}), {"eventName": "REMOVE"}), "nothing of the path is there"


def test_numbers_of_a_record_are_text() -> None:
    pattern = {"dynamodb": {"NewImage": {"n": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}}}}
    assert matches(pattern, image(n={"N": "42"}))
    assert not matches(pattern, image(n={"N": "101"}))
    assert not matches({"dynamodb": {"NewImage": {"n": {"N": [{"numeric": [">", 0]}]}}}}, image(n={"N": "42"}))
    assert matches({"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0]}]}}, image())


@pytest.mark.parametrize(
    ("choice", "yes", "no"),
    [
        ("v", "v", "V"),
        ({"prefix": "us-"}, "us-1", "eu-us-1"),
        ({"prefix": {"equals-ignore-case": "US-"}}, "us-1", "eu-us-1"),
        ({"suffix": ".png"}, "a.png", "a.png.txt"),
        ({"suffix": {"equals-ignore-case": ".PNG"}}, "a.png", "a.gif"),
        ({"equals-ignore-case": "AliCe"}, "aLICE", "bob"),
        ({"wildcard": "a*c*e"}, "abcde", "abcdf"),
        ({"wildcard": "*dir/*"}, "/dir/x", "/dirx"),
        ({"wildcard": r"5\*"}, "5*", "55"),
        ({"wildcard": "aa*aa"}, "aaaa", "aaa"),
        ({"anything-but": "x"}, "y", "x"),
        ({"anything-but": ["x", "y"]}, "z", "y"),
        ({"anything-but": {"prefix": "init"}}, "ready", "initial"),
        ({"anything-but": {"suffix": ["1", "2"]}}, "a3", "a2"),
        ({"anything-but": {"equals-ignore-case": ["A", "B"]}}, "c", "b"),
        ({"anything-but": {"wildcard": "*lib*"}}, "bin", "a/lib/b"),
        ({"cidr": "10.0.0.0/24"}, "10.0.0.255", "10.0.1.0"),
        ({"cidr": "10.0.0.0/24"}, "10.0.0.0", "no address"),
    ],
)
def test_operators_of_text(choice: Any, yes: str, no: str) -> None:
    assert matches(of_k(choice), image(k={"S": yes}))
    assert not matches(of_k(choice), image(k={"S": no}))
    assert not matches(of_k(choice), image()), "an absent leaf matches no operator but exists"


@pytest.mark.parametrize(
    ("choice", "yes", "no"),
    [
        (100, 1e2, "100"),
        (1, 1, True),
        (None, None, "null"),
        (True, True, 1),
        ({"numeric": ["=", 3.5]}, 3.5, 3),
        ({"numeric": [">", 0, "<=", 5]}, 5, 0),
        ({"anything-but": [1, 2]}, 3, 2),
    ],
)
def test_values_that_are_no_text(choice: Any, yes: Any, no: Any) -> None:
    assert matches({"x": [choice]}, {"x": yes})
    assert not matches({"x": [choice]}, {"x": no})


def test_one_element_of_a_list_is_enough() -> None:
    assert matches({"dynamodb": {"NewImage": {"k": {"SS": ["b"]}}}}, image(k={"SS": ["a", "b"]}))
    assert matches({"dynamodb": {"NewImage": {"k": {"L": {"S": ["b"]}}}}}, image(k={"L": [{"N": "1"}, {"S": "b"}]}))
    assert not matches({"dynamodb": {"NewImage": {"k": {"SS": ["c"]}}}}, image(k={"SS": ["a", "b"]}))


def test_or_joins_paths_and_stands_beside_other_keys() -> None:
    pattern = {"eventName": ["INSERT"], "$or": [{"a": ["1"]}, {"b": ["2"]}]}
    assert matches(pattern, {"eventName": "INSERT", "b": "2"})
    assert not matches(pattern, {"eventName": "REMOVE", "b": "2"})
    assert not matches(pattern, {"eventName": "INSERT", "a": "2"})


@pytest.mark.parametrize(
    "text",
    [
        "single-string",
        '[{"eventName": ["INSERT"=123}]',
        "[]",
        "{}",
        '"text"',
        '{"a": "b"}',
        '{"a": []}',
        '{"a": {}}',
        '{"a": [["b"]]}',
        '{"a": [{"like": "b"}]}',
        '{"a": [{"prefix": "a", "suffix": "b"}]}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [{"exists": "yes"}]}',
        '{"a": [{"numeric": [">", "1"]}]}',
        '{"a": [{"numeric": ["<", 1, ">", 0]}]}',
        '{"a": [{"numeric": []}]}',
        '{"a": [{"wildcard": "a**b"}]}',
        '{"a": [{"wildcard": "a\\\\b"}]}',
        '{"a": [{"anything-but": []}]}',
        '{"a": [{"anything-but": ["b", 1]}]}',
        '{"a": [{"anything-but": true}]}',
        '{"a": [{"anything-but": [null]}]}',
        '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}',
        '{"a": [{"cidr": "10.0.0.0/99"}]}',
        '{"$or": [{"a": ["b"]}]}',
    ],
)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(InvalidPattern):
        parse(text)


def test_of_a_key_that_stands_twice_the_last_one_counts() -> None:
    pattern = parse('{"a": ["x"], "a": ["y"]}')
    assert pattern.test({"a": "y"})
    assert not pattern.test({"a": "x"})


def test_a_pattern_nested_without_end_is_refused() -> None:
    with pytest.raises(InvalidPattern):
        parse('{"a":' * 200 + '["b"]' + "}" * 200)
