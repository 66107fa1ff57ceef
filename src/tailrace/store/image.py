"""An item at one moment, before or after a write, in the forms that a write has use for.

```
read      body, size ──> item     parsed where a condition, an update or an index looks into it
given     item ──> body, size     dumped where it is written, measured unless the request's walk has done so
```
Most writes need one form alone of each image: a plain put doesn't parse what it replaces.
"""

from __future__ import annotations

import orjson

from tailrace.expression.values import item_size
from tailrace.store.layout import Item


class Image:
    """An item, parsed and as it is stored, and its size in bytes as AWS counts it. All empty where there is none.

    Whoever makes one gives the item or the body; the rest is worked out of it when it is first asked for.
    """

    __slots__ = ("_body", "_item", "_size")

    def __init__(self, item: Item | None = None, body: bytes | None = None, size: int | None = None) -> None:
        self._item = item
        self._body = body
        self._size = size

    @property
    def exists(self) -> bool:
        """Whether there is an item."""
        return self._body is not None or self._item is not None

    @property
    def item(self) -> Item | None:
        """The item, parsed."""
        if self._item is None and self._body is not None:
            self._item = orjson.loads(self._body)
        return self._item

    @property
    def body(self) -> bytes | None:
        """The item's DynamoDB JSON."""
        if self._body is None and self._item is not None:
            self._body = orjson.dumps(self._item)
        return self._body

    @property
    def size(self) -> int:
        """Bytes as AWS counts them; 0 where there is no item."""
        if self._size is None:
            item = self.item
            self._size = 0 if item is None else item_size(item)
        return self._size


NOTHING = Image(size=0)
"""The image of an item that isn't there."""
