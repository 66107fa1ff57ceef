"""AttributeValues in wire form: what AWS refuses, and the one canonical form in which everything is stored.

Canonical: numbers without exponent or superfluous zeros, sets sorted (strings by UTF-8 bytes, numbers by value,
binaries by bytes). Two values are equal exactly when their canonical forms are equal. A value that is canonical
already is returned as it is, not copied: the ordinary attribute costs two look-ups and a regular expression.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression.numbers import canonical_number
from tailrace.expression.sizes import attribute_size, item_size, number_size, text_size, value_size

__all__ = [
    "attribute_size",
    "canonical_set",
    "item_size",
    "measured",
    "nesting",
    "normalize_item",
    "normalize_value",
    "type_of",
    "value_size",
]

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]

TYPES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL")
# AWS counts 32 levels, the innermost scalar included.
NESTING_MAX = 31

_PREFIX = "One or more parameter values were invalid: "


def canonical_set(kind: str, elements: Iterable[str]) -> AttributeValue:
    """A set of type SS, NS or BS of canonical elements, each once, in canonical order."""
    order: dict[str, Callable[[str], Any]] = {"SS": str, "NS": Decimal, "BS": b64decode}
    return {kind: sorted(set(elements), key=order[kind])}


def nesting(value: AttributeValue) -> int:
    """How many lists and maps deep a normalized value is; 0 for all others."""
    [(kind, content)] = value.items()
    if kind == "L":
        return 1 + max(map(nesting, content), default=0)
    if kind == "M":
        return 1 + max(map(nesting, content.values()), default=0)
    return 0


def type_of(value: AttributeValue) -> str:
    """The type letters of a normalized value."""
    return next(iter(value))


def normalize_item(item: dict[str, Any]) -> Item:
    """The item with every value canonical. Raises ApiError (validation or serialization) with AWS's text."""
    for value in item.values():
        if type(value) is not dict or len(value) != 1 or type(value.get("S")) is not str:
            return measured(item)[0]
    return item  # of texts alone, as most keys are: a text has one form


def measured(item: dict[str, Any]) -> tuple[Item, int]:
    """What `normalize_item` gives, and its size, by one walk; `item` itself where no value had to be made anew."""
    normal, total = item, 0
    for name, value in item.items():
        total += text_size(name)
        # Nearly every attribute of nearly every item leaves by one of these two branches.
        if type(value) is dict and len(value) == 1:
            text = value.get("S")
            if type(text) is str:
                total += text_size(text)
                continue
            text = value.get("N")
            if type(text) is str and canonical_number(text) is text:
                total += number_size(text)
                continue
        canonical = normalize_value(value)
        total += value_size(canonical)
        if canonical is not value:
            if normal is item:
                normal = dict(item)
            normal[name] = canonical
    return normal, total


def normalize_value(value: Any, depth: int = 0) -> AttributeValue:
    """The canonical form of one AttributeValue; the value itself where it is canonical.

    `depth` counts the lists and maps around it; more than 31 are refused, as AWS does.
    """
    if type(value) is not dict:
        if type(value) is list:
            owner = "class com.amazonaws.dynamodb.v20120810.AttributeValue"
            raise ApiError.serialization(f"Unrecognized collection type {owner}")
        raise ApiError.serialization("Unexpected value type in payload")
    if len(value) != 1:
        value = _only_member(value)
    given: AttributeValue = value
    text = given.get("N")
    if type(given.get("S")) is str or (type(text) is str and canonical_number(text) is text):
        return given  # as nearly all do
    [(kind, content)] = given.items()
    normalizer = _NORMALIZERS.get(kind)
    if normalizer is None or content is None:
        raise _empty()
    normal = normalizer(content, depth)
    return given if normal is content else {kind: normal}


def _only_member(value: dict[str, Any]) -> dict[str, Any]:
    """Drop members that are null or unknown, which AWS doesn't see, and require that one is left."""
    known = {kind: content for kind, content in value.items() if kind in _NORMALIZERS and content is not None}
    if not known:
        raise _empty()
    if len(known) > 1:
        # A member that is wrong in itself is reported before the surplus.
        for kind, content in known.items():
            _NORMALIZERS[kind](content, 0)
        raise ApiError.validation(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    return known


def _empty() -> ApiError:
    return ApiError.validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")


def _string(content: Any, depth: int) -> str:
    if type(content) is str:
        return content
    raise _not_convertible(content, "String")


def _number(content: Any, depth: int) -> str:
    if type(content) is str:
        return canonical_number(content)
    raise _not_convertible(content, "String")


def _binary(content: Any, depth: int) -> str:
    """Strict base64, as the wire has read it: its canonical form is the only one that is accepted."""
    if type(content) is not str:
        raise ApiError.serialization("only base-64-encoded strings are convertible to bytes")
    if len(content) % 4:
        raise ApiError.serialization(
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(content)}"
        )
    try:
        canonical = b64encode(b64decode(content, validate=True)).decode()
    except ValueError:  # of which binascii's error is one
        canonical = None
    if canonical != content:
        raise ApiError.serialization("Invalid last non-pad Base64 character dectected")
    return content


def _boolean(content: Any, depth: int) -> bool:
    if type(content) is bool:
        return content
    raise _not_convertible(content, "Boolean")


def _null(content: Any, depth: int) -> bool:
    if not _boolean(content, depth):
        raise ApiError.validation(_PREFIX + "Null attribute value types must have the value of true")
    return True


def _string_set(content: Any, depth: int) -> list[str]:
    texts = [_string(element, depth) for element in _elements(content)]
    if not texts:
        raise ApiError.validation(_PREFIX + "An string set  may not be empty")
    if len(set(texts)) < len(texts):
        raise ApiError.validation(f"{_PREFIX}Input collection [{', '.join(texts)}] contains duplicates.")
    return sorted(texts)


def _number_set(content: Any, depth: int) -> list[str]:
    numbers = [_number(element, depth) for element in _elements(content)]
    if not numbers:
        raise ApiError.validation(_PREFIX + "An number set  may not be empty")
    if len(set(numbers)) < len(numbers):
        raise ApiError.validation("Input collection contains duplicates")
    return sorted(numbers, key=Decimal)


def _binary_set(content: Any, depth: int) -> list[str]:
    binaries = [_binary(element, depth) for element in _elements(content)]
    if not binaries:
        raise ApiError.validation(_PREFIX + "Binary sets should not be empty")
    if len(set(binaries)) < len(binaries):
        shown = ", ".join(binaries)
        raise ApiError.validation(f"{_PREFIX}Input collection [{shown}]of type BS contains duplicates.")
    return sorted(binaries, key=b64decode)


def _list(content: Any, depth: int) -> list[AttributeValue]:
    _check_depth(depth)
    elements = _elements(content)
    normal = [normalize_value(element, depth + 1) for element in elements]
    return elements if all(map(_same, normal, elements)) else normal


def _map(content: Any, depth: int) -> Item:
    _check_depth(depth)
    if type(content) is not dict:
        raise ApiError.serialization(
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>"
            if type(content) is list
            else "Unexpected field type"
        )
    normal = {name: normalize_value(value, depth + 1) for name, value in content.items()}
    return content if all(map(_same, normal.values(), content.values())) else normal


def _same(normal: object, given: object) -> bool:
    return normal is given


def _check_depth(depth: int) -> None:
    if depth >= NESTING_MAX:
        raise TooDeep


class TooDeep(ApiError):
    """Lists and maps nested too deep, as AWS refuses them."""

    def __init__(self) -> None:
        super().__init__(
            "ValidationException",
            "Nesting Levels have exceeded supported limits: "
            "Attributes in the item have nested levels beyond supported limit",
        )


def _elements(content: Any) -> list[Any]:
    if type(content) is list:
        return content
    expected = "Start of structure or map found where not expected"
    raise ApiError.serialization(expected if type(content) is dict else "Unexpected field type")


def _not_convertible(content: Any, wanted: str) -> ApiError:
    """What AWS's parser says of a JSON value of the wrong type."""
    if type(content) is dict:
        return ApiError.serialization("Start of structure or map found where not expected")
    if type(content) is list:
        return ApiError.serialization(f"Unrecognized collection type class java.lang.{wanted}")
    if type(content) is str:
        return ApiError.serialization("Unexpected token received from parser")
    names = {bool: f"{content!s}_VALUE".upper(), int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
    return ApiError.serialization(f"{names.get(type(content), 'NULL_VALUE')} cannot be converted to {wanted}")


_NORMALIZERS = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "SS": _string_set,
    "NS": _number_set,
    "BS": _binary_set,
    "L": _list,
    "M": _map,
}
