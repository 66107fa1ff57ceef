"""Text with stars, matched in linear time: what stands between the stars must come in order."""

from __future__ import annotations

from collections.abc import Sequence


def fits(text: str, literals: Sequence[str]) -> bool:
    """Whether the literals stand in `text` in order, the first at its start and the last at its end.

    `literals` are what a pattern has between its stars: ["a", "b"] for `a*b`, [""] for the empty pattern.
    """
    first, *middle = literals
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for literal in middle:
        found = text.find(literal, at, end)
        if found < 0:
            return False
        at = found + len(literal)
    return True
