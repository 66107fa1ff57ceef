"""Every condition operator, in every form, against every kind of key: one table.

What an operator says of a value is written once, as (policy's values, request's value, holds); the forms follow from
it by AWS's rules: a Not... operator says the opposite of a value that is there, ...IfExists holds without a key,
ForAllValues holds without values, ForAnyValue does not, plain operators hold without a key if they are negations.
"""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.auth import conditions, policy

# operator: (the policy's value or values, a request's value that it holds for, one that it doesn't hold for)
POSITIVE: dict[str, list[tuple[Any, str, str]]] = {
    "StringEquals": [(["a", "b"], "b", "c"), ("a", "a", "A"), ("a*", "a*", "ab"), ("", "", "a")],
    "StringEqualsIgnoreCase": [("Ab", "aB", "abc")],
    "StringLike": [("a*c?", "abbcd", "abbc"), ("a", "a", "A")],
    "NumericEquals": [("10", "10.0", "11"), (10, "1e1", "ten")],
    "NumericLessThan": [("10", "9.99", "10")],
    "NumericLessThanEquals": [("10", "10", "10.01")],
    "NumericGreaterThan": [("-1", "0", "-1")],
    "NumericGreaterThanEquals": [("10", "10", "9")],
    "DateEquals": [("2020-01-01T00:00:00Z", "1577836800", "1577836801")],
    "DateLessThan": [("2020-01-01T00:00:00Z", "2019-12-31T23:59:59Z", "2020-01-01T00:00:00Z")],
    "DateLessThanEquals": [("2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z")],
    "DateGreaterThan": [("2020", "2020-06-01T00:00:00+02:00", "2019-06-01T00:00:00Z")],
    "DateGreaterThanEquals": [("1577836800", "2020-01-01T00:00:00Z", "soon")],
    "Bool": [("true", "true", "false"), (False, "False", "true")],
    "BinaryEquals": [("aGk=", "aGk=", "aGkh"), ("aGk=", "aGk=", "not base64")],
    "IpAddress": [(["10.0.0.0/8", "::1"], "10.9.9.9", "11.0.0.0"), ("2001:db8::/32", "2001:db8::7", "10.0.0.1")],
    "ArnEquals": [("arn:aws:sns:*:1:t?", "arn:aws:sns:r:1:tt", "arn:aws:sns:r:2:tt")],
    "ArnLike": [("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b", "arn:aws:s3:::c/a")],
}
NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
CASES = [(operator, False, *case) for operator, cases in POSITIVE.items() for case in cases]
CASES += [(operator, True, *case) for operator, positive in NEGATIONS.items() for case in POSITIVE[positive]]


def holds(operator: str, wanted: Any, found: str | list[str] | None) -> bool:
    """Whether a Condition with that operator holds for a request whose key has that value, or no value."""
    document = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"Some:Key": wanted}}}
    statement = policy.parse({"Version": "2012-10-17", "Statement": document}).statements[0]
    return statement.covers("a:b", "*", {} if found is None else {"some:key": found})


def test_the_table_knows_every_operator() -> None:
    assert set(POSITIVE) | set(NEGATIONS) | {"Null"} == conditions.OPERATORS


@pytest.mark.parametrize(("operator", "negated", "wanted", "good", "bad"), CASES)
class TestEveryForm:
    def test_of_one_value(self, operator: str, negated: bool, wanted: Any, good: str, bad: str) -> None:
        for form in (operator, f"{operator}IfExists"):
            assert holds(form, wanted, good) is not negated
            assert holds(form, wanted, bad) is negated
            assert holds(form, wanted, [good]) is not negated

    def test_of_a_key_that_is_not_there(self, operator: str, negated: bool, wanted: Any, good: str, bad: str) -> None:
        for missing in (None, []):
            assert holds(operator, wanted, missing) is negated
            assert holds(f"{operator}IfExists", wanted, missing) is True
            for form in (operator, f"{operator}IfExists"):
                assert holds(f"ForAllValues:{form}", wanted, missing) is True
                assert holds(f"ForAnyValue:{form}", wanted, missing) is False

    def test_of_several_values(self, operator: str, negated: bool, wanted: Any, good: str, bad: str) -> None:
        if not good:
            return  # an empty value is none to a quantifier; the next test is about that
        for form in (operator, f"{operator}IfExists"):
            assert holds(f"ForAllValues:{form}", wanted, [good, good]) is not negated
            assert holds(f"ForAllValues:{form}", wanted, [bad]) is negated
            assert holds(f"ForAllValues:{form}", wanted, [good, bad]) is False
            assert holds(f"ForAnyValue:{form}", wanted, [good, bad]) is True
            assert holds(f"ForAnyValue:{form}", wanted, [bad]) is negated
        # Without a quantifier one good value is enough, and for a negation one is too many.
        assert holds(operator, wanted, [bad, good]) is not negated


@pytest.mark.parametrize("empty", ["", [""], ["", ""]])
def test_empty_values_are_none_to_a_quantifier_and_to_null(empty: Any) -> None:
    assert holds("ForAllValues:StringEquals", "a", empty) is True
    assert holds("ForAnyValue:StringNotEquals", "a", empty) is False
    assert holds("Null", "true", empty) is True
    assert holds("StringEquals", "", empty) is True


@pytest.mark.parametrize(("found", "is_there"), [(None, False), ([], False), ("x", True), (["x", "y"], True)])
def test_null_asks_whether_a_key_has_a_value(found: Any, is_there: bool) -> None:
    assert holds("Null", "false", found) is is_there
    assert holds("Null", True, found) is not is_there
    assert holds("Null", ["true", "false"], found) is True


@pytest.mark.parametrize("operator", ["NullIfExists", "ForSomeValues:StringEquals", "StringEqual", "stringequals", ""])
def test_other_operators_make_no_policy(operator: str) -> None:
    with pytest.raises(policy.MalformedPolicy):
        holds(operator, "a", "a")
