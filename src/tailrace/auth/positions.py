"""Where in a policy's text a value stands: for the simulator's matched statements and for lint's findings.

JSON parsers drop positions, so this reads the text once more. It takes only text that `json.loads` has taken.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+', re.DOTALL)


class Span(NamedTuple):
    """Offsets of a value's first character and of the one behind its last."""

    start: int
    end: int


class Position(NamedTuple):
    """A place in a text; both count from 1."""

    line: int
    column: int


class _Scanner:
    """Walks through a JSON text and notes where each value stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[Path, Span] = {}

    def value(self, at: int, path: Path) -> int:
        """Note the value at `at` and all inside it; the offset behind it."""
        at = start = self._skip(at)
        if self.text[at] == "{":
            at = self._members(at + 1, path, "}")
        elif self.text[at] == "[":
            at = self._members(at + 1, path, "]")
        else:
            at = self._end(_SCALAR, at)
        self.found[path] = Span(start, at)
        return at

    def _members(self, at: int, path: Path, closing: str) -> int:
        index = 0
        at = self._skip(at)
        while self.text[at] != closing:
            name: str | int = index
            if closing == "}":
                end = self._end(_STRING, at)
                name = json.loads(self.text[at:end])
                at = self._skip(end) + 1
            at = self._skip(self.value(at, (*path, name)))
            if self.text[at] == ",":
                at = self._skip(at + 1)
            index += 1
        return at + 1

    def _skip(self, at: int) -> int:
        return self._end(_SPACE, at)

    def _end(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self.text, at)
        assert found, "the text is JSON"
        return found.end()


def spans(text: str) -> dict[Path, Span]:
    """Every value of a JSON text by its path, ("Statement", 0, "Action"). A member given twice counts where it is last.

    Raises RecursionError for what is nested as deep as no policy is.
    """
    scanner = _Scanner(text)
    scanner.value(0, ())
    return scanner.found


def position(text: str, offset: int) -> Position:
    """Line and column of the character at `offset`."""
    before = text.rfind("\n", 0, offset)
    return Position(text.count("\n", 0, offset) + 1, offset - before)


def statements(text: str) -> list[tuple[Position, Position]]:
    """Where AWS's simulator says that each statement of a policy starts and ends.

    Its columns are where its JSON reader stands after a token: the start is behind the bracket or the statement that
    comes before (for a lone statement, behind its own brace), the end behind the closing brace. [R]
    """
    found = spans(text)
    whole = found[("Statement",)]
    if text[whole.start] == "{":
        return [(position(text, whole.start + 1), position(text, whole.end))]
    every = []
    start, index = whole.start + 1, 0
    while ("Statement", index) in found:
        end = found["Statement", index].end
        every.append((position(text, start), position(text, end)))
        start, index = end, index + 1
    return every
