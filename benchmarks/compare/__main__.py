"""The command line: which workloads and peers, how long, how often."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.compare import load, report
from benchmarks.compare.peers import PEERS, ROOT, Peer, Running
from benchmarks.compare.report import OURS, Facts, Results
from benchmarks.compare.signing import signed
from benchmarks.compare.workloads import WORKLOADS, Item, Table, Workload, item, key_of

DURABLE_WRITES = 200
FILL_BATCH = 25


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", help="workloads, by comma: " + ", ".join(w.name for w in WORKLOADS))
    parser.add_argument("--peers", help="peers beside Tailrace and the ceiling, by comma; `none` for none")
    parser.add_argument("--classes", default="memory,file", help="memory, file or both, by comma")
    parser.add_argument("--connections", default="1,32", help="counts of connections, by comma")
    parser.add_argument("--items", type=int, default=1000, help="items in the plain table")
    parser.add_argument("--seconds", type=float, default=3.0, help="of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def chosen_peers(wanted: str | None, kinds: Sequence[str]) -> list[Peer]:
    """Ours, the ceiling, and the peers that were named, in the classes that were named."""
    always = (OURS, report.NOT_A_PEER)
    names = None if wanted is None else {*always, *wanted.split(",")}
    return [peer for peer in PEERS if peer.kind in kinds and (names is None or peer.name in names)]


def fill(running: Running, table: Table, items: int) -> None:
    """Make the table and put in what stands in it before."""
    client = running.client()
    client.create_table(**table.request())
    client.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})
    source = table.fill(items)
    while batch := list(islice(source, FILL_BATCH)):
        for part in _under_limit(batch):
            _put(client, table.name, part)


def _under_limit(batch: list[Item]) -> Iterator[list[Item]]:
    large = len(batch[0]["body"]["S"]) > 10_000
    for first in range(0, len(batch), 5 if large else FILL_BATCH):
        yield batch[first : first + (5 if large else FILL_BATCH)]


def _put(client: Any, table: str, items: list[Item]) -> None:
    left = {table: [{"PutRequest": {"Item": one}} for one in items]}
    while left:
        left = client.batch_write_item(RequestItems=left).get("UnprocessedItems")


def survives_kill(running: Running) -> bool:
    """Whether every write that was acknowledged right before SIGKILL is there after a restart."""
    client = running.client()
    for number in range(DURABLE_WRITES):
        client.put_item(TableName="bench", Item=item(key_of(50_000_000 + number), 1000))
    running.kill()
    try:
        running.start()
        client = running.client()
        return all(
            "Item" in client.get_item(TableName="bench", Key=key_of(50_000_000 + n), ConsistentRead=True)
            for n in range(DURABLE_WRITES)
        )
    except (RuntimeError, BotoCoreError, ClientError):
        return False


def start_all(peers: list[Peer], tables: list[Table], items: int, place: Path, results: Results) -> dict[str, Running]:
    """Every server that can be had, started and filled; who can't is noted."""
    servers: dict[str, Running] = {}
    for peer in peers:
        program = peer.program()
        facts = results.facts.setdefault(peer.title, Facts(note=peer.note))
        if program is None:
            facts.note = "not to be had on this machine"
            continue
        try:
            running = Running(peer, program, place / peer.title.replace(" ", "-"))
            facts.start_s = running.start_s
            servers[peer.title] = running
            for table in tables:
                print(f"filling {table.name} of {peer.title}", file=sys.stderr)
                fill(running, table, items)
        except (RuntimeError, BotoCoreError, ClientError) as error:
            facts.note = str(error)[:60]
            if peer.title in servers:
                servers.pop(peer.title).kill()
    return servers


def measure(
    servers: dict[str, Running], workload: Workload, connections: int, options: argparse.Namespace, results: Results
) -> None:
    """The rounds of one workload: each server in turn, then again."""
    for _ in range(options.rounds):
        requests = signed(workload.take(options.items))
        for title, running in servers.items():
            try:
                measured = load.run(running.port, requests, connections, options.seconds)
            except Exception as error:  # noqa: BLE001 - a server that falls over loses its column, not the whole run
                print(f"{title}, {workload.name}: {error}", file=sys.stderr)
                continue
            results.add(workload, connections, running.peer, measured)
            failed = f", {measured.failed} failed" if measured.failed else ""
            print(
                f"{workload.name:>14} {connections:>3} {title:<24} {measured.per_second:>10,.0f}/s "
                f"p50 {measured.p50_ms:.2f} p99 {measured.p99_ms:.2f} ms{failed}",
                file=sys.stderr,
            )


def main() -> None:
    options = arguments()
    names = options.only.split(",") if options.only else [w.name for w in WORKLOADS]
    workloads = [w for w in WORKLOADS if w.name in names]
    connections = [int(count) for count in options.connections.split(",")]
    peers = chosen_peers(options.peers, options.classes.split(","))
    tables = list(dict.fromkeys([*(w.table for w in workloads), WORKLOADS[0].table]))
    results = Results(options.items)
    place = Path(tempfile.mkdtemp(prefix="tailrace-bench-"))
    servers: dict[str, Running] = {}
    try:
        servers = start_all(peers, tables, options.items, place, results)
        for workload in workloads:
            for count in connections:
                measure(servers, workload, count, options, results)
        for title, running in servers.items():
            facts = results.facts[title]
            facts.memory_mb, facts.disk_mb = running.memory_mb(), running.disk_mb()
            if running.peer.kind == "file":
                facts.survives_kill = survives_kill(running)
    finally:
        for running in servers.values():
            with suppress(Exception):
                running.kill()
        shutil.rmtree(place, ignore_errors=True)
    report.show(results, workloads, connections, peers)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M")
    print("saved", report.save(results, workloads, connections, options.output, f"compare-{stamp}"))


if __name__ == "__main__":
    main()
