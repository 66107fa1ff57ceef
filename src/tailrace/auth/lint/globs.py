"""Whether two patterns can match one and the same text: a policy's Resource, and the form of an ARN."""

from __future__ import annotations

import re
from typing import NamedTuple

from tailrace.auth.patterns import Variable, parts

ALL = ""
"""Excludes no character."""


class Token(NamedTuple):
    """One character (`char`), or any character but the excluded; `many`: any number of them."""

    char: str | None
    excluded: str = ALL
    many: bool = False

    def meets(self, other: Token) -> bool:
        """Whether one character fits both."""
        if self.char is not None and other.char is not None:
            return self.char == other.char
        if self.char is not None:
            return self.char not in other.excluded
        return other.char is None or other.char not in self.excluded


ANY, MANY = Token(None), Token(None, many=True)
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


def of_resource(text: str, *, variables: bool) -> tuple[Token, ...]:
    """The tokens of a Resource: `*`, `?`, and policy variables, which may stand for anything."""
    tokens: list[Token] = []
    if text.startswith("arn:"):
        text += ":*" * (5 - text.count(":"))
    for part in parts(text) if variables and "${" in text else (text,):
        if isinstance(part, Variable):
            tokens.append(MANY)
        else:
            tokens += [MANY if char == "*" else ANY if char == "?" else Token(char) for char in part]
    return tuple(tokens)


def of_form(form: str, excluded: str) -> tuple[Token, ...]:
    """The tokens of an ARN's form, `arn:${Partition}:dynamodb:...:table/${TableName}`.

    A placeholder stands for one or more characters, the region and the account for none, too; `excluded` are those
    that no name of this service contains.
    """
    tokens: list[Token] = []
    end = 0
    for match in _PLACEHOLDER.finditer(form):
        tokens += [Token(char) for char in form[end : match.start()]]
        optional = match[0] in ("${Region}", "${Account}")
        tokens += (
            [Token(None, excluded, many=True)] if optional else [Token(None, excluded), Token(None, excluded, True)]
        )
        end = match.end()
    return (*tokens, *(Token(char) for char in form[end:]))


def meet(left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
    """Whether some text matches both. Takes len(left) * len(right) steps at most."""
    # The classic walk over both patterns at once: a place is a pair of positions that some text has come to.
    places, seen = [(0, 0)], {(0, 0)}
    while places:
        i, j = places.pop()
        if i == len(left) and j == len(right):
            return True
        following = []
        a, b = left[i] if i < len(left) else None, right[j] if j < len(right) else None
        if a is not None and a.many:
            following.append((i + 1, j))
        if b is not None and b.many:
            following.append((i, j + 1))
        if a is not None and b is not None and a.meets(b):
            following.append((i if a.many else i + 1, j if b.many else j + 1))
        for place in following:
            if place not in seen:
                seen.add(place)
                places.append(place)
    return False
