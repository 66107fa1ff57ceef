"""What was measured, as a table in the terminal, JSON and a chart."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.compare.load import Measured
from benchmarks.compare.peers import Peer
from benchmarks.compare.workloads import Workload

OURS = "tailrace"
NOT_A_PEER = "ceiling"


@dataclass
class Facts:
    """What is true of a server in the whole run."""

    start_s: float = 0.0
    memory_mb: float = 0.0
    disk_mb: float = 0.0
    survives_kill: bool | None = None
    note: str = ""


@dataclass
class Results:
    """Rounds by (workload, connections, server), and the facts of each server."""

    items: int
    rounds: dict[tuple[str, int, str], list[Measured]] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)

    def add(self, workload: Workload, connections: int, peer: Peer, measured: Measured) -> None:
        self.rounds.setdefault((workload.name, connections, peer.title), []).append(measured)

    def middle(self, workload: str, connections: int, title: str) -> Measured | None:
        """The middle of the rounds, each figure for itself; None where every request failed or none was made."""
        rounds = [m for m in self.rounds.get((workload, connections, title), ()) if not m.failed]
        if not rounds:
            return None
        return Measured(
            median(m.per_second for m in rounds), median(m.p50_ms for m in rounds), median(m.p99_ms for m in rounds), 0
        )

    def best_peer(self, workload: str, connections: int, kind: str) -> tuple[str, Measured] | None:
        """The fastest server of a class that isn't ours."""
        titles = {title for name, count, title in self.rounds if (name, count) == (workload, connections)}
        found = [
            (title, measured)
            for title in titles
            if title.endswith(f"({kind})") and not title.startswith((OURS, NOT_A_PEER))
            if (measured := self.middle(workload, connections, title)) is not None
        ]
        return max(found, key=lambda each: each[1].per_second, default=None)


def show(results: Results, workloads: list[Workload], connections: list[int], peers: list[Peer]) -> None:
    """Print a table for each class and count of connections, then what is true of each server."""
    console = Console(width=max(150, Console().width))
    for kind in ("memory", "file"):
        titles = [peer.title for peer in peers if peer.kind == kind]
        for count in connections:
            if titles:
                console.print(_requests_table(results, workloads, count, kind, titles))
    console.print(_facts_table(results))


def _requests_table(results: Results, workloads: list[Workload], count: int, kind: str, titles: list[str]) -> Table:
    table = Table(
        title=f"{kind}, {count} connection{'s' * (count > 1)}, {results.items:,} items: requests/s (p50/p99 ms)"
    )
    table.add_column("workload")
    for title in titles:
        table.add_column(title.partition(" ")[0], justify="right")
    table.add_column("ours : best peer", justify="right")
    table.add_column("of ceiling", justify="right")
    for workload in workloads:
        cells = []
        for title in titles:
            found = results.middle(workload.name, count, title)
            cells.append("-" if found is None else f"{found.per_second:,.0f} ({found.p50_ms:.1f}/{found.p99_ms:.0f})")
        ours = results.middle(workload.name, count, f"{OURS} ({kind})")
        best = results.best_peer(workload.name, count, kind)
        limit = results.middle(workload.name, count, f"{NOT_A_PEER} ({kind})")
        ratio = f"{ours.per_second / best[1].per_second:.2f} x {best[0].partition(' ')[0]}" if ours and best else "-"
        share = f"{ours.per_second / limit.per_second:.0%}" if ours and limit else "-"
        table.add_row(workload.title, *cells, ratio, share)
    return table


def _facts_table(results: Results) -> Table:
    table = Table(title="servers")
    for column in ("server", "ready after", "peak memory", "on disk", "acknowledged writes survive SIGKILL", "note"):
        table.add_column(column)
    for title, facts in results.facts.items():
        kept = {None: "-", True: "yes", False: "NO"}[facts.survives_kill]
        disk = f"{facts.disk_mb:.0f} MB" if title.endswith("(file)") else "-"
        table.add_row(title, f"{facts.start_s:.2f} s", f"{facts.memory_mb:.0f} MB", disk, kept, facts.note)
    return table


def save(results: Results, workloads: list[Workload], connections: list[int], place: Path, name: str) -> Path:
    """Write NAME.json and NAME.png below `place`; the JSON's path."""
    place.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "processor": platform.processor(), "python": platform.python_version()},
        "items": results.items,
        "servers": {title: asdict(facts) for title, facts in results.facts.items()},
        "rounds": [
            {"workload": workload, "connections": count, "server": title, "rounds": [asdict(m) for m in rounds]}
            for (workload, count, title), rounds in results.rounds.items()
        ],
    }
    file = place / f"{name}.json"
    file.write_text(json.dumps(document, indent=1))
    _chart(results, workloads, max(connections), place / f"{name}.png")
    return file


def _chart(results: Results, workloads: list[Workload], count: int, file: Path) -> None:
    """Requests a second as a share of the fastest product, a group of bars for each workload."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    kinds = [kind for kind in ("memory", "file") if any(title.endswith(f"({kind})") for title in results.facts)]
    figure, panes = pyplot.subplots(len(kinds), 1, figsize=(14, 5 * len(kinds)), squeeze=False)
    for pane, kind in zip(panes[:, 0], kinds, strict=True):
        titles = [t for t in results.facts if t.endswith(f"({kind})") and not t.startswith(NOT_A_PEER)]
        width = 0.8 / max(1, len(titles))
        for place, title in enumerate(titles):
            found = [results.middle(workload.name, count, title) for workload in workloads]
            best = [
                max((m.per_second for t in titles if (m := results.middle(w.name, count, t))), default=1.0)
                for w in workloads
            ]
            heights = [m.per_second / top if m else 0 for m, top in zip(found, best, strict=True)]
            spots = [n + place * width for n in range(len(workloads))]
            bars = pane.bar(spots, heights, width, label=title)
            labels = [f"{m.per_second:,.0f}" if m else "" for m in found]
            pane.bar_label(bars, labels, fontsize=6, rotation=90, padding=2)
        pane.set_xticks([n + 0.4 - width / 2 for n in range(len(workloads))])
        pane.set_xticklabels([w.title for w in workloads], rotation=20, ha="right", fontsize=8)
        pane.set_ylim(0, 1.25)
        pane.set_ylabel("requests/s, the fastest = 1")
        pane.set_title(f"{kind}, {count} connections, {results.items:,} items")
        pane.legend(fontsize=8, ncols=len(titles))
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    pyplot.close(figure)
