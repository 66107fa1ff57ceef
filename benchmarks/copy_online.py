"""How long is nobody served when a store moves to another engine by `tailrace copy --online`?

    python benchmarks/copy_online.py [--rate 300] [--items 20000] [--writers 4] [--runs 3] [--back]

A server on a folder (with --back: on PostgreSQL) has so many items of 300 bytes in a table with a stream, and writers
put more, so many a second in all. A second after the copy has said that it has caught up, the server is stopped as a
service manager does it, and the new one started at the same address when the command has ended. Timed from SIGTERM:

    stopped   the old server has ended: what it does at its end, with or without a copy
    copied    the command has ended: the last changes, the counts, its own end
    started   the new server says that it is ready
    served    a writer has its first answer from it

`beyond` is what the copy adds to a server's own stop and start: copied - stopped. `gap` is the longest time without an
answer that a writer has seen. In the end all that was acknowledged is looked for.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conftest import RunningServer
from tests.flow.functions import make_table
from tests.postgres import Databases

KEY = "5e" * 32
BODY = "x" * 300
BATCH = 25
AGAIN_SECONDS = 0.2  # of a client whose server is away


class Moved(NamedTuple):
    """Seconds since SIGTERM."""

    stopped: float
    copied: float
    started: float
    served: float
    gap: float
    behind: int


class Writer(threading.Thread):
    """Puts items at a rate, and goes on trying while nobody answers at its address."""

    def __init__(self, server: RunningServer, table: str, number: int, rate: float) -> None:
        super().__init__()
        self._client = server.client("dynamodb", connect_timeout=1, read_timeout=5)
        self._table, self._number, self._pause = table, number, 1 / rate
        self.answered: list[float] = []
        self.ending = threading.Event()

    def run(self) -> None:
        due = time.monotonic()
        while not self.ending.is_set():
            name = f"w{self._number}-{len(self.answered)}"
            try:
                self._client.put_item(TableName=self._table, Item={"pk": {"S": name}, "body": {"S": BODY}})
            except (BotoCoreError, ClientError):
                time.sleep(AGAIN_SECONDS)
                continue
            self.answered.append(time.monotonic())
            due = max(due + self._pause, self.answered[-1] - 1)
            self.ending.wait(max(0.0, due - self.answered[-1]))


def fill(server: RunningServer, items: int) -> str:
    """A table with a stream, and so many items in it; its name."""
    table = make_table(server, "moved")
    client = server.client("dynamodb")
    for first in range(0, items, BATCH):
        puts = [{"PutRequest": {"Item": {"pk": {"S": f"old{first + n}"}, "body": {"S": BODY}}}} for n in range(BATCH)]
        client.batch_write_item(RequestItems={table: puts})
    return table


def move(source: str, target: str, items: int, rate: float, writers: int) -> Moved:
    """One move."""
    server = RunningServer(source, sealing_key=KEY)
    port = server.endpoint.rpartition(":")[2]
    table = fill(server, items)
    working = [Writer(server, table, number, rate / writers) for number in range(writers)]
    for each in working:
        each.start()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tailrace", "copy", "--online", source, target]
    copy = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert copy.stdout
        line = ""
        while "Caught up" not in line:
            line = copy.stdout.readline()
            assert line, "the command has ended"
        time.sleep(1)
        begun = time.monotonic()
        assert server.stop() == 0
        stopped = time.monotonic()
        assert copy.wait(120) == 0
        copied = time.monotonic()
        server = RunningServer(target, "--port", port, sealing_key=KEY)
        started = time.monotonic()
        while all(each.answered[-1] < copied for each in working):
            time.sleep(0.001)
        served = min(each.answered[-1] for each in working if each.answered[-1] > copied)
        time.sleep(0.5)
        for each in working:
            each.ending.set()
            each.join()
        gap = max(max(b - a for a, b in zip(each.answered, each.answered[1:], strict=False)) for each in working)
        check(server, table, items, working)
        times = (each - begun for each in (stopped, copied, started, served))
        return Moved(*times, gap, int(line.split(",")[1].split()[0]))
    finally:
        for each in working:
            each.ending.set()
            each.join()
        server.kill()
        copy.kill()
        copy.wait(10)
        assert copy.stdout
        copy.stdout.close()


def check(server: RunningServer, table: str, items: int, writers: list[Writer]) -> None:
    """All that was acknowledged is there."""
    pages = server.client("dynamodb").get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk")
    found = {item["pk"]["S"] for page in pages for item in page["Items"]}
    written = {f"w{number}-{n}" for number, each in enumerate(writers) for n in range(len(each.answered))}
    missing = written - found
    assert not missing, f"{len(missing)} of {len(written)} writes are missing, {sorted(missing)[:3]}"
    assert sum(name.startswith("old") for name in found) == -(-items // BATCH) * BATCH


def row(moved: Moved) -> str:
    """A row of the table."""
    times = (*moved[:4], moved.copied - moved.stopped, moved.gap)
    return f"| {' | '.join(f'{each:.2f}' for each in times)} | {moved.behind} |"


def rows(options: argparse.Namespace) -> Iterator[str]:
    """The table: a row for each run, and one of the medians."""
    databases, found = Databases(), []
    try:
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory() as folder:
                places = [str(Path(folder) / "data"), databases.new_undivided()]
                source, target = reversed(places) if options.back else places
                found.append(move(source, target, options.items, options.rate, options.writers))
                yield row(found[-1])
        if options.runs > 1:
            yield row(Moved(*map(statistics.median, zip(*found, strict=True))))
    finally:
        databases.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=300, help="writes a second")
    parser.add_argument("--items", type=int, default=20_000, help="that are there before")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--back", action="store_true", help="from PostgreSQL to a folder")
    print("| stopped | copied | started | served | beyond | gap | changes behind |")
    print("|---|---|---|---|---|---|---|")
    for each in rows(parser.parse_args()):
        print(each, flush=True)


if __name__ == "__main__":
    main()
