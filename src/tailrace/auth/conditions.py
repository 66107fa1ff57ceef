"""A statement's Condition block, compiled: every operator and key must hold, any one of a key's values will do.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import functools
import ipaddress
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tailrace.auth.patterns import Context, Grammar, Pattern

Compare = Callable[[str, Context], bool]
"""Does this value of the request equal one of the policy's values?"""


class Clause(NamedTuple):
    """One operator on one key."""

    operator: str
    key: str
    compare: Compare
    negated: bool
    if_exists: bool
    quantifier: str
    """"", "ForAllValues" or "ForAnyValue"."""

    def holds(self, context: Context) -> bool:
        """Whether the request's values of this key satisfy the operator.

        An absent key and one whose values are all empty are the same to Null and to the two quantifiers: AWS calls
        that a null data set. IfExists says nothing about a quantifier, which has its own answer to an absent key.
        """
        found = context.get(self.key)
        values = [found] if isinstance(found, str) else found or []
        if self.operator == "Null":
            return self.compare("false" if any(values) else "true", context)
        if self.quantifier:
            if not any(values):
                return self.quantifier == "ForAllValues"
            each = (self.compare(value, context) != self.negated for value in values)
            return all(each) if self.quantifier == "ForAllValues" else any(each)
        if not values:
            return self.if_exists or self.negated
        return any(self.compare(value, context) for value in values) != self.negated


class BadCondition(ValueError):
    """The block cannot be compiled."""


def compile_block(block: Any, *, variables: bool) -> tuple[Clause, ...]:
    """The clauses of a Condition block. Raises BadCondition where AWS calls it a syntax error."""
    if not isinstance(block, dict):
        raise BadCondition("Condition is an object")
    clauses = []
    for name, keys in block.items():
        if not isinstance(keys, dict):
            raise BadCondition("an operator holds an object")
        for key, given in keys.items():
            clauses.append(_clause(name, key, _texts(given), variables=variables))
    return tuple(clauses)


def _clause(name: str, key: str, values: list[str], *, variables: bool) -> Clause:
    quantifier, colon, operator = name.rpartition(":")
    if colon and quantifier not in ("ForAllValues", "ForAnyValue"):
        raise BadCondition(name)
    if_exists = operator.endswith("IfExists") and operator != "NullIfExists"
    operator = operator.removesuffix("IfExists") if if_exists else operator
    positive = _POSITIVE.get(operator, operator)
    build = _OPERATORS.get(positive)
    if build is None:
        raise BadCondition(name)
    return Clause(operator, key.lower(), build(values, variables), positive != operator, if_exists, quantifier)


def _texts(given: Any) -> list[str]:
    values = given if isinstance(given, list) else [given]
    found = []
    for value in values:
        if isinstance(value, bool):
            found.append("true" if value else "false")
        elif isinstance(value, str | int | float):
            found.append(str(value))
        else:
            raise BadCondition("values are strings, numbers and booleans")
    return found


def _strings(values: list[str], variables: bool, grammar: Grammar, ignore_case: bool) -> Compare:
    patterns = [Pattern(value, grammar, variables=variables, ignore_case=ignore_case) for value in values]
    return lambda value, context: any(pattern.matches(value, context) for pattern in patterns)


def _ordered(
    values: list[str], variables: bool, read: Callable[[str], Any], test: Callable[[Any, Any], bool]
) -> Compare:
    """Numbers and dates: values that are none never match."""
    wanted = [known for known in map(read, values) if known is not None]

    def compare(value: str, context: Context) -> bool:
        got = read(value)
        return got is not None and any(test(got, known) for known in wanted)

    return compare


def number(text: str) -> Decimal | None:
    """A number of a policy or a request, or None."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def date(text: str) -> float | None:
    """Epoch seconds of an ISO 8601 date (any of W3C's precisions) or of epoch time written out; None otherwise."""
    text = text.strip()
    seconds = number(text)
    if seconds is not None and (len(text) > 4 or not text.isdigit()):
        return float(seconds)
    try:
        if text.isdigit():
            return datetime(int(text), 1, 1, tzinfo=UTC).timestamp()
        if len(text) == 7:
            text += "-01"
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _binary(values: list[str], variables: bool) -> Compare:
    def decoded(text: str) -> bytes | None:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return None

    wanted = {decoded(value) for value in values} - {None}
    return lambda value, context: decoded(value) in wanted


def _addresses(values: list[str], variables: bool) -> Compare:
    networks = []
    for value in values:
        try:
            networks.append(ipaddress.ip_network(value, strict=False))
        except ValueError:
            continue  # AWS accepts the text and never matches it

    def compare(value: str, context: Context) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        return any(address.version == network.version and address in network for network in networks)

    return compare


def _booleans(values: list[str], variables: bool) -> Compare:
    return _strings(values, variables, "literal", True)


Build = Callable[[list[str], bool], Compare]


def _pattern_operator(grammar: Grammar, ignore_case: bool = False) -> Build:
    return functools.partial(_strings, grammar=grammar, ignore_case=ignore_case)


def _order_operator(read: Callable[[str], Any], test: Callable[[Any, Any], bool]) -> Build:
    return functools.partial(_ordered, read=read, test=test)


def _orders(prefix: str, read: Callable[[str], Any]) -> dict[str, Build]:
    return {
        f"{prefix}Equals": _order_operator(read, lambda a, b: bool(a == b)),
        f"{prefix}LessThan": _order_operator(read, lambda a, b: bool(a < b)),
        f"{prefix}LessThanEquals": _order_operator(read, lambda a, b: bool(a <= b)),
        f"{prefix}GreaterThan": _order_operator(read, lambda a, b: bool(a > b)),
        f"{prefix}GreaterThanEquals": _order_operator(read, lambda a, b: bool(a >= b)),
    }


_OPERATORS: dict[str, Build] = {
    "StringEquals": _pattern_operator("literal"),
    "StringEqualsIgnoreCase": _pattern_operator("literal", True),
    "StringLike": _pattern_operator("like"),
    "ArnEquals": _pattern_operator("arn"),
    "ArnLike": _pattern_operator("arn"),
    "Bool": _booleans,
    "Null": _booleans,
    "BinaryEquals": _binary,
    "IpAddress": _addresses,
    **_orders("Numeric", number),
    **_orders("Date", date),
}
_POSITIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
OPERATORS = frozenset(_OPERATORS) | frozenset(_POSITIVE)
"""Every operator by its plain name, without IfExists and quantifiers."""


def hold(clauses: Sequence[Clause], context: Context) -> bool:
    """Whether every clause holds."""
    return all(clause.holds(context) for clause in clauses)
