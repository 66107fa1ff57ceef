"""A shard's records as functions get them, read in slices, and no more in one snapshot than a lane may look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tailrace.store import changes
from tailrace.store.engine import Transaction
from tailrace.workers.batching import EVENT_BYTES_MAX, Record
from tailrace.workers.trigger_event import event_record

CHANGES_MAX = 10_000  # looked at in one snapshot, however few of them a filter lets through
SLICE_MAX = 1_000


class Scan:
    """A shard's records from behind `at` to `end`, read in slices; `ended` says whether it came to the end.

    `mark` is put behind each eventID.
    """

    def __init__(
        self, tx: Transaction, stream: dict[str, Any], shard: int, at: int, end: int, first: int, mark: str = ""
    ) -> None:
        self._tx, self._stream, self._shard = tx, stream, shard
        self._at, self._end, self._first = at, end, first
        self._mark = mark
        self.ended = False

    def __iter__(self) -> Iterator[Record]:
        at, seen, size = self._at, 0, 0
        while at < self._end and seen < CHANGES_MAX and size < EVENT_BYTES_MAX:
            count = min(SLICE_MAX, self._end - at, max(self._first - seen, 1) if seen < self._first else SLICE_MAX)
            slice_ = changes.read(self._tx, self._shard, at, count, EVENT_BYTES_MAX)
            if not slice_:
                break
            for change in slice_:
                if change.sequence > self._end:
                    break
                yield event_record(self._stream, change, self._mark)
            seen += len(slice_)
            size += sum(len(change.body) for change in slice_)
            at = slice_[-1].sequence
        else:
            self.ended = at >= self._end
            return
        self.ended = True
