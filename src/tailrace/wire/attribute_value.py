"""AttributeValues on their way in: they stay as they were sent, but every part must have its JSON type.

This is the hot path of every write, so it is written by hand instead of compiled from the model: one pass, no copies,
no decoded blobs. The rules of *values* (numbers, empty sets, sizes) belong to the expression package.

Texts: recorded on DynamoDB by dynalite's test suite (test/helpers.js, assertType).
"""

from __future__ import annotations

from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.wire import json_types

# DynamoDB takes 32 levels; the exact refusal is the expression package's. This only keeps the recursion finite.
DEPTH_MAX = 50
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

_ATTRIBUTE_VALUE = "com.amazonaws.dynamodb.v20120810.AttributeValue"
_KINDS = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))


def read_value(value: Any) -> Any:
    """Check one AttributeValue; a scalar of a wrong JSON type is refused as a structure's member."""
    if type(value) is not dict and value is not None:
        raise json_types.not_a_structure(value, _ATTRIBUTE_VALUE, "Unexpected field type")
    return _read({"": value}, 0)[""]


def read_map(values: Any) -> Any:
    """Check a map of AttributeValues (Item, Key, ExpressionAttributeValues); returns it, cleaned where needed."""
    if type(values) is not dict:
        raise json_types.not_a_map(values, _ATTRIBUTE_VALUE)
    return _read(values, 0)


def read_list(values: Any) -> Any:
    """Check a list of AttributeValues (AttributeValueList, Parameters)."""
    if type(values) is not list:
        raise json_types.not_a_list(values)
    return _read_list(values, 0)


def read_base64(content: Any) -> Any:
    """Check base64 text and return it still encoded."""
    if type(content) is not str:
        raise json_types.not_a_blob(content)
    decode(content)
    return content


def decode(content: str) -> bytes:
    """The bytes of base64 text. Raises SerializationException with AWS's (misspelt) texts."""
    if len(content) % 4:
        raise ApiError.serialization(
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(content)}"
        )
    try:
        data = a2b_base64(content, strict_mode=True) if content else b""
    except (Base64Error, ValueError):
        data = None
    # Bits of the last character that no byte needs must be zero, so each value has one text.
    if data is None or (content.endswith("=") and b64encode(data[-(len(data) % 3) :]) != content[-4:].encode()):
        raise ApiError.serialization("Invalid last non-pad Base64 character dectected")
    return data


def _read(values: dict[str, Any], depth: int) -> dict[str, Any]:
    """Check the values of a dict that nobody else holds yet; null becomes the empty AttributeValue, which the
    expression package refuses with AWS's text.
    """
    for name, value in values.items():
        if type(value) is dict:
            if len(value) == 1:
                text = value.get("S")
                if text is None:
                    text = value.get("N")
                if type(text) is not str:
                    values[name] = _read_other(value, depth)
            elif value:
                values[name] = _read_other(value, depth)
        elif value is None:
            values[name] = {}
        else:
            raise json_types.not_a_structure(value, _ATTRIBUTE_VALUE, "Unexpected value type in payload")
    return values


def _read_list(values: list[Any], depth: int) -> list[Any]:
    for position, value in enumerate(values):
        if type(value) is dict:
            values[position] = _read_other(value, depth)
        elif value is None:
            values[position] = {}
        else:
            raise json_types.not_a_structure(value, _ATTRIBUTE_VALUE, "Unexpected value type in payload")
    return values


def _read_other(value: dict[str, Any], depth: int) -> dict[str, Any]:
    """Check an AttributeValue of any kind; members that are null or unknown are left out, as AWS does."""
    if depth > DEPTH_MAX:
        raise ApiError.validation(TOO_DEEP)
    clean = True
    for kind, content in value.items():
        if content is None or kind not in _KINDS:
            clean = False
        elif kind == "S" or kind == "N":  # noqa: PLR1714
            if type(content) is not str:
                raise json_types.not_a_scalar(content, "String")
        elif kind == "B":
            read_base64(content)
        elif kind == "M":
            if type(content) is not dict:
                raise json_types.not_a_map(content, _ATTRIBUTE_VALUE)
            _read(content, depth + 1)
        elif kind == "L":
            if type(content) is not list:
                raise json_types.not_a_list(content)
            _read_list(content, depth + 1)
        elif kind == "NULL" or kind == "BOOL":  # noqa: PLR1714
            if type(content) is not bool:
                value[kind] = json_types.read_boolean(content)
        else:
            _read_set(kind, content)
    if clean:
        return value
    return {kind: content for kind, content in value.items() if content is not None and kind in _KINDS}


def _read_set(kind: str, content: Any) -> None:
    if type(content) is not list:
        raise json_types.not_a_list(content)
    for element in content:
        if kind == "BS":
            read_base64(element)
        elif type(element) is not str:
            raise json_types.not_a_scalar(element, "String")
