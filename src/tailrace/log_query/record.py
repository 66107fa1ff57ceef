"""A log event's fields: those that every event has, and those discovered in its message.

```
{"a": {"b": [1, true]}}                    a.b.0 = 1, a.b.1 = 1
REPORT RequestId: ... Duration: 1.5 ms     @type, @requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed
2026-...Z  ID  INFO  {"a": 1}              @requestId, a: of a Lambda line, also the first JSON in it
```
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from tailrace.log_query.values import Moment, Value

FIELDS_MAX = 200  # discovered in one event
LAMBDA = "/aws/lambda/"

_REQUEST = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PLATFORM = re.compile(rf"(START|END|REPORT) RequestId: {_REQUEST}\b")
_LINE = re.compile(rf"\d{{4}}-\d\d-\d\dT[0-9:.]+Z\t{_REQUEST}\t|\[[A-Z]+\]\t[0-9T:.\-]+Z\t{_REQUEST}\t")
_MEASURED = {
    "@duration": re.compile(r"\tDuration: ([0-9.]+) ms"),
    "@billedDuration": re.compile(r"\tBilled Duration: ([0-9.]+) ms"),
    "@initDuration": re.compile(r"\tInit Duration: ([0-9.]+) ms"),
    "@memorySize": re.compile(r"\tMemory Size: (\d+) MB"),
    "@maxMemoryUsed": re.compile(r"\tMax Memory Used: (\d+) MB"),
    "@xrayTraceId": re.compile(r"\bXRAY TraceId: (\S+)"),
    "@xraySegmentId": re.compile(r"\bSegmentId: (\S+)"),
}
_MEMORY = ("@memorySize", "@maxMemoryUsed")
_DECODER = json.JSONDecoder()


class Record:
    """One event as a row: the fields that commands have set, over those that it was found with."""

    __slots__ = ("_discovered", "_own", "group", "pointer", "set")

    def __init__(
        self, message: str, timestamp: int, ingestion: int, stream: str, group: str, account: str, pointer: str
    ) -> None:
        self.pointer = pointer
        self.group = group
        self.set: dict[str, Value] = {}
        self._own: dict[str, Value] = {
            "@timestamp": Moment(timestamp),
            "@message": message,
            "@logStream": stream,
            "@log": f"{account}:{group}",
            "@ingestionTime": Moment(ingestion),
            "@ptr": pointer,
        }
        self._discovered: dict[str, Value] | None = None

    def get(self, name: str) -> Value:
        """A field's value, or None."""
        if name in self.set:
            return self.set[name]
        if name in self._own:
            return self._own[name]
        return self.discovered().get(name)

    def discovered(self) -> dict[str, Value]:
        """What its message says."""
        if self._discovered is None:
            self._discovered = discover(str(self._own["@message"]), in_lambda=self.group.startswith(LAMBDA))
        return self._discovered

    def all_fields(self) -> dict[str, Value]:
        """Every field of the event itself."""
        return {**self._own, **self.discovered()}


class Group:
    """A row that stands for others: a line of `stats`."""

    __slots__ = ("pointer", "set")

    def __init__(self, values: dict[str, Value]) -> None:
        self.pointer = ""
        self.set = values

    def get(self, name: str) -> Value:
        """A column's value, or None."""
        return self.set.get(name)


Row = Record | Group


def discover(message: str, *, in_lambda: bool) -> dict[str, Value]:
    """The fields in a message."""
    stripped = message.lstrip()
    if stripped.startswith("{"):
        try:
            return _flat(orjson.loads(stripped))
        except orjson.JSONDecodeError:
            pass
    if not in_lambda:
        return {}
    found = _of_platform(message)
    return found if found is not None else _of_line(message)


def _of_platform(message: str) -> dict[str, Value] | None:
    """The fields of a line that Lambda itself writes."""
    line = _PLATFORM.match(message)
    if line is None:
        return None
    fields: dict[str, Value] = {"@type": line[1], "@requestId": line[2]}
    if line[1] == "REPORT":
        for name, pattern in _MEASURED.items():
            measured = pattern.search(message)
            if measured:
                # Megabytes of a thousand thousands, written as AWS does: 128 MB are 1.28E8.
                fields[name] = _in_bytes(int(measured[1])) if name in _MEMORY else measured[1]
    return fields


def _in_bytes(megabytes: int) -> str:
    digits, exponent = f"{megabytes * 1_000_000:e}".split("e")
    return f"{float(digits)}E{int(exponent)}"


def _of_line(message: str) -> dict[str, Value]:
    """The request of a line that a function wrote, and the first JSON in it."""
    fields: dict[str, Value] = {}
    line = _LINE.match(message)
    if line:
        fields["@requestId"] = line[1] or line[2]
    start = message.find("{")
    if start >= 0:
        try:
            document, _ = _DECODER.raw_decode(message, start)
        except (ValueError, RecursionError):
            return fields
        fields.update(_flat(document))
    return fields


def _flat(document: Any) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, value in _leaves("", document):
        if len(fields) >= FIELDS_MAX:
            break
        fields[name] = value
    return fields


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(f"{path}.{place}" if path else str(place), inner)
    elif value is not None:
        yield path, int(value) if isinstance(value, bool) else value
