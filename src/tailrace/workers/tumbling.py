"""Tumbling windows: stretches of time that a function sums up, each with a state of its own. Pure.

```
 records by their time   | a b   c | d       |    e    |
 calls                    {} ab, c  {} d      {} e
                               └ final        └ final    state is {} at each window's first call,
                                                         then what the last call returned
```
Windows begin at multiples of their length since the epoch, and a record is in the window of its time. A record that
becomes visible after its window has closed is in the next one, so that no window opens twice.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from tailrace.base.clock import iso_seconds
from tailrace.workers.batching import Record

STATE_BYTES_MAX = 1024 * 1024
MEMBERS_BYTES = 512  # of an event: what it says of a window besides the state


@dataclass(frozen=True, slots=True)
class TumblingWindow:
    """A window of one shard that has begun: from `start` to before `end`, in epoch seconds.

    `records` of it, numbers `first` to `last`, are in its `state`. `early`: the state has outgrown its limit, so the
    window is closed before its time. The last four are about the final call: how often it failed, and when it is due.
    """

    start: int
    end: int
    state: Mapping[str, Any] = field(default_factory=dict)
    early: bool = False
    first: int = 0
    last: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    records: int = 0
    attempts: int = 0
    failures: int = 0
    retry_at: float = 0.0

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.end - self.start

    @property
    def size(self) -> int:
        """About how many bytes of an event are its own."""
        return len(orjson.dumps(self.state)) + MEMBERS_BYTES if self.state else MEMBERS_BYTES

    @property
    def closing(self) -> bool:
        """Whether nothing may come before its final call: it is to end early, or that call has failed."""
        return self.early or self.failures > 0

    def document(self) -> dict[str, Any]:
        """As it is saved."""
        return {name: getattr(self, name) for name in self.__slots__}

    def with_records(self, records: Sequence[Record], state: Mapping[str, Any]) -> TumblingWindow:
        """The window after the function has taken `records` into its state."""
        if not records:
            return replace(self, state=state)
        known = self.records > 0
        return replace(
            self,
            state=state,
            early=len(orjson.dumps(state)) > STATE_BYTES_MAX,
            first=self.first if known else records[0].sequence,
            first_at=self.first_at if known else records[0].created,
            last=records[-1].sequence,
            last_at=records[-1].created,
            records=self.records + len(records),
        )

    def members(self, *, final: bool, early: bool) -> dict[str, Any]:
        """What the function's event says of the window, without the shard and the stream."""
        return {
            "window": {"start": iso_seconds(self.start), "end": iso_seconds(self.end)},
            "state": self.state,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": early,
        }


def window_at(created: float, seconds: int, closed: float) -> TumblingWindow:
    """The empty window that a record of this time is in; windows before `closed` are over."""
    start = int(max(created, closed) // seconds) * seconds
    return TumblingWindow(start, start + seconds)


class Chooser:
    """Which records are in the window that is open or, where none is, in that of the first record asked about."""

    def __init__(self, seconds: int, closed: float, window: TumblingWindow | None) -> None:
        self._seconds, self._closed = seconds, closed
        self.window = window

    def inside(self, record: Record) -> bool:
        """Whether the record belongs to the same window as those before it."""
        found = window_at(record.created, self._seconds, self._closed)
        self.window = self.window or found
        return found.start <= self.window.start
