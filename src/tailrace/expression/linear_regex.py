"""CloudWatch's regular expressions, searched in linear time.

They have no groups, so an expression is a few alternatives, each a row of items: a set of characters, once, at most
once, or any number of times. All rows are walked at once, a bit a place, and the steps are remembered. The rejected
alternative, `re`, needs time that grows with a power of the line's length for `a*a*b`, and would hold up the server.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ITEMS_MAX = 1_000
REPEATS_MAX = 255
STEPS_MAX = 4_096  # remembered; forgotten all at once when there are more

_TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:[^\]\\]|\\[ -~])*\]|\\x[0-9A-Fa-f]{2}|\\[dDsSwW]|\\[^A-Za-z0-9]|\.|[A-Za-z0-9:_#=@/;,\- ])"
    r"(?P<times>[?*+]|\{[0-9]+(?:,[0-9]*)?\})?"
)


class Malformed(Exception):
    """The text is no expression of this kind."""


class _Item(NamedTuple):
    """A set of characters, and how often: `one`, `optional` or `any` number of times."""

    characters: re.Pattern[str]
    times: str


class LinearRegex:
    """A compiled expression. Raises Malformed."""

    def __init__(self, text: str) -> None:
        self._rows = [_Row(alternative) for alternative in _alternatives(text)]

    def search(self, line: str) -> bool:
        """Whether the expression matches somewhere in the line."""
        return any(row.search(line) for row in self._rows)


class _Row:
    """One alternative, as an automaton whose state is a set of places (bit n: the first n items are matched)."""

    def __init__(self, text: str) -> None:
        self._from_start = text.startswith("^")
        self._to_end = text.endswith("$") and not text.endswith("\\$")
        items = _items(text[self._from_start : len(text) - self._to_end])
        self._items = items
        self._loops = sum(1 << n for n, item in enumerate(items) if item.times == "any")
        self._skips = sum(1 << n for n, item in enumerate(items) if item.times != "one")
        self._accepted = 1 << len(items)
        self._first = self._close(1)
        self._fits: dict[str, int] = {}
        self._steps: dict[tuple[int, str], int] = {}

    def search(self, line: str) -> bool:
        """Walk the line once."""
        places, steps = self._first, self._steps
        for character in line:
            if places & self._accepted and not self._to_end:
                return True
            following = steps.get((places, character))
            if following is None:
                following = self._step(places, character)
            if not following:
                return False
            places = following
        return bool(places & self._accepted)

    def _step(self, places: int, character: str) -> int:
        fits = self._fits.get(character)
        if fits is None:
            fits = sum(1 << n for n, item in enumerate(self._items) if item.characters.match(character))
            self._fits[character] = fits
        moved = places & fits
        found = self._close(((moved & ~self._loops) << 1) | (moved & self._loops))
        if not self._from_start:
            found |= self._first
        if len(self._steps) >= STEPS_MAX:
            self._steps.clear()
            self._fits.clear()
        self._steps[places, character] = found
        return found

    def _close(self, places: int) -> int:
        """With the places that are reached by skipping items that may be absent."""
        while True:
            reached = places | ((places & self._skips) << 1)
            if reached == places:
                return places
            places = reached


def _alternatives(text: str) -> list[str]:
    """The parts between bars that stand neither in brackets nor behind a backslash."""
    parts, escaped, inside = [""], False, False
    for character in text:
        if character == "|" and not (escaped or inside):
            parts.append("")
            continue
        if not escaped:
            inside = character == "[" or (inside and character != "]")
        escaped = character == "\\" and not escaped
        parts[-1] += character
    return parts


def _items(text: str) -> list[_Item]:
    items: list[_Item] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Malformed(text[at:])
        try:
            characters = re.compile(found["set"], re.ASCII)
        except re.error as problem:
            raise Malformed(found["set"]) from problem
        low, high = _times(found["times"])
        items += [_Item(characters, "one")] * low
        items += [_Item(characters, "any")] if high is None else [_Item(characters, "optional")] * (high - low)
        if len(items) > ITEMS_MAX:
            raise Malformed("too long")
        at = found.end()
    return items


def _times(text: str | None) -> tuple[int, int | None]:
    """The least and the greatest number of times; None: any."""
    if text is None:
        return 1, 1
    if text in "?*+":
        return int(text == "+"), 1 if text == "?" else None
    least, comma, most = text[1:-1].partition(",")
    low = int(least[:6])
    high = low if not comma else int(most[:6]) if most else None
    if low > REPEATS_MAX or (high is not None and not low <= high <= REPEATS_MAX):
        raise Malformed(text)
    return low, high
