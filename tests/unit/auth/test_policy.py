"""Policies: what their patterns, variables and conditions match, and what is no policy."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.auth import aws_managed, policy
from tailrace.auth.patterns import Pattern
from tailrace.auth.policy import MalformedPolicy


def statement(**elements: Any) -> policy.Statement:
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*"} | elements
    return policy.parse({"Version": "2012-10-17", "Statement": whole}).statements[0]


def test_actions_know_no_case_and_take_wildcards() -> None:
    reads = statement(Action=["dynamodb:Get*", "dynamodb:Batch?etItem"])
    assert reads.covers("dynamodb:GetItem", "*", {})
    assert reads.covers("DynamoDB:getitem", "*", {})
    assert reads.covers("dynamodb:BatchGetItem", "*", {})
    assert not reads.covers("dynamodb:PutItem", "*", {})


def test_not_action_and_not_resource_turn_the_match_around() -> None:
    document = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret"}
    parsed = policy.parse({"Version": "2012-10-17", "Statement": [document]}).statements[0]
    assert parsed.covers("s3:GetObject", "arn:aws:s3:::open", {})
    assert not parsed.covers("iam:GetUser", "arn:aws:s3:::open", {})
    assert not parsed.covers("s3:GetObject", "arn:aws:s3:::secret", {})


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("arn:aws:dynamodb:*:*:table/T", "arn:aws:dynamodb:eu-west-1:1:table/T", True),
        ("arn:aws:dynamodb:*:*:table/T", "arn:aws:dynamodb:eu-west-1:1:table/T2", False),
        ("arn:aws:dynamodb:*:*:table/T*", "arn:aws:dynamodb:eu-west-1:1:table/T/stream/2020-01-01T00:00:00.000", True),
        ("arn:aws:logs:*:*:log-group:/aws/*", "arn:aws:logs:r:1:log-group:/aws/lambda/f:*", True),
        ("arn:aws:dynamodb:eu*1:1:table/T", "arn:aws:dynamodb:eu-west-1:1:table/T", True),
        # A star in the middle of a segment stays inside it; one that ends a segment may run on across colons.
        ("arn:aws:dynamodb:e*t:1:table/T", "arn:aws:dynamodb:east:x:1:table/T", False),
        ("arn:aws:dynamodb:*", "arn:aws:dynamodb:eu-west-1:1:table/T", True),
        ("arn:aws:dynamodb:us-east-?:1:table/T", "arn:aws:dynamodb:us-east-2:1:table/T", True),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:queue", True),
        ("arn:aws:dynamodb:r:1:table/t", "arn:aws:dynamodb:r:1:table/T", False),
    ],
)
def test_resources_are_matched_as_arns(pattern: str, value: str, matches: bool) -> None:
    assert statement(Resource=pattern).covers("a:b", value, {}) is matches


@given(st.text("ab*?:", max_size=8), st.text("ab:*", max_size=10))
def test_plain_wildcards_mean_what_a_naive_regular_expression_means(pattern: str, value: str) -> None:
    naive = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    expected = re.fullmatch(naive, value, re.DOTALL) is not None
    assert Pattern(pattern, "like", variables=False).matches(value, {}) is expected


@given(st.text("ab*?", max_size=8), st.text("ab:", max_size=10))
def test_wildcards_in_the_last_segment_of_an_arn_are_plain(pattern: str, value: str) -> None:
    naive = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    expected = re.fullmatch(naive, value, re.DOTALL) is not None
    assert Pattern(f"arn:aws:a:b:c:{pattern}", "arn", variables=False).matches(f"arn:aws:a:b:c:{value}", {}) is expected


def test_a_hostile_row_of_stars_ends_at_once() -> None:
    hostile = Pattern("arn:aws:s3:::" + "a*" * 200 + "b", "resource", variables=False)
    assert not hostile.matches("arn:aws:s3:::" + "a" * 2000, {})


# --- variables -------------------------------------------------------------------------------------------------------


def covers_home(resource: str, context: dict[str, Any], version: str = "2012-10-17", pattern: str = "") -> bool:
    element = pattern or "arn:aws:s3:::home/${aws:username}/*"
    document = {"Version": version, "Statement": {"Effect": "Allow", "Action": "*", "Resource": element}}
    return policy.parse(document).statements[0].covers("s3:GetObject", resource, context)


def test_a_variable_stands_for_the_caller() -> None:
    assert covers_home("arn:aws:s3:::home/bob/x", {"aws:username": "bob"})
    assert not covers_home("arn:aws:s3:::home/eve/x", {"aws:username": "bob"})


def test_a_variable_without_a_value_matches_nothing_unless_it_has_a_default() -> None:
    assert not covers_home("arn:aws:s3:::home//x", {})
    with_default = "arn:aws:s3:::home/${aws:PrincipalTag/team, 'all'}"
    assert covers_home("arn:aws:s3:::home/all", {}, pattern=with_default)
    assert covers_home("arn:aws:s3:::home/red", {"aws:principaltag/team": "red"}, pattern=with_default)


def test_wildcards_in_a_variables_value_are_literal() -> None:
    assert not covers_home("arn:aws:s3:::home/eve/x", {"aws:username": "*"})


def test_escapes_are_literal() -> None:
    assert covers_home("arn:aws:s3:::a*b?c$d", {}, pattern="arn:aws:s3:::a${*}b${?}c${$}d")
    assert not covers_home("arn:aws:s3:::aXb?c$d", {}, pattern="arn:aws:s3:::a${*}b${?}c${$}d")


def test_before_2012_a_variable_is_only_text() -> None:
    assert not covers_home("arn:aws:s3:::home/bob/x", {"aws:username": "bob"}, version="2008-10-17")
    assert covers_home("arn:aws:s3:::home/${aws:username}/x", {"aws:username": "bob"}, version="2008-10-17")


# --- conditions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "given_values", "value", "holds"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a*", "abc", False),
        ("StringEquals", "A", "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringLike", "a*", "abc", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotLike", "a*", "b", True),
        ("StringNotEqualsIgnoreCase", "A", "a", False),
        ("NumericEquals", 10, "10.0", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericEquals", "10", "ten", False),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", True),
        ("DateLessThan", "2020-01-01", "1577836799", True),
        ("DateEquals", "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00Z", True),
        ("Bool", "true", "True", True),
        ("Bool", False, "true", False),
        ("BinaryEquals", "aGk=", "aGk=", True),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "10.1.2.3", True),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("ArnLike", "arn:aws:sns:*:*:topic", "arn:aws:sns:r:1:topic", True),
        ("ArnEquals", "arn:aws:sns:*:*:t*", "arn:aws:sns:r:1:topic", True),
        ("ArnLike", "arn:aws:sns:*:topic", "arn:aws:sns:r:1:topic", False),
        ("ArnNotLike", "arn:aws:sns:*:*:topic", "arn:aws:sns:r:1:topic", False),
        ("Null", "true", "there", False),
        ("Null", "false", "there", True),
    ],
)
def test_each_operator_compares_as_documented(operator: str, given_values: Any, value: str, holds: bool) -> None:
    asked = statement(Condition={operator: {"Some:Key": given_values}})
    assert asked.covers("a:b", "*", {"some:key": value}) is holds


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("NumericLessThan", False),
        ("BoolIfExists", True),
        ("Null", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
    ],
)
def test_a_key_that_the_request_has_not(operator: str, holds: bool) -> None:
    given_value = "true" if operator in ("Null", "BoolIfExists") else "1"
    assert statement(Condition={operator: {"k": given_value}}).covers("a:b", "*", {}) is holds


@pytest.mark.parametrize(
    ("operator", "values", "holds"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "x"], False),
        ("ForAnyValue:StringEquals", ["a", "x"], True),
        ("ForAnyValue:StringEquals", ["x", "y"], False),
        ("ForAllValues:StringNotEquals", ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["a", "x"], False),
        ("ForAnyValue:StringNotLike", ["a", "x"], True),
    ],
)
def test_keys_with_several_values(operator: str, values: list[str], holds: bool) -> None:
    assert statement(Condition={operator: {"k": ["a", "b", "c"]}}).covers("x:y", "*", {"k": values}) is holds


def test_all_operators_and_keys_must_hold() -> None:
    both = statement(Condition={"StringEquals": {"k": "1", "l": "2"}, "Bool": {"m": "true"}})
    assert both.covers("a:b", "*", {"k": "1", "l": "2", "m": "true"})
    assert not both.covers("a:b", "*", {"k": "1", "l": "2", "m": "false"})
    assert not both.covers("a:b", "*", {"k": "1", "l": "3", "m": "true"})


def test_a_condition_may_compare_with_a_variable() -> None:
    same = statement(Condition={"StringEquals": {"aws:RequestTag/owner": "${aws:username}"}})
    assert same.covers("a:b", "*", {"aws:requesttag/owner": "bob", "aws:username": "bob"})
    assert not same.covers("a:b", "*", {"aws:requesttag/owner": "bob", "aws:username": "eve"})


# --- what is no policy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        '"text"',
        "[" * 100_000,
        json.dumps({"Version": "2012-10-17"}),
        json.dumps({"Version": "2020-01-01", "Statement": []}),
        json.dumps({"Version": "2012-10-17", "Statement": [], "More": 1}),
        json.dumps({"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": 1, "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Condition": {"StringEqual": {"a": "b"}}}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Condition": {"StringEquals": {"a": {}}}}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Robot": "x"}}]}),
    ],
)
def test_what_is_no_policy_is_refused(document: str) -> None:
    with pytest.raises(MalformedPolicy, match=re.escape("Syntax errors in policy.")):
        policy.parse(document)


words = st.sampled_from(
    ["Version", "2012-10-17", "Statement", "Effect", "Allow", "Deny", "Action", "Resource", "Principal", "AWS", "*"]
    + ["Condition", "StringLike", "NumericLessThan", "DateEquals", "IpAddress", "BinaryEquals", "Null", "Sid", "Id"]
    + ["aws:x", "arn:aws:s3:::${aws:x}", "${", "NotAction", "NotResource", "ForAllValues:Bool", "1e999999", "nan"]
)
trees = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=15,
)
elements = st.fixed_dictionaries(
    {"Effect": st.just("Deny"), "Action": st.just("*")},
    optional={"Resource": trees, "Condition": trees, "Principal": trees},
)


@given(trees | elements.map(lambda element: {"Version": "2012-10-17", "Statement": element}))
def test_every_document_is_a_policy_that_can_be_asked_or_malformed(document: Any) -> None:
    try:
        parsed = policy.parse(json.dumps(document))
    except MalformedPolicy:
        return
    for asked in parsed.statements:
        for value in ("a", "1", "2020-01-01", "10.0.0.1", ["x", "y"], []):
            asked.covers("s3:GetObject", "arn:aws:s3:::a", {"aws:x": value, "*": value})


def test_every_aws_managed_policy_compiles_and_the_known_ones_are_there() -> None:
    for arn in aws_managed.all_policies():
        assert aws_managed.compiled(arn)
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"
    compiled = aws_managed.compiled(arn)
    assert compiled
    assert compiled.policy.statements[0].covers("dynamodb:GetRecords", "arn:aws:dynamodb:r:1:table/T/stream/L", {})
    assert not compiled.policy.statements[0].covers("dynamodb:GetItem", "arn:aws:dynamodb:r:1:table/T", {})
