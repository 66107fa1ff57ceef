"""How long from UpdateItem to the first line of the warm function that it triggers?

    python benchmarks/trigger_latency.py [--mappings 1,4,16] [--writes 500] [--rate 50]
                                         [--runtime python3.11] [--memory]

A server of its own, on a file unless --memory; one boto3 client that writes `rate` times a second, and a function that
logs the time of its first line. With several mappings the writes go to as many tables by turns, each with a stream and
a mapping of its own. Both clocks are this machine's. Prints milliseconds (p50, p90, p99, maximum) since
two moments: the one at which the signed request leaves for the socket (`sent`), and the one at which the client has its
answer (`answered`): below zero, the function had started by then.
"""

from __future__ import annotations

import argparse
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
    """A client that writes to its tables by turns, and notes when each request is sent and answered (epoch seconds)."""

    def __init__(self, server: RunningServer, tables: list[str], rate: float) -> None:
        self.tables, self.pause = tables, 1 / rate
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
                TableName=self.tables[n % len(self.tables)],
                Key={"pk": {"S": f"item-{n // len(self.tables) % 4}"}},
                UpdateExpression="SET n = :n",
                ExpressionAttributeValues={":n": {"N": str(n)}},
            )
            self.answered.append(time.time())
            due += self.pause


def measure(server: RunningServer, runtime: str, mappings: int, writes: int, rate: float) -> dict[str, list[float]]:
    """Milliseconds to the start of each write's invocation, sorted, since it was `sent` and since it was `answered`."""
    names = [make_table(server, "latency") for _ in range(mappings)]
    source = PYTHON if runtime.startswith("python") else NODE
    function = make_function(server, "latency", source, reads="*", runtime=runtime)
    for table in names:
        server.client("lambda").create_event_source_mapping(
            EventSourceArn=stream_arn(server, table),
            FunctionName=function,
            StartingPosition="TRIM_HORIZON",
            BatchSize=1,
        )
    logs, writer = server.client("logs"), Writer(server, names, rate)
    warm = WARM * mappings

    def starts() -> dict[int, float]:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern="BEGUN"
            )
            lines = [m[m.index("BEGUN ") :].split() for m in pages.search("events[].message") if m]
        except logs.exceptions.ResourceNotFoundException:
            return {}
        return {int(n): float(at) for _, n, at in lines}

    writer.write(warm)  # every shard's lane has its warm environment before the first write that counts
    wait_until("the warm-up", lambda: len(starts()) >= warm, 60)
    writer.write(writes)
    found = wait_until("every invocation", lambda: len(starts()) >= warm + writes and starts())
    return {
        moment: sorted((found[n] - times[n]) * 1000 for n in range(warm, warm + writes))
        for moment, times in (("sent", writer.sent), ("answered", writer.answered))
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--writes", type=int, default=500)
    arguments.add_argument("--rate", type=float, default=50.0, help="writes a second, on all tables together")
    arguments.add_argument("--mappings", default="1,4,16", help="counts of mappings, by comma")
    arguments.add_argument("--runtime", action="append", help="python3.11, nodejs20.x; may be repeated")
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    rows = [
        "| milliseconds to the function's first line | p50 | p90 | p99 | most |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for runtime in options.runtime or ["python3.11", "nodejs20.x"]:
        for mappings in map(int, options.mappings.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                server = RunningServer("memory:" if options.memory else folder)
                try:
                    late = measure(server, runtime, mappings, options.writes, options.rate)
                finally:
                    server.stop()
            for moment, values in late.items():
                shown = " | ".join(f"{percentile(values, share):.1f}" for share in SHARES.values())
                many = f"{mappings} mapping{'s' * (mappings > 1)}"
                rows.append(f"| {runtime}, {many}, since the request was {moment} | {shown} |")
                print(rows[-1], file=sys.stderr, flush=True)
    print("\n".join(rows))


if __name__ == "__main__":
    main()
