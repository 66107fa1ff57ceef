"""What items weigh, in bytes, for the 400 KB limit, capacity units, pages and `SizeBytes` of stream records.

Source: "DynamoDB item sizes and formats" in the Developer Guide, and sizes recorded on AWS.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from typing import Any, Final

from tailrace.expression.numbers import number_parts

CONTAINER_BYTES = 3
ELEMENT_BYTES = 1
_SHORT: Final = 200  # characters of a text that is measured by encoding it; a longer one isn't copied for that


def item_size(item: dict[str, Any]) -> int:
    """Bytes of a whole item: each attribute's name and value."""
    total = 0
    for name, value in item.items():
        total += text_size(name) + value_size(value)
    return total


def attribute_size(name: str, value: dict[str, Any]) -> int:
    """Bytes of one attribute, its name included."""
    return text_size(name) + value_size(value)


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one normalized AttributeValue."""
    text = value.get("S")
    if text is not None:
        return text_size(text)
    for kind, content in value.items():
        if kind == "N":
            return number_size(content)
        if kind == "B":
            return binary_size(content)
        if kind in ("BOOL", "NULL"):
            return 1
        if kind == "SS":
            return sum(map(text_size, content))
        if kind == "NS":
            return sum(map(number_size, content))
        if kind == "BS":
            return sum(map(binary_size, content))
        if kind == "L":
            return CONTAINER_BYTES + sum(ELEMENT_BYTES + value_size(element) for element in content)
        if kind == "M":
            return CONTAINER_BYTES + len(content) * ELEMENT_BYTES + item_size(content)
    raise ValueError("not a normalized AttributeValue")


def text_size(text: str) -> int:
    """UTF-8 bytes of a string."""
    return len(text.encode()) if len(text) < _SHORT or not text.isascii() else len(text)


def binary_size(base64_text: str) -> int:
    """Raw bytes behind canonical base64."""
    return len(base64_text) * 3 // 4 - base64_text.count("=", -2)


def number_size(text: str) -> int:
    """Of a canonical number: a byte for the exponent, one for each base-100 digit, one more below zero; zero is one.

    The base-100 digits are aligned to the decimal point: 12 has one, 1.2 has two.
    """
    if text == "0":
        return 1
    if text.isdigit():
        # An even power of ten leaves the first base-100 digit half full.
        significant = len(text.rstrip("0")) if text.endswith("0") else len(text)
        return 1 + (significant + len(text) % 2 + 1) // 2
    negative = text[0] == "-"
    whole, _, fraction = (text[1:] if negative else text).partition(".")
    if whole == "0":
        _, digits, exponent = number_parts(text)
        significant = len(digits)
    else:
        significant = len(whole) + len(fraction) if fraction else len(whole.rstrip("0"))
        exponent = len(whole) - 1
    halves = significant + (exponent % 2 == 0)
    return 1 + (halves + 1) // 2 + negative
