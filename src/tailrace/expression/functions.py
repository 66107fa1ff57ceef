"""Comparing values, and the functions of condition expressions, on normalized AttributeValues (None: no attribute).

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import operator
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tailrace.expression.sizes import binary_size, text_size
from tailrace.expression.values import AttributeValue

Operand = AttributeValue | None

ORDERED_TYPES = ("S", "N", "B")

# Python orders strings by code point, which is the order of their UTF-8 bytes, which is DynamoDB's.
_SORT_KEYS: dict[str, Callable[[Any], Any]] = {"S": str, "N": Decimal, "B": b64decode}
_ELEMENT_TYPES = {"SS": "S", "NS": "N", "BS": "B"}


def equal(left: Operand, right: Operand) -> bool:
    """Canonical values are equal when they look equal; a missing attribute equals nothing."""
    return left is not None and left == right


def unequal(left: Operand, right: Operand) -> bool:
    """The opposite of `equal`, so true of a missing attribute."""
    return left is None or left != right


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Operand, Operand], bool]:
    """An ordering of values of one type, strings, numbers or binaries; false for all others."""

    def test(left: Operand, right: Operand) -> bool:
        if left is None or right is None:
            return False
        [(kind, content)] = left.items()
        sort_key = _SORT_KEYS.get(kind)
        if sort_key is None or kind not in right:
            return False
        return compare(sort_key(content), sort_key(right[kind]))

    return test


less_or_equal = ordered(operator.le)

COMPARATORS: dict[str, Callable[[Operand, Operand], bool]] = {
    "=": equal,
    "<>": unequal,
    "<": ordered(operator.lt),
    "<=": less_or_equal,
    ">": ordered(operator.gt),
    ">=": ordered(operator.ge),
}


def between(value: Operand, low: Operand, high: Operand) -> bool:
    """Within the bounds, both included."""
    return less_or_equal(low, value) and less_or_equal(value, high)


def begins_with(value: Operand, prefix: Operand) -> bool:
    """Of strings and of binaries."""
    if value is None or prefix is None:
        return False
    if "S" in value and "S" in prefix:
        return bool(value["S"].startswith(prefix["S"]))
    if "B" in value and "B" in prefix:
        return b64decode(value["B"]).startswith(b64decode(prefix["B"]))
    return False


def contains(value: Operand, part: Operand) -> bool:
    """A substring, a run of bytes, an element of a set or of a list."""
    if value is None or part is None:
        return False
    [(kind, content)] = value.items()
    if kind in ("S", "B"):
        if kind not in part:
            return False
        return part["S"] in content if kind == "S" else b64decode(part["B"]) in b64decode(content)
    if kind in _ELEMENT_TYPES:
        return part.get(_ELEMENT_TYPES[kind]) in content
    return kind == "L" and part in content


def size(value: Operand) -> Operand:
    """Bytes of a string or a binary, elements of everything that has elements; None for all others."""
    if value is None:
        return None
    [(kind, content)] = value.items()
    if kind == "S":
        return {"N": str(text_size(content))}
    if kind == "B":
        return {"N": str(binary_size(content))}
    return {"N": str(len(content))} if kind in ("SS", "NS", "BS", "L", "M") else None


def has_type(value: Operand, kind: Operand) -> bool:
    """Whether the value is of the type that `kind` (a string) names."""
    return value is not None and kind is not None and kind.get("S") in value
