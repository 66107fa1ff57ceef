"""What does a server cost that has tables and triggers and nothing to do, and do they make a GetItem dearer?

    python benchmarks/trigger_idle.py [--tables 1000] [--mappings 100] [--seconds 20] [--memory]

A server of its own, on a file unless --memory: measured with nothing in it, then with `tables` tables, then with as
many more as there are `mappings`, each with a stream of four shards and a mapping that has delivered something once.
Prints, for each of them: the processor time that the server and its idle functions take in `seconds` in which nobody
calls, as a share of one core; the memory that the server holds; the processor time of a GetItem; and how long the
server takes to start again with it all. Processor time hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_role

from benchmarks.compare import sending
from benchmarks.compare.signing import ACCESS_KEY, SECRET_KEY
from benchmarks.compare.workloads import WORKLOADS

CODE = """
def handler(event, context):
    print("GOT", len(event["Records"]))
"""
SETTLE_SECONDS = 3.0
GETITEM = WORKLOADS[0]
ITEMS = 1000


def port_of(server: RunningServer) -> int:
    return int(server.endpoint.rpartition(":")[2])


def make_tables(server: RunningServer, kind: str, tables: int, items: int, **more: Any) -> list[str]:
    """So many active tables, each with some items; the ARNs of their streams."""
    names = [f"{kind}-{n:05d}" for n in range(tables)]
    sending.send(
        port_of(server), [("CreateTable", {**GETITEM.table.request(), "TableName": name, **more}) for name in names]
    )
    dynamodb, streams = server.client("dynamodb"), []
    for name in names:
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        streams.append(dynamodb.describe_table(TableName=name)["Table"].get("LatestStreamArn", ""))
    puts = [{"TableName": name, "Item": {"pk": {"S": f"item-{n}"}}} for name in names for n in range(items)]
    sending.send(port_of(server), [("PutItem", put) for put in puts])
    return streams


def make_mappings(server: RunningServer, mappings: int) -> None:
    """Tables, a function, and a mapping of each table to it, all of which have worked once."""
    lambda_, logs = server.client("lambda"), server.client("logs")
    function = make_function(server, "idle", CODE, role=make_role(server, "idle", reads="*")[1])
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    for arn in make_tables(server, "mapped", mappings, 8, StreamSpecification=stream):
        lambda_.create_event_source_mapping(EventSourceArn=arn, FunctionName=function, StartingPosition="TRIM_HORIZON")

    def delivered() -> int:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern="GOT"
            )
            return sum(int(message.split()[-1]) for message in pages.search("events[].message") if message)
        except logs.exceptions.ResourceNotFoundException:
            return 0

    wait_until("the first deliveries", lambda: delivered() == 8 * mappings, 60 + mappings)


def cpu(pid: int) -> float:
    """Processor seconds so far of a process and of the children that live."""
    process = psutil.Process(pid)
    return float(sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)]))


def share_of_a_core(pid: int, seconds: float) -> float:
    """Processor time in the next `seconds`, divided by the time that goes by; in percent."""
    began, before = time.monotonic(), cpu(pid)
    time.sleep(seconds)
    return (cpu(pid) - before) / (time.monotonic() - began) * 100


def getitem_us(server: RunningServer, gets: int, idle_share: float) -> float:
    """The server's processor microseconds a GetItem, the least of three runs, without what it takes anyway."""
    found = []
    for _ in range(3):
        requests = GETITEM.take(ITEMS)[:gets]
        began, before = time.monotonic(), cpu(server.process.pid)
        sending.send(port_of(server), requests)
        spent = cpu(server.process.pid) - before - idle_share / 100 * (time.monotonic() - began)
        found.append(spent / gets * 1e6)
    return min(found)


def row(server: RunningServer, what: str, options: argparse.Namespace) -> str:
    """What the server costs as it is now."""
    time.sleep(min(SETTLE_SECONDS, options.seconds))
    share = share_of_a_core(server.process.pid, options.seconds)
    children = psutil.Process(server.process.pid).children(recursive=True)
    rss = psutil.Process(server.process.pid).memory_info().rss / 1e6
    get, again = getitem_us(server, options.gets, share), ""
    if not options.memory:
        server.stop()
        began = time.perf_counter()
        server.start()
        again = f"{time.perf_counter() - began:.2f} s, {cpu(server.process.pid):.2f} s"
    return f"| {what} | {share:.2f} % | {rss:.0f} MB | {len(children)} | {get:.0f} | {again} |"


def rows(options: argparse.Namespace) -> Iterator[str]:
    """A row of the table each for the empty server, the tables, the mappings."""
    with tempfile.TemporaryDirectory() as folder:
        data = "memory:" if options.memory else folder
        server = RunningServer(data, access_key=ACCESS_KEY, secret_key=SECRET_KEY)
        try:
            server.client("dynamodb").create_table(**GETITEM.table.request())
            server.client("dynamodb").get_waiter("table_exists").wait(TableName=GETITEM.table.name)
            sending.fill(port_of(server), GETITEM.table.name, GETITEM.table.fill(ITEMS))
            yield row(server, "one table", options)
            if options.tables:
                make_tables(server, "idle", options.tables, 1)
                yield row(server, f"and {options.tables:,} more", options)
            if options.mappings:
                make_mappings(server, options.mappings)
                yield row(server, f"and {options.mappings:,} with a mapping each", options)
        finally:
            server.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--tables", type=int, default=1000)
    arguments.add_argument("--mappings", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=20.0)
    arguments.add_argument("--gets", type=int, default=5000, help="GetItem whose cost is measured, three times")
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    table = [
        "| idle, on the server | of one core | memory | processes of functions | GetItem, processor us "
        "| starts again in (processor) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in rows(options):
        print(each, file=sys.stderr, flush=True)
        table.append(each)
    print("\n".join(table))


if __name__ == "__main__":
    main()
