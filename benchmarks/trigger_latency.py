"""How long from UpdateItem's answer to the start of the warm function it triggers?

    python benchmarks/trigger_latency.py [--writes 500] [--rate 20] [--runtime python3.11] [--memory]

A server of its own, on a file unless --memory; one client that writes `rate` times a second with the answer's time
noted, and a function that logs the time of its first line. Both clocks are this machine's. Prints p50, p90, p99 and the
maximum of (start of the function - answer of the write), in milliseconds; below zero means that the function started
before the client had its answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn

PYTHON = """
import time
def handler(event, context):
    now = time.time()
    for r in event["Records"]:
        print("BEGUN", r["dynamodb"]["NewImage"]["n"]["N"], repr(now))
"""
NODE = """
export const handler = async (event) => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    for (const r of event.Records) console.log("BEGUN", r.dynamodb.NewImage.n.N, now);
};
"""


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted `values` lie."""
    return values[min(len(values) - 1, int(len(values) * share))]


def measure(server: RunningServer, runtime: str, writes: int, rate: float) -> list[float]:
    """Milliseconds between each write's answer and the start of its invocation, sorted."""
    table = make_table(server, "latency")
    arn = stream_arn(server, table)
    source = PYTHON if runtime.startswith("python") else NODE
    function = make_function(server, "latency", source, reads=arn, runtime=runtime)
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function, StartingPosition="TRIM_HORIZON", BatchSize=1
    )
    dynamodb, logs = server.client("dynamodb"), server.client("logs")

    def write(n: int) -> float:
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": f"item-{n % 4}"}},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": str(n)}},
        )
        return time.time()

    def starts() -> dict[int, float]:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern="BEGUN"
            )
            lines = [m[m.index("BEGUN ") :].split() for m in pages.search("events[].message") if m]
        except logs.exceptions.ResourceNotFoundException:
            return {}
        return {int(n): float(at) for _, n, at in lines}

    warm = 40  # every shard's lane has its warm environment before the first write that counts
    for n in range(warm):
        write(n)
        time.sleep(1 / rate)
    wait_until("the warm-up", lambda: len(starts()) >= warm)
    answered = {}
    for n in range(warm, warm + writes):
        answered[n] = write(n)
        time.sleep(max(0.0, 1 / rate))
    found = wait_until("every invocation", lambda: len(starts()) >= warm + writes and starts())
    return sorted((found[n] - at) * 1000 for n, at in answered.items())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--writes", type=int, default=500)
    arguments.add_argument("--rate", type=float, default=20.0, help="writes a second")
    arguments.add_argument("--runtime", action="append", help="python3.11, nodejs20.x; may be repeated")
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    figures = {}
    for runtime in options.runtime or ["python3.11", "nodejs20.x"]:
        with tempfile.TemporaryDirectory() as folder:
            server = RunningServer("memory:" if options.memory else folder)
            try:
                late = measure(server, runtime, options.writes, options.rate)
            finally:
                server.stop()
        figures[runtime] = {
            name: round(percentile(late, share), 2)
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
        }
        print(
            f"{runtime:12} {options.writes} writes at {options.rate:.0f}/s, ms from answer to start:", figures[runtime]
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
