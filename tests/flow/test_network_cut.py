"""A node that the network takes away from the database: it says so, others do its work, and it comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.many_nodes import Nodes, Writers, said, seen_whole, trigger
from tests.postgres import Databases
from tests.proxy import Proxy

KEYS = 4
SINCE = {f"since-{n}" for n in range(16)}  # written while it is cut off, to all shards


@pytest.fixture
def proxy(databases: Databases) -> Iterator[Proxy]:
    made = Proxy(databases.new())
    yield made
    made.close()


def status(server: RunningServer, table: str, key: str = "probe") -> int:
    """What a write is answered with; the client gives up after 60 seconds."""
    client = server.client("dynamodb", attempts=1, read_timeout=60)
    try:
        client.put_item(TableName=table, Item={"pk": {"S": key}, "n": {"N": "1"}})
    except ClientError as error:
        answered: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return answered
    return 200


@pytest.mark.parametrize("how", ["cut", "swallow"])
def test_a_node_that_is_cut_off_is_stood_in_for(proxy: Proxy, how: str) -> None:
    nodes = Nodes(proxy.url, proxy.direct, proxy.direct)
    cut_off, beside, _ = nodes.servers
    try:
        table, function = trigger(cut_off, BatchSize=10)
        writers = Writers(nodes, table, KEYS)
        try:
            wait_until("the first records", lambda: len(said(beside, function)) > 20)
            getattr(proxy, how)()
            assert status(cut_off, table) in (500, 503)
            assert status(cut_off, table) == 503  # by now it knows, so no commit is in doubt
            assert [status(beside, table, key) for key in SINCE] == [200] * len(SINCE)
            wait_until("records of all shards", lambda: {key for key, _ in said(beside, function)} >= SINCE)
            proxy.heal()
            wait_until("its return", lambda: status(cut_off, table) == 200)
        finally:
            proxy.heal()
            writers.end()
        wait_until("all records", lambda: seen_whole(beside, table, function, KEYS))
        for key, count in writers.acknowledged.items():
            item = cut_off.client("dynamodb", attempts=8).get_item(TableName=table, Key={"pk": {"S": key}})["Item"]
            assert int(item["n"]["N"]) >= count, "an acknowledged write was lost"
    finally:
        nodes.close()
