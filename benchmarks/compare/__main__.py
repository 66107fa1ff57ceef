"""The command line: which workloads and peers, tables of which sizes, how long, how often."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import compiled_modules
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.compare import chart, load, sending, tables
from benchmarks.compare.peers import PEERS, ROOT, Peer, Running, this_checkout
from benchmarks.compare.results import INTERPRETED, NOT_A_PEER, OURS, Facts, Results, about, read, save
from benchmarks.compare.signers import SIGNERS
from benchmarks.compare.signing import Keys, signed
from benchmarks.compare.workloads import WORKLOADS, Table, Workload, item, key_of

DURABLE_WRITES = 200
QUIET_SECONDS, QUIET_SHARE = 0.5, 0.05
SIGNED_SECONDS_MAX = 300  # a machine may sleep in a round, and signatures run out after 15 minutes
PAGE, PAGE_CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.png"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", help="workloads, by comma: " + ", ".join(w.name for w in WORKLOADS))
    parser.add_argument("--peers", help="peers beside Tailrace and the ceiling, by comma; `none`; or `alone`")
    parser.add_argument("--signer", choices=SIGNERS, default="root", help="who signs; only ours knows others than root")
    parser.add_argument("--interpreted", action="store_true", help="ours is this checkout, and nothing is compiled")
    parser.add_argument("--classes", default="memory,file", help="memory, file or both, by comma")
    parser.add_argument("--connections", default="1,32", help="counts of connections, by comma")
    parser.add_argument("--items", default="1000", help="items in the tables; 1000,100000,1000000 tells what grows")
    parser.add_argument("--seconds", type=int, default=2, help="of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--without-chart", action="store_true", help="for who has no matplotlib")
    parser.add_argument("--saved", type=Path, help="show a JSON that was saved, and measure nothing")
    parser.add_argument("--page", action="store_true", help="write figures and chart into docs/performance.md, too")
    return parser.parse_args()


def chosen_workloads(wanted: str | None) -> list[Workload]:
    """Those that were named; all without names. Ends the program at a name that isn't one."""
    names = wanted.split(",") if wanted else [w.name for w in WORKLOADS]
    if unknown := set(names) - {w.name for w in WORKLOADS}:
        sys.exit(f"no such workload: {', '.join(sorted(unknown))}")
    return [w for w in WORKLOADS if w.name in names]


def chosen_peers(wanted: str | None, kinds: Sequence[str]) -> list[Peer]:
    """Ours, the ceiling (unless ours is `alone`) and the peers that were named, in the classes that were named."""
    always = (OURS,) if wanted == "alone" else (OURS, NOT_A_PEER)
    names = None if wanted is None else {*always, *wanted.split(",")}
    if unknown := (names or set()) - {"none", "alone", *(peer.name for peer in PEERS)}:
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}")
    return [peer for peer in PEERS if peer.kind in kinds and (names is None or peer.name in names)]


def uncompiled(peers: Sequence[Peer], why: str) -> list[Peer]:
    """The peers with this checkout as ours, and no interpreted one beside it."""
    ours = [replace(peer, program=this_checkout, note=why) if peer.name == OURS else peer for peer in peers]
    return [peer for peer in ours if peer.name != INTERPRETED]


def fill(running: Running, table: Table, items: int) -> None:
    """Make the table and put in what stands in it before."""
    client = running.client()
    client.create_table(**table.request())
    client.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})
    sending.fill(running.port, table.name, table.fill(items))


def settle(running: Running, tries: int = 40) -> None:
    """Wait until what the filling has left to do, such as a checkpoint, is done: it isn't the first workload's.

    So with the disk: what a server hasn't synced the system would write in the middle of a measurement.
    """
    for _ in range(tries):
        before = running.cpu_seconds()
        time.sleep(QUIET_SECONDS)
        if running.cpu_seconds() - before < QUIET_SECONDS * QUIET_SHARE:
            break
    running.sync()


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


def start_all(peers: list[Peer], filled: list[Table], place: Path, results: Results, signer: str) -> dict[str, Running]:
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
            for table in filled:
                print(f"filling {table.name} of {peer.title}", file=sys.stderr)
                fill(running, table, results.items)
                running.keys[table.name] = sending.make_signer(running.port, signer, table.name)
            settle(running)
        except (RuntimeError, OSError, BotoCoreError, ClientError) as error:
            facts.note = str(error)[:60]
            if peer.title in servers:
                servers.pop(peer.title).kill()
    return servers


def measure(
    servers: dict[str, Running], workload: Workload, connections: int, options: argparse.Namespace, results: Results
) -> None:
    """The rounds of one workload: each server in turn, then again. Who refuses a request isn't asked again."""
    refused: set[str] = set()
    for _ in range(options.rounds):
        asked, ready, since = workload.take(results.items), dict[Keys, list[bytes]](), time.time()
        for title, running in servers.items():
            if title in refused or (workload.table.indexed and running.peer.name == NOT_A_PEER):
                continue  # the ceiling keeps no index
            keys = running.keys[workload.table.name]
            if time.time() - since > SIGNED_SECONDS_MAX:
                ready, since = {}, time.time()
            if keys not in ready:
                ready[keys] = signed(asked, keys)
            running.warm()
            for each in servers.values():
                each.sync()  # else the system writes what one has left behind while another is measured
            try:
                measured = load.run(running.port, ready[keys], connections, options.seconds, running.cpu_seconds)
            except Exception as error:  # noqa: BLE001 - a server that falls over loses its column, not the whole run
                print(f"{title}, {workload.name}: {error}", file=sys.stderr)
                continue
            results.add(workload.name, connections, title, measured)
            failed = f", {measured.failed} failed" if measured.failed else ""
            if failed:
                refused.add(title)
            print(
                f"{workload.name:>14} {connections:>3} {title:<24} {measured.per_second:>10,.0f}/s "
                f"p50 {measured.p50_ms:.2f} p99 {measured.p99_ms:.2f} ms, cpu {measured.cpu_us:,.0f} us{failed}",
                file=sys.stderr,
            )


def run(workloads: list[Workload], peers: list[Peer], items: int, options: argparse.Namespace) -> Results:
    """All servers with tables of so many items: filled, measured, killed and asked what they kept."""
    filled = list(dict.fromkeys([*(w.table for w in workloads), WORKLOADS[0].table]))
    results = Results(items)
    place = Path(tempfile.mkdtemp(prefix="tailrace-bench-"))
    servers: dict[str, Running] = {}
    try:
        servers = start_all(peers, filled, place, results, options.signer)
        for workload in workloads:
            for count in options.connections.split(","):
                measure(servers, workload, int(count), options, results)
        for title, running in servers.items():
            facts = results.facts[title]
            facts.memory_mb, facts.disk_mb = running.memory_mb(), running.disk_mb()
            if running.peer.kind == "file":
                facts.survives_kill = survives_kill(running)
                facts.again_s = running.start_s if facts.survives_kill else 0.0
    finally:
        for running in servers.values():
            with suppress(Exception):
                running.kill()
        shutil.rmtree(place, ignore_errors=True)
    return results


def main() -> None:
    options = arguments()
    if options.saved:
        runs, sentence = read(options.saved)
    else:
        workloads = chosen_workloads(options.only)
        peers = chosen_peers(options.peers, options.classes.split(","))
        if options.signer != "root":
            peers = [peer for peer in peers if peer.name in (OURS, INTERPRETED)]
        lacking = compiled_modules.missing_compiler()
        if options.interpreted or lacking:
            why = f"interpreted, for lack of {lacking}" if lacking else "interpreted"
            peers = uncompiled(peers, why)
            print(f"{OURS} runs {why}", file=sys.stderr)
        runs = [run(workloads, peers, int(items), options) for items in options.items.split(",")]
        if not all(results.rounds for results in runs):
            sys.exit("nothing was measured")
        options.output.mkdir(parents=True, exist_ok=True)
        file = options.output / f"compare-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
        sentence = about(options.rounds, options.seconds, options.signer)
        save(runs, sentence, file)
        file.with_suffix(".md").write_text("\n\n".join(tables.markdown(runs, sentence).values()) + "\n")
        if not options.without_chart:
            chart.draw(runs[0], file.with_suffix(".png"))
        print("saved", file, "and what else has its name")
    tables.show(runs)
    if options.page:
        PAGE.write_text(tables.renewed(PAGE.read_text(), tables.markdown(runs, sentence)))
        if len(runs) == 1:
            chart.draw(runs[0], PAGE_CHART)


if __name__ == "__main__":
    main()
