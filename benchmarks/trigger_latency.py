"""How long from UpdateItem to the first line of the warm function that it triggers?

    python benchmarks/trigger_latency.py [--writes 500] [--rate 50] [--runtime python3.11] [--memory]

A server of its own, on a file unless --memory; one boto3 client that writes `rate` times a second, and a function that
logs the time of its first line. Both clocks are this machine's. Prints milliseconds (p50, p90, p99, maximum) since
two moments: the one at which the signed request leaves for the socket (`sent`), and the one at which the client has its
answer (`answered`): below zero, the function had started by then.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

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
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
WARM = 40


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted `values` lie."""
    return values[min(len(values) - 1, int(len(values) * share))]


class Writer:
    """A client that notes when each request is sent, and when it is answered (epoch seconds)."""

    def __init__(self, server: RunningServer, table: str, rate: float) -> None:
        self.table, self.pause = table, 1 / rate
        self.client = server.client("dynamodb")
        self.client.meta.events.register("before-send.dynamodb.UpdateItem", self._sending)
        self.sent: list[float] = []
        self.answered: list[float] = []

    def _sending(self, **_: Any) -> None:
        self.sent.append(time.time())

    def write(self, count: int) -> None:
        """So many writes, each at its time, or at once where the one before took longer."""
        due = time.monotonic()
        for n in range(len(self.sent), len(self.sent) + count):
            time.sleep(max(0.0, due - time.monotonic()))
            self.client.update_item(
                TableName=self.table,
                Key={"pk": {"S": f"item-{n % 4}"}},
                UpdateExpression="SET n = :n",
                ExpressionAttributeValues={":n": {"N": str(n)}},
            )
            self.answered.append(time.time())
            due += self.pause


def measure(server: RunningServer, runtime: str, writes: int, rate: float) -> dict[str, list[float]]:
    """Milliseconds to the start of each write's invocation, sorted, since it was `sent` and since it was `answered`."""
    table = make_table(server, "latency")
    arn = stream_arn(server, table)
    source = PYTHON if runtime.startswith("python") else NODE
    function = make_function(server, "latency", source, reads=arn, runtime=runtime)
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function, StartingPosition="TRIM_HORIZON", BatchSize=1
    )
    logs, writer = server.client("logs"), Writer(server, table, rate)

    def starts() -> dict[int, float]:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern="BEGUN"
            )
            lines = [m[m.index("BEGUN ") :].split() for m in pages.search("events[].message") if m]
        except logs.exceptions.ResourceNotFoundException:
            return {}
        return {int(n): float(at) for _, n, at in lines}

    writer.write(WARM)  # every shard's lane has its warm environment before the first write that counts
    wait_until("the warm-up", lambda: len(starts()) >= WARM)
    writer.write(writes)
    found = wait_until("every invocation", lambda: len(starts()) >= WARM + writes and starts())
    return {
        moment: sorted((found[n] - times[n]) * 1000 for n in range(WARM, WARM + writes))
        for moment, times in (("sent", writer.sent), ("answered", writer.answered))
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--writes", type=int, default=500)
    arguments.add_argument("--rate", type=float, default=50.0, help="writes a second")
    arguments.add_argument("--runtime", action="append", help="python3.11, nodejs20.x; may be repeated")
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for runtime in options.runtime or ["python3.11", "nodejs20.x"]:
        with tempfile.TemporaryDirectory() as folder:
            server = RunningServer("memory:" if options.memory else folder)
            try:
                late = measure(server, runtime, options.writes, options.rate)
            finally:
                server.stop()
        figures[runtime] = {
            moment: {name: round(percentile(values, share), 2) for name, share in SHARES.items()}
            for moment, values in late.items()
        }
        for moment, shown in figures[runtime].items():
            text = "  ".join(f"{name} {value:.2f}" for name, value in shown.items())
            print(
                f"{runtime:12} {options.writes} writes at {options.rate:.0f}/s, ms since {moment:8} {text}", flush=True
            )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
