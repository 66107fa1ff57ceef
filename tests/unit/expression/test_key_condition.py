"""Key conditions: what AWS refuses of them, and their key ranges against a plain filter over sorted keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import condition, key_condition
from tailrace.expression.bindings import Bindings
from tailrace.expression.key_condition import KeyRange
from tailrace.expression.keys import item_key


@dataclass(frozen=True)
class Attribute:
    name: str
    type: str = "S"


PK, SK, NK = Attribute("pk"), Attribute("sk"), Attribute("sk", "N")


def match(text: str, values: Any, hash_key: Any = (PK,), range_key: Any = (SK,)) -> KeyRange:
    bound = key_condition.bind(text, Bindings({"#p": "pk", "#s": "sk"}, values))
    return bound.match(hash_key, range_key)


P, A, Z = {"S": "p"}, {"S": "a"}, {"S": "z"}


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("pk = :p", None),
        ("(#p = :p)", None),
        (":p = pk AND #s < :a", ("<", (A,))),
        ("sk < :a AND pk = :p", ("<", (A,))),
        ("pk = :p AND :a < sk", (">", (A,))),
        ("(pk = :p AND (begins_with(sk, :a)))", ("begins_with", (A,))),
        ("pk = :p AND sk BETWEEN :a AND :z", ("BETWEEN", (A, Z))),
    ],
)
def test_matched(text: str, sort: Any) -> None:
    found = match(text, {":p": P, ":a": A, ":z": Z})
    assert found.hash_values == (P,)
    assert (found.sort and (found.sort.operator, found.sort.values)) == sort


def test_equality_of_the_sort_key_and_keys_of_several_attributes() -> None:
    assert match("pk = :p AND sk = :a", {":p": P, ":a": A}).range_values == (A,)
    schema = {"hash_key": (PK, Attribute("q")), "range_key": (SK, Attribute("t"))}
    found = match("pk = :p AND q = :p AND sk = :a AND t > :a", {":p": P, ":a": A}, **schema)
    assert (found.hash_values, found.range_values) == ((P, P), (A,))
    assert found.sort is not None
    assert found.sort.attribute == "t"


NESTED = "KeyConditionExpressions cannot contain nested operations"
SEVERAL = "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
INSIDE = "KeyConditionExpressions cannot have conditions on nested attributes"
NO_KEY = "Invalid condition in KeyConditionExpression: No key attribute specified"
NOT_FIRST = "operator must have the key attribute as its first operand"
OPERATOR = "Invalid operator used in KeyConditionExpression: "
UNSUPPORTED = "Query key condition not supported"
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sk = :a", "Query condition missed key schema element: pk"),
        ("extra = :a", "Query condition missed key schema element: pk"),
        ("pk = :p AND extra = :a", "Query condition missed key schema element: sk"),
        ("pk = :p AND sk = :a AND extra = :a", "Conditions can be of length 1 or 2 only"),
        ("pk > :p", UNSUPPORTED),
        ("pk = :p AND pk = :a", "KeyConditionExpressions must only contain one condition per key"),
        ("pk = :p OR sk = :a", OPERATOR + "OR"),
        ("NOT pk = :p", OPERATOR + "NOT"),
        ("pk <> :p", OPERATOR + "<>"),
        ("pk IN (:p)", OPERATOR + "IN"),
        ("pk = :p AND attribute_exists(sk)", OPERATOR + "attribute_exists"),
        ("pk = :p AND contains(sk, :a)", OPERATOR + "contains"),
        ("pk = :p AND size(sk) > :a", NESTED),
        ("b > pk.b", SEVERAL),
        ("begins_with(pk, sk)", SEVERAL),
        ("pk.d > c", INSIDE),
        ("pk[0] = :a", INSIDE),
        (":a = :p", NO_KEY),
        (":a BETWEEN :a AND :p", f"Invalid condition in KeyConditionExpression: BETWEEN {NOT_FIRST}"),
        ("begins_with(:a, pk)", f"Invalid condition in KeyConditionExpression: begins_with {NOT_FIRST}"),
        (
            "pk = :n",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        ("pk = :empty", EMPTY_KEY + "string value. Key: pk"),
        ("", "Invalid KeyConditionExpression: The expression can not be empty;"),
        ("((pk = :p))", "Invalid KeyConditionExpression: The expression has redundant parentheses;"),
        (
            "pk = :x",
            "Invalid KeyConditionExpression: "
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
    ],
)
def test_refused(text: str, problem: str) -> None:
    values = {":p": P, ":a": A, ":n": {"N": "1"}, ":empty": {"S": ""}}
    with pytest.raises(ApiError) as refused:
        match(text, values)
    assert refused.value.message == problem


def test_a_sort_condition_on_a_table_without_sort_key() -> None:
    with pytest.raises(ApiError, match=UNSUPPORTED):
        match("pk = :p AND sk = :a", {":p": P, ":a": A}, range_key=())


texts = st.text("\0a\x01\U0010ffff", max_size=4)
CONDITIONS = ["sk = :a", "sk < :a", "sk <= :a", "sk > :a", "sk >= :a", "sk BETWEEN :a AND :b", "begins_with(sk, :a)"]


@given(st.sampled_from(CONDITIONS), texts, texts, texts, st.sampled_from(["", "suffix"]))
def test_key_ranges_hold_what_the_condition_is_true_of(text: str, one: str, other: str, sort: str, suffix: str) -> None:
    """`suffix`: an index entry's key goes on with the key of its item."""
    low, high = min(one, other), max(one, other)
    values = {":p": P, ":a": {"S": low or "a"}}
    if ":b" in text:
        values[":b"] = {"S": max(high, low or "a")}
    start, end = match(f"pk = :p AND {text}", values).bounds()
    key = item_key([P], [{"S": sort}]) + suffix.encode()
    bound = condition.bind(text, Bindings(None, {name: value for name, value in values.items() if name != ":p"}))
    assert (start <= key < end) == bound.test({"sk": {"S": sort}})


@given(st.sampled_from(CONDITIONS[:6]), *[st.integers(-30, 30)] * 3)
def test_key_ranges_of_numbers(text: str, one: int, other: int, sort: int) -> None:
    values = {":p": P, ":a": {"N": str(min(one, other))}}
    if ":b" in text:
        values[":b"] = {"N": str(max(one, other))}
    start, end = match(f"pk = :p AND {text}", values, range_key=(NK,)).bounds()
    key = item_key([P], [{"N": str(sort)}])
    bound = condition.bind(text, Bindings(None, {name: value for name, value in values.items() if name != ":p"}))
    assert (start <= key < end) == bound.test({"sk": {"N": str(sort)}})


@given(texts, texts)
def test_other_partitions_stay_out(mine: str, other: str) -> None:
    start, end = match("pk = :p", {":p": {"S": "p" + mine}}).bounds()
    assert (start <= item_key([{"S": "p" + other}], [A]) < end) == (mine == other)
