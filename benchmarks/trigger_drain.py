"""How long does a burst of records take to reach a function, in batches of a hundred?

    python benchmarks/trigger_drain.py [--mappings 1,4,16] [--records 5000] [--batch 100] [--runs 3]
                                       [--runtime python3.11] [--memory]

A server of its own, on a file unless --memory, with a table of four shards for each mapping, and a warm function that
logs how many records it got. Twice, because "a burst" can mean two things:

    backlog   the records are there, the mappings are enabled: from the first request that enables one
    live      the mappings are enabled, the records are written: from the first request, sent by four connections

both until the last invocation's REPORT. Writes are BatchWriteItem of 25, signed beforehand, so that the client costs
little. `cpu` is the processor time of the server and of all its functions meanwhile: unlike the seconds, it hardly
depends on what else the machine does. Prints the best of the runs, and all.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn

WRITE_BATCH, CONNECTIONS, WARM = 25, 4, 400
PYTHON = """
def handler(event, context):
    print("GOT", len(event["Records"]))
"""
NODE = """
export const handler = async (event) => console.log("GOT", event.Records.length);
"""


class Drained(NamedTuple):
    """One burst: seconds from its beginning to its end, and the processor seconds of the server and its functions."""

    seconds: float
    server_cpu: float
    function_cpu: float


class Burst:
    """Tables, their streams, a mapping of each to one function, and bursts of records from all of them to it."""

    def __init__(self, server: RunningServer, runtime: str, mappings: int, records: int, batch: int) -> None:
        self.server, self.records = server, records
        self.dynamodb, self.lambda_, self.logs = (server.client(n) for n in ("dynamodb", "lambda", "logs"))
        self.tables = [make_table(server, "drain") for _ in range(mappings)]
        source = PYTHON if runtime.startswith("python") else NODE
        self.function = make_function(server, "drain", source, reads="*", runtime=runtime)
        self.mappings = [
            self.lambda_.create_event_source_mapping(
                EventSourceArn=stream_arn(server, table),
                FunctionName=self.function,
                StartingPosition="TRIM_HORIZON",
                BatchSize=batch,
            )["UUID"]
            for table in self.tables
        ]
        self.sent = 0
        self.process = psutil.Process(server.process.pid)
        send(self.server, self.requests(WARM * mappings))
        self.wait_for_all()

    def requests(self, records: int) -> list[AWSPreparedRequest]:
        """Signed requests that write so many new records, to the tables by turns."""
        prepared: list[AWSPreparedRequest] = []

        def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            prepared.append(request)
            return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, Answer())

        client = self.server.client("dynamodb")
        client.meta.events.register("before-send.dynamodb.BatchWriteItem", keep)
        for turn, first in enumerate(range(self.sent, self.sent + records, WRITE_BATCH)):
            items = [
                {"PutRequest": {"Item": {"pk": {"S": f"item-{n}"}, "text": {"S": "x" * 200}}}}
                for n in range(first, min(first + WRITE_BATCH, self.sent + records))
            ]
            client.batch_write_item(RequestItems={self.tables[turn % len(self.tables)]: items})
        self.sent += records
        return prepared

    def events(self, pattern: str) -> list[dict[str, Any]]:
        """The function's log events with a text."""
        try:
            pages = self.logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{self.function}", filterPattern=pattern
            )
            return [event for page in pages for event in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    def wait_for_all(self) -> tuple[float, tuple[float, float]]:
        """Wait until the function has got every record; when its last invocation ended, and `cpu` by then."""
        while True:
            time.sleep(1)  # looking costs the server time, too: not while it is at work
            spent = self.cpu()
            if sum(int(event["message"].split()[-1]) for event in self.events("GOT")) >= self.sent:
                break
        return max(event["timestamp"] for event in self.events("REPORT")) / 1000, spent

    def switch(self, on: bool) -> None:
        """Enable or disable the mappings; disabled, they have stopped when this returns."""
        for mapping in self.mappings:
            self.lambda_.update_event_source_mapping(UUID=mapping, Enabled=on)
        for mapping in [] if on else self.mappings:
            wait_until(
                "Disabled",
                lambda mapping=mapping: self.lambda_.get_event_source_mapping(UUID=mapping)["State"] == "Disabled",
            )

    def cpu(self) -> tuple[float, float]:
        """Processor seconds so far: the server's, and those of its functions that live."""
        spent = [sum(each.cpu_times()[:2]) for each in [self.process, *self.process.children(recursive=True)]]
        return spent[0], sum(spent[1:])

    def measured(self, begin: Any) -> Drained:
        """Run `begin`, which sets a burst off, and wait for its end."""
        before, began = self.cpu(), time.time()
        begin()
        ended, after = self.wait_for_all()
        return Drained(ended - began, after[0] - before[0], after[1] - before[1])

    def backlog(self) -> Drained:
        """The records are there before the mapping is enabled."""
        self.switch(False)
        send(self.server, self.requests(self.records))
        return self.measured(lambda: self.switch(True))

    def live(self) -> Drained:
        """The records are written while the mapping is enabled."""
        requests = self.requests(self.records)
        return self.measured(lambda: send(self.server, requests))


class Answer:
    """What a request that isn't sent yet is answered with, so that its client goes on."""

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [b'{"UnprocessedItems":{}}']


def send(server: RunningServer, requests: list[AWSPreparedRequest]) -> None:
    """Send requests by several connections; returns when all are answered."""
    place = urlsplit(server.endpoint)

    def work(mine: list[AWSPreparedRequest]) -> None:
        connection = http.client.HTTPConnection(place.hostname or "", place.port)
        for request in mine:
            headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
            connection.request("POST", "/", request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            assert b'"UnprocessedItems":{}' in body, body
        connection.close()

    threads = [threading.Thread(target=work, args=(requests[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rows(runtime: str, mappings: int, options: argparse.Namespace) -> list[str]:
    """Measure, and tell: a row of the table for each kind of burst."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer("memory:" if options.memory else folder)
        try:
            burst = Burst(server, runtime, mappings, options.records, options.batch)
            for kind, run in (("backlog", burst.backlog), ("live", burst.live)):
                runs = [run() for _ in range(options.runs)]
                best, cpu = min(runs), min(runs, key=lambda each: each.server_cpu)
                many = f"{mappings} mapping{'s' * (mappings > 1)}"
                found.append(
                    f"| {runtime}, {many}, {kind} | {best.seconds:.2f} | {options.records / best.seconds:,.0f} "
                    f"| {cpu.server_cpu:.2f}, {cpu.function_cpu:.2f} |"
                )
                print(found[-1], "of", ", ".join(f"{e.seconds:.2f}" for e in runs), file=sys.stderr, flush=True)
        finally:
            server.stop()
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mappings", default="1,4,16", help="counts of mappings, by comma")
    arguments.add_argument("--records", type=int, default=5000)
    arguments.add_argument("--batch", type=int, default=100, help="the mappings' BatchSize")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--runtime", action="append", help="python3.11, nodejs20.x; may be repeated")
    arguments.add_argument("--memory", action="store_true", help="no file, no sync")
    options = arguments.parse_args()
    table = [
        f"| {options.records:,} records, batches of up to {options.batch} | seconds | records/s | processor seconds: "
        "server, functions |",
        "| --- | ---: | ---: | ---: |",
    ]
    for runtime in options.runtime or ["python3.11", "nodejs20.x"]:
        for mappings in map(int, options.mappings.split(",")):
            table += rows(runtime, mappings, options)
    print("\n".join(table))


if __name__ == "__main__":
    main()
