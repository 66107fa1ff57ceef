"""What a JSON value is when it is not what the model names: AWS's texts, and the few conversions that AWS makes.

Texts: recorded on DynamoDB by dynalite's test suite (test/helpers.js, assertType). They are what AWS's Java server
framework says, so the other services get them too.
"""

from __future__ import annotations

import math
from typing import Any

from tailrace.base.errors import ApiError

START_OF_STRUCTURE = "Start of structure or map found where not expected"

_TRUE = frozenset(("TRUE", "1", "YES"))
_FALSE = frozenset(("FALSE", "0", "NO"))


def _token(value: Any) -> str:
    """The name that AWS's parser has for a scalar."""
    if value is True:
        return "TRUE_VALUE"
    if value is False:
        return "FALSE_VALUE"
    if type(value) is str:
        return "STRING_VALUE"
    return "DECIMAL_VALUE" if type(value) is float and not value.is_integer() else "NUMBER_VALUE"


def not_a_scalar(value: Any, java: str) -> ApiError:
    """The refusal of a value where a Java `java` (String, Integer, Long, Double, Boolean) is wanted."""
    if value is None:
        return ApiError.serialization(f"NULL_VALUE cannot be converted to {java}")
    if type(value) is list:
        return ApiError.serialization(f"Unrecognized collection type class java.lang.{java}")
    if type(value) is dict:
        return ApiError.serialization(START_OF_STRUCTURE)
    return ApiError.serialization(f"{_token(value)} cannot be converted to {java}")


def not_a_blob(value: Any) -> ApiError:
    """The refusal of a value where base64 text is wanted."""
    if type(value) is list:
        return ApiError.serialization("Unrecognized collection type class java.nio.ByteBuffer")
    if type(value) is dict:
        return ApiError.serialization(START_OF_STRUCTURE)
    return ApiError.serialization("only base-64-encoded strings are convertible to bytes")


def not_a_list(value: Any) -> ApiError:
    """The refusal of a value where a list is wanted."""
    return ApiError.serialization(START_OF_STRUCTURE if type(value) is dict else "Unexpected field type")


def not_a_map(value: Any, element: str) -> ApiError:
    """The refusal of a value where a map to Java class `element` is wanted."""
    if type(value) is list:
        return ApiError.serialization(f"Unrecognized collection type java.util.Map<java.lang.String, {element}>")
    return ApiError.serialization("Unexpected field type")


def not_a_structure(value: Any, java: str, scalar: str) -> ApiError:
    """The refusal of a value where Java class `java` is wanted; `scalar` is the text for strings and numbers."""
    if type(value) is list:
        return ApiError.serialization(f"Unrecognized collection type class {java}")
    return ApiError.serialization(scalar)


def read_string(value: Any) -> str:
    """A string as it is."""
    if type(value) is not str:
        raise not_a_scalar(value, "String")
    return value


def read_boolean(value: Any) -> bool:
    """A boolean; AWS also takes the words true, yes, 1 and false, no, 0 as strings."""
    if type(value) is bool:
        return value
    if type(value) is str:
        if value.upper() in _TRUE:
            return True
        if value.upper() in _FALSE:
            return False
        raise ApiError.serialization("Unexpected token received from parser")
    raise not_a_scalar(value, "Boolean")


def read_integer(value: Any) -> int:
    """An integer of 32 bits; a fraction is cut off."""
    return _whole(value, "Integer", 31)


def read_long(value: Any) -> int:
    """An integer of 64 bits; a fraction is cut off."""
    return _whole(value, "Long", 63)


def _whole(value: Any, java: str, bits: int) -> int:
    if type(value) is float and math.isfinite(value):
        value = math.floor(value)
    if type(value) is not int:
        raise not_a_scalar(value, java)
    if not -(1 << bits) <= value < 1 << bits:
        raise ApiError.serialization(f"{_token(value)} cannot be converted to {java}")
    return value


def read_double(value: Any) -> float:
    """A floating-point number."""
    if type(value) is not float and type(value) is not int:
        raise not_a_scalar(value, "Double")
    try:
        return float(value)
    except OverflowError:  # CBOR has integers of any length
        raise ApiError.serialization(f"{_token(value)} cannot be converted to Double") from None
