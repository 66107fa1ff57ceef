"""What was measured: rounds of each workload and server, what is true of each server, and all of it as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.compare.load import Measured

OURS = "tailrace"
INTERPRETED = "interpreted"
"""Ours without machine code, beside the compiled wheel."""
NOT_A_PEER = "ceiling"
KINDS = ("memory", "file")


@dataclass
class Facts:
    """What is true of a server in the whole run. `start_s` is without data, `again_s` with all of it, after SIGKILL."""

    start_s: float = 0.0
    again_s: float = 0.0
    memory_mb: float = 0.0
    disk_mb: float = 0.0
    survives_kill: bool | None = None
    note: str = ""


@dataclass
class Results:
    """Rounds by (workload, connections, server), and the facts of each server, with tables of so many items."""

    items: int
    rounds: dict[tuple[str, int, str], list[Measured]] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)

    def add(self, workload: str, connections: int, title: str, measured: Measured) -> None:
        self.rounds.setdefault((workload, connections, title), []).append(measured)

    def workloads(self) -> list[str]:
        """The names of what was measured, in order."""
        return list(dict.fromkeys(workload for workload, _, _ in self.rounds))

    def connections(self) -> list[int]:
        """The counts of connections."""
        return sorted({count for _, count, _ in self.rounds})

    def titles(self, kind: str) -> list[str]:
        """The servers of a class that were measured: ours first, the ceiling last."""
        return [t for t in self.facts if t.endswith(f"({kind})") and any(title == t for _, _, title in self.rounds)]

    def middle(self, workload: str, connections: int, title: str) -> Measured | None:
        """The middle of the rounds, each figure for itself; None where there is none (see `absence`)."""
        rounds = self.rounds.get((workload, connections, title), ())
        if not rounds or self.absence(workload, connections, title):
            return None
        return Measured(
            per_second=median(each.per_second for each in rounds),
            p50_ms=median(each.p50_ms for each in rounds),
            p99_ms=median(each.p99_ms for each in rounds),
            cpu_us=median(each.cpu_us for each in rounds),
            failed=0,
        )

    def absence(self, workload: str, connections: int, title: str) -> str:
        """Why a server that was asked has no figures: it refused requests, or answered none in the time of a round."""
        rounds = self.rounds.get((workload, connections, title), ())
        if any(each.failed for each in rounds):
            return "refused"
        return "" if all(each.per_second for each in rounds) else "none answered"

    def ratio(self, workload: str, connections: int, title: str) -> float | None:
        """How many times as many requests a second ours answers as this server."""
        kind = title.partition("(")[2].rstrip(")")
        ours = self.middle(workload, connections, f"{OURS} ({kind})")
        other = self.middle(workload, connections, title)
        return ours.per_second / other.per_second if ours and other else None

    def best_peer(self, workload: str, connections: int, kind: str) -> tuple[str, float] | None:
        """The fastest server of a class that is a product and isn't ours, and the ratio of ours to it."""
        found = [
            (title, ratio)
            for title in self.titles(kind)
            if not title.startswith((OURS, INTERPRETED, NOT_A_PEER))
            if (ratio := self.ratio(workload, connections, title)) is not None
        ]
        return min(found, key=lambda each: each[1], default=None)


def about(rounds: int, seconds: int, signer: str = "root") -> str:
    """When, where and how long was measured: a sentence."""
    rounds_of = "one round" if rounds == 1 else f"the middle of {rounds} rounds"
    by = "" if signer == "root" else f" Each request is signed by another than the root ({signer})."
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores ({processor()}), Python "
        f"{platform.python_version()}, {rounds_of} of {seconds} s.{by}"
    )


def save(runs: list[Results], sentence: str, file: Path) -> None:
    """Write runs as JSON, and what `about` says of them."""
    document: dict[str, Any] = {
        "about": sentence,
        "runs": [
            {
                "items": results.items,
                "servers": {title: asdict(facts) for title, facts in results.facts.items()},
                "rounds": [
                    {"workload": workload, "connections": count, "server": title, "rounds": [asdict(m) for m in rounds]}
                    for (workload, count, title), rounds in results.rounds.items()
                ],
            }
            for results in runs
        ],
    }
    file.write_text(json.dumps(document, indent=1) + "\n")


def read(file: Path) -> tuple[list[Results], str]:
    """What `save` wrote."""
    document, runs = json.loads(file.read_text()), []
    for run in document["runs"]:
        results = Results(run["items"], facts={title: Facts(**facts) for title, facts in run["servers"].items()})
        for each in run["rounds"]:
            key = (each["workload"], each["connections"], each["server"])
            results.rounds[key] = [Measured(**measured) for measured in each["rounds"]]
        runs.append(results)
    return runs, document["about"]


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
