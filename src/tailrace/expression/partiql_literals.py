"""Literals of PartiQL: strings, numbers, booleans, null, lists, maps, and bags, which become sets. No binaries.

What can't be stored is refused with its place inside the literal, as AWS does: "... under root.a[1]".
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from lark import Token

from tailrace.base.errors import ApiError
from tailrace.expression.numbers import canonical_number
from tailrace.expression.values import NESTING_MAX, AttributeValue, canonical_set

ROOT = "root"
NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "

_INT_MAX = 2**31 - 1
_INT_DIGITS_MAX = 10
_exponent = re.compile(r"(?:\.([0-9]*))?[eE]([+-]?[0-9]+)\Z").search


class Raw(NamedTuple):
    """A literal as written. `kind` is a type's letters, "bag", or "?" for a parameter; `token` is where it starts."""

    kind: str
    content: Any
    token: Token


def not_well_formed(detail: str) -> ApiError:
    """AWS's refusal of a text that is no statement."""
    return ApiError.validation(NOT_WELL_FORMED + detail)


def at(token: Token) -> str:
    """A token's place as AWS gives it: line, column, length."""
    return f"at {token.line}:{token.column}:{len(token)}"


def number(signs: list[Token], token: Token) -> Raw:
    """A number and the signs before it. Raises for an exponent that no Java integer holds."""
    match = _exponent(token)
    if match:
        fraction, power = match.groups()
        digits = power.lstrip("+-").lstrip("0")
        scale = len(fraction or "") - int(power) if len(digits) <= _INT_DIGITS_MAX else _INT_MAX + 1
        if len(digits) > _INT_DIGITS_MAX or abs(int(power)) > _INT_MAX or abs(scale) > _INT_MAX:
            raise not_well_formed("")
    negative = sum(sign == "-" for sign in signs) % 2
    return Raw("N", "-" * negative + token, token)


def value(raw: Raw, path: str = ROOT, depth: int = 0) -> AttributeValue:
    """The canonical AttributeValue of a literal. Raises AWS's ValidationException with the place, `path`."""
    kind, content, token = raw
    if depth > NESTING_MAX:
        raise ApiError.validation(f"Nesting Levels have exceeded supported limits under {path}")
    if kind == "?":
        raise ApiError.validation(f"Unsupported data type: Parameter under key {path} {at(token)}")
    if kind == "N":
        return {"N": _number(content, path)}
    if kind == "bag":
        return _set(content, path)
    if kind == "L":
        return {"L": [value(each, f"{path}[{index}]", depth + 1) for index, each in enumerate(content)]}
    if kind == "M":
        return {"M": {name: value(each, f"{path}.{name}", depth + 1) for name, each in _distinct(content, path)}}
    return {kind: content}


def pairs(raw: Raw) -> list[tuple[str, Raw]]:
    """The attributes of a map that is a whole item."""
    return _distinct(raw.content, ROOT)


def _distinct(content: list[tuple[str, Raw]], path: str) -> list[tuple[str, Raw]]:
    seen = set()
    for name, _ in content:
        if name in seen:
            raise ApiError.validation(f"Duplicate keys in tuple. Key: {name} under {path}")
        seen.add(name)
    return content


def _number(text: str, path: str) -> str:
    try:
        return canonical_number(text)
    except ApiError as error:
        raise ApiError.validation(f"{error.message} under {path}") from None


def _set(elements: list[Raw], path: str) -> AttributeValue:
    """A bag of strings or of numbers."""
    if not elements:
        raise ApiError.validation("Empty bags are not supported")
    kinds = {element.kind for element in elements}
    if kinds != {"S"} and kinds != {"N"}:
        raise ApiError.validation(
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
        )
    kind = elements[0].kind
    texts = [element.content if kind == "S" else _number(element.content, path) for element in elements]
    if len(set(texts)) < len(texts):
        shown = ", ".join(element.content for element in elements)
        end = "." if kind == "S" else f"! under {path}"
        raise ApiError.validation(
            f"One or more parameter values were invalid: Input collection [{shown}] contains duplicates{end}"
        )
    return canonical_set(kind + "S", texts)
