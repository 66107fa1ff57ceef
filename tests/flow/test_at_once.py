"""Which requests are answered without a task: where that is wrong, something that needs one fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tailrace.gateway.gateway import Gateway
from tailrace.wire.http import HttpRequest
from tests.flow.in_process import in_process

HOST = {"host": "localhost:8000"}
URL = {"host": f"{'a' * 32}.lambda-url.us-east-1.localhost:8000"}


@pytest.mark.parametrize(
    ("path", "headers", "without"),
    [
        ("/", {**HOST, "x-amz-target": "DynamoDB_20120810.PutItem"}, True),
        ("/", {**HOST, "x-amz-target": "DynamoDB_20120810.CreateTable"}, False),
        ("/", HOST, False),
        ("/", {**URL, "x-amz-target": "DynamoDB_20120810.PutItem"}, False),
        (f"/_tailrace/url/{'a' * 32}/", {**HOST, "x-amz-target": "DynamoDB_20120810.PutItem"}, False),
    ],
)
async def test_calls_that_ask_the_store_alone_need_no_task(path: str, headers: dict[str, str], without: bool) -> None:
    request = HttpRequest("POST", path, "", headers, b"")
    async with in_process() as here:
        assert Gateway(here.node).answers_at_once(request) == without


async def test_where_the_store_is_a_database_each_request_has_a_task() -> None:
    request = HttpRequest("POST", "/", "", {**HOST, "x-amz-target": "DynamoDB_20120810.PutItem"}, b"")
    async with in_process() as here:
        here.node.config = replace(here.node.config, data="postgresql://nobody@nowhere/nothing")
        assert not Gateway(here.node).answers_at_once(request)
