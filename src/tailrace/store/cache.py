"""What transactions see of the parsed resources, and when others may see what they have put there.

```
committed  what is durable; views read and fill it
   ^ published after COMMIT, forgotten when it fails
Layer      what a group of updates has put
   ^ joined when the closure returns, forgotten when it raises
Layer      what one closure has put
```

A cached document that was rolled back, or that isn't durable yet, would answer a request with something that never
was. The rejected alternative, dropping the whole cache at every change, parses every table again after each one.
"""

from __future__ import annotations

from typing import Any, Final

from tailrace.store.engine import Cache

ENTRIES_MAX: Final = 10_000
"""Parsed documents kept; beyond that all are dropped and read anew. Absent names count, so guesses fill nothing."""


class Layer:
    """A cache that writes to itself and reads through to the one below."""

    __slots__ = ("_below", "own")

    def __init__(self, below: Cache) -> None:
        self._below = below
        self.own: dict[Any, Any] = {}

    def get(self, key: Any, /) -> Any:
        """What was put here, else what stands below, else None."""
        found = self.own.get(key) if self.own else None
        return self._below.get(key) if found is None else found

    def __setitem__(self, key: Any, value: Any, /) -> None:
        self.own[key] = value

    def join(self, upper: Layer) -> None:
        """Take over what a layer above this one has put."""
        self.own.update(upper.own)
