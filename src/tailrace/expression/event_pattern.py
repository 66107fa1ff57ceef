"""EventBridge patterns, as the FilterCriteria of a trigger writes them: compiled once, tested against many records.

```
{"eventName": ["INSERT", {"prefix": "MOD"}], "dynamodb": {"NewImage": {"k": {"S": [{"exists": true}]}}}}
 every key must match (AND)   any element of a list may match (OR)
```
A pattern looks at leaves alone: a node with members of its own doesn't "exist", so `exists: false` is true of it (as
recorded on AWS). Where the record has a list, one element that matches is enough.
Syntax: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from tailrace.expression.wildcard import fits

LEAF_CHOICES_MAX = 1024
DEPTH_MAX = 64

Test = Callable[[Any], bool]  # of one leaf: a string, a number, true, false or null
Match = Callable[[Any], bool]  # of one node of the record, or of ABSENT
ABSENT: Any = object()


class InvalidPattern(Exception):
    """The text is no event pattern; the message says what is wrong with it."""


def parse(text: str) -> EventPattern:
    """Compile a pattern's JSON text; raises InvalidPattern."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise InvalidPattern("the pattern is not JSON") from problem
    if not isinstance(document, dict) or not document:
        raise InvalidPattern("a pattern is a JSON object with at least one key")
    return compile(document)


def compile(document: Mapping[str, Any], *, none_of_list: bool = False) -> EventPattern:  # noqa: A001
    """Compile a pattern that is parsed already; raises InvalidPattern.

    With `none_of_list`, `anything-but` is true of a list only if it is true of each element, as SNS has it of message
    attributes; EventBridge is content with one.
    """
    return EventPattern(_object(document, DEPTH_MAX, none_of_list))


class EventPattern:
    """A compiled pattern."""

    def __init__(self, match: Match) -> None:
        self._match = match

    def test(self, record: Mapping[str, Any]) -> bool:
        """Whether the record matches."""
        return self._match(record)


def _object(pattern: Mapping[str, Any], depth: int, none_of_list: bool) -> Match:
    """All keys of one level."""
    if not pattern or not depth:
        raise InvalidPattern("a pattern has no empty objects, and is not nested without end")
    members: list[tuple[str, Match]] = []
    choices: list[list[Match]] = []
    for key, value in pattern.items():
        if key == "$or":
            choices.append(_choices(value, depth, none_of_list))
        elif isinstance(value, dict):
            members.append((key, _object(value, depth - 1, none_of_list)))
        else:
            members.append((key, _leaf(value, none_of_list)))

    def of_mapping(node: Mapping[str, Any]) -> bool:
        return all(match(node.get(key, ABSENT)) for key, match in members) and all(
            any(match(node) for match in choice) for choice in choices
        )

    def match(node: Any) -> bool:
        if isinstance(node, dict):
            return of_mapping(node)
        if isinstance(node, list) and node:
            return any(of_mapping(element) for element in node if isinstance(element, dict))
        return of_mapping({})  # nothing is there: `exists: false` below may still hold

    return match


def _choices(value: Any, depth: int, none_of_list: bool) -> list[Match]:
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(one, dict) for one in value):
        raise InvalidPattern("$or takes a list of at least two objects")
    return [_object(one, depth - 1, none_of_list) for one in value]


def _leaf(value: Any, none_of_list: bool) -> Match:
    """The choices of one leaf."""
    if not isinstance(value, list) or not 0 < len(value) <= LEAF_CHOICES_MAX:
        raise InvalidPattern("a leaf is a list of 1 to 1,024 choices")
    tests: list[Test] = []
    every: list[Test] = []  # those that all elements of a list must pass
    when_missing = when_present = False
    for one in value:
        if isinstance(one, dict) and "exists" in one:
            if len(one) != 1 or not isinstance(one["exists"], bool):
                raise InvalidPattern("exists is true or false")
            when_present |= one["exists"]
            when_missing |= not one["exists"]
        elif none_of_list and isinstance(one, dict) and "anything-but" in one:
            every.append(_test(one))
        else:
            tests.append(_test(one))

    def match(node: Any) -> bool:
        leaves = _leaves(node)
        if not leaves:
            return when_missing
        return (
            when_present
            or any(test(leaf) for leaf in leaves for test in tests)
            or any(all(test(leaf) for leaf in leaves) for test in every)
        )

    return match


def _leaves(node: Any) -> Sequence[Any]:
    """The leaf values at a node: none where it is absent, empty or has members of its own."""
    if node is ABSENT or isinstance(node, dict):
        return ()
    if isinstance(node, list):
        return [one for element in node for one in _leaves(element)]
    return (node,)


def _test(choice: Any) -> Test:
    if isinstance(choice, dict):
        if len(choice) != 1:
            raise InvalidPattern("an operator is an object with one key")
        ((operator, argument),) = choice.items()
        build = OPERATORS.get(operator)
        if build is None:
            raise InvalidPattern(f"{operator} is no operator")
        return build(argument)
    if isinstance(choice, list):
        raise InvalidPattern("a choice is no list")
    return _equals(choice)


def _equals(value: Any) -> Test:
    """Exact: 1 and 1.0 are the same number, but neither is true, nor the text "1"."""
    if isinstance(value, bool) or value is None:
        return lambda leaf: leaf is value
    if isinstance(value, str):
        return lambda leaf: isinstance(leaf, str) and leaf == value
    return lambda leaf: _is_number(leaf) and leaf == value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any, operator: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidPattern(f"{operator} takes a text that is not empty")
    return value


def _prefix(argument: Any) -> Test:
    if isinstance(argument, dict):
        start = _ignoring_case(argument, "prefix")
        return lambda leaf: isinstance(leaf, str) and leaf.casefold().startswith(start)
    start = _text(argument, "prefix")
    return lambda leaf: isinstance(leaf, str) and leaf.startswith(start)


def _suffix(argument: Any) -> Test:
    if isinstance(argument, dict):
        end = _ignoring_case(argument, "suffix")
        return lambda leaf: isinstance(leaf, str) and leaf.casefold().endswith(end)
    end = _text(argument, "suffix")
    return lambda leaf: isinstance(leaf, str) and leaf.endswith(end)


def _ignoring_case(argument: Mapping[str, Any], operator: str) -> str:
    """The argument of {"prefix": {"equals-ignore-case": text}}."""
    if list(argument) != ["equals-ignore-case"]:
        raise InvalidPattern(f"{operator} takes a text, or equals-ignore-case with one")
    return _text(argument["equals-ignore-case"], operator).casefold()


def _equals_ignore_case(argument: Any) -> Test:
    if not isinstance(argument, str):
        raise InvalidPattern("equals-ignore-case takes a text")
    wanted = argument.casefold()
    return lambda leaf: isinstance(leaf, str) and leaf.casefold() == wanted


def _wildcard(argument: Any) -> Test:
    r"""`*` stands for any characters, `\*` for a star and `\\` for a backslash; two stars in a row are an error."""
    text = _text(argument, "wildcard")
    parts = re.findall(r"\\[*\\]|\\|[^\\]", text)
    if "\\" in parts or any(a == b == "*" for a, b in zip(parts, parts[1:], strict=False)):
        raise InvalidPattern("a wildcard escapes only * and \\, and has no two stars in a row")
    literals = [""]
    for part in parts:
        if part == "*":
            literals.append("")
        else:
            literals[-1] += part[-1]
    return lambda leaf: isinstance(leaf, str) and fits(leaf, literals)


def _anything_but(argument: Any) -> Test:
    """Present, and none of the values given; {"prefix": ...} and the like negate that operator."""
    if isinstance(argument, dict):
        if len(argument) != 1 or not argument.keys() <= NEGATABLE:
            raise InvalidPattern("anything-but negates prefix, suffix, equals-ignore-case and wildcard")
        ((operator, values),) = argument.items()
        tests = [OPERATORS[operator](value) for value in _list_of(values)]
    else:
        values = _list_of(argument)
        if not (all(isinstance(value, str) for value in values) or all(map(_is_number, values))):
            raise InvalidPattern("anything-but takes texts or numbers, not both, or a list of them")
        tests = [_equals(value) for value in values]
    return lambda leaf: not any(test(leaf) for test in tests)


def _list_of(values: Any) -> list[Any]:
    found = values if isinstance(values, list) else [values]
    if not found:
        raise InvalidPattern("the list is empty")
    return found


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def _numeric(argument: Any) -> Test:
    """[">", 0] or a range, [">", 0, "<=", 5]: of JSON numbers only, never of the text in a DynamoDB N."""
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        raise InvalidPattern("numeric takes one or two comparisons")
    pairs = [(argument[at], argument[at + 1]) for at in range(0, len(argument), 2)]
    if not all(isinstance(name, str) and name in COMPARISONS and _is_number(bound) for name, bound in pairs):
        raise InvalidPattern("numeric takes comparisons with numbers")
    if len(pairs) == 2:
        (low, above), (high, below) = pairs
        if low not in (">", ">=") or high not in ("<", "<=") or above > below:
            raise InvalidPattern("a numeric range names its lower bound, then its upper one")
    tests = [(COMPARISONS[name], bound) for name, bound in pairs]
    return lambda leaf: _is_number(leaf) and all(compare(leaf, bound) for compare, bound in tests)


def _cidr(argument: Any) -> Test:
    try:
        network = ipaddress.ip_network(_text(argument, "cidr"), strict=False)
    except ValueError as problem:
        raise InvalidPattern("cidr takes a range of addresses") from problem

    def test(leaf: Any) -> bool:
        try:
            return isinstance(leaf, str) and ipaddress.ip_address(leaf) in network
        except ValueError:
            return False

    return test


OPERATORS: dict[str, Callable[[Any], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}
NEGATABLE = {"prefix", "suffix", "equals-ignore-case", "wildcard"}
