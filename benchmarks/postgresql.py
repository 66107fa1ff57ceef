"""Writes to a table with a stream on PostgreSQL, from 1, 2 and 4 processes, beside what the database itself can do.

The ceiling is pgbench: the same read-modify-write of the same rows, the shard's counter and the record, as prepared
statements without any Python. Beside it writes in groups, as the server does them, and each in a transaction of its
own. All run by turns on one cluster, which is made for this and syncs its commits.

    python benchmarks/postgresql.py --seconds 5
    python benchmarks/postgresql.py --batch     # batches and transactions instead
    python benchmarks/postgresql.py --seconds 5 --url postgresql://...   # an empty store there, distributed or not

Where a URL is given, pgbench isn't run, and nobody looks at the log: other machines may have parts of it.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import postgresql_batches
import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.postgres import cluster, programs

from tailrace import store
from tailrace.expression import keys
from tailrace.store import changes, items, resources
from tailrace.store.engine import Transaction
from tailrace.store.image import Image
from tailrace.store.layout import KeyAttribute, StreamLayout, TableLayout

KEYS = 1000
BODY = "x" * 300
PK = KeyAttribute("pk", "S")
RAW = """
\\set key random(1, 1000)
\\set shard random(1, {shards})
BEGIN;
SELECT body, size FROM items WHERE collection = 2
  AND key = decode(lpad(to_hex((:key)::bigint), 16, '0'), 'hex') FOR UPDATE;
UPDATE items SET body = decode(repeat('78', 300), 'hex') WHERE collection = 2
  AND key = decode(lpad(to_hex((:key)::bigint), 16, '0'), 'hex');
UPDATE shards SET latest = latest + 1 WHERE shard = 1000 + :shard;
INSERT INTO changes (sequence, created, body)
  SELECT latest, 1.0, decode(repeat('78', 800), 'hex') FROM shards WHERE shard = 1000 + :shard;
COMMIT;
"""


def layout(stream: StreamLayout) -> TableLayout:
    return TableLayout("t", "s", 1, PK, stream=stream)


def work(url: str, stream: StreamLayout, seconds: float, clients: int, seed: int, grouped: bool, found: Any) -> None:
    """One process: `clients` callers that write without a pause. Puts (writes, reads, latencies in ms) into `found`."""

    async def run() -> None:
        place = await store.open(url)
        table, latencies, counts = layout(stream), [], [0, 0]

        def write(key: str) -> Any:
            stored = keys.item_key([{"S": key}])

            def change(tx: Transaction) -> None:
                resources.get(tx, "bench", "s", "table")

                def up(old: Image) -> Image:
                    number = int(old.item["n"]["N"]) + 1 if old.item else 1
                    return Image({"pk": {"S": key}, "n": {"N": str(number)}, "body": {"S": BODY}})

                items.change(tx, table, stored, up, 1.0)

            return change

        def read(key: str) -> Any:
            stored = keys.item_key([{"S": key}])

            def look(tx: Transaction) -> Any:
                resources.get(tx, "bench", "s", "table")
                return items.get(tx, table, stored)

            return look

        async def loop(until: float, number: int, kind: int) -> None:
            turn = seed * 7919 + number * 104_729
            while time.perf_counter() < until:
                turn += 1
                began = time.perf_counter()
                key = f"k{turn % KEYS}"
                if kind:
                    await place.view(read(key))
                else:
                    await place.update(write(key), locked=True, grouped=grouped)
                    latencies.append((time.perf_counter() - began) * 1000)
                counts[kind] += 1

        for kind in (0, 1):
            until = time.perf_counter() + seconds
            await asyncio.gather(*(loop(until, number, kind) for number in range(clients)))
        await place.close()
        found.put((counts[0] / seconds, counts[1] / seconds, latencies))

    asyncio.run(run())


async def prepare(url: str, shards: int) -> StreamLayout:
    place = await store.open(url)

    def make(tx: Transaction) -> StreamLayout:
        resources.put(tx, "bench", "s", "table", {"v": 1})
        for number in range(1, KEYS + 1):
            tx.do(
                "INSERT INTO items (collection, key, body, size) VALUES (2, ?, ?, 300) "
                "ON CONFLICT (collection, key) DO NOTHING",
                *(number.to_bytes(8, "big"), BODY.encode()),
            )
        for number in range(1, shards + 1):
            shard, start = 1000 + number, changes.first_number(1000 + number)
            tx.do(
                "INSERT INTO shards (shard, stream, name, low, high, opened, start, latest, trimmed) "
                "VALUES (?, 1000, ?, '0', '0', 0.0, ?, ?, ?) ON CONFLICT (shard) DO NOTHING",
                *(shard, f"raw-{number}", start, start, start),
            )
        return changes.open_stream(tx, changes.fitting(tx, shards), "NEW_AND_OLD_IMAGES", 1.0)

    stream = await place.update(make)
    await place.close()
    return stream


def measure(
    url: str, stream: StreamLayout, processes: int, seconds: float, clients: int, *, grouped: bool
) -> tuple[float, float, float]:
    """Writes and reads a second of all processes together, and the median latency of a write in ms."""
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    running = [
        context.Process(target=work, args=(url, stream, seconds, clients, seed, grouped, found))
        for seed in range(processes)
    ]
    for each in running:
        each.start()
    results = [found.get() for _ in running]
    for each in running:
        each.join()
    together = [each for _, _, latencies in results for each in latencies]
    return sum(r[0] for r in results), sum(r[1] for r in results), statistics.median(together)


def ceiling(url: str, shards: int, seconds: int, clients: int) -> float:
    """What pgbench does a second."""
    place = programs()
    assert place
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(RAW.format(shards=shards))
        script.flush()
        command = [str(place / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds)]
        done = subprocess.run([*command, "-f", script.name, url], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])


def written(url: str) -> int:
    """How many bytes the cluster has written to its log."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint").fetchone()
        assert row
        return int(row[0])


def there(options: argparse.Namespace) -> None:
    """Measure a database that is there."""
    stream = asyncio.run(prepare(options.url, options.shards))
    print(f"{len(stream.shards)} shards")
    print("processes   in groups   one by one   median ms   one by one   reads/s")
    for processes in (1, 2, 4):
        each = (options.url, stream, processes, options.seconds, options.clients // processes)
        alone, _, slower = measure(*each, grouped=False)
        writes, reads, median = measure(*each, grouped=True)
        print(f"{processes:9} {writes:11.0f} {alone:12.0f} {median:11.1f} {slower:12.1f} {reads:9.0f}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=5)
    asked.add_argument("--clients", type=int, default=32, help="callers of all processes together")
    asked.add_argument("--shards", type=int, default=4)
    asked.add_argument("--batch", action="store_true", help="measure batches and transactions")
    asked.add_argument("--url", help="a database that is there, in place of a cluster of its own")
    options = asked.parse_args()
    if options.url:
        there(options)
        return
    base = cluster(fsync="on", full_page_writes="on", shared_buffers="256MB")
    try:
        if options.batch:
            asyncio.run(postgresql_batches.run(base.url, options.seconds, options.clients))
            return
        stream = asyncio.run(prepare(base.url, options.shards))
        print("processes   in groups   one by one   pgbench   median ms   one by one   reads/s   log bytes/write")
        for processes in (1, 2, 4):
            top = ceiling(base.url, options.shards, options.seconds, options.clients)
            each = (base.url, stream, processes, options.seconds, options.clients // processes)
            alone, _, slower = measure(*each, grouped=False)
            before = written(base.url)
            writes, reads, median = measure(*each, grouped=True)
            log = (written(base.url) - before) / (writes * options.seconds)
            print(
                f"{processes:9} {writes:11.0f} {alone:12.0f} {top:9.0f} {median:11.1f} {slower:12.1f} "
                f"{reads:9.0f} {log:17.0f}"
            )
    finally:
        base.remove()


if __name__ == "__main__":
    main()
