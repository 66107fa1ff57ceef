"""Filter policies: AWS's words about what is none, and which messages pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.services.sns import filter_policy
from tailrace.services.sns.filter_policy import ATTRIBUTES, BODY

# Recorded on AWS: what stands under "key", and the refusal up to its column (None where it names none).
REFUSALS: list[tuple[Any, str, int | None]] = [
    ([["value"]], "Match value must be String, number, true, false, or null", 10),
    ([{"wrong-operator": True}], "Unrecognized match type wrong-operator", 31),
    ([{"suffix": "value", "prefix": "value2"}], "Only one key allowed in match expression", 37),
    ([], "Empty arrays are not allowed", 10),
    ([{"suffix": 100}], "suffix match pattern must be a string", 22),
    ([{"suffix": None}], "suffix match pattern must be a string", 23),
    ({"suffix": "value"}, '"suffix" must be an object or an array', 19),
    ([{"suffix": ["test", "test2"]}], "suffix match pattern must be a string", 20),
    ({"not-an-operator": "value"}, '"not-an-operator" must be an object or an array', 28),
    ([{"cidr": ["bad-filter"]}], "prefix match pattern must be a string", 18),
    ([{"cidr": "bad-filter"}], "Malformed CIDR, one '/' required", None),
    ([{"cidr": "bad-filter/64"}], "Nonstandard IP address: bad-filter", None),
    ([{"cidr": "10.0.0.0/x"}], "Malformed CIDR, mask bits must be an integer", None),
    ([{"numeric": []}], "Invalid member in numeric match: ]", 22),
    ([{"numeric": ["operator"]}], "Unrecognized numeric range operator: operator", 32),
    ([{"numeric": [1, "<="]}], "Invalid member in numeric match: 1", 22),
    ([{"numeric": ["=", "000"]}], "Value of equals must be numeric", 26),
    ([{"numeric": [">="]}], "Value of >= must be numeric", 26),
    ([{"numeric": ["<", 100, ">", 10]}], "Too many elements in numeric expression", 30),
    ([{"numeric": [">=", 1, ">", 2]}], "Bad numeric range operator: >", 31),
    ([{"numeric": [">", 3, "<", 1]}], "Bottom must be less than top", 33),
    ([{"numeric": [">", 20, "<="]}], "Value of <= must be numeric", 33),
    ([{"numeric": [">", 20, 30]}], "Bad value in numeric range: 30", 30),
    ([{"numeric": [">", 20, "test"]}], "Bad numeric range operator: test", 34),
    ([{"numeric": [">", "20", "<", "30"]}], "Value of > must be numeric", 26),
    ([{"numeric": [">", 20, "<", "30"]}], "Value of < must be numeric", 33),
    ([{"numeric": [">", 20, "<", 30, "<", 50]}], "Too many terms in numeric range expression", 36),
    ([{"exists": None}], "exists match pattern must be either true or false.", 23),
    ([{"exists": "no"}], "exists match pattern must be either true or false.", 20),
    ([{"anything-but": {"wrong-operator": None}}], "Unsupported anything-but pattern: wrong-operator", 47),
    ([{"anything-but": {"suffix": "test"}}], "Unsupported anything-but pattern: suffix", 36),
    ([{"anything-but": {"exists": False}}], "Unsupported anything-but pattern: exists", 40),
    ([{"anything-but": {"prefix": False}}], "prefix match pattern must be a string", 40),
    ([f"value{n}" for n in range(151)], "Filter policy is too complex", None),
]


def compact(policy: Any) -> str:
    return json.dumps(policy, separators=(",", ":"))


def refusal(text: str, scope: str = ATTRIBUTES, *, at_creation: bool = True) -> str:
    with pytest.raises(ApiError) as caught:
        filter_policy.check(text, scope, at_creation=at_creation)
    return caught.value.message


@pytest.mark.parametrize(("value", "text", "column"), REFUSALS, ids=lambda value: str(value)[:40])
def test_aws_says_what_is_wrong_and_where(value: Any, text: str, column: int | None) -> None:
    policy = compact({"key": value})
    where = f'\n at [Source: (String)"{policy}"; line: 1, column: {column}]' if column else ""
    assert refusal(policy) == f"Invalid parameter: Attributes Reason: FilterPolicy: {text}{where}"


def test_what_is_no_json_is_told_in_the_parsers_words() -> None:
    place = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
    assert refusal("{invalidjson}", at_creation=False) == (
        "Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
        f"double-quote to start field name{place}2]"
    )
    assert refusal("invalid") == (
        "Invalid parameter: Attributes Reason: FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was "
        f"expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false'){place}8]"
    )


def test_of_attributes_a_policy_has_one_level() -> None:
    nested = compact({"a": {"b": ["c"]}})
    text = "Filter policy scope MessageAttributes does not support nested filter policy"
    assert refusal(nested, at_creation=False) == f"Invalid parameter: {text}"
    filter_policy.check(nested, BODY, at_creation=True)


def test_a_policy_has_five_keys_at_most() -> None:
    text = "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy can not have more than 5 keys"
    assert refusal(compact({f"key{n}": ["v"] for n in range(6)})) == text
    filter_policy.check(compact({f"key{n}": ["v"] for n in range(5)}), ATTRIBUTES, at_creation=True)


@pytest.mark.parametrize(
    ("policy", "combinations"),
    [
        (  # as AWS's documentation counts
            {"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]},
            216,
        ),
        (
            {
                "source": ["1", "2", "3"],
                "$or": [{"m": ["1"] * 6}, {"t": ["1"] * 4, "$or": [{"i": [1] * 4}, {"s": [1] * 7}]}],
            },
            150,
        ),
        ({"$or": [{"m": [1] * 3}, {"n": [1] * 2}], "d": {"s": [1] * 2, "$or": [{"a": [1]}, {"t": [1] * 3}]}}, 160),
    ],
)
def test_combinations_are_counted_as_aws_counts_them(policy: dict[str, Any], combinations: int) -> None:
    assert filter_policy.combinations(policy) == combinations


def attribute(kind: str, value: str) -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


RED, NINE = {"a": attribute("String", "red")}, {"a": attribute("Number", "9")}
LIST = {"a": attribute("String.Array", '["red", "blue"]')}


@pytest.mark.parametrize(
    ("choices", "attributes", "passes"),
    [
        (["red"], RED, True),
        (["blue"], RED, False),
        (["blue"], LIST, True),
        ([9], NINE, True),
        (["9"], NINE, False),
        ([9], {"a": attribute("String", "9")}, False),
        ([9], {"a": attribute("Number.int", "9.0")}, True),
        ([{"numeric": [">", 5, "<=", 9]}], NINE, True),
        ([{"numeric": [">", 9]}], NINE, False),
        ([{"prefix": "re"}], RED, True),
        ([{"suffix": "ed"}], RED, True),
        ([{"equals-ignore-case": "RED"}], RED, True),
        ([{"anything-but": ["blue"]}], RED, True),
        ([{"anything-but": ["blue"]}], LIST, False),
        ([{"anything-but": ["green"]}], LIST, True),
        ([{"anything-but": {"prefix": "re"}}], RED, False),
        ([{"anything-but": ["blue"]}], {}, False),
        ([{"exists": True}], RED, True),
        ([{"exists": False}], RED, False),
        ([{"exists": False}], {}, True),
        ([{"cidr": "10.0.0.0/24"}], {"a": attribute("String", "10.0.0.255")}, True),
        ([{"cidr": "10.0.0.0/24"}], {"a": attribute("String", "10.1.1.0")}, False),
        ([{"exists": True}], {"a": {"DataType": "Binary", "BinaryValue": b"x"}}, False),
    ],
)
def test_attributes(choices: list[Any], attributes: dict[str, Any], passes: bool) -> None:
    policy = compact({"a": choices})
    filter_policy.check(policy, ATTRIBUTES, at_creation=True)
    assert filter_policy.passes({"FilterPolicy": policy}, "text", attributes) is passes


def s3(prefix: str) -> dict[str, Any]:
    """A policy for events of that kind about one file."""
    return {"Records": {"eventName": [{"prefix": prefix}], "s3": {"object": {"key": ["auto-1.xml"]}}}}


S3 = {
    "Records": [
        {"eventName": "ObjectCreated:Put", "s3": {"object": [[{"key": "auto-1.xml"}]]}},
        {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "home-1.xml"}}},
    ]
}


@pytest.mark.parametrize(
    ("policy", "body", "passes"),
    [
        ({"a": {"b": ["c"]}}, {"a": {"b": "c"}}, True),
        ({"a": {"b": ["c"]}}, {"a": {"b": ["x", "c"]}}, True),
        ({"a": {"b": ["c"]}}, {"a": "c"}, False),
        # Recorded on AWS: dots and levels are the same.
        ({"object.nested.test": ["v"]}, {"object": {"nested": {"test": "v"}}}, True),
        ({"object.nested.test": ["v"]}, {"object.nested": {"test": "v"}}, True),
        ({"object.nested.test": ["v"]}, {"object": {"nested.test": "v"}}, True),
        ({"object.nested": ["v"]}, {"object": {"nested": "w"}}, False),
        # Recorded on AWS: a list of lists is a list, and one element must match as a whole.
        (
            {"Records": {"eventName": [{"prefix": "ObjectCreated:"}], "s3": {"object": {"key": ["auto-1.xml"]}}}},
            S3,
            True,
        ),
        (
            {"Records": {"eventName": [{"prefix": "ObjectRemoved:"}], "s3": {"object": {"key": ["auto-1.xml"]}}}},
            S3,
            False,
        ),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 1}, False),
        ({"a": [{"exists": False}]}, {"b": 1}, True),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [""]}, {"a": "", "list": []}, True),
    ],
)
def test_bodies(policy: dict[str, Any], body: dict[str, Any], passes: bool) -> None:
    attributes = {"FilterPolicy": compact(policy), "FilterPolicyScope": BODY}
    filter_policy.check(attributes["FilterPolicy"], BODY, at_creation=True)
    assert filter_policy.passes(attributes, json.dumps(body), {}) is passes


@pytest.mark.parametrize("text", ["no JSON", "[1]", '"a"', ""])
def test_a_body_that_is_no_object_passes_no_filter(text: str) -> None:
    assert not filter_policy.passes({"FilterPolicy": '{"a":[1]}', "FilterPolicyScope": BODY}, text, {})
    assert filter_policy.passes({}, text, {})
