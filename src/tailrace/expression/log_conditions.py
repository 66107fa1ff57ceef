"""The conditions inside a CloudWatch filter pattern's braces and brackets, from one grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from tailrace.expression import linear_regex
from tailrace.expression.linear_regex import LinearRegex
from tailrace.expression.wildcard import fits

Condition = Callable[[Any], bool]  # of a JSON document
Comparison = Callable[[Any], bool]  # of one value; ABSENT where there is none
FieldsCondition = Callable[[Sequence[str]], bool]
ABSENT: Any = object()
DEPTH_MAX = 32

GRAMMAR = r"""
properties: "{" any "}"
?any: all ("||" all)*                      -> any_of
?all: one ("&&" one)*                      -> all_of
?one: "(" any ")"
    | selector OPERATOR value              -> compare
    | selector "IS"i WORD                  -> is_what
    | selector "NOT"i "EXISTS"i            -> missing
    | selector "EXISTS"i                   -> there

selector: "$" step+
step: "." PROPERTY                         -> member
    | "."? "[" QUOTED "]"                  -> member
    | "[" INDEX "]"                        -> element

fields: "[" (field ("," field)*)? "]"
field: ELLIPSIS                            -> ellipsis
     | field_any                           -> bounded
     | NAME                                -> free
?field_any: field_all ("||" field_all)*    -> any_of
?field_all: field_one ("&&" field_one)*    -> all_of
?field_one: "(" field_any ")"
    | NAME OPERATOR value                  -> field_compare

value: QUOTED | REGULAR | BARE | NAME | WORD | INDEX
OPERATOR.3: "!=" | "<=" | ">=" | "=" | "<" | ">"
ELLIPSIS.3: "..."
REGULAR: /%(?:[^%\\]|\\.)*%/
QUOTED: /"(?:[^"\\]|\\.)*"/ | /'(?:[^'\\]|\\.)*'/
WORD.2: /(TRUE|FALSE|NULL)\b/i
INDEX.1: /[0-9]+(?=\s*\])|\*(?=\s*\])/
PROPERTY: /[A-Za-z_@][\w@\-]*/
NAME.1: /[A-Za-z_@][\w@\-]*(?![\w.*:\/+])/
BARE: /[\w.*:\/+@#\-]+/
%ignore /\s+/
"""


class Malformed(Exception):
    """The text is no condition; the message says why."""


def regular_expression(text: str) -> LinearRegex:
    """The expression between two percent signs. Raises Malformed."""
    try:
        return LinearRegex(text)
    except linear_regex.Malformed as problem:
        raise Malformed(f"Invalid character(s) in term '%{text}%'") from problem


def properties(text: str) -> Condition:
    """A condition in braces, over a JSON document."""
    built: Condition = _build("properties", text)
    return built


def fields(text: str) -> FieldsCondition:
    """A pattern in brackets, over the fields of a line: as many as it names, unless it has an ellipsis."""
    built: FieldsCondition = _build("fields", text)
    return built


def _build(start: str, text: str) -> Any:
    if text.count("(") > DEPTH_MAX:
        raise Malformed("The conditions are nested too deeply")
    try:
        return _Conditions().transform(_parser(start).parse(text))
    except UnexpectedInput as problem:
        rest = text[problem.pos_in_stream or 0 :][:40]
        raise Malformed(f"Invalid character(s) in term '{rest}'") from problem
    except VisitError as problem:
        if isinstance(problem.orig_exc, Malformed):
            raise problem.orig_exc from problem
        raise


@cache
def _parser(start: str) -> Lark:
    return Lark(GRAMMAR, start=start, parser="lalr", lexer="contextual")


def compare_with(operator: str, wanted: Token | str) -> Comparison:
    """`= 4*`, `> 3`, `!= "text"`: numbers are compared as numbers, text with `*` as wildcard, %...% as expression."""
    text = str(wanted)
    if text.startswith("%"):
        if operator not in ("=", "!="):
            raise Malformed("A regular expression is compared by = or !=")
        compiled = regular_expression(text[1:-1])
        return _negated(operator, lambda value: value is not ABSENT and compiled.search(_as_text(value)))
    number = None if text[:1] in "\"'" else _number(text)
    if operator not in ("=", "!="):
        if number is None:
            raise Malformed(f"Invalid character(s) in term '{text}'")
        bound = number
        return lambda value: (found := _number(value)) is not None and ORDERS[operator](found, bound)
    plain = re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'" else text
    literals = re.split(r"\*+", plain)

    def equal(value: Any) -> bool:
        if number is not None and (found := _number(value)) is not None:
            return found == number
        return value is not ABSENT and fits(_as_text(value), literals)

    return _negated(operator, equal)


ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _negated(operator: str, equal: Comparison) -> Comparison:
    """`!=` holds of what is there and differs."""
    return equal if operator == "=" else lambda value: value is not ABSENT and not equal(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is ABSENT or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


@v_args(inline=True)
class _Conditions(Transformer[Token, Any]):
    """Turns a parsed condition into functions, from its leaves up."""

    def properties(self, condition: Condition) -> Condition:
        return condition

    def any_of(self, *parts: Condition) -> Condition:
        return parts[0] if len(parts) == 1 else lambda document: any(part(document) for part in parts)

    def all_of(self, *parts: Condition) -> Condition:
        return parts[0] if len(parts) == 1 else lambda document: all(part(document) for part in parts)

    def value(self, token: Token) -> Token:
        return token

    def member(self, name: Token) -> str:
        return str(name)[1:-1] if name.type == "QUOTED" else str(name)

    def element(self, index: Token) -> int | None:
        return None if index == "*" else int(index)

    def selector(self, *steps: str | int | None) -> tuple[str | int | None, ...]:
        return steps

    def compare(self, selector: tuple[Any, ...], operator: Token, value: Token) -> Condition:
        test = compare_with(str(operator), value)
        return lambda document: any(test(found) for found in select(document, selector))

    def is_what(self, selector: tuple[Any, ...], word: Token) -> Condition:
        wanted = {"TRUE": True, "FALSE": False, "NULL": None}[word.upper()]
        return lambda document: any(found is wanted for found in select(document, selector))

    def missing(self, selector: tuple[Any, ...]) -> Condition:
        return lambda document: not select(document, selector)

    def there(self, selector: tuple[Any, ...]) -> Condition:
        return lambda document: bool(select(document, selector))

    def field_compare(self, name: Token, operator: Token, value: Token) -> Comparison:
        return compare_with(str(operator), value)

    def ellipsis(self, token: Token) -> None:
        return None

    def free(self, name: Token) -> Comparison:
        return lambda value: True

    def bounded(self, comparison: Comparison) -> Comparison:
        return comparison

    def fields(self, *parts: Comparison | None) -> FieldsCondition:
        if parts.count(None) > 1:
            raise Malformed("A filter pattern has at most one ellipsis")
        at = parts.index(None) if None in parts else len(parts)
        head = [part for part in parts[:at] if part]
        tail = [part for part in parts[at + 1 :] if part]
        fixed = None not in parts

        def test(values: Sequence[str]) -> bool:
            if len(values) < len(head) + len(tail) or (fixed and len(values) != len(head)):
                return False
            last = values[len(values) - len(tail) :]
            return all(part(value) for part, value in zip([*head, *tail], [*values[: len(head)], *last], strict=True))

        return test


def select(document: Any, steps: Sequence[str | int | None]) -> list[Any]:
    """The values that a selector names: none, one, or several where it says [*]."""
    found = [document]
    for step in steps:
        following: list[Any] = []
        for value in found:
            if isinstance(step, str):
                following += [value[step]] if isinstance(value, dict) and step in value else []
            elif isinstance(value, list):
                following += value if step is None else value[step : step + 1]
        found = following
    return found
