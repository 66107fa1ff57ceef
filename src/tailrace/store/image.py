"""An item at one moment, before or after a write, in the forms that a write has use for.

```
read      body, size ──> item     parsed where a condition, an update or an index looks into it
given     item ──> body, size     dumped where it is written, measured unless the request's walk has done so
```
Most writes need one form alone of each image: a plain put doesn't parse what it replaces.
"""

from __future__ import annotations

import orjson

from tailrace.base import long_text
from tailrace.expression.values import item_size
from tailrace.store.layout import Item


class Image:
    """An item, parsed and as it is stored, and its size in bytes as AWS counts it.

    Whoever makes one gives the item or the body; the other is made when it is first asked for. Where there is no item
    its image is `NOTHING`, whose size is 0.
    """

    __slots__ = ("_body", "_item", "size")

    def __init__(self, item: Item | None, body: bytes | None = None, size: int | None = None) -> None:
        self._item = item
        self._body = body
        if size is None:
            parsed = self.item
            size = 0 if parsed is None else item_size(parsed)
        self.size = size

    # Two properties, where `__getattr__` would do: with it each look at an attribute that is there is slow, too.
    @property
    def item(self) -> Item | None:
        """The item parsed, None where there is none."""
        made = self._item
        if made is None and self._body is not None:
            made = self._item = long_text.loads(self._body, is_ours=True)
        return made

    @property
    def body(self) -> bytes | None:
        """The item as it is stored, None where there is none."""
        made = self._body
        if made is None and self._item is not None:
            made = self._body = orjson.dumps(self._item)
        return made

    @property
    def exists(self) -> bool:
        """Whether there is an item."""
        return self is not NOTHING


NOTHING = Image(None)
"""The image of an item that isn't there."""
