"""JSON that is one long text for the most part: a document, a picture in base64, what was compressed.

```
{"Item": {"pk": {"S": "17"}, "page": {"S": "........"}}}
                                           └ decoded ┘   all the rest is parsed, and the text put into it
```
orjson looks at each character of a text before it knows where that ends, which takes ten times as long as to find the
next quote and to copy what lies before it. A text with an escape, and a document of several long texts, are orjson's.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

__all__ = ["loads"]

TEXT_BYTES_MIN: Final = 16 * 1024  # of shorter ones there is little to save
REST_BYTES_MAX: Final = 4 * 1024  # all of it is looked through for the text's place
_QUOTE: Final = b'"'
_ESCAPE: Final = b"\\"
# No text without an escape can hold this character, so where it stands the long one belongs.
_PLACE: Final = b"\\u0000"
_PLACED: Final = "\0"


def loads(data: bytes, begin: int = 0, *, is_ours: bool = False) -> Any:
    """What `orjson.loads` gives of the bytes from `begin` on. Raises orjson.JSONDecodeError as that does.

    `is_ours`: orjson has written it.
    """
    if len(data) - begin >= TEXT_BYTES_MIN:
        found = _read(data, begin, is_ours)
        if found is not None:
            return found
    return orjson.loads(memoryview(data)[begin:] if begin else data)


def _read(data: bytes, begin: int, is_ours: bool) -> Any:
    """The document; None where it isn't one long text for the most part, and where it may be wrong."""
    middle = (begin + len(data)) // 2  # a long text with little around it lies there
    start, end = data.rfind(_QUOTE, begin, middle) + 1, data.find(_QUOTE, middle)
    size = end - start
    if size < TEXT_BYTES_MIN or len(data) - begin - size > REST_BYTES_MAX:
        return None
    # Without an escape each quote begins or ends a text.
    if data.find(_ESCAPE, begin) >= 0 or data.count(_QUOTE, begin, start) % 2 == 0:
        return None
    try:
        text = data[start:end].decode()
        whole = [orjson.loads(data[begin:start] + _PLACE + data[end:])]
    except ValueError:
        return None
    if not is_ours and len(orjson.dumps(text)) != size + 2:
        return None  # it has a character that JSON wants to have escaped
    return whole[0] if _put(whole, text) else None


def _put(whole: list[Any], text: str) -> bool:
    """Put the long text where its place is; False where that is a member's name, or was of one that came twice."""
    waiting: list[Any] = [whole]
    while waiting:
        within = waiting.pop()
        for place, value in within.items() if type(within) is dict else enumerate(within):
            if value == _PLACED:
                within[place] = text
                return True
            if type(value) is dict or type(value) is list:
                waiting.append(value)
    return False
