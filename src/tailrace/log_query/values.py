"""Values of fields: numbers, texts, points of time, or None where a row has no such field.

A text that is a number counts as one wherever a number is wanted, as on AWS: fields of log lines are texts. True and
false are 1 and 0.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

MAGNITUDE_MAX = 1e308


class Moment(int):
    """A point of time in milliseconds since the epoch. In a result it is `2026-11-29 16:10:48.123`."""

    def __str__(self) -> str:
        seconds, milliseconds = divmod(int(self), 1000)
        try:
            return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{milliseconds:03d}"
        except (OverflowError, ValueError, OSError):
            return str(int(self))


Value = str | int | float | None


def number(value: Value) -> int | float | None:
    """The value as a number, or None."""
    if isinstance(value, int | float):
        return value
    if not value:
        return None
    try:
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else _finite(float(value))
    except ValueError:
        return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def text(value: Value) -> str:
    """The value as results show it; "" for None."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value)


def truth(value: Value) -> bool:
    """Whether a condition with this outcome holds."""
    found = number(value)
    return bool(found) if found is not None else bool(value)


def compared(operator: str, left: Value, right: Value) -> int:
    """1 or 0: as numbers where both are, else as texts. Nothing is equal to, or less than, what isn't there."""
    if left is None or right is None:
        return int(operator == "!=" and left is not right)
    a, b = number(left), number(right)
    x: str | float = text(left) if a is None or b is None else a
    y: str | float = text(right) if a is None or b is None else b
    if operator in ("=", "!="):
        return int((x == y) == (operator == "="))
    if operator in ("<", "<="):
        return int(x < y or (operator == "<=" and x == y))  # type: ignore[operator]
    return int(x > y or (operator == ">=" and x == y))  # type: ignore[operator]


def calculated(operator: str, left: Value, right: Value) -> Value:
    """The outcome of arithmetic, or None where there is none (a text, a division by zero)."""
    a, b = number(left), number(right)
    if a is None or b is None:
        return None
    try:
        if operator == "+":
            return a + b
        if operator == "-":
            return a - b
        if operator == "*":
            return a * b
        if operator == "/":
            return a / b
        if operator == "%":
            return math.fmod(a, b)
        return _finite(math.pow(a, b))
    except (ArithmeticError, ValueError):
        return None


def order(value: Value) -> tuple[int, float, str]:
    """The place of a value among others: what isn't there, then texts, then numbers.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
    """
    if value is None:
        return 0, 0, ""
    found = number(value)
    return (1, 0, str(value)) if found is None else (2, found, "")
