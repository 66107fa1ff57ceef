"""The names and values of one request: valid, normalized, and every one of them used by some expression.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from tailrace.base.errors import ApiError
from tailrace.expression.values import AttributeValue, normalize_value

PLACEHOLDER_CHARACTERS_MAX: Final = 255
PLACEHOLDERS_KNOWN_MAX: Final = 1024

_is_name = re.compile(r"#[0-9a-zA-Z_]+").fullmatch
_is_value = re.compile(r":[0-9a-zA-Z_]+").fullmatch
# Placeholders of values and of names that are as they must be: the same few come again and again.
_known: Final[set[str]] = set()
_known_names: Final[set[str]] = set()


class Bindings:
    """What #names and :values stand for. Every expression of the request notes in `used` what it refers to."""

    __slots__ = ("names", "used", "values")

    def __init__(self, names: Mapping[str, Any] | None = None, values: Mapping[str, Any] | None = None) -> None:
        """Raises AWS's ValidationException for an empty map, a wrong key or a wrong value."""
        self.names = {} if names is None else _checked_names(names)
        self.values: dict[str, AttributeValue] = {} if values is None else _checked_values(values)
        self.used: set[str] = set()

    def have(self, names: frozenset[str], values: frozenset[str]) -> bool:
        """Whether all of these stand for something."""
        return _are_there(names, self.names) and _are_there(values, self.values)

    def check_unused(self) -> None:
        """Refuse names and values that no expression used; call it when all of them are bound."""
        if len(self.used) == len(self.names) + len(self.values):
            return  # none is used that isn't there: an expression with such a one was refused
        if self.names:
            _refuse_unused("ExpressionAttributeNames", self.names, self.used)
        if self.values:
            _refuse_unused("ExpressionAttributeValues", self.values, self.used)


def _are_there(wanted: frozenset[str], given: dict[str, Any]) -> bool:
    """Whether all the placeholders are given. One by one: two sets' comparison makes an iterator and more of each."""
    if wanted:
        for placeholder in wanted:  # noqa: SIM110 - a generator costs what this is to save
            if placeholder not in given:
                return False
    return True


@lru_cache(maxsize=1024)
def check_parameters(given: frozenset[str], expressions: tuple[str, ...], legacy: tuple[str, ...]) -> None:
    """Refuse a request that mixes expressions with their predecessors, or gives placeholders without expressions.

    `given` are the names of the request's parameters. `expressions` and `legacy` are the operation's parameters of
    either kind, in the order in which AWS names them.
    """
    written = [name for name in expressions if name in given]
    older = [name for name in legacy if name in given]
    if written and "KeyConditions" in older and "KeyConditionExpression" not in written:
        older.remove("KeyConditions")
    if written and older:
        raise ApiError.validation(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(older)}}} Expression parameters: {{{', '.join(written)}}}"
        )
    if "ExpressionAttributeNames" in given and not written:
        raise ApiError.validation("ExpressionAttributeNames can only be specified when using expressions")
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if "ExpressionAttributeValues" in given and with_values and not set(with_values) & set(written):
        verb = "are" if len(with_values) > 1 else "is"
        raise ApiError.validation(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(with_values)} {verb} null"
        )


def _checked_names(names: Mapping[str, Any]) -> dict[str, str]:
    given = _map_of("ExpressionAttributeNames", names)
    for placeholder, name in given.items():
        is_known = placeholder in _known_names
        if not is_known and not _is_name(placeholder):
            _refuse_placeholder("ExpressionAttributeNames", placeholder)
        if type(name) is not str:
            raise ApiError.serialization("Unexpected value type in payload")
        if not is_known:
            if len(placeholder) > PLACEHOLDER_CHARACTERS_MAX:
                _refuse_long("ExpressionAttributeNames", placeholder)
            _remember(_known_names, placeholder)
    return given.copy()


def _checked_values(values: Mapping[str, Any]) -> dict[str, AttributeValue]:
    given = _map_of("ExpressionAttributeValues", values)
    for placeholder in given:
        if placeholder not in _known:
            _check_placeholder(placeholder)
    normal: dict[str, AttributeValue] = {}
    placeholder = ""
    try:
        for placeholder, value in given.items():
            normal[placeholder] = normalize_value(value)
    except ApiError as error:
        if error.code != "ValidationException":
            raise
        problem = f"ExpressionAttributeValues contains invalid value: {error.message} for key {placeholder}"
        raise ApiError.validation(problem) from None
    return normal


def _check_placeholder(placeholder: str) -> None:
    """Refuse one that can't stand for a value; remember one that can."""
    if not _is_value(placeholder):
        _refuse_placeholder("ExpressionAttributeValues", placeholder)
    if len(placeholder) > PLACEHOLDER_CHARACTERS_MAX:
        _refuse_long("ExpressionAttributeValues", placeholder)
    _remember(_known, placeholder)


def _remember(known: set[str], placeholder: str) -> None:
    if len(known) >= PLACEHOLDERS_KNOWN_MAX:
        known.clear()
    known.add(placeholder)


def _map_of(parameter: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The map as the dict that it is, which compiled code walks through without an iterator."""
    if not isinstance(given, dict):
        raise ApiError.serialization("Unexpected field type")
    if not given:
        raise ApiError.validation(f"{parameter} must not be empty")
    return given


def _refuse_placeholder(parameter: str, placeholder: str) -> None:
    raise ApiError.validation(f'{parameter} contains invalid key: Syntax error; key: "{placeholder}"')


def _refuse_long(parameter: str, placeholder: str) -> None:
    problem = "The expression attribute map contains a key that is too long"
    raise ApiError.validation(f"{parameter} contains invalid key: {problem}; key size: {len(placeholder)}")


def _refuse_unused(parameter: str, given: Mapping[str, Any], used: set[str]) -> None:
    unused = [placeholder for placeholder in given if placeholder not in used]
    if unused:
        keys = ", ".join(unused)
        raise ApiError.validation(f"Value provided in {parameter} unused in expressions: keys: {{{keys}}}")
