"""What does a server cost that has triggers and nothing to do?

    python benchmarks/trigger_idle.py [--mappings 20] [--seconds 20] [--memory]

A server of its own, on a file unless --memory, with `mappings` tables, each with a stream of four shards and a mapping
that has delivered something once. Prints the processor time that the server and its idle functions take in `seconds` in
which nobody calls, as a share of one core: it hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_role, make_table, stream_arn

CODE = """
def handler(event, context):
    print("GOT", len(event["Records"]))
"""
SETTLE_SECONDS = 3.0


def prepare(server: RunningServer, mappings: int) -> None:
    """Tables, a function, and a mapping of each table to it, all of which have worked once."""
    dynamodb, lambda_, logs = (server.client(name) for name in ("dynamodb", "lambda", "logs"))
    role = make_role(server, "idle", reads="*")[1]
    function = make_function(server, "idle", CODE, role=role)
    for _ in range(mappings):
        table = make_table(server, "idle")
        stream = stream_arn(server, table)
        lambda_.create_event_source_mapping(
            EventSourceArn=stream, FunctionName=function, StartingPosition="TRIM_HORIZON"
        )
        for n in range(8):
            dynamodb.put_item(TableName=table, Item={"pk": {"S": f"item-{n}"}})

    def delivered() -> int:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern="GOT"
            )
            return sum(int(message.split()[-1]) for message in pages.search("events[].message") if message)
        except logs.exceptions.ResourceNotFoundException:
            return 0

    wait_until("the first deliveries", lambda: delivered() == 8 * mappings, 60)


def cpu(pid: int) -> float:
    """Processor seconds so far of a process and of the children that live."""
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)])


def share_of_a_core(pid: int, seconds: float) -> float:
    """Processor time in the next `seconds`, divided by the time that goes by; in percent."""
    began, before = time.monotonic(), cpu(pid)
    time.sleep(seconds)
    return (cpu(pid) - before) / (time.monotonic() - began) * 100


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mappings", type=int, default=20)
    arguments.add_argument("--seconds", type=float, default=20.0)
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer("memory:" if options.memory else folder)
        try:
            prepare(server, options.mappings)
            time.sleep(SETTLE_SECONDS)
            percent = round(share_of_a_core(server.process.pid, options.seconds), 2)
        finally:
            server.stop()
    print(f"{options.mappings} mappings, nothing to do: {percent} % of one core over {options.seconds:.0f} s")
    print(json.dumps({"mappings": options.mappings, "percent": percent}))


if __name__ == "__main__":
    main()
