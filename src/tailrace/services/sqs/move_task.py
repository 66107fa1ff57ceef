"""A message move task: what is kept of it, and under which name.

Tasks of a queue are kept newest first, and the ten newest at most, which is what ListMessageMoveTasks shows.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import orjson

from tailrace.base import ids
from tailrace.services.sqs import refusals
from tailrace.services.sqs.queue import Place
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sqs:move-task"
RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"
KEPT_MAX = 10
_LATEST_MS = 10**14

Document = dict[str, Any]


def begin(tx: Transaction, source: Place, now: float, document: Document) -> tuple[str, Document]:
    """Keep a new task, and forget the oldest where there are too many; its name and its document."""
    started = int(now * 1000)
    task = {"TaskId": ids.uuid(), "Status": RUNNING, "StartedTimestamp": started, "SourceArn": source.arn, **document}
    for name, _ in every(tx, source)[KEPT_MAX - 1 :]:
        resources.delete(tx, KIND, source.scope, name)
    name = f"{source.name}/{_LATEST_MS - started:014d}/{task['TaskId']}"
    resources.create(tx, KIND, source.scope, name, task)
    return name, task


def every(tx: Transaction, source: Place) -> list[tuple[str, Document]]:
    """The tasks that move a queue's messages, with their names, the newest first."""
    return resources.page(tx, KIND, source.scope, None, KEPT_MAX + 1, f"{source.name}/")


def forget(tx: Transaction, source: Place) -> None:
    """Forget all tasks of a queue that is deleted; one that runs ends."""
    for name, _ in every(tx, source):
        resources.delete(tx, KIND, source.scope, name)


def handle(task: Document) -> str:
    """The handle by which a task can be cancelled: base64 of JSON, as AWS's are."""
    return b64encode(orjson.dumps({"taskId": task["TaskId"], "sourceArn": task["SourceArn"]})).decode()


def read_handle(text: str) -> tuple[str, str]:
    """A task's id and the ARN of its source. Raises InvalidParameterValue."""
    try:
        found = orjson.loads(b64decode(text, validate=True))
        return str(found["taskId"]), str(found["sourceArn"])
    except (ValueError, TypeError, KeyError):
        raise refusals.invalid_parameter("Value for parameter TaskHandle is invalid.") from None
