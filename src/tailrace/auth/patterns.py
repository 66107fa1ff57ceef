"""What a policy may write where a value is compared: `*`, `?` and `${variables}`.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Context = Mapping[str, str | list[str]]
Grammar = Literal["literal", "like", "resource", "arn"]
"""literal: no wildcards. like: wildcards run over everything. resource, arn: wildcards know the colons of an ARN."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE_BODY = re.compile(r"\s*([^,'\s]+)\s*(?:,\s*'([^']*)'\s*)?")
_ESCAPES = frozenset("*?$")


class Variable(NamedTuple):
    """`${key}` or `${key, 'default'}`; `key` in lower case, `written` as it stands there."""

    key: str
    default: str | None
    written: str


Part = str | Variable


class Pattern:
    """One value of a policy, ready to be compared.

    `matches(value, context)` resolves variables from the context. A variable that has no single value and no default
    matches nothing. What a variable stands for is taken literally: a `*` in a user's name is no wildcard.
    """

    __slots__ = ("_exact", "_grammar", "_ignore_case", "_parts", "_regex", "text")

    def __init__(self, text: str, grammar: Grammar, *, variables: bool, ignore_case: bool = False) -> None:
        self.text = text
        self._grammar: Grammar = grammar
        self._ignore_case = ignore_case
        if grammar in ("resource", "arn") and text.startswith("arn:"):
            # An ARN with fewer than six parts is completed with wildcards.
            text += ":*" * (5 - text.count(":"))
        found = parts(text) if variables and "${" in text else (text,)
        self._parts = found if any(isinstance(part, Variable) for part in found) else None
        self._exact: str | None = None
        self._regex: re.Pattern[str] | None = None
        if self._parts is None:
            plain = "".join(_unmark(part) for part in found if isinstance(part, str))
            if grammar == "literal" or not any(_has_wildcard(p) for p in found if isinstance(p, str)):
                self._exact = plain.lower() if ignore_case else plain
            else:
                self._regex = _regex(tuple((p, True) for p in found if isinstance(p, str)), grammar, ignore_case)

    @property
    def variable(self) -> bool:
        """Whether the context has a say in what this matches."""
        return self._parts is not None

    def matches(self, value: str, context: Context) -> bool:
        """Whether `value` is what this pattern means in `context` (whose keys are lower-case)."""
        if self._exact is not None:
            return (value.lower() if self._ignore_case else value) == self._exact
        if self._regex is not None:
            return self._regex.fullmatch(value) is not None
        return self._matches_resolved(value, context)

    def _matches_resolved(self, value: str, context: Context) -> bool:
        pieces: list[tuple[str, bool]] = []
        for part in self._parts or ():
            if isinstance(part, str):
                pieces.append((part, self._grammar != "literal"))
                continue
            known = context.get(part.key, part.default)
            if isinstance(known, list):
                known = known[0] if len(known) == 1 else None
            if known is None:
                return False
            pieces.append((known, False))
        if self._grammar == "literal":
            resolved = "".join(_unmark(text) for text, _ in pieces)
            return value.lower() == resolved.lower() if self._ignore_case else value == resolved
        return _regex(tuple(pieces), self._grammar, self._ignore_case).fullmatch(value) is not None


# An escaped wildcard, ${*}, is kept as a private-use character until the regular expression is built.
_MARKS = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}
_UNMARKS = {ord(mark): char for char, mark in _MARKS.items()}


def _unmark(text: str) -> str:
    return text.translate(_UNMARKS)


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def parts(text: str) -> tuple[Part, ...]:
    """`text` cut at its variables; escapes become marks; what only looks like a variable stays as it is."""
    found: list[Part] = []
    literal, end = "", 0
    for match in _VARIABLE.finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        body = match[1]
        variable = _VARIABLE_BODY.fullmatch(body)
        if body in _ESCAPES:
            literal += _MARKS[body]
        elif variable:
            found += [literal] if literal else []
            found.append(Variable(variable[1].lower(), variable[2], variable[1]))
            literal = ""
        else:
            literal += match[0]
    literal += text[end:]
    if literal or not found:
        found.append(literal)
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _regex(pieces: tuple[tuple[str, bool], ...], grammar: Grammar, ignore_case: bool) -> re.Pattern[str]:
    """A regular expression of literal and wildcard pieces.

    In an ARN a wildcard stays inside its segment, and the sixth segment runs to the end. In a Resource element a
    `*` that ends a segment may run on across colons; in the Arn operators each segment is compared for itself.
    """
    symbols = [(char, wild) for text, wild in pieces for char in text]
    out: list[str] = []
    colons = 0
    open_end = False
    for index, (char, wild) in enumerate(symbols):
        inside = grammar != "like" and colons < 5
        if char == ":":
            colons += 1
        if wild and char == "*":
            last = index + 1 == len(symbols) or symbols[index + 1][0] == ":"
            free = not inside or (grammar == "resource" and last)
            if free and not inside:
                # From here on every star is free, so the earliest match is as good as any: an atomic group keeps
                # a hostile row of stars from backtracking for minutes.
                out.append(")" if open_end else "")
                out.append("(?>.*?")
                open_end = True
            else:
                out.append(".*" if free else "[^:]*")
        elif wild and char == "?":
            out.append("[^:]" if inside else ".")
        else:
            out.append(re.escape(_unmark(char)))
    expression = "".join(out)
    if open_end:
        # The last star has to reach the end, so it must not be atomic.
        head, _, tail = expression.rpartition("(?>.*?")
        expression = f"{head}.*{tail}"
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
