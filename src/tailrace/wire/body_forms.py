"""The forms of a client's bodies: what stays the same from one call to the next is read and checked once.

```
first   {"TableName": "T", "Key": {"pk": {"S": "17"}}}   orjson, the model's types, its constraints ──learn──> a form
later   {"TableName": "T", "Key": {"pk": {"S": "18"}}}   the fixed bytes are there, plain texts between ──> the members
```
A program's calls often differ in the texts of keys alone. The model says nothing of what the text of an AttributeValue
holds, so whatever plain text stands there is as good as the one that was checked; all else is the same bytes. A text
with an escape, a value of another type, another order of members: that is no body of the form, and is read as ever.
"""

from __future__ import annotations

from typing import Any, Final

from tailrace.wire.protocol import Shape

BYTES_MAX: Final = 1024  # larger bodies are mostly items, which orjson reads as quickly
TEXTS_MAX: Final = 4  # of more orjson is quicker, too
FORMS_MAX: Final = 4
LEARNED_MAX: Final = 16
MISSES_MAX: Final = 64
"""After so many bodies in a row without a form, or so many forms, no other form is looked for."""
_VALUES: Final = frozenset(("Key", "Item", "ExpressionAttributeValues", "ExclusiveStartKey"))  # maps of AttributeValues
_QUOTE: Final = b'"'
_ESCAPE: Final = 0x5C  # a number, which is found in bytes without an exception on the way
_BETWEEN: Final = ",:}]"
"""What may follow the end of a string in JSON: a text that starts so could be taken for what is between two strings."""


class _Values:
    """A map of AttributeValues: name, type and content of each, where a number says which of the texts it is."""

    __slots__ = ("values",)

    def __init__(self, values: list[tuple[str, str, Any]]) -> None:
        self.values = values


class BodyForm:
    """A body whose texts of AttributeValues are others each time: how it starts, and what follows each text's quote."""

    __slots__ = ("_behind", "_members", "_start")

    def __init__(self, start: bytes, behind: list[bytes], members: list[tuple[str, Any]]) -> None:
        self._start = start
        self._behind = behind
        self._members = members

    def read(self, body: bytes) -> Shape | None:
        """The members of the request that has this body, if it has this form."""
        size = len(self._start)
        # A slice and a comparison are a tenth of a call of `startswith`.
        if body[:size] != self._start or _ESCAPE in body:
            return None
        texts: list[str] = []
        rest = body[size:]
        for behind in self._behind:
            raw, _, rest = rest.partition(_QUOTE)
            text, size = _plain(raw), len(behind)
            if text is None or rest[:size] != behind:
                return None
            texts.append(text)
            rest = rest[size:]
        return None if rest else self._shape(texts)

    def _shape(self, texts: list[str]) -> Shape:
        shape: Shape = {}
        for member, content in self._members:
            if isinstance(content, _Values):
                values: dict[str, Any] = {}
                for name, kind, value in content.values:
                    values[name] = {kind: texts[value] if type(value) is int else value}
                shape[member] = values
            elif type(content) is dict or type(content) is list:
                shape[member] = content.copy()
            else:
                shape[member] = content
        return shape


def form_of(body: bytes, shape: Shape) -> BodyForm | None:
    """The form of a body that was found right, and whose members these are; None where it has none."""
    if len(body) > BYTES_MAX or _ESCAPE in body:
        return None
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for member, content in shape.items():
        if member not in _VALUES:
            if not _is_flat(content):
                return None
            continue
        for name, value in content.items():
            if len(value) != 1 or not _is_flat(value):
                return None
            place = _place(body, value.get("S"))
            if place is not None:
                places[member, name] = place
    order = sorted(places, key=lambda where: places[where])
    if not 0 < len(order) <= TEXTS_MAX:
        return None
    starts = [places[where][0] for where in order]
    ends = [places[where][1] for where in order]
    behind = [body[end + 1 : start] for end, start in zip(ends, [*starts[1:], len(body)], strict=True)]
    numbers = {where: number for number, where in enumerate(order)}
    members = [(member, _member(member, content, numbers)) for member, content in shape.items()]
    return BodyForm(body[: starts[0]], behind, members)


def _member(member: str, content: Any, numbers: dict[tuple[str, str], int]) -> Any:
    """What of a member is the same each time: its own copy, and of AttributeValues the numbers of the texts."""
    if member not in _VALUES:
        return content.copy() if type(content) is dict or type(content) is list else content
    pairs = [(name, kind, scalar) for name, value in content.items() for kind, scalar in value.items()]
    return _Values([(name, kind, numbers.get((member, name), scalar)) for name, kind, scalar in pairs])


class BodyForms:
    """The forms of the bodies of requests that are alike otherwise, the one that was used last first."""

    __slots__ = ("_known", "_learned", "_misses")

    def __init__(self) -> None:
        self._known: list[BodyForm] = []
        self._learned = 0
        self._misses = 0

    def read(self, body: bytes) -> Shape | None:
        """The members of the request that has this body, if its form is known: checked against the model."""
        known = self._known
        for form in known:
            shape = form.read(body)
            if shape is not None:
                self._misses = 0
                if form is not known[0]:
                    known.remove(form)
                    known.insert(0, form)
                return shape
        return None

    def learn(self, body: bytes, shape: Shape) -> None:
        """Take a look at a body whose form is not known, and at its members, which were found right."""
        self._misses += 1
        if self._misses > MISSES_MAX:
            self._known.clear()
        elif self._learned < LEARNED_MAX:
            form = form_of(body, shape)
            if form is not None:
                self._learned += 1
                self._known.insert(0, form)
                del self._known[FORMS_MAX:]


def _place(body: bytes, text: str | None) -> tuple[int, int] | None:
    """Where a text stands in a body without escapes, if that is the one place where it can stand."""
    seen = text.strip() if text else ""
    if not text or not seen or seen[0] in _BETWEEN:
        return None
    quoted = b'"%b"' % text.encode()
    if body.count(quoted) != 1:
        return None
    start = body.index(quoted) + 1
    return start, start + len(quoted) - 2


def _plain(raw: bytes) -> str | None:
    """The text that these bytes between two quotes are; None where JSON or UTF-8 may not have them so."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None  # which no control character is


def _is_flat(content: Any) -> bool:
    """Whether a member is a scalar, or holds nothing but scalars."""
    if type(content) is dict:
        content = list(content.values())
    return all(type(each) in (str, int, float, bool) for each in (content if type(content) is list else [content]))
