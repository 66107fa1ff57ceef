"""Java's habits in AWS's answers: how a value is printed, and how a pattern of the model is to be read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tailrace.wire.model import ShapeModel

TEXT_LENGTH_MAX = 64 * 1024  # of one printed value; AWS has no bound, but an answer of megabytes helps nobody

# Python's re has no \p{...}. \w is letters, digits and _, which every pattern with \p{L} or \p{N} takes as well.
_CLASSES = {
    # Whatever can be seen, and spaces.
    r"[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]": r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]",
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    r"\p{Print}": r"[\x20-\x7e]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010ffff",
    r"[\w-_]": r"[\w\-]",
}


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the model, to be used with fullmatch as Java's `matches` does. ASCII classes, as in Java."""
    unicode = r"\p{" in text
    for java, python in _CLASSES.items():
        text = text.replace(java, python)
    return re.compile(text, 0 if unicode else re.ASCII)


def lower_first(name: str) -> str:
    """`tableName` for `TableName`: member names as AWS's texts have them."""
    return name[:1].lower() + name[1:]


def text(value: Any, shape: ShapeModel) -> str:
    """A value as Java's toString prints it: `[a, b]`, `{k=v}`, `KeySchemaElement(attributeName=a, keyType=HASH)`."""
    printed = _text(value, shape)
    return printed if len(printed) <= TEXT_LENGTH_MAX else printed[:TEXT_LENGTH_MAX] + "..."


def _text(value: Any, shape: ShapeModel) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if shape.type == "list" and shape.element:
        return _joined("[", (_text(element, shape.element.shape) for element in value), "]")
    if shape.type == "map" and shape.value:
        inner = shape.value.shape
        return _joined("{", (f"{name}={_text(element, inner)}" for name, element in value.items()), "}")
    if shape.type == "structure":
        members = shape.members.items()
        parts = (f"{lower_first(name)}={_text(value.get(name), member.shape)}" for name, member in members)
        return _joined(f"{shape.name}(", parts, ")")
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    return str(value)


def _joined(opening: str, parts: Any, closing: str) -> str:
    """The parts with commas between them, no further than what is printed in the end."""
    taken, length = [], 0
    for part in parts:
        taken.append(part)
        length += len(part)
        if length > TEXT_LENGTH_MAX:
            break
    return opening + ", ".join(taken) + closing
