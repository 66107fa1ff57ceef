"""A node without a network: a store in memory, a clock moved by hand, one table with a stream, and a fake function."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from tailrace import store
from tailrace.base import arn
from tailrace.base.clock import MovableClock
from tailrace.base.config import Config
from tailrace.base.errors import ApiError
from tailrace.expression import keys
from tailrace.identity import ROLE, Identity
from tailrace.operation import Call, Node
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import changes, items, lineage, log_events, resources
from tailrace.store.engine import Transaction
from tailrace.store.image import Image
from tailrace.store.layout import KeyAttribute, ShardRange, StreamLayout, TableLayout
from tailrace.workers import attempt_log
from tailrace.workers.stream_triggers import StreamTriggers, shared

ACCOUNT, REGION = "000000000000", "us-east-1"
SCOPE = f"{ACCOUNT}/{REGION}"
STREAM_ARN = arn.stream(REGION, ACCOUNT, "T", "2023-11-14T22:13:20.000")
ROLE_ARN = arn.iam(ACCOUNT, "role/reader")
READ = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"]
Behaviour = Callable[[list[dict[str, Any]]], Any]


class Result:
    """What a fake call came to."""

    def __init__(self, payload: Any = None, error: str | None = None) -> None:
        self.payload = json.dumps(payload).encode()
        self.function_error = error
        self.request_id, self.executed_version, self.log_stream = "request-1", "$LATEST", "2023/11/14/[$LATEST]0"
        self.log_group, self.init_ms = "/aws/lambda/f", None


class World:
    """Made by `World.open`. `calls` holds the numbers of the records of each call, `events` the whole events."""

    def __init__(self, place: Any, clock: MovableClock) -> None:
        self.clock, self.store = clock, place
        identity = Identity(Config(), clock, ("root", "secret"), b"s" * 32)
        self.node = Node(Config(), clock, place, identity, pool=None)  # type: ignore[arg-type]
        self.calls: list[list[int]] = []
        self.events: list[dict[str, Any]] = []
        self.behaviour: Behaviour = lambda records: None
        self.gate: asyncio.Event | None = None
        self.settle_turns = 60
        self.layout: TableLayout
        self.triggers: StreamTriggers | None = None

    @classmethod
    async def open(cls, shards: int = 1, data: str = "memory:") -> World:
        """A world with a stream of that many shards, a function `f` and a role that may read; triggers not started."""
        world = cls(await store.open(data), MovableClock(running=data != "memory:"))

        def build(tx: Transaction) -> StreamLayout:
            stream = changes.open_stream(tx, shards, "NEW_AND_OLD_IMAGES", world.clock.now())
            document = {"Stream": stream.stream, "StreamArn": STREAM_ARN, "StreamStatus": "ENABLED"}
            document |= {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
            resources.create(tx, mappings.STREAM_KIND, SCOPE, STREAM_ARN.partition("table/")[2], document)
            resources.create(tx, "lambda:function", SCOPE, "f", {"FunctionName": "f", "Role": ROLE_ARN})
            return stream

        stream = await world.store.update(build)
        world.layout = TableLayout("T", SCOPE, 1, KeyAttribute("pk", "S"), KeyAttribute("sk", "N"), (), stream)
        await world.allow(*READ)
        return world

    async def allow(self, *actions: str) -> None:
        """Give the role these actions, and no others."""
        statement = {"Effect": "Allow", "Action": list(actions) or ["sqs:None"], "Resource": "*"}
        document = {"Arn": ROLE_ARN, "RoleName": "reader", "RoleId": "AROA1", "Account": ACCOUNT, "Path": "/"}
        document["Inline"] = {"read": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}  # type: ignore[assignment]
        await self.store.update(lambda tx: resources.put(tx, ROLE, ACCOUNT, "reader", document))

    def call(self, service: str = "lambda") -> Call:
        """A call by root."""
        root = self.node.identity.lookup(None, "root", None).principal  # type: ignore[arg-type]
        return Call(self.node, root, service, "Test", REGION, "request-id")

    async def map(self, **options: Any) -> str:
        """Create a mapping from the stream to `f`; its UUID."""
        request = {"EventSourceArn": STREAM_ARN, "FunctionName": "f", "StartingPosition": "TRIM_HORIZON", **options}
        return str((await mappings.create_event_source_mapping(self.call(), request))["UUID"])

    async def mapping(self, uuid: str) -> dict[str, Any]:
        """The mapping as Get answers it."""
        return await mappings.get_event_source_mapping(self.call(), {"UUID": uuid})

    async def update(self, uuid: str, **options: Any) -> dict[str, Any]:
        """Update the mapping."""
        return await mappings.update_event_source_mapping(self.call(), {"UUID": uuid, **options})

    async def succeed(self, cuts: Mapping[int, int | None] | None = None) -> None:
        """Let open shards be continued: all of them by one child each, or those of `cuts`, cut there (None: not)."""
        stream, now = self.layout.stream, self.clock.now()
        assert stream is not None
        cuts = dict.fromkeys([each.shard for each in stream.shards]) if cuts is None else cuts

        def change(tx: Transaction) -> list[ShardRange]:
            made = [each for each in stream.shards if each.shard not in cuts]
            for shard, cut in cuts.items():
                made += lineage.succeed(tx, shard, cut, now)
            return made

        made = await self.store.update(change)
        self.layout = replace(self.layout, stream=replace(stream, shards=tuple(made)))
        await self.settle()

    async def split(self, which: int = 0) -> None:
        """Split an open shard in the middle."""
        assert self.layout.stream is not None
        shard = self.layout.stream.shards[which % len(self.layout.stream.shards)]
        await self.succeed({shard.shard: (shard.low + shard.high) // 2})

    async def switch_off(self) -> None:
        """Close the stream, as UpdateTable and DeleteTable do."""

        def change(tx: Transaction) -> None:
            name = STREAM_ARN.partition("table/")[2]
            document = resources.get(tx, mappings.STREAM_KIND, SCOPE, name) or {}
            changes.close_stream(tx, 1, self.clock.now())
            resources.put(tx, mappings.STREAM_KIND, SCOPE, name, {**document, "StreamStatus": "DISABLED"})

        await self.store.update(change)

    async def trim(self) -> None:
        """Forget what a day has made old."""
        await self.store.update(lambda tx: changes.trim(tx, self.clock.now() - 24 * 3600, 1_000))

    async def start(self) -> None:
        """Start (again) to read."""
        self.triggers = StreamTriggers(self.node, shared(self.node, self.invoke))
        await self.triggers.start()
        await self.settle()

    async def stop(self, grace_s: float = 0.0) -> None:
        """Stop reading."""
        if self.triggers is not None:
            await self.triggers.stop(grace_s)

    async def close(self) -> None:
        """Stop, and close the store."""
        await self.stop()
        await self.store.close()

    async def put(self, *numbers: int, pk: str = "a") -> None:
        """Write items with these numbers, one transaction for all."""

        def write(tx: Transaction) -> None:
            for number in numbers:
                item = {"pk": {"S": pk}, "sk": {"N": str(number)}}
                key = keys.item_key([item["pk"]], [item["sk"]])
                items.change(tx, self.layout, key, lambda old, item=item: Image(item), self.clock.now())  # type: ignore[misc]

        await self.store.update(write, grouped=True)
        await self.settle()

    async def invoke(self, node: Node, scope: str, name: str, qualifier: str | None, payload: bytes) -> Result:
        """The fake function."""
        self.events.append(json.loads(payload))
        records = self.events[-1]["Records"]
        self.calls.append([int(record["dynamodb"]["Keys"]["sk"]["N"]) for record in records])
        if self.gate is not None:
            await self.gate.wait()
        answer = self.behaviour(records)
        return answer if isinstance(answer, Result) else Result(answer)

    async def only_mapping(self) -> dict[str, Any]:
        """The one mapping that there is."""
        (found,) = (await mappings.list_event_source_mappings(self.call(), {}))["EventSourceMappings"]
        return dict(found)

    def number_of(self, number: int) -> str:
        """The sequence number under which the function got this item."""
        for event in self.events:
            for record in event["Records"]:
                if record["dynamodb"]["Keys"]["sk"]["N"] == str(number):
                    return str(record["dynamodb"]["SequenceNumber"])
        raise AssertionError(f"{number} was never delivered")

    async def attempts(self, uuid: str) -> list[dict[str, Any]]:
        """The lines of the mapping's attempt log."""

        def read(tx: Transaction) -> list[dict[str, Any]]:
            group = attempt_log.group_of(uuid)
            found = log_events.tail(tx, SCOPE, group, 0, 10_000)
            return [json.loads(event.message) for event in found]

        found: list[dict[str, Any]] = await self.store.view(read)
        return found

    def event_counts(self) -> dict[str, int]:
        """AWS's counts of events, as the node's meter has them."""
        lines = [line for line in self.node.meter.text(self.clock.now()).splitlines() if "_events_total{" in line]
        names = [line.partition("{")[0].removeprefix("tailrace_trigger_") for line in lines]
        return {n.removesuffix("_events_total"): int(line.split()[-1]) for n, line in zip(names, lines, strict=True)}

    async def settle(self) -> None:
        """Let everything run that doesn't wait for the clock."""
        for _ in range(self.settle_turns):
            await asyncio.sleep(0)

    async def advance(self, seconds: float, step: float = 0.25) -> None:
        """Move the clock on in steps."""
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            await self.settle()

    def delivered(self) -> list[int]:
        """All numbers in the order of their calls."""
        return [number for call in self.calls for number in call]


def numbers(records: list[dict[str, Any]]) -> list[int]:
    """The numbers of the records."""
    return [int(record["dynamodb"]["Keys"]["sk"]["N"]) for record in records]


def failing(*poisoned: int) -> Behaviour:
    """A function that raises where one of these is in its batch."""
    return lambda records: Result({}, "Unhandled") if set(numbers(records)) & set(poisoned) else None


def reporting(*poisoned: int) -> Behaviour:
    """A function that names the records that it can't do."""

    def answer(records: list[dict[str, Any]]) -> Any:
        bad = [r["dynamodb"]["SequenceNumber"] for r in records if numbers([r])[0] in poisoned]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}

    return answer


def throttled(records: list[dict[str, Any]]) -> Any:
    """A function that can't be called now."""
    raise ApiError("TooManyRequestsException", "Rate Exceeded.", status=429)


Opened = Callable[..., Awaitable[World]]
