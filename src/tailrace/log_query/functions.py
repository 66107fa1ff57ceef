"""Functions of values: of numbers, texts, points of time and addresses.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from typing import NamedTuple

from tailrace.log_query.values import Moment, Value, number, text, truth

Function = Callable[..., Value]
ANY = 64  # arguments at most


class Known(NamedTuple):
    """A function, and how many arguments it takes."""

    apply: Function
    least: int
    most: int


def _numeric(apply: Callable[..., float]) -> Function:
    """Applied to numbers; None where an argument is none, or the outcome isn't defined."""

    def run(*values: Value) -> Value:
        numbers = [number(value) for value in values]
        if None in numbers:
            return None
        try:
            return apply(*numbers)
        except (ArithmeticError, ValueError):
            return None

    return run


def _textual(apply: Callable[..., Value]) -> Function:
    """Applied to texts; None where the first argument isn't there."""
    return lambda *values: None if values[0] is None else apply(*(text(value) for value in values))


def _substr(value: Value, start: Value, length: Value = None) -> Value:
    first, count = number(start), number(length)
    if value is None or first is None:
        return None
    rest = text(value)[max(int(first), 0) :]
    return rest if count is None else rest[: max(int(count), 0)]


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _from_millis(value: Value) -> Value:
    found = number(value)
    return None if found is None else Moment(int(found))


def _to_millis(value: Value) -> Value:
    found = number(value)
    return None if found is None else int(found)


def _address(value: Value, version: int | None) -> int:
    try:
        found = ipaddress.ip_address(text(value))
    except ValueError:
        return 0
    return int(version is None or found.version == version)


def _in_subnet(value: Value, subnet: Value, version: int | None) -> int:
    try:
        inside = ipaddress.ip_address(text(value)) in ipaddress.ip_network(text(subnet), strict=False)
    except ValueError:
        return 0
    return int(inside and _address(value, version))


FUNCTIONS = {
    "abs": Known(_numeric(abs), 1, 1),
    "ceil": Known(_numeric(math.ceil), 1, 1),
    "floor": Known(_numeric(math.floor), 1, 1),
    "greatest": Known(_numeric(max), 2, ANY),
    "least": Known(_numeric(min), 2, ANY),
    "log": Known(_numeric(math.log), 1, 1),
    "sqrt": Known(_numeric(math.sqrt), 1, 1),
    "ispresent": Known(lambda value: int(value is not None), 1, 1),
    "coalesce": Known(_coalesce, 1, ANY),
    "if": Known(lambda condition, yes, no: yes if truth(condition) else no, 3, 3),
    "isempty": Known(lambda value: int(value is None or text(value) == ""), 1, 1),
    "isblank": Known(lambda value: int(not text(value).strip()), 1, 1),
    "concat": Known(lambda *values: "".join(text(value) for value in values), 1, ANY),
    "ltrim": Known(_textual(lambda value, characters=None: value.lstrip(characters)), 1, 2),
    "rtrim": Known(_textual(lambda value, characters=None: value.rstrip(characters)), 1, 2),
    "trim": Known(_textual(lambda value, characters=None: value.strip(characters)), 1, 2),
    "strlen": Known(_textual(len), 1, 1),
    "toupper": Known(_textual(str.upper), 1, 1),
    "tolower": Known(_textual(str.lower), 1, 1),
    "substr": Known(_substr, 2, 3),
    "replace": Known(_textual(str.replace), 3, 3),
    "strcontains": Known(_textual(lambda value, sought: int(sought in value)), 2, 2),
    "frommillis": Known(_from_millis, 1, 1),
    "tomillis": Known(_to_millis, 1, 1),
    "isvalidip": Known(lambda value: _address(value, None), 1, 1),
    "isvalidipv4": Known(lambda value: _address(value, 4), 1, 1),
    "isvalidipv6": Known(lambda value: _address(value, 6), 1, 1),
    "isipinsubnet": Known(lambda value, subnet: _in_subnet(value, subnet, None), 2, 2),
    "isipv4insubnet": Known(lambda value, subnet: _in_subnet(value, subnet, 4), 2, 2),
    "isipv6insubnet": Known(lambda value, subnet: _in_subnet(value, subnet, 6), 2, 2),
}
PERIODIC = ("bin", "datefloor", "dateceil")
