"""Numbers as DynamoDB keeps them: decimal text, at most 38 significant digits, magnitude from 1E-130 below 1E+126.

Most numbers in most requests are canonical already, so one regular expression settles them. `Decimal` is used for
arithmetic and comparison alone.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact
from typing import Final

from tailrace.base.errors import ApiError

DIGITS_MAX: Final = 38
EXPONENT_MAX = 125
EXPONENT_MIN = -130
EXPONENT_TEXT_MAX = 9
_FEW_DIGITS: Final = 18  # of whole numbers that are added as such

# Canonical as it stands, provided that the text has at most DIGITS_MAX characters.
_is_plain: Final = re.compile(r"(?!-0\Z)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?").fullmatch
# What Java's BigDecimal reads, which is what AWS accepts.
_read: Final = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?").fullmatch

# Exact for any two numbers in range: they span at most 126 + 130 + 38 decimal places.
_EXACT = Context(prec=320, traps=[Inexact])


def canonical_number(text: str) -> str:
    """The number as AWS gives it back: no exponent, no leading or trailing zeros, no plus sign, zero as "0".

    Raises AWS's ValidationException for text that is no number, and for too many digits or too large an exponent.
    """
    if len(text) <= DIGITS_MAX and (text.isdigit() and text.isascii() and text[0] != "0" or _is_plain(text)):
        return text
    sign, digits, exponent = number_parts(text)
    if not digits:
        return "0"
    # `exponent` is the power of ten of the first digit.
    places = len(digits) - 1 - exponent
    if places <= 0:
        plain = digits + "0" * -places
    elif exponent < 0:
        plain = "0." + "0" * (-exponent - 1) + digits
    else:
        plain = digits[: exponent + 1] + "." + digits[exponent + 1 :]
    return "-" + plain if sign < 0 else plain


def number_parts(text: str) -> tuple[int, str, int]:
    """Sign (-1, 0 or 1), significant digits without zeros at either end, and the power of ten of the first digit.

    Zero is (0, "", 0). Raises as `canonical_number` does.
    """
    match = _read(text)
    if match is None:
        suffix = f": {text}" if text else ""
        raise ApiError.validation(f"The parameter cannot be converted to a numeric value{suffix}")
    sign, whole, fraction, bare_fraction, power = match.groups()
    whole = whole or ""
    all_digits = whole + (fraction or bare_fraction or "")
    digits = all_digits.lstrip("0")
    if not digits:
        return 0, "", 0
    exponent = len(whole) - 1 - (len(all_digits) - len(digits)) + _power(power)
    digits = digits.rstrip("0")
    if exponent > EXPONENT_MAX:
        raise _overflow()
    if exponent < EXPONENT_MIN:
        raise ApiError.validation(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    if len(digits) > DIGITS_MAX:
        raise ApiError.validation("Attempting to store more than 38 significant digits in a Number")
    return (-1 if sign == "-" else 1), digits, exponent


def _power(text: str | None) -> int:
    """The written exponent; one with absurdly many digits is cut to a size that is out of range all the same."""
    if text is None:
        return 0
    digits = text.lstrip("+-").lstrip("0")
    value = int(digits or "0") if len(digits) <= EXPONENT_TEXT_MAX else 10**EXPONENT_TEXT_MAX
    return -value if text[0] == "-" else value


def add(left: str, right: str) -> str:
    """The exact sum of two canonical numbers, canonical.

    One that needs more than 38 digits is refused as an overflow: AWS words it so, whatever the magnitude.
    """
    if _are_small(left, right):
        return str(int(left) + int(right))
    return _canonical_result(_EXACT.add(Decimal(left), Decimal(right)))


def subtract(left: str, right: str) -> str:
    """The exact difference of two canonical numbers, canonical; refused like a sum."""
    if _are_small(left, right):
        return str(int(left) - int(right))
    return _canonical_result(_EXACT.subtract(Decimal(left), Decimal(right)))


def _are_small(left: str, right: str) -> bool:
    """Whether both are whole numbers of few digits, of which any sum is canonical as it is printed."""
    return len(left) <= _FEW_DIGITS and len(right) <= _FEW_DIGITS and "." not in left and "." not in right


def _canonical_result(result: Decimal) -> str:
    text = format(result, "f")
    if len(text) > DIGITS_MAX and len(text.lstrip("-0.").replace(".", "").rstrip("0")) > DIGITS_MAX:
        raise _overflow()
    return canonical_number(text)


def _overflow() -> ApiError:
    return ApiError.validation(
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )
