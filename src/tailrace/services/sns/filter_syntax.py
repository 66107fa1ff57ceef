"""The grammar of filter policies, walked token by token, since AWS's refusals say where they gave up."""

from __future__ import annotations

import ipaddress
from typing import Any

from tailrace.services.sns.json_text import Token, tokens

TEXT_OPERATORS = ("prefix", "suffix", "equals-ignore-case")
COMPARISONS = ("=", "<", "<=", ">", ">=")
LOWER, UPPER = (">", ">="), ("<", "<=")
DEPTH_MAX = 64


class Fault(ValueError):
    """The policy is none; `str()` of it is AWS's text."""


def check(text: str) -> None:
    """Walk a filter policy, which is a JSON object. Raises Fault."""
    _Walk(text).object(DEPTH_MAX)


def is_choice(key: str, value: Any) -> bool:
    """Whether a member is the operator `$or`, and not an attribute that happens to have its name."""
    return key == "$or" and isinstance(value, list) and len(value) > 1 and all(isinstance(v, dict) for v in value)


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0

    def _next(self) -> Token:
        found = self._tokens[self._at]
        self._at += 1
        return found

    def _fault(self, why: str, token: Token, column: int | None = None) -> Fault:
        return Fault(f'{why}\n at [Source: (String)"{self._text}"; line: 1, column: {column or token.column}]')

    def object(self, depth: int) -> None:
        """The members of an object, from its opening brace to its closing one."""
        self._next()
        if not depth:
            raise Fault("Filter policy is nested too deeply")
        while (name := self._next()).kind == "name":
            value = self._tokens[self._at]
            if value.kind == "{":
                self.object(depth - 1)
            elif value.kind == "[" and name.value == "$or" and self._holds_objects():
                self._next()
                while self._tokens[self._at].kind == "{":
                    self.object(depth - 1)
                self._next()
            elif value.kind == "[":
                self._rules()
            else:
                raise self._fault(f'"{name.value}" must be an object or an array', value)

    def _holds_objects(self) -> bool:
        """Whether the list that begins here is one of two or more objects, none of which is an operator."""
        level = objects = 0
        for token in self._tokens[self._at :]:
            if level == 1 and token.kind not in ("{", "]", "}"):
                return False
            if token.kind in ("{", "["):
                objects += level == 1
                level += 1
            elif token.kind in ("}", "]"):
                level -= 1
                if not level:
                    break
        return objects > 1

    def _rules(self) -> None:
        """A list of values and match expressions."""
        self._next()
        count = 0
        while (token := self._next()).kind != "]":
            count += 1
            if token.kind == "[":
                raise self._fault("Match value must be String, number, true, false, or null", token)
            if token.kind == "{":
                self._expression()
        if not count:
            raise self._fault("Empty arrays are not allowed", token)

    def _expression(self) -> None:
        """{"operator": ...}, behind its opening brace."""
        name = self._next()
        if name.kind != "name":
            raise self._fault("Match expression may not be empty", name)
        operator = name.value
        if operator in TEXT_OPERATORS:
            self._text_value(operator)
        elif operator == "cidr":
            self._cidr()
        elif operator == "numeric":
            self._numeric()
        elif operator == "anything-but":
            self._anything_but()
        elif operator == "exists":
            value = self._next()
            if value.value not in (True, False) or value.kind != "word":
                raise self._fault("exists match pattern must be either true or false.", value)
        else:
            raise self._fault(f"Unrecognized match type {operator}", name)
        end = self._next()
        if end.kind != "}":
            raise self._fault("Only one key allowed in match expression", end)

    def _text_value(self, operator: str) -> str:
        value = self._next()
        if value.kind != "text":
            raise self._fault(f"{operator} match pattern must be a string", value)
        return str(value.value)

    def _cidr(self) -> None:
        value = self._text_value("prefix")  # AWS's text names that operator here, too
        address, slash, bits = value.partition("/")
        if not slash or "/" in bits:
            raise Fault("Malformed CIDR, one '/' required")
        if not bits.isdecimal():
            raise Fault("Malformed CIDR, mask bits must be an integer")
        try:
            most = ipaddress.ip_address(address).max_prefixlen
        except ValueError:
            raise Fault(f"Nonstandard IP address: {address}") from None
        if int(bits) > most:
            raise Fault(f"Malformed CIDR, mask bits must be < {most}")

    def _anything_but(self) -> None:
        value = self._next()
        if value.kind == "{":
            name = self._next()
            if name.kind != "name" or name.value != "prefix":
                what = name.value if name.kind == "name" else ""
                raise self._fault(f"Unsupported anything-but pattern: {what}", name)
            self._text_value("prefix")
            end = self._next()
            if end.kind != "}":
                raise self._fault("Only one key allowed in match expression", end)
            return
        if value.kind != "[":
            self._but_value(value)
            return
        kinds = set()
        while (token := self._next()).kind != "]":
            kinds.add(self._but_value(token))
        if not kinds:
            raise self._fault("Empty arrays are not allowed", token)
        if len(kinds) > 1:
            what = "Inside anything but list, either all values are number or string, mixed type is not supported"
            raise self._fault(what, token)

    def _but_value(self, token: Token) -> str:
        if token.kind not in ("text", "number"):
            raise self._fault("Value of anything-but must be an array or single string/number value.", token)
        return token.kind

    def _numeric(self) -> None:
        opening = self._next()
        if opening.kind != "[":
            raise self._fault("Value of numeric must be an array.", opening)
        first = self._next()
        if first.kind != "text":
            raise self._fault(f"Invalid member in numeric match: {first.value}", first)
        operator, low = str(first.value), self._next()
        if operator not in COMPARISONS:
            raise self._fault(f"Unrecognized numeric range operator: {operator}", low)
        self._must_be_number("equals" if operator == "=" else operator, low)
        then = self._next()
        if then.kind == "]":
            return
        if operator not in LOWER:
            raise self._fault("Too many elements in numeric expression", then)
        if then.kind != "text":
            raise self._fault(f"Bad value in numeric range: {then.value}", then)
        if then.value not in UPPER:
            raise self._fault(f"Bad numeric range operator: {then.value}", then, then.end + 1)
        high = self._next()
        self._must_be_number(str(then.value), high)
        end = self._next()
        if end.kind != "]":
            raise self._fault("Too many terms in numeric range expression", end)
        if low.value >= high.value:
            raise self._fault("Bottom must be less than top", end)

    def _must_be_number(self, operator: str, token: Token) -> None:
        if token.kind != "number":
            raise self._fault(f"Value of {operator} must be numeric", token)
