"""An item at one moment, before or after a write, in the forms that a write has use for.

```
read      body, size ──> item     parsed where a condition, an update or an index looks into it
given     item ──> body, size     dumped where it is written, measured unless the request's walk has done so
```
Most writes need one form alone of each image: a plain put doesn't parse what it replaces.
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.expression.values import item_size
from tailrace.store.layout import Item


class Image:
    """An item, parsed and as it is stored, and its size in bytes as AWS counts it.

    Whoever makes one gives the item or the body; the other is made when it is first asked for, and is an attribute like
    any other from then on. Where there is no item its image is `NOTHING`, whose size is 0.
    """

    __slots__ = ("body", "item", "size")

    item: Item | None
    body: bytes | None
    size: int

    def __init__(self, item: Item | None, body: bytes | None = None, size: int | None = None) -> None:
        if item is not None or body is None:
            self.item = item
        if body is not None or item is None:
            self.body = body
        if size is None:
            size = 0 if self.item is None else item_size(self.item)
        self.size = size

    def __getattr__(self, form: str) -> Any:
        """Make the form that wasn't given."""
        made: Any
        if form == "item":
            made = self.item = orjson.loads(self.body)  # type: ignore[arg-type]
        elif form == "body":
            made = self.body = orjson.dumps(self.item)
        else:
            raise AttributeError(form)
        return made

    @property
    def exists(self) -> bool:
        """Whether there is an item."""
        return self is not NOTHING


NOTHING = Image(None)
"""The image of an item that isn't there."""
