"""JSON texts as AWS reads them: tokens with the column at which its parser stands, and its words for what is no JSON.

AWS's answers about a filter policy end in "line: 1, column: N". The parser behind them reads a text value only when
somebody asks for it, and looks at the value behind a name before it gives the name; `column` knows both habits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

PARSER = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
_token = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}\[\]:,]', re.DOTALL)
_word = re.compile(r"\w+")


class Token(NamedTuple):
    """A piece of JSON: `kind` is one of {}[] or name, text, number, word; `start` and `end` its place in the text."""

    kind: str
    value: Any
    start: int
    end: int

    @property
    def column(self) -> int:
        """Where the parser stands at this token, before anybody has asked for its text."""
        return self.start + 2 if self.kind == "text" else self.end + 1


def tokens(text: str) -> list[Token]:
    """The tokens of a text that is JSON. A name's end is where the parser stands: in the value behind it."""
    pieces = [match for match in _token.finditer(text) if match[0] != ","]
    found: list[Token] = []
    for at, piece in enumerate(pieces):
        literal = piece[0]
        if literal == ":":
            continue
        kind = _kind(literal)
        end = piece.end()
        if kind == "text" and at + 1 < len(pieces) and pieces[at + 1][0] == ":":
            behind = pieces[at + 2]
            kind, end = "name", behind.start() + 1 if behind[0][0] in '"{[' else behind.end()
        value = orjson.loads(literal) if kind in ("text", "name", "number", "word") else literal
        found.append(Token(kind, value, piece.start(), end))
    return found


def _kind(literal: str) -> str:
    if literal[0] in "{}[]":
        return literal
    if literal[0] == '"':
        return "text"
    return "word" if literal in ("true", "false", "null") else "number"


def parse_object(text: str, bad: Callable[[str], Exception]) -> dict[str, Any]:
    """The object that the text is; `bad` makes the refusal of what is none."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad(f"failed to parse JSON. {_fault(text)}") from None
    if not isinstance(document, dict):
        raise bad("failed to parse JSON. Unexpected value: was expecting a JSON object")
    return document


def _fault(text: str) -> str:
    """What AWS's parser finds wrong first, and where."""
    try:
        json.loads(text)
        at = 0  # something that Python takes and JSON doesn't have: NaN
    except json.JSONDecodeError as problem:
        at = problem.pos
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    rest = text[at:]
    if not rest.strip():
        return f"Unexpected end-of-input\n at {PARSER}line: {line}, column: {column}]"
    before = text[:at].rstrip()[-1:]
    word = _word.match(rest)
    if word and before not in ("{", ","):
        wanted = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        where = f"line: {line}, column: {column + len(word[0])}]"
        return f"Unrecognized token '{word[0]}': was expecting {wanted}\n at {PARSER}{where}"
    wanted = "double-quote to start field name" if before in ("{", ",") else "a valid value"
    what = f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})): was expecting {wanted}"
    return f"{what}\n at {PARSER}line: {line}, column: {column}]"
