"""Filter policies: what one may say, with AWS's words for what it may not, and whether a message passes one.

```
{"store": ["a"], "price": [{"numeric": [">=", 100]}], "$or": [{...}, {...}]}     of attributes: one level
{"order": {"items": {"sku": [{"prefix": "auto-"}]}}}                             of the body: nested; "a.b" is "a": {"b"
```
The operators are EventBridge's (expression/event_pattern.py), fewer of them.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import functools
from typing import Any

import orjson

from tailrace.expression import event_pattern
from tailrace.expression.event_pattern import EventPattern, InvalidPattern
from tailrace.services.sns import filter_syntax, refusals
from tailrace.services.sns.json_text import parse_object

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"
KEYS_MAX = 5
COMBINATIONS_MAX = 150
BYTES_MAX = 256 * 1024
DEPTH_MAX = 64

MessageAttributes = dict[str, dict[str, Any]]


def check(text: str, scope: str, *, at_creation: bool) -> None:
    """Refuse what is no filter policy of this scope. Raises InvalidParameter."""

    def bad(why: str) -> Exception:
        return refusals.invalid_attribute(f"FilterPolicy: {why}", at_creation=at_creation)

    if len(text.encode()) > BYTES_MAX:
        raise bad("Filter policy is too large")
    document = parse_object(text, bad)
    try:
        filter_syntax.check(text)
    except filter_syntax.Fault as fault:
        raise bad(str(fault)) from None
    if scope == ATTRIBUTES and any(isinstance(value, dict) for value in document.values()):
        text = f"Filter policy scope {ATTRIBUTES} does not support nested filter policy"
        raise refusals.invalid_attribute(text, at_creation=at_creation)
    if len(document) > KEYS_MAX:
        raise bad(f"Filter policy can not have more than {KEYS_MAX} keys")
    if combinations(document) > COMBINATIONS_MAX:
        raise bad("Filter policy is too complex")
    try:
        _compiled(text, scope) if document else None
    except InvalidPattern as problem:
        raise bad(str(problem)) from problem


def combinations(policy: dict[str, Any], depth: int = 1) -> int:
    """How complex AWS finds a policy: values times depth of each key, multiplied; of `$or` the sum of its choices."""
    total = 1
    for key, value in policy.items():
        if isinstance(value, dict):
            total *= combinations(value, depth + 1)
        elif filter_syntax.is_choice(key, value):
            total *= sum(combinations(one, depth) for one in value)
        else:
            total *= len(value) * depth
    return total


def passes(attributes: dict[str, str], text: str, message_attributes: MessageAttributes) -> bool:
    """Whether a message goes to a subscription that has these attributes."""
    policy = attributes.get("FilterPolicy")
    if not policy or policy.strip() == "{}":
        return True
    scope = attributes.get("FilterPolicyScope", ATTRIBUTES)
    if scope == ATTRIBUTES:
        return _compiled(policy, scope).test(record(message_attributes))
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(body, dict) and _compiled(policy, scope).test(expand(body))


@functools.lru_cache(maxsize=4096)
def _compiled(text: str, scope: str) -> EventPattern:
    document = orjson.loads(text)
    if scope == ATTRIBUTES:
        return event_pattern.compile(document, none_of_list=True)
    return event_pattern.compile(expand(document))


def record(attributes: MessageAttributes) -> dict[str, Any]:
    """Message attributes as a pattern sees them: texts, numbers, lists. Binary ones are not compared."""
    found: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, value = attribute["DataType"], attribute.get("StringValue", "")
        if kind.startswith("Binary"):
            continue
        found[name] = _number(value) if kind.startswith("Number") else value
        if kind == "String.Array":
            try:
                found[name] = orjson.loads(value)
            except orjson.JSONDecodeError:
                continue
    return found


def _number(text: str) -> float | int | str:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def expand(value: Any, depth: int = DEPTH_MAX) -> Any:
    """A body or a policy with each dotted name as names within each other: AWS takes both for the same.

    Lists within lists become one. What is nested deeper than `depth` is left as it is.
    """
    if not depth:
        return value
    if isinstance(value, list):
        flat: list[Any] = []
        for one in value:
            inner = expand(one, depth - 1)
            flat += inner if isinstance(inner, list) else [inner]
        return flat
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, inner in value.items():
        first, _, rest = name.partition(".")
        split = first and rest
        _merge(found, first if split else name, expand({rest: inner} if split else inner, depth - 1))
    return found


def _merge(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a value under a name; of two objects all members, of two other values a list of both."""
    old = found.get(name)
    if name not in found:
        found[name] = value
    elif isinstance(old, dict) and isinstance(value, dict):
        for key, inner in value.items():
            _merge(old, key, inner)
    else:
        found[name] = [
            *(old if isinstance(old, list) else [old]),
            *(value if isinstance(value, list) else [value]),
        ]
