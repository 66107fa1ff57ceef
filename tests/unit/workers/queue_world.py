"""A node without a network with a queue that is mapped to a fake function."""

from __future__ import annotations

import json
from typing import Any

from tailrace import store
from tailrace.base.clock import MovableClock
from tailrace.operation import REGISTRY
from tailrace.services import sqs
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import resources
from tests.unit.workers.world import ACCOUNT, REGION, ROLE_ARN, SCOPE, Result, World

assert sqs, "its operations are in the registry"
RECEIVE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


class QueueWorld(World):
    """Made by `QueueWorld.begin`. `batches` holds the bodies of each call."""

    queue: str
    batches: list[list[str]]

    @classmethod
    async def begin(cls, name: str = "q", data: str = "memory:", **attributes: str) -> QueueWorld:
        """A world with a queue, a function `f` and a role that may receive; triggers not started."""
        world = cls(await store.open(data), MovableClock())
        world.queue, world.batches = name, []
        document = {"FunctionName": "f", "Role": ROLE_ARN, "Timeout": 3}
        await world.store.update(lambda tx: resources.create(tx, "lambda:function", SCOPE, "f", document))
        await world.allow(*RECEIVE)
        await world.sqs("CreateQueue", QueueName=name, Attributes=attributes)
        return world

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.queue}"

    async def sqs(self, name: str, **request: Any) -> dict[str, Any]:
        """An operation on the queue, by root."""
        operation = REGISTRY.find("sqs", name)
        assert operation
        if name != "CreateQueue":
            request = {"QueueUrl": f"http://localhost/{ACCOUNT}/{self.queue}", **request}
        return dict(await operation.handler(self.call("sqs"), request))

    async def send(self, *bodies: str, group: str | None = None, **options: Any) -> None:
        """Send messages, each in a transaction of its own."""
        more = {"MessageGroupId": group} if group else {}
        for body in bodies:
            await self.sqs("SendMessage", MessageBody=body, **more, **options)
        await self.settle()

    async def map(self, **options: Any) -> str:
        """Map the queue to `f`; the mapping's UUID."""
        request = {"EventSourceArn": self.arn, "FunctionName": "f", **options}
        return str((await mappings.create_event_source_mapping(self.call(), request))["UUID"])

    async def left(self) -> tuple[int, int]:
        """How many messages wait in the queue, and how many are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = (await self.sqs("GetQueueAttributes", AttributeNames=names))["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    async def invoke(self, node: Any, scope: str, name: str, qualifier: str | None, payload: bytes) -> Result:
        """The fake function."""
        self.events.append(json.loads(payload))
        records = self.events[-1]["Records"]
        self.batches.append([record["body"] for record in records])
        if self.gate is not None:
            await self.gate.wait()
        answer = self.behaviour(records)
        return answer if isinstance(answer, Result) else Result(answer)

    def bodies(self) -> list[str]:
        """All bodies in the order of their calls."""
        return [body for batch in self.batches for body in batch]


def bad(*bodies: str) -> Any:
    """A function that names those messages as failed."""

    def answer(records: list[dict[str, Any]]) -> Any:
        failed = [record["messageId"] for record in records if record["body"] in bodies]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    return answer


def broken(*bodies: str) -> Any:
    """A function that raises where one of those messages is in its batch."""
    return lambda records: Result({}, "Unhandled") if {r["body"] for r in records} & set(bodies) else None
