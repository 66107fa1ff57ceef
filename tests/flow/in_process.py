"""A node without HTTP, on a clock that a test moves: for what takes minutes or hours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson

from tailrace import kept_secrets, store
from tailrace.auth.vault import Vault
from tailrace.base.clock import MovableClock
from tailrace.base.config import Config
from tailrace.base.errors import ApiError
from tailrace.identity import Identity, Principal
from tailrace.operation import REGISTRY, Call, Node
from tailrace.services import dynamodb, logs, streams, tailrace
from tailrace.store import deliveries
from tailrace.workers.deliveries import HANDLERS

SERVICES = (dynamodb, logs, streams, tailrace)


class InProcess:
    """Calls operations by name, as the root."""

    def __init__(self, node: Node, clock: MovableClock) -> None:
        self.node, self.clock = node, clock
        account = node.config.account
        self.principal = Principal("root", account, f"arn:aws:iam::{account}:root", account, "root")

    async def call(self, service: str, name: str, **request: Any) -> dict[str, Any]:
        """The answer as a client would read it."""
        return cast("dict[str, Any]", orjson.loads(orjson.dumps(await self.open(service, name, **request))))

    async def open(self, service: str, name: str, **request: Any) -> dict[str, Any]:
        """The answer as the handler gives it, which may hold a stream."""
        operation = REGISTRY.find(service, name)
        assert operation
        call = Call(self.node, self.principal, service, name, self.node.config.region, "request")
        return await operation.handler(call, request)

    async def dynamodb(self, name: str, **request: Any) -> dict[str, Any]:
        return await self.call("dynamodb", name, **request)

    async def streams(self, name: str, **request: Any) -> dict[str, Any]:
        return await self.call("dynamodbstreams", name, **request)

    async def refusal(self, service: str, name: str, **request: Any) -> tuple[str, str]:
        """The code and the text that a call is refused with."""
        try:
            answer = await self.call(service, name, **request)
        except ApiError as error:
            return error.code, error.message
        raise AssertionError(f"{name} answered {answer}")

    async def table(self, name: str, **more: Any) -> None:
        """Create a table with the key `pk` and let the time go by that it takes."""
        key = {"AttributeName": "pk", "KeyType": "HASH"}
        defined = {"AttributeName": "pk", "AttributeType": "S"}
        parameters = {"KeySchema": [key], "AttributeDefinitions": [defined], "BillingMode": "PAY_PER_REQUEST"}
        await self.dynamodb("CreateTable", TableName=name, **{**parameters, **more})
        self.clock.advance(1)

    async def turn(self) -> None:
        """Let whatever is ready to run do so once."""
        await asyncio.sleep(0)

    async def deliver(self) -> list[str]:
        """Do the deliveries that are due, as the worker would; their kinds."""
        now = self.clock.now()
        due = await self.node.store.update(lambda tx: deliveries.claim(tx, tuple(HANDLERS), now, 100, 30))
        for each in due:
            await HANDLERS[each.kind](self.node, each)
        return [each.kind for each in due]


@asynccontextmanager
async def in_process(
    data: str = "memory:", clock: MovableClock | None = None, config: Config | None = None
) -> AsyncIterator[InProcess]:
    """A node on `data` with a clock that stands still until the test moves it."""
    clock = clock or MovableClock()
    place = await store.open(data)
    try:
        config = config or Config(data=data)
        vault = Vault(b"k" * 32)
        secret = await place.update(lambda tx: kept_secrets.session_secret(tx, vault))
        node = Node(config, clock, place, Identity(config, clock, ("test", "test"), secret, vault), cast("Any", None))
        yield InProcess(node, clock)
    finally:
        await place.close()
