"""From entries to what the journal writes down."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import orjson

from tailrace.audit.entry import Entry


class Lines:
    """Writes entries as lines of JSON: what calls of one kind share is put together once.

    For entries that are all there until the last is written: kinds are told apart by what lives as long as they do.
    """

    def __init__(self) -> None:
        self._shared: dict[Hashable, bytes] = {}

    def write(self, entries: Iterable[Entry]) -> list[bytes]:
        """The lines of some entries, without their ends."""
        return [self._line(entry) for entry in entries]

    def _line(self, entry: Entry) -> bytes:
        kind = entry.kind
        shared = self._shared.get(kind)
        if shared is None:
            shared = self._shared[kind] = orjson.dumps(entry.shared())[1:]
        return entry.own + shared
