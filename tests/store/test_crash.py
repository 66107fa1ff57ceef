"""SIGKILL at random moments, many times over: what was acknowledged stands, whole, once, and in order.

A child process writes with several concurrent writers and prints each acknowledgement; a print that came through is
a promise. A write whose acknowledgement the kill cut off may stand or not, but never by half.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import orjson

from tailrace import store
from tailrace.store import items
from tailrace.store.engine import Transaction
from tests.store.crash_table import INDEX, WRITERS, layout
from tests.store.tables import entry_key, everything, records

ROUNDS = 25
ROUND_SECONDS = (0.0, 0.2)


def write_until_killed(data: str) -> dict[str, int]:
    """Run the child, kill it at a random moment, and return the last count that each writer acknowledged."""
    command = [sys.executable, "-m", "tests.store.crash_writer", data]
    acknowledged: dict[str, int] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        killer = threading.Timer(random.uniform(*ROUND_SECONDS), child.kill)
        killer.start()
        for line in child.stdout:
            if line.endswith(b"\n"):  # the last one may be cut off
                name, count = line.decode().split()
                acknowledged[name] = int(count)
        killer.join()
    return acknowledged


def check(tx: Transaction, acknowledged: dict[str, int]) -> dict[str, int]:
    """Everything that has to agree; returns the counts that stand."""
    table = layout(tx)
    stored = [orjson.loads(row.body) for row in everything(tx, 1)]
    counts = {found["pk"]["S"][1:]: int(found["n"]["N"]) for found in stored}
    for name, count in acknowledged.items():
        assert counts[name] >= count, f"writer {name} was told {count}, and {counts[name]} stands"
    numbers = dict(tx.rows("SELECT name, value FROM counters WHERE name LIKE 'writes/%' LIMIT 1000"))
    assert numbers == {f"writes/{name}": count for name, count in counts.items()}

    images: dict[str, list[Any]] = {}
    assert table.stream is not None
    for shard in records(tx, table.stream.stream):
        assert [r.sequence - shard[0].sequence for r in shard] == list(range(len(shard))), "a gap in the numbers"
        for record in shard:
            content = orjson.loads(record.body)["dynamodb"]
            history = images.setdefault(content["NewImage"]["pk"]["S"][1:], [None])
            assert content.get("OldImage") == history[-1], "a record is missing, doubled or out of order"
            history.append(content["NewImage"])
    assert {name: len(history) - 1 for name, history in images.items()} == counts
    assert sorted(map(str, stored)) == sorted(str(history[-1]) for history in images.values())

    entries = everything(tx, INDEX.collection)
    assert [entry.key for entry in entries] == sorted(entry_key(table, INDEX, found) for found in stored)
    assert sorted(entry.body for entry in entries) == sorted(row.body for row in everything(tx, 1))
    for collection in (1, INDEX.collection):
        rows = everything(tx, collection)
        assert items.measure(tx, collection) == (len(rows), sum(row.size for row in rows))
    return counts


async def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    standing: dict[str, int] = {}
    answered = 0
    for _ in range(ROUNDS):
        acknowledged = write_until_killed(data)
        answered += sum(count - standing.get(name, 0) for name, count in acknowledged.items())
        place = await store.open(data)
        standing = await place.view(lambda tx, told={**standing, **acknowledged}: check(tx, told))
        assert await place.view(lambda tx: tx.row("PRAGMA integrity_check")) == ("ok",)
        await place.close()
    assert answered > ROUNDS * WRITERS, "hardly anything was written: the test proves nothing"
